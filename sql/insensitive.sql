--
-- A running read does not see what its session writes after it began: each
-- piece of code is run on a foreign table and on an ordinary one, and reads and
-- leaves the same.  The rows are so large that reading them takes some pages.
-- Needs: transactions
--
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
CREATE SCHEMA insensitive;
CREATE SCHEMA remote;
CREATE SCHEMA twin;
CREATE FOREIGN TABLE remote.t (p int OPTIONS (key 'partition'), k int OPTIONS (key 'sort'), v int, pad text)
  SERVER dynamo OPTIONS (table_name 'insensitive');
SELECT dyn_create_table('remote.t');
CREATE TABLE twin.t (p int, k int, v int, pad text, PRIMARY KEY (p, k));
SET search_path = insensitive, public;
CREATE TABLE log (n serial, seen text);
CREATE FUNCTION fill() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM t;
  INSERT INTO t SELECT 1, g, g, repeat('x', 30000) FROM generate_series(1, 60) g;
  INSERT INTO t SELECT 2, g, g, 'small' FROM generate_series(1, 110) g;
END $$;
CREATE FUNCTION note(seen anyelement) RETURNS anyelement LANGUAGE sql AS 'INSERT INTO log (seen) VALUES (seen::text); SELECT seen';
CREATE FUNCTION run(side text, code text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
  found text;
BEGIN
  PERFORM set_config('search_path', side || ', insensitive, public', true);
  PERFORM fill();
  TRUNCATE log;
  BEGIN
    EXECUTE format('DO $code$ %s $code$', code);
    EXECUTE 'CLOSE ALL';
    result := 'done';
  EXCEPTION WHEN OTHERS THEN
    result := SQLSTATE || ' ' || SQLERRM;
  END;
  SELECT format('%s; %s notes, %s', result, count(*), md5(string_agg(seen, ',' ORDER BY n))) INTO result FROM log;
  SELECT format('%s rows, %s', count(*), md5(string_agg(format('%s %s %s', p, k, v), ',' ORDER BY p, k))) INTO found FROM t;
  PERFORM set_config('search_path', 'insensitive, public', true);
  RETURN result || '; ' || found;
END $$;
CREATE FUNCTION compare(code text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  remote text := run('remote', code);
  twin text := run('twin', code);
BEGIN
  RETURN CASE WHEN remote = twin THEN 'the same: ' || regexp_replace(remote, ', [0-9a-f]{32}', '', 'g')
    ELSE E'remote: ' || remote || E'\n  twin: ' || twin END;
END $$;

-- loops over what they change
-- mended: a loop that moves keys met them again and again
SELECT compare('DECLARE r record; BEGIN FOR r IN SELECT k FROM t WHERE p = 1 LOOP EXIT WHEN r.k > 5000; PERFORM note(r.k); UPDATE t SET k = k + 1000 WHERE p = 1 AND k = r.k; END LOOP; END');
SELECT compare('DECLARE r record; BEGIN FOR r IN SELECT k FROM t WHERE p = 1 ORDER BY k DESC LOOP EXIT WHEN r.k < -5000; PERFORM note(r.k); UPDATE t SET k = k - 1000 WHERE p = 1 AND k = r.k; END LOOP; END');
SELECT compare('DECLARE r record; BEGIN FOR r IN SELECT k FROM t WHERE p = 1 ORDER BY k LOOP EXIT WHEN r.k > 5000; PERFORM note(r.k); INSERT INTO t VALUES (1, r.k + 1000, 0, repeat(''y'', 30000)); END LOOP; END');
SELECT compare('DECLARE r record; BEGIN FOR r IN SELECT k, v FROM t WHERE p = 1 ORDER BY k LOOP PERFORM note(r.v); UPDATE t SET v = -v; END LOOP; END');
SELECT compare('DECLARE r record; BEGIN FOR r IN SELECT k FROM t WHERE p = 1 ORDER BY k LOOP PERFORM note(r.k); DELETE FROM t WHERE p = 1 AND k = 61 - r.k; END LOOP; END');
SELECT compare('DECLARE r record; BEGIN FOR r IN SELECT p, k FROM t ORDER BY p, k LOOP EXIT WHEN r.p > 50; PERFORM note(r.k); INSERT INTO t VALUES (r.p + 10, r.k, 0, ''new'') ON CONFLICT (p, k) DO NOTHING; END LOOP; END');
-- another partition, or what the loop has passed, is not read ahead for
SELECT compare('DECLARE r record; BEGIN FOR r IN SELECT k FROM t WHERE p = 1 ORDER BY k LOOP PERFORM note(r.k); UPDATE t SET v = v + 1 WHERE p = 2 AND k = 1; UPDATE t SET v = 0 WHERE p = 1 AND k = r.k - 5; END LOOP; END');
-- a loop in a loop
SELECT compare('DECLARE r record; s record; BEGIN FOR r IN SELECT k FROM t WHERE p = 1 ORDER BY k LOOP FOR s IN SELECT k, v FROM t WHERE p = 1 AND k > r.k + 50 ORDER BY k LOOP PERFORM note(s.v); UPDATE t SET v = v + 1000 WHERE p = 1 AND k = s.k; END LOOP; END LOOP; END');

-- cursors, fetched from before or not
SELECT compare('DECLARE c CURSOR FOR SELECT k, v FROM t WHERE p = 1 ORDER BY k; r record; BEGIN OPEN c; FETCH c INTO r; PERFORM note(r.v); UPDATE t SET v = 0; LOOP FETCH c INTO r; EXIT WHEN NOT FOUND; PERFORM note(r.v); END LOOP; END');
-- mended: an open cursor saw what was written before its first row was fetched
SELECT compare('DECLARE c CURSOR FOR SELECT k, v FROM t WHERE p = 1 ORDER BY k; r record; BEGIN OPEN c; DELETE FROM t WHERE k > 30; LOOP FETCH c INTO r; EXIT WHEN NOT FOUND; PERFORM note(r.v); END LOOP; END');
SELECT compare('DECLARE c CURSOR FOR SELECT v FROM t WHERE p = 2 AND k = 2; r record; BEGIN OPEN c; UPDATE t SET v = 0 WHERE p = 2; FETCH c INTO r; PERFORM note(r.v); END');
SELECT compare('DECLARE c CURSOR FOR SELECT v FROM t WHERE p = 2 AND k IN (1, 2, 3) ORDER BY k; r record; BEGIN OPEN c; UPDATE t SET v = 0 WHERE p = 2 AND k = 3; LOOP FETCH c INTO r; EXIT WHEN NOT FOUND; PERFORM note(r.v); END LOOP; END');
SELECT compare('DECLARE c CURSOR FOR SELECT count(*) AS n, sum(v) FROM t; r record; BEGIN OPEN c; DELETE FROM t WHERE k > 30; FETCH c INTO r; PERFORM note(r::text); END');
SELECT compare('DECLARE c CURSOR FOR SELECT count(*) FROM t WHERE p = 1; r record; BEGIN OPEN c; DELETE FROM t WHERE k > 30; FETCH c INTO r; PERFORM note(r::text); END');
SELECT compare('DECLARE c CURSOR FOR SELECT v FROM t WHERE p = 1 ORDER BY k LIMIT 40; r record; BEGIN OPEN c; FETCH c INTO r; UPDATE t SET v = 0 WHERE p = 1; LOOP PERFORM note(r.v); FETCH c INTO r; EXIT WHEN NOT FOUND; END LOOP; END');
SELECT compare('DECLARE c CURSOR FOR SELECT a.v, b.v AS w FROM t a JOIN t b ON a.k = b.k AND a.p = 1 AND b.p = 2 ORDER BY 1; r record; BEGIN OPEN c; UPDATE t SET v = 0; LOOP FETCH c INTO r; EXIT WHEN NOT FOUND; PERFORM note(r::text); END LOOP; END');
SELECT compare('DECLARE c CURSOR FOR SELECT v FROM t WHERE p = 1 AND v % 2 = length(pad) % 2 ORDER BY k; r record; BEGIN OPEN c; UPDATE t SET v = v + 1; LOOP FETCH c INTO r; EXIT WHEN NOT FOUND; PERFORM note(r.v); END LOOP; END');
SELECT compare('DECLARE c SCROLL CURSOR FOR SELECT k, v FROM t WHERE p = 1 ORDER BY k; r record; BEGIN OPEN c; FETCH c INTO r; UPDATE t SET v = 0; MOVE LAST IN c; FETCH PRIOR FROM c INTO r; PERFORM note(r.v); FETCH FIRST FROM c INTO r; PERFORM note(r.v); END');
-- two, of which one is older than what the other sees
SELECT compare('DECLARE c CURSOR FOR SELECT v FROM t WHERE p = 1 ORDER BY k; d CURSOR FOR SELECT v FROM t WHERE p = 1 ORDER BY k; r record; BEGIN OPEN c; UPDATE t SET v = 1; OPEN d; UPDATE t SET v = 2; LOOP FETCH c INTO r; EXIT WHEN NOT FOUND; PERFORM note(r.v); FETCH d INTO r; PERFORM note(r.v); END LOOP; END');

-- queries beside functions that write
CREATE FUNCTION touch(key int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN UPDATE t SET v = v + 1000 WHERE p = 1 AND k = key + 1; RETURN key; END $$;
SELECT compare('BEGIN PERFORM note(touch(k) + v) FROM (SELECT k, v FROM t WHERE p = 1 ORDER BY k OFFSET 0) s; END');
SELECT compare('BEGIN PERFORM note(v) FROM (SELECT k, v FROM t WHERE p = 1 ORDER BY k OFFSET 0) s WHERE touch(k) > 0; END');
SELECT compare('BEGIN PERFORM note(s.v) FROM (SELECT touch(g) AS g FROM generate_series(1, 59) g) f JOIN t s ON s.k = f.g AND s.p = 1; END');

-- what was written in a subtransaction that is rolled back was written, and read ahead of before
BEGIN;
SET LOCAL search_path = remote, insensitive, public;
SELECT fill();
DECLARE c CURSOR FOR SELECT v FROM t WHERE p = 1 ORDER BY k;
SAVEPOINT s;
UPDATE t SET v = 0;
ROLLBACK TO s;
FETCH 2 FROM c;
MOVE 56 IN c;
FETCH 2 FROM c;
ROLLBACK;

-- what begins later with an older snapshot is refused where it would meet what was written
BEGIN;
SET LOCAL search_path = remote, insensitive, public;
DECLARE c CURSOR FOR SELECT g, (SELECT v FROM t WHERE p = 2 AND k = g) FROM generate_series(1, 3) g;
FETCH c;
UPDATE t SET v = 77 WHERE p = 2 AND k = 3;
FETCH c;
FETCH c;
\echo :SQLSTATE
ROLLBACK;
BEGIN;
SET LOCAL search_path = remote, insensitive, public;
DECLARE c CURSOR FOR SELECT g, (SELECT count(*) FROM t WHERE p = g) FROM generate_series(1, 3) g;
FETCH c;
UPDATE t SET v = 77 WHERE p = 3 AND k = 3 AND dyn_upsert();
FETCH c;
FETCH c;
ROLLBACK;
-- joins by batches of keys: those that were asked for are as they were
BEGIN;
SET LOCAL search_path = remote, insensitive, public;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
CREATE TEMP TABLE wanted AS SELECT 2 AS p, g AS k FROM generate_series(1, 103) g;
ANALYZE wanted;
EXPLAIN (COSTS OFF) SELECT k, v FROM wanted LEFT JOIN t USING (p, k);
SELECT fill();
DECLARE c NO SCROLL CURSOR FOR SELECT k, v FROM wanted LEFT JOIN t USING (p, k);
FETCH c;
UPDATE t SET v = 0 WHERE p = 2 AND k IN (100, 110);
MOVE 98 IN c;
FETCH 2 FROM c;
UPDATE t SET v = 0 WHERE p = 2 AND k = 102;
FETCH 2 FROM c;
ROLLBACK;
BEGIN;
SET LOCAL search_path = remote, insensitive, public;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
CREATE TEMP TABLE wanted AS SELECT 2 AS p, g AS k FROM generate_series(1, 103) g;
ANALYZE wanted;
SELECT fill();
DECLARE c NO SCROLL CURSOR FOR SELECT k, v FROM wanted LEFT JOIN t USING (p, k);
FETCH c;
UPDATE t SET v = 0 WHERE p = 2 AND k = 102;
MOVE 98 IN c;
FETCH c;
FETCH c;
ROLLBACK;
-- what a statement reads beside its own writes, unknown to planning
CREATE FUNCTION remote.total() RETURNS bigint STABLE LANGUAGE sql AS 'SELECT sum(v) FROM remote.t WHERE p = 2';
UPDATE remote.t SET v = 5 WHERE p = 2 AND k = 1 RETURNING remote.total();
UPDATE remote.t SET v = 5 WHERE p = 1 AND k = 1 RETURNING remote.total() > 0;

-- EXPLAIN ANALYZE tells
SET search_path = remote, insensitive, public;
SELECT fill();
-- engines end the first page of the 60 rows one sooner or later
CREATE FUNCTION explain_ahead(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
  page int := dyn_request('dynamo', 'Query', '{"TableName": "insensitive", "KeyConditionExpression": "p = :p",
    "ExpressionAttributeValues": {":p": {"N": "1"}}, "Select": "COUNT", "ConsistentRead": true}') -> 'Count';
BEGIN
  FOR line IN SELECT explain_analyze(query) LOOP
    line := replace(line, format('Read Ahead: %s', 60 - page), 'Read Ahead: what its first page has not');
    IF line !~ 'Capacity|Scanned|Returned' THEN
      RETURN NEXT line;
    END IF;
  END LOOP;
END $$;
SELECT explain_ahead('SELECT touch(k + 1) FROM t WHERE p = 1');
SELECT explain_ahead('SELECT touch(k + 1) FROM t WHERE p = 2');
-- max_read_units holds for what is read ahead, and the error is the cursor's
BEGIN;
SET LOCAL dynamorm_fdw.max_read_units = 300;
DECLARE spent CURSOR FOR SELECT k FROM t WHERE p = 1;
FETCH spent;
UPDATE t SET v = 0 WHERE p = 1 AND k = 60;
SET LOCAL dynamorm_fdw.max_read_units = 0;
FETCH spent;
\echo :SQLSTATE
ROLLBACK;
-- temp_file_limit does too
BEGIN;
SET LOCAL work_mem = 64;
SET LOCAL temp_file_limit = 1000;
DECLARE spilled CURSOR FOR SELECT k, pad FROM t WHERE p = 1;
UPDATE t SET v = 0 WHERE p = 1 AND k = 60;
\set VERBOSITY sqlstate
FETCH spilled;
\set VERBOSITY default
\echo :SQLSTATE
ROLLBACK;
-- whatever else writes
SELECT fill();
CREATE FUNCTION cursor_beside(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  c CURSOR FOR SELECT sum(v) AS total, count(*) AS rows FROM t WHERE p = 2;
  before record;
  after record;
BEGIN
  OPEN c;
  EXECUTE statement;
  FETCH c INTO before;
  SELECT sum(v) AS total, count(*) AS rows FROM t WHERE p = 2 INTO after;
  CLOSE c;
  RETURN format('%s is %s, was %s', statement, after, before);
END $$;
CREATE FOREIGN TABLE same (p int OPTIONS (key 'partition'), k int OPTIONS (key 'sort'), v int) SERVER dynamo OPTIONS (table_name 'insensitive');
SELECT cursor_beside('SELECT dyn_increment(''t'', ''{"p": 2, "k": 1}'', ''v'', 1000)');
SELECT cursor_beside('SELECT dyn_request(''dynamo'', ''DeleteItem'', ''{"TableName": "insensitive", "Key": {"p": {"N": "2"}, "k": {"N": "2"}}}'')');
SELECT cursor_beside('SELECT dyn_request(''dynamo'', ''BatchWriteItem'', ''{"RequestItems": {"insensitive": [{"DeleteRequest": {"Key": {"p": {"N": "2"}, "k": {"N": "3"}}}}]}}'')');
SELECT cursor_beside('INSERT INTO same VALUES (2, 1000, 1)');
SELECT cursor_beside('UPDATE same SET k = 2000 WHERE p = 2 AND k = 1000');
SELECT cursor_beside('INSERT INTO same VALUES (2, 1, 5) ON CONFLICT (p, k) DO UPDATE SET v = excluded.v');
SELECT cursor_beside('DELETE FROM same USING generate_series(50, 60) g WHERE p = 2 AND k = g');
SELECT cursor_beside('TRUNCATE same');
-- rows that an UPDATE or DELETE finds are those from before it, whatever functions that it calls write
SELECT fill();
SET search_path = insensitive, public;
CREATE FUNCTION add_after(key int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1, key + 1000, 0, 'added') ON CONFLICT (p, k) DO NOTHING; RETURN 0; END $$;
SELECT compare('BEGIN UPDATE t SET v = add_after(k) WHERE p = 1; END');
SELECT compare('BEGIN DELETE FROM t WHERE p = 1 AND add_after(k) = 0; END');
-- mended: a cursor whose condition has a sub-select, not fetched yet
SELECT compare('DECLARE c CURSOR FOR SELECT k, v FROM t WHERE p = 2 AND v > (SELECT count(*) FROM pg_class WHERE oid < 90) + 10 ORDER BY k; r record; BEGIN OPEN c; UPDATE t SET v = 0 WHERE p = 2; LOOP FETCH c INTO r; EXIT WHEN NOT FOUND; PERFORM note(r.v); END LOOP; END');
SELECT compare('DECLARE c CURSOR FOR SELECT k, v FROM t WHERE p = (SELECT min(p) + 1 FROM t) AND k < (SELECT count(*) FROM t WHERE p = 1); r record; BEGIN OPEN c; UPDATE t SET v = 0 WHERE p = 2; LOOP FETCH c INTO r; EXIT WHEN NOT FOUND; PERFORM note(r.v); END LOOP; END');
SELECT compare('DECLARE c CURSOR FOR SELECT k, v FROM t WHERE p = 2 AND v > (SELECT k FROM t WHERE p = 1); r record; BEGIN OPEN c; UPDATE t SET v = 0 WHERE p = 2; CLOSE c; END');
-- (one that fails takes its cursor with it)
SET search_path = remote, insensitive, public;
SELECT fill();
CREATE FUNCTION divides() RETURNS int STABLE LANGUAGE plpgsql AS $$ DECLARE r int; BEGIN SELECT 2 / (v - v) INTO r FROM t WHERE p = 2; RETURN r; END $$;
SET client_min_messages = warning;
BEGIN;
DECLARE c CURSOR FOR SELECT k FROM t WHERE p = 2 AND v = (SELECT divides() + min(relpages) FROM pg_class);
DECLARE d CURSOR FOR SELECT k FROM t WHERE p = 2 AND v > 0 AND k < 3;
UPDATE t SET v = 0 WHERE p = 2 AND k = 1;
UPDATE t SET v = 0 WHERE p = 2 AND k = 2;
FETCH ALL FROM d;
CLOSE c;
COMMIT;
SET client_min_messages = error;
-- mended: a sub-select that waits for another's row was not one to be evaluated
CREATE TABLE outer_rows (b text);
CREATE TABLE of_outer (a text, k int);
INSERT INTO outer_rows VALUES ('a'), ('b');
INSERT INTO of_outer VALUES ('a', 1), ('a', 2), ('b', 3);
ANALYZE outer_rows, of_outer;
BEGIN;
DECLARE c CURSOR FOR SELECT b, (SELECT max(v) FROM t WHERE p = 2 AND k = (SELECT max(o.k) FROM of_outer o WHERE o.a = outer_rows.b)) FROM outer_rows;
FETCH c;
UPDATE t SET v = -v WHERE p = 2 AND k = 4;
FETCH c;
UPDATE t SET v = -v WHERE p = 2 AND k = 3;
COMMIT;
SET search_path = insensitive, public;
-- mended: of what a LIMIT around a filter wants, only the first rows were read ahead
SELECT compare('DECLARE c CURSOR FOR SELECT k, v FROM (SELECT k, v FROM t WHERE p = 1 OFFSET 0) s WHERE v % 10 = 0 LIMIT 5; r record; BEGIN OPEN c; UPDATE t SET v = -k WHERE p = 1; LOOP FETCH c INTO r; EXIT WHEN NOT FOUND; PERFORM note(r.v); END LOOP; END');
SELECT compare('DECLARE c CURSOR FOR SELECT k, v FROM t WHERE p = 1 ORDER BY k LIMIT 5; r record; BEGIN OPEN c; UPDATE t SET v = -k WHERE p = 1; LOOP FETCH c INTO r; EXIT WHEN NOT FOUND; PERFORM note(r.v); END LOOP; END');
-- mended: a cursor that failed was read ahead when its snapshot was gone
SELECT compare('DECLARE c CURSOR FOR SELECT k, 100 / (k - 2) AS x, pad FROM t WHERE p = 1; r record; BEGIN OPEN c; FETCH c INTO r; BEGIN FETCH c INTO r; EXCEPTION WHEN division_by_zero THEN PERFORM note(22012); END; FOR i IN 1..60 LOOP EXECUTE format(''DECLARE q%s CURSOR FOR SELECT relname FROM pg_class'', i); END LOOP; UPDATE t SET v = 0 WHERE p = 1 AND k > 50; END');
SET search_path = remote, insensitive, public;
SELECT fill();
BEGIN;
DECLARE c CURSOR FOR SELECT k, 100 / (k - 2), length(pad) FROM t WHERE p = 1;
FETCH c;
SAVEPOINT s;
FETCH c;
ROLLBACK TO s;
UPDATE t SET v = 0 WHERE p = 1 AND k = 50;
FETCH c;
COMMIT;
-- mended: a function of a cursor's query that reading ahead calls could close the cursor, or fetch from it
CREATE FUNCTION does(what text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN IF what <> '' THEN EXECUTE what; END IF; RETURN 3; END $$;
CREATE FUNCTION seems_stable() RETURNS int STABLE LANGUAGE plpgsql AS $$ BEGIN RETURN does(current_setting('insensitive.does', true)); END $$;
CREATE FUNCTION cursor_does(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  c CURSOR FOR SELECT k FROM t WHERE p = 1 AND k = seems_stable();
  r record;
BEGIN
  PERFORM set_config('insensitive.does', '', true);
  OPEN c;
  PERFORM set_config('insensitive.does', replace(what, '%', quote_ident(c::text)), true);
  UPDATE t SET v = 7 WHERE p = 1 AND k = 3;
  FETCH c INTO r;
  RETURN r.k;
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || regexp_replace(SQLERRM, '".*"', '"..."');
END $$;
SELECT cursor_does('CLOSE %');
SELECT cursor_does('FETCH %');
SELECT cursor_does('SELECT 1 / 0');
-- (nothing is left behind by one that fails in the middle of a query)
SELECT cursor_does('DO $do$ DECLARE r record; BEGIN FOR r IN SELECT relname FROM pg_class LOOP PERFORM 1 / 0; END LOOP; END $do$');
-- mended: and was called by whoever writes
CREATE ROLE regress_reader;
CREATE SCHEMA of_reader AUTHORIZATION regress_reader;
GRANT USAGE ON SCHEMA remote, insensitive TO regress_reader;
GRANT SELECT ON t TO regress_reader;
GRANT USAGE ON FOREIGN SERVER dynamo TO regress_reader;
CREATE USER MAPPING FOR regress_reader SERVER dynamo OPTIONS (access_key_id 'test', secret_access_key 'test');
CREATE FUNCTION insensitive.write_as_owner() RETURNS void SECURITY DEFINER LANGUAGE sql AS 'UPDATE remote.t SET v = 0 WHERE p = 1 AND k = 40';
SET ROLE regress_reader;
CREATE FUNCTION of_reader.who() RETURNS int STABLE LANGUAGE plpgsql AS $$ BEGIN IF current_user <> 'regress_reader' THEN RAISE EXCEPTION 'called by %', current_user; END IF; RETURN 41; END $$;
BEGIN;
DECLARE c CURSOR FOR SELECT k, v FROM remote.t WHERE p = 1 AND k = of_reader.who();
SELECT insensitive.write_as_owner();
DECLARE d CURSOR FOR SELECT k, v FROM remote.t WHERE p = 1 AND k = of_reader.who() - 1;
SELECT insensitive.write_as_owner();
FETCH c;
FETCH d;
COMMIT;
RESET ROLE;
DROP SCHEMA of_reader CASCADE;
DROP USER MAPPING FOR regress_reader SERVER dynamo;
REVOKE ALL ON FOREIGN SERVER dynamo FROM regress_reader;
REVOKE ALL ON SCHEMA remote, insensitive FROM regress_reader;
REVOKE ALL ON t FROM regress_reader;
DROP ROLE regress_reader;
-- mended: what was written by way of a server that is gone
\getenv endpoint DYNAMODB_ENDPOINT
BEGIN;
SAVEPOINT s;
CREATE SERVER gone FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (endpoint :'endpoint', region 'us-east-1');
CREATE USER MAPPING FOR CURRENT_USER SERVER gone OPTIONS (access_key_id 'test', secret_access_key 'test');
CREATE FOREIGN TABLE by_gone (p int OPTIONS (key 'partition'), k int OPTIONS (key 'sort'), v int) SERVER gone OPTIONS (table_name 'insensitive');
INSERT INTO by_gone VALUES (3, 1, 1);
ROLLBACK TO s;
SELECT v FROM t WHERE p = 3;
UPDATE t SET v = 2 WHERE p = 3 AND k = 1 RETURNING v;
DELETE FROM t WHERE p = 3;
COMMIT;
-- mended: what dyn_request() wrote was not known to be hidden from a cursor
BEGIN;
DECLARE c CURSOR FOR SELECT g, (SELECT v FROM t WHERE p = 2 AND k = g) FROM generate_series(1, 3) g;
FETCH c;
SELECT dyn_request('dynamo', 'DeleteItem', '{"TableName": "insensitive", "Key": {"p": {"N": "2"}, "k": {"N": "2"}}}');
FETCH c;
\echo :SQLSTATE
ROLLBACK;
SELECT dyn_drop_table('t');
DROP SCHEMA insensitive, remote, twin CASCADE;
