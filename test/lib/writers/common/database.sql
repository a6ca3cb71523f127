--
-- The database in which a SQL file runs, and what says how many requests its
-- statements were.
--
CREATE DATABASE :database;
\c :database
SET client_min_messages = warning;
CREATE EXTENSION dynamorm_fdw;
CREATE SERVER dynamo FOREIGN DATA WRAPPER dynamorm_fdw
  OPTIONS (endpoint :'endpoint', region 'us-east-1');
CREATE USER MAPPING FOR CURRENT_USER SERVER dynamo
  OPTIONS (access_key_id 'test', secret_access_key 'test');

-- What was done since the last call must be one request of this operation, and
-- one row, or so many.
CREATE PROCEDURE one_request(operation text, row_count bigint, expected_rows bigint DEFAULT 1)
LANGUAGE plpgsql AS $$
DECLARE
  asked text := (SELECT string_agg(format('%s %s', requests, s.operation), ', ' ORDER BY s.operation)
    FROM dyn_stat_requests s WHERE s.operation <> 'DescribeTable');
BEGIN
  IF asked IS DISTINCT FROM '1 ' || operation THEN
    RAISE EXCEPTION 'expected one %, but asked for %', operation, coalesce(asked, 'nothing');
  ELSIF row_count <> expected_rows THEN
    RAISE EXCEPTION 'expected % rows of %, got %', expected_rows, operation, row_count;
  END IF;
  PERFORM dyn_stat_reset();
END $$;
