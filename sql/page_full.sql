--
-- How much is read where pages end at their 1 MB, by the requests and items of
-- EXPLAIN ANALYZE.
-- Needs: scanned_count
--
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION reads(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  one text;
  result text := '';
BEGIN
  FOR one IN SELECT explain_analyze(statement) LOOP
    IF one ~ 'Foreign Scan|Sort|Rows Removed|DynamoDB|Key|FilterExpression|ScanIndexForward|Page Size|Select|Items' AND one !~ 'Sort Method' THEN
      result := result || E'\n    ' || btrim(one);
    END IF;
  END LOOP;
  RETURN statement || result;
END $$;
CREATE FOREIGN TABLE reading (
  meter text OPTIONS (key 'partition') COLLATE "C", at integer OPTIONS (key 'sort'),
  value numeric, kind text, blob text
) SERVER dynamo;
SELECT dyn_create_table('reading');
INSERT INTO reading SELECT 'm' || g % 3, g, g % 10, 'k' || g % 7, repeat('x', 500) FROM generate_series(1, 6000) g;

-- LIMIT
SELECT reads('SELECT * FROM reading LIMIT NULL');
SELECT reads('SELECT at FROM reading WHERE value = 77 LIMIT 3');
-- not where the rows are sorted, grouped or joined first
SELECT reads($$SELECT at FROM reading WHERE meter = 'm1' ORDER BY value, at LIMIT 3$$);
SELECT reads($$SELECT at, generate_series(1, 2) FROM reading WHERE meter = 'm1' LIMIT 3$$);
-- EXISTS
SELECT reads($$SELECT EXISTS (SELECT FROM reading WHERE value = 77)$$);
-- count(*): no items come, where DynamoDB can be told all
SELECT reads('SELECT count(*) FROM reading');
SELECT reads($$SELECT count(*) FROM reading WHERE meter = 'm1'$$);
SELECT reads($$SELECT count(*) FROM reading WHERE value = 77$$);
-- not where it can not, or a column is wanted
SELECT reads($$SELECT count(*) FROM reading WHERE upper(kind) = 'K3'$$);
SELECT reads($$SELECT count(value) FROM reading WHERE meter = 'm1'$$);
-- nor where a value cannot be said to DynamoDB
PREPARE how_many_of(text[]) AS SELECT count(*) FROM reading WHERE kind = ANY ($1);
SET plan_cache_mode = force_generic_plan;
SELECT reads('EXECUTE how_many_of(string_to_array(''k3'' || repeat('',another'', 900), '',''))');
SELECT dyn_drop_table('reading');
DROP FOREIGN TABLE reading;
DROP FUNCTION reads;
