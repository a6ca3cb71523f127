--
-- IMPORT FOREIGN SCHEMA with option entities: tables that other programs
-- write, one foreign table for each kind of items.
-- Needs: transactions
--
\pset format unaligned
SET timezone = 'UTC';
CREATE SCHEMA entities;
SET search_path = entities, public;
-- Makes a table with one index, keys named as given, and puts the items.
CREATE FUNCTION put_all(table_name text, keys text[], items jsonb[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  i integer;
BEGIN
  PERFORM dyn_request('dynamo', 'CreateTable', jsonb_build_object(
    'TableName', table_name, 'BillingMode', 'PAY_PER_REQUEST',
    'AttributeDefinitions', (SELECT jsonb_agg(jsonb_build_object('AttributeName', k, 'AttributeType', 'S')) FROM unnest(keys) k),
    'KeySchema', (SELECT jsonb_agg(jsonb_build_object('AttributeName', k, 'KeyType', CASE n WHEN 1 THEN 'HASH' ELSE 'RANGE' END) ORDER BY n)
                    FROM unnest(keys[1:2]) WITH ORDINALITY u(k, n)))
    || CASE WHEN cardinality(keys) < 3 THEN '{}' ELSE jsonb_build_object(
    'GlobalSecondaryIndexes', jsonb_build_array(jsonb_build_object('IndexName', 'GSI1', 'Projection', '{"ProjectionType": "ALL"}'::jsonb,
    'KeySchema', (SELECT jsonb_agg(jsonb_build_object('AttributeName', k, 'KeyType', CASE n WHEN 1 THEN 'HASH' ELSE 'RANGE' END) ORDER BY n)
                    FROM unnest(keys[3:4]) WITH ORDINALITY u(k, n))))) END);
  WHILE dyn_request('dynamo', 'DescribeTable', jsonb_build_object('TableName', table_name)) #>> '{Table,TableStatus}' <> 'ACTIVE' LOOP
  END LOOP;
  FOR i IN 0..(cardinality(items) - 1) / 25 LOOP
    PERFORM dyn_request('dynamo', 'BatchWriteItem', jsonb_build_object('RequestItems', jsonb_build_object(table_name,
      (SELECT jsonb_agg(jsonb_build_object('PutRequest', jsonb_build_object('Item', jsonb_strip_nulls(item))))
         FROM unnest(items[i * 25 + 1:i * 25 + 25]) item))));
  END LOOP;
  RETURN cardinality(items);
END $$;
CREATE FUNCTION s(v anyelement) RETURNS jsonb LANGUAGE sql AS $$ SELECT CASE WHEN v IS NOT NULL THEN jsonb_build_object('S', v::text) END $$;
CREATE FUNCTION n(v anyelement) RETURNS jsonb LANGUAGE sql AS $$ SELECT CASE WHEN v IS NOT NULL THEN jsonb_build_object('N', v::text) END $$;
-- The columns of each foreign table, with their options.
CREATE FUNCTION columns_of(into_schema text) RETURNS SETOF text LANGUAGE sql AS $$
SELECT quote_ident(c.relname) || '.' || quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
         || CASE WHEN a.attcollation = '"C"'::regcollation THEN ' C' ELSE '' END
         || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
         || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
         || coalesce(' ' || a.attfdwoptions::text, '')
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE c.relnamespace = into_schema::regnamespace AND c.relkind = 'f' AND a.attnum > 0 AND a.attname <> 'document'
 ORDER BY c.relname COLLATE "C", a.attnum
$$;
-- The text of a key attribute, whatever columns are made of it.
CREATE FUNCTION key_text(foreign_table regclass, part text) RETURNS text LANGUAGE sql AS $$
SELECT CASE WHEN template LIKE '%{}%' THEN format('replace(%L, ''{}'', %I::text)', template, attname) ELSE format('%I::text', attname) END
  FROM (SELECT attname, (SELECT substr(o, 10) FROM unnest(attfdwoptions) o WHERE o LIKE 'template=%') AS template
          FROM pg_attribute WHERE attrelid = foreign_table AND 'key=' || part = ANY (attfdwoptions)) c
$$;
-- Rows of each foreign table, by count(*) and by reading them whole.
CREATE FUNCTION counts_of(into_schema text) RETURNS TABLE ("table" text, counted bigint, "read" bigint) LANGUAGE plpgsql AS $$
DECLARE
  r record;
BEGIN
  FOR r IN SELECT oid::regclass AS name, relname FROM pg_class WHERE relnamespace = into_schema::regnamespace AND relkind = 'f' ORDER BY relname COLLATE "C" LOOP
    "table" := r.relname;
    EXECUTE format('SELECT count(*) FROM %s', r.name) INTO counted;
    EXECUTE format('SELECT count(t) FROM (SELECT * FROM %s OFFSET 0) t', r.name) INTO "read";
    RETURN NEXT;
  END LOOP;
END $$;
-- The share of a table's items that are rows of exactly one foreign table.
CREATE FUNCTION in_one(into_schema text, table_name text) RETURNS TABLE (items bigint, in_one bigint, enough boolean) LANGUAGE plpgsql AS $$
DECLARE
  keys text;
  sort boolean := EXISTS (SELECT FROM pg_attribute WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = into_schema::regnamespace)
                             AND 'key=sort' = ANY (attfdwoptions));
BEGIN
  SELECT string_agg(format('SELECT %s AS p, %s AS s FROM %s', key_text(oid, 'partition'), coalesce(key_text(oid, 'sort'), ''''''), oid::regclass), ' UNION ALL ')
    INTO keys FROM pg_class WHERE relnamespace = into_schema::regnamespace AND relkind = 'f';
  EXECUTE format($q$
    WITH item AS (SELECT i FROM jsonb_array_elements(dyn_request('dynamo', 'Scan', '{"TableName": "%s"}') -> 'Items') i),
         found AS (SELECT p, s, count(*) FROM (%s) k GROUP BY p, s)
    SELECT (SELECT count(*) FROM item), count(*) FROM found WHERE count = 1 $q$, table_name, keys) INTO items, in_one;
  enough := in_one >= 0.95 * items;
  RETURN NEXT;
END $$;
CREATE FUNCTION plan(statement text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT statement UNION ALL
  SELECT '    ' || btrim(l) FROM explain(statement) l
    WHERE l ~ '^ *(DynamoDB Operation|Key|KeyCondition|FilterExpr|ConditionExpr|UpdateExpr|ScanIndex|Select|Index|Page|Computed|Key Change)' OR l ~ 'Sort|Join|Loop' $$;
-- ---- ElectroDB: service shop ----
CREATE TEMP TABLE customer AS SELECT * FROM (VALUES (1, 'ann'), (2, 'Bo#2'), (3, 'cy'), (4, 'dee')) v (n, id);
CREATE TEMP TABLE purchase AS
  SELECT i AS n, c.id, 9 + i AS order_id, (ARRAY['open', 'Paid', 'shipped'])[1 + i % 3] AS status, '2024-01-' || 10 + i || 'T10:00:00.000Z' AS at, i * 1.5 AS total
    FROM generate_series(1, 10) i JOIN customer c ON c.n = 1 + i % 4;
SELECT put_all('entity_electro', '{pk,sk,gsi1pk,gsi1sk}', array_agg(i)) FROM (
  SELECT jsonb_build_object('pk', s('$shop#userid_' || lower(id)), 'sk', s('$user_1'::text), '__edb_e__', s('user'::text), '__edb_v__', s('1'::text),
    'userId', s(id), 'email', s(id || '@X.org'), 'gsi1pk', s('$shop#email_' || lower(id || '@X.org')), 'gsi1sk', s('$user_1'::text), 'plan', s('free'::text), 'createdAt', n(1705320000000 + n)) FROM customer
  UNION ALL SELECT jsonb_build_object('pk', s('$shop#userid_' || lower(id)), 'sk', s('$order_1#orderid_' || to_char(order_id, 'FM000000')), '__edb_e__', s('order'::text), '__edb_v__', s('1'::text),
    'userId', s(id), 'orderId', n(order_id), 'status', s(status), 'placedAt', s(at), 'total', n(total),
    'gsi1pk', s('$shop#status_' || lower(status)), 'gsi1sk', s('$order_1#placedat_' || lower(at) || '#userid_' || lower(id))) FROM purchase) i (i);
CREATE SCHEMA electro;
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (entity_electro) FROM SERVER dynamo INTO electro OPTIONS (entities '__edb_e__', column_case 'snake_case');
SELECT columns_of('electro');
SELECT * FROM counts_of('electro');
SELECT * FROM in_one('electro', 'entity_electro');
SELECT plan('SELECT status, total FROM electro."order" WHERE user_id = ''Bo#2'' AND order_id = 10');
SELECT user_id, status, total FROM electro."order" WHERE user_id = 'Bo#2' AND order_id = 10;
ALTER FOREIGN TABLE electro."order" OPTIONS (ADD consistent_read 'false');
SELECT plan('SELECT order_id FROM electro."order" WHERE status = ''Paid'' AND placed_at IS NOT NULL');
UPDATE electro."order" SET status = 'open' WHERE user_id = 'Bo#2' AND order_id = 10 RETURNING pk, sk, gsi1pk, gsi1sk;
INSERT INTO electro."user" (user_id, email, plan) VALUES ('Eve', 'Eve@x', 'free') RETURNING pk, sk, gsi1pk, gsi1sk, edb_e, edb_v;
-- ---- dynamodb-toolbox: computed keys, and an entity whose values are only in the key ----
SELECT put_all('entity_toolbox', '{PK,SK,GSI1PK,GSI1SK}', array_agg(i)) FROM (
  SELECT jsonb_build_object('PK', s('USER#' || id), 'SK', s('PROFILE'::text), '_et', s('User'::text), '_ct', s('2024-01-01T00:00:00.000Z'::text), '_md', s('2024-01-01T00:00:00.000Z'::text),
    'userId', s(id), 'name', s(initcap(id))) FROM customer
  UNION ALL SELECT jsonb_build_object('PK', s('USER#' || id), 'SK', s('ORDER#' || to_char(order_id, 'FM000000')), '_et', s('Order'::text), '_ct', s(at), '_md', s(at),
    'userId', s(id), 'orderId', n(order_id), 'status', s(status), 'placedAt', s(at), 'total', n(total),
    'GSI1PK', s('STATUS#' || status), 'GSI1SK', s(at)) FROM purchase
  UNION ALL SELECT jsonb_build_object('PK', s('USER#' || id), 'SK', s('INVOICE#i' || n), '_et', s('Invoice'::text), 'oid', n(order_id), 'paid', '{"BOOL": true}'::jsonb) FROM purchase
  UNION ALL SELECT jsonb_build_object('PK', s('USER#stray'::text), 'SK', s('?'::text))) i (i);
CREATE SCHEMA toolbox;
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (entity_toolbox) FROM SERVER dynamo INTO toolbox OPTIONS (entities '_et', number_type 'bigint', table_case 'snake_case');
SELECT columns_of('toolbox');
SELECT * FROM counts_of('toolbox');
SELECT * FROM in_one('toolbox', 'entity_toolbox');
SELECT plan('SELECT * FROM toolbox."order" WHERE "userId" = ''cy'' AND "orderId" = 11');
SELECT "userId", "orderId", status FROM toolbox."order" WHERE "userId" = 'cy' AND "orderId" = 11;
SELECT plan('SELECT * FROM toolbox.invoice WHERE "user" = ''cy'' AND invoice = ''i2''');
SELECT "user", invoice, oid, paid FROM toolbox.invoice WHERE "user" = 'cy' AND invoice = 'i2';
ALTER FOREIGN TABLE toolbox."order" OPTIONS (ADD consistent_read 'false');
SELECT plan('SELECT "orderId" FROM toolbox."order" WHERE status = ''open'' AND "placedAt" > ''2024-01-14''');
-- ---- OneTable: a discriminator in _type, a sparse index, items that guard what is unique ----
SELECT put_all('entity_onetable', '{PK,SK,GS1PK,GS1SK}', array_agg(i)) FROM (
  SELECT jsonb_build_object('PK', s('ACCOUNT#' || n), 'SK', s('ACCOUNT#'::text), '_type', s('Account'::text), 'id', s(n), 'name', s(initcap(id))) FROM customer
  UNION ALL SELECT jsonb_build_object('PK', s('ACCOUNT#' || 1 + n % 2), 'SK', s('USER#' || id || '-' || n), '_type', s('User'::text), 'id', s(id || '-' || n), 'accountId', s(1 + n % 2), 'email', s(id || n || '@x.org'),
    'active', jsonb_build_object('BOOL', n % 2 = 0), 'GS1PK', s(CASE WHEN n % 3 > 0 THEN 'USER#' || id || n || '@x.org' END), 'GS1SK', s(CASE WHEN n % 3 > 0 THEN 'USER#' END)) FROM purchase
  UNION ALL SELECT jsonb_build_object('PK', s('EVENT#' || n % 3), 'SK', s(n || ':' || (n % 2 = 0)::text || '/' || id), '_type', s('Event'::text), 'source', s(n % 3), 'number', n(n), 'done', jsonb_build_object('BOOL', n % 2 = 0), 'who', s(id)) FROM purchase
  UNION ALL SELECT jsonb_build_object('PK', s('_unique#User#email#ann@x.org'::text), 'SK', s('_unique#'::text), '_type', s('_Unique'::text))) i (i);
CREATE SCHEMA onetable;
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (entity_onetable) FROM SERVER dynamo INTO onetable OPTIONS (entities 'auto');
SELECT columns_of('onetable');
SELECT * FROM counts_of('onetable');
SELECT * FROM in_one('onetable', 'entity_onetable');
SELECT plan('SELECT * FROM onetable."User" WHERE "accountId" = ''1'' AND id = ''cy-2''');
SELECT "accountId", id, active FROM onetable."User" WHERE "accountId" = '1' AND id = 'cy-2';
-- ---- TypeDORM: a discriminator that its guards of unique attributes lack ----
SELECT put_all('entity_typedorm', '{PK,SK,GSI1PK,GSI1SK}', array_agg(i)) FROM (
  SELECT jsonb_build_object('PK', s('USER#ID#' || id), 'SK', s('USER#ID#' || id), '__en', s('user'::text), 'id', s(id), 'name', s(initcap(id)), 'status', s(CASE n WHEN 1 THEN 'inactive' ELSE 'active' END),
    'GSI1PK', s('USER#STATUS#' || CASE n WHEN 1 THEN 'inactive' ELSE 'active' END), 'GSI1SK', s('USER#' || initcap(id))) FROM customer
  UNION ALL SELECT jsonb_build_object('PK', s('PHOTO#CATEGORY#' || status), 'SK', s('PHOTO#ID#' || order_id), '__en', s('photo'::text), 'id', n(order_id), 'category', s(status)) FROM purchase
  UNION ALL SELECT jsonb_build_object('PK', s('DRM_GEN_USER.EMAIL#' || id), 'SK', s('DRM_GEN_USER.EMAIL#' || id)) FROM customer WHERE n = 1
  UNION ALL SELECT jsonb_build_object('PK', s('USER#ID#u' || n), 'SK', s('USER#ID#u' || n), '__en', s('user'::text), 'id', s('u' || n), 'status', s('active'::text),
    'GSI1PK', s('USER#STATUS#active'::text), 'GSI1SK', s('USER#U' || n), 'name', s('U' || n)) FROM purchase) i (i);
CREATE SCHEMA typedorm;
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (entity_typedorm) FROM SERVER dynamo INTO typedorm OPTIONS (entities 'auto', number_type 'bigint');
SELECT columns_of('typedorm');
SELECT * FROM counts_of('typedorm');
SELECT * FROM in_one('typedorm', 'entity_typedorm');
SELECT plan('UPDATE typedorm."user" SET status = ''inactive'' WHERE id = ''ann''');
SELECT plan('SELECT * FROM typedorm.photo WHERE category = ''open'' AND id = 12');
UPDATE typedorm."user" SET status = 'gone' WHERE id = 'ann' RETURNING "PK", "GSI1PK";
-- ---- a Go program: no discriminator, the key tells ----
SELECT put_all('entity_go', '{PK,SK}', array_agg(i)) FROM (
  SELECT jsonb_build_object('PK', s('USER#' || n), 'SK', s('WINDOW#2024-01-' || 10 + h || 'T10:00:00Z'), 'requestCount', n(n * h), 'ttl', n(1705320000 + h)) FROM customer, generate_series(1, 4) h
  UNION ALL SELECT jsonb_build_object('PK', s('USER#' || n), 'SK', s('PROFILE'::text), 'name', s(id)) FROM customer) i (i);
CREATE SCHEMA go;
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (entity_go) FROM SERVER dynamo INTO go OPTIONS (entities 'auto', table_case 'snake_case', column_case 'snake_case');
SELECT columns_of('go');
SELECT * FROM counts_of('go');
SELECT * FROM in_one('go', 'entity_go');
SELECT plan('SELECT request_count FROM go."window" WHERE "user" = ''2'' AND "window" > ''2024-01-12''');
SELECT request_count FROM go."window" WHERE "user" = '2' AND "window" > '2024-01-12' ORDER BY "window";
SELECT plan('SELECT name FROM go.profile WHERE "user" = ''2''');
-- ---- a Python program: several values in one key that no attribute has ----
SELECT put_all('entity_python', '{PK,SK}', array_agg(i)) FROM (
  SELECT jsonb_build_object('PK', s('TENANT#' || tenant || '#USER#' || n), 'SK', s('SESSION#2024-01-15T10:0' || h || ':00+00:00'), 'type', s('session'::text), 'flag', s('Y'::text)) FROM customer, unnest('{acme,b#2}'::text[]) tenant, generate_series(1, 3) h
  UNION ALL SELECT jsonb_build_object('PK', s('TENANT#acme'::text), 'SK', s('INFO'::text), 'type', s('tenant'::text), 'plan', s('free'::text))) i (i);
CREATE SCHEMA python;
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (entity_python) FROM SERVER dynamo INTO python OPTIONS (entities 'auto');
SELECT columns_of('python');
SELECT * FROM counts_of('python');
SELECT * FROM in_one('python', 'entity_python');
SELECT plan('SELECT * FROM python.session WHERE tenant = ''acme'' AND "user" = ''2'' AND session LIKE ''2024-01-15%''');
SELECT tenant, "user", session FROM python.session WHERE tenant = 'b#2' AND "user" = '2' AND session LIKE '2024-01-15%' ORDER BY session;
INSERT INTO python.session (tenant, "user", session) VALUES ('new', '1', 'x') RETURNING "PK";
-- ---- no kinds at all ----
SELECT put_all('entity_plain', '{id}', array_agg(i)) FROM (
  SELECT jsonb_build_object('id', s(id), 'status', s(CASE n WHEN 1 THEN 'inactive' ELSE 'active' END), 'n', n(n)) FROM customer) i (i);
CREATE SCHEMA plain;
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (entity_plain) FROM SERVER dynamo INTO plain OPTIONS (entities 'auto');
SELECT columns_of('plain');
SELECT * FROM counts_of('plain');
SELECT * FROM in_one('plain', 'entity_plain');
SELECT plan('SELECT * FROM plain.entity_plain WHERE id = ''ann''');
SELECT id, status, n FROM plain.entity_plain WHERE id = 'ann';
-- words before a # that are values, a sort key that is a time
SELECT put_all('entity_values', '{id,at}', array_agg(i)) FROM (
  SELECT jsonb_build_object('id', s(id || '#' || n), 'at', s('2024-01-15T10:00:0' || n || 'Z')) FROM customer) i (i);
DROP SCHEMA plain CASCADE;
CREATE SCHEMA plain;
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (entity_values) FROM SERVER dynamo INTO plain OPTIONS (entities 'auto');
SELECT columns_of('plain');
SELECT * FROM in_one('plain', 'entity_values');
-- ---- names, and what is odd ----
SELECT put_all('entity_odd', '{PK,SK,GSI1PK,GSI1SK}', array_agg(i)) FROM (
  -- the values are only in the keys, and the index has them the other way round
  SELECT jsonb_build_object('PK', s('USER#' || id), 'SK', s('GROUP#g' || n % 3), 'GSI1PK', s('GROUP#g' || n % 3), 'GSI1SK', s('USER#' || id), 'kind', s('Member Of "x"'::text), 'since', s(at), 'user', s('not the key''s'::text)) FROM purchase
  -- the name of another table, and braces
  UNION ALL SELECT jsonb_build_object('PK', s('{p}' || n), 'SK', s('a{b}#' || id), 'kind', s('entity_go'::text), 'id{', s(id), '{n}', n(n)) FROM purchase
  -- the name of another table's kind
  UNION ALL SELECT jsonb_build_object('PK', s('session'::text), 'SK', s(n), 'kind', s('session'::text)) FROM purchase
  -- capitals, widths, a piece beside an attribute, a long name
  UNION ALL SELECT jsonb_build_object('PK', s(upper('city/' || id)), 'SK', s('n-' || n), 'kind', s('City'::text), 'name', s(id), 'n', n(n)) FROM customer
  UNION ALL SELECT jsonb_build_object('PK', s('T|' || to_char(n, 'FM00') || '|' || id), 'SK', s('t:' || n * 1.5 || ':' || to_char(n, 'FM0000')), 'kind', s(repeat('long', 20)), 'n', n(n), 'id', s(id), 'GSI1PK', s(id), 'GSI1SK', s('fixed'::text)) FROM customer
  -- one part of the key in the other
  UNION ALL SELECT jsonb_build_object('PK', s('TENANT#' || id), 'SK', s('TENANT#' || id || '#SITE#' || n), 'kind', s('Site'::text)) FROM customer
  -- no kind
  UNION ALL SELECT jsonb_build_object('PK', s('x'::text), 'SK', s('number'::text), 'kind', n(1))
  UNION ALL SELECT jsonb_build_object('PK', s('x'::text), 'SK', s('empty'::text), 'kind', s(''::text))) i (i);
CREATE SCHEMA odd;
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (entity_odd, entity_go, entity_plain) FROM SERVER dynamo INTO odd OPTIONS (entities 'kind', document 'false');
SELECT columns_of('odd');
SELECT * FROM counts_of('odd');
DROP FOREIGN TABLE odd.entity_go, odd.entity_plain;
SELECT * FROM in_one('odd', 'entity_odd');
SELECT plan('SELECT user_2 FROM odd."Member Of ""x""" WHERE "group" = ''g1'' AND user_2 = ''cy''');
UPDATE odd."Member Of ""x""" SET "group" = 'g9' WHERE "group" = 'g2' AND user_2 = 'cy' RETURNING user_2, "group", "GSI1PK", "GSI1SK";
SELECT tenant, site FROM odd."Site" WHERE tenant = 'dee' AND site = '4';
-- the lists name tables of DynamoDB
DROP SCHEMA odd CASCADE;
CREATE SCHEMA odd;
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (session) FROM SERVER dynamo INTO odd OPTIONS (entities 'type');
SELECT * FROM counts_of('odd');
SET client_min_messages = error;
IMPORT FOREIGN SCHEMA dynamodb EXCEPT (entity_odd, entity_onetable, session) FROM SERVER dynamo INTO odd OPTIONS (entities 'type', sample_size '50');
SELECT relname FROM pg_class WHERE relnamespace = 'odd'::regnamespace AND relname IN ('session', 'tenant', 'entity_odd', 'entity_onetable', 'entity_python', 'entity_go') ORDER BY 1;
-- a plan that is kept
CREATE FUNCTION import_again() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (entity_python) FROM SERVER dynamo INTO odd OPTIONS (entities 'type');
  DROP FOREIGN TABLE odd.session, odd.tenant;
END $$;
DROP SCHEMA odd CASCADE;
CREATE SCHEMA odd;
SELECT import_again(), import_again();
RESET client_min_messages;
-- ---- refused, and what tells nothing ----
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (entity_python) FROM SERVER dynamo INTO odd OPTIONS (entities '');
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (entity_python) FROM SERVER dynamo INTO odd OPTIONS (entity 'type');
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (entity_python) FROM SERVER dynamo INTO odd OPTIONS (entities 'auto', sample_size '0');
SET client_min_messages = error;
SELECT count(dyn_request('dynamo', 'DeleteTable', jsonb_build_object('TableName', 'entity_' || t)))
  FROM unnest('{electro,toolbox,onetable,typedorm,go,python,plain,values,odd}'::text[]) t;
DROP SCHEMA entities, electro, toolbox, onetable, typedorm, go, python, plain, odd CASCADE;
