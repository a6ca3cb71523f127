--
-- Transaction mode "atomic": BEGIN ... COMMIT as one TransactWriteItems.
--
CREATE SCHEMA transaction;
SET search_path = transaction, public;
\set VERBOSITY terse
CREATE FUNCTION requests() RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(operation || ' ' || calls, ', ' ORDER BY operation, calls), 'none')
  FROM dyn_stat_requests WHERE operation NOT IN ('DescribeTable', 'CreateTable', 'DeleteTable') $$;
CREATE FOREIGN TABLE account (id text OPTIONS (key 'partition'), balance int, note text)
  SERVER dynamo OPTIONS (table_name 'transaction_account', transaction_mode 'atomic');
SELECT dyn_create_table('account');
INSERT INTO account VALUES ('a', 500), ('b', 10);

-- the transfer: two reads, and one transaction
SELECT dyn_stat_reset();
BEGIN;
UPDATE account SET balance = balance - 100 WHERE id = 'a' AND balance >= 100;
UPDATE account SET balance = balance + 100 WHERE id = 'b';
SELECT requests();
COMMIT;
SELECT requests();
TABLE account ORDER BY id;
-- none of it, where the first changes nothing, or it is rolled back
BEGIN;
UPDATE account SET balance = balance - 1000 WHERE id = 'a' AND balance >= 1000;
UPDATE account SET balance = balance + 1000 WHERE id = 'b';
ROLLBACK;
TABLE account ORDER BY id;

-- the last of several writes of an item is sent; of none that is gone again
SELECT dyn_stat_reset();
BEGIN;
INSERT INTO account VALUES ('c', 1);
UPDATE account SET balance = 2 WHERE id = 'c' RETURNING *;
DELETE FROM account WHERE id = 'c' RETURNING *;
COMMIT;
SELECT requests();
-- a value set back to what it was is held, and so is what was only shown
BEGIN;
UPDATE account SET balance = 0 WHERE id = 'a';
UPDATE account SET balance = 400 WHERE id = 'a';
SELECT balance FROM account WHERE id = 'a';
COMMIT;
-- deleted and made again: what no column maps is gone
SELECT FROM dyn_request('dynamo', 'PutItem', '{"TableName": "transaction_account", "Item": {"id": {"S": "m"}, "balance": {"N": "1"}, "hidden": {"S": "x"}}}');
UPDATE account SET note = 'kept' WHERE id = 'm';
SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "transaction_account", "Key": {"id": {"S": "m"}}}')->'Item'->'hidden' AS hidden;
BEGIN;
DELETE FROM account WHERE id = 'm';
INSERT INTO account VALUES ('m', 2);
COMMIT;
SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "transaction_account", "Key": {"id": {"S": "m"}}}')->'Item' AS item;
DELETE FROM account WHERE id = 'm';

-- an item without the attribute: the guard is false of it, and the value that
-- PostgreSQL has computed is sent instead
INSERT INTO account VALUES ('no');
SELECT dyn_stat_reset();
UPDATE account SET balance = balance + 1, note = 'tried' WHERE id = 'no';
SELECT requests();
SELECT * FROM account WHERE id = 'no';
DELETE FROM account WHERE id = 'no';

-- a list of keys is read at once
INSERT INTO account SELECT 'k' || g, g FROM generate_series(1, 100) g;
SELECT dyn_stat_reset();
UPDATE account SET balance = 0 WHERE id = ANY (ARRAY(SELECT 'k' || g FROM generate_series(1, 100) g));
SELECT requests();
SELECT dyn_stat_reset();
UPDATE account SET balance = 1;
\echo :LAST_ERROR_SQLSTATE
DELETE FROM account WHERE id LIKE 'k%' RETURNING 1 \g /dev/null
SELECT requests();
BEGIN;
INSERT INTO account SELECT 'k' || g, g FROM generate_series(1, 60) g;
SAVEPOINT s;
INSERT INTO account SELECT 'l' || g, g FROM generate_series(1, 41) g;
ROLLBACK TO s;
INSERT INTO account SELECT 'l' || g, g FROM generate_series(1, 40) g;
SELECT count(*), sum(balance) FROM account;
ROLLBACK;
-- rows that are too large
INSERT INTO account VALUES ('big', 1, repeat('x', 410000));
\echo :LAST_ERROR_SQLSTATE
BEGIN;
INSERT INTO account SELECT 'big' || g, g, repeat('x', 390000) FROM generate_series(1, 10) g;
INSERT INTO account SELECT 'big' || g, g, repeat('x', 390000) FROM generate_series(11, 11) g;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;

-- a key that is taken is known at the statement
INSERT INTO account VALUES ('a', 1);
\echo :LAST_ERROR_SQLSTATE
BEGIN;
INSERT INTO account VALUES ('n', 1), ('o', 1);
SAVEPOINT s;
INSERT INTO account VALUES ('n', 2);
ROLLBACK TO s;
INSERT INTO account VALUES ('n', 3), ('p', 3), ('a', 3) ON CONFLICT DO NOTHING;
INSERT INTO account VALUES ('n', 3), ('q', 3), ('a', 3) ON CONFLICT (id) DO UPDATE SET balance = account.balance + excluded.balance RETURNING *;
DELETE FROM account WHERE id IN ('n', 'o', 'p', 'q');
UPDATE account SET balance = balance - 3 WHERE id = 'a';
COMMIT;
TABLE account ORDER BY id;
UPDATE account SET balance = dyn_increment(balance, 5) WHERE id = 'up' AND dyn_upsert() RETURNING *;
SELECT dyn_increment('account', '{"id": "up"}', 'balance', 2);
DELETE FROM account WHERE id = 'up';

-- own writes are seen by every way of reading, cursors see what was there
CREATE FOREIGN TABLE page (day text OPTIONS (key 'partition'), n int OPTIONS (key 'sort'), g text, v int)
  SERVER dynamo OPTIONS (table_name 'transaction_page', transaction_mode 'atomic');
SELECT FROM dyn_request('dynamo', 'CreateTable', '{"TableName": "transaction_page",
  "AttributeDefinitions": [{"AttributeName": "day", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"},
    {"AttributeName": "g", "AttributeType": "S"}, {"AttributeName": "v", "AttributeType": "N"}],
  "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
  "GlobalSecondaryIndexes": [{"IndexName": "by_g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "v", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"}}], "BillingMode": "PAY_PER_REQUEST"}');
ALTER FOREIGN TABLE page OPTIONS (ADD consistent_read 'false');
INSERT INTO page SELECT 'mon', g * 10, 'old', g FROM generate_series(1, 6) g;
INSERT INTO page VALUES ('tue', 10, 'old', 1);
BEGIN;
DECLARE early CURSOR FOR SELECT n, v FROM page WHERE day = 'mon' ORDER BY n;
FETCH 1 FROM early;
UPDATE page SET g = 'new', v = 100 WHERE day = 'mon' AND n = 20;
DELETE FROM page WHERE day = 'mon' AND n = 40;
INSERT INTO page VALUES ('mon', 35, 'old', 2), ('mon', 5, 'new', 50), ('wed', 1, 'new', 1);
SELECT string_agg(n || ':' || v, ' ') FROM (SELECT * FROM page WHERE day = 'mon' ORDER BY n) q;
SELECT string_agg(n || ':' || v, ' ') FROM (SELECT * FROM page WHERE day = 'mon' ORDER BY n DESC) q;
SELECT n FROM page WHERE day = 'mon' AND n > 10 ORDER BY n LIMIT 3;
SELECT n FROM page WHERE day = 'mon' AND n < 50 ORDER BY n DESC LIMIT 3;
SELECT count(*) FROM page WHERE day = 'mon';
SELECT count(*), sum(v) FROM page;
SELECT * FROM explain('SELECT day, n FROM page WHERE g = ''new'' ORDER BY v');
SELECT day, n, v FROM page WHERE g = 'new' ORDER BY v;
SELECT day, n, v FROM page WHERE g = 'old' ORDER BY v DESC, day;
SELECT * FROM page WHERE day = 'mon' AND n IN (5, 10, 20, 40) ORDER BY n;
SELECT * FROM page WHERE day = 'mon' AND n = 20;
SELECT * FROM page WHERE day = 'mon' AND n = 40;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SELECT w.n, p.v FROM (VALUES (5), (20), (40), (60)) w (n) LEFT JOIN page p ON p.day = 'mon' AND p.n = w.n ORDER BY 1;
SELECT w.n FROM (VALUES (5), (20), (40), (60)) w (n) WHERE NOT EXISTS (SELECT FROM page p WHERE p.day = 'mon' AND p.n = w.n);
FETCH ALL FROM early;
COMMIT;
SELECT string_agg(day || n || ':' || v, ' ' ORDER BY day, n) FROM page;

-- savepoints and exception blocks
BEGIN;
UPDATE page SET v = 1 WHERE day = 'tue';
SAVEPOINT one;
UPDATE page SET v = 2 WHERE day = 'tue';
SAVEPOINT two;
UPDATE page SET v = 3 WHERE day = 'tue';
RELEASE two;
SELECT v FROM page WHERE day = 'tue';
ROLLBACK TO one;
SELECT v FROM page WHERE day = 'tue';
DO $$
BEGIN
  FOR i IN 1..3 LOOP
    BEGIN
      UPDATE page SET v = v + 10 WHERE day = 'tue';
      IF i = 2 THEN RAISE division_by_zero; END IF;
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
  END LOOP;
END $$;
COMMIT;
SELECT v FROM page WHERE day = 'tue';
SELECT dyn_stat_reset();
BEGIN;
SAVEPOINT s;
UPDATE page SET v = 9 WHERE day = 'tue';
ROLLBACK TO s;
SELECT v FROM page WHERE day = 'tue';
COMMIT;
SELECT requests();

-- what shows more than COMMIT can check has failed: it does not count then
CREATE FOREIGN TABLE wide (id text OPTIONS (key 'partition'), v int, more jsonb OPTIONS (document 'true'))
  SERVER dynamo OPTIONS (table_name 'transaction_wide', transaction_mode 'atomic');
SELECT dyn_create_table('wide');
INSERT INTO wide SELECT 'w', 1, jsonb_object_agg('a' || i, i) FROM generate_series(1, 150) i;
BEGIN;
UPDATE wide SET v = v + 1 WHERE id = 'w';
SAVEPOINT s;
SELECT * FROM wide;
ROLLBACK TO s;
SELECT v FROM wide FOR UPDATE;
ROLLBACK TO s;
SELECT v FROM wide;
COMMIT;
SELECT v FROM wide;
SELECT dyn_drop_table('wide');
DROP FOREIGN TABLE wide;

-- keys that change, and change places
BEGIN;
UPDATE page SET n = -10 WHERE day = 'tue' AND n = 10;
INSERT INTO page VALUES ('tue', 10, 'old', 5);
UPDATE page SET n = n + 1 WHERE day = 'tue';
UPDATE page SET n = 11 WHERE day = 'tue' AND n = -9;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
BEGIN;
UPDATE page SET n = 0 WHERE day = 'tue' AND n = 10;
UPDATE page SET n = 10 WHERE day = 'tue' AND n = 0 RETURNING *;
UPDATE page SET n = 20 WHERE day = 'tue' AND n = 10;
COMMIT;
SELECT * FROM page WHERE day = 'tue';

-- a join, and rows one by one
UPDATE page p SET v = w.v FROM (VALUES (10, 7), (20, 8), (99, 9)) w (n, v) WHERE p.day = 'mon' AND p.n = w.n;
DELETE FROM page p USING (VALUES (10), (99)) w (n) WHERE p.day = 'mon' AND p.n = w.n RETURNING p.*;
CREATE FUNCTION count_pages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO account VALUES ('pages', 1) ON CONFLICT (id) DO UPDATE SET balance = account.balance + 1;
  RETURN NEW;
END $$;
CREATE TRIGGER count_pages AFTER INSERT ON page FOR EACH ROW EXECUTE FUNCTION count_pages();
SELECT dyn_stat_reset();
INSERT INTO page SELECT 'thu', g FROM generate_series(1, 5) g;
SELECT requests();
SELECT * FROM account WHERE id = 'pages';
DROP TRIGGER count_pages ON page;
COPY page FROM STDIN;
fri	1	old	1
fri	2	old	2
\.
COPY (SELECT * FROM page WHERE day = 'fri' ORDER BY n) TO STDOUT;

-- two foreign tables of one DynamoDB table
CREATE FOREIGN TABLE same_page (day text OPTIONS (key 'partition'), n numeric OPTIONS (key 'sort'), w text OPTIONS (attribute_name 'w'))
  SERVER dynamo OPTIONS (table_name 'transaction_page', transaction_mode 'atomic');
BEGIN;
UPDATE same_page SET w = 'seen' WHERE day = 'fri' AND n = 1.00;
UPDATE page SET v = v + 1 WHERE day = 'fri' AND n = 1;
SELECT p.*, s.w FROM page p, same_page s WHERE p.day = 'fri' AND s.day = p.day AND p.n = s.n ORDER BY p.n;
COMMIT;
SELECT p.*, s.w FROM page p, same_page s WHERE p.day = 'fri' AND s.day = p.day AND p.n = s.n ORDER BY p.n;

-- what the mode does not do
\set VERBOSITY default
TRUNCATE account;
BEGIN ISOLATION LEVEL SERIALIZABLE;
UPDATE account SET balance = 0;
ROLLBACK;
BEGIN;
UPDATE account SET balance = 0 WHERE id = 'a';
PREPARE TRANSACTION 'prepared';
BEGIN;
UPDATE account SET balance = 0 WHERE id = 'a';
SELECT dyn_drop_table('account');
ROLLBACK;
-- one mode in a transaction
BEGIN;
UPDATE account SET balance = 0 WHERE id = 'a';
SET LOCAL dynamorm_fdw.transaction_mode = 'immediate';
UPDATE account SET balance = 1 WHERE id = 'a';
ROLLBACK;
BEGIN;
UPDATE account SET balance = 0 WHERE id = 'a';
SELECT dyn_request('dynamo', 'DeleteItem', '{"TableName": "transaction_account", "Key": {"id": {"S": "a"}}}');
ROLLBACK;
SET client_min_messages = error;
BEGIN;
SET LOCAL dynamorm_fdw.transaction_mode = 'immediate';
UPDATE account SET balance = balance + 1 WHERE id = 'a';
RESET dynamorm_fdw.transaction_mode;
UPDATE account SET balance = 1 WHERE id = 'a';
ROLLBACK;
RESET client_min_messages;
-- (what was rolled back does not count)
BEGIN;
SAVEPOINT s;
UPDATE account SET balance = 0 WHERE id = 'a';
ROLLBACK TO s;
SET LOCAL dynamorm_fdw.transaction_mode = 'immediate';
UPDATE account SET balance = balance - 1 WHERE id = 'a';
COMMIT;
-- a table is made, and filled, in one transaction
BEGIN;
CREATE FOREIGN TABLE made (id text OPTIONS (key 'partition'), v int) SERVER dynamo OPTIONS (table_name 'transaction_made', transaction_mode 'atomic');
SELECT dyn_create_table('made');
INSERT INTO made VALUES ('x', 1);
COMMIT;
TABLE made;
SELECT dyn_drop_table('made');
-- one server and user mapping
CREATE SERVER other FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (endpoint 'http://127.0.0.1:1', region 'us-east-1');
CREATE USER MAPPING FOR CURRENT_USER SERVER other OPTIONS (access_key_id 'test', secret_access_key 'test');
CREATE ROLE transaction_owner;
GRANT USAGE ON SCHEMA transaction TO transaction_owner;
GRANT USAGE ON FOREIGN SERVER dynamo TO transaction_owner;
CREATE USER MAPPING FOR transaction_owner SERVER dynamo OPTIONS (access_key_id 'test', secret_access_key 'test');
GRANT SELECT, UPDATE ON account TO transaction_owner;
CREATE VIEW owned AS SELECT * FROM account;
ALTER VIEW owned OWNER TO transaction_owner;
BEGIN;
UPDATE account SET balance = 0 WHERE id = 'a';
UPDATE owned SET balance = 0 WHERE id = 'b';
ROLLBACK;
DROP VIEW owned;
DROP OWNED BY transaction_owner;
DROP ROLE transaction_owner;
DROP SERVER other CASCADE;
-- an idempotency key needs a place
BEGIN;
SET LOCAL dynamorm_fdw.idempotency_key = 'order-1';
UPDATE account SET balance = 0 WHERE id = 'a';
ROLLBACK;
BEGIN;
SET LOCAL dynamorm_fdw.idempotency_key = 'order-1';
SET LOCAL dynamorm_fdw.transaction_mode = 'immediate';
UPDATE account SET balance = 0 WHERE id = 'a';
ROLLBACK;

-- EXPLAIN tells what COMMIT will send
SELECT * FROM explain('UPDATE account SET balance = balance - 100 WHERE id = ''a'' AND balance >= 100');
SELECT * FROM explain('UPDATE account SET balance = balance - 100 WHERE id = ''a'' RETURNING *');
SELECT * FROM explain('DELETE FROM account WHERE id IN (''a'', ''b'')');
SELECT * FROM explain('UPDATE page SET v = 0 WHERE g = ''new''');
SELECT * FROM explain('UPDATE account SET id = ''z'' WHERE id = ''a''');
SELECT * FROM explain('INSERT INTO account VALUES (''x'')');
SELECT * FROM explain('INSERT INTO account VALUES (''x'') ON CONFLICT (id) DO UPDATE SET balance = 0');
SELECT * FROM explain('UPDATE account SET balance = w.v FROM (VALUES (''a'', 1)) w (id, v) WHERE account.id = w.id');
BEGIN;
SELECT * FROM explain_analyze('UPDATE account SET balance = balance + 1 WHERE id IN (''a'', ''b'')');
ROLLBACK;

-- ALTER SERVER and ALTER FOREIGN TABLE with something buffered
BEGIN;
UPDATE account SET balance = 76 WHERE id = 'a';
ALTER SERVER dynamo OPTIONS (ADD max_attempts '7');
UPDATE account SET balance = balance + 1 WHERE id = 'a' RETURNING balance;
UPDATE account SET note = 'altered' WHERE id = 'b';
COMMIT;
ALTER SERVER dynamo OPTIONS (DROP max_attempts);
TABLE account ORDER BY id;
BEGIN;
UPDATE account SET balance = 77 WHERE id = 'a';
ALTER FOREIGN TABLE account ADD COLUMN more int;
UPDATE account SET more = 1 WHERE id = 'a';
SELECT * FROM account WHERE id = 'a';
COMMIT;
SELECT * FROM account WHERE id = 'a';
BEGIN;
UPDATE account SET balance = 78 WHERE id = 'a';
DROP FOREIGN TABLE account;
COMMIT;
SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "transaction_account", "Key": {"id": {"S": "a"}}}')->'Item'->'balance' AS balance;
SELECT dyn_drop_table('page');
SELECT FROM dyn_request('dynamo', 'DeleteTable', '{"TableName": "transaction_account"}');
SET client_min_messages = warning;
DROP SCHEMA transaction CASCADE;
