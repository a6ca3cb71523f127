--
-- WHERE as DynamoDB conditions.  For each condition: the filter of a read, the
-- condition of a write, and whether the rows are those of an ordinary table.
-- Needs: list_equality
--
CREATE TYPE spot AS (x integer, label text);
CREATE FOREIGN TABLE cond (
    id text OPTIONS (key 'partition'),
    n integer, m integer, s smallint, b bigint, num numeric, price numeric(8,2), f double precision, r real,
    t text, tc text COLLATE "C", v varchar(5), c char(3), name name,
    ok boolean, bytes bytea, u uuid, d date, ts timestamptz, sec timestamptz OPTIONS (type 'N'),
    ms timestamp OPTIONS (type 'N', unit 'ms'), us timestamptz OPTIONS (type 'N', unit 'us'),
    day date OPTIONS (type 'N'), span interval, ip inet,
    tags text[], nums integer[], tset text[] OPTIONS (type 'SS'), nset integer[] OPTIONS (type 'NS'),
    j jsonb, place spot, vs varchar(3)[]
  ) SERVER dynamo;
SELECT dyn_create_table('cond');
CREATE TABLE twin (LIKE cond, PRIMARY KEY (id));
INSERT INTO twin VALUES
  ('1', 1, 1, 1, 1, 1, 1.5, 1.5, 0.5, 'ab', 'ab', 'ab', 'ab', 'ab', true, '\x01', '00000000-0000-0000-0000-000000000001', '2020-01-01',
   '2020-01-01 00:00+00', '2020-01-01 00:00+00', '2020-01-01 00:00:00.5', '2020-01-01 00:00:00.000001+00', '2020-01-01', '1 day', '10.0.0.1',
   '{a,b}', '{1,2}', '{a,b}', '{1,2}', '{"a": 1, "b": {"c": "x"}, "l": [1, "two", null]}', ROW(1, 'one'), '{a,b}'),
  ('2', 2, 3, 2, 2, 2.5, 2.25, -1, -1, 'abc', 'B', 'b', 'b', 'b', false, '\x0102', '00000000-0000-0000-0000-000000000002', '2021-06-01',
   '2021-06-01 12:00+00', '2021-06-01 12:00+00', '2021-06-01 12:00', '2021-06-01 12:00+00', '2021-06-01', '24 hours', '10.0.0.0/8',
   '{}', '{}', NULL, NULL, '{"a": "1", "b": null, "l": []}', ROW(NULL, 'two'), '{}'),
  ('3', -5, -5, -5, 9007199254740993, 12345678901234567890123456789, -0.5, 0, 0, 'a%b', '', '', '', '', NULL, '', NULL, NULL, 'infinity', NULL, NULL, NULL, NULL, NULL, NULL,
   '{NULL,a}', '{3,NULL}', '{z}', '{-1}', '[1, 2, "a"]', NULL, NULL),
  ('4', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  ('5', 2147483647, 0, 32767, 5, 0.1, 99.99, 1e20, 2, 'ä_b', 'ä', 'ab', 'abc', 'x', true, '\xff', NULL, '1999-12-31', '1999-12-31 23:59:59.5+00',
   '1969-12-31 23:59:59+00', '1969-12-31 23:59:59.25', '1969-12-31 23:59:59.999999+00', '1969-12-31', '1 mon', '::1', '{x}', '{5}', '{x}', '{5}', '"a"', ROW(5, NULL), '{x}'),
  ('6', 0, 0, 0, 0, 0, 0, 0, 0, '', 'a', 'B', 'B', 'B', false, '\x00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{a,a}', '{0}', '{""}', '{0}', '7', NULL, NULL),
  ('7', 7, 7, 7, 7, 7, 7, 7, 7, 'x', 'x', 'x', 'x', 'x', true, '\x07',
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{"a": {"c": true}, "l": {"0": "zero"}}', NULL, NULL);
INSERT INTO cond SELECT * FROM twin;
-- NULL as an attribute of its own type, where the twin has NULL
SELECT dyn_request('dynamo', 'UpdateItem', '{"TableName": "cond", "Key": {"id": {"S": "4"}},
  "UpdateExpression": "SET n = :n, t = :n, #ok = :n, tags = :n, tset = :n, j = :n, place = :n, price = :n",
  "ExpressionAttributeNames": {"#ok": "ok"}, "ExpressionAttributeValues": {":n": {"NULL": true}}}');

CREATE FUNCTION plan_line(statement text, label text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  one text;
  result text := '-';
BEGIN
  FOR one IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP
    IF one LIKE '%' || label || ': %' THEN
      result := substr(one, position(label || ': ' IN one) + length(label) + 2);
    END IF;
  END LOOP;
  RETURN result;
END $$;
CREATE FUNCTION rows(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE format('SELECT coalesce(string_agg(id, '' '' ORDER BY id), ''none'') FROM (%s) q', statement) INTO result;
  RETURN result;
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION try_where(condition text) RETURNS TABLE ("where" text, result text) LANGUAGE plpgsql AS $$
DECLARE
  here text := rows('SELECT id FROM twin WHERE ' || condition);
  there text := rows('SELECT id FROM cond WHERE ' || condition);
  written text;
BEGIN
  "where" := condition;
  WITH w AS (SELECT * FROM cond WHERE false) SELECT '' INTO written FROM w;
  EXECUTE format('WITH w AS (UPDATE cond SET m = m WHERE %s RETURNING id) SELECT coalesce(string_agg(id, '' '' ORDER BY id), ''none'') FROM w', condition) INTO written;
  result := format(E'%s %s\n  filter: %s\n  write:  %s',
    CASE WHEN here = there AND here = written THEN 'same' ELSE 'NOT THE SAME: twin ' || here || ', updated ' || written || ', selected' END, there,
    plan_line('SELECT id FROM cond WHERE ' || condition, 'FilterExpression'),
    plan_line('UPDATE cond SET n = 1 WHERE id = ''x'' AND (' || condition || ')', 'ConditionExpression'));
  RETURN NEXT;
END $$;
\pset format unaligned
\pset tuples_only on
\pset fieldsep '\n  '
SET timezone = 'UTC';

-- ---- comparisons and logic ----
SELECT t.* FROM unnest(ARRAY[
  'n = 1',
  'n <> 1',
  '1 = n',
  'n < 2',
  'n <= 2',
  'n > 1',
  '2 >= n',
  'n IS NULL',
  'n IS NOT NULL',
  'n = NULL',
  'NOT n = 1',
  'NOT (n <> 1)',
  'NOT n IS NULL',
  'n = 1 AND m = 1',
  'n = 1 OR t = ''x''',
  'NOT (n = 1 AND m = 1)',
  'NOT (n = 1 OR m IS NULL)',
  'NOT NOT n = 1',
  '(n = 1) IS TRUE',
  '(n = 1) IS NOT TRUE',
  '(n = 1) IS FALSE',
  '(n = 1) IS NOT FALSE',
  '(n = 1) IS UNKNOWN',
  '(n = 1) IS NOT UNKNOWN',
  '((n = 1) IS TRUE) IS NOT FALSE',
  '(n > 1 AND t = ''x'') IS UNKNOWN',
  '(n > 1 OR t = ''x'') IS NOT UNKNOWN',
  '(NOT n > 1) IS UNKNOWN',
  'n BETWEEN 0 AND 2',
  'n BETWEEN 2 AND 0',
  'n NOT BETWEEN 0 AND 2',
  'n BETWEEN SYMMETRIC 2 AND 0',
  'n BETWEEN NULL AND 2',
  'n IN (1, 2)',
  'n NOT IN (1, 2)',
  'n IN (1, NULL)',
  'n NOT IN (1, NULL)',
  'n = ANY (''{}''::int[])',
  'n <> ALL (''{}''::int[])',
  'n = ANY (NULL::int[])',
  'n < ANY (''{0,2}''::int[])',
  'n <> ANY (''{1,2}''::int[])',
  'n = ALL (''{1,1}''::int[])',
  'n > ALL (''{0,1}''::int[])',
  'n IS DISTINCT FROM 1',
  'n IS NOT DISTINCT FROM 1',
  'n IS DISTINCT FROM NULL',
  'n IS NOT DISTINCT FROM NULL',
  'n IS DISTINCT FROM m',
  'n IS NOT DISTINCT FROM m',
  'n = m',
  'n <> m',
  'n < m',
  'n >= m',
  'n = n',
  'n < n',
  't = tc',
  't = v::text',
  'tc < t COLLATE "C"',
  'ok = ok',
  'd = d',
  'num = n',
  'n = s',
  'f = f',
  'bytes = bytes',
  'sec = sec',
  'tags = tags',
  'true',
  'false',
  'NULL',
  'n = 1 AND true',
  'n = 1 OR NULL',
  'now() > ''2000-01-01'' AND n = 1',
  'CASE WHEN n = 1 THEN true ELSE m = 7 END',
  'coalesce(n, 7) = 7',
  'coalesce(n, 5) > 6',
  'coalesce(t, ''x'') = ''x''',
  '3 < coalesce(n, 4)',
  'NOT coalesce(n, 7) = 7',
  'coalesce(ok, false)',
  'coalesce(n, m) = 1'
]) c, try_where(c) t;
-- numbers that are not of the column's type
SELECT t.* FROM unnest(ARRAY[
  'n = 1.0',
  'n = 1.5',
  'n > 1.5',
  'n < 1.5',
  'n <> 1.5',
  'n = 3000000000',
  'n < 3000000000',
  's > 40000',
  's <> 40000',
  'b = 9007199254740993',
  'b = 9007199254740993.5',
  'b < 1e30',
  'num = 12345678901234567890123456789',
  'num = 0.1',
  'num = ''NaN''',
  'num < ''NaN''',
  'num <> ''NaN''',
  'num = ''Infinity''',
  'num < ''Infinity''',
  'num > ''-Infinity''',
  'num = 123456789012345678901234567890123456789.5',
  'num < 123456789012345678901234567890123456789.5',
  'num > 1e-140',
  'price = 1.5',
  'price = 1.50',
  'price > 2.2',
  'price = 1.555',
  'f = 1.5',
  'f < 0.1',
  'f = ''NaN''',
  'f < ''NaN''',
  'f > ''-Infinity''',
  'f = 1',
  'r = 0.5',
  'r > 0.5::float8',
  'n::numeric = 1',
  'n - 1 = 0',
  'n = 1::bigint',
  's = 1::bigint',
  'b = 1::smallint',
  'f = 1::real'
]) c, try_where(c) t;
-- text, by collation
SELECT t.* FROM unnest(ARRAY[
  't = ''ab''',
  't <> ''ab''',
  't < ''b''',
  'tc < ''b''',
  'tc >= ''B''',
  'tc BETWEEN ''a'' AND ''b''',
  't COLLATE "C" < ''b''',
  't = ''''',
  'v = ''ab''',
  'v = ''ab''::text',
  'v IN (''ab'', ''x'')',
  'c = ''ab''',
  'c = ''ab ''',
  'c < ''b''',
  'name = ''b''',
  't LIKE ''a%''',
  't LIKE ''ab''',
  't LIKE ''%b''',
  't LIKE ''%b%''',
  't LIKE ''a_''',
  't LIKE ''a\%b''',
  't LIKE ''a\%%''',
  't LIKE ''''',
  't LIKE ''%''',
  't NOT LIKE ''a%''',
  't NOT LIKE ''%b%''',
  't LIKE NULL',
  't LIKE ''a%c''',
  't LIKE ''%\%%''' ,
  't ILIKE ''A%''',
  't ^@ ''ab''',
  'NOT t ^@ ''ab''',
  'starts_with(t, ''a'')',
  'starts_with(t, '''')',
  'starts_with(t, NULL)',
  'v LIKE ''a%''',
  'tc ~ ''a''',
  'strpos(t, ''b'') > 0',
  'strpos(t, ''b'') = 0',
  'strpos(t, '''') > 0',
  'strpos(t, ''b'') > 2',
  'strpos(t, ''b'') >= 1',
  'strpos(t, ''b'') <> 0',
  'strpos(t, ''b'') < 1',
  'strpos(t, NULL) > 0',
  'position(''b'' IN t) > 0',
  'NOT strpos(t, ''b'') > 0',
  'length(t) = 2',
  'upper(t) = ''AB''',
  't || ''x'' = ''abx''',
  '''b'' < ANY (ARRAY[tc])'
]) c, try_where(c) t;
-- booleans, bytes, what is stored as text, times
SELECT t.* FROM unnest(ARRAY[
  'ok',
  'NOT ok',
  'ok = true',
  'ok <> true',
  'ok = false',
  'ok IS TRUE',
  'ok IS NOT TRUE',
  'ok IS FALSE',
  'ok IS NOT FALSE',
  'ok IS UNKNOWN',
  'ok IS NOT UNKNOWN',
  'ok = (n = 1)',
  'ok > false',
  'ok IN (true)',
  'ok IS NULL',
  'bytes = ''\x01''',
  'bytes > ''\x01''',
  'bytes = ''''',
  'octet_length(bytes) = 2',
  'octet_length(bytes) > 0',
  'length(bytes) = 1',
  'octet_length(t) = 2',
  'u = ''00000000-0000-0000-0000-000000000001''',
  'u > ''00000000-0000-0000-0000-000000000001''',
  'ip = ''10.0.0.1''',
  'ip << ''10.0.0.0/8''',
  'span = ''24 hours''',
  'span > ''1 day''',
  'span <> ''1 day''',
  'd = ''2020-01-01''',
  'd < ''2021-01-01''',
  'd IN (''2020-01-01'', ''1999-12-31'')',
  'd = ''2020-01-01 00:00''::timestamp',
  'd > ''2020-01-01 00:00''::timestamptz',
  'ts = ''2020-01-01 00:00+00''',
  'ts > ''2020-01-01 00:00+00''',
  'ts = ''infinity''',
  'ts < ''infinity''',
  'ts BETWEEN ''2000-01-01 00:00+00'' AND ''2021-01-01 00:00+00''',
  'sec = ''2020-01-01 00:00+00''',
  'sec < ''2020-01-01 00:00:00.5+00''',
  'sec > ''1969-12-31 23:59:58.5+00''',
  'sec = ''2020-01-01 00:00:00.5+00''',
  'sec <> ''2020-01-01 00:00:00.5+00''',
  'sec < ''infinity''',
  'sec > ''-infinity''',
  'sec = ''infinity''',
  'sec IN (''2020-01-01 00:00+00'')',
  'sec = ''2020-01-01''::date',
  'ms = ''2020-01-01 00:00:00.5''',
  'ms >= ''1969-12-31 23:59:59.2501''',
  'ms < ''2020-01-01 00:00:00.5005''',
  'us = ''2020-01-01 00:00:00.000001+00''',
  'us > ''1969-12-31 23:59:59.999998+00''',
  'day = ''2020-01-01''',
  'day > ''1969-12-31''',
  'day < ''2020-01-01 12:00''::timestamp',
  'day < ''infinity''',
  'day > ''-infinity'''
]) c, try_where(c) t;
-- lists and sets
SELECT t.* FROM unnest(ARRAY[
  '''a'' = ANY (tags)',
  '''a'' <> ALL (tags)',
  '''a'' <> ANY (tags)',
  '''a'' = ALL (tags)',
  'NOT ''a'' = ANY (tags)',
  'NULL = ANY (tags)',
  '1 = ANY (nums)',
  '1.5 = ANY (nums)',
  '''a'' = ANY (tset)',
  '''a'' <> ALL (tset)',
  '1 = ANY (nset)',
  '1 < ANY (nums)',
  't = ANY (tags)',
  '''a'' = ANY (vs)',
  '''a''::varchar = ANY (vs)',
  'tags @> ''{a}''',
  'tags @> ''{a,b}''',
  'tags @> ''{}''',
  'tags @> ''{NULL}''',
  'tags @> NULL',
  '''{a}'' <@ tags',
  'tags <@ ''{a,b}''',
  'tags && ''{a,x}''',
  'tags && ''{}''',
  'tags && ''{NULL,x}''',
  'NOT tags && ''{a}''',
  'NOT tags @> ''{a}''',
  'tset @> ''{a}''',
  'tset && ''{a,z}''',
  'nset @> ''{1}''',
  'nset && ''{}''',
  'NOT tset @> ''{a}''',
  'nums @> ''{1}''',
  'tset @> ''{}''',
  'cardinality(tags) = 2',
  'cardinality(tags) = 0',
  'cardinality(tags) > 0',
  'cardinality(tset) = 2',
  'cardinality(tags) <> 2',
  'array_length(tags, 1) = 2',
  'array_length(tags, 1) IS NULL',
  'array_length(tags, 1) IS NOT NULL',
  'array_length(tags, 2) IS NULL',
  'array_length(tags, 1) > 0',
  'array_length(tset, 1) = 1',
  'cardinality(tags) BETWEEN 1 AND 2',
  'cardinality(tags) IN (0, 1)',
  'cardinality(tags) = 1.5',
  'cardinality(tags) IS NULL',
  'tags[1] = ''a''',
  'tags[2] IS NULL',
  'tags[1] IS NOT NULL',
  'tags[0] = ''a''',
  'tags[n] = ''a''',
  'nums[1] > 2',
  'nums[2] IS DISTINCT FROM 2',
  'tset[1] = ''a''',
  'tags[1:2] = ''{a,b}''',
  'tags = ''{a,b}''',
  'tags = ''{}''',
  'tags <> ''{a,b}''',
  'tset = ''{a,b}''',
  'tset = ''{b,a}''',
  'tset <> ''{a,b}''',
  'nums < ''{2}''',
  'tags IS NULL',
  'tset IS NULL',
  'nums = ''{1,2}'''
]) c, try_where(c) t;
-- documents and composite values
SELECT t.* FROM unnest(ARRAY[
  'j -> ''a'' = ''1''',
  'j -> ''a'' <> ''1''',
  'j -> ''a'' = ''"1"''',
  'j -> ''b'' = ''null''',
  'j -> ''b'' IS NULL',
  'j -> ''b'' IS NOT NULL',
  'j -> ''b'' -> ''c'' = ''"x"''',
  'j -> ''l'' = ''[]''',
  'j -> ''l'' -> 1 = ''"two"''',
  'j -> ''l'' -> -1 = ''null''',
  'j -> 0 = ''1''',
  'j -> NULL = ''1''',
  'j -> ''a'' > ''0''',
  'j -> ''a'' IS DISTINCT FROM ''1''',
  'j -> ''b'' = ''{"c": "x"}''',
  'j -> ''a'' -> ''c'' = ''true''',
  'j ->> ''a'' = ''1''',
  'j ->> ''a'' <> ''1''',
  'j ->> ''a'' = ''x''',
  'j ->> ''a'' IN (''1'', ''2'')',
  'j ->> ''b'' IS NULL',
  'j ->> ''b'' IS NOT NULL',
  'j -> ''b'' ->> ''c'' = ''x''',
  'j -> ''b'' ->> ''c'' LIKE ''x%''',
  'j -> ''l'' ->> 1 = ''two''',
  'j ->> 2 = ''a''',
  'j ->> ''a'' = ''true''',
  'j -> ''a'' ->> ''c'' = ''true''',
  'j ->> ''b'' = ''{"c": "x"}''',
  'j ->> ''l'' = ''[]''',
  'j ->> ''a'' > ''0''',
  '(j ->> ''a'')::int = 1 AND jsonb_typeof(j -> ''a'') = ''number''',
  'j #> ''{b,c}'' = ''"x"''',
  'j #>> ''{b,c}'' = ''x''',
  'j #>> ''{l,1}'' = ''two''',
  'j #>> ''{l,0}'' = ''zero''',
  'j #> ''{}'' = ''7''',
  'j #> NULL = ''1''',
  'j #>> ''{b,NULL}'' = ''x''',
  'j[''a''] = ''1''',
  'j[''b''][''c''] = ''"x"''',
  'j[''l''][1] = ''"two"''',
  'j[''0''] = ''1''',
  'j[''''] = ''1''',
  'j ? ''a''',
  'NOT j ? ''a''',
  'j -> ''b'' ? ''c''',
  'j ? ''l''',
  'j ? ''7''',
  'j ? NULL',
  'j ?| ''{a,z}''',
  'j @> ''{"a": 1}''',
  'j @> ''1''',
  'j <@ ''{"a": 1}''',
  'j = ''"a"''',
  'j = ''7''',
  'j <> ''7''',
  'j = ''{}''',
  'j IS NULL',
  'j IS NOT NULL',
  'jsonb_typeof(j) = ''object''',
  'CASE WHEN jsonb_typeof(j) = ''array'' THEN jsonb_array_length(j) = 3 END',
  '(place).x = 1',
  '(place).x <> 1',
  '(place).x IS NULL',
  '(place).label = ''two''',
  '(place).label IS NOT NULL',
  '(place).x > 1 OR (place).label = ''two''',
  'place = ROW(1, ''one'')::spot',
  'place IS NULL',
  'NOT (place IS NULL)',
  'place IS DISTINCT FROM NULL'
]) c, try_where(c) t;
-- lengths of documents are only pushed where they cannot fail
SELECT plan_line('SELECT id FROM cond WHERE jsonb_array_length(j) = 3', 'FilterExpression'),
  plan_line('UPDATE cond SET n = 1 WHERE id = ''x'' AND jsonb_array_length(j -> ''l'') > 1', 'ConditionExpression');
-- many operands, and too many
SELECT rows(format('SELECT id FROM cond WHERE n IN (%s)', string_agg(i::text, ','))),
  length(plan_line(format('SELECT id FROM cond WHERE n IN (%s)', string_agg(i::text, ',')), 'FilterExpression')) > 500
  FROM generate_series(-5, 250) i;
SELECT rows(format('SELECT id FROM cond WHERE n NOT IN (%s)', string_agg(i::text, ','))) FROM generate_series(0, 120) i;
SELECT rows(format('SELECT id FROM cond WHERE %s', string_agg(format('(n = %s AND t <> %L)', i, repeat('x', 20)), ' OR '))) FROM generate_series(-5, 400) i;
WITH q AS (SELECT string_agg(format('(n = %s AND t <> %L)', i, repeat('x', 20)), ' OR ') AS long FROM generate_series(-5, 400) i)
SELECT plan_line('UPDATE cond SET m = 1 WHERE id = ''1'' AND (' || long || ')', 'Computed Locally') FROM q;
DO $$
DECLARE
  long text := (SELECT string_agg(format('(n = %s AND t <> %L)', i, repeat('x', 20)), ' OR ') FROM generate_series(-5, 400) i);
  touched integer;
BEGIN
  EXECUTE 'UPDATE cond SET m = 1 WHERE id = ''1'' AND (' || long || ')';
  GET DIAGNOSTICS touched = ROW_COUNT;
  RAISE NOTICE 'updated %', touched;
  EXECUTE 'UPDATE cond SET m = 1 WHERE id = ''7'' AND NOT (' || long || ')';
  GET DIAGNOSTICS touched = ROW_COUNT;
  RAISE NOTICE 'updated %', touched;
END $$;
-- values that are known at execution only
SET plan_cache_mode = force_generic_plan;
PREPARE p (int, text, jsonb, text[], timestamptz, boolean) AS SELECT id FROM cond
  WHERE n = $1 OR n IN ($1, 7) OR t LIKE $2 OR t ^@ $2 OR j -> $2 = $3 OR j ->> 'a' = $2 OR j ? $2 OR tags @> $4 OR tags && $4 OR sec < $5 OR ok = $6
    OR $2 = ANY (tags) OR tags[$1] = $2 OR j #>> $4 = $2 OR strpos(t, $2) > 0 OR n = ANY (ARRAY[$1, 2]) OR cardinality(tags) = $1 OR n BETWEEN $1 AND $1 + 1 OR n IS DISTINCT FROM $1 ORDER BY id;
EXPLAIN (COSTS OFF) EXECUTE p (1, 'a', '1', '{a}', '2020-01-01', true);
EXECUTE p (1, 'zz', '1', '{a,b}', '2020-01-01 00:00+00', NULL);
EXECUTE p (NULL, NULL, NULL, NULL, NULL, NULL);
PREPARE q (int, text, text[]) AS UPDATE cond SET n = n - $1, t = coalesce(t, $2), tags = tags || $2, tset = dyn_set_add(tset, $3),
  m = coalesce(m, $1) - $1, s = $1, j['k'] = to_jsonb($2), place.x = $1 WHERE id = $2 AND n > $1;
EXPLAIN (COSTS OFF) EXECUTE q (1, 'a', '{a}');
EXECUTE q (1, '5', '{a}');
EXECUTE q (1, '1', '{c}');
SELECT n, t, tags, tset, m, s, j, place FROM cond WHERE id = '1';
DEALLOCATE ALL;
RESET plan_cache_mode;

SELECT dyn_drop_table('cond');
DROP FUNCTION try_where, rows, plan_line;
DROP FOREIGN TABLE cond;
DROP TABLE twin;
DROP TYPE spot;
