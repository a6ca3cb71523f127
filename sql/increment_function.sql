--
-- dyn_increment() and dyn_decrement() on a table: the types of what they
-- return.
--
CREATE FOREIGN TABLE tally (
  id text OPTIONS (key 'partition'),
  s smallint, i integer, b bigint, n numeric, r real, d double precision,
  name text, money numeric(6,2)
) SERVER dynamo;
SELECT dyn_create_table('tally');

-- without a type: numeric
SELECT dyn_increment('tally', '{"id": "a"}', 'b') AS one, pg_typeof(dyn_increment('tally', '{"id": "a"}', 'b', 2));

-- the type of the last argument, which may be NULL
SELECT pg_typeof(x), x FROM dyn_increment('tally', '{"id": "a"}', 'b', 4, NULL::bigint) x;
SELECT pg_typeof(x), x FROM dyn_increment('tally', '{"id": "a"}', 's', 1, 0::smallint) x;
SELECT pg_typeof(x), x FROM dyn_decrement('tally', '{"id": "a"}', 'i', 1, NULL::integer) x;
SELECT pg_typeof(x), x FROM dyn_increment('tally', '{"id": "a"}', 'n', 0.5, NULL::numeric) x;
SELECT pg_typeof(x), x FROM dyn_increment('tally', '{"id": "a"}', 'r', 0.5, NULL::real) x;
SELECT pg_typeof(x), x FROM dyn_decrement('tally', '{"id": "a"}', 'd', 0.5, NULL::double precision) x;
SELECT pg_typeof(x), x FROM dyn_increment('tally', '{"id": "a"}', 'money', 1.25, NULL::numeric) x;
-- or a wider one
SELECT pg_typeof(x), x FROM dyn_increment('tally', '{"id": "a"}', 's', 1, NULL::bigint) x;
SELECT pg_typeof(x), x FROM dyn_increment('tally', '{"id": "a"}', 'r', 0.5, NULL::double precision) x;
SELECT pg_typeof(x), x FROM dyn_increment('tally', '{"id": "a"}', 'd', 1, NULL::numeric) x;

-- a narrower one could not hold what has been written by then
SELECT dyn_increment('tally', '{"id": "b"}', 'b', 1, NULL::integer);
SELECT dyn_increment('tally', '{"id": "b"}', 'n', 1, NULL::bigint);
SELECT dyn_increment('tally', '{"id": "b"}', 'd', 1, NULL::real);
SELECT dyn_increment('tally', '{"id": "b"}', 'i', 1, NULL::double precision);
SELECT dyn_decrement('tally', '{"id": "b"}', 'b', 1, ''::text);
CREATE DOMAIN small AS bigint CHECK (value < 2);
SELECT dyn_increment('tally', '{"id": "b"}', 'b', 1, NULL::small);
SELECT dyn_increment('tally', '{"id": "b"}', 'name', 1, NULL::text);
SELECT dyn_increment('tally', '{"id": "b"}', 'b', NULL, NULL::bigint);
SELECT count(*) FROM tally WHERE id = 'b';
SELECT * FROM tally;

SELECT dyn_drop_table('tally');
DROP FOREIGN TABLE tally;
DROP DOMAIN small;
