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
INSERT INTO lease VALUES ('a', '2026-01-01 00:00Z');
SELECT dyn_request('dynamo', 'GetItem', '{"TableName": "lease", "Key": {"id": {"S": "a"}}}') -> 'Item';
SELECT dyn_drop_table('lease');
DROP FOREIGN TABLE lease;
