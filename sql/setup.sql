--
-- The extension and the server that all other tests use.  They run in this
-- database, after this one.
--
\getenv endpoint DYNAMODB_ENDPOINT
CREATE EXTENSION dynamorm_fdw;
CREATE SERVER dynamo FOREIGN DATA WRAPPER dynamorm_fdw
  OPTIONS (endpoint :'endpoint', region 'us-east-1');
CREATE USER MAPPING FOR CURRENT_USER SERVER dynamo
  OPTIONS (access_key_id 'test', secret_access_key 'test');
-- DynamoDB answers
SELECT jsonb_typeof(dyn_request('dynamo', 'ListTables', '{}') -> 'TableNames');
