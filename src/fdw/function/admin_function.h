/*
 * admin_function.h
 *		What the functions that are called for their effect share.
 */
#ifndef DYNAMORM_FDW_ADMIN_FUNCTION_H
#define DYNAMORM_FDW_ADMIN_FUNCTION_H

#include "postgres.h"

#include "compat.h"

#include "storage/lockdefs.h"

/* The handler, by which a server of this wrapper is told (dynamorm_fdw.c). */
extern PGDLLEXPORT Datum dynamorm_fdw_handler(PG_FUNCTION_ARGS);

/*
 * Locks a relation until the end of the transaction, after making sure that it
 * is a foreign table of this wrapper: else 42P01 or 42809.
 */
extern void lock_own_table(Oid relation_id, LOCKMODE mode);

/* Does the server belong to this wrapper? */
extern bool is_own_server(Oid server_id);

/*
 * A server of this wrapper that the user may use: else 42704, 42501 or 42809.
 */
extern Oid	find_usable_server(const char *name);

/* Raises 22004 if one of the first count arguments of the function is NULL. */
extern void refuse_null_arguments(FunctionCallInfo fcinfo, int count);

#endif							/* DYNAMORM_FDW_ADMIN_FUNCTION_H */
