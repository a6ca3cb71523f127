--
-- Keys: which part of a WHERE finds items by key, for keys of each type.
-- Needs: transactions
--
CREATE TYPE key_mood AS ENUM ('sad', 'ok');
CREATE DOMAIN key_word AS text CHECK (VALUE <> 'bad');
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
SET timezone = 'UTC';
CREATE FUNCTION access(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  one text;
  result text := '';
BEGIN
  FOR one IN SELECT explain(statement) LOOP
    IF one ~ 'DynamoDB Operation|Key|FilterExpression|Candidates' THEN
      result := result || E'\n    ' || btrim(one);
    END IF;
  END LOOP;
  RETURN statement || result;
END $$;
-- one table for each type of key: insert, find, update, change, delete, and a wrong spelling
CREATE FUNCTION try_key(type text, options text, a text, b text, other text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
  found text;
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE keyed (k %s OPTIONS (key ''partition'' %s), s %s OPTIONS (key ''sort'' %s), n integer) SERVER dynamo',
    type, ', ' || options, type, ', ' || options);
  PERFORM dyn_create_table('keyed');
  EXECUTE format('INSERT INTO keyed VALUES (%1$s, %1$s, 1), (%1$s, %2$s, 2), (%2$s, %1$s, 3)', a, b);
  EXECUTE format('SELECT string_agg(n::text, '' '') FROM keyed WHERE k = %1$s AND s = %2$s', a, b) INTO found;
  result := format('%s %s: found %s', type, coalesce(options, ''), found);
  EXECUTE format('SELECT string_agg(n::text, '' '' ORDER BY n) FROM keyed WHERE k = %1$s AND s > %1$s', a) INTO found;
  result := result || coalesce(', greater ' || found, ', none greater');
  EXECUTE format('SELECT string_agg(n::text, '' '' ORDER BY n) FROM keyed WHERE k = %1$s AND s BETWEEN %1$s AND %2$s', a, b) INTO found;
  result := result || coalesce(', between ' || found, ', none between');
  EXECUTE format('UPDATE keyed SET n = n + 10 WHERE k = %1$s AND s = %2$s RETURNING n', a, b) INTO found;
  result := result || ', updated to ' || coalesce(found, 'none');
  EXECUTE format('UPDATE keyed SET s = %2$s WHERE k = %2$s AND s = %1$s RETURNING n', a, b) INTO found;
  result := result || ', moved ' || coalesce(found, 'none');
  EXECUTE format('WITH d AS (DELETE FROM keyed WHERE k = %1$s RETURNING n) SELECT string_agg(n::text, '' '' ORDER BY n) FROM d', a) INTO found;
  result := result || ', deleted ' || coalesce(found, 'none');
  result := result || E'\n  ' || access(format('SELECT * FROM keyed WHERE k = %1$s AND s = %2$s', a, b)) || E'\n  ' || access(format('SELECT * FROM keyed WHERE k = %1$s AND s > %2$s', a, b));
  IF other IS NOT NULL THEN
    PERFORM dyn_request('dynamo', 'PutItem', format('{"TableName": "keyed", "Item": {"k": %1$s, "s": %1$s, "n": {"N": "9"}}}', other)::jsonb);
    BEGIN
      EXECUTE 'SELECT string_agg(concat(k, '' '', n), '', '' ORDER BY n) FROM keyed WHERE n = 9' INTO found;
    EXCEPTION WHEN OTHERS THEN found := SQLSTATE || ' ' || SQLERRM;
    END;
    result := result || format(E'\n  another spelling %s: %s', other, found);
  END IF;
  PERFORM dyn_drop_table('keyed');
  DROP FOREIGN TABLE keyed;
  RETURN result;
EXCEPTION WHEN OTHERS THEN
  BEGIN
    PERFORM dyn_request('dynamo', 'DeleteTable', '{"TableName": "keyed"}');
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
  RETURN format('%s %s: %s %s', type, coalesce(options, ''), SQLSTATE, SQLERRM);
END $$;
SELECT try_key(t, o, a, b, s) FROM (VALUES
  ('text', NULL, '''a''', '''b''', '{"S": "c"}'),
  ('varchar(3)', NULL, '''a''', '''b''', '{"S": "abcd"}'),
  ('char(3)', NULL, '''a''', '''b''', '{"S": "c  "}'),
  ('name', NULL, '''a''', '''b''', NULL),
  ('key_word', NULL, '''a''', '''b''', NULL),
  ('key_mood', NULL, '''sad''', '''ok''', '{"S": "glad"}'),
  ('uuid', NULL, '''00000000-0000-0000-0000-00000000000a''', '''00000000-0000-0000-0000-00000000000b''', '{"S": "00000000-0000-0000-0000-00000000000C"}'),
  ('inet', NULL, '''10.0.0.1''', '''10.0.0.2''', '{"S": "10.0.0.3/32"}'),
  ('smallint', NULL, '-1', '32767', NULL),
  ('integer', NULL, '-1', '2', '{"N": "3.0"}'),
  ('bigint', NULL, '1', '9223372036854775807', NULL),
  ('numeric', NULL, '1.50', '2', NULL),
  ('numeric(5,2)', NULL, '1.5', '2', NULL),
  ('double precision', NULL, '0.1', '1e20', NULL),
  ('real', NULL, '0.1', '2', NULL),
  ('bytea', NULL, '''\x01''', '''\x02ff''', NULL),
  ('date', NULL, '''2020-01-01''', '''2021-01-01''', '{"S": "2022-1-1"}'),
  ('date', 'type ''N''', '''2020-01-01''', '''2021-01-01''', NULL),
  ('timestamp', NULL, '''2020-01-01''', '''2021-01-01''', '{"S": "2022-01-01 00:00:00"}'),
  ('timestamptz', NULL, '''2020-01-01 00:00+00''', '''infinity''', '{"S": "2022-01-01T00:00:00Z"}'),
  ('timestamptz', 'type ''N''', '''2020-01-01 00:00+00''', '''2021-01-01 00:00+00''', '{"N": "1.5"}'),
  ('timestamptz', 'type ''N'', unit ''ms''', '''2020-01-01 00:00:00.5+00''', '''2021-01-01 00:00+00''', NULL),
  ('time', NULL, '''12:00''', '''13:00''', NULL),
  ('interval', NULL, '''1 day''', '''2 days''', NULL),
  ('boolean', NULL, 'false', 'true', NULL),
  ('text[]', NULL, '''{a}''', '''{b}''', NULL),
  ('jsonb', NULL, '''{}''', '''1''', NULL)
) v (t, o, a, b, s);

-- ---- what fixes a key ----
CREATE FOREIGN TABLE chest (p text OPTIONS (key 'partition'), s integer OPTIONS (key 'sort'), t text) SERVER dynamo;
SELECT dyn_create_table('chest');
INSERT INTO chest SELECT p, s, p || s FROM unnest('{a,b}'::text[]) p, generate_series(1, 5) s;
CREATE FUNCTION items(condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE format('SELECT coalesce(string_agg(t, '' '' ORDER BY t), ''none'') FROM chest WHERE %s', condition) INTO result;
  RETURN access(format('SELECT FROM chest WHERE %s', condition)) || E'\n    = ' || result;
END $$;
SELECT items(c) FROM unnest(ARRAY[
  'p = ''a'' AND s = 2',
  's = 2 AND ''a'' = p AND true',
  'p = ''a''',
  's = 2',
  'p = ''a'' AND s > 2',
  'p = ''a'' AND s >= 2 AND s < 4',
  'p = ''a'' AND s BETWEEN 2 AND 3',
  'p = ''a'' AND s BETWEEN 3 AND 2',
  'p = ''a'' AND s > 4 AND s < 2',
  'p = ''a'' AND 3 < s',
  'p = ''a'' AND s > 1.5',
  'p = ''a'' AND s > 3000000000',
  'p = ''a'' AND s < 3000000000',
  'p = ''a'' AND s = 3000000000',
  'p = ''a'' AND s = 2.0',
  'p = ''a'' AND s <> 2',
  'p = ''a'' AND s IN (1, 2)',
  'p = ''a'' AND (s = 1 OR s = 5)',
  'p = ''a'' AND s IS NULL',
  'p = NULL',
  'p = '''' AND s = 1',
  'p = ''''',
  'p = ''a'' AND p = ''a''',
  'p = ''a'' AND s = 1 AND s > 3',
  'p = ''a'' AND s > 1 AND s > 3',
  'p = ''a'' AND t = ''a3''',
  'p = ''a'' AND s = 3 AND t = ''a4''',
  'p = lower(''A'')',
  'p = (SELECT ''a'')',
  'p = t',
  'p > ''a''',
  'p LIKE ''a%''',
  'p = ''a'' AND s % 2 = 0',
  'p = ''a'' AND s > 2 AND t LIKE ''%4''',
  'p = ''a'' AND s = 2 AND false',
  'p = ''a'' AND NOT (s > 2)',
  'p COLLATE "C" = ''a'' AND s = 1',
  'p = ''a''::varchar AND s = 1::smallint',
  '(p, s) = (''a'', 2)',
  '(p, s) > (''a'', 2)',
  'p = ''a'' AND s < NULL',
  'p IN (''a'') AND s = 1',
  'p = ANY (''{a}'')']) c;
-- (PostgreSQL 17 and later see for themselves that these are never true)
SELECT count(*) FROM chest WHERE p = 'a' AND p = 'b';
SELECT count(*) FROM chest WHERE p = 'a' AND s = 1 AND s = 2;
DELETE FROM chest;
CREATE FOREIGN TABLE shelf_c (p text OPTIONS (attribute_name 'p', key 'partition'), s text OPTIONS (key 'sort') COLLATE "C") SERVER dynamo;
SELECT dyn_create_table('shelf_c');
INSERT INTO shelf_c SELECT 'p', s FROM unnest('{a,ab,abc,b,B,"a%",ä}'::text[]) s;
CREATE FUNCTION sorted(condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE format('SELECT coalesce(string_agg(s, '' '' ORDER BY s), ''none'') FROM shelf_c WHERE p = ''p'' AND %s', condition) INTO result;
  RETURN access(format('SELECT FROM shelf_c WHERE p = ''p'' AND %s', condition)) || E'\n    = ' || result;
END $$;
SELECT sorted(c) FROM unnest(ARRAY[
  's LIKE ''a%''',
  's LIKE ''a%c''',
  's LIKE ''a\%%''',
  's ^@ ''ab''',
  'starts_with(s, ''b'')',
  's > ''a'' AND s <= ''b''',
  's BETWEEN ''a'' AND ''b''',
  's < ''''',
  's <= ''''',
  's > ''''',
  's LIKE ''ab'' ',
  's LIKE ''%''',
  's ^@ '''' ',
  's LIKE ''a%'' AND s > ''ab''',
  's > ''ä''',
  's = ''''',
  's COLLATE "POSIX" > ''a''',
  's COLLATE "default" > ''a''']) c;
-- ranges whose bounds are known at execution only
SET plan_cache_mode = force_generic_plan;
PREPARE r (text, text, text) AS SELECT s FROM shelf_c WHERE p = $1 AND s >= $2 AND s < $3 ORDER BY s;
EXPLAIN (COSTS OFF) EXECUTE r ('p', 'a', 'b');
EXECUTE r ('p', 'a', 'b');
EXECUTE r ('p', 'b', 'a');
EXECUTE r ('', 'b', 'a');
EXECUTE r (NULL, 'b', 'a');
DEALLOCATE r;
RESET plan_cache_mode;
-- dyn_attribute_ functions are pushed
SELECT access('SELECT * FROM chest WHERE dyn_attribute_exists(t)'),
  access('SELECT * FROM chest WHERE NOT dyn_attribute_exists(t)'),
  access('UPDATE chest SET t = ''x'' WHERE p = ''a'' AND s = 1 AND dyn_attribute_type(t) = ''S'''),
  access('SELECT * FROM chest WHERE dyn_attribute_type(t) <> ''NULL'''),
  access('SELECT * FROM chest WHERE dyn_attribute_type(t) IS NULL'),
  access('SELECT * FROM chest WHERE dyn_attribute_type(t) IS NOT NULL AND dyn_attribute_type(t) = ''nonsense''');
INSERT INTO chest VALUES ('a', 1, 'x'), ('a', 2, NULL);
SELECT s, dyn_attribute_exists(t), dyn_attribute_type(t) FROM chest WHERE dyn_attribute_type(t) = 'S' ORDER BY s;
UPDATE chest SET t = 'y' WHERE p = 'a' AND s = 1 AND dyn_attribute_exists(t) AND dyn_attribute_type(t) = 'S' RETURNING *;
UPDATE chest SET t = 'y' WHERE p = 'a' AND s = 2 AND dyn_attribute_exists(t) RETURNING *;
-- names of all kinds in messages
INSERT INTO shelf_c VALUES ('ключ "1"', E'tab\tß😀');
INSERT INTO shelf_c VALUES ('ключ "1"', E'tab\tß😀');
SELECT dyn_drop_table('chest'), dyn_drop_table('shelf_c');
DROP FOREIGN TABLE chest, shelf_c;
DROP FUNCTION try_key, access, items, sorted;
DROP DOMAIN key_word;
DROP TYPE key_mood;
