/*
 * running_query.h
 *		Which snapshots the session's queries may still read with.
 */
#ifndef DYNAMORM_FDW_RUNNING_QUERY_H
#define DYNAMORM_FDW_RUNNING_QUERY_H

#include "postgres.h"

/* For _PG_init(). */
extern void running_query_register(void);

/*
 * Does a query that has begun, or a STABLE function that it may call, see what
 * commands up to one (inclusive) have written, and not what another one has?
 */
extern bool running_query_sees(CommandId from, CommandId to);

#endif							/* DYNAMORM_FDW_RUNNING_QUERY_H */
