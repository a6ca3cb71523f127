--
-- SET inside documents and composite values: paths, their guards, and what the
-- computed path does where a guard fails.  Each statement runs on an ordinary
-- table too, and "same" says that rows and errors are the same.
-- Needs: list_equality
--
CREATE TYPE place AS (street text, number integer, tags text[]);
CREATE TYPE person AS (name text, home place, work place);
CREATE FOREIGN TABLE doc (
    id text OPTIONS (key 'partition'),
    d jsonb,
    p person,
    places place[]
  ) SERVER dynamo;
SELECT dyn_create_table('doc');
CREATE TABLE twin (id text PRIMARY KEY, d jsonb, p person, places place[]);

-- runs a SET on both tables, from the same row; shows requests and result
CREATE FUNCTION try(assignment text, d jsonb DEFAULT NULL, p person DEFAULT NULL, places place[] DEFAULT NULL)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  before text := format('VALUES (%L, %L::jsonb, %L::person, %L::place[])', 'x', d, p, places);
  remote text;
  local text;
  requests jsonb;
BEGIN
  DELETE FROM doc;
  DELETE FROM twin;
  EXECUTE 'INSERT INTO doc ' || before;
  EXECUTE 'INSERT INTO twin ' || before;
  BEGIN
    EXECUTE format('UPDATE twin SET %s WHERE id = %L RETURNING row_to_json(twin)', assignment, 'x') INTO local;
  EXCEPTION WHEN OTHERS THEN local := SQLSTATE || ' ' || SQLERRM;
  END;
  PERFORM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
  BEGIN
    EXECUTE format('UPDATE doc SET %s WHERE id = %L RETURNING row_to_json(doc)', assignment, 'x') INTO remote;
  EXCEPTION WHEN OTHERS THEN remote := SQLSTATE || ' ' || SQLERRM;
  END;
  requests := dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
  IF EXISTS (TABLE doc EXCEPT TABLE twin) THEN
    remote := remote || ' BUT STORED ' || (SELECT row_to_json(doc) FROM doc);
  END IF;
  RETURN format('%s %s: %s', CASE WHEN remote IS NOT DISTINCT FROM local THEN 'same' ELSE 'NOT ' || local || ' BUT' END,
                requests, remote);
END $$;
\pset format unaligned
\pset tuples_only on

-- ---- subscripts ----
EXPLAIN (VERBOSE, COSTS OFF) UPDATE doc SET d['a']['b'] = '1' WHERE id = 'x';
SELECT try($$d['a'] = '1'$$, '{"z": 0}');
SELECT try($$d['a']['b'] = '1'$$, '{"a": {"c": 2}}');
SELECT try($$d['a']['b'] = '"new"', d['z'] = '[1, {"x": null}]'$$, '{"a": {"b": 2}}');
-- guards that fail: no parent, a scalar, a list, no document
SELECT try($$d['a']['b'] = '1'$$, '{}');
SELECT try($$d['a']['b'] = '1'$$, '{"a": 5}');
SELECT try($$d['a']['b'] = '1'$$, '{"a": [1, 2]}');
SELECT try($$d['a'] = '1'$$, '[1, 2]');
SELECT try($$d['a'] = '1'$$, '"text"');
SELECT try($$d['a'] = '1'$$);
SELECT try($$d['a'] = NULL$$, '{"a": 5}');
-- elements: within, at the end, beyond it, from the end, of an object
EXPLAIN (VERBOSE, COSTS OFF) UPDATE doc SET d['l'][1] = '"x"' WHERE id = 'x';
SELECT try($$d['l'][1] = '"x"'$$, '{"l": [1, 2]}');
SELECT try($$d['l'][2] = '"x"'$$, '{"l": [1, 2]}');
SELECT try($$d['l'][4] = '"x"'$$, '{"l": [1, 2]}');
SELECT try($$d['l'][-1] = '"x"'$$, '{"l": [1, 2]}');
SELECT try($$d['l'][-5] = '"x"'$$, '{"l": [1, 2]}');
SELECT try($$d['l'][0] = '"x"'$$, '{"l": {"0": 1}}');
SELECT try($$d[0] = '"x"'$$, '[]');
SELECT try($$d['l'][0]['a'] = '1'$$, '{"l": [{"a": 0, "b": 2}]}');
SELECT try($$d['l'][0] = '1', d['l'][1] = '2'$$, '{"l": []}');
-- paths that meet
SELECT try($$d['a'] = '{}', d['a']['b'] = '1'$$, '{"a": {"c": 2}}');
SELECT try($$d['a'] = '1', d['a'] = '2'$$, '{"a": 0}');
-- names
SELECT try($$d['a.b'] = '1', d['with space'] = '2', d['quo"te'] = '3', d['naïve'] = '4', d['select'] = '5', d['#n'] = '6', d[':v'] = '7'$$, '{"a": {"b": 0}}');
SELECT try($$d['7'] = '1'$$, '{"a": 1}');
SELECT try($$d['7'] = '1'$$, '[0]');
SELECT try($$d[''] = '1'$$, '{"a": 1}');

-- ---- jsonb_set ----
EXPLAIN (VERBOSE, COSTS OFF) UPDATE doc SET d = jsonb_set(d, '{a,b}', '1') WHERE id = 'x';
EXPLAIN (VERBOSE, COSTS OFF) UPDATE doc SET d = jsonb_set(d, '{l,0}', '1', false) WHERE id = 'x';
SELECT try($$d = jsonb_set(d, '{a,b}', '1')$$, '{"a": {"c": 2}}');
SELECT try($$d = jsonb_set(d, '{a,b}', '1')$$, '{}');
SELECT try($$d = jsonb_set(d, '{a,b}', '1')$$, '{"a": 7}');
SELECT try($$d = jsonb_set(d, '{a}', '1')$$, '5');
SELECT try($$d = jsonb_set(d, '{a}', '1')$$);
SELECT try($$d = jsonb_set(d, '{a}', NULL)$$, '{"a": 7}');
SELECT try($$d = jsonb_set(d, '{a}', '1', false)$$, '{"a": 7}');
SELECT try($$d = jsonb_set(d, '{b}', '1', false)$$, '{"a": 7}');
SELECT try($$d = jsonb_set(d, '{l,1}', '"x"')$$, '{"l": [1, 2]}');
SELECT try($$d = jsonb_set(d, '{l,7}', '"x"')$$, '{"l": [1, 2]}');
SELECT try($$d = jsonb_set(d, '{l,7}', '"x"', false)$$, '{"l": [1, 2]}');
SELECT try($$d = jsonb_set(d, '{l,-1}', '"x"')$$, '{"l": [1, 2]}');
SELECT try($$d = jsonb_set(d, '{l,1}', '"x"')$$, '{"l": {"1": 2}}');
SELECT try($$d = jsonb_set(d, '{l,k}', '"x"')$$, '{"l": [1, 2]}');
SELECT try($$d = jsonb_set(d, '{}', '"x"')$$, '{"l": [1, 2]}');
SELECT try($$d = jsonb_set(jsonb_set(d, '{a}', '1'), '{b}', 'null')$$, '{"c": 2}');
SELECT try($$d = jsonb_set(jsonb_set(d, '{a}', '{}'), '{a,b}', '1')$$, '{"c": 2}');

-- ---- removal ----
EXPLAIN (VERBOSE, COSTS OFF) UPDATE doc SET d = d - 'a' WHERE id = 'x';
EXPLAIN (VERBOSE, COSTS OFF) UPDATE doc SET d = d - '{a,b,a}'::text[] WHERE id = 'x';
EXPLAIN (VERBOSE, COSTS OFF) UPDATE doc SET d = d #- '{a,b}' WHERE id = 'x';
EXPLAIN (VERBOSE, COSTS OFF) UPDATE doc SET d = d - 1 WHERE id = 'x';
SELECT try($$d = d - 'a'$$, '{"a": 1, "b": 2}');
SELECT try($$d = d - 'a'$$, '{"b": 2}');
SELECT try($$d = d - 'a'$$, '["a", "b", {"a": 1}]');
SELECT try($$d = d - 'a'$$, '5');
SELECT try($$d = d - 'a'$$);
SELECT try($$d = d - '{a,b,a}'::text[]$$, '{"a": 1, "b": 2, "c": 3}');
SELECT try($$d = d - '{a,NULL}'::text[]$$, '{"a": 1, "b": 2, "c": 3}');
SELECT try($$d = d - '{}'::text[]$$, '{"a": 1}');
SELECT try($$d = d - 'a' - 'b'$$, '{"a": 1, "b": 2, "c": 3}');
SELECT try($$d = d #- '{a,b}'$$, '{"a": {"b": 1, "c": 2}}');
SELECT try($$d = d #- '{a,b}'$$, '{"a": 5}');
SELECT try($$d = d #- '{a,b}'$$, '{}');
SELECT try($$d = d #- '{l,1}'$$, '{"l": [1, 2, 3]}');
SELECT try($$d = d #- '{l,9}'$$, '{"l": [1, 2, 3]}');
SELECT try($$d = d #- '{l,-1}'$$, '{"l": [1, 2, 3]}');
SELECT try($$d = d #- '{a,b}'$$, '"x"');
SELECT try($$d = d - 1$$, '[1, 2, 3]');
SELECT try($$d = d - 5$$, '[1, 2, 3]');
SELECT try($$d = d - (-1)$$, '[1, 2, 3]');
SELECT try($$d = d - 1$$, '{"1": 0}');
SELECT try($$d = d - 0 - 0$$, '[1, 2, 3]');

-- ---- concatenation ----
EXPLAIN (VERBOSE, COSTS OFF) UPDATE doc SET d = d || '{"a": 1, "b": {"c": [2]}}' WHERE id = 'x';
SELECT try($$d = d || '{"a": 1, "b": {"c": [2]}}'$$, '{"a": 0, "z": 9}');
SELECT try($$d = d || '{"a": 1}'$$, '[5]');
SELECT try($$d = d || '{"a": 1}'$$, '5');
SELECT try($$d = d || '{"a": 1}'$$);
SELECT try($$d = d || '{}'$$, '{"a": 0}');
SELECT try($$d = d || '["x", 2]'$$, '[5]');
SELECT try($$d = d || '["x", 2]'$$, '{"a": 1}');
SELECT try($$d = d || '"x"'$$, '[5]');
SELECT try($$d = '{"a": 1}' || d$$, '{"a": 2}');
SELECT try($$d = (d - 'a') || '{"b": 1}'$$, '{"a": 2}');
SELECT try($$d = (d - 'a') || '{"a": 1}'$$, '{"a": 2}');

-- ---- composite values ----
EXPLAIN (VERBOSE, COSTS OFF) UPDATE doc SET p.name = 'Ann', p.home.number = 7 WHERE id = 'x';
SELECT try($$p.name = 'Ann'$$, p => ROW('Bob', NULL, NULL));
SELECT try($$p.name = NULL$$, p => ROW('Bob', NULL, NULL));
SELECT try($$p.name = 'Ann', p.home.number = 7$$, p => ROW('Bob', ROW('Elm', 5, '{a}'), NULL));
SELECT try($$p.home.number = 7, p.home.street = NULL$$, p => ROW('Bob', ROW('Elm', 5, '{a}'), NULL));
-- guards that fail: no such parent
SELECT try($$p.name = 'Ann'$$);
SELECT try($$p.home.number = 7$$, p => ROW('Bob', NULL, NULL));
SELECT try($$p.home = ROW('Oak', 1, NULL)$$, p => ROW('Bob', NULL, NULL));
SELECT try($$p.home = ROW('Oak', 1, NULL), p.home.number = 2$$, p => ROW('Bob', NULL, NULL));
SELECT try($$p.home.number = (p).home.number + 1$$, p => ROW('Bob', ROW('Elm', 5, '{a}'), NULL));
SELECT try($$p.home.tags[2] = 'b'$$, p => ROW('Bob', ROW('Elm', 5, '{a}'), NULL));
-- arrays of them
EXPLAIN (VERBOSE, COSTS OFF) UPDATE doc SET places[2].number = 9 WHERE id = 'x';
SELECT try($$places[2].number = 9$$, places => ARRAY[ROW('Elm', 5, NULL), ROW('Oak', 6, NULL)]::place[]);
SELECT try($$places[2].number = 9$$, places => ARRAY[ROW('Elm', 5, NULL)]::place[]);
SELECT try($$places[1].number = 9$$);
SELECT try($$places[2] = ROW('Ash', 1, '{x}')$$, places => ARRAY[ROW('Elm', 5, NULL)]::place[]);

-- ---- values that are known at execution only ----
PREPARE set_member (text, jsonb) AS UPDATE doc SET d = jsonb_set(d, ARRAY['a', $1], $2) WHERE id = 'x' RETURNING d;
INSERT INTO doc (id, d) VALUES ('y', '{"a": {}}');
SELECT try($$d['a']['k'] = '1'$$, '{"a": {}}');
EXECUTE set_member ('k', '5');
EXECUTE set_member ('0', '6');
EXECUTE set_member (NULL, '7');
DEALLOCATE set_member;

SELECT dyn_drop_table('doc');
DROP FUNCTION try;
DROP FOREIGN TABLE doc;
DROP TABLE twin;
DROP TYPE person, place;
