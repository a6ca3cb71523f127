--
-- The extension and the server that all other tests use.  They run in this
-- database, after this one.
--
\getenv endpoint DYNAMODB_ENDPOINT
SET client_min_messages = warning;
CREATE EXTENSION dynamorm_fdw;
RESET client_min_messages;
CREATE SERVER dynamo FOREIGN DATA WRAPPER dynamorm_fdw
  OPTIONS (endpoint :'endpoint', region 'us-east-1');
-- EXPLAIN, without what the majors of PostgreSQL write each in its own way
CREATE FUNCTION explain(statement text, options text DEFAULT 'COSTS OFF') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (' || options || ') ' || statement LOOP
    line := regexp_replace(line, 'rows=(\d+)\.00', 'rows=\1');
    line := regexp_replace(line, '(InitPlan \d+) \(returns \$\d+\)', '\1');
    line := regexp_replace(line, '(InitPlan|SubPlan) (expr|exists)_(\d+)', '\1 \3');
    line := regexp_replace(line, '"\*SELECT\* \d+"|unnamed_subquery(_\d+)?', 'subquery');
    line := replace(line, '(InitPlan 1).col1', '$0');
    IF line !~ '^ *Disabled: true' THEN
      RETURN NEXT line;
    END IF;
  END LOOP;
END $$;
-- the same of EXPLAIN ANALYZE
CREATE FUNCTION explain_analyze(statement text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT explain(statement, 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF') $$;
-- an item as it is stored, with an order for the members of its sets
CREATE FUNCTION sorted_sets(item jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT CASE jsonb_typeof(item)
    WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(m.key, CASE WHEN m.key IN ('SS', 'NS', 'BS')
      THEN (SELECT jsonb_agg(e ORDER BY e) FROM jsonb_array_elements(m.value) e)
      ELSE sorted_sets(m.value) END), '{}') FROM jsonb_each(item) m)
    WHEN 'array' THEN (SELECT coalesce(jsonb_agg(sorted_sets(e) ORDER BY n), '[]') FROM jsonb_array_elements(item) WITH ORDINALITY a (e, n))
    ELSE item END $$;
CREATE USER MAPPING FOR CURRENT_USER SERVER dynamo
  OPTIONS (access_key_id 'test', secret_access_key 'test');
-- DynamoDB answers
SELECT jsonb_typeof(dyn_request('dynamo', 'ListTables', '{}') -> 'TableNames');
