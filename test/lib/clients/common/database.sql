--
-- The database of a program, with its tables: foreign ones if kind is FOREIGN,
-- else ordinary ones of the same definition.  The extension and its server are
-- in both, which shall differ in nothing else; where the tables are foreign,
-- sessions load it, as the README says.
--
CREATE DATABASE :database;
\c :database
CREATE EXTENSION dynamorm_fdw;
CREATE SERVER dynamo FOREIGN DATA WRAPPER dynamorm_fdw
  OPTIONS (endpoint :'endpoint', region 'us-east-1', transaction_mode :'mode');
CREATE USER MAPPING FOR CURRENT_USER SERVER dynamo
  OPTIONS (access_key_id 'test', secret_access_key 'test');
SELECT :'kind' = 'FOREIGN' AS is_foreign \gset
\if :is_foreign
ALTER DATABASE :database SET session_preload_libraries = 'dynamorm_fdw';
\set partition 'OPTIONS (key ''partition'')'
\set sort 'OPTIONS (key ''sort'')'
SELECT format(') SERVER dynamo OPTIONS (table_name %L)', :'database' || '_item') AS item_end,
       format(') SERVER dynamo OPTIONS (table_name %L)', :'database' || '_entry') AS entry_end \gset
\else
\set partition
\set sort
\set item_end ', PRIMARY KEY (id))'
\set entry_end ', PRIMARY KEY (item_id, no))'
\endif

CREATE :kind TABLE item (
  id text :partition COLLATE "C" NOT NULL,
  n bigint DEFAULT 0 CONSTRAINT item_n_check CHECK (n >= 0),
  price numeric(10,2),
  tags text[],
  doc jsonb,
  at timestamptz,
  ok boolean,
  blob bytea,
  u uuid
:item_end;

CREATE :kind TABLE entry (
  item_id text :partition COLLATE "C" NOT NULL,
  no integer :sort NOT NULL,
  what text
:entry_end;

\if :is_foreign
SELECT dyn_create_table('item'), dyn_create_table('entry');
\endif
