--
-- Rows that the executor hands over are written several at once
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
SET dynamorm_fdw.enable_concurrent_writes = off;
EXPLAIN (COSTS OFF)
UPDATE concurrent_write t SET n = 2 FROM change c WHERE c.id = t.id;
RESET dynamorm_fdw.enable_concurrent_writes;

-- partitions, of which one is local
CREATE TABLE part (id text, n bigint, s text) PARTITION BY HASH (id);
CREATE TABLE part_local PARTITION OF part
  FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE FOREIGN TABLE part_remote PARTITION OF part
  FOR VALUES WITH (MODULUS 2, REMAINDER 1) SERVER dynamo;
ALTER FOREIGN TABLE part_remote ALTER id OPTIONS (ADD key 'partition');
SELECT dyn_create_table('part_remote');
INSERT INTO part SELECT 'k' || i, i FROM generate_series(1, 40) i;
UPDATE part t SET n = t.n * 2 FROM change c WHERE c.id = t.id AND c.n > 20;
SELECT count(*), sum(n) FROM part;
DELETE FROM part t USING change c WHERE c.id = t.id AND c.n > 30;
SELECT count(*), sum(n) FROM part;

-- DELETE ... USING; in a CTE
DELETE FROM concurrent_write t USING change c WHERE t.id = 'y' || c.id || 'x';
WITH gone AS (
  DELETE FROM concurrent_write t USING change c WHERE t.id = 'y' || c.id
)
SELECT count(*) FROM change;
SELECT count(*) FROM concurrent_write;

SELECT dyn_drop_table('concurrent_write'), dyn_drop_table('part_remote');
DROP FOREIGN TABLE concurrent_write;
DROP TABLE part, change;
DROP FUNCTION keep;
