--
-- Several parts of one statement that write: a row is changed once, as on
-- ordinary tables.  Each is run on foreign tables and on ordinary ones.
-- Needs: transactions
--
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
CREATE SCHEMA several_writers;
CREATE SCHEMA remote;
CREATE SCHEMA twin;
CREATE FOREIGN TABLE remote.t (id int OPTIONS (key 'partition'), n int) SERVER dynamo OPTIONS (table_name 'writers');
CREATE FOREIGN TABLE remote.o (id int OPTIONS (key 'partition'), n int) SERVER dynamo OPTIONS (table_name 'writers_o');
SELECT dyn_create_table('remote.t'), dyn_create_table('remote.o');
CREATE TABLE twin.t (id int PRIMARY KEY, n int);
CREATE TABLE twin.o (id int PRIMARY KEY, n int);
SET search_path = several_writers, public;
CREATE FUNCTION run(side text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  one record;
  result text := '';
  count bigint;
BEGIN
  PERFORM set_config('search_path', side || ', several_writers, public', true);
  DELETE FROM t;
  DELETE FROM o;
  INSERT INTO t SELECT g, 10 * g FROM generate_series(1, 5) g;
  INSERT INTO o SELECT g, g FROM generate_series(1, 3) g;
  BEGIN
    IF statement ~ 'RETURNING [^)]*$|\) SELECT' THEN
      FOR one IN EXECUTE statement LOOP
        result := result || one::text;
      END LOOP;
    ELSE
      EXECUTE statement;
      GET DIAGNOSTICS count = ROW_COUNT;
      result := count || ' rows';
    END IF;
  EXCEPTION WHEN OTHERS THEN
    result := SQLSTATE;
  END;
  result := result || ' ->' || coalesce((SELECT string_agg(format(' %s:%s', id, n), '' ORDER BY id) FROM t), '');
  PERFORM set_config('search_path', 'several_writers, public', true);
  RETURN result;
END $$;
CREATE FUNCTION compare(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  remote text := run('remote', statement);
  twin text := run('twin', statement);
BEGIN
  RETURN CASE WHEN remote = twin THEN 'the same: ' || remote ELSE E'remote: ' || remote || E'\n  twin: ' || twin END;
END $$;

-- mended: two writers of one row changed it twice
SELECT compare('WITH x AS (UPDATE t SET n = n + 1 WHERE id = 1 RETURNING n) UPDATE t SET n = n + 10 WHERE id = 1 RETURNING n');
SELECT compare('WITH x AS (UPDATE t SET n = n + 1 WHERE id = 2 RETURNING n), y AS (UPDATE t SET n = n * 3 + 5 WHERE id = 2 RETURNING n) SELECT (SELECT n FROM x), (SELECT n FROM y)');
SELECT compare('WITH x AS (UPDATE t SET n = 7 WHERE id = 4 RETURNING n), y AS (DELETE FROM t WHERE id = 4 RETURNING n) SELECT (SELECT n FROM x), (SELECT n FROM y)');
SELECT compare('WITH x AS (DELETE FROM t WHERE id = 4 RETURNING n) UPDATE t SET n = n + 1 WHERE id = 4 RETURNING n');
SELECT compare('WITH x AS (UPDATE t SET n = n + 1) UPDATE t SET n = n + 10');
SELECT compare('WITH x AS (UPDATE t SET n = n + 1 WHERE id < 3) DELETE FROM t');
SELECT compare('WITH x AS (DELETE FROM t WHERE n > 20) UPDATE t SET n = n + 1 WHERE n < 40');
SELECT compare('WITH x AS (UPDATE t SET id = id + 10 WHERE id = 1 RETURNING id) UPDATE t SET n = 0 FROM x WHERE t.id = x.id - 10');
-- mended: rows that the statement made were found by its own scan
SELECT compare('WITH w AS (INSERT INTO t VALUES (10, 0) RETURNING id) DELETE FROM t USING w WHERE t.id = w.id');
SELECT compare('WITH w AS (INSERT INTO t VALUES (11, 0) RETURNING id) UPDATE t SET n = 1 FROM w WHERE t.id = w.id');
SELECT compare('WITH w AS (UPDATE t SET n = n + 1 RETURNING id) UPDATE t SET n = t.n + 1 FROM w WHERE t.id = w.id');
SELECT compare('WITH w AS (UPDATE t SET n = n + 1 RETURNING id) DELETE FROM t USING w WHERE t.id = w.id');
SELECT compare('WITH w AS (DELETE FROM t RETURNING id, n) UPDATE t SET n = w.n FROM w WHERE t.id = w.id');
-- what is not the same row goes on
SELECT compare('WITH d AS (UPDATE t SET n = n - 5 WHERE id = 1 RETURNING id) UPDATE t SET n = n + 5 FROM d WHERE t.id = 2 RETURNING t.id, t.n');
SELECT compare('WITH d AS (UPDATE t SET n = n - 5 WHERE id = 1 AND n >= 5 RETURNING id) UPDATE t SET n = t.n + 5 FROM d WHERE t.id = 2');
SELECT compare('WITH d AS (UPDATE t SET n = n - 50 WHERE id = 1 AND n >= 50 RETURNING id) UPDATE t SET n = t.n + 50 FROM d WHERE t.id = 2');
SELECT compare('WITH d AS (DELETE FROM t WHERE id > 3 RETURNING *) INSERT INTO o SELECT id + 100, n FROM d');
SELECT compare('WITH x AS (UPDATE t SET n = 0 WHERE id = 1), y AS (UPDATE t SET n = 0 WHERE id = 2) UPDATE t SET n = 1 WHERE id IN (1, 2, 3)');
-- INSERT does not ask
SELECT compare('WITH d AS (DELETE FROM t WHERE id = 1 RETURNING id, n) INSERT INTO t SELECT id, n + 1 FROM d');
-- a row that is proposed twice
SELECT compare('WITH w AS (INSERT INTO o VALUES (9, 1) RETURNING id) INSERT INTO t SELECT g, 0 FROM w, generate_series(1, 2) g ON CONFLICT (id) DO UPDATE SET n = t.n + 1');

-- through parents, partitions, and other foreign tables of the same DynamoDB table
CREATE TABLE remote.parent (id int, n int);
CREATE FOREIGN TABLE remote.child (id int OPTIONS (key 'partition'), n int) INHERITS (remote.parent) SERVER dynamo OPTIONS (table_name 'writers');
CREATE TABLE twin.parent (id int, n int);
ALTER TABLE twin.t INHERIT twin.parent;
SELECT compare('WITH x AS (UPDATE t SET n = n + 1 WHERE id = 1 RETURNING id) UPDATE parent SET n = parent.n + 10 FROM x WHERE parent.id = x.id');
SELECT compare('WITH x AS (UPDATE parent SET n = n + 1 RETURNING id) UPDATE t SET n = t.n + 10 FROM x WHERE t.id = x.id');
SELECT compare('WITH x AS (DELETE FROM parent WHERE id = 1 RETURNING id) UPDATE parent SET n = 0 WHERE id < 3');
DROP TABLE remote.parent CASCADE;
ALTER TABLE twin.t NO INHERIT twin.parent;
CREATE FOREIGN TABLE remote.second (id int OPTIONS (key 'partition'), n int) SERVER dynamo OPTIONS (table_name 'writers');
CREATE VIEW twin.second AS SELECT * FROM twin.t;
SELECT compare('WITH x AS (UPDATE t SET n = n + 1 WHERE id = 1 RETURNING id) UPDATE second SET n = second.n + 10 FROM x WHERE second.id = x.id');
SELECT compare('WITH x AS (INSERT INTO second VALUES (12, 1) RETURNING id) DELETE FROM t USING x WHERE t.id = x.id');

-- mended: a row that a function or trigger of the statement has changed: 27000, and no advice to retry
CREATE FUNCTION bump(key int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN UPDATE t SET n = 1 WHERE id = key; RETURN 2; END $$;
-- (what the function wrote stays, as ever)
SELECT compare('UPDATE t SET n = bump(id) WHERE id = 3');
SELECT compare('DELETE FROM t WHERE id = 3 AND bump(id) = 2');
SELECT compare('UPDATE t SET n = bump(id + 10) WHERE id = 3');
CREATE FUNCTION change_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() = 1 THEN
    EXECUTE format('UPDATE %s SET n = 77 WHERE id = $1', TG_RELID::regclass) USING OLD.id;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER change_own BEFORE UPDATE ON remote.t FOR EACH ROW WHEN (OLD.id = 3) EXECUTE FUNCTION change_own();
CREATE TRIGGER change_own BEFORE UPDATE ON twin.t FOR EACH ROW WHEN (OLD.id = 3) EXECUTE FUNCTION change_own();
SELECT compare('UPDATE t SET n = 5 WHERE id = 3');
DROP TRIGGER change_own ON remote.t;
DROP TRIGGER change_own ON twin.t;
-- mended: one that it has only made is none of the statement's
CREATE FUNCTION make(key int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (key, 0); RETURN 1; END $$;
CREATE FUNCTION make_and_change(key int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (key, 0); UPDATE t SET n = n + 1 WHERE id = key; RETURN 1; END $$;
SELECT compare('UPDATE t SET n = 1 WHERE id = 30 AND make(30) = 1');
SELECT compare('UPDATE t SET n = n + make(id + 100) WHERE id IN (1, 2, 101)');
SELECT compare('UPDATE t SET n = n + make_and_change(id + 100) WHERE id IN (1, 2, 101)');
-- mended: one that it has deleted and made again is one
CREATE FUNCTION make_again(key int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN DELETE FROM t WHERE id = key; INSERT INTO t VALUES (key, 0); RETURN 1; END $$;
SELECT compare('UPDATE t SET n = make_again(5 - id) WHERE id IN (2, 3)');
SELECT compare('DELETE FROM t WHERE make_again(id) = 1 AND id = 1');
-- mended: after a request that is no statement, it changed a row again
CREATE FUNCTION request(key int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM dyn_request('dynamo', 'UpdateItem', format('{"TableName": "writers", "Key": {"id": {"N": "%s"}}, "UpdateExpression": "SET seen = :s", "ExpressionAttributeValues": {":s": {"BOOL": true}}}', key)::jsonb); RETURN 1; END $$;
SELECT compare('UPDATE t SET n = t.n + 1 FROM (VALUES (1), (1), (2), (1)) d (id) WHERE t.id = d.id AND request(t.id) = 1');
CREATE FUNCTION make_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() = 1 THEN
    EXECUTE format('INSERT INTO %s VALUES (400, 0)', TG_RELID::regclass);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER make_before BEFORE UPDATE ON remote.t EXECUTE FUNCTION make_before();
CREATE TRIGGER make_before BEFORE UPDATE ON twin.t EXECUTE FUNCTION make_before();
SELECT compare('UPDATE t SET n = n + 1');
SELECT compare('UPDATE t SET n = n + 1 WHERE id IN (1, 400)');
DROP TRIGGER make_before ON remote.t;
DROP TRIGGER make_before ON twin.t;
-- mended: ON CONFLICT of what a WITH query has deleted, or changed
SELECT compare('WITH d AS (DELETE FROM t WHERE id = 1 RETURNING id, n) INSERT INTO t SELECT id, n + 1 FROM d ON CONFLICT (id) DO UPDATE SET n = -1');
SELECT compare('WITH d AS (DELETE FROM t WHERE id = 1 RETURNING id, n) INSERT INTO t SELECT id, n + 1 FROM d');
-- (the WITH query's change stays)
SELECT compare('WITH d AS (UPDATE t SET n = 7 WHERE id = 1 RETURNING id, n) INSERT INTO t SELECT id, n + 1 FROM d ON CONFLICT (id) DO UPDATE SET n = -1');
-- mended: a row that another part had under way was changed twice
SET search_path = remote, several_writers, public;
ALTER FOREIGN TABLE t ADD next int;
TRUNCATE t;
INSERT INTO t SELECT g, 0, CASE WHEN g < 400 THEN g + 1 END FROM generate_series(1, 400) g;
WITH x AS (UPDATE t SET n = n + 1 WHERE next IS NOT NULL RETURNING id, next) UPDATE t SET n = t.n + 10 FROM x WHERE t.id = x.next;
SELECT count(*), count(*) FILTER (WHERE n NOT IN (0, 1, 10)) AS twice FROM t;
UPDATE t SET n = 0;
WITH x AS (UPDATE t SET n = n + 1 WHERE next IS NOT NULL RETURNING id, next)
  UPDATE t SET n = t.n + 10 FROM x, LATERAL (SELECT x.next + 5 AS other OFFSET 0) y WHERE t.id = y.other;
SELECT count(*), count(*) FILTER (WHERE n NOT IN (0, 1, 10)) AS twice FROM t;
SET search_path = remote, several_writers, public;
UPDATE remote.t SET n = bump(id) WHERE id = 3;
SELECT dyn_drop_table('remote.t'), dyn_drop_table('remote.o');
DROP SCHEMA several_writers, remote, twin CASCADE;
