--
-- Scans that share their work: segments, parallel workers.
-- Needs: table_size scanned_count
--
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION plan_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  one text;
  result text := statement;
BEGIN
  FOR one IN SELECT explain_analyze(statement) LOOP
    IF one !~ 'DynamoDB Requests|Capacity|Sort Method|Memory' THEN
      result := result || E'\n    ' || regexp_replace(one, ' \(.*\)', '');
    END IF;
  END LOOP;
  RETURN result;
END $$;
-- large items, so that few are enough
CREATE FOREIGN TABLE heavy (id integer OPTIONS (key 'partition'), n integer, pad text) SERVER dynamo;
SELECT dyn_create_table('heavy');
INSERT INTO heavy SELECT g, g % 4, repeat('x', 390000) FROM generate_series(1, 40) g;
SELECT count(*), sum(n), count(DISTINCT id), min(length(pad)) FROM heavy;

SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SELECT plan_of('SELECT sum(n) FROM heavy');
SELECT plan_of('SELECT count(*) FROM heavy WHERE n = 3');
SELECT plan_of($$SELECT id FROM heavy WHERE n::text = '3'$$);
SELECT sum(n), count(*), count(DISTINCT id) FROM heavy;
SELECT count(*) FROM heavy WHERE n = 3;
SELECT n, count(*) FROM heavy WHERE length(pad) > 1 GROUP BY n ORDER BY n;
SET parallel_leader_participation = off;
SELECT sum(n), count(*), count(DISTINCT id) FROM heavy;
RESET parallel_leader_participation;
-- several times in one statement
SET enable_material = off;
SELECT g, (SELECT sum(n + g) FROM heavy WHERE id > g) FROM generate_series(1, 3) g;
RESET enable_material;
-- a transaction that keeps its writes until COMMIT keeps workers away, which
-- would not see them
PREPARE total AS SELECT sum(n) FROM heavy;
SELECT plan_of('EXECUTE total');
SET dynamorm_fdw.transaction_mode = 'atomic';
BEGIN;
UPDATE heavy SET n = n + 100 WHERE id = 1;
EXECUTE total;
SELECT plan_of('EXECUTE total');
SET LOCAL parallel_leader_participation = off;
EXECUTE total;
ROLLBACK;
SELECT plan_of('EXECUTE total');
RESET dynamorm_fdw.transaction_mode;
-- not where few rows are wanted, or one of them is written
SELECT plan_of('SELECT id FROM heavy LIMIT 1');
SELECT plan_of('UPDATE heavy SET n = n WHERE n = 77');
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
SELECT dyn_drop_table('heavy');
DROP FOREIGN TABLE heavy;
DROP FUNCTION plan_of;
