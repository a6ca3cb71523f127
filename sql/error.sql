--
-- The bad paths: each a clear error with SQLSTATE and hint, and nothing half
-- written.
--
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  message text;
  detail text;
  hint text;
BEGIN
  EXECUTE statement;
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
    hint = PG_EXCEPTION_HINT;
  -- the user who runs the tests
  message := replace(message, current_user, 'USER');
  hint := replace(hint, current_user, 'USER');
  -- request ids and libcurl's words differ from run to run
  detail := regexp_replace(detail, 'Request id [^ ]+\.', 'Request id ....', 'g');
  RETURN concat_ws(E'\n', SQLSTATE || ': ' || message, 'DETAIL: ' || nullif(detail, ''),
                   'HINT: ' || nullif(hint, ''));
END $$;
\pset format unaligned
\pset tuples_only on

CREATE FOREIGN TABLE thing (
    id text OPTIONS (key 'partition'),
    n integer,
    name text,
    data jsonb
) SERVER dynamo;

-- a table that does not exist
SELECT try($$SELECT * FROM thing$$);
SELECT try($$UPDATE thing SET n = 1 WHERE id = 'x'$$);
SELECT dyn_create_table('thing');
SELECT split_part(try($$SELECT dyn_create_table('thing')$$), E'\n', 1);

-- bad options
SELECT try($$ALTER USER MAPPING FOR CURRENT_USER SERVER dynamo OPTIONS (ADD access_key 'x')$$);
SELECT try($$ALTER FOREIGN TABLE thing ALTER n OPTIONS (atribute_name 'x')$$);
SELECT try($$ALTER SERVER dynamo OPTIONS (ADD secret_access_key 'x')$$);

-- no keys
CREATE SERVER nokeys FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (endpoint 'http://127.0.0.1:1');
CREATE FOREIGN TABLE nokeys (id text OPTIONS (key 'partition')) SERVER nokeys;
SELECT try($$SELECT * FROM nokeys$$);
-- an endpoint that refuses
CREATE SERVER refusing FOREIGN DATA WRAPPER dynamorm_fdw
  OPTIONS (endpoint 'http://127.0.0.1:1', region 'us-east-1', max_attempts '2');
CREATE USER MAPPING FOR CURRENT_USER SERVER refusing
  OPTIONS (access_key_id 'test', secret_access_key 'secret');
CREATE FOREIGN TABLE refusing (id text OPTIONS (key 'partition'), n integer) SERVER refusing;
-- (libcurl's own words change)
SELECT regexp_replace(try($$UPDATE refusing SET n = 1 WHERE id = 'x'$$), 'Failed to connect to 127.0.0.1.*connect to server', 'Failed to connect ... server');

-- keys that no item can have
SELECT try($$INSERT INTO thing VALUES (NULL, 1)$$);
SELECT try($$INSERT INTO thing VALUES ('', 1)$$);
INSERT INTO thing VALUES ('x', 1, 'Ann');
SELECT try($$UPDATE thing SET id = NULL WHERE id = 'x'$$);
SELECT try($$UPDATE thing SET id = '' WHERE id = 'x'$$);
UPDATE thing SET id = 'x', n = 2 WHERE id = 'x' RETURNING *;

-- an attribute of another type than its column
SELECT FROM dyn_request('dynamo', 'PutItem',
  '{"TableName": "thing", "Item": {"id": {"S": "odd"}, "n": {"S": "five"}, "name": {"S": "Bob"}}}');
SELECT try($$SELECT n FROM thing WHERE id = 'odd'$$);
SELECT name FROM thing WHERE id = 'odd';
SELECT try($$UPDATE thing SET n = n + 1 WHERE id = 'odd'$$);
SELECT try($$UPDATE thing SET name = 'x' WHERE id = 'odd' RETURNING *$$);
UPDATE thing SET n = 5 WHERE id = 'odd' RETURNING *;

-- an item too large
SELECT try($$INSERT INTO thing VALUES ('big', 1, repeat('x', 410000))$$);
SELECT try($$UPDATE thing SET name = repeat('x', 410000) WHERE id = 'x'$$);
SELECT id, n, length(name) FROM thing ORDER BY id;

-- several rows: the error tells how many were written before
SELECT try($$INSERT INTO thing SELECT 'row' || i, 100 / (3 - i) FROM generate_series(1, 5) i$$);
SELECT try($$SELECT dyn_request('dynamo', 'NoSuchOperation', '{}')$$);
SELECT try($$SELECT dyn_request('dynamo', 'drop table', '{}')$$);
SELECT try($$SELECT dyn_increment('thing', '{"no": "x"}', 'n')$$);
SELECT try($$SELECT dyn_increment('thing', '{"id": "x"}', 'name')$$);

SELECT dyn_drop_table('thing');
SELECT try($$SELECT dyn_drop_table('thing')$$);
DROP FOREIGN TABLE thing, nokeys, refusing;
DROP SERVER nokeys CASCADE;
DROP SERVER refusing CASCADE;
DROP FUNCTION try;
