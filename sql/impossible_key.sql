--
-- Keys that no item can have: what asks for them finds nothing, what would
-- write them is refused before anything is sent.
--
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
CREATE SCHEMA impossible_key;
SET search_path = impossible_key, public;
CREATE DOMAIN word AS text CHECK (VALUE <> 'bad');
-- what becomes of a statement, and how many requests it sends
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
  count int;
  sent numeric;
  detail text;
  hint text;
BEGIN
  PERFORM dyn_stat_reset();
  BEGIN
    IF statement ~ '^SELECT|RETURNING' THEN
      EXECUTE format('WITH w AS (%s) SELECT coalesce(string_agg(w::text, '' '' ORDER BY w::text), ''none'') FROM w', statement) INTO result;
    ELSE
      EXECUTE statement;
      GET DIAGNOSTICS count = ROW_COUNT;
      result := count || ' rows';
    END IF;
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    result := concat_ws(E'\n    ', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
  END;
  SELECT coalesce(sum(requests), 0) INTO sent FROM dyn_stat_requests WHERE operation <> 'DescribeTable';
  RETURN format(E'%s\n  = %s\n    (%s requests)', regexp_replace(statement, '(x{20})x+|\\000(000){20,}', '\1...', 'g'), result, sent);
END $$;
CREATE FOREIGN TABLE page (id text OPTIONS (key 'partition') COLLATE "C", n int) SERVER dynamo OPTIONS (table_name 'impossible_page');
CREATE FOREIGN TABLE line (id text OPTIONS (key 'partition') COLLATE "C", s text OPTIONS (key 'sort') COLLATE "C", n int) SERVER dynamo OPTIONS (table_name 'impossible_line');
CREATE FOREIGN TABLE bin (id bytea OPTIONS (key 'partition'), s bytea OPTIONS (key 'sort'), n int) SERVER dynamo OPTIONS (table_name 'impossible_bin');
CREATE FOREIGN TABLE num (id numeric OPTIONS (key 'partition'), n int) SERVER dynamo OPTIONS (table_name 'impossible_num');
CREATE FOREIGN TABLE price (id numeric(5,2) OPTIONS (key 'partition'), n int) SERVER dynamo OPTIONS (table_name 'impossible_price');
CREATE FOREIGN TABLE whole (id int OPTIONS (key 'partition'), n int) SERVER dynamo OPTIONS (table_name 'impossible_whole');
CREATE FOREIGN TABLE broken (id double precision OPTIONS (key 'partition'), n int) SERVER dynamo OPTIONS (table_name 'impossible_broken');
CREATE FOREIGN TABLE epoch (id timestamptz OPTIONS (key 'partition', type 'N'), n int) SERVER dynamo OPTIONS (table_name 'impossible_epoch');
CREATE FOREIGN TABLE second (id timestamptz(0) OPTIONS (key 'partition'), n int) SERVER dynamo OPTIONS (table_name 'impossible_second');
CREATE FOREIGN TABLE code (id varchar(3) OPTIONS (key 'partition'), n int) SERVER dynamo OPTIONS (table_name 'impossible_code');
CREATE FOREIGN TABLE term (id word OPTIONS (key 'partition'), n int) SERVER dynamo OPTIONS (table_name 'impossible_term');
SELECT count(dyn_create_table(oid)) FROM pg_class WHERE relnamespace = 'impossible_key'::regnamespace AND relkind = 'f';
INSERT INTO page VALUES ('a', 1), ('b', 2);
INSERT INTO line VALUES ('a', 'b', 1);

-- mended: dyn_upsert() of a key that DynamoDB cannot hold did nothing and said nothing
SELECT try('UPDATE page SET n = dyn_increment(n) WHERE id = '''' AND dyn_upsert() RETURNING n');
SELECT try('UPDATE page SET n = dyn_increment(n) WHERE id = repeat(''x'', 3000) AND dyn_upsert() RETURNING n');
SELECT try('UPDATE page SET n = dyn_increment(n) WHERE id = repeat(''x'', 3000) AND dyn_upsert() AND n > 5');
SELECT try('UPDATE line SET n = 1 WHERE id = ''a'' AND s = '''' AND dyn_upsert()');
SELECT try('UPDATE line SET n = 1 WHERE s = repeat(''x'', 1025) AND id = ''a'' AND dyn_upsert()');
SELECT try('UPDATE bin SET n = 1 WHERE id = ''\x'' AND s = ''\x01'' AND dyn_upsert()');
SELECT try('UPDATE bin SET n = 1 WHERE id = ''\x01'' AND s = convert_to(repeat(''x'', 1025), ''UTF8'') AND dyn_upsert()');
SELECT try(format('UPDATE num SET n = 1 WHERE id = %s AND dyn_upsert()', v)) FROM unnest('{''NaN'',''infinity'',1e200,1e-140,1234567890123456789012345678901234567890}'::text[]) v;
SELECT try(format('UPDATE broken SET n = 1 WHERE id = %s AND dyn_upsert()', v)) FROM unnest('{''NaN'',''-infinity'',1e-200}'::text[]) v;
SELECT try('UPDATE epoch SET n = 1 WHERE id = ''infinity'' AND dyn_upsert()');
SELECT try(format('UPDATE whole SET n = 1 WHERE id = %s AND dyn_upsert()', v)) FROM unnest('{3000000000,1.5}'::text[]) v;
SELECT try('SELECT dyn_increment(''page'', ''{"id": ""}'', ''n'')');
SELECT try('SELECT dyn_increment(''page'', jsonb_build_object(''id'', repeat(''x'', 3000)), ''n'')');
SELECT try('SELECT dyn_decrement(''line'', ''{"id": "a", "s": ""}'', ''n'')');
PREPARE upsert (text) AS UPDATE page SET n = dyn_increment(n) WHERE id = $1 AND dyn_upsert() RETURNING n;
SET plan_cache_mode = force_generic_plan;
EXECUTE upsert ('');
RESET plan_cache_mode;
EXECUTE upsert ('');
EXECUTE upsert ('b');

-- mended: dyn_upsert() of a key that its column cannot hold made an item that could not be read
SELECT try('UPDATE code SET n = 1 WHERE id = ''abcd'' AND dyn_upsert()');
SELECT try('UPDATE price SET n = 1 WHERE id = 1.555 AND dyn_upsert()');
SELECT try('UPDATE price SET n = 1 WHERE id = 12345 AND dyn_upsert()');
SELECT try('UPDATE epoch SET n = 1 WHERE id = ''2020-01-01 00:00:00.5+00'' AND dyn_upsert()');
SELECT try('UPDATE second SET n = 1 WHERE id = ''2020-01-01 00:00:00.5+00'' AND dyn_upsert()');
SELECT try('UPDATE term SET n = 1 WHERE id = ''bad'' AND dyn_upsert()');
SELECT (SELECT count(*) FROM code), (SELECT count(*) FROM price), (SELECT count(*) FROM epoch), (SELECT count(*) FROM second), (SELECT count(*) FROM term);

-- mended: a key that is too long was sent, and refused by DynamoDB in words of its own
SELECT try('INSERT INTO page VALUES (''c'', 1), (repeat(''x'', 2049), 1)');
SELECT try('INSERT INTO line VALUES (''a'', repeat(''x'', 1025), 1)');
SELECT try('INSERT INTO bin VALUES (convert_to(repeat(''x'', 2049), ''UTF8''), ''\x01'', 1)');
SELECT try('INSERT INTO page VALUES (repeat(''x'', 2049), 1) ON CONFLICT DO NOTHING');
SELECT try('INSERT INTO page VALUES (repeat(''x'', 2049), 1) ON CONFLICT (id) DO UPDATE SET n = page.n + 1');
SELECT try('INSERT INTO page VALUES (repeat(''ß'', 1025), 1)');
SELECT try('UPDATE page SET id = repeat(''x'', 3000) WHERE id = ''a''');
SELECT try('UPDATE line SET s = repeat(id || s, 1000) WHERE id = ''a''');
SELECT try('UPDATE page SET id = v FROM (VALUES (repeat(''x'', 3000))) x (v) WHERE id = ''a''');
\set SHOW_CONTEXT never
\copy line FROM PROGRAM 'printf "a\t%01025d\t1\n" 0'
\set SHOW_CONTEXT errors
SELECT * FROM page ORDER BY id;
SELECT * FROM line ORDER BY id, s;

-- mended: a key column is NOT NULL like one that is declared so: before CHECK is looked at, and in the order of the columns
CREATE FOREIGN TABLE strict (a int NOT NULL, id text OPTIONS (key 'partition') COLLATE "C", b int NOT NULL, n int CHECK (n < 10)) SERVER dynamo OPTIONS (table_name 'impossible_strict');
SELECT dyn_create_table('strict');
INSERT INTO strict VALUES (1, 'a', 1, 1);
SELECT try('INSERT INTO strict VALUES (1, NULL, 1, 10)');
SELECT try('INSERT INTO strict VALUES (1, NULL, NULL, 10)');
SELECT try('INSERT INTO strict VALUES (NULL, NULL, 1, 10)');
SELECT try('INSERT INTO strict VALUES (1, NULL, 1, 10) ON CONFLICT (id) DO UPDATE SET n = 2');
SELECT try('INSERT INTO strict VALUES (1, ''a'', 1, 1) ON CONFLICT (id) DO UPDATE SET id = NULL, n = 10');
SELECT try('UPDATE strict SET id = NULL, n = 9 + n');
SELECT try('UPDATE strict SET id = NULL, n = 9 + n WHERE id = ''a''');
SELECT try('UPDATE strict SET id = NULL, b = NULL, n = 10');
SELECT try('UPDATE strict SET id = NULL, a = NULL, n = 10');
SELECT try('UPDATE strict SET id = NULL, n = v FROM (VALUES (10), (11)) AS f(v)');
SELECT try('UPDATE strict SET id = NULL, b = NULL, n = v FROM (VALUES (10), (11)) AS f(v)');
SELECT try('UPDATE strict SET id = NULL, a = NULL, n = v FROM (VALUES (10), (11)) AS f(v)');
SELECT * FROM strict;

-- also: the longest keys that there can be
SELECT try('INSERT INTO page VALUES (repeat(''x'', 2048), 1)');
SELECT try('UPDATE line SET n = dyn_increment(n) WHERE id = repeat(''ß'', 1024) AND s = repeat(''x'', 1024) AND dyn_upsert() RETURNING n');
SELECT try('UPDATE page SET n = dyn_increment(n) WHERE id = repeat(''x'', 2048) AND dyn_upsert() RETURNING n');
SELECT try('DELETE FROM page WHERE id = repeat(''x'', 2048) RETURNING n');
-- also: an INSERT of an empty key or of no number says so
SELECT try('INSERT INTO page VALUES ('''', 1)');
SELECT try('INSERT INTO page VALUES ('''', 1) ON CONFLICT (id) DO UPDATE SET n = 2');
SELECT try('UPDATE page SET id = '''' WHERE id = ''a''');
SELECT try('INSERT INTO num VALUES (''NaN'', 1)');
SELECT try('INSERT INTO page VALUES (NULL, 1)');
-- also: what does not write such a key finds no row, without a request
SELECT try(format(s, k)) FROM unnest('{'''',"repeat(''x'', 3000)"}'::text[]) k,
  unnest('{SELECT * FROM page WHERE id = %s,
  UPDATE page SET n = 1 WHERE id = %s,
  DELETE FROM page WHERE id = %s RETURNING n,
  SELECT * FROM line WHERE id = ''a'' AND s = %s,
  UPDATE line SET n = 1 WHERE id = %s AND s = ''b''}'::text[]) s;
SELECT try('SELECT * FROM num WHERE id = ''NaN''');
SELECT try('UPDATE whole SET n = 1 WHERE id = 3000000000');
SELECT try('SELECT n FROM page WHERE id IN ('''', ''b'', repeat(''x'', 3000))');
-- also: a key that is NULL is no key: the condition is not true for any row, known early or late
SELECT try('UPDATE page SET n = 1 WHERE id = NULL AND dyn_upsert()');
SELECT try('UPDATE page SET n = 1 WHERE id = (SELECT NULL) AND dyn_upsert()');
SET plan_cache_mode = force_generic_plan;
EXECUTE upsert (NULL);
RESET plan_cache_mode;
EXECUTE upsert (NULL);
SELECT try('SELECT dyn_increment(''page'', ''{"id": null}'', ''n'')');
-- also: dyn_upsert() with keys of which one could be, or that contradict each other
SELECT try('UPDATE page SET n = 1 WHERE id IN ('''', ''z'') AND dyn_upsert()');
SELECT try('UPDATE page SET n = 1 WHERE (id = '''' OR id = ''z'') AND dyn_upsert()');
SELECT try('UPDATE page SET n = 1 WHERE id = ''y'' AND id = (SELECT ''z'') AND dyn_upsert()');
SELECT * FROM page ORDER BY id;

-- a key that is to equal two values which the planner does not know
INSERT INTO num VALUES (1.5, 1);
SELECT try('SELECT * FROM page WHERE id = (SELECT ''z'') AND id = (SELECT ''z'')');
SELECT try('SELECT * FROM page WHERE id = (SELECT ''z'') AND id = (SELECT ''y'')');
SELECT count(*) FROM num WHERE id = (SELECT 1.5) AND id = (SELECT 1.50);
SELECT count(*) FROM num WHERE id = (SELECT 1.5) AND id = (SELECT 1.5000000001);
SELECT count(dyn_drop_table(oid)) FROM pg_class WHERE relnamespace = 'impossible_key'::regnamespace AND relkind = 'f';
DROP SCHEMA impossible_key CASCADE;
