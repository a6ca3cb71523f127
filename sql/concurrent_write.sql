--
-- Rows that the executor hands over are written several at once
-- Needs: item_count
--
CREATE FOREIGN TABLE concurrent_write (
  id text OPTIONS (key 'partition'),
  n bigint CHECK (n < 1000000),
  s text
) SERVER dynamo;
SELECT dyn_create_table('concurrent_write');
CREATE TABLE change AS
  SELECT 'k' || i AS id, i AS n FROM generate_series(1, 60) i;
ANALYZE change;
INSERT INTO concurrent_write
  SELECT 'k' || i, i FROM generate_series(1, 50) i;

-- an UPDATE ... FROM, with each row found once
EXPLAIN (COSTS OFF)
UPDATE concurrent_write t SET n = t.n + c.n FROM change c WHERE c.id = t.id;
UPDATE concurrent_write t SET n = t.n + c.n FROM change c WHERE c.id = t.id;
SELECT count(*), sum(n) FROM concurrent_write;

-- of several rows for one item the first counts
INSERT INTO change SELECT 'k' || i, i FROM generate_series(1, 20) i;
UPDATE concurrent_write t SET s = c.id FROM change c WHERE c.id = t.id;
UPDATE concurrent_write t SET n = t.n + 1 FROM change c
  WHERE t.id = 'k1' AND c.id IN ('k1', 'k2');
SELECT count(*), count(s), sum(n) FROM concurrent_write;

-- keys that change; each into a free one, and in a chain
UPDATE concurrent_write t SET id = t.id || 'x' FROM change c
  WHERE c.id = t.id AND c.n > 40;
SELECT count(*), count(*) FILTER (WHERE id LIKE '%x') AS moved, sum(n)
  FROM concurrent_write;
UPDATE concurrent_write SET id = 'y' || id WHERE n >= 0;
SELECT count(*), count(*) FILTER (WHERE id LIKE 'y%') AS moved, sum(n)
  FROM concurrent_write;
SET client_min_messages = error;
UPDATE concurrent_write t SET id = 'same' FROM change c
  WHERE 'y' || c.id = t.id AND c.n <= 3;
\echo :LAST_ERROR_SQLSTATE
RESET client_min_messages;
SELECT count(*), count(*) FILTER (WHERE id = 'same') AS same
  FROM concurrent_write;

-- one at a time where somebody looks at the row
EXPLAIN (COSTS OFF)
UPDATE concurrent_write t SET n = 2 FROM change c WHERE c.id = t.id
  RETURNING t.id;
EXPLAIN (COSTS OFF)
UPDATE concurrent_write t SET n = random() FROM change c WHERE c.id = t.id;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER keep BEFORE UPDATE ON concurrent_write
  FOR EACH ROW EXECUTE FUNCTION keep();
EXPLAIN (COSTS OFF)
UPDATE concurrent_write t SET n = 2 FROM change c WHERE c.id = t.id;
DROP TRIGGER keep ON concurrent_write;
ALTER FOREIGN TABLE concurrent_write
  ADD g bigint GENERATED ALWAYS AS (n * 2) STORED;
EXPLAIN (COSTS OFF)
UPDATE concurrent_write t SET n = 2 FROM change c WHERE c.id = t.id;
ALTER FOREIGN TABLE concurrent_write DROP g;
CREATE FUNCTION other(text) RETURNS bigint LANGUAGE sql
  AS 'SELECT n FROM concurrent_write WHERE id = $1';
EXPLAIN (COSTS OFF)
UPDATE concurrent_write t SET n = v.n
  FROM (VALUES ('k1', other('k2')), ('k2', other('k1'))) v (id, n)
  WHERE v.id = t.id;
SELECT explain($$
UPDATE concurrent_write t SET n = (SELECT other(c.id) FROM change c LIMIT 1)
  FROM change d WHERE d.id = t.id
$$);
DROP FUNCTION other;
SET dynamorm_fdw.enable_concurrent_writes = off;
EXPLAIN (COSTS OFF)
UPDATE concurrent_write t SET n = 2 FROM change c WHERE c.id = t.id;
RESET dynamorm_fdw.enable_concurrent_writes;

-- partitions, of which one is local: one at a time
CREATE TABLE part (id text, n bigint, s text) PARTITION BY HASH (id);
CREATE TABLE part_local PARTITION OF part
  FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE FOREIGN TABLE part_remote PARTITION OF part
  FOR VALUES WITH (MODULUS 2, REMAINDER 1) SERVER dynamo;
ALTER FOREIGN TABLE part_remote ALTER id OPTIONS (ADD key 'partition');
SELECT dyn_create_table('part_remote');
INSERT INTO part SELECT 'k' || i, i FROM generate_series(1, 40) i;
EXPLAIN (COSTS OFF)
UPDATE part t SET n = t.n * 2 FROM change c WHERE c.id = t.id AND c.n > 20;
UPDATE part t SET n = t.n * 2 FROM change c WHERE c.id = t.id AND c.n > 20;
SELECT count(*), sum(n) FROM part;
DELETE FROM part t USING change c WHERE c.id = t.id AND c.n > 30;
SELECT count(*), sum(n) FROM part;

-- two foreign ones, and then a trigger on one of them
CREATE TABLE both_parts (id text, n bigint) PARTITION BY HASH (id);
CREATE FOREIGN TABLE part_one PARTITION OF both_parts
  FOR VALUES WITH (MODULUS 2, REMAINDER 0) SERVER dynamo;
CREATE FOREIGN TABLE part_two PARTITION OF both_parts
  FOR VALUES WITH (MODULUS 2, REMAINDER 1) SERVER dynamo;
ALTER FOREIGN TABLE part_one ALTER id OPTIONS (ADD key 'partition');
ALTER FOREIGN TABLE part_two ALTER id OPTIONS (ADD key 'partition');
SELECT dyn_create_table('part_one'), dyn_create_table('part_two');
INSERT INTO both_parts SELECT 'k' || i, i FROM generate_series(1, 40) i;
EXPLAIN (COSTS OFF)
UPDATE both_parts t SET n = t.n * 2 FROM change c WHERE c.id = t.id;
UPDATE both_parts t SET n = t.n * 2 FROM change c
  WHERE c.id = t.id AND c.n > 20;
SELECT count(*), sum(n) FROM both_parts;
CREATE TRIGGER keep BEFORE UPDATE ON part_two
  FOR EACH ROW EXECUTE FUNCTION keep();
EXPLAIN (COSTS OFF)
UPDATE both_parts t SET n = t.n * 2 FROM change c WHERE c.id = t.id;
SELECT dyn_drop_table('part_one'), dyn_drop_table('part_two');
DROP TABLE both_parts;

-- DELETE ... USING; in a CTE
DELETE FROM concurrent_write t USING change c WHERE t.id = 'y' || c.id || 'x';
WITH gone AS (
  DELETE FROM concurrent_write t USING change c WHERE t.id = 'y' || c.id
)
SELECT count(*) FROM change;
SELECT count(*) FROM concurrent_write;

-- a row that was changed after it was read is no row for triggers, which would be shown what it was
INSERT INTO concurrent_write VALUES ('seen', 1);
CREATE FUNCTION change_meanwhile(id text) RETURNS boolean LANGUAGE sql AS $$
  SELECT dyn_request('dynamo', 'UpdateItem', jsonb_build_object('TableName', 'concurrent_write',
    'Key', jsonb_build_object('id', jsonb_build_object('S', id)),
    'UpdateExpression', 'SET n = :n', 'ExpressionAttributeValues', '{":n": {"N": "600"}}'::jsonb)) IS NOT NULL $$;
CREATE TRIGGER keep AFTER UPDATE OR DELETE ON concurrent_write FOR EACH ROW EXECUTE FUNCTION keep();
\set VERBOSITY sqlstate
UPDATE concurrent_write SET n = 7 WHERE id = 'seen' AND change_meanwhile(id);
UPDATE concurrent_write SET n = 1 WHERE id = 'seen';
DELETE FROM concurrent_write WHERE id = 'seen' AND change_meanwhile(id);
\set VERBOSITY default
SELECT id, n FROM concurrent_write WHERE id = 'seen';
DROP TRIGGER keep ON concurrent_write;
DROP FUNCTION change_meanwhile;

SELECT dyn_drop_table('concurrent_write'), dyn_drop_table('part_remote');
DROP FOREIGN TABLE concurrent_write;
DROP TABLE part, change;
DROP FUNCTION keep;
