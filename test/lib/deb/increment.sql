-- One increment, with the extension that is installed.
\set ON_ERROR_STOP 1
CREATE EXTENSION IF NOT EXISTS dynamorm_fdw;
SELECT extversion FROM pg_extension WHERE extname = 'dynamorm_fdw';
SELECT string_agg(version, ' ' ORDER BY version) AS versions
  FROM pg_available_extension_versions WHERE name = 'dynamorm_fdw';
CREATE SERVER dynamo FOREIGN DATA WRAPPER dynamorm_fdw OPTIONS (endpoint :'endpoint', region 'us-east-1');
CREATE USER MAPPING FOR CURRENT_USER SERVER dynamo OPTIONS (access_key_id 'test', secret_access_key 'test');
CREATE FOREIGN TABLE page_view (id text OPTIONS (key 'partition') COLLATE "C" NOT NULL, view_count bigint) SERVER dynamo;
SELECT dyn_create_table('page_view');
UPDATE page_view SET view_count = dyn_increment(view_count) WHERE id = 'page-123' AND dyn_upsert() RETURNING view_count \gset
UPDATE page_view SET view_count = dyn_increment(view_count) WHERE id = 'page-123'
 RETURNING view_count, 1 / (view_count = 2)::int AS counted \gset
\echo view_count is :view_count
SELECT dyn_drop_table('page_view');
