/*
 * dynamorm_fdw--1.0--1.1.sql
 *		What version 1.1 has beside 1.0.
 */

\echo Use "ALTER EXTENSION dynamorm_fdw UPDATE TO '1.1'" to load this file. \quit

/* The new number in a type of the caller's. */

CREATE FUNCTION dyn_increment("table" regclass, key jsonb, "column" name, by numeric, type anyelement)
RETURNS anyelement
AS 'MODULE_PATHNAME', 'dyn_increment_table'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION dyn_increment(regclass, jsonb, name, numeric, anyelement)
IS 'adds to a number of the item with a key, and returns the new value in the type of the last argument';

CREATE FUNCTION dyn_decrement("table" regclass, key jsonb, "column" name, by numeric, type anyelement)
RETURNS anyelement
AS 'MODULE_PATHNAME', 'dyn_decrement_table'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION dyn_decrement(regclass, jsonb, name, numeric, anyelement)
IS 'subtracts from a number of the item with a key, and returns the new value in the type of the last argument';

/* What of a table's items is not as the foreign table says. */

CREATE FUNCTION dyn_check_table("table" regclass,
    OUT item text, OUT "column" name, OUT problem text, OUT hint text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'dyn_check_table'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION dyn_check_table(regclass)
IS 'reads all rows, and lists the attributes that are not as the foreign table says';
