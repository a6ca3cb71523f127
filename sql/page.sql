--
-- How much is read: LIMIT, EXISTS, min() and max(), count(*), by the requests
-- and items of EXPLAIN ANALYZE.  Where pages are full: page_full.
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

-- LIMIT: a page is no larger than what is wanted, where every item is a row
SELECT reads('SELECT * FROM reading LIMIT 10');
SELECT reads('SELECT * FROM reading LIMIT 10 OFFSET 5');
SELECT reads('SELECT * FROM reading LIMIT 0');
SELECT reads($$SELECT at FROM reading WHERE meter = 'm1' ORDER BY at LIMIT 3$$);
SELECT reads($$SELECT at FROM reading WHERE meter = 'm1' ORDER BY at DESC LIMIT 3 OFFSET 1$$);
SELECT reads($$SELECT at FROM reading WHERE meter = 'm1' AND at >= 500 ORDER BY at LIMIT 3$$);
-- else pages grow, until there are rows enough or no items more
SELECT reads($$SELECT at FROM reading WHERE meter = 'm1' AND at > 500 AND at < 600 ORDER BY at LIMIT 3$$);
SELECT reads('SELECT at FROM reading WHERE value = 3 LIMIT 3');
SELECT reads($$SELECT at FROM reading WHERE meter = 'm1' AND upper(kind) = 'K3' LIMIT 3$$);
-- not where the rows are sorted, grouped or joined first
SELECT reads($$SELECT DISTINCT value FROM reading WHERE meter = 'm1' AND at < 100 LIMIT 3$$);
SELECT reads($$SELECT at, sum(at) OVER () FROM reading WHERE meter = 'm1' AND at < 100 LIMIT 3$$);
-- a LIMIT that is known only when the statement runs
SET plan_cache_mode = force_generic_plan;
PREPARE first(bigint, bigint) AS SELECT at FROM reading WHERE meter = 'm1' ORDER BY at LIMIT $1 OFFSET $2;
SELECT reads('EXECUTE first(2, 1)');
EXECUTE first(2, 1);
SELECT count(*) FROM (SELECT 1 FROM reading LIMIT (SELECT 7)) s;

-- min() and max() of the sort key, and EXISTS
SELECT reads($$SELECT max(at) FROM reading WHERE meter = 'm1'$$);
SELECT reads($$SELECT min(at) FROM reading WHERE meter = 'm1' AND at > 1000$$);
SELECT reads($$SELECT EXISTS (SELECT FROM reading WHERE meter = 'm1')$$);
SELECT max(at), min(at), EXISTS (SELECT FROM reading WHERE meter = 'm3') FROM reading WHERE meter = 'm1';

-- count(*): no items come, where DynamoDB can be told all
SELECT reads($$SELECT count(*) FROM reading WHERE meter = 'm1' AND at BETWEEN 100 AND 200 AND value = 3$$);
SELECT count(*), count(*) FILTER (WHERE true), sum(2), bool_and(true) FROM reading WHERE value IN (3, 4);
SELECT count(*) FROM reading a, generate_series(1, 2) WHERE value > 7;
SELECT count(*) FROM reading WHERE kind IS NULL;
-- not where it can not, or a column is wanted
SELECT reads($$SELECT count(*) FROM reading WHERE meter = 'm1' AND at > 100 AND at < 200$$);
-- values that cannot be said to DynamoDB, when they come up
PREPARE how_many(numeric) AS SELECT count(*) FROM reading WHERE value < $1;
EXECUTE how_many(3);
EXECUTE how_many('NaN');
EXECUTE how_many(NULL);
EXECUTE how_many(3.14159265358979323846264338327950288419716939937510);
PREPARE how_many_of(text[]) AS SELECT count(*) FROM reading WHERE kind = ANY ($1);
EXECUTE how_many_of('{k1,k2}');
EXECUTE how_many_of(string_to_array('k3' || repeat(',another', 900), ','));
SELECT dyn_drop_table('reading');
DROP FOREIGN TABLE reading;
DROP FUNCTION reads;
