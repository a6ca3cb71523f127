--
-- What others have stored: attributes of each type in columns of each type.
-- A value that the column can hold is read exactly; anything else is an error
-- that names item and column, and never a wrong value.
--
CREATE TYPE stored_pair AS (a integer, b text);
CREATE TYPE stored_mood AS ENUM ('sad', 'ok');
CREATE DOMAIN stored_small AS integer CHECK (VALUE < 100);
CREATE FUNCTION try_read(type text, options text, attribute jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
  detail text;
BEGIN
  PERFORM dyn_request('dynamo', 'PutItem', jsonb_build_object('TableName', 'stored',
    'Item', jsonb_build_object('id', '{"S": "x"}'::jsonb, 'c', attribute)));
  EXECUTE format('CREATE FOREIGN TABLE try_it (id text OPTIONS (key ''partition''), c %s OPTIONS (attribute_name ''c'' %s)) SERVER dynamo OPTIONS (table_name ''stored'')', type, ', ' || options);
  EXECUTE 'SELECT coalesce(c::text, ''NULL'') FROM try_it' INTO result;
  DROP FOREIGN TABLE try_it;
  RETURN format('%s %s: %s', type || coalesce(' ' || options, ''), attribute, result);
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
  RETURN format('%s %s: %s %s', type || coalesce(' ' || options, ''), attribute, SQLSTATE, concat_ws(' / ', SQLERRM, nullif(detail, '')));
END $$;
CREATE FOREIGN TABLE stored (id text OPTIONS (key 'partition')) SERVER dynamo;
SELECT dyn_create_table('stored');
\pset format unaligned
\pset tuples_only on
SET timezone = 'UTC';
SET datestyle = 'ISO';

SET client_min_messages = error;
-- numbers
SELECT try_read(t, NULL, jsonb_build_object('N', n))
  FROM unnest(ARRAY['smallint', 'integer', 'bigint', 'numeric', 'numeric(5,2)', 'real', 'double precision', 'stored_small']) t,
    unnest(ARRAY['1', '-0', '1.5', '1E+2', '40000', '3000000000', '9223372036854775808', '123.456', '12345678901234567890123456789012345678', '1E-130', '9.9E+125', '0.1']) n;
-- text and what is stored as text
SELECT try_read(t, NULL, jsonb_build_object('S', s)) FROM (VALUES
  ('text', 'abc'),
  ('varchar(2)', 'ab'),
  ('varchar(2)', 'abc'),
  ('varchar(2)', 'ab '),
  ('char(3)', 'ab'),
  ('char(3)', 'ab '),
  ('char(3)', 'abcd'),
  ('"char"', 'a'),
  ('"char"', 'ab'),
  ('name', 'abc'),
  ('name', repeat('x', 70)),
  ('stored_mood', 'ok'),
  ('stored_mood', 'glad'),
  ('uuid', '00000000-0000-0000-0000-00000000000A'),
  ('uuid', 'x'),
  ('inet', '10.0.0.1/32'),
  ('inet', '10'),
  ('money', '$1.50'),
  ('oid', '5'),
  ('regclass', 'pg_class'),
  ('bit(3)', '101'),
  ('bit(3)', '1'),
  ('xml', '<a/>'),
  ('point', '(1,2)'),
  ('int4range', '[1,3)'),
  ('macaddr', '08:00:2b:01:02:03'),
  ('tsvector', 'a b'),
  ('date', '2020-01-01'),
  ('date', '2020-13-01'),
  ('date', '2020-01-01T00:00:00Z'),
  ('date', 'yesterday'),
  ('date', 'infinity'),
  ('date', '-infinity'),
  ('date', '12020-01-01'),
  ('date', '0044-03-15 BC'),
  ('date', '-0043-03-15'),
  ('timestamp', '2020-01-01T00:00:00'),
  ('timestamp', '2020-01-01 00:00:00'),
  ('timestamp', '2020-01-01T00:00:00.123456'),
  ('timestamp(0)', '2020-01-01T00:00:00.5'),
  ('timestamp', '2020-01-01T00:00:00Z'),
  ('timestamp', 'now'),
  ('timestamp', 'infinity'),
  ('timestamptz', '2020-01-01T00:00:00.000000Z'),
  ('timestamptz', '2020-01-01T00:00:00+02:00'),
  ('timestamptz', '2020-01-01'),
  ('timestamptz', '2020-01-01T00:00:00.1234567Z'),
  ('timestamptz', 'epoch'),
  ('timestamptz(3)', '2020-01-01T00:00:00.1234Z'),
  ('timestamptz', '-infinity'),
  ('time', '12:34:56'),
  ('time', '12:34:56.5'),
  ('time(0)', '12:34:56.5'),
  ('time', '25:00:00'),
  ('timetz', '12:34:56+02'),
  ('timetz', '12:34:56-03:30:15'),
  ('timetz(0)', '12:34:56.5+00'),
  ('interval', 'P1D'),
  ('interval', 'P1Y2M3DT4H5M6.5S'),
  ('interval', '-P1M'),
  ('interval', '1 day'),
  ('interval(0)', 'PT1.5S'),
  ('interval', 'x'),
  ('interval day', 'P1Y')
) v (t, s);
SELECT try_read('text', NULL, '{"S": "a\u0001b"}');
-- epochs
SELECT try_read(t, o, jsonb_build_object('N', n)) FROM (VALUES
  ('timestamptz', 'type ''N'''),
  ('timestamptz', 'type ''N'', unit ''ms'''),
  ('timestamp', 'type ''N'', unit ''us'''),
  ('timestamptz', 'type ''N'', unit ''ns'''),
  ('date', 'type ''N'''),
  ('timestamp(0)', 'type ''N'', unit ''ms''')) v (t, o),
  unnest(ARRAY['0', '86400', '-1', '1577836800.5', '1577836800123456789', '1E+30', '86400000', '1500']) n;
-- other types than the column's
SELECT try_read(t, o, a::jsonb) FROM (VALUES
  ('integer', NULL),
  ('text', NULL),
  ('boolean', NULL),
  ('bytea', NULL),
  ('text[]', NULL),
  ('text[]', 'type ''SS'''),
  ('integer[]', 'type ''NS'''),
  ('bytea[]', 'type ''BS'''),
  ('stored_pair', NULL),
  ('jsonb', NULL),
  ('json', NULL),
  ('timestamptz', 'type ''N''')) v (t, o),
  unnest(ARRAY[
    '{"S": "x"}',
    '{"N": "1"}',
    '{"B": "AAE="}',
    '{"BOOL": true}',
    '{"NULL": true}',
    '{"SS": ["b", "a"]}',
    '{"NS": ["2", "1.0"]}',
    '{"BS": ["AQ==", "AA=="]}',
    '{"L": [{"S": "x"}, {"NULL": true}]}',
    '{"M": {"a": {"N": "1"}, "z": {"S": "y"}}}']) a;
-- lists
SELECT try_read(t, NULL, a::jsonb) FROM (VALUES
  ('integer[]', '{"L": []}'),
  ('integer[]', '{"L": [{"N": "1"}, {"N": "2.5"}]}'),
  ('integer[]', '{"L": [{"N": "1"}, {"S": "x"}]}'),
  ('integer[]', '{"L": [{"L": [{"N": "1"}]}, {"L": [{"N": "2"}]}]}'),
  ('integer[]', '{"L": [{"L": [{"N": "1"}]}, {"L": []}]}'),
  ('integer[]', '{"L": [{"L": []}]}'),
  ('integer[]', '{"L": [{"L": [{"N": "1"}]}, {"N": "2"}]}'),
  ('integer[]', '{"L": [{"N": "2"}, {"L": [{"N": "1"}]}]}'),
  ('integer[]', '{"L": [{"L": [{"L": [{"L": [{"L": [{"L": [{"L": [{"N": "1"}]}]}]}]}]}]}]}'),
  ('stored_pair[]', '{"L": [{"M": {"a": {"N": "1"}}}, {"NULL": true}]}'),
  ('stored_pair[]', '{"L": [{"M": {"a": {"S": "1"}}}]}'),
  ('stored_pair', '{"M": {"a": {"N": "99999999999"}}}'),
  ('timestamptz[]', '{"L": [{"S": "2020-01-01T00:00:00.000000Z"}]}'),
  ('numeric(4,1)[]', '{"L": [{"N": "1.25"}]}'),
  ('varchar(2)[]', '{"L": [{"S": "abc"}]}'),
  ('boolean[]', '{"L": [{"BOOL": true}, {"BOOL": false}]}'),
  ('jsonb[]', '{"L": [{"M": {}}, {"N": "1"}]}'),
  ('text[]', '{"SS": ["a"]}')) v (t, a);
-- documents
SELECT try_read(t, NULL, a::jsonb) FROM unnest(ARRAY['jsonb', 'json']) t, unnest(ARRAY[
  '{"M": {"s": {"SS": ["b", "a"]}, "n": {"NS": ["10", "9"]}, "b": {"BS": ["AQ=="]}, "l": {"L": [{"BOOL": false}, {"NULL": true}, {"N": "1.5"}]}, "é": {"S": "ü\"\\"}}}',
  '{"N": "12345678901234567890123456789012345678"}',
  '{"BOOL": false}',
  '{"L": []}']) a;

-- ---- what cannot be stored ----
CREATE FUNCTION try_write(type text, options text, value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result jsonb;
  detail text;
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE try_it (id text OPTIONS (key ''partition''), c %s OPTIONS (attribute_name ''c'' %s)) SERVER dynamo OPTIONS (table_name ''stored'')', type, ', ' || options);
  DELETE FROM try_it;
  EXECUTE format('INSERT INTO try_it VALUES (''x'', %s)', value);
  result := dyn_request('dynamo', 'GetItem', '{"TableName": "stored", "Key": {"id": {"S": "x"}}}') #> '{Item,c}';
  DROP FOREIGN TABLE try_it;
  RETURN format('%s %s: %s', type || coalesce(' ' || options, ''), left(value, 60), coalesce(sorted_sets(result)::text, 'no attribute'));
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
  RETURN format('%s %s: %s %s', type || coalesce(' ' || options, ''), left(value, 60), SQLSTATE, concat_ws(' / ', SQLERRM, nullif(detail, '')));
END $$;
SELECT try_write(t, o, v) FROM (VALUES
  ('numeric', NULL, '''NaN'''),
  ('numeric', NULL, '''Infinity'''),
  ('numeric', NULL, repeat('1', 39)),
  ('numeric', NULL, '1e126'),
  ('numeric', NULL, '1e-131'),
  ('numeric', NULL, '1.500'),
  ('numeric', NULL, '-0.00'),
  ('double precision', NULL, '''NaN'''),
  ('double precision', NULL, '''-Infinity'''),
  ('double precision', NULL, '1e200'),
  ('double precision', NULL, '1e-200'),
  ('real', NULL, '0.1'),
  ('double precision', NULL, '-0.0'),
  ('timestamptz', 'type ''N''', '''2020-01-01 00:00:00.5+00'''),
  ('timestamptz', 'type ''N''', '''infinity'''),
  ('timestamptz', 'type ''N'', unit ''ns''', '''2020-01-01 00:00:00.000001+00'''),
  ('timestamptz', 'type ''N'', unit ''ns''', '''1969-12-31 23:59:59.999999+00'''),
  ('timestamp', 'type ''N'', unit ''us''', '''1969-12-31 23:59:59.999999'''),
  ('timestamp', 'type ''N'', unit ''ms''', '''1969-12-31 23:59:59.999'''),
  ('date', 'type ''N''', '''1969-12-31'''),
  ('date', 'type ''N''', '''infinity'''),
  ('text[]', 'type ''SS''', '''{a,NULL}'''),
  ('text[]', 'type ''SS''', '''{}'''),
  ('text[]', 'type ''SS''', '''{b,a,b}'''),
  ('text[]', 'type ''SS''', '''{{a},{b}}'''),
  ('integer[]', 'type ''NS''', '''{2,1,2}'''),
  ('numeric[]', 'type ''NS''', '''{1.0,1}'''),
  ('numeric[]', 'type ''NS''', '''{NaN}'''),
  ('bytea[]', 'type ''BS''', 'ARRAY[''\x01'',''\x01'']::bytea[]'),
  ('integer[]', NULL, '''[0:1]={1,2}'''),
  ('integer[]', NULL, '''{{1,2},{3,4}}'''),
  ('integer[]', NULL, '''{}'''),
  ('jsonb[]', NULL, 'ARRAY[''{}'',''1'',''null'']::jsonb[]'),
  ('jsonb[]', NULL, 'ARRAY[ARRAY[''1'']]::jsonb[]'),
  ('stored_pair[]', NULL, 'ARRAY[ROW(1,''x''),NULL]::stored_pair[]'),
  ('jsonb', NULL, '''null'''),
  ('jsonb', NULL, '''{"": 1}'''),
  ('jsonb', NULL, '''{"a": 1e200}'''),
  ('jsonb', NULL, '(repeat(''['', 40) || repeat('']'', 40))::jsonb'),
  ('json', NULL, '''{"a": 1, "a": 2}'''),
  ('json', NULL, '''[1.10, "x", null, true]'''),
  ('stored_pair', NULL, 'ROW(NULL, NULL)'),
  ('stored_pair', NULL, 'ROW(1, ''x'')'),
  ('date', NULL, '''0044-03-15 BC'''),
  ('date', NULL, '''12020-01-01'''),
  ('date', NULL, '''-infinity'''),
  ('timestamp', NULL, '''0044-03-15 00:00 BC'''),
  ('timestamptz', NULL, '''12020-01-01 00:00+00'''),
  ('timestamptz', NULL, '''2020-01-01 00:00+02'''),
  ('timetz', NULL, '''12:34:56+02'''),
  ('timetz', NULL, '''12:34:56.5-03:30:15'''),
  ('interval', NULL, '''1 year 2 mons 3 days 04:05:06.5'''),
  ('interval', NULL, '''-1 day -00:00:01.5'''),
  ('interval', NULL, '''0'''),
  ('interval', NULL, '''90 min'''),
  ('char(5)', NULL, '''ab'''),
  ('"char"', NULL, '''a'''),
  ('name', NULL, '''abc'''),
  ('money', NULL, '''1.50'''),
  ('oid', NULL, '5'),
  ('regclass', NULL, '''pg_class'''),
  ('bit(3)', NULL, '''101'''),
  ('point', NULL, '''(0.1,2)'''),
  ('int4range', NULL, '''[1,2]'''),
  ('xml', NULL, '''<a/>'''),
  ('macaddr', NULL, '''08002b:010203'''),
  ('tsvector', NULL, '''b a'''),
  ('inet', NULL, '''10.0.0.1/8'''),
  ('stored_small', NULL, '7')
) v (t, o, v);
-- columns that cannot be
SELECT try_write(t, o, 'NULL') FROM (VALUES
  ('text', 'type ''N'''),
  ('integer', 'type ''S'''),
  ('integer', 'unit ''s'''),
  ('timestamptz', 'unit ''s'''),
  ('anyelement', NULL),
  ('text[]', 'type ''NS'''),
  ('text[]', 'type ''M'''),
  ('jsonb[]', 'type ''SS'''),
  ('boolean', 'type ''N'''),
  ('timestamptz', 'type ''N'', unit ''ns'''),
  ('interval', 'type ''N'''),
  ('bytea', 'type ''S'''),
  ('int2vector', NULL),
  ('oidvector', NULL)) v (t, o);
SELECT dyn_drop_table('stored');
DROP FOREIGN TABLE stored;
DROP FUNCTION try_read, try_write;
DROP DOMAIN stored_small;
DROP TYPE stored_pair, stored_mood;
