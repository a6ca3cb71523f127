--
-- Tables that other programs write: keys made of columns, several kinds of
-- items in one table.
-- Needs: transactions
--
\pset format unaligned
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET client_min_messages = warning;
CREATE SCHEMA template;
SET search_path = template, public;
-- the table as it is, by a foreign table that makes no difference
CREATE FOREIGN TABLE raw (
    pk text OPTIONS (attribute_name 'PK', key 'partition') COLLATE "C",
    sk text OPTIONS (attribute_name 'SK', key 'sort') COLLATE "C",
    doc jsonb OPTIONS (document 'true')
) SERVER dynamo OPTIONS (table_name 'template_shop');
SELECT dyn_request('dynamo', 'CreateTable', $${
  "TableName": "template_shop", "BillingMode": "PAY_PER_REQUEST",
  "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
  "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}, {"AttributeName": "SK", "AttributeType": "S"},
    {"AttributeName": "GSI1PK", "AttributeType": "S"}, {"AttributeName": "GSI1SK", "AttributeType": "S"}],
  "GlobalSecondaryIndexes": [
    {"IndexName": "GSI1", "KeySchema": [{"AttributeName": "GSI1PK", "KeyType": "HASH"}, {"AttributeName": "GSI1SK", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "ALL"}}]
}$$) IS NOT NULL AS made;
CREATE FOREIGN TABLE orders (
    user_id text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL,
    order_id integer OPTIONS (attribute_name 'orderId') NOT NULL,
    status text COLLATE "C" NOT NULL, total numeric, note text,
    placed_at timestamptz(3) OPTIONS (attribute_name 'placedAt') NOT NULL,
    version integer OPTIONS (version 'true'),
    pk text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{user_id}') COLLATE "C",
    sk text OPTIONS (attribute_name 'SK', key 'sort', template 'ORDER#{order_id:06}') COLLATE "C",
    gsi1pk text OPTIONS (attribute_name 'GSI1PK', template 'STATUS#{status}') COLLATE "C",
    gsi1sk text OPTIONS (attribute_name 'GSI1SK', template '{placed_at}') COLLATE "C",
    entity text OPTIONS (attribute_name '_et', template 'Order')
) SERVER dynamo OPTIONS (table_name 'template_shop', consistent_read 'false');
CREATE FOREIGN TABLE users (
    user_id text OPTIONS (attribute_name 'userId') COLLATE "C" NOT NULL, email text, name text, balance numeric,
    pk text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{user_id}') COLLATE "C",
    sk text OPTIONS (attribute_name 'SK', key 'sort', template 'PROFILE') COLLATE "C",
    by_email text OPTIONS (template 'EMAIL#{email:lower}') COLLATE "C",
    entity text OPTIONS (attribute_name '_et', template 'User'),
    model integer OPTIONS (attribute_name '_v', template '1')
) SERVER dynamo OPTIONS (table_name 'template_shop');
CREATE FOREIGN TABLE invoices (
    user_id text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{}') COLLATE "C",
    invoice_id text OPTIONS (attribute_name 'SK', key 'sort', template 'INVOICE#{}') COLLATE "C",
    paid boolean
) SERVER dynamo OPTIONS (table_name 'template_shop');
-- ---- INSERT makes what the library would write ----
INSERT INTO orders (user_id, order_id, status, total, placed_at) VALUES
  ('ann', 12, 'open', 10, '2024-02-01'), ('ann', 13, 'open', 11, '2024-02-02 10:00:00.123Z'), ('bob', 1, 'paid', 12.5, '2024-02-03');
INSERT INTO users (user_id, email, name, balance) VALUES ('ann', 'Ann@X', 'Ann', 5), ('bob', NULL, 'Bob', 1) RETURNING *;
INSERT INTO invoices VALUES ('ann', 'i1', false), ('ann', 'i2', true) RETURNING *;
SELECT count(dyn_request('dynamo', 'PutItem', jsonb_build_object('TableName', 'template_shop', 'Item', item::jsonb))) FROM unnest(ARRAY[
  '{"PK": {"S": "USER#ann"}, "SK": {"S": "ORDER#000099"}, "_et": {"S": "Draft"}, "userId": {"S": "ann"}, "orderId": {"N": "99"}}',
  '{"PK": {"S": "USER#ann"}, "SK": {"S": "ORDER#000098"}}',
  '{"PK": {"S": "SHOP#1"}, "SK": {"S": "PROFILE"}, "_et": {"S": "User"}, "_v": {"N": "1"}}',
  '{"PK": {"S": "USER#ann"}, "SK": {"S": "PROFILE2"}, "_et": {"S": "User"}, "_v": {"N": "2"}}',
  '{"PK": {"S": "USER#zoe"}, "SK": {"S": "PROFILE"}, "_et": {"S": "Visitor"}, "userId": {"S": "zoe"}}',
  '{"PK": {"S": "USER#ann"}, "SK": {"S": "INVOICE"}, "paid": {"BOOL": true}}']) item;
SELECT * FROM raw ORDER BY pk, sk;
CREATE TABLE before AS SELECT * FROM raw WHERE sk IN ('ORDER#000099', 'ORDER#000098', 'PROFILE2', 'INVOICE') OR pk IN ('SHOP#1', 'USER#zoe');
CREATE FUNCTION touched() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT b::text FROM before b EXCEPT SELECT r::text FROM raw r $$;
-- ---- only rows are read and counted ----
SELECT user_id, order_id, status FROM orders ORDER BY 1, 2;
SELECT user_id, sk FROM users ORDER BY 1;
SELECT * FROM invoices ORDER BY 1, 2;
SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM invoices) AS invoices;
SELECT count(*) FROM orders WHERE user_id = 'ann' AND order_id IN (12, 99, 98);
SELECT count(*) FROM users WHERE user_id = 'zoe';
SELECT count(*) FROM orders WHERE pk = 'USER#ann' AND sk = 'ORDER#000099';
-- ---- what each statement sends ----
CREATE FUNCTION plan(statement text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT statement UNION ALL
  SELECT '    ' || btrim(l) FROM explain(statement) l
    WHERE l ~ '^ *(DynamoDB Operation|Key|KeyCondition|FilterExpr|ConditionExpr|UpdateExpr|ScanIndex|Select|Index|Page|Computed|Key Change)' OR l ~ 'Sort|Join|Loop' AND l !~ 'Filter' $$;
SELECT plan('SELECT * FROM orders WHERE user_id = ''ann'' AND order_id = 12');
SELECT plan('SELECT * FROM orders WHERE user_id = ''ann'' ORDER BY order_id DESC LIMIT 2');
SELECT plan('SELECT * FROM orders WHERE user_id = ''ann'' AND order_id > 13');
SELECT plan('SELECT * FROM orders WHERE user_id = ''ann'' AND order_id BETWEEN -5 AND 12');
SELECT plan('SELECT * FROM orders WHERE user_id = ''ann'' AND order_id < 1000000');
SELECT plan('SELECT * FROM orders WHERE user_id = ''ann'' AND order_id > 1000000');
SELECT plan('SELECT * FROM orders WHERE user_id = ''ann'' AND order_id > 12.5');
SELECT plan('SELECT * FROM orders WHERE user_id IN (''ann'', ''bob'') AND order_id IN (1, 12)');
SELECT plan('SELECT * FROM orders WHERE (user_id = ''ann'' AND order_id = 12) OR (user_id = ''bob'' AND order_id = 1)');
SELECT plan('SELECT * FROM orders WHERE order_id = 12');
SELECT max(order_id), min(order_id) FROM orders WHERE user_id = 'ann';
SELECT plan('SELECT count(*) FROM users');
SELECT plan('SELECT * FROM users WHERE user_id = ANY (''{ann,bob}'')');
SELECT plan('UPDATE users SET balance = balance + 5 WHERE user_id = ''ann''');
SELECT plan('UPDATE orders SET status = ''shipped'', total = total + 5.1 WHERE user_id = ''ann'' AND order_id = 12 AND version = 1');
SELECT plan('UPDATE orders SET placed_at = now() WHERE user_id = ''ann'' AND order_id = 12');
SELECT plan('UPDATE orders SET status = upper(status) WHERE user_id = ''ann'' AND order_id = 12');
SELECT plan('UPDATE orders SET order_id = 16 WHERE user_id = ''ann'' AND order_id = 13');
SELECT plan('DELETE FROM orders WHERE user_id = ''ann'' AND order_id = 15');
SELECT plan('INSERT INTO orders (user_id, order_id, status, total, placed_at) VALUES (''ann'', 15, ''open'', 10, now())');
SELECT plan('INSERT INTO orders (user_id, order_id, status, total, placed_at) VALUES (''ann'', 15, ''open'', 10, now()) ON CONFLICT (user_id, order_id) DO UPDATE SET status = excluded.status, total = orders.total + excluded.total');
SELECT plan('SELECT * FROM invoices WHERE user_id = ''ann'' AND invoice_id LIKE ''i%''');
SELECT plan('SELECT * FROM invoices WHERE user_id = ''ann'' AND invoice_id > ''i1'' ORDER BY invoice_id');
SELECT plan('UPDATE invoices SET paid = true WHERE user_id = ''ann'' AND invoice_id = ''i1''');
SELECT plan('SELECT u.name, o.total FROM users u JOIN orders o USING (user_id) WHERE u.user_id = ''ann''');
PREPARE one_order(text, integer) AS SELECT total FROM orders WHERE user_id = $1 AND order_id = $2;
PREPARE next_orders(text, integer) AS SELECT order_id FROM orders WHERE user_id = $1 AND order_id > $2;
PREPARE ship(text, integer, text) AS UPDATE orders SET status = $3 WHERE user_id = $1 AND order_id = $2 RETURNING status, gsi1pk;
SET plan_cache_mode = force_generic_plan;
SELECT plan('EXECUTE one_order(''ann'', 12)');
SELECT plan('EXECUTE next_orders(''ann'', 12)');
SELECT plan('EXECUTE ship(''ann'', 12, ''packed'')');
EXECUTE one_order('ann', 12);
EXECUTE one_order('ann', 99);
EXECUTE one_order('ann', 1234567);
EXECUTE one_order(NULL, 12);
EXECUTE next_orders('ann', 12);
EXECUTE next_orders('ann', -1);
EXECUTE ship('ann', 12, 'packed');
EXECUTE ship('ann', 99, 'packed');
RESET plan_cache_mode;
-- ---- the index ----
SELECT plan('SELECT order_id FROM orders WHERE status = ''open'' AND placed_at >= ''2024-02-01''');
SELECT order_id FROM orders WHERE status = 'open' AND placed_at >= '2024-02-01';
SELECT plan('SELECT order_id FROM orders WHERE status = ''open'' ORDER BY placed_at DESC LIMIT 1');
-- ---- joins ----
SELECT u.name, o.order_id FROM users u JOIN orders o USING (user_id) WHERE u.user_id = 'ann' ORDER BY 2;
CREATE TABLE wanted (u text COLLATE "C", o integer);
INSERT INTO wanted VALUES ('ann', 12), ('ann', 99), ('bob', 1), ('bob', 2), (NULL, 3), ('ann', 1234567), ('', 1);
ANALYZE wanted;
SELECT plan('SELECT u, o, total FROM wanted LEFT JOIN orders ON user_id = u AND order_id = o');
SELECT u, o, total FROM wanted LEFT JOIN orders ON user_id = u AND order_id = o ORDER BY 1, 2;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SELECT plan('SELECT u, o, total FROM wanted LEFT JOIN orders ON user_id = u AND order_id = o');
SELECT u, o, total FROM wanted LEFT JOIN orders ON user_id = u AND order_id = o ORDER BY 1, 2;
SELECT plan('SELECT u, name FROM wanted JOIN users ON user_id = u');
SELECT u, o, name FROM wanted JOIN users ON user_id = u ORDER BY 1, 2;
SELECT plan('SELECT u, i.invoice_id FROM wanted JOIN invoices i ON i.user_id = u AND i.invoice_id = ''i'' || o / 12');
SELECT u, i.invoice_id FROM wanted JOIN invoices i ON i.user_id = u AND i.invoice_id = 'i' || o / 12;
RESET enable_nestloop;
SET dynamorm_fdw.enable_batch_join = off;
-- of a table that may be large
ALTER FOREIGN TABLE orders OPTIONS (SET table_name 'template_large');
SELECT plan('SELECT u, o.order_id FROM wanted w JOIN orders o ON user_id = u');
SELECT plan('SELECT u, o.order_id FROM wanted w JOIN orders o ON user_id = u AND order_id = o');
ALTER FOREIGN TABLE orders OPTIONS (SET table_name 'template_shop');
SELECT u, o.order_id FROM (SELECT DISTINCT u FROM wanted) w, LATERAL (SELECT * FROM orders WHERE user_id = u ORDER BY order_id DESC LIMIT 1) o ORDER BY 1;
RESET dynamorm_fdw.enable_batch_join;
RESET enable_hashjoin;
RESET enable_mergejoin;
SELECT u, name FROM (SELECT DISTINCT u FROM wanted) w JOIN users ON user_id = u ORDER BY 1;
SELECT w.u, i.invoice_id FROM (VALUES ('ann', 'i1'), ('ann', 'x'), ('bob', 'i1')) w (u, i) JOIN invoices i ON i.user_id = w.u AND i.invoice_id = w.i;
ANALYZE orders, users, invoices;
SELECT relname, reltuples FROM pg_class WHERE oid IN ('orders'::regclass, 'users'::regclass, 'invoices'::regclass) ORDER BY 1;
SELECT most_common_vals FROM pg_stats WHERE schemaname = 'template' AND tablename = 'orders' AND attname = 'user_id';
-- ---- SET ----
UPDATE orders SET status = 'shipped', total = total + 5.1 WHERE user_id = 'ann' AND order_id = 12 RETURNING status, total, version, gsi1pk, gsi1sk;
UPDATE orders SET status = upper(status), placed_at = placed_at + '1 day' WHERE user_id = 'ann' RETURNING order_id, status, gsi1pk, gsi1sk;
UPDATE users SET email = NULL WHERE user_id = 'ann' RETURNING email, by_email;
UPDATE users SET email = 'New@X' WHERE user_id = 'ann' RETURNING email, by_email;
UPDATE users SET email = lower(email) || name WHERE name = 'Ann' RETURNING email, by_email;
WITH joined AS (UPDATE orders o SET note = name, status = 'joined' FROM users u WHERE u.user_id = o.user_id AND order_id < 13 RETURNING o.user_id, order_id, note, gsi1pk)
  SELECT * FROM joined ORDER BY 1, 2;
UPDATE orders SET order_id = 16 WHERE user_id = 'ann' AND order_id = 13 RETURNING order_id, pk, sk, gsi1pk;
UPDATE orders SET order_id = 12 WHERE user_id = 'ann' AND order_id = 16;
UPDATE orders SET order_id = 99 WHERE user_id = 'ann' AND order_id = 16;
UPDATE orders SET user_id = 'bob', order_id = order_id + 1 WHERE user_id = 'ann' AND order_id = 16 RETURNING *;
UPDATE invoices SET invoice_id = 'i9' WHERE user_id = 'ann' AND invoice_id = 'i1' RETURNING *;
UPDATE invoices i SET user_id = u.u FROM (VALUES ('bob')) u (u) WHERE i.user_id = 'ann' AND invoice_id = 'i9' RETURNING i.*;
UPDATE orders SET pk = 'USER#x' WHERE user_id = 'ann' AND order_id = 12;
UPDATE orders SET pk = 'USER#ann', sk = 'ORDER#000012', entity = 'Order' WHERE user_id = 'ann' AND order_id = 12 RETURNING pk, sk;
UPDATE orders SET entity = 'User' WHERE user_id = 'ann' AND order_id = 12;
UPDATE orders SET gsi1pk = NULL WHERE user_id = 'ann' AND order_id = 12;
UPDATE orders SET order_id = 1000000 WHERE user_id = 'ann' AND order_id = 12;
UPDATE orders SET user_id = '' WHERE user_id = 'ann' AND order_id = 12;
UPDATE orders SET user_id = NULL WHERE user_id = 'ann' AND order_id = 12;
-- ---- a key that an item of another kind has ----
INSERT INTO orders (user_id, order_id, status, placed_at) VALUES ('ann', 99, 'open', now());
INSERT INTO orders (user_id, order_id, status, placed_at) VALUES ('ann', 99, 'open', now()) ON CONFLICT DO NOTHING;
INSERT INTO orders (user_id, order_id, status, placed_at) VALUES ('ann', 99, 'open', now()) ON CONFLICT (user_id, order_id) DO UPDATE SET total = 1;
INSERT INTO orders (user_id, order_id, status, placed_at) VALUES ('ann', 98, 'open', now()) ON CONFLICT (pk, sk) DO UPDATE SET total = 1, note = upper(orders.note);
UPDATE orders SET total = 1 WHERE user_id = 'ann' AND order_id = 99 AND dyn_upsert();
UPDATE orders SET total = coalesce(total, 0) * 2 WHERE user_id = 'ann' AND order_id = 98 AND dyn_upsert();
UPDATE users SET balance = dyn_increment(balance) WHERE user_id = 'zoe' AND dyn_upsert();
SELECT dyn_increment('users', '{"user_id": "zoe"}', 'balance');
INSERT INTO orders (user_id, order_id, status, placed_at) VALUES ('ann', 12, 'open', now());
INSERT INTO orders (user_id, order_id, status, placed_at) VALUES ('ann', 12, 'open', now()) ON CONFLICT DO NOTHING RETURNING sk;
INSERT INTO orders (user_id, order_id, status, total, placed_at) VALUES ('ann', 12, 'again', 1, now()) ON CONFLICT (user_id, order_id) DO UPDATE SET status = excluded.status, total = orders.total + excluded.total RETURNING status, total, gsi1pk;
INSERT INTO orders (user_id, order_id, status, total, placed_at) VALUES ('eve', 1, 'new', 1, '2024-03-01') ON CONFLICT (user_id, order_id) DO UPDATE SET status = excluded.status, total = orders.total + excluded.total RETURNING status, total, gsi1pk;
INSERT INTO orders (user_id, order_id, status, placed_at) VALUES ('x', 1, 'y', now()) ON CONFLICT (user_id) DO NOTHING;
UPDATE users SET balance = dyn_increment(balance, 2), email = 'U@up' WHERE user_id = 'upsert' AND dyn_upsert() RETURNING *;
UPDATE users SET balance = dyn_increment(balance, 2), email = 'U@up2' WHERE user_id = 'upsert' AND dyn_upsert() RETURNING *;
UPDATE users SET balance = coalesce(balance, 0) * 2 + 7, email = name || 'x' WHERE user_id = 'computed' AND dyn_upsert() RETURNING *;
SELECT * FROM raw WHERE pk IN ('USER#upsert', 'USER#computed', 'USER#eve') ORDER BY 1;
SELECT dyn_increment('users', '{"user_id": "ann"}', 'balance', 10);
-- ---- what cannot be a key ----
INSERT INTO orders (user_id, order_id, status, placed_at) VALUES ('ann', 1000000, 'open', now());
INSERT INTO orders (user_id, order_id, status, placed_at) VALUES ('ann', -1, 'open', now());
INSERT INTO orders (user_id, order_id, status, placed_at) VALUES ('', 1, 'open', now());
INSERT INTO orders (order_id, status, placed_at) VALUES (1, 'open', now());
INSERT INTO orders (user_id, order_id, status, placed_at, pk) VALUES ('ann', 1, 'open', now(), 'USER#bob');
INSERT INTO orders (user_id, order_id, status, placed_at, pk, entity) VALUES ('ann', 1, 'open', now(), 'USER#ann', 'Order') RETURNING sk;
INSERT INTO orders (user_id, order_id, status, placed_at, entity) VALUES ('ann', 2, 'open', now(), 'User');
INSERT INTO invoices VALUES ('ann', '', true);
INSERT INTO invoices VALUES ('ann', NULL, true);
UPDATE orders SET total = 1 WHERE user_id = 'ann' AND order_id = 1000000 AND dyn_upsert();
UPDATE orders SET total = 1 WHERE user_id = 'ann' AND order_id = 1000000;
-- ---- no statement has touched an item of another kind ----
SELECT touched();
DELETE FROM users WHERE user_id IN ('zoe', 'upsert') RETURNING user_id;
DELETE FROM invoices WHERE user_id = 'bob';
DELETE FROM orders WHERE total > 1000 OR user_id = 'eve' RETURNING user_id;
TRUNCATE invoices;
TRUNCATE orders;
SELECT touched();
SELECT pk, sk FROM raw ORDER BY 1, 2;
SELECT dyn_drop_table('users');
-- two tables whose rows are different items need no reading first
WITH u AS (UPDATE users SET balance = 0 WHERE user_id = 'ann' RETURNING user_id), o AS (INSERT INTO orders (user_id, order_id, status, placed_at) VALUES ('ann', 7, 'open', now()) RETURNING user_id, order_id)
  SELECT * FROM u JOIN o USING (user_id);
-- ---- stored keys that break the promise ----
SELECT count(dyn_request('dynamo', 'PutItem', jsonb_build_object('TableName', 'template_shop', 'Item', item::jsonb))) FROM unnest(ARRAY[
  '{"PK": {"S": "USER#bad"}, "SK": {"S": "ORDER#12"}, "_et": {"S": "Order"}, "userId": {"S": "bad"}, "orderId": {"N": "12"}}',
  '{"PK": {"S": "USER#bad2"}, "SK": {"S": "ORDER#000012"}, "_et": {"S": "Order"}, "userId": {"S": "other"}, "orderId": {"N": "12"}}',
  '{"PK": {"S": "USER#stale"}, "SK": {"S": "PROFILE"}, "_et": {"S": "User"}, "_v": {"N": "1"}, "userId": {"S": "stale"}, "email": {"S": "A@B"}, "by_email": {"S": "EMAIL#old"}}']) item;
SELECT order_id FROM orders WHERE pk = 'USER#bad';
SELECT order_id FROM orders WHERE user_id = 'bad2' AND order_id = 12;
-- an index key that is stale is shown as it is, and made right by the next UPDATE of its fields
SELECT by_email, by_email IS DISTINCT FROM 'EMAIL#' || lower(email) AS stale FROM users WHERE user_id = 'stale';
UPDATE users SET name = 'S' WHERE user_id = 'stale' RETURNING by_email;
SELECT * FROM dyn_check_table('users') ORDER BY item;
SELECT * FROM dyn_check_table('orders') ORDER BY item;
UPDATE users SET email = email WHERE user_id = 'stale' RETURNING by_email;
SELECT count(*) FROM dyn_check_table('users');
SELECT count(dyn_request('dynamo', 'DeleteTable', jsonb_build_object('TableName', 'template_shop')));
-- ---- several columns in one key ----
CREATE FOREIGN TABLE sessions (
    pk text OPTIONS (attribute_name 'PK', key 'partition', template 'TENANT#{tenant}#USER#{user_no}') COLLATE "C",
    tenant text OPTIONS (attribute_name 'PK') COLLATE "C",
    user_no integer OPTIONS (attribute_name 'PK'),
    at timestamptz OPTIONS (attribute_name 'SK', key 'sort', template 'SESSION#{}', format 'isoformat'),
    flag boolean OPTIONS (type 'S', format 'Y,N')
) SERVER dynamo OPTIONS (table_name 'template_session');
CREATE FOREIGN TABLE visits (
    tenant text OPTIONS (attribute_name 'PK', key 'partition', template 'TENANT#{}') COLLATE "C",
    visit text OPTIONS (attribute_name 'SK', key 'sort', template 'SESSION#{}#end') COLLATE "C",
    n integer
) SERVER dynamo OPTIONS (table_name 'template_session');
SELECT dyn_create_table('sessions');
INSERT INTO sessions (tenant, user_no, at, flag) VALUES ('acme', 2, '2024-01-15 10:00Z', true), ('acme', 2, '2024-01-15 10:00:00.5Z', false), ('acme', 3, '2024-01-15 10:00Z', true) RETURNING *;
SELECT plan('SELECT * FROM sessions WHERE tenant = ''acme'' AND user_no = 2 AND at >= ''2024-01-15 10:00Z''');
SELECT user_no, at FROM sessions WHERE tenant = 'acme' AND user_no = 2 AND at >= '2024-01-15 10:00Z' ORDER BY at DESC;
SELECT plan('SELECT max(at) FROM sessions WHERE tenant = ''acme'' AND user_no = 2');
SELECT max(at) FROM sessions WHERE tenant = 'acme' AND user_no = 2;
SELECT plan('UPDATE sessions SET flag = false WHERE tenant = ''acme'' AND user_no = 2 AND at = ''2024-01-15 10:00Z''');
UPDATE sessions SET flag = NOT flag WHERE tenant = 'acme' AND user_no = 2 AND at = '2024-01-15 10:00Z' RETURNING flag;
UPDATE sessions SET user_no = user_no + 1 WHERE tenant = 'acme' AND user_no = 3 RETURNING *;
UPDATE sessions SET flag = true WHERE tenant = 'acme' AND user_no = 9 AND at = '2024-01-15 10:00Z' AND dyn_upsert() RETURNING *;
INSERT INTO sessions (tenant, user_no, at) VALUES ('a#USER#b', 2, '2024-01-15 10:00Z');
SELECT * FROM sessions WHERE tenant = 'a#USER#b' AND user_no = 2;
INSERT INTO sessions (tenant, user_no, at) VALUES ('a#b', -2, '2024-01-15 10:00Z'), ('12', 0, 'infinity') RETURNING pk, tenant, user_no, at;
INSERT INTO sessions (tenant, user_no, at) VALUES ('acme', 2, '2024-01-15 10:00Z');
SELECT tenant, user_no, count(*) FROM sessions GROUP BY 1, 2 ORDER BY 1, 2;
SELECT user_no FROM sessions WHERE tenant = 'acme' AND at > '2024-01-15 10:00Z' ORDER BY 1;
-- a text that has the literals of no template is no row; one that has, but holds no value, is an error
SELECT count(*) FROM visits;
INSERT INTO visits VALUES ('acme', 'one', 1), ('acme', 'a#end', 2);
INSERT INTO visits VALUES ('acme', 'one', 1);
SELECT * FROM visits WHERE tenant = 'acme' AND visit > 'a' ORDER BY visit;
SELECT count(*) FROM sessions;
SELECT count(dyn_request('dynamo', 'PutItem', '{"TableName": "template_session", "Item": {"PK": {"S": "TENANT#acme#USER#007"}, "SK": {"S": "SESSION#x"}}}'));
SELECT * FROM sessions WHERE pk = 'TENANT#acme#USER#007';
SELECT count(dyn_request('dynamo', 'DeleteItem', '{"TableName": "template_session", "Key": {"PK": {"S": "TENANT#acme#USER#007"}, "SK": {"S": "SESSION#x"}}}'));
-- a value that is read out of one part of the key, and makes the other too
CREATE FOREIGN TABLE raw_session (
    pk text OPTIONS (attribute_name 'PK', key 'partition') COLLATE "C",
    sk text OPTIONS (attribute_name 'SK', key 'sort') COLLATE "C",
    doc jsonb OPTIONS (document 'true')
) SERVER dynamo OPTIONS (table_name 'template_session');
CREATE FOREIGN TABLE accounts (
    account_no integer OPTIONS (attribute_name 'PK', key 'partition', template 'ACCOUNT#{:06}'),
    sk text OPTIONS (attribute_name 'SK', key 'sort', template 'ACCOUNT#{account_no}') COLLATE "C",
    n integer
) SERVER dynamo OPTIONS (table_name 'template_session');
INSERT INTO accounts VALUES (7, DEFAULT, 1) RETURNING *;
SELECT plan('UPDATE accounts SET n = n + 1 WHERE account_no = 7');
UPDATE accounts SET n = n + 1 WHERE account_no = 7 RETURNING *;
SELECT * FROM accounts;
UPDATE accounts SET account_no = 8 WHERE account_no = 7 RETURNING *;
SELECT count(dyn_request('dynamo', 'PutItem', '{"TableName": "template_session", "Item": {"PK": {"S": "ACCOUNT#000009"}, "SK": {"S": "ACCOUNT#10"}}}'));
SELECT * FROM accounts WHERE sk = 'ACCOUNT#10';
SELECT count(dyn_request('dynamo', 'DeleteItem', '{"TableName": "template_session", "Key": {"PK": {"S": "ACCOUNT#000009"}, "SK": {"S": "ACCOUNT#10"}}}'));
DELETE FROM accounts WHERE account_no = 8;
-- what is made of the key's values is there from the beginning, however an item is made
CREATE FOREIGN TABLE bills (
    user_id text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{}') COLLATE "C",
    bill_no integer OPTIONS (attribute_name 'SK', key 'sort', template 'BILL#{:06}'),
    total numeric, note text,
    owner text OPTIONS (template 'OWNER#{user_id}#{bill_no}') COLLATE "C",
    topic text OPTIONS (template 'NOTE#{note}#{bill_no:04}') COLLATE "C"
) SERVER dynamo OPTIONS (table_name 'template_session');
INSERT INTO bills VALUES ('ann', 1, 1, 'x') RETURNING owner, topic;
SELECT plan('INSERT INTO bills VALUES (''ann'', 2, 1, ''x'') ON CONFLICT (user_id, bill_no) DO UPDATE SET total = bills.total + excluded.total');
INSERT INTO bills VALUES ('ann', 2, 1, 'x') ON CONFLICT (user_id, bill_no) DO UPDATE SET total = bills.total + excluded.total RETURNING total, owner, topic;
INSERT INTO bills VALUES ('ann', 2, 1, 'x') ON CONFLICT (user_id, bill_no) DO UPDATE SET total = bills.total + excluded.total, note = 'y' RETURNING total, owner, topic;
INSERT INTO bills VALUES ('ann', 3, 1) ON CONFLICT (user_id, bill_no) DO UPDATE SET total = bills.total * 2 RETURNING total, owner, topic;
SELECT plan('UPDATE bills SET total = 5, note = ''n'' WHERE user_id = ''eve'' AND bill_no = 1 AND dyn_upsert()');
UPDATE bills SET total = 5, note = 'n' WHERE user_id = 'eve' AND bill_no = 1 AND dyn_upsert() RETURNING total, owner, topic;
UPDATE bills SET total = coalesce(total, 1) * 2 WHERE user_id = 'eve' AND bill_no = 2 AND dyn_upsert() RETURNING total, owner, topic;
SELECT dyn_increment('bills', '{"user_id": "eve", "bill_no": 3}', 'total');
SELECT * FROM bills WHERE user_id = 'eve' ORDER BY bill_no;
TRUNCATE bills;
-- what is made of several columns, where ON CONFLICT sets one of them and is computed
CREATE FOREIGN TABLE labels (
    user_id text OPTIONS (attribute_name 'PK', key 'partition', template 'LABEL#{}') COLLATE "C",
    sk text OPTIONS (attribute_name 'SK', key 'sort', template 'LABEL') COLLATE "C",
    a text, b text, n numeric,
    label text OPTIONS (template '{a}/{b}') COLLATE "C",
    mark text OPTIONS (template '<{}>') COLLATE "C"
) SERVER dynamo OPTIONS (table_name 'template_session');
INSERT INTO labels (user_id, a, b, n, mark) VALUES ('ann', 'a1', 'b1', 1, 'm') RETURNING label, mark;
INSERT INTO labels (user_id, a, n) VALUES ('ann', 'a2', 1) ON CONFLICT (user_id, sk) DO UPDATE SET a = excluded.a, n = labels.n * 2 RETURNING a, b, n, label;
INSERT INTO labels (user_id, a) VALUES ('ann', 'a3') ON CONFLICT (user_id, sk) DO UPDATE SET label = 'a2/b1', n = labels.n * 2 RETURNING a, n, label;
INSERT INTO labels (user_id, mark) VALUES ('ann', 'q') ON CONFLICT (user_id, sk) DO UPDATE SET mark = NULL, n = labels.n * 2 RETURNING n, mark;
SELECT plan('UPDATE labels SET mark = ''r'' WHERE user_id = ''ann''');
SELECT plan('UPDATE labels SET mark = NULL WHERE user_id = ''ann''');
SELECT plan('UPDATE labels SET mark = mark || ''s'' WHERE user_id = ''ann''');
UPDATE labels SET mark = 'r' WHERE user_id = 'ann' RETURNING mark;
UPDATE labels SET mark = mark || 's' WHERE user_id = 'ann' RETURNING mark;
UPDATE labels SET mark = '' WHERE user_id = 'ann';
INSERT INTO labels (user_id, mark) VALUES ('ann', 'q'), ('bob', 'q') ON CONFLICT (user_id, sk) DO UPDATE SET mark = excluded.mark RETURNING mark;
SELECT plan('UPDATE labels SET mark = ''u'' WHERE user_id = ''upsert'' AND dyn_upsert()');
SELECT plan('INSERT INTO labels (user_id, mark) VALUES (''ann'', ''q'') ON CONFLICT (user_id, sk) DO UPDATE SET mark = excluded.mark');
UPDATE labels SET mark = 'u' WHERE user_id = 'upsert' AND dyn_upsert() RETURNING user_id, mark;
SELECT * FROM raw_session WHERE pk LIKE 'LABEL%' ORDER BY pk;
UPDATE labels SET mark = NULL WHERE user_id = 'ann' RETURNING mark;
TRUNCATE labels;
-- a column whose own attribute is padded, in the key
CREATE FOREIGN TABLE padded (
    user_id text OPTIONS (attribute_name 'userId') COLLATE "C",
    order_no integer OPTIONS (attribute_name 'orderNo', type 'S', template '{:06}'),
    total numeric,
    pk text OPTIONS (attribute_name 'PK', key 'partition', template 'PADDED#{user_id}') COLLATE "C",
    sk text OPTIONS (attribute_name 'SK', key 'sort', template 'ORDER#{order_no:06}') COLLATE "C",
    ref text OPTIONS (template 'REF#{order_no}#{user_id}') COLLATE "C"
) SERVER dynamo OPTIONS (table_name 'template_session');
INSERT INTO padded VALUES ('ann', 12, 1) RETURNING *;
INSERT INTO padded VALUES ('ann', 13, 2) ON CONFLICT (user_id, order_no) DO UPDATE SET total = padded.total + excluded.total RETURNING *;
UPDATE padded SET total = 5 WHERE user_id = 'eve' AND order_no = 1 AND dyn_upsert() RETURNING *;
UPDATE padded SET total = total + 1 WHERE user_id = 'eve' AND order_no = 1 AND dyn_upsert() RETURNING *;
UPDATE padded SET order_no = order_no + 10 WHERE user_id = 'ann' AND order_no = 12 RETURNING *;
SELECT * FROM raw_session WHERE pk LIKE 'PADDED%' ORDER BY pk, sk;
SELECT user_id, order_no FROM padded ORDER BY 1, 2;
TRUNCATE padded;
-- ---- ALTER below plans and cursors ----
PREPARE by_user(integer) AS SELECT count(*) FROM sessions WHERE tenant = 'acme' AND user_no = $1;
EXECUTE by_user(2);
BEGIN;
DECLARE c CURSOR FOR SELECT at FROM sessions WHERE tenant = 'acme' AND user_no = 2;
FETCH 1 FROM c;
ALTER FOREIGN TABLE sessions ALTER COLUMN pk OPTIONS (SET template 'TENANT#{tenant}#USER#{user_no:03}');
ROLLBACK;
ALTER FOREIGN TABLE sessions ALTER COLUMN pk OPTIONS (SET template 'TENANT#{tenant}#USER#{user_no:03}');
EXECUTE by_user(2);
SELECT plan('EXECUTE by_user(2)');
ALTER FOREIGN TABLE sessions ALTER COLUMN pk OPTIONS (SET template 'TENANT#{tenant}#USER#{user_no}');
EXECUTE by_user(2);
ALTER FOREIGN TABLE sessions ALTER COLUMN at OPTIONS (SET format 'rfc3339nano');
EXECUTE by_user(2);
ALTER FOREIGN TABLE sessions ALTER COLUMN at OPTIONS (SET format 'isoformat');
TRUNCATE sessions;
SELECT * FROM visits ORDER BY 2;
SELECT count(dyn_request('dynamo', 'DeleteTable', jsonb_build_object('TableName', 'template_session')));
-- ---- columns that are generated ----
CREATE FOREIGN TABLE note (
    author text COLLATE "C", number integer, kind text,
    initial text COLLATE "C" GENERATED ALWAYS AS (left(author, 1)) STORED,
    pk text OPTIONS (key 'partition', template 'NOTE#{author}#{number:04}') COLLATE "C",
    by_initial text OPTIONS (template 'I#{initial}') COLLATE "C"
) SERVER dynamo OPTIONS (table_name 'template_note');
SELECT dyn_create_table('note');
INSERT INTO note (author, number, kind) VALUES ('Ann', 7, NULL), ('Bob', 8, 'x') RETURNING *;
UPDATE note SET author = 'Eve' WHERE author = 'Ann' AND number = 7 RETURNING *;
INSERT INTO note (author, number, kind) VALUES ('Bob', 8, 'z') ON CONFLICT (author, number) DO UPDATE SET kind = excluded.kind RETURNING *;
ALTER FOREIGN TABLE note ADD shown text GENERATED ALWAYS AS (lower(pk)) STORED;
INSERT INTO note (author, number) VALUES ('Ann', 9);
UPDATE note SET kind = upper(kind);
SELECT count(dyn_request('dynamo', 'DeleteTable', jsonb_build_object('TableName', 'template_note')));
-- ---- a column that is read out of an index key ----
CREATE FOREIGN TABLE ticket (id text OPTIONS (key 'partition') COLLATE "C", status text OPTIONS (attribute_name 'GSI1PK', template 'STATUS#{}') COLLATE "C", n integer)
  SERVER dynamo OPTIONS (table_name 'template_ticket');
SELECT dyn_create_table('ticket');
SELECT count(dyn_request('dynamo', 'PutItem', '{"TableName": "template_ticket", "Item": {"id": {"S": "stale"}, "GSI1PK": {"S": "OLD#x"}, "n": {"N": "1"}}}'));
INSERT INTO ticket VALUES ('a', 'open', 1), ('b', NULL, 2);
SELECT * FROM ticket ORDER BY id;
SELECT id FROM ticket WHERE status = 'open' OR status IS NULL ORDER BY id;
UPDATE ticket SET status = 'done', n = n + 1 WHERE id = 'a' RETURNING *;
UPDATE ticket t SET n = t.n + 10 FROM (VALUES ('stale'), ('b')) v (id) WHERE t.id = v.id AND t.id = 'stale' RETURNING t.*;
UPDATE ticket SET n = n + 1 WHERE id = 'stale' RETURNING *;
SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "template_ticket", "Key": {"id": {"S": "stale"}}}') -> 'Item' -> 'GSI1PK' AS kept;
UPDATE ticket SET status = 'new' WHERE id = 'stale' RETURNING *;
UPDATE ticket SET status = NULL WHERE id = 'a' RETURNING *;
INSERT INTO ticket VALUES ('a', 'x', 1) ON CONFLICT (id) DO UPDATE SET status = excluded.status RETURNING *;
SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "template_ticket", "Key": {"id": {"S": "a"}}}') -> 'Item' AS stored;
SELECT dyn_drop_table('ticket');
-- ---- the guide's rate limiter, on an item that its Go program has written ----
CREATE FOREIGN TABLE rate_limit (
    user_id text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{}') COLLATE "C",
    window_start timestamptz(0) OPTIONS (attribute_name 'SK', key 'sort', template 'WINDOW#{}'),
    request_count bigint OPTIONS (attribute_name 'requestCount'),
    started timestamptz OPTIONS (attribute_name 'windowStart', format 'rfc3339nano'),
    expires timestamptz(0) OPTIONS (attribute_name 'ttl', type 'N')
) SERVER dynamo OPTIONS (table_name 'template_limit');
SELECT dyn_create_table('rate_limit');
SELECT count(dyn_request('dynamo', 'PutItem', '{"TableName": "template_limit", "Item": {"PK": {"S": "USER#1"}, "SK": {"S": "WINDOW#2024-01-15T10:00:00Z"},
  "requestCount": {"N": "3"}, "windowStart": {"S": "2024-01-15T10:00:00.123456789Z"}, "ttl": {"N": "1705320000"}}}'));
SELECT plan('UPDATE rate_limit SET request_count = dyn_increment(request_count), expires = coalesce(expires, ''2024-01-15 12:00Z'') WHERE user_id = ''1'' AND window_start = ''2024-01-15 10:00Z''
  AND dyn_upsert() AND (request_count IS NULL OR request_count < 100) RETURNING request_count');
UPDATE rate_limit SET request_count = dyn_increment(request_count), expires = coalesce(expires, '2024-01-15 12:00Z') WHERE user_id = '1' AND window_start = '2024-01-15 10:00Z'
  AND dyn_upsert() AND (request_count IS NULL OR request_count < 100) RETURNING request_count;
SELECT * FROM rate_limit;
SELECT count(dyn_request('dynamo', 'DeleteTable', jsonb_build_object('TableName', 'template_limit')));
-- mended: a field of one part of the key that is read out of the other one
CREATE FOREIGN TABLE sites (
    tenant text OPTIONS (attribute_name 'PK', key 'partition', template 'TENANT#{}') COLLATE "C",
    sk text OPTIONS (attribute_name 'SK', key 'sort', template 'TENANT#{tenant}#SITE#{site}') COLLATE "C",
    site integer OPTIONS (attribute_name 'SK')
) SERVER dynamo OPTIONS (table_name 'template_site');
SELECT dyn_create_table('sites');
INSERT INTO sites (tenant, site) VALUES ('acme', 1), ('acme', 2) RETURNING *;
SELECT plan('SELECT * FROM sites WHERE tenant = ''acme'' AND site = 2');
SELECT * FROM sites WHERE tenant = 'acme' ORDER BY site;
UPDATE sites SET tenant = 'new' WHERE tenant = 'acme' AND site = 2 RETURNING *;
SELECT count(dyn_request('dynamo', 'DeleteTable', jsonb_build_object('TableName', 'template_site')));
-- ---- fields of fields, of indexes, and at the limits of keys ----
SELECT dyn_request('dynamo', 'CreateTable', $${
  "TableName": "template_more", "BillingMode": "PAY_PER_REQUEST",
  "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
  "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}, {"AttributeName": "SK", "AttributeType": "S"},
    {"AttributeName": "GSI1PK", "AttributeType": "S"}, {"AttributeName": "GSI1SK", "AttributeType": "S"}],
  "GlobalSecondaryIndexes": [
    {"IndexName": "GSI1", "KeySchema": [{"AttributeName": "GSI1PK", "KeyType": "HASH"}, {"AttributeName": "GSI1SK", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "ALL"}}]
}$$) IS NOT NULL AS made;
-- a column that is read out of one attribute is a field of others; an upsert makes them, as INSERT does
CREATE FOREIGN TABLE task (
    owner text OPTIONS (attribute_name 'PK', key 'partition', template 'A#{}') COLLATE "C",
    no integer OPTIONS (attribute_name 'SK') NOT NULL,
    state text COLLATE "C", rank integer, hits integer, doubled integer GENERATED ALWAYS AS (rank * 2) STORED,
    sk text OPTIONS (attribute_name 'SK', key 'sort', template '{owner}#{no:04}') COLLATE "C",
    gsi1pk text OPTIONS (attribute_name 'GSI1PK', template 'NO#{no}') COLLATE "C",
    gsi1sk text OPTIONS (attribute_name 'GSI1SK', template 'OWNER#{owner}') COLLATE "C",
    by_state text OPTIONS (template '{state}#{rank:03}') COLLATE "C",
    by_double text OPTIONS (template '{state}#{doubled}') COLLATE "C"
) SERVER dynamo OPTIONS (table_name 'template_more', consistent_read 'false');
INSERT INTO task (owner, no, state, rank) VALUES ('ann', 1, 'open', 5) RETURNING *;
UPDATE task SET no = 2 WHERE owner = 'ann' AND no = 1 RETURNING sk, gsi1pk;
UPDATE task t SET no = 3 FROM (VALUES (2)) v (n) WHERE owner = 'ann' AND no = n RETURNING sk, gsi1pk;
UPDATE task SET rank = 6 WHERE owner = 'ann' AND no = 3 RETURNING by_state, by_double;
INSERT INTO task (owner, no, rank) VALUES ('ann', 3, 7) ON CONFLICT (owner, no) DO UPDATE SET rank = excluded.rank RETURNING state, rank, by_state, by_double;
ALTER FOREIGN TABLE task DROP COLUMN doubled CASCADE, DROP COLUMN by_double, DROP COLUMN by_state;
SELECT plan('UPDATE task SET hits = 1 WHERE owner = ''bob'' AND no = 3 AND dyn_upsert()');
UPDATE task SET hits = 1 WHERE owner = 'bob' AND no = 3 AND dyn_upsert() RETURNING owner, no, gsi1pk, gsi1sk;
ALTER FOREIGN TABLE task ADD COLUMN by_rank text OPTIONS (template '{rank}#{state}') COLLATE "C";
INSERT INTO task (owner, no, rank) VALUES ('ann', 3, 8) ON CONFLICT (owner, no) DO UPDATE SET rank = excluded.rank RETURNING state, rank, by_rank;
INSERT INTO task (owner, no, hits) VALUES ('eve', 3, 1) ON CONFLICT (owner, no) DO UPDATE SET hits = excluded.hits;
SELECT plan('SELECT owner FROM task WHERE no = 3');
SELECT owner FROM task WHERE no = 3 ORDER BY owner;
-- a text that begins as a value and what follows it need not have that value
CREATE FOREIGN TABLE path (
    pk text OPTIONS (attribute_name 'PK', key 'partition') COLLATE "C",
    sk text OPTIONS (attribute_name 'SK', key 'sort', template 'T#{a}#U#{b}') COLLATE "C",
    a text OPTIONS (attribute_name 'SK') COLLATE "C", b text OPTIONS (attribute_name 'SK') COLLATE "C", n integer,
    kind text OPTIONS (template E'a\tpath')
) SERVER dynamo OPTIONS (table_name 'template_more');
INSERT INTO path (pk, a, b) VALUES ('p', 'x', 'U#y'), ('p', 'x', 'z'), ('p', 'x#y', 'z');
SELECT a, count(p.a) FROM unnest(ARRAY['x', 'x#U', 'x#y']) a LEFT JOIN path p USING (a) GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM path WHERE pk = 'p' AND a = 'x#U';
UPDATE path SET n = 1 WHERE pk = 'p' AND a = 'x#U';
SELECT b, n, kind = E'a\tpath' AS is_path FROM path WHERE pk = 'p' AND a = 'x' ORDER BY b;
SELECT plan('SELECT count(*) FROM path WHERE pk = ''p'' AND a = ''x''');
SELECT plan('SELECT count(*) FROM path WHERE pk = ''p'' AND a = ''x#U''');
-- ranges of what begins a text, of what is as wide as it is told to be, of what is longer than a key
CREATE FOREIGN TABLE event (
    name text COLLATE "C", at timestamptz(0), no integer, done boolean, text text COLLATE "C",
    pk text OPTIONS (attribute_name 'PK', key 'partition', template 'E#{name}') COLLATE "C",
    sk text OPTIONS (attribute_name 'SK', key 'sort', template '{no:04}#{done}') COLLATE "C",
    gsi1pk text OPTIONS (attribute_name 'GSI1PK', template 'TEXT#{text}') COLLATE "C",
    gsi1sk text OPTIONS (attribute_name 'GSI1SK', template '{at}{no}') COLLATE "C",
    kind text OPTIONS (attribute_name 'kind', template 'event')
) SERVER dynamo OPTIONS (table_name 'template_more', consistent_read 'false');
INSERT INTO event SELECT 'e', '2024-01-01'::timestamptz + n * interval '1 day', n, n = 2, 'x' FROM generate_series(1, 3) n;
SELECT array_agg(no) FROM event WHERE name = 'e' AND no > -1;
SELECT plan('SELECT no FROM event WHERE name = ''e'' AND no > -1');
SELECT array_agg(no) FROM event WHERE name = 'e' AND no < 3;
SELECT plan('SELECT no FROM event WHERE text = ''x'' AND at > ''-infinity''');
SELECT array_agg(no) FROM event WHERE text = 'x' AND at > '-infinity';
SELECT array_agg(no) FROM event WHERE text = 'x' AND at < 'infinity';
SELECT plan('SELECT * FROM event WHERE name = ''e'' AND no = 2 AND done');
SELECT plan('SELECT * FROM event WHERE name = ''e'' AND (no = 2 AND done OR no = 3 AND NOT done)');
SELECT plan('UPDATE event SET text = ''y'' WHERE name = ''e'' AND no = 4 AND done IS FALSE AND dyn_upsert()');
SELECT btrim(l) FROM explain_analyze('UPDATE event SET text = ''y'' WHERE name = ''e'' AND no = 4 AND done IS FALSE AND dyn_upsert()') l WHERE l ~ 'Requests';
UPDATE event SET text = 'y' WHERE name = 'e' AND no = 4 AND done IS FALSE AND dyn_upsert() RETURNING sk;
INSERT INTO event (name, no, done) VALUES (repeat('n', 1500), 1, true);
SELECT length(name) FROM event WHERE name = repeat('n', 1500) AND no = 1;
UPDATE event SET text = 'y' WHERE name = repeat('n', 1500) AND no = 1 AND done AND dyn_upsert() RETURNING length(name), text;
UPDATE event SET text = 'y' WHERE name = repeat('n', 2500) AND no = 1 AND done AND dyn_upsert();
SELECT count(*) FROM event WHERE name = repeat('n', 2500) AND no = 1;
-- two rows that would have one key
CREATE FOREIGN TABLE account (
    name text COLLATE "C", state text COLLATE "C" NOT NULL, n integer, made timestamptz(0) OPTIONS (created_at 'true'),
    pk text OPTIONS (attribute_name 'PK', key 'partition', template 'ACCOUNT#{name:lower}') COLLATE "C",
    sk text OPTIONS (attribute_name 'SK', key 'sort', template 'A') COLLATE "C",
    both_of text OPTIONS (template '{state}#{name}') COLLATE "C", first text OPTIONS (template '{made}') COLLATE "C"
) SERVER dynamo OPTIONS (table_name 'template_more');
INSERT INTO account (name, state) VALUES ('Bob', 'new');
UPDATE account SET n = 1 WHERE name = 'bob' AND dyn_upsert();
SELECT dyn_increment('account', '{"name": "bob"}', 'n');
INSERT INTO account (name, state) VALUES ('bob', 'old') ON CONFLICT (name) DO UPDATE SET state = excluded.state RETURNING name, both_of;
UPDATE account SET state = 'up' WHERE name = 'Eve' AND dyn_upsert() RETURNING name, both_of, first = to_char(made, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS has_stamp;
-- columns that are read out of one text beside the key, one of which the key is made of
CREATE FOREIGN TABLE place (
    tenant text OPTIONS (attribute_name 'ctx') COLLATE "C" NOT NULL, zone text OPTIONS (attribute_name 'ctx') COLLATE "C",
    no integer NOT NULL, note text COLLATE "C", street text OPTIONS (attribute_name 'at') COLLATE "C", city text OPTIONS (attribute_name 'at') COLLATE "C",
    pk text OPTIONS (attribute_name 'PK', key 'partition', template 'PLACE#{tenant:lower}') COLLATE "C",
    sk text OPTIONS (attribute_name 'SK', key 'sort', template '{no:04}') COLLATE "C",
    ctx text OPTIONS (template '{tenant}|{zone}') COLLATE "C", at text OPTIONS (template '{street}, {city}') COLLATE "C"
) SERVER dynamo OPTIONS (table_name 'template_more');
INSERT INTO place (tenant, zone, no, street, city) VALUES ('a', 'z', 1, 's', 'c'), ('a', 'z', 2, NULL, NULL);
INSERT INTO place (tenant, no) VALUES ('a', 3);
INSERT INTO place (tenant, zone, no, city) VALUES ('a', 'z', 2, 'c') ON CONFLICT (pk, sk) DO UPDATE SET city = excluded.city;
UPDATE place SET zone = NULL WHERE tenant = 'a' AND no = 1;
UPDATE place SET city = 'd' WHERE tenant = 'a' AND no = 2;
UPDATE place SET street = 't', city = NULL WHERE tenant = 'a' AND no = 1;
UPDATE place SET street = 't', city = NULL WHERE tenant = 'a' AND no = 99;
UPDATE place SET city = NULL FROM (VALUES (1)) v(n) WHERE no = n;
UPDATE place SET street = 't', city = 'd' WHERE tenant = 'a' AND no = 2 RETURNING at;
UPDATE place SET street = NULL, city = NULL WHERE tenant = 'a' AND no = 1 RETURNING at;
UPDATE place SET note = 'n' WHERE tenant = 'a' AND no = 3 AND dyn_upsert();
UPDATE place SET note = 'n' WHERE tenant = 'a' AND zone = 'y' AND no = 3 AND dyn_upsert() RETURNING ctx;
UPDATE place SET note = 'n' WHERE tenant = 'A' AND zone = 'y' AND no = 3 AND dyn_upsert();
UPDATE place SET note = 'n', no = 5 WHERE tenant = 'a' AND zone = 'y' AND no = 4 AND dyn_upsert();
UPDATE place SET note = 'm', no = 5 WHERE tenant = 'a' AND zone = 'y' AND no = 3 AND dyn_upsert() RETURNING no, sk;
SELECT * FROM place ORDER BY no;
SELECT count(dyn_request('dynamo', 'DeleteTable', jsonb_build_object('TableName', 'template_more')));
-- a constant that is a number in the key
CREATE FOREIGN TABLE tally (name text OPTIONS (key 'partition') COLLATE "C", part integer OPTIONS (key 'sort', template '7'), n integer) SERVER dynamo OPTIONS (table_name 'template_tally');
SELECT dyn_create_table('tally');
INSERT INTO tally (name, n) VALUES ('a', 1) RETURNING *;
UPDATE tally SET n = n + 1 WHERE name = 'a' RETURNING *;
SELECT * FROM tally WHERE name IN ('a', 'b');
SELECT count(dyn_request('dynamo', 'DeleteTable', jsonb_build_object('TableName', 'template_tally')));
-- keys that are given, literals that do not come first: what is no row stays
SELECT dyn_request('dynamo', 'CreateTable', $${
  "TableName": "template_kinds", "BillingMode": "PAY_PER_REQUEST",
  "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
  "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}, {"AttributeName": "SK", "AttributeType": "S"}]
}$$) IS NOT NULL AS made;
CREATE FOREIGN TABLE kinds (pk text OPTIONS (attribute_name 'PK', key 'partition') COLLATE "C", sk text OPTIONS (attribute_name 'SK', key 'sort') COLLATE "C", doc jsonb OPTIONS (document 'true')) SERVER dynamo OPTIONS (table_name 'template_kinds');
CREATE FOREIGN TABLE member (
    name text COLLATE "C", n integer,
    pk text OPTIONS (attribute_name 'PK', key 'partition', template 'USER#{name}') COLLATE "C",
    sk text OPTIONS (attribute_name 'SK', key 'sort', template 'PROFILE') COLLATE "C"
) SERVER dynamo OPTIONS (table_name 'template_kinds');
CREATE FOREIGN TABLE team (
    name text COLLATE "C", n integer,
    pk text OPTIONS (attribute_name 'PK', key 'partition', template '{name}#TEAM') COLLATE "C",
    sk text OPTIONS (attribute_name 'SK', key 'sort', template 'T') COLLATE "C"
) SERVER dynamo OPTIONS (table_name 'template_kinds');
CREATE FOREIGN TABLE tag (
    name text OPTIONS (attribute_name 'PK', key 'partition', template '{}#TAG') COLLATE "C",
    tag text OPTIONS (attribute_name 'SK', key 'sort') COLLATE "C", n integer
) SERVER dynamo OPTIONS (table_name 'template_kinds');
CREATE FOREIGN TABLE line (
    list text OPTIONS (attribute_name 'PK', key 'partition', template 'LIST#{}') COLLATE "C",
    no integer OPTIONS (attribute_name 'SK', key 'sort', template '{:03}'),
    rank integer OPTIONS (attribute_name 'L', template '{:04}'), kind text OPTIONS (template 'line')
) SERVER dynamo OPTIONS (table_name 'template_kinds');
INSERT INTO member VALUES ('ann', 1);
INSERT INTO team VALUES ('red', 1);
INSERT INTO tag VALUES ('red', 'y', 1);
INSERT INTO line (list, no, rank) SELECT 'l', n, n FROM generate_series(1, 300) n;
INSERT INTO kinds VALUES ('SHOP#1', 'PROFILE', '{"n": 1}'), ('USER#ann', 'ORDER#1', '{"n": 1}'), ('blue', 'T', '{"n": 1}'), ('blue#TEAM#2', 'T', '{"n": 1}'), ('LIST#l', 'x', '{"L": "0007", "kind": "other"}');
CREATE TABLE others AS SELECT * FROM kinds WHERE pk IN ('SHOP#1', 'blue', 'blue#TEAM#2') OR sk IN ('ORDER#1', 'x');
DELETE FROM member WHERE pk = 'SHOP#1' AND sk = 'PROFILE';
DELETE FROM member WHERE name = 'ann' AND sk = 'ORDER#1';
UPDATE member SET n = 2 WHERE pk IN ('SHOP#1', 'USER#ann') RETURNING pk, n;
PREPARE drop_member(text, text) AS DELETE FROM member WHERE pk = $1 AND sk = $2 RETURNING pk;
SET plan_cache_mode = force_generic_plan;
EXECUTE drop_member('SHOP#1', 'PROFILE');
EXECUTE drop_member('USER#ann', 'ORDER#1');
RESET plan_cache_mode;
UPDATE member SET n = 2 WHERE pk = 'SHOP#1' AND dyn_upsert();
SELECT * FROM team;
SELECT * FROM tag;
SELECT (SELECT count(*) FROM member) AS members, (SELECT count(*) FROM team) AS teams, (SELECT count(*) FROM tag) AS tags, (SELECT count(*) FROM line) AS lines;
DELETE FROM team WHERE pk = 'blue' RETURNING *;
UPDATE team SET n = n + 1 WHERE pk <> '' RETURNING name, n;
TRUNCATE member, team, tag, line;
SELECT o.pk, o.sk, o.doc = k.doc AS is_same FROM others o LEFT JOIN kinds k USING (pk, sk) ORDER BY 1, 2;
SELECT count(dyn_request('dynamo', 'DeleteTable', jsonb_build_object('TableName', 'template_kinds')));
-- ---- what cannot be declared ----
CREATE FUNCTION refusal(columns text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  detail text;
  hint text;
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE refused (%s) SERVER dynamo', columns);
  PERFORM * FROM refused;
  RETURN 'none';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(E'\n  ', columns, SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;
SELECT refusal(replace(c, 'KEY', 'OPTIONS (key ''partition'', template ')) FROM unnest(ARRAY[
  'a text, pk text KEY ''A#{b}'')', 'a text, pk text KEY ''A#{a'')', 'a text, pk text KEY ''A}{a}'')', 'a text, pk text KEY ''A#{a:6}'')',
  'a text, pk text KEY ''A#{a:20}'')', 'a text, pk text KEY ''A#{a:title}'')', 'a text, pk text KEY ''A#{a:06}'')', 'a text, b text, pk text KEY ''{a}{b}'')',
  'a real, pk text KEY ''A#{a}'')', 'a bytea, pk text KEY ''A#{a}'')', 'a text[], pk text KEY ''A#{a}'')', 'a jsonb, pk text KEY ''A#{a}'')',
  'a json OPTIONS (type ''S''), pk text KEY ''A#{a}'')', 'a text, pk integer KEY ''A#{a}'')', 'pk text KEY ''A#{:lower}'')', 'a text, b text OPTIONS (template ''B#{a}''), pk text KEY ''A#{b}'')',
  'a text OPTIONS (attribute_name ''pk''), pk text KEY ''A#{a:lower}'')', 'a text OPTIONS (attribute_name ''pk''), b text, pk text KEY ''A#{b}'')',
  'a numeric(6,2), pk text KEY ''A#{a:06}'')', 'a text, b text, c text, pk text KEY ''{a}#{b}#{c}#{a}#{b}#{c}#{a}#{b}#{c}'')', 'a jsonb OPTIONS (template ''1''), pk text KEY ''A#{a}'')', 'a integer OPTIONS (template ''x''), pk text OPTIONS (key ''partition'')']) c;
DROP SCHEMA template CASCADE;
