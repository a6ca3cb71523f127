--
-- Options and settings: what is refused, with which SQLSTATE and hint, and
-- when.
--
CREATE ROLE regress_dynamorm_user;
GRANT USAGE ON FOREIGN DATA WRAPPER dynamorm_fdw TO regress_dynamorm_user;
CREATE SERVER option_server FOREIGN DATA WRAPPER dynamorm_fdw;

-- names: a near one, one of another object, any
ALTER SERVER option_server OPTIONS (ADD regoin 'eu-west-1');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER option_server OPTIONS (ADD secret_access_key 'secret');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER option_server OPTIONS (ADD something 'x');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (ADD region 'eu-west-1');
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (ADD something 'x');
\echo :LAST_ERROR_SQLSTATE
CREATE USER MAPPING FOR CURRENT_USER SERVER option_server OPTIONS (access_key 'secret');
\echo :LAST_ERROR_SQLSTATE
CREATE USER MAPPING FOR CURRENT_USER SERVER option_server OPTIONS (region 'eu-west-1');
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE option_table (id text) SERVER option_server OPTIONS (table 'abc');
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE option_table (id text OPTIONS (table_name 'abc')) SERVER option_server;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE option_table (id text OPTIONS (atribute_name 'abc')) SERVER option_server;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE option_table (id text) SERVER option_server OPTIONS (key 'id');
\echo :LAST_ERROR_SQLSTATE

-- values of a server's options
ALTER SERVER option_server OPTIONS (ADD endpoint 'localhost:8000');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER option_server OPTIONS (ADD endpoint 'https://user:secret@host');
ALTER SERVER option_server OPTIONS (ADD endpoint 'https://host/path');
ALTER SERVER option_server OPTIONS (ADD endpoint 'https://');
ALTER SERVER option_server OPTIONS (ADD endpoint 'https://host:0');
ALTER SERVER option_server OPTIONS (ADD endpoint 'https://host:65536');
ALTER SERVER option_server OPTIONS (ADD endpoint 'https://[::1');
ALTER SERVER option_server OPTIONS (ADD endpoint 'ftp://host');
ALTER SERVER option_server OPTIONS (ADD endpoint '');
-- without TLS, to another machine: a warning
ALTER SERVER option_server OPTIONS (ADD endpoint 'http://dynamodb.example.com:8000');
ALTER SERVER option_server OPTIONS (SET endpoint 'http://127.0.0.1.example.com:8000');
CREATE SERVER option_server_2 FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (endpoint 'http://192.0.2.1');
DROP SERVER option_server_2;
ALTER SERVER option_server OPTIONS (SET endpoint 'http://localhost:8000');
ALTER SERVER option_server OPTIONS (SET endpoint 'http://127.0.0.1:8000');
ALTER SERVER option_server OPTIONS (SET endpoint 'http://[::1]:8000');
ALTER SERVER option_server OPTIONS (SET endpoint 'https://dynamodb.eu-west-1.amazonaws.com');
ALTER SERVER option_server OPTIONS (DROP endpoint);
ALTER SERVER option_server OPTIONS (ADD region 'eu west 1');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER option_server OPTIONS (ADD region '');
ALTER SERVER option_server OPTIONS (ADD consistent_read 'maybe');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER option_server OPTIONS (ADD consistent_read '');
ALTER SERVER option_server OPTIONS (ADD transaction_mode 'lazy');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER option_server OPTIONS (ADD commit_table 'a b');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER option_server OPTIONS (ADD max_concurrency '0');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER option_server OPTIONS (ADD max_concurrency '1001');
ALTER SERVER option_server OPTIONS (ADD max_concurrency '1.5');
ALTER SERVER option_server OPTIONS (ADD connect_timeout '-1');
ALTER SERVER option_server OPTIONS (ADD request_timeout '30s');
ALTER SERVER option_server OPTIONS (ADD max_attempts '99999999999999999999');
ALTER SERVER option_server OPTIONS (ADD ca_file 'ca.pem');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER option_server OPTIONS (ADD region 'eu-west-1', ADD consistent_read 'off',
  ADD transaction_mode 'immediate', ADD max_concurrency '8', ADD connect_timeout '100',
  ADD request_timeout '1000', ADD max_attempts '3', ADD ca_file '/etc/ssl/ca.pem', ADD updatable '1');
SELECT srvoptions FROM pg_foreign_server WHERE srvname = 'option_server';

-- values of a user mapping's options: never shown
CREATE USER MAPPING FOR CURRENT_USER SERVER option_server OPTIONS (access_key_id '');
\echo :LAST_ERROR_SQLSTATE
CREATE USER MAPPING FOR CURRENT_USER SERVER option_server
  OPTIONS (access_key_id 'id', secret_access_key E'secret\nX-Header: value');
\echo :LAST_ERROR_SQLSTATE
CREATE USER MAPPING FOR CURRENT_USER SERVER option_server OPTIONS (credentials_required 'secret');
CREATE USER MAPPING FOR CURRENT_USER SERVER option_server OPTIONS (credential_source 'secret');
\echo :LAST_ERROR_SQLSTATE
CREATE USER MAPPING FOR CURRENT_USER SERVER option_server
  OPTIONS (access_key_id 'id', secret_access_key 'secret', session_token 'token',
           credential_source 'static', profile 'default', role_arn 'arn:aws:iam::1:role/x',
           external_id 'x', role_session_name 'x', credentials_required 'true');
DROP USER MAPPING FOR CURRENT_USER SERVER option_server;

-- what only a superuser may do
SET ROLE regress_dynamorm_user;
CREATE SERVER option_server_2 FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (ca_file '/etc/passwd');
\echo :LAST_ERROR_SQLSTATE
CREATE SERVER option_server_2 FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (region 'eu-west-1');
CREATE USER MAPPING FOR CURRENT_USER SERVER option_server_2 OPTIONS (credentials_required 'false');
\echo :LAST_ERROR_SQLSTATE
CREATE USER MAPPING FOR CURRENT_USER SERVER option_server_2 OPTIONS (credentials_required 'true');
SELECT dyn_request('option_server_2', 'ListTables', '{}');
\echo :LAST_ERROR_SQLSTATE
DROP SERVER option_server_2 CASCADE;
RESET ROLE;

-- values of tables' and columns' options
CREATE FOREIGN TABLE option_table (id text) SERVER option_server OPTIONS (table_name 'ab');
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE option_table (id text) SERVER option_server OPTIONS (table_name 'a table');
CREATE FOREIGN TABLE option_table (id text) SERVER option_server OPTIONS (table_name 'arn:aws:dynamodb:eu-west-1:1:index/x');
CREATE FOREIGN TABLE option_table (id text) SERVER option_server OPTIONS (transaction_mode 'lazy');
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE option_table (id text) SERVER option_server OPTIONS (updatable 'no thanks');
CREATE FOREIGN TABLE option_table (id text OPTIONS (attribute_name '')) SERVER option_server;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE option_table (id text OPTIONS (key 'hash')) SERVER option_server;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE option_table (id text OPTIONS (type 'string')) SERVER option_server;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE option_table (id text OPTIONS (unit 'minutes')) SERVER option_server;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE option_table (id text, rest jsonb OPTIONS (document 'true', attribute_name 'x')) SERVER option_server;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE option_table (id text OPTIONS (key 'partition')) SERVER option_server
  OPTIONS (table_name 'arn:aws:dynamodb:eu-west-1:123456789012:table/Name', consistent_read 'false', updatable 'false');
DROP FOREIGN TABLE option_table;

-- what depends on the columns' types is seen when the table is used
CREATE FOREIGN TABLE option_table (
  id text OPTIONS (key 'partition'),
  n integer,
  "when" timestamptz,
  tags text[]
) SERVER option_server;
ALTER FOREIGN TABLE option_table ALTER tags OPTIONS (ADD key 'sort');
EXPLAIN SELECT * FROM option_table;
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE option_table ALTER tags OPTIONS (DROP key, ADD version 'true');
EXPLAIN SELECT * FROM option_table;
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE option_table ALTER tags OPTIONS (DROP version, ADD created_at 'true');
EXPLAIN SELECT * FROM option_table;
ALTER FOREIGN TABLE option_table ALTER tags OPTIONS (DROP created_at, ADD updated_at 'true');
EXPLAIN SELECT * FROM option_table;
ALTER FOREIGN TABLE option_table ALTER tags OPTIONS (DROP updated_at, ADD ttl 'true');
EXPLAIN SELECT * FROM option_table;
ALTER FOREIGN TABLE option_table ALTER tags OPTIONS (DROP ttl, ADD document 'true');
EXPLAIN SELECT * FROM option_table;
ALTER FOREIGN TABLE option_table ALTER tags OPTIONS (DROP document);
ALTER FOREIGN TABLE option_table ALTER "when" OPTIONS (ADD ttl 'true', ADD type 'N', ADD unit 'ms');
EXPLAIN SELECT * FROM option_table;
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE option_table ALTER "when" OPTIONS (SET unit 's');
ALTER FOREIGN TABLE option_table ALTER n OPTIONS (ADD ttl 'true');
EXPLAIN SELECT * FROM option_table;
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE option_table ALTER n OPTIONS (DROP ttl, ADD key 'partition');
EXPLAIN SELECT * FROM option_table;
ALTER FOREIGN TABLE option_table ALTER n OPTIONS (SET key 'sort');
ALTER FOREIGN TABLE option_table ALTER id OPTIONS (DROP key);
EXPLAIN SELECT * FROM option_table;
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE option_table ALTER id OPTIONS (ADD key 'partition');
ALTER FOREIGN TABLE option_table ALTER n OPTIONS (DROP key, ADD attribute_name 'id');
EXPLAIN SELECT * FROM option_table;
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE option_table ALTER n OPTIONS (DROP attribute_name, ADD type 'SS');
EXPLAIN SELECT * FROM option_table;
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE option_table ALTER n OPTIONS (DROP type);
ALTER FOREIGN TABLE option_table RENAME TO "ab";
EXPLAIN SELECT * FROM ab;
\echo :LAST_ERROR_SQLSTATE
ALTER FOREIGN TABLE ab RENAME TO option_table;

-- what a connection needs is seen when it is used
GRANT SELECT ON option_table TO regress_dynamorm_user;
SET ROLE regress_dynamorm_user;
SELECT * FROM option_table;
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
CREATE USER MAPPING FOR PUBLIC SERVER option_server;
-- the machine's own identity is for superusers
SET ROLE regress_dynamorm_user;
SELECT * FROM option_table;
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
ALTER USER MAPPING FOR PUBLIC SERVER option_server OPTIONS (ADD secret_access_key 'secret');
SELECT * FROM option_table;
\echo :LAST_ERROR_SQLSTATE
ALTER USER MAPPING FOR PUBLIC SERVER option_server OPTIONS (ADD access_key_id 'id', DROP secret_access_key);
SELECT * FROM option_table;
ALTER USER MAPPING FOR PUBLIC SERVER option_server OPTIONS (ADD secret_access_key 'secret');
ALTER SERVER option_server OPTIONS (DROP region);
SELECT * FROM option_table;
\echo :LAST_ERROR_SQLSTATE

-- privileges
SET ROLE regress_dynamorm_user;
SELECT dyn_create_table('option_table');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_drop_table('option_table');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_increment('option_table', '{"id": "x"}', 'n');
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
GRANT EXECUTE ON FUNCTION dyn_request TO regress_dynamorm_user;
SET ROLE regress_dynamorm_user;
SELECT dyn_request('option_server', 'ListTables', '{}');
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
REVOKE EXECUTE ON FUNCTION dyn_request FROM regress_dynamorm_user;

-- what the functions refuse before anything is sent
SELECT dyn_request('option_server', 'drop table', '{}');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_request('option_server', 'ListTables', '[]');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_request('option_server', 'ListTables', NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_request('no_server', 'ListTables', '{}');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_increment('option_table', '{"id": "x"}', 'nothing');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_increment('option_table', '{"id": "x"}', 'tags');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_increment('option_table', '{"id": "x"}', 'n', 1.5);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_increment('option_table', '{"id": "x"}', 'n', 1e30);
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_increment('option_table', '{}', 'n');
\echo :LAST_ERROR_SQLSTATE
SELECT dyn_increment('option_table', '["x"]', 'n');
SELECT dyn_increment('option_table', '{"id": null}', 'n');
SELECT dyn_increment('option_table', '{"id": ["x"]}', 'n');
SELECT dyn_increment('option_table', '{"id": "x", "n": 1}', 'n');
BEGIN READ ONLY;
SELECT dyn_increment('option_table', '{"id": "x"}', 'n');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
BEGIN READ ONLY;
SELECT dyn_create_table('option_table');
ROLLBACK;
BEGIN READ ONLY;
SELECT dyn_drop_table('option_table');
ROLLBACK;
BEGIN READ ONLY;
SELECT dyn_request('option_server', 'PutItem', '{}');
ROLLBACK;
ALTER FOREIGN TABLE option_table ALTER id OPTIONS (DROP key);
SELECT dyn_create_table('option_table');
\echo :LAST_ERROR_SQLSTATE

-- settings
SHOW dynamorm_fdw.transaction_mode;
SHOW dynamorm_fdw.max_read_units;
SHOW dynamorm_fdw.report_conditions;
SHOW dynamorm_fdw.commit_timeout;
SHOW dynamorm_fdw.idempotency_key;
SET dynamorm_fdw.transaction_mode = 'atomic';
SET dynamorm_fdw.transaction_mode = 'lazy';
\echo :LAST_ERROR_SQLSTATE
SET dynamorm_fdw.transaction_mode = 'immediate';
SET dynamorm_fdw.transaction_mode = '';
SET dynamorm_fdw.max_read_units = -1;
\echo :LAST_ERROR_SQLSTATE
SET dynamorm_fdw.max_read_units = 0;
RESET dynamorm_fdw.max_read_units;

DROP FOREIGN TABLE option_table;
DROP SERVER option_server CASCADE;
REVOKE USAGE ON FOREIGN DATA WRAPPER dynamorm_fdw FROM regress_dynamorm_user;
DROP ROLE regress_dynamorm_user;
