--
-- ANALYZE: rows from random segments of the table.
-- Needs: item_count
--
CREATE FOREIGN TABLE sample (
    id integer OPTIONS (key 'partition'),
    kind text,
    tags text[] OPTIONS (type 'SS'),
    rest jsonb OPTIONS (document 'true')
) SERVER dynamo;
SELECT dyn_create_table('sample');
ANALYZE sample;
SELECT reltuples FROM pg_class WHERE oid = 'sample'::regclass;
INSERT INTO sample
  SELECT n, CASE WHEN n % 4 = 0 THEN 'rare ' || n % 20 WHEN n % 10 <> 9 THEN 'common' END,
         ARRAY['a', 'b' || n % 3], jsonb_build_object('n', n)
    FROM generate_series(1, 1200) n;

-- a small table is read whole
ANALYZE sample;
SELECT reltuples FROM pg_class WHERE oid = 'sample'::regclass;
SELECT attname, round(null_frac::numeric, 2) AS null_frac, n_distinct
  FROM pg_stats WHERE tablename = 'sample' AND attname IN ('id', 'kind') ORDER BY 1;
SELECT (most_common_vals::text::text[])[1] FROM pg_stats WHERE tablename = 'sample' AND attname = 'kind';
-- of a larger one a part, about as large as is wanted
SET default_statistics_target = 1;
ANALYZE sample;
SELECT reltuples FROM pg_class WHERE oid = 'sample'::regclass;
RESET default_statistics_target;

-- it costs, and what it may cost is limited
INSERT INTO sample SELECT n, repeat('x', 300000), NULL, NULL FROM generate_series(-40, -1) n;
SET dynamorm_fdw.max_read_units = 100;
ANALYZE sample;
RESET dynamorm_fdw.max_read_units;

-- what cannot be read is an error, as in SELECT
\o /dev/null
SELECT dyn_request('dynamo', 'PutItem', '{"TableName": "sample", "Item": {"id": {"N": "0"}, "kind": {"N": "1"}}}');
\o
ANALYZE sample;

SELECT dyn_drop_table('sample');
DROP FOREIGN TABLE sample;
