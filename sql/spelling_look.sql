--
-- Until it is known how others spell the keys of a table, a key that is looked
-- for in vain, or that is to be made, is looked into.
--
\pset format unaligned
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
CREATE SCHEMA spelling_look;
SET search_path = spelling_look, public;
CREATE FOREIGN TABLE window_of (p text OPTIONS (key 'partition') COLLATE "C", at timestamptz OPTIONS (key 'sort'), n integer)
  SERVER dynamo OPTIONS (table_name 'spelling_look_window');
SELECT dyn_create_table('window_of');
-- requests of a statement by operation
CREATE FUNCTION sent(statement text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT btrim(l) FROM explain_analyze(statement) l WHERE l ~ 'Requests|Operation' $$;
-- an empty table tells nothing, and is looked at once
SELECT sent('UPDATE window_of SET n = 1 WHERE p = ''a'' AND at = ''2024-01-15 10:00Z''');
SELECT sent('UPDATE window_of SET n = 1 WHERE p = ''a'' AND at = ''2024-01-15 10:00Z''');
-- others write into it
CREATE FUNCTION put(k text) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(dyn_request('dynamo', 'PutItem', format('{"TableName": "spelling_look_window", "Item": {"p": {"S": "a"}, "at": {"S": "%s"}, "n": {"N": "3"}}}', k)::jsonb)) $$;
CREATE FUNCTION remove(k text) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(dyn_request('dynamo', 'DeleteItem', format('{"TableName": "spelling_look_window", "Key": {"p": {"S": "a"}, "at": {"S": "%s"}}}', k)::jsonb)) $$;
SELECT put('2024-01-15T10:00:00Z');
-- a new session begins
\c
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET search_path = spelling_look, public;
-- each of these would make a second item, or say that there is none
UPDATE window_of SET n = dyn_increment(n) WHERE p = 'a' AND at = '2024-01-15 10:00Z' AND dyn_upsert();
INSERT INTO window_of VALUES ('a', '2024-01-15 10:00Z', 1);
INSERT INTO window_of VALUES ('a', '2024-01-15 10:00Z', 1) ON CONFLICT (p, at) DO UPDATE SET n = window_of.n + 1;
SELECT * FROM window_of WHERE p = 'a' AND at = '2024-01-15 10:00Z';
SELECT count(*) FROM window_of WHERE p = 'b';
SELECT * FROM window_of WHERE p = 'a' AND at IN ('2024-01-15 10:00Z', '2024-01-15 11:00Z');
SELECT * FROM window_of WHERE p = 'a' AND at > '2024-01-15 11:00Z';
UPDATE window_of SET n = 1 WHERE p = 'a' AND at = '2024-01-15 10:00Z';
DELETE FROM window_of WHERE p = 'a' AND at = '2024-01-15 10:00Z';
UPDATE window_of SET n = n * 2 WHERE p = 'a' AND at = '2024-01-15 10:00Z';
SELECT v.k, n FROM (VALUES ('a', timestamptz '2024-01-15 10:00Z'), ('x', '2024-01-15 10:00Z')) v (k, at) LEFT JOIN window_of w ON w.p = v.k AND w.at = v.at ORDER BY 1;
SELECT dyn_increment('window_of', '{"p": "a", "at": "2024-01-15 10:00Z"}', 'n');
-- what the hint says
ALTER FOREIGN TABLE window_of ALTER COLUMN at TYPE timestamptz(0);
UPDATE window_of SET n = dyn_increment(n) WHERE p = 'a' AND at = '2024-01-15 10:00Z' AND dyn_upsert() RETURNING n;
-- a hit is enough: then a miss is a miss
\c
SET search_path = spelling_look, public;
SELECT sent('SELECT n FROM window_of WHERE p = ''a'' AND at = ''2024-01-15 10:00Z''');
SELECT sent('SELECT n FROM window_of WHERE p = ''a'' AND at = ''2024-01-15 11:00Z''');
SELECT sent('INSERT INTO window_of VALUES (''a'', ''2024-01-15 12:00Z'', 1)');
-- a declared spelling is not doubted
SELECT remove('2024-01-15T10:00:00Z'), remove('2024-01-15T12:00:00Z'), put('2024-01-15T10:00:00+00:00');
ALTER FOREIGN TABLE window_of ALTER COLUMN at TYPE timestamptz;
INSERT INTO window_of VALUES ('a', '2024-01-15 10:00Z', 1);
ALTER FOREIGN TABLE window_of ALTER COLUMN at OPTIONS (ADD format 'isoformat');
SELECT sent('SELECT n FROM window_of WHERE p = ''a'' AND at = ''2024-01-15 11:00Z''');
UPDATE window_of SET n = dyn_increment(n) WHERE p = 'a' AND at = '2024-01-15 10:00Z' AND dyn_upsert() RETURNING n;
-- what version 1.0 wrote, six digits whatever the precision
SELECT remove('2024-01-15T10:00:00+00:00'), put('2024-01-15T10:00:00.000000Z');
ALTER FOREIGN TABLE window_of ALTER COLUMN at TYPE timestamptz(3);
ALTER FOREIGN TABLE window_of ALTER COLUMN at OPTIONS (DROP format);
INSERT INTO window_of VALUES ('a', '2024-01-15 10:00Z', 1);
ALTER FOREIGN TABLE window_of ALTER COLUMN at OPTIONS (ADD format 'iso6');
INSERT INTO window_of VALUES ('a', '2024-01-15 10:00Z', 1);
SELECT dyn_drop_table('window_of');
-- uuid
CREATE FOREIGN TABLE thing (id uuid OPTIONS (key 'partition'), n integer) SERVER dynamo OPTIONS (table_name 'spelling_look_thing');
SELECT dyn_create_table('thing');
SELECT count(dyn_request('dynamo', 'PutItem', '{"TableName": "spelling_look_thing", "Item": {"id": {"S": "A0EEBC999C0B4EF8BB6D6BB9BD380A11"}}}'));
SELECT * FROM thing WHERE id = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
ALTER FOREIGN TABLE thing ALTER COLUMN id OPTIONS (ADD format 'hex upper');
SELECT * FROM thing WHERE id = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
SELECT dyn_drop_table('thing');
SET client_min_messages = warning;
DROP SCHEMA spelling_look CASCADE;
