/*
 * dynamorm_fdw--1.1--1.2.sql
 *		What version 1.2 has beside 1.1.
 */

\echo Use "ALTER EXTENSION dynamorm_fdw UPDATE TO '1.2'" to load this file. \quit

/* What all sessions have asked DynamoDB for. */

CREATE FUNCTION dyn_stat_get_operations(
  OUT database_id oid,
  OUT role_id oid,
  OUT server_id oid,
  OUT table_name text,
  OUT operation text,
  OUT queryid bigint,
  OUT calls bigint,
  OUT requests bigint,
  OUT retries bigint,
  OUT throttles bigint,
  OUT unknown_outcomes bigint,
  OUT read_units double precision,
  OUT write_units double precision,
  OUT total_time double precision,
  OUT max_time double precision,
  OUT limit_waits bigint,
  OUT limit_time double precision)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED;

COMMENT ON FUNCTION dyn_stat_get_operations()
IS 'the requests of all sessions, summed up by database, role, server, table, operation and statement';

CREATE VIEW dyn_stat_operations AS
  SELECT d.datname AS database,
    pg_catalog.pg_get_userbyid(o.role_id) AS role,
    s.srvname AS server,
    o.table_name,
    o.operation,
    o.queryid,
    o.calls,
    o.requests,
    o.retries,
    o.throttles,
    o.unknown_outcomes,
    o.read_units,
    o.write_units,
    o.total_time,
    o.total_time / NULLIF(o.calls, 0) AS mean_time,
    o.max_time,
    o.limit_waits,
    o.limit_time,
    o.database_id,
    o.role_id,
    o.server_id
  FROM dyn_stat_get_operations() o
    LEFT JOIN pg_catalog.pg_database d ON d.oid = o.database_id
    LEFT JOIN pg_catalog.pg_foreign_server s ON s.oid = o.server_id
      AND d.datname = pg_catalog.current_database();

COMMENT ON VIEW dyn_stat_operations
IS 'the requests of all sessions since the server was started, by database, role, server, table, operation and statement; times in milliseconds';

GRANT SELECT ON dyn_stat_operations TO PUBLIC;

CREATE FUNCTION dyn_stat_operations_reset()
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION dyn_stat_operations_reset()
IS 'begins the statistics of all sessions anew';

REVOKE EXECUTE ON FUNCTION dyn_stat_operations_reset() FROM PUBLIC;

/* What this session has asked for, with the waits for units. */

DROP VIEW dyn_stat_requests;
DROP FUNCTION dyn_stat_get_requests();

CREATE FUNCTION dyn_stat_get_requests(
  OUT server_id oid,
  OUT table_name text,
  OUT operation text,
  OUT calls bigint,
  OUT requests bigint,
  OUT retries bigint,
  OUT throttles bigint,
  OUT unknown_outcomes bigint,
  OUT capacity_units double precision,
  OUT total_time double precision,
  OUT max_time double precision,
  OUT limit_waits bigint,
  OUT limit_time double precision)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED;

COMMENT ON FUNCTION dyn_stat_get_requests()
IS 'the requests of this session, summed up by server, table and operation';

CREATE VIEW dyn_stat_requests AS
  SELECT s.srvname AS server,
    r.table_name,
    r.operation,
    r.calls,
    r.requests,
    r.retries,
    r.throttles,
    r.unknown_outcomes,
    r.capacity_units,
    r.total_time / NULLIF(r.calls, 0) AS mean_time,
    r.max_time,
    r.limit_waits,
    r.limit_time
  FROM dyn_stat_get_requests() r
    LEFT JOIN pg_catalog.pg_foreign_server s ON s.oid = r.server_id;

COMMENT ON VIEW dyn_stat_requests
IS 'the requests of this session, by server, table and operation; times in milliseconds';

GRANT SELECT ON dyn_stat_requests TO PUBLIC;

/* What DynamoDB tells of a table. */

CREATE FUNCTION dyn_describe_table("table" regclass,
    OUT property text, OUT value text)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION dyn_describe_table(regclass)
IS 'lists what DynamoDB tells of the table behind a foreign table';
