--
-- table_options.sql: what dyn_create_table() makes of a table's options, what
-- dyn_describe_table() and IMPORT tell of a table, and keys that are not those
-- that DynamoDB has
--

CREATE FUNCTION told(regclass) RETURNS TABLE (property text, value text) LANGUAGE sql AS
$$ SELECT d.property, d.value FROM dyn_describe_table($1) d
   WHERE d.property NOT IN ('arn', 'stream_arn', 'size', 'tags', 'point_in_time_recovery') $$;
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
  message text; detail text; hint text;
BEGIN
  EXECUTE statement;
  RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(E'\n', SQLSTATE || ': ' || message, nullif(detail, ''), nullif(hint, ''));
END
$$;

-- what the options may say
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes 'by_email');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes '{"name": "by_email"}');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes '[1]');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes '[{"name": "by_email"}]');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes '[{"name": "x", "partition": ["a"]}]');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes '[{"name": "by_email", "partition": ["a"], "unique": true}]');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes '[{"name": "by_email", "partition": ["a", "b", "c", "d", "e"]}]');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes '[{"name": "by_email", "partition": ["a"], "sort": ["a"]}]');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes '[{"name": "by_email", "kind": "local", "partition": ["a"], "sort": ["b"]}]');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes '[{"name": "by_email", "kind": "near", "partition": ["a"]}]');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes '[{"name": "by_email", "partition": ["a"], "projection": "some"}]');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes '[{"name": "by_email", "partition": ["a"], "projection": []}]');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes '[{"name": "by_email", "partition": ["a"]}, {"name": "by_email", "partition": ["b"]}]');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes '[{"name": "by_email", "partition": ["a"], "read_capacity_units": 1}]');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes '[{"name": "by_email", "partition": ["a"], "max_read_request_units": 0}]');
SELECT refused(format('CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes %L)', '[' || string_agg(format('{"name": "by_%s", "partition": ["a"]}', i), ',') || ']'))
  FROM generate_series(1, 21) i;
SELECT refused(format('CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (indexes %L)', '[' || string_agg(format('{"name": "by_%s", "kind": "local", "sort": ["a"]}', i), ',') || ']'))
  FROM generate_series(1, 6) i;
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (tags '["a"]');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (tags '{"a": 1}');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (tags '{"": "a"}');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (billing_mode 'free');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (billing_mode 'provisioned', read_capacity_units '5');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (read_capacity_units '5');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (billing_mode 'provisioned', read_capacity_units '5', write_capacity_units '5', max_read_request_units '1');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (read_capacity_units '0');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (table_class 'glacier');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (stream 'all');
CREATE FOREIGN TABLE storage_bad (id text) SERVER dynamo OPTIONS (deletion_protection 'maybe');

-- and with the columns
CREATE FOREIGN TABLE storage_bad (id text OPTIONS (key 'partition'), rank jsonb, email text) SERVER dynamo
  OPTIONS (indexes '[{"name": "by_name", "partition": ["name"]}]');
SELECT dyn_create_table('storage_bad');
ALTER FOREIGN TABLE storage_bad OPTIONS (SET indexes '[{"name": "by_rank", "partition": ["rank"]}]');
SELECT dyn_create_table('storage_bad');
ALTER FOREIGN TABLE storage_bad OPTIONS (SET indexes '[{"name": "by_email", "kind": "local", "sort": ["email"]}]');
SELECT dyn_create_table('storage_bad');
DROP FOREIGN TABLE storage_bad;

-- a table with all of it that every engine has
CREATE FOREIGN TABLE stored (
  id text OPTIONS (key 'partition') COLLATE "C",
  day integer OPTIONS (key 'sort'),
  mail text OPTIONS (attribute_name 'email') COLLATE "C",
  rank integer,
  created timestamptz(0) OPTIONS (type 'N'),
  expires timestamptz(0) OPTIONS (ttl 'true', type 'N'),
  name text
) SERVER dynamo OPTIONS (
  indexes '[{"name": "by_email", "partition": ["email"], "sort": ["created"], "projection": ["name", "it''s"]},
            {"name": "by_rank", "kind": "local", "sort": ["rank"], "projection": "keys_only"},
            {"name": "by_name", "partition": ["name"], "read_capacity_units": 3}]',
  billing_mode 'provisioned', read_capacity_units '7', write_capacity_units '5',
  stream 'new_and_old_images');
-- what is renamed stays the attribute that it is
ALTER FOREIGN TABLE stored RENAME COLUMN rank TO place;
ALTER FOREIGN TABLE stored ALTER COLUMN place OPTIONS (ADD attribute_name 'rank');
SELECT dyn_create_table('stored');
SELECT * FROM told('stored');
EXPLAIN (COSTS OFF) SELECT id, day, place FROM stored WHERE id = 'a' AND place = 3;
INSERT INTO stored VALUES ('a', 1, 'a@b', 3, '2024-01-02 03:04:05+00', NULL, 'x'), ('a', 2, 'c@b', 2, '2024-01-02 03:04:05+00', NULL, 'y');
SELECT id, day, place FROM stored WHERE id = 'a' AND place = 3;

-- who may read the table may ask
CREATE ROLE regress_storage_reader;
CREATE USER MAPPING FOR regress_storage_reader SERVER dynamo OPTIONS (access_key_id 'test', secret_access_key 'test');
SET ROLE regress_storage_reader;
SELECT * FROM dyn_describe_table('stored');
RESET ROLE;
GRANT SELECT ON stored TO regress_storage_reader;
SET ROLE regress_storage_reader;
SELECT value FROM dyn_describe_table('stored') WHERE property = 'status';
RESET ROLE;
REVOKE ALL ON stored FROM regress_storage_reader;
DROP USER MAPPING FOR regress_storage_reader SERVER dynamo;
DROP ROLE regress_storage_reader;
SELECT * FROM dyn_describe_table('pg_class');
SELECT * FROM dyn_describe_table(NULL);

-- imported, dropped and made from what was imported, it is equal
CREATE TABLE before AS SELECT * FROM told('stored') WHERE property <> 'item_count';
CREATE SCHEMA imported_storage;
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (stored) FROM SERVER dynamo INTO imported_storage;
SELECT split_part(option, '=', 1) AS option, substr(option, strpos(option, '=') + 1) AS value
  FROM pg_foreign_table, unnest(ftoptions) option WHERE ftrelid = 'imported_storage.stored'::regclass AND option NOT LIKE 'tags=%';
SELECT dyn_drop_table('stored');
SELECT split_part(refused($$SELECT * FROM dyn_describe_table('stored')$$), E'\n', 1);
SELECT dyn_create_table('imported_storage.stored');
TABLE before EXCEPT SELECT * FROM told('stored');
SELECT * FROM told('stored') WHERE property <> 'item_count' EXCEPT TABLE before;
DROP FOREIGN TABLE imported_storage.stored;
-- or without the options
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (stored) FROM SERVER dynamo INTO imported_storage OPTIONS (table_options 'false');
SELECT ftoptions FROM pg_foreign_table WHERE ftrelid = 'imported_storage.stored'::regclass;
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (stored) FROM SERVER dynamo INTO imported_storage OPTIONS (table_options 'some');
DROP SCHEMA imported_storage CASCADE;
INSERT INTO stored (id, day, name) VALUES ('a', 1, 'x'), ('a', 2, 'y');

-- another key than DynamoDB's, in each request
CREATE FOREIGN TABLE other_name (pk text OPTIONS (key 'partition'), day integer OPTIONS (key 'sort'), name text) SERVER dynamo OPTIONS (table_name 'stored');
CREATE FOREIGN TABLE other_type (id bigint OPTIONS (key 'partition'), day integer OPTIONS (key 'sort'), name text) SERVER dynamo OPTIONS (table_name 'stored');
CREATE FOREIGN TABLE no_sort (id text OPTIONS (key 'partition'), day integer, name text) SERVER dynamo OPTIONS (table_name 'stored');
CREATE FOREIGN TABLE swapped (id text OPTIONS (key 'sort'), day integer OPTIONS (key 'partition'), name text) SERVER dynamo OPTIONS (table_name 'stored');
CREATE FOREIGN TABLE lacking (key integer OPTIONS (key 'partition'), day integer OPTIONS (key 'sort'), name text) SERVER dynamo OPTIONS (table_name 'stored');
CREATE FOREIGN TABLE made_key (id text OPTIONS (template 'A#{}', key 'partition'), day text OPTIONS (key 'sort')) SERVER dynamo OPTIONS (table_name 'stored');
\x on
SELECT refused($$SELECT * FROM other_name WHERE pk = 'a' AND day = 1$$);
SELECT refused($$SELECT * FROM other_name WHERE pk = 'a'$$);
SELECT refused($$SELECT * FROM other_name$$);
SELECT refused($$SELECT * FROM other_name WHERE (pk, day) IN (('a', 1), ('b', 2))$$);
SELECT refused($$INSERT INTO other_name VALUES ('a', 1, 'z')$$);
SELECT refused($$UPDATE other_name SET name = 'z' WHERE pk = 'a' AND day = 1$$);
SELECT refused($$DELETE FROM other_name WHERE pk = 'a' AND day = 1$$);
SELECT refused($$UPDATE other_name SET day = 9 WHERE pk = 'a' AND day = 1$$);
SELECT refused($$SELECT * FROM other_type WHERE id = 1 AND day = 1$$);
SELECT refused($$SELECT * FROM other_type WHERE id = 1$$);
SELECT refused($$INSERT INTO other_type VALUES (1, 1, 'z')$$);
SELECT refused($$UPDATE other_type SET name = 'z' WHERE id = 1 AND day = 1$$);
SELECT refused($$SELECT * FROM no_sort WHERE id = 'a'$$);
SELECT refused($$INSERT INTO no_sort (id, name) VALUES ('a', 'z')$$);
SELECT refused($$UPDATE no_sort SET name = 'z' WHERE id = 'a'$$);
SELECT refused($$DELETE FROM no_sort WHERE id = 'a'$$);
SELECT refused($$SELECT * FROM no_sort WHERE id IN ('a', 'b')$$);
SELECT refused($$SELECT * FROM swapped WHERE day = 1$$);
SELECT refused($$UPDATE lacking SET name = 'z' WHERE key = 1 AND day = 1$$);
SELECT refused($$SELECT * FROM made_key WHERE id = 'a'$$);
-- in a transaction
SET dynamorm_fdw.transaction_mode = 'atomic';
BEGIN;
INSERT INTO no_sort (id, name) VALUES ('q', 'z');
COMMIT;
BEGIN;
UPDATE no_sort SET name = 'z' WHERE id = 'a';
COMMIT;
RESET dynamorm_fdw.transaction_mode;
\x off
-- nothing was written, and what the hint says works
SELECT id, day, name FROM stored ORDER BY day;
ALTER FOREIGN TABLE public.other_name ALTER COLUMN pk OPTIONS (ADD attribute_name 'id');
SELECT * FROM other_name WHERE pk = 'a' AND day = 1;
ALTER FOREIGN TABLE public.lacking ALTER COLUMN key OPTIONS (DROP key), ADD COLUMN id text OPTIONS (key 'partition');
SELECT * FROM lacking WHERE id = 'a' AND day = 1;
ALTER FOREIGN TABLE public.no_sort ALTER COLUMN day OPTIONS (ADD key 'sort');
SELECT * FROM no_sort WHERE id = 'a' AND day = 2;
-- a sort key that the table does not have
SELECT dyn_drop_table('stored');
CREATE FOREIGN TABLE plain (id text OPTIONS (key 'partition'), name text) SERVER dynamo OPTIONS (table_name 'stored');
SELECT dyn_create_table('plain');
\x on
SELECT refused($$SELECT * FROM stored WHERE id = 'a' AND day = 1$$);
SELECT refused($$UPDATE stored SET name = 'z' WHERE id = 'a' AND day = 1$$);
SELECT refused($$DELETE FROM stored WHERE id = 'a' AND day = 1$$);
SELECT refused($$SELECT * FROM stored WHERE id = 'a'$$);
\x off
SELECT dyn_drop_table('plain');

-- protection
CREATE FOREIGN TABLE protected (id text OPTIONS (key 'partition')) SERVER dynamo OPTIONS (deletion_protection 'true');
SELECT dyn_create_table('protected');
SELECT value FROM dyn_describe_table('protected') WHERE property = 'deletion_protection';
SELECT dyn_drop_table('protected');
SELECT dyn_request('dynamo', 'UpdateTable', '{"TableName": "protected", "DeletionProtectionEnabled": false}') IS NOT NULL;
SELECT dyn_drop_table('protected');

DROP FOREIGN TABLE stored, other_name, other_type, no_sort, swapped, lacking, made_key, plain, protected;
DROP TABLE before;
DROP FUNCTION told, refused;
