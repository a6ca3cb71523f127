--
-- The forms of SET that are pushed, their guards, and what becomes of them
-- where a guard fails.  Each runs on an ordinary table with the same row too:
-- "same" says that result, error and stored row are the same.  The requests
-- are those of the UPDATE: one where the guard holds, two where the old item
-- that came back leads to the computed path, one where that raises an error or
-- finds no row.
-- Needs: list_equality
--
CREATE FOREIGN TABLE guard (
    id text OPTIONS (key 'partition'),
    s smallint, n integer, m integer, b bigint, b2 bigint, num numeric, num2 numeric, p numeric(6,2), p2 numeric(6,2), f double precision, r real,
    t text, t2 text, v varchar(3), ok boolean, bytes bytea, ts timestamptz, d date,
    l text[], l2 text[], nums integer[], sets text[] OPTIONS (type 'SS'), nset integer[] OPTIONS (type 'NS'), j jsonb, must integer NOT NULL
  ) SERVER dynamo;
SELECT dyn_create_table('guard');
CREATE TABLE twin (LIKE guard);

CREATE FUNCTION brief(result text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN coalesce((jsonb_strip_nulls(result::jsonb) - 'id' - 'must')::text, 'no row');
EXCEPTION WHEN OTHERS THEN
  RETURN replace(result, '"twin"', '"guard"');
END $$;
-- raw: attributes put in place of those of the row, in DynamoDB's JSON
CREATE FUNCTION try(assignment text, was text DEFAULT 's = 1', raw jsonb DEFAULT NULL, key text DEFAULT 'x')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  remote text;
  local text;
  requests jsonb;
BEGIN
  DELETE FROM guard;
  DELETE FROM twin;
  INSERT INTO twin (id, must) VALUES ('x', 0);
  EXECUTE 'UPDATE twin SET ' || was;
  INSERT INTO guard SELECT * FROM twin;
  IF raw IS NOT NULL THEN
    PERFORM dyn_request('dynamo', 'UpdateItem', jsonb_build_object('TableName', 'guard', 'Key', '{"id": {"S": "x"}}'::jsonb,
      'UpdateExpression', 'SET ' || (SELECT string_agg(format('#%s = :%s', k, k), ', ') FROM jsonb_object_keys(raw) k),
      'ExpressionAttributeNames', (SELECT jsonb_object_agg('#' || k, k) FROM jsonb_object_keys(raw) k),
      'ExpressionAttributeValues', (SELECT jsonb_object_agg(':' || k, raw -> k) FROM jsonb_object_keys(raw) k)));
  END IF;
  BEGIN
    EXECUTE format('UPDATE twin SET %s WHERE id = %L RETURNING to_jsonb(twin)', assignment, key) INTO local;
  EXCEPTION WHEN OTHERS THEN local := SQLSTATE || ' ' || SQLERRM;
  END;
  PERFORM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
  BEGIN
    EXECUTE format('UPDATE guard SET %s WHERE id = %L RETURNING to_jsonb(guard)', assignment, key) INTO remote;
  EXCEPTION WHEN OTHERS THEN remote := SQLSTATE || ' ' || SQLERRM;
  END;
  requests := dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
  BEGIN
    IF EXISTS (TABLE guard EXCEPT TABLE twin) THEN
      remote := remote || ' BUT STORED ' || (SELECT jsonb_strip_nulls(to_jsonb(guard)) FROM guard);
    END IF;
  EXCEPTION WHEN OTHERS THEN remote := remote || ' (unreadable as before)';
  END;
  RETURN format('%s, %s: %s %s %s', assignment, CASE WHEN raw IS NOT NULL THEN 'with ' || raw::text ELSE 'after ' || was END,
    CASE WHEN raw::text ~ 'N|S|M|L' AND raw::text !~ 'NULL' THEN 'no twin'
      WHEN brief(remote) IS NOT DISTINCT FROM brief(local) THEN 'same'
      WHEN remote ~ 'cannot be stored in DynamoDB' THEN 'refused'
      ELSE 'NOT ' || brief(local) || ' BUT' END,
    requests, brief(remote));
END $$;
CREATE FUNCTION plan(assignment text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  one text;
BEGIN
  FOR one IN EXECUTE format('EXPLAIN (VERBOSE, COSTS OFF) UPDATE guard SET %s WHERE id = ''x'' RETURNING n', assignment) LOOP
    IF one ~ 'UpdateExpression|ConditionExpression|Computed|ReturnValues' THEN
      RETURN NEXT trim(one);
    END IF;
  END LOOP;
END $$;
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;

-- ---- n = n + v, n - v, v + n ----
SELECT a, plan(a) FROM unnest(ARRAY[
  's = s + 1::smallint',
  'n = n + 5',
  'n = n - 5',
  'n = 5 + n',
  'b = b + 5',
  'b = b - 5::bigint',
  'num = num + 0.5',
  'p = p + 0.25',
  'p = p - 10',
  'n = n + 0',
  'n = 5 - n',
  'n = n + NULL',
  'p = p + 0.125',
  's = s + 100000',
  'n = n + 3000000000',
  'n = -n',
  'n = n * 2',
  'n = n + 1 + 1',
  'f = f + 1',
  'r = r - 0.5',
  'b = n + 1',
  'num = num + 1e30',
  'n = n + length(t)',
  'n = (n + 5)::int',
  'd = d + 1',
  'must = must + 1']) a;
SELECT try(a, w) FROM (VALUES
  ('s = s + 1::smallint', 's = 5'),
  ('s = s + 1::smallint', 's = 32766'),
  ('s = s + 1::smallint', 's = 32767'),
  ('s = s - 1::smallint', 's = -32768'),
  ('s = s + 1', 's = 5'),
  ('s = s + 100000', 's = 5'),
  ('n = n + 5', 'n = 1'),
  ('n = n + 5', 'n = 2147483642'),
  ('n = n + 5', 'n = 2147483643'),
  ('n = n - 5', 'n = -2147483643'),
  ('n = n - 5', 'n = -2147483644'),
  ('n = 5 + n', 'n = 1'),
  ('n = n + (-5)', 'n = -2147483647'),
  ('n = n - (-5)', 'n = 2147483647'),
  ('n = n + 3000000000', 'n = -2147483648'),
  ('b = b + 5', 'b = 9007199254740993'),
  ('b = b + 5', 'b = 9223372036854775803'),
  ('b = b - 5', 'b = -9223372036854775804'),
  ('n = n + 5', 'n = NULL'),
  ('n = n + NULL', 'n = 5'),
  ('n = n + 0', 'n = 5'),
  ('n = 5 - n', 'n = 3'),
  ('n = n + 1 + 1', 'n = 3'),
  ('must = must + 1', 'n = 1'),
  ('must = must + NULL', 'n = 1'),
  ('num = num + 0.5', 'num = 0.25'),
  ('num = num + 0.5', 'num = 12345678901234567890123456789012345678'),
  ('num = num + 1', 'num = 99999999999999999999999999999999999999'),
  ('num = num - 0.1', 'num = 0.3'),
  ('p = p + 0.25', 'p = 9999.74'),
  ('p = p + 0.25', 'p = 9999.75'),
  ('p = p - 10', 'p = -9990'),
  ('p = p - 10', 'p = -9989.99'),
  ('p = p + 0.125', 'p = 1'),
  ('p = p + 0.1250', 'p = 0.01'),
  ('f = f + 0.1', 'f = 0.2'),
  ('r = r - 0.5', 'r = 0.25'),
  ('n = n * 2', 'n = 4'),
  ('n = n / 2', 'n = 7'),
  ('d = d + 1', 'd = ''2024-02-28'''),
  ('n = n + 5', 'n = 1')) v (a, w);
SELECT try('n = n + 5', 'n = 1', NULL, 'nobody');
-- stored by others: other types, fractions, beyond the type
SELECT try(a, 's = 1', r::jsonb) FROM (VALUES
  ('n = n + 5', '{"n": {"NULL": true}}'),
  ('n = n + 5', '{"n": {"S": "5"}}'),
  ('n = n + 5', '{"n": {"N": "1.5"}}'),
  ('n = n + 5', '{"n": {"N": "3000000000"}}'),
  ('n = n + 5', '{"n": {"N": "-3000000000"}}'),
  ('s = s - 1::smallint', '{"s": {"N": "40000"}}'),
  ('num = num + 1', '{"num": {"S": "x"}}'),
  ('p = p + 1', '{"p": {"N": "0.125"}}'),
  ('p = p + 1', '{"p": {"N": "12345"}}')) v (a, r);

-- ---- n = n + m, n = m ----
SELECT a, plan(a) FROM unnest(ARRAY[
  'n = n + m',
  'n = n - m',
  'n = m',
  'b = b + b2',
  'b = b + n',
  'num = num + num2',
  'p = p + p2',
  'p = p2',
  'num = p',
  'n = b',
  't = t2',
  't = v',
  'v = t',
  'bytes = bytes',
  'l = l2',
  'f = r',
  'n = n',
  'j = j',
  'ts = ts']) a;
SELECT try(a, w) FROM (VALUES
  ('n = n + m', 'n = 1, m = 2'),
  ('n = n - m', 'n = 1, m = 2'),
  ('n = n + m', 'n = 2000000000, m = 2000000000'),
  ('n = n + m', 'n = 1, m = 2000000000'),
  ('n = n + m', 'n = 1, m = NULL'),
  ('n = n + m', 'n = NULL, m = 1'),
  ('n = m', 'n = 1, m = 2147483647'),
  ('n = m', 'n = 1'),
  ('n = m, m = n', 'n = 1, m = 2'),
  ('n = m, m = n', 'm = 2'),
  ('b = b + b2', 'b = 1, b2 = 2'),
  ('b = b + n', 'b = 1, n = 2'),
  ('num = num + num2', 'num = 1.5, num2 = 1e20'),
  ('num = num - num2', 'num = 1.5'),
  ('p = p + p2', 'p = 9000, p2 = 999'),
  ('p = p + p2', 'p = 9000, p2 = 1000'),
  ('p = p2', 'p2 = 1.25'),
  ('n = b', 'b = 5'),
  ('n = b', 'b = 3000000000'),
  ('t = t2', 't2 = ''x'''),
  ('t = t2', 't = ''x'''),
  ('v = t', 't = ''abcd'''),
  ('l = l2', 'l2 = ''{a,b}'''),
  ('ok = NOT ok', 'ok = true')) v (a, w);
-- of two attributes that cannot be read, the answer's first one is told
SELECT replace(try(a, 'n = 1', r::jsonb), 'value 1.5 of attribute "n"', 'value 0.5 of attribute "m"') FROM (VALUES
  ('n = m', '{"m": {"N": "3000000000"}}'),
  ('n = m', '{"m": {"S": "x"}}'),
  ('n = m', '{"m": {"NULL": true}}'),
  ('n = n + m', '{"m": {"N": "0.5"}}'),
  ('t = t2', '{"t2": {"N": "5"}}')) v (a, r);

-- ---- coalesce ----
SELECT a, plan(a) FROM unnest(ARRAY[
  'n = coalesce(n, 0) + 5',
  'n = 5 + coalesce(n, 1)',
  'n = coalesce(n, 0) - 5',
  'n = coalesce(n, 2147483647) + 1',
  'b = coalesce(b, 0) + 1',
  'num = coalesce(num, 0) + 0.5',
  'p = coalesce(p, 0) + 1.5',
  'n = coalesce(n, m) + 1',
  'n = coalesce(n, 7)',
  't = coalesce(t, ''x'')',
  'v = coalesce(v, ''abc'')',
  'v = coalesce(v, ''abcd'')',
  'l = coalesce(l, ''{a}'')',
  'j = coalesce(j, ''{}'')',
  'ts = coalesce(ts, ''2020-01-01 00:00+00'')',
  'n = coalesce(n, m, 1)',
  'n = coalesce(m, 1)',
  'sets = coalesce(sets, ''{a}'')',
  'ok = coalesce(ok, true)']) a;
SELECT try(a, w) FROM (VALUES
  ('n = coalesce(n, 0) + 5', 'n = 1'),
  ('n = coalesce(n, 0) + 5', 'n = NULL'),
  ('n = coalesce(n, 0) + 5', 'n = 2147483647'),
  ('n = coalesce(n, 2147483647) + 1', 'n = NULL'),
  ('n = coalesce(n, 2147483647) + 1', 'n = 5'),
  ('n = coalesce(n, 0) - 5', 'n = -2147483648'),
  ('b = coalesce(b, 0) + 1', 'b = NULL'),
  ('num = coalesce(num, 0) + 0.5', 'num = NULL'),
  ('num = coalesce(num, 0) + 0.5', 'num = 1'),
  ('p = coalesce(p, 0) + 1.5', 'p = 9999'),
  ('n = coalesce(n, m) + 1', 'm = 3'),
  ('n = coalesce(n, 7)', 'n = NULL'),
  ('n = coalesce(n, 7)', 'n = 1'),
  ('t = coalesce(t, ''x'')', 't = NULL'),
  ('v = coalesce(v, ''abcd'')', 'v = NULL'),
  ('v = coalesce(v, ''abcd'')', 'v = ''a'''),
  ('l = coalesce(l, ''{a}'')', 'l = NULL'),
  ('j = coalesce(j, ''{}'')', 'j = NULL'),
  ('j = coalesce(j, ''{}'')', 'j = ''5'''),
  ('sets = coalesce(sets, ''{a}'')', 'sets = ''{b}'''),
  ('must = coalesce(must, 5)', 'n = 1')) v (a, w);
SELECT try(a, 's = 1', r::jsonb) FROM (VALUES
  ('n = coalesce(n, 0) + 5', '{"n": {"NULL": true}}'),
  ('n = coalesce(n, 7)', '{"n": {"NULL": true}}'),
  ('n = coalesce(n, 7)', '{"n": {"S": "x"}}'),
  ('t = coalesce(t, ''x'')', '{"t": {"NULL": true}}'),
  ('t = coalesce(t, ''x'')', '{"t": {"N": "5"}}'),
  ('j = coalesce(j, ''{}'')', '{"j": {"NULL": true}}'),
  ('n = coalesce(n, 0) + 5', '{"n": {"N": "0.5"}}')) v (a, r);

-- ---- c = v ----
SELECT a, plan(a) FROM unnest(ARRAY[
  'n = 5',
  'n = NULL',
  't = upper(''x'')',
  'n = 5, t = NULL',
  'must = NULL',
  'ts = now()',
  't = gen_random_uuid()::text',
  'p = 1.005',
  'num = ''NaN''',
  'sets = ''{}''',
  'j = ''null''',
  'n = (SELECT 5)',
  '(n, m) = (SELECT 1, 2)',
  '(n, m) = ROW(1, 2)',
  'n = CASE WHEN true THEN 1 END',
  'n = DEFAULT',
  't = t || ''x''',
  'id = ''x''']) a;
SELECT try(a, w) FROM (VALUES
  ('n = 5', 'n = 1'),
  ('n = NULL', 'n = 1'),
  ('n = 5, t = NULL', 't = ''a'''),
  ('must = NULL', 'n = 1'),
  ('p = 1.005', 'p = 1'),
  ('v = ''abcd''', 'n = 1'),
  ('sets = NULL', 'sets = ''{a}'''),
  ('j = ''{"a": [1, null]}''', 'j = ''5'''),
  ('n = (SELECT 5)', 'n = 1'),
  ('(n, m) = (SELECT 1, 2)', 'n = 5'),
  ('(n, m) = ROW(1, 2)', 'n = 5'),
  ('n = DEFAULT', 'n = 5'),
  ('id = ''x'', n = 4', 'n = 5')) v (a, w);
SELECT try(a, 's = 1', r::jsonb) FROM (VALUES ('n = 5', '{"n": {"S": "x"}}'), ('n = NULL', '{"n": {"S": "x"}}')) v (a, r);

-- ---- lists ----
SELECT a, plan(a) FROM unnest(ARRAY[
  'l = l || ARRAY[''x'']',
  'l = ARRAY[''x''] || l',
  'l = l || ''x''::text',
  'l = ''x''::text || l',
  'l = array_append(l, ''x'')',
  'l = array_prepend(''x'', l)',
  'l = array_cat(l, ''{x,y}'')',
  'l = l || NULL::text',
  'l = l || ''{}''',
  'l = l || l2',
  'l = l || ''{{a}}''',
  'nums = nums || 5',
  'l[3] = ''x''',
  'l[1] = NULL',
  'l[2] = ''x'', l[3] = ''y''',
  'l[0] = ''x''',
  'l[-1] = ''x''',
  'l[n] = ''x''',
  'l[1:2] = ''{a,b}''',
  'l[1][1] = ''x''',
  'l = array_remove(l, ''x'')',
  'l = l[2:]',
  'l[NULL] = ''x''']) a;
SELECT try(a, w) FROM unnest(ARRAY['l = NULL', 'l = ''{}''', 'l = ''{a,b}''', 'l = ''{a,b,c}''']) w,
  unnest(ARRAY[
    'l = l || ARRAY[''x'']',
    'l = ARRAY[''x''] || l',
    'l = array_append(l, ''x'')',
    'l = array_prepend(NULL, l)',
    'l = l || ''{}''',
    'l[3] = ''x''',
    'l[1] = NULL',
    'l[5] = ''x''',
    'l[2] = ''x'', l[3] = ''y''',
    'l[0] = ''x''',
    'l = l || ''{{a,b}}''']) a;
SELECT try(a, 's = 1', r::jsonb) FROM (VALUES
  ('l = l || ARRAY[''x'']', '{"l": {"NULL": true}}'),
  ('l = l || ARRAY[''x'']', '{"l": {"S": "x"}}'),
  ('l[1] = ''x''', '{"l": {"NULL": true}}'),
  ('l[1] = ''x''', '{"l": {"M": {}}}'),
  ('nums = nums || 5', '{"nums": {"L": [{"L": [{"N": "1"}]}, {"L": [{"N": "2"}]}]}}'),
  ('nums[1] = 5', '{"nums": {"L": [{"L": [{"N": "1"}]}]}}'),
  ('l = l || ''x''::text', '{"l": {"SS": ["a"]}}')) v (a, r);

-- ---- DynamoDB's own functions ----
SELECT a, plan(a) FROM unnest(ARRAY[
  'n = dyn_increment(n)',
  'n = dyn_increment(n, 5)',
  'n = dyn_decrement(n, 5)',
  'n = dyn_add(n, 5)',
  's = dyn_increment(s)',
  'b = dyn_increment(b, 5)',
  'num = dyn_add(num, 0.5)',
  'p = dyn_add(p, 0.5)',
  'f = dyn_increment(f, 0.5)',
  'r = dyn_decrement(r)',
  'n = dyn_increment(m)',
  'n = dyn_increment(n, NULL)',
  'n = dyn_increment(n) + 1',
  'n = dyn_if_not_exists(n, 7)',
  't = dyn_if_not_exists(t, ''x'')',
  'sets = dyn_set_add(sets, ''{x}'')',
  'sets = dyn_set_delete(sets, ''{x}'')',
  'nset = dyn_set_add(nset, ''{1,2}'')',
  'sets = dyn_set_add(sets, ''{}'')',
  'l = dyn_list_append(l, ''{x}'')',
  'l = dyn_list_prepend(l, ''{x}'')',
  'l = dyn_list_set(l, 1, ''x'')',
  'l = dyn_list_remove(l, 1)',
  'j = dyn_list_append(j, ''[1]'')',
  'j = dyn_list_set(j, 0, ''1'')',
  'l = dyn_list_set(l, -1, ''x'')',
  'l = dyn_list_remove(l, NULL)',
  'n = dyn_increment(n), l = dyn_list_append(l, ''{x}''), t = ''y'', sets = dyn_set_add(sets, ''{z}'')']) a;
SELECT try(a, w) FROM (VALUES
  ('n = dyn_increment(n)', 'n = 1'),
  ('n = dyn_increment(n)', 'n = NULL'),
  ('n = dyn_increment(n)', 'n = 2147483647'),
  ('n = dyn_decrement(n, 5)', 'n = -2147483648'),
  ('s = dyn_increment(s)', 's = 32767'),
  ('b = dyn_increment(b, 5)', 'b = 9007199254740993'),
  ('num = dyn_add(num, 0.5)', 'num = NULL'),
  ('p = dyn_add(p, 0.5)', 'p = 9999.6'),
  ('p = dyn_add(p, 0.005)', 'p = 1'),
  ('f = dyn_increment(f, 0.5)', 'f = 0.25'),
  ('f = dyn_increment(f, 0.5)', 'f = NULL'),
  ('r = dyn_decrement(r)', 'r = 1'),
  ('n = dyn_increment(m)', 'm = 4'),
  ('n = dyn_increment(n, NULL)', 'n = 1'),
  ('n = dyn_increment(n) + 1', 'n = NULL'),
  ('n = dyn_if_not_exists(n, 7)', 'n = NULL'),
  ('n = dyn_if_not_exists(n, 7)', 'n = 1'),
  ('sets = dyn_set_add(sets, ''{x}'')', 'sets = NULL'),
  ('sets = dyn_set_add(sets, ''{a,x}'')', 'sets = ''{a,b}'''),
  ('sets = dyn_set_delete(sets, ''{a}'')', 'sets = ''{a,b}'''),
  ('sets = dyn_set_delete(sets, ''{a}'')', 'sets = ''{a}'''),
  ('sets = dyn_set_delete(sets, ''{a}'')', 'sets = NULL'),
  ('nset = dyn_set_add(nset, ''{1,2}'')', 'nset = ''{2,3}'''),
  ('sets = dyn_set_add(sets, ''{}'')', 'sets = ''{a}'''),
  ('l = dyn_list_append(l, ''{x}'')', 'l = NULL'),
  ('l = dyn_list_append(l, ''{x}'')', 'l = ''{a}'''),
  ('l = dyn_list_prepend(l, ''{x,y}'')', 'l = ''{a}'''),
  ('l = dyn_list_set(l, 1, ''x'')', 'l = ''{a,b}'''),
  ('l = dyn_list_set(l, 2, ''x'')', 'l = ''{a,b}'''),
  ('l = dyn_list_set(l, 0, ''x'')', 'l = NULL'),
  ('l = dyn_list_remove(l, 0)', 'l = ''{a,b}'''),
  ('l = dyn_list_remove(l, 5)', 'l = ''{a,b}'''),
  ('l = dyn_list_remove(l, 0)', 'l = NULL'),
  ('l = dyn_list_remove(l, -1)', 'l = ''{a}'''),
  ('j = dyn_list_append(j, ''[1]'')', 'j = ''[0]'''),
  ('j = dyn_list_append(j, ''[1]'')', 'j = NULL'),
  ('j = dyn_list_set(j, 0, ''1'')', 'j = ''["a"]'''),
  ('j = dyn_list_remove(j, 0)', 'j = ''["a"]'''),
  ('n = dyn_increment(n), l = dyn_list_append(l, ''{x}''), t = ''y'', sets = dyn_set_add(sets, ''{z}'')', 'n = 1')) v (a, w);
SELECT try(a, 's = 1', r::jsonb) FROM (VALUES
  ('n = dyn_increment(n)', '{"n": {"NULL": true}}'),
  ('n = dyn_increment(n)', '{"n": {"S": "x"}}'),
  ('sets = dyn_set_add(sets, ''{x}'')', '{"sets": {"L": []}}'),
  ('sets = dyn_set_add(sets, ''{x}'')', '{"sets": {"NULL": true}}'),
  ('l = dyn_list_append(l, ''{x}'')', '{"l": {"NULL": true}}'),
  ('l = dyn_list_append(l, ''{x}'')', '{"l": {"N": "1"}}'),
  ('l = dyn_list_set(l, 0, ''x'')', '{"l": {"NULL": true}}'),
  ('t = dyn_if_not_exists(t, ''x'')', '{"t": {"NULL": true}}')) v (a, r);

-- ---- many at once, and too many ----
DO $$
DECLARE
  columns text := (SELECT string_agg(format('c%s integer', i), ', ') FROM generate_series(1, 320) i);
  touched integer;
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE wide (id text OPTIONS (key ''partition''), %s) SERVER dynamo OPTIONS (table_name ''guard'')', columns);
  INSERT INTO wide (id, c1) VALUES ('wide', 1);
  EXECUTE (SELECT format('UPDATE wide SET %s WHERE id = ''wide''', string_agg(format('c%s = %s', i, i), ', ')) FROM generate_series(1, 100) i);
  GET DIAGNOSTICS touched = ROW_COUNT;
  RAISE INFO 'updated %, sum %', touched, (SELECT c50 + c100 FROM wide WHERE id = 'wide');
  EXECUTE (SELECT format('UPDATE wide SET %s WHERE id = ''wide''', string_agg(format('c%s = coalesce(c%s, 0) + 1', i, i), ', ')) FROM generate_series(1, 90) i);
  RAISE INFO 'sum %', (SELECT c50 + c90 FROM wide WHERE id = 'wide');
  BEGIN
    EXECUTE (SELECT format('UPDATE wide SET %s WHERE id = ''wide''', string_agg(format('c%s = %s', i, i), ', ')) FROM generate_series(1, 320) i);
  EXCEPTION WHEN OTHERS THEN
    RAISE INFO '% %', SQLSTATE, SQLERRM;
  END;
  RAISE INFO 'sum %', (SELECT c50 + c100 FROM wide WHERE id = 'wide');
END $$;
DROP FOREIGN TABLE wide;

SELECT dyn_drop_table('guard');
DROP FUNCTION try, plan, brief;
DROP FOREIGN TABLE guard;
DROP TABLE twin;
