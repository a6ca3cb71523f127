--
-- Lists for both parts of a key: how their keys are found is a matter of what
-- it costs, and so is whether they are read before they are written.
-- Needs: item_count
--
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
CREATE FUNCTION plan_of(statement text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT line FROM explain_analyze(statement) line WHERE line ~ 'Operation|Candidates|Requests|Key Count|Computed' $$;
-- mended: a small table was looked up, or written, key by key
CREATE FOREIGN TABLE few (p int OPTIONS (key 'partition'), q int OPTIONS (key 'sort'), n int) SERVER dynamo;
SELECT dyn_create_table('few');
INSERT INTO few SELECT g % 10, g, g FROM generate_series(1, 50) g;
SELECT format('ARRAY[%s]', string_agg(g::text, ',')) AS hundred FROM generate_series(1, 100) g \gset
SELECT plan_of('SELECT sum(n) FROM few WHERE p = ANY (' || :'hundred' || ') AND q = ANY (' || :'hundred' || ')');
SELECT count(*), sum(n) FROM few WHERE p = ANY (:hundred) AND q = ANY (:hundred);
SELECT plan_of('UPDATE few SET n = n + 1 WHERE p = ANY (' || :'hundred' || ') AND q = ANY (' || :'hundred' || ')');
SELECT plan_of('DELETE FROM few WHERE p = ANY (' || :'hundred' || ') AND q = ANY (' || :'hundred' || ') AND n > 1000');
SELECT count(*), sum(n) FROM few;
-- with arrays that are not known, what they are is looked up
PREPARE of_both (int[]) AS SELECT count(*), sum(n) FROM few WHERE p = ANY ($1) AND q = ANY ($1);
SET plan_cache_mode = force_generic_plan;
SELECT line FROM explain('EXECUTE of_both (''{1,2}'')') line WHERE line ~ 'Operation';
EXECUTE of_both ('{1,2,3,11,12}');
EXECUTE of_both (:hundred);
RESET plan_cache_mode;
-- one list, and small products, as ever
SELECT plan_of('SELECT sum(n) FROM few WHERE p = 3 AND q = ANY (' || :'hundred' || ')');
SELECT plan_of('SELECT sum(n) FROM few WHERE p IN (1, 2, 3) AND q IN (1, 2, 3, 11)');
SELECT plan_of('UPDATE few SET n = 0 WHERE p IN (1, 2) AND q IN (1, 2)');
SELECT plan_of('UPDATE few SET n = 0 WHERE (p, q) IN ((1, 1), (2, 2), (3, 4))');
SELECT dyn_drop_table('few');
DROP FOREIGN TABLE few;
DROP FUNCTION plan_of;
DEALLOCATE of_both;
