--
-- dynamorm_fdw.max_read_units: refused before it begins, where the size of the
-- table tells.
-- Needs: table_size
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

-- a Scan is refused before it begins
SELECT count(*) FROM invoice;
SELECT count(*) FROM invoice WHERE note LIKE '%y%';
UPDATE invoice SET note = 'x' WHERE note = 'y';
DELETE FROM invoice;
SELECT count(*) FROM invoice WHERE status = 'open';
-- half the price
ALTER FOREIGN TABLE invoice OPTIONS (ADD consistent_read 'false');
SELECT count(*) FROM invoice;
SET dynamorm_fdw.max_read_units = 600;
SELECT count(*) FROM invoice;
RESET dynamorm_fdw.max_read_units;

SELECT dyn_drop_table('invoice');
DROP FOREIGN TABLE invoice;
