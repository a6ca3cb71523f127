--
-- Keys of types whose equal values have several texts: they get one spelling
-- where there is one, and are not written where there is none.
-- Needs: transactions
--
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
CREATE SCHEMA key_spelling;
SET search_path = key_spelling, public;
-- the result of a statement, or its error
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
  count int;
  detail text;
  hint text;
BEGIN
  IF statement ~ '^SELECT|RETURNING' THEN
    EXECUTE format('WITH w AS (%s) SELECT coalesce(string_agg(w::text, '' '' ORDER BY w::text), ''none'') FROM w', statement) INTO result;
  ELSE
    EXECUTE statement;
    GET DIAGNOSTICS count = ROW_COUNT;
    result := count || ' rows';
  END IF;
  RETURN statement || E'\n  = ' || result;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN statement || E'\n  = ' || concat_ws(E'\n    ', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;

-- ---- intervals ----
CREATE FOREIGN TABLE span (p int OPTIONS (key 'partition'), k interval OPTIONS (key 'sort'), v int, i interval) SERVER dynamo OPTIONS (table_name 'key_spelling_span');
CREATE FOREIGN TABLE span_stored (p int OPTIONS (key 'partition'), k text OPTIONS (key 'sort') COLLATE "C", v int, i text) SERVER dynamo OPTIONS (table_name 'key_spelling_span');
SELECT dyn_create_table('span');
-- mended: intervals that are equal were different keys
SELECT try(s) FROM unnest(ARRAY['INSERT INTO span VALUES (1, ''1 day'', 1)', 'INSERT INTO span VALUES (1, ''24:00'', 4)',
  'INSERT INTO span VALUES (1, ''24:00'', 4) ON CONFLICT DO NOTHING',
  'INSERT INTO span VALUES (1, ''2 days -24:00'', 5) ON CONFLICT (p, k) DO UPDATE SET v = 100 RETURNING *',
  'INSERT INTO span VALUES (1, ''30 days'', 7), (1, ''1 mon'', 8)', 'INSERT INTO span VALUES (1, ''30 days'', 7), (1, ''720:00'', 8) ON CONFLICT DO NOTHING',
  'INSERT INTO span VALUES (1, ''60 days'', 7), (1, ''2 mons'', 8) ON CONFLICT (p, k) DO UPDATE SET v = span.v + 1',
  'UPDATE span SET v = v + 1 WHERE p = 1 AND k = ''24:00'' RETURNING k, v',
  'UPDATE span SET v = dyn_increment(v) WHERE p = 1 AND k = ''1440 minutes'' AND dyn_upsert() RETURNING k, v',
  'SELECT dyn_increment(''span'', ''{"p": 1, "k": "86400 seconds"}'', ''v'')',
  'UPDATE span SET v = v + 1 FROM (VALUES (''24:00''::interval), (''2 days -24:00'')) x (y) WHERE p = 1 AND k = y RETURNING k, v',
  'SELECT k, v FROM span WHERE p = 1 AND k IN (''24:00'', ''720:00'', ''1 day'', ''1 hour'')',
  'SELECT v FROM (VALUES (''24:00''::interval), (''30 days''), (''1 hour'')) x (y) JOIN span ON p = 1 AND k = y',
  'UPDATE span SET k = ''24:00'' WHERE p = 1 AND k = ''1 day'' RETURNING k, v', 'UPDATE span SET k = ''1 mon'' WHERE p = 1 AND k = ''24:00''',
  'UPDATE span SET k = ''-1 mon +27 days'' WHERE p = 1 AND k = ''24:00'' RETURNING k, v', 'DELETE FROM span WHERE p = 1 AND k = ''-72:00'' RETURNING k',
  'SELECT k, v FROM span', 'DELETE FROM span RETURNING k']) s;
\set SHOW_CONTEXT never
\copy span (p, k, v) FROM PROGRAM 'printf "1\t36:00\t1\n1\t1 day 12:00\t2\n"'
\set SHOW_CONTEXT errors
SELECT try('SELECT k, v FROM span');
-- each is stored as justify_interval() makes it, and other attributes as they are given
INSERT INTO span SELECT 2, k, n, k FROM unnest('{0,24:00,-24:00,
  1 day -24:00:00.000001,
  1 mon -30 days,1 mon -1 day -1 second,
  365 days,1 year,-1 year +1 day,90 min,
  2147483647 mons 2147483647 days,
  -2147483648 mons -2147483648 days -24:00:00.5,
  2147483647 mons 30 days 24:00}'::interval[])
  WITH ORDINALITY x (k, n)
  ON CONFLICT DO NOTHING;
SELECT f.v, s.k, f.k, f.i, f.k = f.i AS same, f.k::text = justify_interval(f.i)::text AS justified FROM span f JOIN span_stored s USING (p, v) WHERE p = 2 AND v < 11 ORDER BY v;
SELECT s.k, f.k, f.k = f.i AS same FROM span f JOIN span_stored s USING (p, v) WHERE p = 2 AND v >= 11 ORDER BY v;
SELECT explain($$SELECT v FROM span WHERE p = 2 AND k = '8760:00'$$);
SELECT explain($$UPDATE span SET v = 0 WHERE p = 2 AND k = '8760:00'$$);
-- a key in another spelling
INSERT INTO span_stored VALUES (3, 'PT24H', 1);
SELECT try('SELECT k FROM span WHERE p = 3');
DELETE FROM span_stored WHERE p = 3;
-- also: intervals are not in the order of their texts
SELECT v FROM span WHERE p = 2 AND k > '23:00' AND k <= '1 year' ORDER BY v;
SELECT string_agg(v::text, ' ') FROM (SELECT v FROM span WHERE p = 2 ORDER BY k, v) x;
SELECT max(k), count(*) FROM span WHERE p = 2 AND k < '1 year';
SELECT explain($$SELECT v FROM span WHERE p = 2 AND k > '1 day' ORDER BY k$$);
-- also: other attributes keep the spelling that they are given
UPDATE span SET i = '48:00' WHERE p = 2 AND k = '0' AND i = '00:00' RETURNING i;
UPDATE span SET v = -1 WHERE p = 2 AND k = '0' AND i = '2 days' RETURNING i;
SELECT i FROM span_stored WHERE p = 2 AND v = -1;
SELECT dyn_drop_table('span');
-- mended: interval as the partition key
CREATE FOREIGN TABLE span_part (k interval(0) OPTIONS (key 'partition'), v int) SERVER dynamo OPTIONS (table_name 'key_spelling_span');
SELECT dyn_create_table('span_part');
SELECT try(s) FROM unnest(ARRAY['INSERT INTO span_part VALUES (''1 day'', 1), (''1 week'', 2)', 'INSERT INTO span_part VALUES (''24:00:00.4'', 2) ON CONFLICT (k) DO UPDATE SET v = 3',
  'SELECT * FROM span_part WHERE k = ''24:00''', 'UPDATE span_part SET v = 9 WHERE k = ''168:00'' RETURNING *', 'DELETE FROM span_part WHERE k IN (''24:00'', ''168:00'') RETURNING v']) s;
SELECT dyn_drop_table('span_part');

-- ---- which types have one spelling ----
CREATE COLLATION ignore_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TYPE textrange AS RANGE (subtype = text, collation = "C");
CREATE TYPE foldedrange AS RANGE (subtype = text, collation = ignore_case);
CREATE DOMAIN folded AS text COLLATE ignore_case;
CREATE DOMAIN amount_range AS numrange;
CREATE DOMAIN day_range AS daterange;
-- a key column of the type, and two literals that are equal
CREATE FUNCTION try_type(type text, a text, b text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  statement text;
  result text := type || ':';
  found text;
  count int;
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE keyed (k %s OPTIONS (key ''partition'')%s, v int) '
    'SERVER dynamo OPTIONS (table_name ''key_spelling_keyed'')',
    split_part(type, ' COLLATE', 1), substring(type, ' COLLATE.*'));
  PERFORM dyn_create_table('keyed');
  FOREACH statement IN ARRAY ARRAY[
    'INSERT INTO keyed VALUES (a, 1)',
    'INSERT INTO keyed VALUES (b, 1)',
    'INSERT INTO keyed VALUES (b, 1) ON CONFLICT (k) DO UPDATE SET v = 2',
    'SELECT FROM keyed WHERE k = b',
    'UPDATE keyed SET v = 3 WHERE k = b', 'UPDATE keyed SET v = 4 WHERE k = b AND dyn_upsert()', 'UPDATE keyed SET k = b WHERE v = 4', 'DELETE FROM keyed WHERE k = b'] LOOP
    BEGIN
      EXECUTE regexp_replace(replace(regexp_replace(statement, '\ma\M', quote_literal(a), 'g'), '(b', '(' || quote_literal(b)), '= b\M', '= ' || quote_literal(b), 'g');
      GET DIAGNOSTICS count = ROW_COUNT;
      found := count;
    EXCEPTION WHEN OTHERS THEN found := SQLSTATE;
    END;
    result := result || ' ' || found;
  END LOOP;
  PERFORM dyn_drop_table('keyed');
  DROP FOREIGN TABLE keyed;
  RETURN result;
END $$;
-- mended: equal values of some types were different keys: none can be written now
SELECT try_type(t, a, b) FROM (VALUES
  ('numrange', '[1.0,2]', '[1.00,2]'),
  ('nummultirange', '{[1.0,2]}', '{[1.00,2]}'),
  ('amount_range', '[1.0,2]', '[1.00,2]'),
  ('text COLLATE ignore_case', 'a', 'A'),
  ('varchar(5) COLLATE ignore_case', 'a', 'A'),
  ('char(5) COLLATE ignore_case', 'a', 'A'),
  ('folded', 'a', 'A'),
  ('foldedrange', '[a,b]', '[A,b]'),
  ('tsquery', 'a:A', 'a:B'),
  ('circle', '<(0,0),1>', '<(5,5),1>')
) v (t, a, b);
-- mended: those of interval are one key
SELECT try_type('interval', '1 day', '24:00');
-- also: equal values of these types are one key
SELECT try_type(t, a, b) FROM (VALUES
  ('text', 'a', 'a'),
  ('char(5)', 'a', 'a  '),
  ('uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '{a0eebc999c0b4ef8bb6d6bb9bd380a11}'),
  ('timestamptz', '2020-01-01 00:00+00', '2020-01-01 02:00+02'),
  ('timestamp', '2020-01-01', '2020-01-01 00:00:00.0000001'),
  ('date', '2020-01-01', '2020-Jan-1'),
  ('time', '12:00', '12:00:00.0'),
  ('inet', '10.0.0.1', '10.0.0.1/32'),
  ('cidr', '10.0.0.0/8', '10/8'),
  ('macaddr', '08:00:2b:01:02:03', '08002b010203'),
  ('macaddr8', '08:00:2b:01:02:03:04:05', '08002b0102030405'),
  ('bit(3)', '101', 'b101'),
  ('bit varying', '101', 'b101'),
  ('numeric', '1.0', '1.00'),
  ('double precision', '0', '-0'),
  ('real', '1.5', '15e-1'),
  ('oid', '7', '07'),
  ('bytea', '\x41', 'A')
) v (t, a, b);
-- mended: keys of these types, whose equal values are one key, were not looked up, nor upserted
SELECT try_type(t, a, b) FROM (VALUES
  ('timetz', '12:00+00', '12:00:00+00:00'),
  ('"char"', 'a', 'a'),
  ('money', '1234.5', '$1,234.50'),
  ('pg_lsn', '0/1A', '00/1a'),
  ('int4range', '[1,3)', '[1,2]'),
  ('day_range', '[2020-01-01,2020-01-31]', '[2020-01-01,2020-02-01)'),
  ('tstzrange', '[2020-01-01 00:00+00,)', '[2020-01-01 02:00+02,)'),
  ('int8multirange', '{[1,3),[3,5)}', '{[1,5)}'),
  ('textrange', '[a,b]', '["a","b"]'),
  ('tsvector', 'b a:2,1', 'a:1,2 b b')
) v (t, a, b);

-- ---- a table whose key has several spellings ----
CREATE FOREIGN TABLE member (name text OPTIONS (key 'partition') COLLATE ignore_case, s int OPTIONS (key 'sort'), n int) SERVER dynamo OPTIONS (table_name 'key_spelling_member');
CREATE FOREIGN TABLE member_stored (name text OPTIONS (key 'partition') COLLATE "C", s int OPTIONS (key 'sort'), n int) SERVER dynamo OPTIONS (table_name 'key_spelling_member');
CREATE FOREIGN TABLE price (id int OPTIONS (key 'partition'), r numrange OPTIONS (key 'sort'), n int) SERVER dynamo OPTIONS (table_name 'key_spelling_price');
CREATE TABLE person (name text COLLATE ignore_case, n int);
INSERT INTO person VALUES ('Ann', 1), ('BOB', 2);
SELECT dyn_create_table('member'), dyn_create_table('price');
INSERT INTO member_stored VALUES ('ann', 1, 1), ('Ann', 2, 2), ('bob', 1, 3);
-- mended: a write of such a table is refused before anything is sent
SELECT dyn_stat_reset();
SELECT try(s) FROM unnest(ARRAY[
  'INSERT INTO member VALUES (''ANN'', 1, 9)',
  'INSERT INTO member VALUES (''ANN'', 1, 9) ON CONFLICT DO NOTHING',
  'INSERT INTO member VALUES (''ANN'', 1, 9) ON CONFLICT (name, s) DO UPDATE SET n = 9',
  'UPDATE member SET n = 9 WHERE name = ''ANN'' AND s = 1',
  'UPDATE member SET n = 9',
  'UPDATE member SET name = ''x'' WHERE s = 1',
  'DELETE FROM member WHERE name = ''ANN''',
  'UPDATE member SET n = p.n FROM person p WHERE member.name = p.name',
  'DELETE FROM member USING person p WHERE member.name = p.name',
  'UPDATE member SET n = dyn_increment(n) WHERE name = ''ANN'' AND s = 1 AND dyn_upsert()',
  'SELECT dyn_increment(''member'', ''{"name": "ANN", "s": 1}'', ''n'')',
  'INSERT INTO price VALUES (1, ''[1.0,2]'', 1)',
  'DELETE FROM price']) s;
\copy member FROM PROGRAM 'printf "x\t1\t1\n"'
SELECT count(*) FROM dyn_stat_requests WHERE operation <> 'DescribeTable';
CREATE TABLE members (name text COLLATE ignore_case, s int, n int) PARTITION BY LIST (s);
ALTER TABLE members ATTACH PARTITION member FOR VALUES IN (1);
SELECT try('INSERT INTO members VALUES (''x'', 1, 1)');
ALTER TABLE members DETACH PARTITION member;
-- also: it can be read, by whatever is equal, and emptied
SELECT * FROM member WHERE name = 'ANN' ORDER BY s;
SELECT * FROM member WHERE name = 'ANN' AND s = 2;
SELECT * FROM member WHERE name IN ('ANN', 'x') AND s = 2;
SELECT * FROM member WHERE (name, s) IN (('ANN', 1), ('BOB', 1)) ORDER BY n;
SELECT m.* FROM person p JOIN member m ON m.name = p.name ORDER BY m.n;
SELECT m.* FROM person p JOIN member m ON m.name = p.name AND m.s = 1 ORDER BY m.n;
SELECT explain($$SELECT * FROM member WHERE name = 'ANN' AND s = 1$$);
SELECT explain($$SELECT * FROM member WHERE name COLLATE "C" = 'ann' AND s = 1$$);
SELECT * FROM member WHERE name COLLATE "C" = 'ann' AND s = 1;
TRUNCATE member;
SELECT count(*) FROM member;
-- also: under another collation than the column's equality is not one of keys
INSERT INTO member_stored VALUES ('ann', 1, 1), ('Ann', 2, 2);
SELECT * FROM member_stored WHERE name COLLATE ignore_case = 'ANN' ORDER BY s;
UPDATE member_stored SET n = n + 10 WHERE name COLLATE ignore_case = 'ANN' AND s = 2 RETURNING *;
SELECT try('UPDATE member_stored SET n = 1 WHERE name COLLATE ignore_case = ''ANN'' AND s = 1 AND dyn_upsert()');
-- also: an index on such a column does not answer for equality
CREATE FOREIGN TABLE task (id int OPTIONS (key 'partition'), every interval, owner text COLLATE ignore_case) SERVER dynamo OPTIONS (table_name 'key_spelling_task', consistent_read 'false');
SELECT dyn_request('dynamo', 'CreateTable', '{"TableName": "key_spelling_task", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
  "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}, {"AttributeName": "every", "AttributeType": "S"}, {"AttributeName": "owner", "AttributeType": "S"}],
  "GlobalSecondaryIndexes": [{"IndexName": "by_every", "KeySchema": [{"AttributeName": "every", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}},
    {"IndexName": "by_owner", "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}]}') IS NOT NULL;
INSERT INTO task VALUES (1, '1 day', 'ann'), (2, '24:00', 'ANN'), (3, '1 hour', 'bob');
SELECT explain($$SELECT id FROM task WHERE every = '1 day'$$), explain($$SELECT id FROM task WHERE owner = 'Ann'$$);
SELECT id, every FROM task WHERE every = '1 day' ORDER BY id;
SELECT id FROM task WHERE owner = 'Ann' ORDER BY id;
WITH u AS (UPDATE task SET id = id + 10 WHERE every = '24:00' RETURNING id, every) SELECT * FROM u ORDER BY id;
SELECT dyn_drop_table('member'), dyn_drop_table('price'), dyn_drop_table('task');
DROP SCHEMA key_spelling CASCADE;
