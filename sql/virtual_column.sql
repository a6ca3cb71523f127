--
-- What 18 brings for columns: virtual generated columns, NOT NULL that is NOT VALID.
-- Needs: pg18 old_item
--
CREATE FOREIGN TABLE priced (
    id text OPTIONS (key 'partition'),
    n integer,
    price integer,
    total integer GENERATED ALWAYS AS (n * price) VIRTUAL,
    size point GENERATED ALWAYS AS (point(n, price)) VIRTUAL,
    label text GENERATED ALWAYS AS (upper(id) || coalesce(n, 0)) VIRTUAL
  ) SERVER dynamo;
SELECT dyn_create_table('priced');
INSERT INTO priced (id, n, price) VALUES ('a', 2, 10), ('b', 3, 5) RETURNING *;
-- what is stored
SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "priced", "Key": {"id": {"S": "a"}}}') -> 'Item';
-- an attribute of that name is none of the column's
SELECT dyn_request('dynamo', 'PutItem', '{"TableName": "priced", "Item": {"id": {"S": "c"}, "n": {"N": "4"}, "price": {"N": "1"}, "total": {"S": "x"}}}');
EXPLAIN (VERBOSE, COSTS OFF) SELECT id, total FROM priced WHERE total > 10;
SELECT id, n, total, size, label, priced FROM priced ORDER BY id;
SELECT id, total FROM priced WHERE total > 10 ORDER BY id;
EXPLAIN (VERBOSE, COSTS OFF) UPDATE priced SET n = n + 1 WHERE id = 'a' RETURNING id, total;
UPDATE priced SET n = n + 1 WHERE id = 'a' RETURNING id, total, label;
UPDATE priced SET n = total WHERE id = 'a' AND total = 30 RETURNING *;
UPDATE priced SET n = 1 WHERE id = 'a' RETURNING old.total, new.total, old.label, new.label, old, new;
INSERT INTO priced (id, n, price) VALUES ('a', 7, 7), ('d', 8, 8)
  ON CONFLICT (id) DO UPDATE SET n = priced.total + excluded.total WHERE priced.total > 0 RETURNING id, n, total, old.total;
INSERT INTO priced (id, n, price) VALUES ('a', 7, 7) ON CONFLICT (id) DO UPDATE SET n = excluded.n RETURNING *;
UPDATE priced SET price = 2 FROM (VALUES ('a'), ('b')) AS x (id) WHERE x.id = priced.id RETURNING priced.id, total, label;
DELETE FROM priced WHERE total = 64 RETURNING total, label;
UPDATE priced SET id = 'e' WHERE id = 'b' RETURNING *;
-- refused by core
INSERT INTO priced (id, total) VALUES ('z', 1);
UPDATE priced SET total = 1;
-- constraints on it are checked, also where only one of the columns is assigned
ALTER FOREIGN TABLE priced ADD CONSTRAINT cheap CHECK (total < 100);
EXPLAIN (COSTS OFF) UPDATE priced SET n = 1000 WHERE id = 'a';
UPDATE priced SET n = 1000 WHERE id = 'a';
INSERT INTO priced (id, n, price) VALUES ('z', 1000, 1000);
INSERT INTO priced (id, n, price) VALUES ('a', 1, 1) ON CONFLICT (id) DO UPDATE SET n = 1000;
ALTER FOREIGN TABLE priced DROP CONSTRAINT cheap;
ALTER FOREIGN TABLE priced ALTER COLUMN total SET NOT NULL;
UPDATE priced SET n = NULL WHERE id = 'a';
INSERT INTO priced (id, n) VALUES ('z', 1);
ALTER FOREIGN TABLE priced ALTER COLUMN total DROP NOT NULL;
SELECT id, n, price, total FROM priced ORDER BY id;
-- the same in transaction mode "atomic"
SET dynamorm_fdw.transaction_mode = atomic;
BEGIN;
UPDATE priced SET n = n + 1 WHERE id = 'a' RETURNING total, old.total AS before;
INSERT INTO priced (id, n, price) VALUES ('f', 6, 6) RETURNING total;
SELECT id, total FROM priced WHERE total > 10 ORDER BY id;
COMMIT;
RESET dynamorm_fdw.transaction_mode;
ANALYZE priced;
SELECT attname FROM pg_stats WHERE tablename = 'priced' ORDER BY attname;
-- it is no attribute, and has no options
ALTER FOREIGN TABLE priced ALTER COLUMN label OPTIONS (attribute_name 'l');
SELECT id FROM priced;
ALTER FOREIGN TABLE priced ALTER COLUMN label OPTIONS (DROP attribute_name);
SELECT dyn_drop_table('priced');
DROP FOREIGN TABLE priced;

-- an index does not hold the items that lack its key: a NOT NULL says that there are none, unless it is NOT VALID
CREATE FOREIGN TABLE task (
    owner text OPTIONS (key 'partition') COLLATE "C",
    id text OPTIONS (key 'sort') COLLATE "C",
    due integer
  ) SERVER dynamo;
SELECT dyn_request('dynamo', 'CreateTable', '{"TableName": "task", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "owner", "AttributeType": "S"},
    {"AttributeName": "due", "AttributeType": "N"}],
  "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
  "LocalSecondaryIndexes": [{"IndexName": "by_due", "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"},
    {"AttributeName": "due", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "ALL"}}]}') -> 'TableDescription' -> 'TableName';
INSERT INTO task VALUES ('Ann', '1', 2), ('Ann', '2', NULL), ('Bob', '3', 1);
ALTER FOREIGN TABLE task ADD CONSTRAINT due_is_there NOT NULL due NOT VALID;
EXPLAIN (COSTS OFF) SELECT id, due FROM task WHERE owner = 'Ann' ORDER BY due;
SELECT id, due FROM task WHERE owner = 'Ann' ORDER BY due;
-- it holds of what is written
INSERT INTO task VALUES ('Ann', '4', NULL);
UPDATE task SET due = NULL WHERE owner = 'Ann' AND id = '1';
UPDATE task SET due = 1 WHERE owner = 'Ann' AND id = '2';
ALTER FOREIGN TABLE task VALIDATE CONSTRAINT due_is_there;
EXPLAIN (COSTS OFF) SELECT id, due FROM task WHERE owner = 'Ann' ORDER BY due;
SELECT id, due FROM task WHERE owner = 'Ann' ORDER BY due;
SELECT dyn_drop_table('task');
DROP FOREIGN TABLE task;
-- the library says what it is
SELECT m.module_name, m.version = e.default_version AS same FROM pg_get_loaded_modules() m JOIN pg_available_extensions e ON e.name = m.module_name WHERE e.name = 'dynamorm_fdw';
