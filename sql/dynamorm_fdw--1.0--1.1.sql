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

/* What became of a transaction in mode "atomic". */

CREATE FUNCTION dyn_create_commit_table(server name)
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION dyn_create_commit_table(name)
IS 'makes the DynamoDB table of a server''s option commit_table';

REVOKE EXECUTE ON FUNCTION dyn_create_commit_table(name) FROM PUBLIC;

CREATE FUNCTION dyn_transaction_token()
RETURNS text
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION dyn_transaction_token()
IS 'the token by which it can be told what became of this transaction';

CREATE FUNCTION dyn_transaction_status(token text, server name DEFAULT NULL)
RETURNS text
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION dyn_transaction_status(text, name)
IS 'what became of the transaction with a token: committed, aborted or unknown';

CREATE FUNCTION dyn_transaction_resolve(token text, server name DEFAULT NULL)
RETURNS text
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION dyn_transaction_resolve(text, name)
IS 'aborts the transaction with a token, unless it was committed, and tells which of the two it is';

REVOKE EXECUTE ON FUNCTION dyn_transaction_resolve(text, name) FROM PUBLIC;
