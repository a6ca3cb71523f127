--
-- Whose rights and whose keys count: the user's, or a view owner's.
--
CREATE FOREIGN TABLE sec (id text OPTIONS (key 'partition'), n integer) SERVER dynamo;
SELECT dyn_create_table('sec');
INSERT INTO sec VALUES ('a', 1);
CREATE ROLE regress_dynamo_user;
CREATE VIEW vsec AS SELECT * FROM sec;
GRANT SELECT, UPDATE, INSERT ON vsec TO regress_dynamo_user;

-- through the view with the owner's keys
SET ROLE regress_dynamo_user;
SELECT * FROM vsec;
UPDATE vsec SET n = n + 1 WHERE id = 'a' RETURNING *;
INSERT INTO vsec VALUES ('b', 2) RETURNING *;

-- not the table, nor the functions
SELECT * FROM sec;
SELECT dyn_increment('sec', '{"id": "a"}', 'n');
SELECT dyn_request('dynamo', 'ListTables', '{}');
SELECT dyn_create_table('sec');
SELECT dyn_drop_table('sec');

-- with the right to the table, but no keys
RESET ROLE;
GRANT ALL ON sec TO regress_dynamo_user;
SET ROLE regress_dynamo_user;
SELECT * FROM sec;
UPDATE sec SET n = 1 WHERE id = 'a';
-- another user's keys stay hidden
SELECT umoptions FROM pg_user_mappings WHERE srvname = 'dynamo';
RESET ROLE;

-- a server that may only be read
ALTER SERVER dynamo OPTIONS (ADD updatable 'false');
SELECT is_insertable_into FROM information_schema.tables WHERE table_name = 'sec';
UPDATE sec SET n = 1 WHERE id = 'a';
INSERT INTO sec VALUES ('c');
SELECT dyn_increment('sec', '{"id": "a"}', 'n');
ALTER SERVER dynamo OPTIONS (DROP updatable);

-- a transaction that may only read
BEGIN READ ONLY;
SELECT * FROM sec ORDER BY id;
UPDATE sec SET n = 2 WHERE id = 'a';
ROLLBACK;
BEGIN READ ONLY;
SELECT dyn_increment('sec', '{"id": "a"}', 'n');
ROLLBACK;

-- ALTER is noticed by the session's connection: new keys, new endpoint
ALTER USER MAPPING FOR CURRENT_USER SERVER dynamo OPTIONS (SET access_key_id 'other');
SELECT n FROM sec WHERE id = 'a';
ALTER USER MAPPING FOR CURRENT_USER SERVER dynamo OPTIONS (SET access_key_id 'test');

SELECT dyn_drop_table('sec');
DROP OWNED BY regress_dynamo_user;
DROP ROLE regress_dynamo_user;
DROP FOREIGN TABLE sec CASCADE;
