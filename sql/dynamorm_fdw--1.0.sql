/*
 * dynamorm_fdw--1.0.sql
 *		The foreign-data wrapper and its functions.
 */

\echo Use "CREATE EXTENSION dynamorm_fdw" to load this file. \quit

CREATE FUNCTION dynamorm_fdw_handler()
RETURNS fdw_handler
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT;

COMMENT ON FUNCTION dynamorm_fdw_handler()
IS 'handler of the foreign-data wrapper dynamorm_fdw';

CREATE FUNCTION dynamorm_fdw_validator(text[], oid)
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT;

COMMENT ON FUNCTION dynamorm_fdw_validator(text[], oid)
IS 'checks the options of dynamorm_fdw servers, user mappings, tables and columns';

CREATE FOREIGN DATA WRAPPER dynamorm_fdw
  HANDLER dynamorm_fdw_handler
  VALIDATOR dynamorm_fdw_validator;

COMMENT ON FOREIGN DATA WRAPPER dynamorm_fdw
IS 'Amazon DynamoDB tables as foreign tables';

/*
 * Numbers.  What is added to an integer is a bigint, so that a call with any
 * two integer types finds the variant of its first argument.
 */

CREATE FUNCTION dyn_increment(c smallint, by bigint DEFAULT 1)
RETURNS smallint
AS 'MODULE_PATHNAME', 'dyn_increment_int2'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_increment(smallint, bigint)
IS 'adds to a number; an absent one counts as 0';

CREATE FUNCTION dyn_increment(c integer, by bigint DEFAULT 1)
RETURNS integer
AS 'MODULE_PATHNAME', 'dyn_increment_int4'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_increment(integer, bigint)
IS 'adds to a number; an absent one counts as 0';

CREATE FUNCTION dyn_increment(c bigint, by bigint DEFAULT 1)
RETURNS bigint
AS 'MODULE_PATHNAME', 'dyn_increment_int8'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_increment(bigint, bigint)
IS 'adds to a number; an absent one counts as 0';

CREATE FUNCTION dyn_increment(c numeric, by numeric DEFAULT 1)
RETURNS numeric
AS 'MODULE_PATHNAME', 'dyn_increment_numeric'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_increment(numeric, numeric)
IS 'adds to a number; an absent one counts as 0';

CREATE FUNCTION dyn_increment(c real, by real DEFAULT 1)
RETURNS real
AS 'MODULE_PATHNAME', 'dyn_increment_float4'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_increment(real, real)
IS 'adds to a number; an absent one counts as 0';

CREATE FUNCTION dyn_increment(c double precision, by double precision DEFAULT 1)
RETURNS double precision
AS 'MODULE_PATHNAME', 'dyn_increment_float8'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_increment(double precision, double precision)
IS 'adds to a number; an absent one counts as 0';

CREATE FUNCTION dyn_decrement(c smallint, by bigint DEFAULT 1)
RETURNS smallint
AS 'MODULE_PATHNAME', 'dyn_decrement_int2'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_decrement(smallint, bigint)
IS 'subtracts from a number; an absent one counts as 0';

CREATE FUNCTION dyn_decrement(c integer, by bigint DEFAULT 1)
RETURNS integer
AS 'MODULE_PATHNAME', 'dyn_decrement_int4'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_decrement(integer, bigint)
IS 'subtracts from a number; an absent one counts as 0';

CREATE FUNCTION dyn_decrement(c bigint, by bigint DEFAULT 1)
RETURNS bigint
AS 'MODULE_PATHNAME', 'dyn_decrement_int8'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_decrement(bigint, bigint)
IS 'subtracts from a number; an absent one counts as 0';

CREATE FUNCTION dyn_decrement(c numeric, by numeric DEFAULT 1)
RETURNS numeric
AS 'MODULE_PATHNAME', 'dyn_decrement_numeric'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_decrement(numeric, numeric)
IS 'subtracts from a number; an absent one counts as 0';

CREATE FUNCTION dyn_decrement(c real, by real DEFAULT 1)
RETURNS real
AS 'MODULE_PATHNAME', 'dyn_decrement_float4'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_decrement(real, real)
IS 'subtracts from a number; an absent one counts as 0';

CREATE FUNCTION dyn_decrement(c double precision, by double precision DEFAULT 1)
RETURNS double precision
AS 'MODULE_PATHNAME', 'dyn_decrement_float8'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_decrement(double precision, double precision)
IS 'subtracts from a number; an absent one counts as 0';

CREATE FUNCTION dyn_add(c smallint, by bigint)
RETURNS smallint
AS 'MODULE_PATHNAME', 'dyn_add_int2'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_add(smallint, bigint)
IS 'adds to a number; an absent one counts as 0';

CREATE FUNCTION dyn_add(c integer, by bigint)
RETURNS integer
AS 'MODULE_PATHNAME', 'dyn_add_int4'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_add(integer, bigint)
IS 'adds to a number; an absent one counts as 0';

CREATE FUNCTION dyn_add(c bigint, by bigint)
RETURNS bigint
AS 'MODULE_PATHNAME', 'dyn_add_int8'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_add(bigint, bigint)
IS 'adds to a number; an absent one counts as 0';

CREATE FUNCTION dyn_add(c numeric, by numeric)
RETURNS numeric
AS 'MODULE_PATHNAME', 'dyn_add_numeric'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_add(numeric, numeric)
IS 'adds to a number; an absent one counts as 0';

CREATE FUNCTION dyn_add(c real, by real)
RETURNS real
AS 'MODULE_PATHNAME', 'dyn_add_float4'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_add(real, real)
IS 'adds to a number; an absent one counts as 0';

CREATE FUNCTION dyn_add(c double precision, by double precision)
RETURNS double precision
AS 'MODULE_PATHNAME', 'dyn_add_float8'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_add(double precision, double precision)
IS 'adds to a number; an absent one counts as 0';

/* Sets. */

CREATE FUNCTION dyn_set_add(c anycompatiblearray, elements anycompatiblearray)
RETURNS anycompatiblearray
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_set_add(anycompatiblearray, anycompatiblearray)
IS 'adds elements to a set; an absent one is empty';

CREATE FUNCTION dyn_set_delete(c anycompatiblearray, elements anycompatiblearray)
RETURNS anycompatiblearray
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_set_delete(anycompatiblearray, anycompatiblearray)
IS 'removes elements from a set; one that becomes empty is absent';

/* Any type. */

CREATE FUNCTION dyn_if_not_exists(c anycompatible, v anycompatible)
RETURNS anycompatible
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_if_not_exists(anycompatible, anycompatible)
IS 'the value, or the other one where it is absent';

/* Lists.  Indexes count from 0. */

CREATE FUNCTION dyn_list_append(c anycompatiblearray, elements anycompatiblearray)
RETURNS anycompatiblearray
AS 'MODULE_PATHNAME', 'dyn_list_append_array'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_list_append(anycompatiblearray, anycompatiblearray)
IS 'puts elements at the end of a list; an absent one is empty';

CREATE FUNCTION dyn_list_append(c jsonb, elements jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'dyn_list_append_jsonb'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_list_append(jsonb, jsonb)
IS 'puts elements at the end of a list; an absent one is empty';

CREATE FUNCTION dyn_list_prepend(c anycompatiblearray, elements anycompatiblearray)
RETURNS anycompatiblearray
AS 'MODULE_PATHNAME', 'dyn_list_prepend_array'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_list_prepend(anycompatiblearray, anycompatiblearray)
IS 'puts elements at the beginning of a list; an absent one is empty';

CREATE FUNCTION dyn_list_prepend(c jsonb, elements jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'dyn_list_prepend_jsonb'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_list_prepend(jsonb, jsonb)
IS 'puts elements at the beginning of a list; an absent one is empty';

CREATE FUNCTION dyn_list_set(c anycompatiblearray, index integer, v anycompatible)
RETURNS anycompatiblearray
AS 'MODULE_PATHNAME', 'dyn_list_set_array'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_list_set(anycompatiblearray, integer, anycompatible)
IS 'sets the element at an index, from 0; past the end it appends';

CREATE FUNCTION dyn_list_set(c jsonb, index integer, v jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'dyn_list_set_jsonb'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_list_set(jsonb, integer, jsonb)
IS 'sets the element at an index, from 0; past the end it appends';

CREATE FUNCTION dyn_list_remove(c anyarray, index integer)
RETURNS anyarray
AS 'MODULE_PATHNAME', 'dyn_list_remove_array'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_list_remove(anyarray, integer)
IS 'removes the element at an index, from 0; past the end it does nothing';

CREATE FUNCTION dyn_list_remove(c jsonb, index integer)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'dyn_list_remove_jsonb'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_list_remove(jsonb, integer)
IS 'removes the element at an index, from 0; past the end it does nothing';

/* In WHERE. */

CREATE FUNCTION dyn_upsert()
RETURNS boolean
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION dyn_upsert()
IS 'in the WHERE of an UPDATE by the whole key: creates the item if there is none';

CREATE FUNCTION dyn_attribute_exists(c "any")
RETURNS boolean
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_attribute_exists("any")
IS 'is there an attribute, even one of type NULL?';

CREATE FUNCTION dyn_attribute_type(c "any")
RETURNS text
AS 'MODULE_PATHNAME'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dyn_attribute_type("any")
IS 'the DynamoDB type of an attribute: S, N, B, BOOL, SS, NS, BS, L or M';

/* One UpdateItem, which creates the item if there is none. */

CREATE FUNCTION dyn_increment("table" regclass, key jsonb, "column" name, by numeric DEFAULT 1)
RETURNS numeric
AS 'MODULE_PATHNAME', 'dyn_increment_table'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION dyn_increment(regclass, jsonb, name, numeric)
IS 'adds to a number of the item with a key, and returns the new value';

CREATE FUNCTION dyn_decrement("table" regclass, key jsonb, "column" name, by numeric DEFAULT 1)
RETURNS numeric
AS 'MODULE_PATHNAME', 'dyn_decrement_table'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION dyn_decrement(regclass, jsonb, name, numeric)
IS 'subtracts from a number of the item with a key, and returns the new value';

/* Administration. */

CREATE FUNCTION dyn_create_table("table" regclass)
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION dyn_create_table(regclass)
IS 'makes the DynamoDB table that a foreign table describes';

CREATE FUNCTION dyn_drop_table("table" regclass)
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION dyn_drop_table(regclass)
IS 'drops the DynamoDB table of a foreign table';

CREATE FUNCTION dyn_request(server name, operation text, body jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION dyn_request(name, text, jsonb)
IS 'sends any DynamoDB operation';

REVOKE EXECUTE ON FUNCTION dyn_request(name, text, jsonb) FROM PUBLIC;

/* What this session has asked DynamoDB for. */

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
  OUT max_time double precision)
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
    r.max_time
  FROM dyn_stat_get_requests() r
    LEFT JOIN pg_catalog.pg_foreign_server s ON s.oid = r.server_id;

COMMENT ON VIEW dyn_stat_requests
IS 'the requests of this session, by server, table and operation; times in milliseconds';

GRANT SELECT ON dyn_stat_requests TO PUBLIC;

CREATE FUNCTION dyn_stat_reset()
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION dyn_stat_reset()
IS 'begins the statistics of this session anew';
