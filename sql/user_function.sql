--
-- Functions that users have written, in statements that write: what they see,
-- and how often they are called, is what it is on ordinary tables.
-- Needs: transactions
--
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
\set SHOW_CONTEXT never
CREATE SCHEMA user_function;
CREATE SCHEMA remote;
CREATE SCHEMA twin;
CREATE FOREIGN TABLE remote.f (id int OPTIONS (key 'partition'), pos int, v text) SERVER dynamo OPTIONS (table_name 'user_function');
CREATE TABLE twin.f (id int PRIMARY KEY, pos int, v text);
SELECT dyn_create_table('remote.f');
SET search_path = user_function, public;
CREATE SEQUENCE calls;
CREATE FUNCTION below(int) RETURNS bigint STABLE LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM f WHERE pos < $1); END';
CREATE FUNCTION repeats(text, int) RETURNS boolean STABLE LANGUAGE plpgsql AS 'BEGIN RETURN EXISTS (SELECT FROM f WHERE v = $1 AND id <> $2); END';
CREATE FUNCTION next_pos() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT coalesce(max(pos), 0) + 1 FROM f); END';
CREATE FUNCTION lucky(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN nextval(''user_function.calls'') > 0 AND $1 % 2 = 1; END';
ALTER FOREIGN TABLE remote.f ALTER pos SET DEFAULT user_function.next_pos();
ALTER TABLE twin.f ALTER pos SET DEFAULT user_function.next_pos();
CREATE FUNCTION run(side text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  count bigint;
  result text;
  found text;
BEGIN
  PERFORM set_config('search_path', side || ', user_function, public', true);
  PERFORM setval('calls', 1, false);
  DELETE FROM f;
  INSERT INTO f SELECT g, g, 'v' || g % 10 FROM generate_series(1, 40) g;
  BEGIN
    EXECUTE statement;
    GET DIAGNOSTICS count = ROW_COUNT;
    result := count || ' rows';
  EXCEPTION WHEN OTHERS THEN
    result := SQLSTATE || ' ' || SQLERRM;
  END;
  SELECT format('%s; %s rows with %s different pos from %s to %s, %s v', result, count(*), count(DISTINCT pos), min(pos), max(pos), count(DISTINCT v)) INTO found FROM f;
  SELECT format('%s; %s calls', found, CASE WHEN is_called THEN last_value ELSE 0 END) INTO found FROM calls;
  PERFORM set_config('search_path', 'user_function, public', true);
  RETURN found;
END $$;
CREATE FUNCTION compare(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  remote text := run('remote', statement);
  twin text := run('twin', statement);
BEGIN
  RETURN CASE WHEN remote = twin THEN 'the same: ' || remote ELSE E'remote: ' || remote || E'\n  twin: ' || twin END;
END $$;

-- mended: a STABLE function saw what its statement had written
SELECT compare('UPDATE f SET pos = below(pos)');
SELECT compare('UPDATE f SET pos = below(pos) WHERE id > 20');
SELECT compare('UPDATE f SET pos = below(pos) WHERE id IN (1, 20, 40)');
SELECT compare('UPDATE f SET pos = below(pos) FROM generate_series(1, 20) g WHERE f.id = g');
SELECT compare('UPDATE f SET pos = 0 WHERE below(pos) < 20');
SELECT compare('DELETE FROM f WHERE repeats(v, id)');
SELECT compare('INSERT INTO f SELECT g, below(g) FROM generate_series(50, 80) g');
SELECT compare('UPDATE f SET id = id + 100 WHERE below(pos) > 10');
SELECT compare('WITH w AS (SELECT id, below(pos) AS b FROM f) UPDATE f SET pos = w.b FROM w WHERE w.id = f.id');
-- mended: a VOLATILE one did not see the rows before
SELECT compare('INSERT INTO f SELECT g, next_pos() FROM generate_series(50, 80) g');
SELECT compare('INSERT INTO f (id) SELECT generate_series(50, 80)');
SELECT compare('INSERT INTO f (id) VALUES (50), (51), (52), (53), (54), (55)');
SELECT compare('INSERT INTO f SELECT g, next_pos() FROM generate_series(30, 50) g ON CONFLICT DO NOTHING');
SELECT compare('UPDATE f SET pos = next_pos()');
SELECT compare('UPDATE f SET pos = next_pos() WHERE id IN (3, 4, 5)');
SELECT compare('UPDATE f SET pos = next_pos() FROM generate_series(1, 10) g WHERE f.id = g');
-- mended: one in WHERE was called twice a row, and both had to be true
SELECT compare('UPDATE f SET v = ''x'' WHERE lucky(pos)');
SELECT compare('UPDATE f SET v = ''x'' WHERE lucky(pos) AND id > 20');
SELECT compare('UPDATE f SET v = ''x'' WHERE id IN (1, 2, 3, 4) AND lucky(pos)');
SELECT compare('UPDATE f SET pos = pos + 1 WHERE lucky(pos)');
SELECT compare('DELETE FROM f WHERE lucky(pos)');
SELECT compare('DELETE FROM f WHERE EXISTS (SELECT FROM generate_series(1, 2) g WHERE lucky(f.pos + 2 * g))');
SELECT compare('UPDATE f SET v = ''x'' WHERE id = 7 AND lucky(pos)');
SELECT compare('UPDATE f SET id = id + 100 WHERE lucky(pos)');
-- mended: one that is called for a key that is taken found a write under way
SELECT compare('INSERT INTO f VALUES (1, 1, ''x'') ON CONFLICT (id) DO UPDATE SET pos = below(20)');
SELECT compare('INSERT INTO f VALUES (1, 1, ''x'') ON CONFLICT (id) DO UPDATE SET pos = next_pos() WHERE below(20) > 3 RETURNING f.*');
-- mended: it was called again for a row that has got another key
SELECT compare('UPDATE f SET id = id + 1000 WHERE lucky(id)');
-- mended: where the rows of an INSERT come from somewhere else, it was overlooked
SELECT compare('INSERT INTO f VALUES (50, next_pos()), (51, next_pos()), (52, next_pos())');
SELECT compare('INSERT INTO f SELECT 70, next_pos() UNION ALL SELECT 71, next_pos()');
SELECT compare('INSERT INTO f SELECT g, n FROM generate_series(60, 62) g, LATERAL (SELECT next_pos() AS n, g AS h OFFSET 0) s');
SELECT compare('INSERT INTO f VALUES (50, 1), (51, 1), (1, 1), (2, 1) ON CONFLICT (id) DO UPDATE SET pos = next_pos()');
-- mended: beside a read of the table, all calls came before the first write
SELECT compare('INSERT INTO f SELECT g, 7 FROM generate_series(80, 82) g WHERE NOT EXISTS (SELECT FROM f WHERE id = g) AND lucky(g)');
SELECT compare('INSERT INTO f SELECT g, next_pos() FROM generate_series(80, 80) g WHERE NOT EXISTS (SELECT FROM f WHERE id = g)');
SET search_path = remote, user_function, public;
INSERT INTO f SELECT g, next_pos() FROM generate_series(80, 82) g WHERE NOT EXISTS (SELECT FROM f WHERE id = g);
CREATE FOREIGN TABLE remote.other (id int OPTIONS (key 'partition')) SERVER dynamo OPTIONS (table_name 'user_function_other');
SELECT dyn_create_table('remote.other');
CREATE TABLE parent (id int, pos int) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE part PARTITION OF parent FOR VALUES FROM (0) TO (1000) SERVER dynamo OPTIONS (table_name 'user_function');
ALTER FOREIGN TABLE part ALTER id OPTIONS (ADD key 'partition');
CREATE FUNCTION count_parent() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM parent); END';
INSERT INTO parent SELECT id + 100, count_parent() FROM parent;
INSERT INTO parent SELECT id + 100, 1 FROM parent WHERE id < 3;
WITH w AS (INSERT INTO remote.other VALUES (1)) INSERT INTO parent SELECT id + 100, count_parent() FROM parent;
-- a table that has nothing to do with it may be read
CREATE FUNCTION count_other() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM remote.other); END';
INSERT INTO parent SELECT id + 200, count_other() FROM parent WHERE id < 3;
DELETE FROM parent WHERE id > 100;
CREATE TABLE local_parent (id int, pos int) PARTITION BY RANGE (id);
CREATE TABLE local_part PARTITION OF local_parent DEFAULT;
INSERT INTO local_parent SELECT id, count_parent() FROM remote.other;
EXPLAIN (COSTS OFF) INSERT INTO local_parent SELECT id, count_parent() FROM remote.other;
DROP TABLE local_parent;
DROP TABLE parent;
SET search_path = user_function, public;
-- mended: one whose value is the same for all rows: called before the first is written, whatever it reads
CREATE FUNCTION least_v() RETURNS text STABLE LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT min(v) FROM f); END';
SELECT compare('UPDATE f SET v = ''a'' WHERE v = least_v()');
SELECT compare('UPDATE f SET v = least_v(), pos = pos + 1 WHERE id > 5');
SELECT compare('UPDATE f SET v = least_v() || pos WHERE id > 5 AND v > least_v()');
SELECT compare('DELETE FROM f WHERE v = least_v()');
-- mended: one inside a CASE with a value, or in a cast of an array, was taken for such a one
CREATE FUNCTION is_same(int, text) RETURNS boolean STABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1::text = $2; END';
CREATE OPERATOR = (LEFTARG = int, RIGHTARG = text, FUNCTION = is_same);
SELECT compare('UPDATE f SET v = CASE pos WHEN ''1''::text THEN ''one'' WHEN ''2''::text THEN ''two'' ELSE ''more'' END');
SELECT compare('DELETE FROM f WHERE v = least_v() OR pos > 1000 AND upper(least_v()) = ''X''');

-- what it costs: the plans
SET search_path = remote, user_function, public;
EXPLAIN (COSTS OFF) UPDATE f SET pos = below(pos);
EXPLAIN (COSTS OFF) UPDATE f SET pos = next_pos();
EXPLAIN (COSTS OFF) UPDATE f SET v = 'a' WHERE v = least_v();
EXPLAIN (COSTS OFF) DELETE FROM f WHERE lucky(pos);
-- one row, and functions of PostgreSQL itself, as ever
EXPLAIN (COSTS OFF) UPDATE f SET pos = below(3) WHERE id = 1;
EXPLAIN (COSTS OFF) UPDATE f SET pos = next_pos() WHERE id = 1;
EXPLAIN (COSTS OFF) UPDATE f SET v = now()::text WHERE random() < 0.5;
EXPLAIN (COSTS OFF) INSERT INTO f (id, pos, v) SELECT g, g, 'v' || g FROM generate_series(1, 3) g;
-- what planning cannot see
UPDATE f SET v = 'y' WHERE id = 1 RETURNING below(3);
SELECT dyn_drop_table('f'), dyn_drop_table('remote.other');
DROP SCHEMA user_function, remote, twin CASCADE;
