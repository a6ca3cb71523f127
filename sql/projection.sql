--
-- What a SELECT asks for: columns, and places inside documents and composite
-- values.  Each query runs on an ordinary table too.
-- Needs: list_equality
--
CREATE TYPE address AS (street text, number integer);
CREATE TYPE customer AS (name text, home address);
CREATE FOREIGN TABLE project (
    id text OPTIONS (key 'partition'),
    n integer,
    doc jsonb OPTIONS (attribute_name 'the doc'),
    who customer,
    tags text[]
  ) SERVER dynamo;
SELECT dyn_create_table('project');
CREATE TABLE twin (LIKE project);
INSERT INTO twin VALUES
  ('1', 1, '{"a": {"b": 1, "c": [1, {"d": 2}]}, "k": "v", "7": "seven", "a.b": "dot"}', ROW('Ann', ROW('Elm', 5)), '{x,y}'),
  ('2', 2, '[1, 2, 3]', ROW('Bob', NULL), '{}'),
  ('3', 3, '"text"', NULL, NULL),
  ('4', 4, NULL, ROW(NULL, ROW(NULL, 7)), '{z}'),
  ('5', 5, '{"a": [{"b": 1}], "k": null}', NULL, NULL),
  ('6', 6, '{"a": null, "k": {"b": {}}}', NULL, NULL);
INSERT INTO project SELECT * FROM twin;
SELECT dyn_request('dynamo', 'UpdateItem', '{"TableName": "project", "Key": {"id": {"S": "6"}}, "UpdateExpression": "SET who = :n",
  "ExpressionAttributeValues": {":n": {"NULL": true}}}');
CREATE FUNCTION try_select(list text, tail text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  here jsonb;
  there jsonb;
  one text;
  projection text := 'the whole item';
BEGIN
  EXECUTE format('SELECT jsonb_agg(to_jsonb(q) ORDER BY to_jsonb(q)) FROM (SELECT %s FROM twin t %s) q', list, tail) INTO here;
  EXECUTE format('SELECT jsonb_agg(to_jsonb(q) ORDER BY to_jsonb(q)) FROM (SELECT %s FROM project t %s) q', list, tail) INTO there;
  FOR one IN EXECUTE format('EXPLAIN (VERBOSE, COSTS OFF) SELECT %s FROM project t %s', list, tail) LOOP
    projection := coalesce(substring(one FROM 'ProjectionExpression: (.*)'), projection);
  END LOOP;
  RETURN format('%s %s: %s, %s', list, tail, projection, CASE WHEN here IS NOT DISTINCT FROM there THEN 'same' ELSE format('NOT %s BUT %s', here, there) END);
END $$;
\pset format unaligned
\pset tuples_only on
SELECT try_select(l, t) FROM (VALUES
  ('id', ''),
  ('n', ''),
  ('*', ''),
  ('t', ''),
  ('count(*)', ''),
  ('doc', ''),
  ('doc -> ''a''', ''),
  ('doc -> ''a'' -> ''b''', ''),
  ('doc -> ''a'' ->> ''b'' AS x, doc ->> ''k'' AS y', ''),
  ('doc -> ''a'' AS x, doc -> ''a'' -> ''b'' AS y', ''),
  ('doc -> ''a'' -> ''b'' AS x, doc -> ''a'' AS y', ''),
  ('doc #> ''{a,b}''', ''),
  ('doc #>> ''{a,c,1,d}''', ''),
  ('doc[''a''][''b'']', ''),
  ('doc -> ''a'' -> ''c'' -> 1', ''),
  ('doc -> 0', ''),
  ('doc -> ''7''', ''),
  ('doc -> ''a.b''', ''),
  ('doc -> ''a'' AS x, doc IS NULL AS y', ''),
  ('doc -> id', ''),
  ('doc -> ''a'' ? ''b'' AS x', ''),
  ('jsonb_typeof(doc -> ''k'') AS x', ''),
  ('upper(doc ->> ''k'') AS x', ''),
  ('id', 'WHERE doc ->> ''k'' = ''v'''),
  ('doc -> ''a'' AS x', 'WHERE doc ->> ''k'' = ''v'''),
  ('doc -> ''a'' AS x', 'WHERE doc @> ''{"k": "v"}'''),
  ('doc ->> ''k'' AS x, count(*)', 'GROUP BY 1'),
  ('max(doc ->> ''k'') AS x', ''),
  ('max(doc ->> ''k'') AS x', 'HAVING count(doc) > 1'),
  ('n', 'ORDER BY doc -> ''a'' -> ''b'', n LIMIT 3'),
  ('DISTINCT doc -> ''k'' AS x', ''),
  ('(who).name', ''),
  ('(who).home', ''),
  ('((who).home).number', ''),
  ('(who).name AS x, ((who).home).number AS y', ''),
  ('who IS NULL AS x, (who).name AS y', ''),
  ('(who).home AS x, ((who).home).street AS y', ''),
  ('(who).*', ''),
  ('tags[1]', ''),
  ('cardinality(tags)', ''),
  ('(SELECT doc -> ''k'') AS x', ''),
  ('(SELECT max(v::text) FROM jsonb_each_text(CASE WHEN jsonb_typeof(t.doc) = ''object'' THEN t.doc ELSE ''{}'' END) AS e (k, v)) AS x', ''),
  ('doc -> ''k'' AS x', 'JOIN (VALUES (1), (2)) v (i) ON v.i = t.n'),
  ('row_number() OVER (ORDER BY doc ->> ''k'', n) AS x', '')) v (l, t);
PREPARE member (text) AS SELECT doc -> $1 AS x FROM project WHERE id = '1';
SET plan_cache_mode = force_generic_plan;
EXPLAIN (VERBOSE, COSTS OFF) EXECUTE member ('a');
EXECUTE member ('k');
RESET plan_cache_mode;
DEALLOCATE member;
SELECT dyn_drop_table('project');
DROP FUNCTION try_select;
DROP FOREIGN TABLE project;
DROP TABLE twin;
DROP TYPE customer, address;
