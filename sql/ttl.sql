--
-- The time to live: dyn_create_table registers the column.
--
-- Needs: ttl
CREATE FOREIGN TABLE lease (
    id text OPTIONS (key 'partition'),
    expires timestamptz(0) OPTIONS (attribute_name 'exp', type 'N', ttl 'true')
) SERVER dynamo;
SELECT dyn_create_table('lease');
SELECT dyn_request('dynamo', 'DescribeTimeToLive', '{"TableName": "lease"}');
INSERT INTO lease VALUES ('a', '2099-01-01 00:00Z');
SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "lease", "Key": {"id": {"S": "a"}}}') -> 'Item';
-- an import knows it, and another attribute of whole numbers for what it is
UPDATE lease SET expires = expires + interval '1 hour' WHERE id = 'a' RETURNING expires AT TIME ZONE 'UTC' AS expires;
SELECT dyn_request('dynamo', 'UpdateItem', '{"TableName": "lease", "Key": {"id": {"S": "a"}}, "UpdateExpression": "SET made = :m", "ExpressionAttributeValues": {":m": {"N": "1767225600"}}}');
CREATE SCHEMA leases;
IMPORT FOREIGN SCHEMA dynamodb LIMIT TO (lease) FROM SERVER dynamo INTO leases;
SELECT attname, format_type(atttypid, atttypmod) AS type, attfdwoptions FROM pg_attribute
 WHERE attrelid = 'leases.lease'::regclass AND attnum > 0 ORDER BY attnum;
SELECT id, exp AT TIME ZONE 'UTC' AS exp, made FROM leases.lease;
DROP SCHEMA leases CASCADE;
SELECT dyn_drop_table('lease');
DROP FOREIGN TABLE lease;
