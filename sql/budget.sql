--
-- dynamorm_fdw.max_read_units, during the read.  What is refused before it
-- begins: budget_size.
--
CREATE FOREIGN TABLE invoice (
    id text OPTIONS (key 'partition'),
    status text,
    note text
) SERVER dynamo;
\o /dev/null
SELECT dyn_request('dynamo', 'CreateTable', '{"TableName": "invoice", "BillingMode": "PAY_PER_REQUEST",
  "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "status", "AttributeType": "S"}],
  "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
  "GlobalSecondaryIndexes": [{"IndexName": "by-status", "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}]}');
\o
INSERT INTO invoice SELECT n, CASE WHEN n = 1 THEN 'open' ELSE 'paid' END, repeat('x', 100000) FROM generate_series(1, 40) n;
SET dynamorm_fdw.max_read_units = 300;

-- EXPLAIN reads nothing, and what may end early is let go on
EXPLAIN (COSTS OFF) SELECT * FROM invoice;
SELECT count(*) FROM (SELECT id FROM invoice LIMIT 3) t;
SELECT count(*) FROM invoice WHERE id = '1';
ALTER FOREIGN TABLE invoice OPTIONS (ADD consistent_read 'false');
SELECT id FROM invoice WHERE status = 'open';
\set VERBOSITY terse
SELECT count(*) FROM (SELECT id FROM invoice ORDER BY note LIMIT 3) t;
\set VERBOSITY default
-- half the price
SET dynamorm_fdw.max_read_units = 600;
SELECT count(*) FROM invoice;
SET dynamorm_fdw.max_read_units = 0;
SELECT count(*) FROM invoice;
RESET dynamorm_fdw.max_read_units;

SELECT dyn_drop_table('invoice');
DROP FOREIGN TABLE invoice;
