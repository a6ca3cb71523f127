--
-- Options for what the AWS SDKs have conventions for, and the setting of
-- session tags: what is refused, and what only a superuser may do.  What they
-- do: test/t/040_conventions.pl.
--
CREATE ROLE regress_dynamorm_user;
GRANT USAGE ON FOREIGN DATA WRAPPER dynamorm_fdw TO regress_dynamorm_user;
CREATE SERVER convention_server FOREIGN DATA WRAPPER dynamorm_fdw;

-- values of a server's options
ALTER SERVER convention_server OPTIONS (ADD retry_mode 'legacy');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER convention_server OPTIONS (ADD account_id_endpoint_mode 'always');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER convention_server OPTIONS (ADD app_id 'a b');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER convention_server OPTIONS (ADD app_id 'a/b');
ALTER SERVER convention_server OPTIONS (ADD app_id E'a\nb');
ALTER SERVER convention_server OPTIONS (ADD app_id 'ä');
ALTER SERVER convention_server OPTIONS (ADD app_id '');
ALTER SERVER convention_server OPTIONS (ADD app_id 'abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijk');
-- never shown: it may hold a password
ALTER SERVER convention_server OPTIONS (ADD proxy 'http://user:secret@host:1');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER convention_server OPTIONS (ADD proxy 'host:1');
ALTER SERVER convention_server OPTIONS (ADD proxy 'socks5://host');
ALTER SERVER convention_server OPTIONS (ADD proxy '');
ALTER SERVER convention_server OPTIONS (ADD retry_mode 'adaptive', ADD account_id_endpoint_mode 'required',
  ADD app_id 'a-b.c_d~50', ADD proxy 'http://proxy.example.com:3128');
SELECT srvoptions FROM pg_foreign_server WHERE srvname = 'convention_server';
ALTER SERVER convention_server OPTIONS (SET proxy 'none');

-- values of a user mapping's options
SELECT json_build_object('a', repeat('x', 2048)) AS long_policy,
       repeat('k', 129) || '=v' AS long_key,
       'k=' || repeat('v', 257) AS long_value,
       repeat('k', 128) || '=' || repeat('v', 256) AS longest_tag,
       string_agg(format('k%s=v', n), ',') AS many_tags
  FROM generate_series(1, 51) n \gset
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (account_id '12345678901');
\echo :LAST_ERROR_SQLSTATE
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (role_duration '899');
\echo :LAST_ERROR_SQLSTATE
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (role_duration '43201');
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (role_policy 'none');
\echo :LAST_ERROR_SQLSTATE
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (role_policy '[]');
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (role_policy :'long_policy');
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (source_identity 'a');
\echo :LAST_ERROR_SQLSTATE
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (source_identity 'a b');
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (session_tags 'a=*');
\echo :LAST_ERROR_SQLSTATE
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (session_tags 'aws:a=1');
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (session_tags '=1');
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (session_tags 'a=1,,b=2');
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (session_tags 'a=1, A=2');
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (session_tags '');
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (session_tags :'long_key');
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (session_tags :'long_value');
CREATE USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (session_tags :'many_tags');
CREATE USER MAPPING FOR PUBLIC SERVER convention_server
  OPTIONS (access_key_id 'id', secret_access_key 'secret', account_id '123456789012', role_arn 'arn:aws:iam::1:role/x',
           role_duration '900', role_policy '{"Statement": []}', source_identity '{user}',
           session_tags 'tenant={user}, stage = prod, région=é, plan, empty=');
ALTER USER MAPPING FOR PUBLIC SERVER convention_server OPTIONS (SET session_tags :'longest_tag');

-- what only a superuser may do
SET ROLE regress_dynamorm_user;
CREATE SERVER convention_server_2 FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (proxy 'http://proxy.example.com:3128');
\echo :LAST_ERROR_SQLSTATE
SET dynamorm_fdw.session_tags = 'tenant=b';
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;

-- the setting
SHOW dynamorm_fdw.session_tags;
SET dynamorm_fdw.session_tags = 'tenant';
\echo :LAST_ERROR_SQLSTATE
SET dynamorm_fdw.session_tags = 'a=<b>';
SET dynamorm_fdw.session_tags = 'tenant={user}, stage=prod';
RESET dynamorm_fdw.session_tags;

DROP SERVER convention_server CASCADE;
REVOKE USAGE ON FOREIGN DATA WRAPPER dynamorm_fdw FROM regress_dynamorm_user;
DROP ROLE regress_dynamorm_user;
