--
-- Lists for both parts of a key of a table with more pages than there are
-- keys.  The small one: key_product.
-- Needs: table_size
--
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
CREATE FUNCTION plan_of(statement text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT line FROM explain_analyze(statement) line WHERE line ~ 'Operation|Candidates|Requests|Key Count|Computed' $$;
-- looked up, and read before it is written
CREATE FOREIGN TABLE much (p int OPTIONS (key 'partition'), q int OPTIONS (key 'sort'), n int, pad text) SERVER dynamo;
SELECT dyn_create_table('much');
INSERT INTO much SELECT g, g, g, repeat('x', 390000) FROM generate_series(1, 60) g;
SELECT format('ARRAY[%s]', string_agg(g::text, ',')) AS eleven FROM generate_series(1, 11) g \gset
SELECT plan_of('SELECT sum(n) FROM much WHERE p = ANY (' || :'eleven' || ') AND q = ANY (' || :'eleven' || ')');
SELECT plan_of('UPDATE much SET n = n + 1 WHERE p = ANY (' || :'eleven' || ') AND q = ANY (' || :'eleven' || ')');
SELECT count(*), sum(n) FROM much WHERE p < 12;
-- processes share a Scan, but not keys that turn out to be few
SET plan_cache_mode = force_generic_plan;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT format('%s', string_agg(g::text, ',')) AS many FROM generate_series(1, 900) g \gset
PREPARE of_many (int[]) AS SELECT p, q FROM much WHERE p = ANY ($1) AND q IN (:many);
EXECUTE of_many ('{3}');
EXECUTE of_many ('{3,4}');
DEALLOCATE of_many;
RESET plan_cache_mode;
SELECT dyn_drop_table('much');
DROP FOREIGN TABLE much;
DROP FUNCTION plan_of;
