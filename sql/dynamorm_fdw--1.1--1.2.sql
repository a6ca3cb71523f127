/*
 * dynamorm_fdw--1.1--1.2.sql
 *		What version 1.2 has beside 1.1.
 */

\echo Use "ALTER EXTENSION dynamorm_fdw UPDATE TO '1.2'" to load this file. \quit

/* What DynamoDB tells of a table. */

CREATE FUNCTION dyn_describe_table("table" regclass,
    OUT property text, OUT value text)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION dyn_describe_table(regclass)
IS 'lists what DynamoDB tells of the table behind a foreign table';
