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

/* UPDATE and DELETE of whole tables, in pieces. */

CREATE TABLE dyn_backfill_job (
  id serial PRIMARY KEY,
  job text NOT NULL UNIQUE,
  owner regrole NOT NULL,
  "table" regclass NOT NULL,
  statement text NOT NULL,
  job_column name,
  segments integer NOT NULL,
  items bigint,
  calls integer NOT NULL DEFAULT 0,
  started timestamptz NOT NULL DEFAULT now());

COMMENT ON TABLE dyn_backfill_job
IS 'what dyn_backfill() has been told to do';

CREATE TABLE dyn_backfill_place (
  id integer REFERENCES dyn_backfill_job ON DELETE CASCADE,
  segment integer,
  start_key bytea,
  is_done boolean NOT NULL DEFAULT false,
  items_scanned bigint NOT NULL DEFAULT 0,
  rows_changed bigint NOT NULL DEFAULT 0,
  read_units double precision NOT NULL DEFAULT 0,
  write_units double precision NOT NULL DEFAULT 0,
  seconds double precision NOT NULL DEFAULT 0,
  saved timestamptz,
  PRIMARY KEY (id, segment));

COMMENT ON TABLE dyn_backfill_place
IS 'how far dyn_backfill() has come: for each segment of the Scan the key with which it goes on, as JSON in UTF-8';

SELECT pg_catalog.pg_extension_config_dump('dyn_backfill_job', '');
SELECT pg_catalog.pg_extension_config_dump('dyn_backfill_job_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('dyn_backfill_place', '');

/* Who owns the database may dump it. */
GRANT SELECT ON dyn_backfill_job, dyn_backfill_job_id_seq, dyn_backfill_place TO pg_database_owner;

CREATE VIEW dyn_backfill_jobs WITH (security_barrier) AS
  SELECT j.job,
    j.owner,
    j."table",
    j.statement,
    j.job_column,
    CASE WHEN p.segments_done = j.segments THEN 'done'
      WHEN l.pids IS NOT NULL THEN 'running'
      ELSE 'interrupted' END AS state,
    l.pids,
    j.segments,
    p.segments_done,
    p.items_scanned,
    p.rows_changed,
    p.read_units,
    p.write_units,
    j.calls,
    j.started,
    p.saved,
    p.rate,
    CASE WHEN p.segments_done < j.segments THEN
      greatest(CASE WHEN p.segments_done > 0 THEN p.items_done / p.segments_done * j.segments
        ELSE j.items END - p.items_scanned, 0)
      / p.rate / coalesce(cardinality(l.pids), 1) * interval '1 second' END AS time_left
  FROM dyn_backfill_job j
    CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE s.is_done) AS segments_done,
        sum(s.items_scanned) FILTER (WHERE s.is_done) AS items_done,
        sum(s.items_scanned) AS items_scanned,
        sum(s.rows_changed) AS rows_changed,
        sum(s.read_units) AS read_units,
        sum(s.write_units) AS write_units,
        nullif(sum(s.items_scanned), 0)::double precision / nullif(sum(s.seconds), 0) AS rate,
        max(s.saved) AS saved
      FROM dyn_backfill_place s WHERE s.id = j.id) p
    CROSS JOIN LATERAL (
      SELECT array_agg(k.pid ORDER BY k.pid) AS pids
      FROM pg_catalog.pg_locks k
      WHERE k.locktype = 'object' AND k.granted
        AND k.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
        AND k.classid = 'dyn_backfill_job'::regclass AND k.objid = j.id::oid) l
  WHERE pg_catalog.pg_has_role(j.owner, 'USAGE');

COMMENT ON VIEW dyn_backfill_jobs
IS 'the backfills of the roles that one has: how far they are, how many items a session looks at in a second, and how long it may take';

GRANT SELECT ON dyn_backfill_jobs TO PUBLIC;

CREATE PROCEDURE dyn_backfill(
  statement text,
  job text,
  job_column name DEFAULT NULL,
  segments integer DEFAULT 16,
  piece_size integer DEFAULT 1000,
  progress interval DEFAULT '1 minute')
AS 'MODULE_PATHNAME'
LANGUAGE C;

COMMENT ON PROCEDURE dyn_backfill(text, text, name, integer, integer, interval)
IS 'runs an UPDATE or DELETE over a whole foreign table in pieces, and goes on where it was interrupted';

CREATE FUNCTION dyn_backfill_forget(job text)
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;

COMMENT ON FUNCTION dyn_backfill_forget(text)
IS 'forgets a backfill, so that its name can be given to another';
