--
-- UPDATE of key columns: Delete and Put in one TransactWriteItems.
-- Needs: transactions
--
CREATE FOREIGN TABLE moving (
    pk text OPTIONS (key 'partition'),
    sk integer OPTIONS (key 'sort'),
    n integer,
    tags text[] OPTIONS (type 'SS'),
    v integer OPTIONS (version 'true')
  ) SERVER dynamo;
SELECT dyn_create_table('moving');
INSERT INTO moving VALUES ('a', 1, 10, '{x,y}'), ('a', 2, 20, NULL), ('b', 1, 30, '{z}');
-- an attribute that no column maps moves too
SELECT dyn_request('dynamo', 'UpdateItem', '{"TableName": "moving",
  "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}},
  "UpdateExpression": "SET extra = :h",
  "ExpressionAttributeValues": {":h": {"NS": ["1", "2"]}}}');
EXPLAIN (VERBOSE, COSTS OFF) UPDATE moving SET sk = 7, n = n + 1 WHERE pk = 'a' AND sk = 1 RETURNING *;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}') IS NOT NULL;
UPDATE moving SET sk = 7, n = n + 1 WHERE pk = 'a' AND sk = 1 RETURNING *;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "moving", "Key": {"pk": {"S": "a"}, "sk": {"N": "7"}}}') -> 'Item';
SELECT * FROM moving ORDER BY pk, sk;

-- both parts of the key
UPDATE moving SET pk = 'c', sk = sk + 1 WHERE pk = 'b' AND sk = 1 RETURNING pk, sk, n;
-- the key it has already: an ordinary update
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}') IS NOT NULL;
UPDATE moving SET pk = 'c', sk = 2, n = 31 WHERE pk = 'c' AND sk = 2 RETURNING pk, sk, n;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
-- no such item, and a WHERE that is false
UPDATE moving SET sk = 9 WHERE pk = 'none' AND sk = 1;
UPDATE moving SET sk = 9 WHERE pk = 'a' AND sk = 2 AND n > 100;
-- the new key exists
UPDATE moving SET sk = 7 WHERE pk = 'a' AND sk = 2;
\echo :LAST_ERROR_SQLSTATE
-- keys that cannot be
UPDATE moving SET sk = NULL WHERE pk = 'a' AND sk = 2;
\echo :LAST_ERROR_SQLSTATE
UPDATE moving SET pk = '' WHERE pk = 'a' AND sk = 2;
\echo :LAST_ERROR_SQLSTATE
UPDATE moving SET sk = 9 WHERE pk = 'none' AND sk = 1 AND dyn_upsert();
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM moving ORDER BY pk, sk;
-- with constraints
ALTER FOREIGN TABLE moving ADD CONSTRAINT small CHECK (sk < 100);
UPDATE moving SET sk = 100 WHERE pk = 'a' AND sk = 2;
\echo :LAST_ERROR_SQLSTATE

-- many: all are read before the first is written, so none is met again
INSERT INTO moving SELECT 'm', i, i FROM generate_series(1, 40) i;
EXPLAIN (COSTS OFF) UPDATE moving SET sk = sk + 50 WHERE pk = 'm';
UPDATE moving SET sk = sk + 50 WHERE pk = 'm';
SELECT count(*), min(sk), max(sk), count(*) FILTER (WHERE sk = n + 50 AND v = 2) FROM moving WHERE pk = 'm';
-- one after the other: a row's new key may be one that has just been left
UPDATE moving SET sk = sk - 1 WHERE pk = 'm';
SELECT count(*), min(sk), max(sk) FROM moving WHERE pk = 'm';
-- but not one that is still taken, as with a unique index
UPDATE moving SET sk = sk + 1 WHERE pk = 'm';
\echo :LAST_ERROR_SQLSTATE
UPDATE moving SET pk = 'n' WHERE pk = 'm' AND sk > 80;
SELECT pk, count(*) FROM moving GROUP BY pk ORDER BY pk;
-- several pages
INSERT INTO moving SELECT 'big', i, i, ARRAY(SELECT repeat('x', 1000) || j FROM generate_series(1, 30) j)
  FROM generate_series(1, 60) i;
UPDATE moving SET sk = -sk WHERE pk = 'big';
SELECT count(*), min(sk), max(sk), count(*) FILTER (WHERE sk = -n AND v = 2) FROM moving WHERE pk = 'big';

-- rows that the executor hands over: joins, triggers, check options
CREATE TABLE moves (sk integer, by integer);
INSERT INTO moves VALUES (1, 10), (2, 10), (2, 20);
DELETE FROM moving;
INSERT INTO moving VALUES ('j', 1, 1), ('j', 2, 2), ('j', 3, 3);
UPDATE moving SET sk = moving.sk + by FROM moves WHERE moves.sk = moving.sk AND by = 10
  RETURNING moving.*, by;
-- a second match for an item that was moved is ignored
INSERT INTO moves VALUES (3, 1), (3, 1), (4, 1), (5, 1);
UPDATE moving SET sk = moving.sk + by FROM moves WHERE moves.sk = moving.sk;
SELECT * FROM moving ORDER BY pk, sk;
UPDATE moving SET sk = 11 FROM moves WHERE moves.sk = moving.sk;
\echo :LAST_ERROR_SQLSTATE
CREATE FUNCTION move_further() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.sk := NEW.sk + 1000;
  RETURN NEW;
END $$;
ALTER FOREIGN TABLE moving DROP CONSTRAINT small;
CREATE TRIGGER further BEFORE UPDATE ON moving FOR EACH ROW EXECUTE FUNCTION move_further();
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}') IS NOT NULL;
UPDATE moving SET n = n + 1 WHERE pk = 'j' AND sk = 11 RETURNING *;
SELECT dyn_request('dynamo', 'TestCounts', '{"Reset": true}');
DROP TRIGGER further ON moving;
SELECT * FROM moving ORDER BY pk, sk;
SELECT dyn_drop_table('moving');
DROP FOREIGN TABLE moving;
DROP TABLE moves;
DROP FUNCTION move_further();
