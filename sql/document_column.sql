--
-- The document column: all attributes that no other column maps.
-- Needs: list_equality
--
CREATE FOREIGN TABLE note (
    id text OPTIONS (key 'partition'),
    n integer,
    rest jsonb OPTIONS (document 'true')
  ) SERVER dynamo;
SELECT dyn_create_table('note');
CREATE FUNCTION stored(id text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT sorted_sets(dyn_request('dynamo', 'GetItem', jsonb_build_object('TableName', 'note',
    'Key', jsonb_build_object('id', jsonb_build_object('S', id)))) -> 'Item') $$;
CREATE FUNCTION requests() RETURNS jsonb LANGUAGE sql AS
  $$SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}')$$;
\pset format unaligned
\pset tuples_only on

INSERT INTO note VALUES ('a', 1, '{"color": "red", "size": {"x": 1, "y": [1, 2]}}'), ('b', 2, NULL);
SELECT * FROM note ORDER BY id;
-- what JSON does not have
SELECT dyn_request('dynamo', 'UpdateItem', '{"TableName": "note", "Key": {"id": {"S": "a"}},
  "UpdateExpression": "SET tags = :t, bytes = :b, deep = :d",
  "ExpressionAttributeValues": {":t": {"SS": ["x", "y"]}, ":b": {"B": "AAEC"},
    ":d": {"M": {"numbers": {"NS": ["1", "2.5"]}, "list": {"L": [{"SS": ["p"]}, {"N": "1"}]}}}}}');
SELECT * FROM note WHERE id = 'a';

-- other columns leave it alone
UPDATE note SET n = n + 1 WHERE id = 'a' RETURNING *;
-- members: paths of their own
EXPLAIN (VERBOSE, COSTS OFF) UPDATE note SET rest['color'] = '"blue"', rest['size']['x'] = '5' WHERE id = 'a';
SELECT requests() IS NULL;
UPDATE note SET rest['color'] = '"blue"', rest['size']['x'] = '5' WHERE id = 'a' RETURNING rest -> 'color', rest -> 'size';
UPDATE note SET rest = rest - 'color' || '{"new": 1, "newer": null}' WHERE id = 'a' RETURNING rest -> 'color', rest -> 'new', rest ? 'newer';
UPDATE note SET rest = jsonb_set(rest, '{size,y,0}', '"one"') #- '{size,x}' WHERE id = 'a' RETURNING rest -> 'size';
SELECT requests();
SELECT stored('a');
-- computed: nothing else changes, sets stay sets
EXPLAIN (VERBOSE, COSTS OFF) UPDATE note SET rest = jsonb_strip_nulls(rest) WHERE id = 'a';
UPDATE note SET rest = jsonb_strip_nulls(rest) WHERE id = 'a';
SELECT requests();
SELECT stored('a');
UPDATE note SET rest = (rest || jsonb_build_object('n', n)) - 'new' WHERE id = 'a';
UPDATE note SET rest = jsonb_set(rest, '{deep,list}', rest #> '{deep,list}' || '"end"') WHERE id = 'a';
UPDATE note SET rest = jsonb_insert(rest, '{deep,list,0}', '"start"') WHERE id = 'a';
SELECT stored('a');
-- a set or bytes cannot be changed as JSON, but be removed
UPDATE note SET rest = jsonb_set(rest, '{tags}', rest -> 'tags' || '"z"') WHERE id = 'a';
\echo :LAST_ERROR_SQLSTATE
UPDATE note SET rest = jsonb_set(rest, '{deep,list,1}', '["q"]', n > 0) WHERE id = 'a';
\echo :LAST_ERROR_SQLSTATE
UPDATE note SET rest = rest || jsonb_build_object('bytes', n) WHERE id = 'a';
\echo :LAST_ERROR_SQLSTATE
UPDATE note SET rest = rest - ('by' || 'tes') WHERE id = 'a';
UPDATE note SET rest = jsonb_strip_nulls(rest - 'tags') WHERE id = 'a' RETURNING rest;
-- what it must not hold
UPDATE note SET rest = rest || '{"n": 5}' WHERE id = 'a';
\echo :LAST_ERROR_SQLSTATE
UPDATE note SET rest['id'] = '"b"' WHERE id = 'a';
\echo :LAST_ERROR_SQLSTATE
UPDATE note SET rest = '[1]' WHERE id = 'a';
\echo :LAST_ERROR_SQLSTATE
-- all of it
UPDATE note SET rest = '{"only": true}' WHERE id = 'a' RETURNING rest;
SELECT stored('a');
UPDATE note SET rest = NULL WHERE id = 'a' RETURNING rest;
UPDATE note SET rest = '{"x": 1}' WHERE id = 'c' AND dyn_upsert() RETURNING *;
-- many items, and rows that the executor hands over
WITH u AS (UPDATE note SET rest = rest || jsonb_build_object('double', n * 2) RETURNING id, rest) SELECT * FROM u ORDER BY id;
SELECT dyn_request('dynamo', 'UpdateItem', '{"TableName": "note", "Key": {"id": {"S": "b"}},
  "UpdateExpression": "SET tags = :t", "ExpressionAttributeValues": {":t": {"SS": ["x", "y"]}}}');
UPDATE note SET rest = rest || v.more FROM (VALUES ('b', '{"v": [1]}'::jsonb)) v (id, more) WHERE v.id = note.id RETURNING rest;
UPDATE note SET n = 7 FROM (VALUES ('b')) v (id) WHERE v.id = note.id AND rest ? 'v' RETURNING rest;
SELECT stored('b');
-- in WHERE it is looked at locally
SELECT id FROM note WHERE rest ? 'double' AND rest ->> 'x' = '1';
DELETE FROM note WHERE rest @> '{"x": 1}' RETURNING id;
INSERT INTO note VALUES ('b', 1, '{"w": 1}') ON CONFLICT (id) DO UPDATE SET rest = note.rest || excluded.rest RETURNING rest;
INSERT INTO note VALUES ('d', 1, '{"w": 1}') ON CONFLICT (id) DO UPDATE SET rest = note.rest || excluded.rest RETURNING rest;
INSERT INTO note VALUES ('d', 1) ON CONFLICT (id) DO UPDATE SET rest = note.rest || '{"v": 1}' RETURNING rest;
INSERT INTO note VALUES ('e', 1) ON CONFLICT (id) DO UPDATE SET rest = note.rest || '{"v": 1}' RETURNING rest;

-- a jsonb column of its own is kept in the same way
CREATE FOREIGN TABLE note_2 (id text OPTIONS (key 'partition'), deep jsonb) SERVER dynamo OPTIONS (table_name 'note');
INSERT INTO note_2 VALUES ('z', '{"a": 1}');
SELECT dyn_request('dynamo', 'UpdateItem', '{"TableName": "note", "Key": {"id": {"S": "z"}},
  "UpdateExpression": "SET deep.tags = :t", "ExpressionAttributeValues": {":t": {"SS": ["x", "y"]}}}');
UPDATE note_2 SET deep = deep || jsonb_build_object('b', length(id)) WHERE id = 'z' RETURNING deep;
SELECT stored('z') -> 'deep';
UPDATE note_2 SET deep = jsonb_set(deep, '{tags}', deep -> 'tags' || '"z"') WHERE id = 'z';
\echo :LAST_ERROR_SQLSTATE

-- mended: a set of binary data, in the order of its bytes, as an array reads it
SELECT dyn_request('dynamo', 'UpdateItem', '{"TableName": "note", "Key": {"id": {"S": "z"}},
  "UpdateExpression": "SET blobs = :b", "ExpressionAttributeValues": {":b": {"BS": ["/w==", "AA==", "gA==", "eg==", "AAA="]}}}');
ALTER FOREIGN TABLE note_2 ADD blobs jsonb;
SELECT blobs FROM note_2 WHERE id = 'z';
ALTER FOREIGN TABLE note_2 DROP blobs, ADD blobs bytea[] OPTIONS (type 'BS');
SELECT blobs FROM note_2 WHERE id = 'z';

SELECT dyn_drop_table('note');
DROP FOREIGN TABLE note, note_2;
DROP FUNCTION stored, requests;
