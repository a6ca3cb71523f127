--
-- Guarded pushdown: each form of SET as EXPLAIN, its result in the common
-- case, and its result where the guard fails.
--
-- Needs: list_equality old_item
CREATE FOREIGN TABLE item (
    id text OPTIONS (key 'partition'),
    small smallint,
    n integer,
    m integer,
    big bigint,
    price numeric(6,2),
    amount numeric,
    ratio double precision,
    name text,
    short varchar(3),
    tags text[] OPTIONS (type 'SS'),
    list text[],
    nums integer[],
    doc jsonb,
    other text
) SERVER dynamo;
SELECT dyn_create_table('item');

INSERT INTO item (id, small, n, m, big, price, amount, ratio, name, short, list, nums, doc)
VALUES ('a', 1, 10, 3, 5000000000, 10.50, 1.25, 0.5, 'Ann', 'abc', '{x,y}', '{1,2,3}', '{"k": [1]}'),
       ('max', 32767, 2147483647, 2147483647, 9223372036854775807, 9999.99, 0, 0, NULL, NULL, NULL, NULL, NULL);
INSERT INTO item (id) VALUES ('null');

-- sums and differences
EXPLAIN (COSTS OFF) UPDATE item SET n = n + 5, big = big - 1, small = 2 + small WHERE id = 'a';
UPDATE item SET n = n + 5, big = big - 1, small = 2 + small WHERE id = 'a' RETURNING n, big, small;
UPDATE item SET n = n + 5, big = big - 1, small = 2 + small WHERE id = 'null' RETURNING n, big, small;
-- overflow: 22003, nothing written
UPDATE item SET n = n + 1 WHERE id = 'max';
UPDATE item SET small = small + 1::smallint WHERE id = 'max';
UPDATE item SET big = big + 1 WHERE id = 'max';
UPDATE item SET n = n - 1 WHERE id = 'max' RETURNING n;
SELECT small, big FROM item WHERE id = 'max';
-- numeric keeps its digits; numeric(p,s) its range
EXPLAIN (COSTS OFF) UPDATE item SET price = price + 0.25, amount = amount + 0.001 WHERE id = 'a';
UPDATE item SET price = price + 0.25, amount = amount + 0.001 WHERE id = 'a' RETURNING price, amount;
UPDATE item SET price = price + 0.01 WHERE id = 'max';
EXPLAIN (COSTS OFF) UPDATE item SET price = price + 0.005 WHERE id = 'a';
UPDATE item SET price = price + 0.005 WHERE id = 'a' RETURNING price;
UPDATE item SET amount = amount + 12345678901234567890123456789012345678 WHERE id = 'null' RETURNING amount;
UPDATE item SET amount = 'NaN' WHERE id = 'a';
UPDATE item SET amount = 1e38 + 0.1 WHERE id = 'a';
-- coalesce
EXPLAIN (COSTS OFF) UPDATE item SET n = coalesce(n, 0) + 5 WHERE id = 'null';
UPDATE item SET n = coalesce(n, 0) + 5 WHERE id = 'null' RETURNING n;
UPDATE item SET n = coalesce(n, 0) + 5 WHERE id = 'null' RETURNING n;
EXPLAIN (COSTS OFF) UPDATE item SET name = coalesce(name, 'nobody') WHERE id = 'null';
UPDATE item SET name = coalesce(name, 'nobody') WHERE id = 'null' RETURNING name;
UPDATE item SET name = coalesce(name, 'nobody') WHERE id = 'a' RETURNING name;
-- another column
EXPLAIN (COSTS OFF) UPDATE item SET n = n + m, other = name WHERE id = 'a';
UPDATE item SET n = n + m, other = name WHERE id = 'a' RETURNING n, other;
UPDATE item SET n = n + m WHERE id = 'max';
UPDATE item SET n = m, m = n WHERE id = 'a' RETURNING n, m;
UPDATE item SET other = name, n = m WHERE id = 'null' RETURNING other, n;
-- mended: a default in DynamoDB's own words was computed
EXPLAIN (COSTS OFF) UPDATE item SET n = dyn_if_not_exists(n, 3) + 1, m = 2 - dyn_if_not_exists(m, 5) WHERE id = 'null';
EXPLAIN (COSTS OFF) UPDATE item SET n = dyn_if_not_exists(n, 3) + 1, m = 2 + dyn_if_not_exists(m, 5) WHERE id = 'null';
UPDATE item SET n = dyn_if_not_exists(n, 3) + 1, m = 2 + dyn_if_not_exists(m, 5) WHERE id = 'null' RETURNING n, m;
UPDATE item SET n = dyn_if_not_exists(n, 3) + 1, m = 2 + dyn_if_not_exists(m, 5) WHERE id = 'null' RETURNING n, m;
UPDATE item SET n = NULL, m = NULL WHERE id = 'null';
-- mended: a default beyond the column's type was cut
UPDATE item SET n = dyn_if_not_exists(n, 5000000000) + 1 WHERE id = 'null' RETURNING n;
UPDATE item SET n = coalesce(n, 5000000000) + 1 WHERE id = 'null' RETURNING n;
UPDATE item SET n = coalesce(n, 5000000000) - 4999999999 WHERE id = 'null' RETURNING n;
UPDATE item SET n = NULL WHERE id = 'null';
-- floats are binary: computed
EXPLAIN (COSTS OFF) UPDATE item SET ratio = ratio + 0.1 WHERE id = 'a';
UPDATE item SET ratio = ratio + 0.1 WHERE id = 'a' RETURNING ratio;
UPDATE item SET ratio = dyn_increment(ratio, 0.25) WHERE id = 'a' RETURNING ratio;
UPDATE item SET ratio = 'Infinity' WHERE id = 'a';
-- values, NULL, and what is evaluated once
EXPLAIN (COSTS OFF) UPDATE item SET name = 'Bob', other = NULL, doc = '{"a": {"b": 1.50}}' WHERE id = 'a';
UPDATE item SET name = 'Bob', other = NULL, doc = '{"a": {"b": 1.50}}' WHERE id = 'a' RETURNING name, other, doc;
SELECT FROM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
UPDATE item SET other = gen_random_uuid() WHERE id = 'a' RETURNING length(other);
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
UPDATE item SET short = 'toolong' WHERE id = 'a';
-- on the computed path too: a column that is not read can be set to NULL
UPDATE item SET name = upper(name), short = NULL WHERE id = 'a' RETURNING name, short;
-- lists
EXPLAIN (COSTS OFF) UPDATE item SET list = array_append(list, 'z'), nums = 0 || nums WHERE id = 'a';
UPDATE item SET list = array_append(list, 'z'), nums = 0 || nums WHERE id = 'a' RETURNING list, nums;
UPDATE item SET list = array_append(list, NULL), nums = array_cat(nums, '{7,8}') WHERE id = 'null' RETURNING list, nums;
EXPLAIN (COSTS OFF) UPDATE item SET list[2] = 'Y', nums[5] = 5 WHERE id = 'a';
UPDATE item SET list[2] = 'Y', nums[5] = 5 WHERE id = 'a' RETURNING list, nums;
UPDATE item SET list[6] = 'gap' WHERE id = 'a' RETURNING list;
UPDATE item SET list[1] = 'new' WHERE id = 'max' RETURNING list;
UPDATE item SET list[0] = 'zero' WHERE id = 'a';
UPDATE item SET list[1] = 'one', list[2] = 'two' WHERE id = 'a' RETURNING list;
UPDATE item SET list = dyn_list_set(list, 6, 'end') WHERE id = 'a' RETURNING list;
UPDATE item SET list = dyn_list_remove(list, 0) WHERE id = 'a' RETURNING list;
UPDATE item SET list = dyn_list_remove(list, 0) WHERE id = 'max' RETURNING list;
UPDATE item SET list = dyn_list_remove(list, 0) WHERE id = 'max' RETURNING list;
UPDATE item SET doc = dyn_list_append(doc, '[1]') WHERE id = 'null' RETURNING doc;
UPDATE item SET doc = dyn_list_append(doc, '[{"x": 2}, "s"]') WHERE id = 'null' RETURNING doc;
UPDATE item SET doc = dyn_list_append(doc, '[1]') WHERE id = 'a';
-- sets
EXPLAIN (COSTS OFF) UPDATE item SET tags = dyn_set_add(tags, ARRAY['b','a','b']) WHERE id = 'a';
UPDATE item SET tags = dyn_set_add(tags, ARRAY['b','a','b']) WHERE id = 'a' RETURNING tags;
UPDATE item SET tags = dyn_set_add(tags, '{}') WHERE id = 'a' RETURNING tags;
UPDATE item SET tags = dyn_set_add(tags, ARRAY[NULL::text]) WHERE id = 'a';
UPDATE item SET tags = '{}' WHERE id = 'a' RETURNING tags;
UPDATE item SET tags = dyn_set_delete(tags, ARRAY['a']) WHERE id = 'a' RETURNING tags;

-- guards: attributes that others wrote in other types
SELECT FROM dyn_request('dynamo', 'PutItem', '{"TableName": "item", "Item": {
  "id": {"S": "odd"}, "n": {"NULL": true}, "small": {"N": "70000"}, "big": {"N": "1.5"},
  "list": {"NULL": true}, "name": {"N": "5"}, "tags": {"NULL": true}, "extra": {"S": "stays"}}}');
UPDATE item SET n = dyn_increment(n) WHERE id = 'odd' RETURNING n;
UPDATE item SET list = list || ARRAY['x'] WHERE id = 'odd' RETURNING list;
UPDATE item SET tags = dyn_set_add(tags, ARRAY['x']) WHERE id = 'odd' RETURNING tags;
UPDATE item SET small = small + 1::smallint WHERE id = 'odd';
UPDATE item SET name = coalesce(name, 'x') WHERE id = 'odd';
UPDATE item SET name = 'fixed' WHERE id = 'odd' RETURNING name;
SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "item", "Key": {"id": {"S": "odd"}}}') -> 'Item' ->> 'extra' AS extra;

-- a guard that fails costs one request more
SELECT FROM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
UPDATE item SET n = n + 1 WHERE id = 'a';
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}') AS pushed;
UPDATE item SET n = coalesce(n, 0) + 1 WHERE id = 'a';
UPDATE item SET m = NULL WHERE id = 'a';
SELECT FROM dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
UPDATE item SET m = m + 1 WHERE id = 'a' RETURNING m;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}') AS guard_failed;
UPDATE item SET n = n * 1 WHERE id = 'a';
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}') AS computed;
UPDATE item SET n = 1 WHERE id = 'a' AND name = 'somebody else';
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}') AS condition_false;

-- constraints that core leaves to the remote side
CREATE FOREIGN TABLE strict (
    id text OPTIONS (key 'partition'),
    n integer NOT NULL CHECK (n < 10),
    name text NOT NULL
) SERVER dynamo OPTIONS (table_name 'item');
INSERT INTO strict VALUES ('s', 10, 'x');
INSERT INTO strict VALUES ('s', NULL, 'x');
INSERT INTO strict VALUES ('s', 5, 'x');
EXPLAIN (COSTS OFF) UPDATE strict SET n = n + 3 WHERE id = 's';
UPDATE strict SET n = n + 3 WHERE id = 's' RETURNING n;
UPDATE strict SET n = n + 3 WHERE id = 's';
UPDATE strict SET name = NULL WHERE id = 's';
UPDATE strict SET name = NULL WHERE id = 'nobody';
SELECT * FROM strict WHERE id = 's';

-- dyn_upsert() needs the whole key, and an UPDATE
UPDATE item SET n = 1 WHERE dyn_upsert();
UPDATE item SET n = 1 WHERE name = 'x' AND dyn_upsert();
DELETE FROM item WHERE id = 'x' AND dyn_upsert();
SELECT * FROM item WHERE id = 'x' AND dyn_upsert();
UPDATE item SET n = 1 WHERE id = 'x' OR dyn_upsert();
UPDATE item SET name = upper(coalesce(name, 'new')) WHERE id = 'u1' AND dyn_upsert() RETURNING id, name, n;
UPDATE item SET name = NULL WHERE id = 'u2' AND dyn_upsert() RETURNING id, name;
UPDATE item SET n = n + 1 WHERE id = 'u3' AND dyn_upsert() RETURNING id, n;
UPDATE item SET n = 1 WHERE id = 'u4' AND n > 0 AND dyn_upsert() RETURNING id, n;
SELECT id FROM item WHERE id LIKE 'u%' ORDER BY id;

-- stamps
CREATE FOREIGN TABLE stamped (
    id text OPTIONS (key 'partition'),
    v integer OPTIONS (version 'true'),
    made timestamptz OPTIONS (created_at 'true'),
    changed timestamptz(0) OPTIONS (type 'N', updated_at 'true'),
    x integer
) SERVER dynamo OPTIONS (table_name 'item');
INSERT INTO stamped (id, x) VALUES ('st', 1);
SELECT v, made = changed OR made > now() - interval '1 minute' AS made, changed > now() - interval '1 minute' AS changed FROM stamped WHERE id = 'st';
UPDATE stamped SET x = 2 WHERE id = 'st' RETURNING v, x;
UPDATE stamped SET x = 3, v = 10 WHERE id = 'st' RETURNING v, x;
UPDATE stamped SET x = 1 WHERE id = 'st2' AND dyn_upsert() RETURNING v, x, made IS NOT NULL AS made;
UPDATE stamped SET x = x * 2 WHERE id = 'st2' RETURNING v, x;

SELECT dyn_drop_table('item');
DROP FOREIGN TABLE item, strict, stamped;
