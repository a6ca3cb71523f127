--
-- The local definitions of the dyn_ functions: what they resolve to, and what
-- they give.
--
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN amount AS integer CHECK (VALUE < 1000);
CREATE TABLE local_value (
  small smallint,
  int integer,
  big bigint,
  num numeric(10,2),
  free numeric,
  single real,
  double double precision,
  dom amount,
  name varchar(20),
  labels text[],
  names varchar(10)[],
  codes char(3)[],
  ints integer[],
  bigs bigint[],
  nums numeric[],
  moods mood[],
  doc jsonb,
  at timestamptz
);
INSERT INTO local_value VALUES (1, 2, 3, 4.50, 5, 6, 7, 8, 'Ann', '{b,a}',
  '{b,a}', '{b,a}', '{2,1}', '{2,1}', '{2.0,1}', '{happy,sad}', '[1, 2]',
  '2026-01-02 03:04:05+00');

-- every mix of types finds its variant, and the result has the column's type
SELECT pg_typeof(dyn_increment(small)) AS a, pg_typeof(dyn_increment(int)) AS b,
  pg_typeof(dyn_increment(big)) AS c, pg_typeof(dyn_increment(num)) AS d,
  pg_typeof(dyn_increment(single)) AS e, pg_typeof(dyn_increment(double)) AS f,
  pg_typeof(dyn_increment(dom)) AS g
  FROM local_value;
SELECT pg_typeof(dyn_increment(small, 1)) AS a, pg_typeof(dyn_increment(int, 1)) AS b,
  pg_typeof(dyn_increment(big, 1)) AS c, pg_typeof(dyn_increment(num, 1)) AS d,
  pg_typeof(dyn_increment(single, 1)) AS e, pg_typeof(dyn_increment(double, 1)) AS f,
  pg_typeof(dyn_increment(dom, 1)) AS g
  FROM local_value;
SELECT pg_typeof(dyn_add(small, small)) AS a, pg_typeof(dyn_add(int, small)) AS b,
  pg_typeof(dyn_add(big, small)) AS c, pg_typeof(dyn_add(num, small)) AS d,
  pg_typeof(dyn_add(small, big)) AS e, pg_typeof(dyn_add(int, big)) AS f,
  pg_typeof(dyn_add(num, big)) AS g, pg_typeof(dyn_add(double, big)) AS h
  FROM local_value;
SELECT pg_typeof(dyn_add(num, 100.50)) AS a, pg_typeof(dyn_add(single, 0.5)) AS b,
  pg_typeof(dyn_add(double, 0.5)) AS c, pg_typeof(dyn_add(int, 0.5)) AS d,
  pg_typeof(dyn_add(big, 0.5)) AS e, pg_typeof(dyn_add(double, single)) AS f,
  pg_typeof(dyn_add(num, '1.5')) AS g, pg_typeof(dyn_add(int, '5')) AS h
  FROM local_value;
PREPARE parameters AS SELECT dyn_increment(small, $1), dyn_increment(int, $2),
  dyn_increment(big, $3), dyn_add(num, $4), dyn_add(double, $5)
  FROM local_value;
SELECT parameter_types FROM pg_prepared_statements WHERE name = 'parameters';
DEALLOCATE parameters;
PREPARE typed(integer, numeric, bigint) AS
  SELECT dyn_add(small, $1), dyn_add(big, $1), dyn_add(num, $2),
    dyn_add(int, $3) FROM local_value;
EXECUTE typed(10, 0.25, 20);
DEALLOCATE typed;

-- numbers
UPDATE local_value SET small = dyn_increment(small), int = dyn_increment(int, 10),
  big = dyn_decrement(big), num = dyn_add(num, 100.50),
  free = dyn_decrement(free, 0.25), single = dyn_increment(single, 0.5),
  double = dyn_add(double, 0.5), dom = dyn_increment(dom)
  RETURNING small, int, big, num, free, single, double, dom;
UPDATE local_value SET int = dyn_increment(int, 0.5), dom = dyn_add(dom, 990)
  RETURNING int;
UPDATE local_value SET int = dyn_increment(int, 0.5) RETURNING int;
SELECT dyn_increment(NULL::smallint) AS a, dyn_increment(NULL::integer, 5) AS b,
  dyn_decrement(NULL::bigint, 5) AS c, dyn_add(NULL::numeric, 1.50) AS d,
  dyn_decrement(NULL::real) AS e, dyn_decrement(NULL::float8, 0.5) AS f;
SELECT dyn_increment(NULL::numeric, 'NaN') AS a, dyn_add(1.5::float8, 'infinity') AS b;
SELECT dyn_increment(1, NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_decrement(1.5, NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_increment(32767::smallint);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_decrement((-32768)::smallint);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_increment(2147483647);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_increment(1, 2147483647);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_decrement(1, -9223372036854775808);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_increment(9223372036854775807);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_decrement((-9223372036854775808)::bigint, 1);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_add(3e38::real, 3e38);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_add(1e308::float8, 1e308);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_increment(-5) AS a, dyn_decrement(5, -5) AS b,
  dyn_add(2147483647, -2147483648) AS c, dyn_increment(-1, 2147483648) AS d;

-- sets: sorted by value, text by its bytes, no duplicates
UPDATE local_value SET labels = dyn_set_add(labels, ARRAY['premium', 'verified', 'B', 'a', 'é']),
  names = dyn_set_add(names, ARRAY['c', 'b']), codes = dyn_set_add(codes, ARRAY['c', 'b']),
  ints = dyn_set_add(ints, ARRAY[3, 1]), bigs = dyn_set_add(bigs, ARRAY[3, 10]),
  nums = dyn_set_add(nums, ARRAY[3, 1.00]), moods = dyn_set_add(moods, '{ok,sad}')
  RETURNING labels, names, codes, ints, bigs, nums, moods;
SELECT pg_typeof(dyn_set_add(labels, ARRAY['a'])) AS a,
  pg_typeof(dyn_set_add(names, ARRAY['a'])) AS b,
  pg_typeof(dyn_set_add(codes, ARRAY['a'])) AS c,
  pg_typeof(dyn_set_add(ints, ARRAY[1])) AS d,
  pg_typeof(dyn_set_add(bigs, ARRAY[1])) AS e,
  pg_typeof(dyn_set_add(nums, ARRAY[1])) AS f,
  pg_typeof(dyn_set_delete(moods, '{ok}')) AS g,
  pg_typeof(dyn_set_delete(labels, '{a}')) AS h
  FROM local_value;
UPDATE local_value SET labels = dyn_set_delete(labels, ARRAY['B', 'nobody', 'a', 'a']),
  names = dyn_set_delete(names, ARRAY['a', 'b', 'c']), nums = dyn_set_delete(nums, ARRAY[2]),
  bigs = dyn_set_delete(bigs, '{}'), moods = dyn_set_delete(moods, '{happy,sad}')
  RETURNING labels, names, nums, bigs, moods;
SELECT dyn_set_add(NULL, ARRAY['b', 'a', 'b']) AS a, dyn_set_add(NULL::text[], '{}') AS b,
  dyn_set_delete(NULL::text[], ARRAY['a']) AS c, dyn_set_add('{}'::text[], '{}') AS d,
  dyn_set_delete('{}'::int[], '{1}') AS e, dyn_set_add('{b,a,b}'::text[], '{}') AS f,
  dyn_set_delete('{b,a,b}'::text[], '{c}') AS g, dyn_set_add('[5:6]={2,1}'::int[], '{3}') AS h;
SELECT dyn_set_add(ARRAY['\x02', '\x01ff']::bytea[], ARRAY['\x01']::bytea[]) AS a,
  dyn_set_add(ARRAY['f0000000-0000-0000-0000-000000000000',
                    '10000000-0000-0000-0000-000000000000']::uuid[], '{}') AS b;
SELECT dyn_set_add(ARRAY['a'], NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_set_delete(ARRAY['a'], NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_set_add(ARRAY['a'], ARRAY[NULL]);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_set_delete(ARRAY['a', NULL], ARRAY['a']);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_set_add(ARRAY[[1, 2], [3, 4]], ARRAY[5]);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_set_add(ARRAY['{}'::json], ARRAY['{}'::json]);
\echo :LAST_ERROR_SQLSTATE

-- values
SELECT dyn_if_not_exists(big, 5) AS a, dyn_if_not_exists(name, 'Bob') AS b,
  dyn_if_not_exists(NULL::varchar, 'Bob') AS c, dyn_if_not_exists(NULL::bigint, 5) AS d,
  dyn_if_not_exists(NULL::int, NULL) AS e, dyn_if_not_exists(doc, '{}') AS f,
  dyn_if_not_exists(NULL::timestamptz, '2026-01-01 UTC') = '2026-01-01 UTC' AS g,
  pg_typeof(dyn_if_not_exists(big, 5)) AS h, pg_typeof(dyn_if_not_exists(name, 'Bob')) AS i
  FROM local_value;

-- lists that are arrays
SELECT dyn_list_append(ARRAY['a'], ARRAY['c', 'b']) AS a, dyn_list_prepend(ARRAY['a'], ARRAY['c', 'b']) AS b,
  dyn_list_append(NULL, ARRAY['a']) AS c, dyn_list_prepend(NULL::text[], '{}') AS d,
  dyn_list_append('{}'::bigint[], ARRAY[1]) AS e, dyn_list_append(ARRAY[1], ARRAY[NULL, 2]) AS f,
  dyn_list_append(ARRAY[[1, 2]], ARRAY[[3, 4]]) AS g, dyn_list_append(NULL, ARRAY[[3, 4]]) AS h;
SELECT pg_typeof(dyn_list_append(bigs, ARRAY[1])) AS a, pg_typeof(dyn_list_append(names, ARRAY['x'])) AS b,
  pg_typeof(dyn_list_append(labels, '{x}')) AS c, pg_typeof(dyn_list_set(bigs, 0, 1)) AS d,
  pg_typeof(dyn_list_set(names, 0, 'x')) AS e, pg_typeof(dyn_list_remove(names, 0)) AS f
  FROM local_value;
SELECT dyn_list_set(ARRAY['a', 'b'], 0, 'x') AS a, dyn_list_set(ARRAY['a', 'b'], 2, 'x') AS b,
  dyn_list_set(ARRAY['a', 'b'], 2147483647, 'x') AS c, dyn_list_set(NULL, 5, 'x'::text) AS d,
  dyn_list_set('{}'::int[], 3, 7) AS e, dyn_list_set(ARRAY[1, 2], 1, NULL) AS f,
  dyn_list_set('[0:1]={1,2}'::int[], 1, 7) AS g;
SELECT dyn_list_remove(ARRAY['a', 'b', NULL], 0) AS a, dyn_list_remove(ARRAY['a', 'b'], 1) AS b,
  dyn_list_remove(ARRAY['a'], 0) AS c, dyn_list_remove(ARRAY['a'], 1) AS d,
  dyn_list_remove(NULL::text[], 0) AS e, dyn_list_remove('{}'::text[], 0) AS f;
SELECT dyn_list_append(ARRAY['a'], NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_list_append(ARRAY[[1, 2]], ARRAY[3, 4]);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_list_append(ARRAY[[1, 2]], ARRAY[[3]]);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_list_set(ARRAY['a'], -1, 'b');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_list_set(ARRAY['a'], NULL, 'b');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_list_set(ARRAY[[1, 2]], 0, 3);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_list_remove(ARRAY['a'], -1);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_list_remove(NULL::text[], -1);
\echo :LAST_ERROR_SQLSTATE

-- lists that are jsonb
SELECT dyn_list_append(doc, '["x", {"a": [1]}]') AS a, dyn_list_prepend(doc, '["x"]') AS b,
  dyn_list_append(NULL, '[1]'::jsonb) AS c, dyn_list_append('null', '[1]'::jsonb) AS d,
  dyn_list_append(doc, '[]') AS e, dyn_list_prepend(NULL::jsonb, '[]') AS f,
  dyn_list_append('[[1]]'::jsonb, '[[2], null]') AS g
  FROM local_value;
SELECT dyn_list_set(doc, 0, '"x"') AS a, dyn_list_set(doc, 9, '{"a": 1}') AS b,
  dyn_list_set(NULL, 3, '1'::jsonb) AS c, dyn_list_set(doc, 1, NULL) AS d,
  dyn_list_set(doc, 1, '[3, [4]]') AS e, dyn_list_set('[]'::jsonb, 0, '[]') AS f
  FROM local_value;
SELECT dyn_list_remove(doc, 0) AS a, dyn_list_remove(doc, 2) AS b,
  dyn_list_remove(NULL::jsonb, 0) AS c, dyn_list_remove('[1]'::jsonb, 0) AS d,
  dyn_list_remove('[{"a": 1}, [2], "c"]'::jsonb, 1) AS e, dyn_list_remove('null'::jsonb, 0) AS f
  FROM local_value;
SELECT dyn_list_append('[1]'::jsonb, '2');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_list_append('[1]'::jsonb, NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_list_append('[1]'::jsonb, 'null');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_list_append('{"a": 1}'::jsonb, '[2]');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_list_prepend('"a"'::jsonb, '[2]');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_list_set('{}'::jsonb, 0, '2');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_list_set('[1]'::jsonb, -1, '2');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_list_remove('5'::jsonb, 0);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_list_remove('[1]'::jsonb, NULL);
\echo :LAST_ERROR_SQLSTATE

-- attributes
SELECT dyn_attribute_exists(int) AS a, dyn_attribute_exists(NULL) AS b,
  dyn_attribute_type(int) AS c, dyn_attribute_type(name) AS d, dyn_attribute_type(labels) AS e,
  dyn_attribute_type(doc) AS f, dyn_attribute_type('{}'::jsonb) AS g, dyn_attribute_type('1'::jsonb) AS h,
  dyn_attribute_type('null'::jsonb) AS i, dyn_attribute_type(NULL::int) AS j, dyn_attribute_type(at) AS k,
  dyn_attribute_type('x') AS l, dyn_attribute_type(true) AS m, dyn_attribute_type('\x00'::bytea) AS n,
  dyn_attribute_type(local_value) AS o
  FROM local_value;
SELECT dyn_upsert();
\echo :LAST_ERROR_SQLSTATE
UPDATE local_value SET int = 1 WHERE int = 2 OR dyn_upsert();
\echo :LAST_ERROR_SQLSTATE

-- functions on a table want a foreign table
SELECT dyn_increment('local_value', '{"int": 1}', 'big');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_decrement('local_value', '{"int": 1}', 'big', 5);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_increment('local_value', NULL, 'big');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_increment('local_value', '{"int": 1}', 'big', 1, NULL::bigint);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_create_table('local_value');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_drop_table(1::oid);
\echo :LAST_ERROR_SQLSTATE

DROP TABLE local_value;
DROP DOMAIN amount;
DROP TYPE mood;
