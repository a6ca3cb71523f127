--
-- A table is read before it is written where it is the same table: tables of
-- one name at servers of two regions are two, at servers that only differ in
-- other options they are one.
--
CREATE FOREIGN TABLE depot (id text OPTIONS (key 'partition') COLLATE "C", parent text, n integer) SERVER dynamo;
SELECT dyn_create_table('depot');
\getenv endpoint DYNAMODB_ENDPOINT
CREATE SERVER patient FOREIGN DATA WRAPPER dynamorm_fdw
  OPTIONS (endpoint :'endpoint', region 'us-east-1', request_timeout '60000');
CREATE SERVER homeless FOREIGN DATA WRAPPER dynamorm_fdw
  OPTIONS (endpoint :'endpoint');
CREATE SERVER distant FOREIGN DATA WRAPPER dynamorm_fdw
  OPTIONS (region 'ap-south-1');
CREATE FOREIGN TABLE depot_patient (id text OPTIONS (key 'partition') COLLATE "C", n integer)
  SERVER patient OPTIONS (table_name 'depot');
CREATE FOREIGN TABLE depot_homeless (id text OPTIONS (key 'partition') COLLATE "C", n integer)
  SERVER homeless OPTIONS (table_name 'depot');
CREATE FOREIGN TABLE depot_distant (id text OPTIONS (key 'partition') COLLATE "C", n integer)
  SERVER distant OPTIONS (table_name 'depot');

SELECT explain($$
  UPDATE depot SET n = (SELECT d.n FROM depot_patient d WHERE d.id = depot.parent)
$$);
SELECT explain($$
  UPDATE depot SET n = (SELECT d.n FROM depot_homeless d WHERE d.id = depot.parent)
$$);
SELECT explain($$
  UPDATE depot SET n = (SELECT d.n FROM depot_distant d WHERE d.id = depot.parent)
$$);

-- RETURNING and WITH see nothing of what is written elsewhere
EXPLAIN (COSTS OFF)
  UPDATE depot SET n = 1
  RETURNING (SELECT d.n FROM depot_patient d WHERE d.id = depot.parent);
SELECT explain($$
  UPDATE depot SET n = 1
  RETURNING (SELECT d.n FROM depot_distant d WHERE d.id = depot.parent)
$$);
SELECT explain($$
  WITH w AS (UPDATE depot SET n = 0 WHERE id = '1' RETURNING id)
  SELECT * FROM w JOIN depot_distant d ON d.id = '1'
$$);

SELECT dyn_drop_table('depot');
DROP FOREIGN TABLE depot, depot_patient, depot_homeless, depot_distant;
DROP SERVER patient, homeless, distant;
