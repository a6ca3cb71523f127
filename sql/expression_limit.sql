--
-- Expressions beyond DynamoDB's limits: 4 KB and 300 operators of each, 1 MB
-- with its names and values, 400 KB of one value, paths of 32 steps.  Rows are
-- then filtered here, items read whole, writes computed: the answer is SQL's own.
-- Needs: old_item
--
SET client_min_messages = warning;
DO $$
DECLARE
  columns text := (SELECT string_agg(format('c%s integer', i), ', ') FROM generate_series(1, 1000) i);
BEGIN
  EXECUTE format('CREATE TABLE wide_twin (id text PRIMARY KEY, %s)', columns);
  EXECUTE format('CREATE FOREIGN TABLE wide (id text OPTIONS (key ''partition''), %s) SERVER dynamo OPTIONS (table_name ''wide_items'')', columns);
END $$;
CREATE TABLE deep_twin (id text PRIMARY KEY, n integer, t text, doc jsonb);
CREATE FOREIGN TABLE deep (id text OPTIONS (key 'partition'), n integer, t text, doc jsonb) SERVER dynamo OPTIONS (table_name 'deep_items');
CREATE FOREIGN TABLE whole (id text OPTIONS (key 'partition'), doc jsonb OPTIONS (document 'true')) SERVER dynamo OPTIONS (table_name 'whole_items');
SELECT dyn_create_table('wide'), dyn_create_table('deep'), dyn_create_table('whole');
INSERT INTO wide_twin (id, c1, c2, c700, c1000) VALUES ('a', 1, 2, 700, 1000), ('b', 10, NULL, NULL, NULL), ('c', NULL, NULL, NULL, 5);
INSERT INTO deep_twin VALUES ('a', 1, 'x', '{"a": {"a": {"a": 4}}, "a1": {"b": 1}, "a400": {"b": [2]}, "k": 5}'), ('b', 2, 'y', NULL),
  ('c', 3, NULL, (repeat('{"a": ', 31) || '"end"' || repeat('}', 31))::jsonb);
INSERT INTO wide SELECT * FROM wide_twin;
INSERT INTO deep SELECT * FROM deep_twin;

-- A statement on both tables, named as %s: what comes out, once where it is the
-- same.
CREATE FUNCTION outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
  count bigint;
BEGIN
  IF statement ~ '^SELECT|RETURNING' THEN
    EXECUTE format('WITH r AS (%s) SELECT string_agg(r::text, '' '' ORDER BY r::text) FROM r', statement) INTO result;
    result := coalesce(regexp_replace(result, ',{9,}', ',...,', 'g'), 'no rows');
  ELSE
    EXECUTE statement;
    GET DIAGNOSTICS count = ROW_COUNT;
    result := count || ' changed';
  END IF;
  RETURN CASE WHEN length(result) > 100 THEN md5(result) ELSE result END;
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION on_both(name text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  ours text := outcome(format(statement, name));
  twins text := outcome(format(statement, name || '_twin'));
BEGIN
  RETURN CASE WHEN ours = twins THEN ours ELSE ours || ', not ' || twins END;
END $$;
-- the first characters of what EXPLAIN says of requests
CREATE FUNCTION plan_of(statement text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT left(btrim(line), 110) FROM explain(statement, 'COSTS OFF, VERBOSE') line
  WHERE line ~ 'DynamoDB Operation|Expression|Select|Candidates|Computed' $$;
-- c1, c2, ...
CREATE FUNCTION many(pattern text, separator text, count integer) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(replace(pattern, '#', i::text), separator) FROM generate_series(1, count) i $$;

-- mended: a projection of more than 4 KB is refused
SELECT on_both('wide', 'SELECT ' || many('c#', ', ', 1000) || ' FROM %s');
SELECT on_both('wide', 'SELECT ' || many('c#', ', ', 1000) || ' FROM %s WHERE id = ''a''');
SELECT on_both('wide', 'SELECT ' || many('c#', ', ', 1000) || ' FROM %s WHERE id IN (''a'', ''c'')');
SELECT on_both('wide', 'SELECT v, ' || many('c#', ', ', 1000) || ' FROM (VALUES (''a''), (''b''), (''z'')) v LEFT JOIN %s ON id = v.column1');
SELECT on_both('wide', 'SELECT w FROM %s w WHERE c1 = 10');
SELECT plan_of('SELECT ' || many('c#', ', ', 1000) || ' FROM wide');
ANALYZE wide;
SELECT attname, n_distinct FROM pg_stats WHERE tablename = 'wide' AND attname IN ('id', 'c1000') ORDER BY 1;

-- mended: columns that only the filter names are as many as those that are asked for
SELECT on_both('wide', 'SELECT id FROM %s WHERE ' || many('c# IS NOT NULL', ' OR ', 1000));
SELECT on_both('wide', 'SELECT count(*) FROM %s WHERE coalesce(' || many('c#', ', ', 1000) || ') > 5');
SELECT on_both('wide', 'DELETE FROM %s WHERE coalesce(' || many('c#', ', ', 1000) || ') = -1');
SELECT on_both('wide', 'UPDATE %s SET c1 = coalesce(' || many('c#', ', ', 1000) || ') WHERE c1 = -1');

-- mended: a projection of many places in documents is refused
SELECT on_both('deep', 'SELECT ' || many('doc -> ''a#'' -> ''b''', ', ', 400) || ' FROM %s');
SELECT on_both('deep', 'SELECT ' || many('doc -> ''a#'' -> ''b''', ', ', 400) || ', n FROM %s WHERE id = ''a''');
SELECT plan_of('SELECT ' || many('doc -> ''a#'' -> ''b''', ', ', 400) || ', n FROM deep');

-- also: what fits is asked for as before
SELECT plan_of('SELECT ' || many('c#', ', ', 5) || ' FROM wide WHERE c9 = 1');
SELECT plan_of('SELECT doc -> ''a'' -> ''b'', doc ->> ''c'' FROM deep WHERE id = ''a''');
SELECT length(line) FROM explain('SELECT ' || many('c#', ', ', 500) || ' FROM wide', 'COSTS OFF, VERBOSE') line WHERE line LIKE '%ProjectionExpression%';

-- mended: EXPLAIN shows a filter that is not sent, and what else is ANDed is not sent either
SELECT plan_of('SELECT id FROM deep WHERE n = 5 AND (' || many('t = ''x#''', ' OR ', 301) || ')');
SELECT plan_of('SELECT count(*) FROM deep WHERE n = 5 AND (' || many('t = ''x#''', ' OR ', 301) || ')');
SELECT plan_of('SELECT count(*) FROM deep WHERE ' || many('n <> -#', ' AND ', 301)) ~ 'n <> -74\M|Select';
SELECT plan_of('UPDATE deep SET n = 1 WHERE n = 5 AND (' || many('t = ''x#''', ' OR ', 301) || ')');
SELECT plan_of('DELETE FROM deep WHERE id = ''a'' AND (' || many('t = ''x#''', ' OR ', 301) || ')');
SELECT plan_of('DELETE FROM deep WHERE id IN (''a'', ''b'') AND (' || many('t = ''x#''', ' OR ', 301) || ')');
SELECT plan_of('INSERT INTO wide SELECT ''a'', ' || many('#', ', ', 1000) || ' ON CONFLICT (id) DO UPDATE SET ' || many('c# = excluded.c#', ', ', 1000));

-- also: and the answers are right
SELECT on_both('deep', 'SELECT id FROM %s WHERE n = 1 AND (' || many('t <> ''x#''', ' OR ', 301) || ')');
SELECT on_both('deep', 'SELECT count(*) FROM %s WHERE ' || many('n <> -#', ' AND ', 301));
SELECT on_both('deep', 'SELECT count(*) FROM %s WHERE n > 1 AND n = ANY (ARRAY(SELECT generate_series(1, 5000)))');
SELECT on_both('deep', 'UPDATE %s SET n = n + 1 WHERE n = 2 AND (' || many('t <> ''x#''', ' OR ', 301) || ')');
SELECT on_both('deep', 'DELETE FROM %s WHERE id = ''b'' AND (' || many('t = ''x#''', ' OR ', 301) || ')');

-- mended: a path of more than 32 steps is refused
SELECT on_both('deep', 'SELECT id, doc' || repeat(' -> ''a''', 33) || ' FROM %s');
SELECT on_both('deep', 'SELECT id, doc' || repeat(' -> ''a''', 33) || ' FROM %s WHERE id = ''c''');
SELECT on_both('deep', 'SELECT count(*) FROM %s WHERE doc' || repeat(' -> ''a''', 33) || ' = ''4''');
SELECT on_both('deep', 'SELECT count(*) FROM %s WHERE n > 0 AND doc' || repeat(' -> ''a''', 33) || ' IS NULL');
SELECT on_both('deep', 'SELECT id FROM %s WHERE n = 1 OR doc #>> ''{' || repeat('a,', 35) || 'a}'' = ''x''');
SELECT on_both('deep', 'SELECT id FROM %s WHERE jsonb_array_length(doc' || repeat(' -> ''a''', 33) || ') > 1 OR doc' || repeat(' -> ''a''', 33) || ' ? ''b''');
SELECT on_both('deep', 'SELECT id FROM %s WHERE NOT doc' || repeat('[''a'']', 31) || ' ? ''b''');
SELECT on_both('deep', 'DELETE FROM %s WHERE doc' || repeat(' -> ''a''', 33) || ' = ''4''');
SELECT on_both('deep', 'UPDATE %s SET n = 5 WHERE doc' || repeat(' -> ''a''', 33) || ' = ''4''');
SELECT plan_of('SELECT id FROM deep WHERE n = 5 AND doc' || repeat(' -> ''a''', 33) || ' = ''4''');

-- mended: EXPLAIN shows an update of a path of more than 32 steps
SELECT plan_of('UPDATE deep SET doc' || repeat('[''a'']', 33) || ' = ''1'' WHERE id = ''a''');
SELECT plan_of('UPDATE deep SET doc = doc #- ''{' || repeat('a,', 35) || 'a}'' WHERE id = ''a''');

-- also: 32 steps, which are filtered by DynamoDB, and changes of deep places
SELECT on_both('deep', 'SELECT id, doc' || repeat(' -> ''a''', 31) || ' FROM %s WHERE doc' || repeat(' -> ''a''', 30) || ' ->> ''a'' = ''end''');
SELECT on_both('deep', 'UPDATE %s SET n = 6 WHERE id = ''a'' AND doc' || repeat(' -> ''a''', 33) || ' IS NULL RETURNING n');
SELECT on_both('deep', 'UPDATE %s SET doc = jsonb_set(doc, ''{' || repeat('a,', 35) || 'a}'', ''1'') WHERE id = ''a'' RETURNING n');
SELECT on_both('deep', 'UPDATE %s SET doc = doc #- ''{' || repeat('a,', 35) || 'a}'' WHERE id = ''a'' RETURNING n');
SELECT on_both('deep', 'UPDATE %s SET doc' || repeat('[''a'']', 31) || ' = ''5'' WHERE id = ''c'' RETURNING length(doc::text)');
SELECT on_both('deep', 'UPDATE %s SET doc' || repeat('[''b'']', 31) || ' = ''6'' WHERE id = ''c'' RETURNING length(doc::text)');
SELECT outcome('UPDATE deep SET doc' || repeat('[''a'']', 40) || ' = ''5'' WHERE id = ''b''');
SELECT outcome('INSERT INTO deep (id, doc) VALUES (''d'', ''' || repeat('{"a":', 32) || '1' || repeat('}', 32) || ''')');
SELECT on_both('deep', 'INSERT INTO %s AS t (id) VALUES (''a'') ON CONFLICT (id) DO UPDATE SET n = 7 WHERE t.doc' || repeat(' -> ''a''', 33) || ' IS NULL RETURNING n');

-- mended: of a document column, whose members are attributes, the deepest level is refused
INSERT INTO whole VALUES ('a', (repeat('{"a": ', 32) || '1' || repeat('}', 32))::jsonb);
SELECT id, doc #>> ARRAY(SELECT 'a' FROM generate_series(1, 32)) AS deepest FROM whole;
UPDATE whole SET doc = doc || '{"b": 2}' WHERE doc ? 'a' RETURNING doc -> 'b';
-- also: one level more is not stored
INSERT INTO whole VALUES ('b', (repeat('{"a": ', 33) || '1' || repeat('}', 33))::jsonb);

-- mended: values of more than 1 MB in WHERE are refused
SELECT on_both('deep', 'SELECT id FROM %s WHERE t = repeat(''x'', 3000000)');
SELECT on_both('deep', 'SELECT id FROM %s WHERE t <> repeat(''x'', 20000000)');
SELECT on_both('deep', 'SELECT count(*) FROM %s WHERE t <> repeat(''x'', 3000000) AND n > 1');
SELECT on_both('deep', 'SELECT id FROM %s WHERE t < repeat(''x'', 3000000) COLLATE "C"');
SELECT on_both('deep', 'SELECT id FROM %s WHERE t LIKE repeat(''x'', 3000000) || ''%%'' OR t LIKE ''%%'' || repeat(''y'', 3000000) || ''%%'' OR n = 3');
SELECT on_both('deep', 'SELECT id FROM %s WHERE t = ANY (ARRAY['
  'repeat(''u'', 399999), '
  'repeat(''v'', 399999), '
  'repeat(''w'', 399999), '
  'repeat(''x'', 399999), '
  'repeat(''y'', 399999), '
  'repeat(''z'', 399999), '
  '''x''])');
SELECT on_both('deep', 'SELECT id FROM %s WHERE ' || many('t <> repeat(''x'', 300000 + #)', ' AND ', 9));
SELECT on_both('deep', 'UPDATE %s SET n = 9 WHERE id = ''b'' AND t <> repeat(''x'', 20000000) RETURNING n');
SELECT on_both('deep', 'INSERT INTO %s AS t (id) VALUES (''b'') ON CONFLICT (id) DO UPDATE SET n = 10 WHERE t.t <> repeat(''x'', 20000000) RETURNING n');
SELECT on_both('deep', 'DELETE FROM %s WHERE t = repeat(''x'', 20000000)');

-- mended: a value of more than 400 KB, which the service refuses, is sent as part of a filter
SELECT plan_of('SELECT id FROM deep WHERE n = 5 AND t <> ''' || repeat('x', 409601) || '''');
-- also: up to that it is sent
SELECT plan_of('SELECT id FROM deep WHERE n = 5 AND t <> ''' || repeat('x', 409600) || '''');
SELECT on_both('deep', 'SELECT id FROM %s WHERE t <> repeat(''x'', 409601)');

-- mended: names of more than 65,535 bytes are refused, with an error that does not tell
SELECT on_both('deep', 'SELECT id FROM %s WHERE doc -> repeat(''k'', 65536) = ''1''');
SELECT on_both('deep', 'SELECT id FROM %s WHERE n = 3 OR doc ? repeat(''k'', 65536) OR doc ->> repeat(''k'', 65536) = ''1''');
SELECT on_both('deep', 'SELECT id FROM %s WHERE NOT doc ? repeat(''k'', 65536)');
SELECT on_both('deep', 'SELECT id, doc -> ''' || repeat('k', 65536) || ''' FROM %s');
SELECT on_both('deep', 'SELECT id FROM %s WHERE ' || many('doc -> (repeat(''k'', 60000) || #) = ''1''', ' OR ', 50) || ' OR n = 3');
SELECT outcome('UPDATE deep SET doc[repeat(''k'', 65536)] = ''1'' WHERE id = ''a''');
INSERT INTO deep (id, doc) VALUES ('e', jsonb_build_object(repeat('k', 65536), 1));
-- also: up to that they are names
SELECT on_both('deep', 'SELECT id FROM %s WHERE doc -> repeat(''k'', 65535) = ''1''');
SELECT on_both('deep', 'UPDATE %s SET doc[repeat(''k'', 65535)] = ''1'' WHERE id = ''a'' RETURNING length(doc::text)');
SELECT on_both('deep', 'UPDATE %s SET doc = doc - repeat(''k'', 65535) - repeat(''k'', 65536) WHERE id = ''a'' RETURNING length(doc::text)');

-- mended: a volatile function in a CASE of SET is an internal error
SELECT on_both('deep', 'UPDATE %s SET n = CASE WHEN n > 5 THEN n + length(left(random()::text, 0)) ELSE 0 END RETURNING id, n');

-- also: of many columns that are assigned what they hold, more than a condition can hold are set
ALTER FOREIGN TABLE wide ADD CONSTRAINT few CHECK (c1 < 100000);
SELECT on_both('wide', 'UPDATE %s SET ' || many('c# = 1', ', ', 160) || ' WHERE id = ''b''');
SELECT on_both('wide', 'UPDATE %s SET ' || many('c# = 1 + (# = 1)::integer', ', ', 160) || ' WHERE id = ''b''');
ALTER FOREIGN TABLE wide DROP CONSTRAINT few;

SELECT on_both('deep', 'SELECT id, n, t, md5(doc::text) FROM %s');
SELECT on_both('wide', 'SELECT id, c1, c2, c700, c1000 FROM %s');

SELECT dyn_drop_table('wide'), dyn_drop_table('deep'), dyn_drop_table('whole');
DROP FUNCTION on_both, outcome, plan_of, many;
DROP FOREIGN TABLE wide, deep, whole;
DROP TABLE wide_twin, deep_twin;
