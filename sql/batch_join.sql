--
-- Joins on the whole key of a DynamoDB table.  Each query runs without batch
-- joins too, and on an ordinary table.
-- Needs: transactions old_item
--
\pset format unaligned
\pset tuples_only on
SET timezone = 'UTC';
SET client_min_messages = error;
CREATE FOREIGN TABLE customer (id text OPTIONS (key 'partition'), name text, region integer, credit numeric) SERVER dynamo;
CREATE FOREIGN TABLE price (shop integer OPTIONS (key 'partition'), item numeric OPTIONS (key 'sort'), amount bigint) SERVER dynamo;
SELECT dyn_create_table('customer');
SELECT dyn_create_table('price');
CREATE TABLE customer_twin (LIKE customer);
CREATE TABLE price_twin (LIKE price);
INSERT INTO customer_twin SELECT 'c' || g, 'name ' || g, g % 5, CASE WHEN g % 4 > 0 THEN g END FROM generate_series(1, 300) g;
INSERT INTO price_twin SELECT g % 7, trim_scale((g / 7) / 2.0), g FROM generate_series(0, 139) g;
INSERT INTO customer SELECT * FROM customer_twin;
INSERT INTO price SELECT * FROM price_twin;
CREATE TABLE orders (n integer, customer_id varchar(20), shop smallint, item numeric(6,2), total integer);
INSERT INTO orders SELECT g, CASE WHEN g % 17 > 0 THEN 'c' || g % 330 END, g % 8, (g % 40) / 2.0, g * 10 FROM generate_series(1, 1000) g;
INSERT INTO orders VALUES (1001, '', 1, 0.50, 0), (1002, 'c5', 1, 'NaN', 0), (1003, NULL, NULL, NULL, NULL);
ANALYZE orders;
-- whatever the tables' sizes
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_nestloop = off;

CREATE FUNCTION plan_of(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
  sides text[];
BEGIN
  FOR line IN SELECT explain(statement) LOOP
    -- which side of a join comes first is PostgreSQL's choice
    sides := regexp_match(line, '^( *(?:Join )?Filter: \()([^ ]+) = ([^ \d''][^ ]*)\)$');
    RETURN NEXT CASE WHEN sides IS NULL THEN line
      ELSE sides[1] || least(sides[2] COLLATE "C", sides[3]) || ' = ' || greatest(sides[2] COLLATE "C", sides[3]) || ')' END;
  END LOOP;
END $$;
-- the plan, the number of rows, the requests, and whether all three agree
CREATE FUNCTION try_join(query text, with_plan boolean DEFAULT true) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  here text;
  there text;
  requests jsonb;
  plain text;
BEGIN
  RETURN NEXT query;
  RETURN QUERY SELECT '    ' || line FROM plan_of(query) line WHERE with_plan;
  PERFORM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
  EXECUTE format('SELECT count(*) || '' '' || coalesce(md5(string_agg(t::text, '' '' ORDER BY t::text)), '''') FROM (%s) t', query) INTO here;
  requests := dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
  EXECUTE format('SELECT count(*) || '' '' || coalesce(md5(string_agg(t::text, '' '' ORDER BY t::text)), '''') FROM (%s) t',
    regexp_replace(query, '\y(customer|price)\y(?!_)', '\1_twin', 'g')) INTO there;
  SET LOCAL dynamorm_fdw.enable_batch_join = off;
  EXECUTE format('SELECT count(*) || '' '' || coalesce(md5(string_agg(t::text, '' '' ORDER BY t::text)), '''') FROM (%s) t', query) INTO plain;
  SET LOCAL dynamorm_fdw.enable_batch_join = on;
  RETURN NEXT format('  = %s rows, %s%s%s', split_part(here, ' ', 1), requests,
    CASE WHEN here <> there THEN ', DIFFERENT from the ordinary table: ' || there END, CASE WHEN plain <> there THEN ', DIFFERENT without batches: ' || plain END);
END $$;
SELECT try_join('SELECT o.n, c.name FROM orders o JOIN customer c ON c.id = o.customer_id');
SELECT try_join('SELECT o.n, c.name, c.credit FROM orders o JOIN customer c ON c.id = o.customer_id WHERE c.region = 2 AND o.total + c.region > 900');
SELECT try_join('SELECT o.n, c.name FROM orders o LEFT JOIN customer c ON c.id = o.customer_id');
SELECT try_join('SELECT o.n, c.name FROM orders o LEFT JOIN customer c ON c.id = o.customer_id AND c.region = 2 AND o.total > 100');
SELECT try_join('SELECT o.n, c.name FROM orders o LEFT JOIN customer c ON c.id = o.customer_id WHERE c.region IS NULL OR c.credit > o.n');
SELECT try_join('SELECT n FROM orders o WHERE EXISTS (SELECT FROM customer c WHERE c.id = o.customer_id AND c.credit > 100)');
SELECT try_join('SELECT n FROM orders o WHERE NOT EXISTS (SELECT FROM customer c WHERE c.id = o.customer_id AND c.credit > 100)');
SELECT try_join('SELECT n FROM orders o WHERE customer_id IN (SELECT id FROM customer WHERE region < 3)');
-- the DynamoDB table first: the keys of the other are made distinct
SELECT try_join('SELECT name FROM customer WHERE id IN (SELECT customer_id FROM orders WHERE total < 500)');
-- two parts of the key, of other types than the columns'
SELECT try_join('SELECT o.n, p.amount FROM orders o JOIN price p ON p.shop = o.shop AND p.item = o.item');
SELECT try_join('SELECT o.n, p.amount FROM orders o JOIN price p ON p.shop = 3 AND p.item = o.total / 100');
SELECT try_join('SELECT o.n, p.amount, c.name FROM orders o LEFT JOIN price p ON p.shop = o.shop AND p.item = o.item LEFT JOIN customer c ON c.id = o.customer_id');
-- expressions, whole rows, the table's own identity
SELECT try_join('SELECT n, c FROM orders o JOIN customer c ON c.id = ''c'' || o.n');
SELECT try_join('SELECT o.n, c.* FROM orders o LEFT JOIN customer c ON c.id = o.customer_id WHERE c.* IS NULL');
SELECT n, c.tableoid::regclass FROM orders o LEFT JOIN customer c ON c.id = o.customer_id WHERE n IN (16, 17) ORDER BY n;
-- a column that is wanted on both sides of the join, and not above
SELECT try_join('SELECT o.n FROM orders o LEFT JOIN customer c ON c.id = o.customer_id WHERE c.id IS NULL OR c.credit > o.n', false);
SELECT try_join('SELECT o.n FROM orders o LEFT JOIN customer c ON c.id = o.customer_id AND c.region = 2 WHERE coalesce(c.region, 0) < 2', false);
SELECT try_join('SELECT v.x, s.y FROM (VALUES (1), (5), (900)) v (x) '
  'LEFT JOIN (SELECT o.n, coalesce(c.id, o.customer_id, ''-'') AS y '
  'FROM orders o LEFT JOIN customer c ON c.id = o.customer_id) s ON s.n = v.x', false);
-- one outer join on what another has made (PostgreSQL 16 and later choose their order)
SELECT try_join('SELECT o.n, v.x, c.name FROM orders o LEFT JOIN (VALUES (5, ''c1''), (6, NULL), (7, ''none'')) v (n, x) ON v.n = o.n LEFT JOIN customer c ON c.id = v.x WHERE o.n < 10', false);
SELECT try_join('SELECT o.n, v.x, c.name FROM orders o LEFT JOIN ((VALUES (5, ''c1''), (6, NULL), (7, ''none'')) v (n, x) LEFT JOIN customer c ON c.id = v.x) ON v.n = o.n WHERE o.n < 10', false);
SELECT try_join('SELECT o.n, c.name, d.credit FROM orders o '
  'LEFT JOIN customer c ON c.id = o.customer_id '
  'LEFT JOIN customer d ON d.id = ''c'' || c.region '
  'WHERE o.n < 30 AND (d.credit IS NULL OR d.region = 1)');
SELECT try_join('SELECT o.n, coalesce(c.name, ''-'') || coalesce(d.name, ''-'') AS names FROM orders o '
  'LEFT JOIN customer c ON c.id = o.customer_id '
  'LEFT JOIN customer d ON d.id = coalesce(c.id, ''c7'') '
  'WHERE o.n < 30');
-- outer rows from anywhere
SELECT try_join('SELECT v.x, c.name FROM (VALUES (''c1''), (''c2''), (''none''), (NULL)) v (x) JOIN customer c ON c.id = v.x');
SELECT try_join('SELECT s.shop, c.name FROM (SELECT shop, max(customer_id) AS top FROM orders GROUP BY shop) s JOIN customer c ON c.id = s.top');
SELECT try_join('SELECT a.name, b.amount FROM customer a JOIN price b ON b.shop = a.region AND b.item = a.credit WHERE a.id IN (''c1'', ''c2'', ''c3'')');
-- no join on the whole key
SELECT btrim(line) FROM plan_of('SELECT FROM orders o JOIN customer c ON c.name = o.customer_id') line WHERE line ~ 'Join|DynamoDB';
SELECT btrim(line) FROM plan_of('SELECT FROM orders o FULL JOIN customer c ON c.id = o.customer_id') line WHERE line ~ 'Join|DynamoDB';
SELECT btrim(line) FROM plan_of('SELECT FROM customer c LEFT JOIN orders o ON c.id = o.customer_id') line WHERE line ~ 'Join|DynamoDB';
-- joins on the partition key alone: a Query for each row
SET enable_nestloop = on;
SELECT try_join('SELECT o.n, p.amount FROM orders o JOIN price p ON p.shop = o.shop WHERE o.n = 5');
SELECT try_join('SELECT o.n, p.amount FROM orders o LEFT JOIN price p ON p.shop = o.shop AND p.item > o.item AND p.amount < 60 WHERE o.n = 6');
SELECT try_join('SELECT o.n, p.amount FROM orders o LEFT JOIN price p ON p.shop = o.shop WHERE o.n = 7');
SELECT try_join('SELECT o.n FROM orders o WHERE n = 5 AND NOT EXISTS (SELECT FROM price p WHERE p.shop = o.shop AND p.amount > 100)');
-- a table among the partitions of one
CREATE TABLE parted (LIKE customer) PARTITION BY LIST (region);
CREATE TABLE parted_local PARTITION OF parted FOR VALUES IN (9);
INSERT INTO parted VALUES ('c2', 'local', 9, 1);
ALTER TABLE parted ATTACH PARTITION customer FOR VALUES IN (0, 1, 2, 3, 4);
SELECT plan_of('SELECT o.n, p.name FROM orders o JOIN parted p ON p.id = o.customer_id WHERE o.n = 2');
SELECT o.n, p.name FROM orders o JOIN parted p ON p.id = o.customer_id WHERE o.n = 2 ORDER BY 2;
ALTER TABLE parted DETACH PARTITION customer;
DROP TABLE parted;
SET enable_nestloop = off;

-- order, LIMIT, parameters from outside, rescans
CREATE INDEX ON orders (n);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT o.n, c.name FROM orders o JOIN customer c ON c.id = o.customer_id ORDER BY o.n LIMIT 3;
SELECT FROM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
SELECT o.n, c.name FROM orders o JOIN customer c ON c.id = o.customer_id ORDER BY o.n LIMIT 3;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
SET enable_nestloop = on;
EXPLAIN (COSTS OFF) SELECT g, x.* FROM generate_series(1, 3) g, LATERAL (SELECT o.n, c.name FROM orders o LEFT JOIN customer c ON c.id = o.customer_id WHERE o.n BETWEEN g AND g + 2 OFFSET 0) x;
SELECT g, x.* FROM generate_series(1, 3) g, LATERAL (SELECT o.n, c.name FROM orders o LEFT JOIN customer c ON c.id = o.customer_id WHERE o.n BETWEEN g AND g + 2 OFFSET 0) x ORDER BY 1, 2;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
SELECT g, (SELECT string_agg(c.name, ', ' ORDER BY o.n) FROM orders o JOIN customer c ON c.id = o.customer_id AND c.credit > g WHERE o.n < 6) FROM generate_series(1, 4) g;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
SET plan_cache_mode = force_generic_plan;
PREPARE of_shop(integer, numeric) AS SELECT o.n, p.amount FROM orders o JOIN price p ON p.shop = $1 AND p.item = o.item WHERE p.amount > $2 AND o.n < 20 ORDER BY o.n;
SELECT plan_of('EXECUTE of_shop(2, 100)');
EXECUTE of_shop(2, 30);
EXECUTE of_shop(NULL, 30);
RESET plan_cache_mode;
RESET enable_seqscan;
BEGIN;
DECLARE joined SCROLL CURSOR FOR SELECT o.n, c.name FROM orders o JOIN customer c ON c.id = o.customer_id WHERE o.n < 300 ORDER BY o.n;
FETCH 2 FROM joined;
FETCH LAST FROM joined;
FETCH BACKWARD 2 FROM joined;
FETCH FIRST FROM joined;
COMMIT;

-- 1,000 rows; each key once, however often it comes
SELECT FROM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
SELECT count(c.id) FROM generate_series(1, 1000) g LEFT JOIN customer c ON c.id = 'c' || g;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
SELECT count(c.id) FROM generate_series(1, 1000) g JOIN customer c ON c.id = 'c' || g % 10;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
SET work_mem = 64;
SELECT count(c.id) FROM generate_series(1, 10000) g JOIN customer c ON c.id = 'c' || g % 10;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
RESET work_mem;

-- writing the joined items
SET enable_nestloop = off;
CREATE TABLE staging (key text, add numeric, note text);
INSERT INTO staging SELECT 'c' || g, g, 'new ' || g FROM generate_series(1, 12) g;
INSERT INTO staging VALUES ('c1', 1, 'new 1'), ('none', 1, 'x'), (NULL, 1, 'x');
EXPLAIN (COSTS OFF) UPDATE customer SET credit = credit + s.add, name = s.note FROM staging s WHERE customer.id = s.key AND region < 3;
SELECT FROM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
UPDATE customer SET credit = credit + s.add, name = s.note FROM staging s WHERE customer.id = s.key AND region < 3;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
SELECT * FROM customer WHERE id IN ('c1', 'c2', 'c3', 'c4', 'c5') ORDER BY id;
EXPLAIN (COSTS OFF) DELETE FROM customer USING staging s WHERE customer.id = s.key AND s.add > 9 RETURNING customer.id, s.note;
WITH d AS (DELETE FROM customer USING staging s WHERE customer.id = s.key AND s.add > 9 RETURNING customer.id, s.note) SELECT * FROM d ORDER BY id;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
-- of the local table, by what the items say; and of both
WITH u AS (UPDATE staging s SET note = c.name FROM customer c WHERE c.id = s.key AND c.credit < 7 RETURNING s.key, s.note) SELECT * FROM u ORDER BY key;
UPDATE customer SET name = 'self ' || other.name FROM customer other WHERE customer.id = 'c20' AND other.id = 'c' || customer.region + 3;
SELECT name FROM customer WHERE id = 'c20';

-- an item that is changed between its reading and its writing: EvalPlanQual
-- joins it again, and decides by what it then is
CREATE SEQUENCE disturbances;
CREATE FUNCTION disturb(id text, at text, what text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF id = at AND nextval('disturbances') = 1 THEN
    PERFORM dyn_request('dynamo', 'UpdateItem', format('{"TableName": "customer", "Key": {"id": {"S": "%s"}},
      "UpdateExpression": "SET %s"}', id, split_part(what, '|', 1))::jsonb || split_part(what, '|', 2)::jsonb);
  END IF;
  RETURN true;
END $$;
SELECT FROM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
EXPLAIN (COSTS OFF) UPDATE customer SET credit = credit + s.add FROM staging s
  WHERE customer.id = s.key AND region < 3
  AND disturb(customer.id, 'c5', 'credit = :v|{"ExpressionAttributeValues": {":v": {"N": "1000"}}}');
UPDATE customer SET credit = credit + s.add FROM staging s
  WHERE customer.id = s.key AND region < 3
  AND disturb(customer.id, 'c5', 'credit = :v|{"ExpressionAttributeValues": {":v": {"N": "1000"}}}')
  RETURNING customer.id, credit, s.add;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
ALTER SEQUENCE disturbances RESTART;
UPDATE customer SET credit = credit + s.add FROM staging s
  WHERE customer.id = s.key AND region < 3
  AND disturb(customer.id, 'c5', '#r = :v|{"ExpressionAttributeNames": {"#r": "region"}, "ExpressionAttributeValues": {":v": {"N": "4"}}}')
  RETURNING customer.id, credit, s.add;
ALTER SEQUENCE disturbances RESTART;
-- joined with itself; the other one is left as it was read
UPDATE customer SET credit = customer.credit + other.credit FROM staging s LEFT JOIN customer other ON other.id = 'c' || s.add + 20
  WHERE customer.id = s.key AND customer.region < 3
  AND disturb(customer.id, 'c6', 'credit = :v|{"ExpressionAttributeValues": {":v": {"N": "7000"}}}')
  RETURNING customer.id, customer.credit, other.credit;

EXPLAIN (VERBOSE, COSTS OFF) SELECT o.n, c.name, c.credit FROM orders o LEFT JOIN customer c ON c.id = o.customer_id AND c.region = 1;
SELECT o.n FROM orders o JOIN customer c ON c.id = o.customer_id FOR UPDATE OF c;
SELECT dyn_drop_table('customer');
SELECT dyn_drop_table('price');
DROP FOREIGN TABLE customer, price;
DROP TABLE customer_twin, price_twin, orders, staging;
DROP FUNCTION plan_of, try_join, disturb;
DROP SEQUENCE disturbances;
