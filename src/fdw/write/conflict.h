/*
 * conflict.h
 *		INSERT ... ON CONFLICT (key) DO UPDATE.
 *
 * Core refuses ON CONFLICT with a target on foreign tables, which have no
 * indexes.  The key is as good as one: conflict_plan.c takes the clause out of
 * core's sight before it looks for an index, and leaves it to this extension.
 *
 * A row is one UpdateItem where it can be said in one (upsert.h);
 * else a PutItem that must not find its key, and, where it does, an UpdateItem
 * computed from the item that came back.
 */
#ifndef DYNAMORM_FDW_CONFLICT_H
#define DYNAMORM_FDW_CONFLICT_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"

#include "fdw/write/conflict_clauses.h"
#include "fdw/write/write_statement.h"
#include "translate/update/upsert.h"

/* What ON CONFLICT says. */
typedef enum ConflictAction
{
	CONFLICT_ERROR,				/* nothing: 23505 */
	CONFLICT_NOTHING,
	CONFLICT_UPDATE
} ConflictAction;

/* ---- conflict_plan.c ---- */

/*
 * The action of an INSERT's plan.  For DO UPDATE its SET and WHERE go into the
 * plan, where core prepares them for execution.  Raises 0A000 for what cannot
 * be done on a foreign table.
 */
extern ConflictAction conflict_plan(PlannerInfo *root, ModifyTable *plan,
									Index result_relation);

/* ---- conflict.c ---- */

typedef struct ConflictState ConflictState;

/* A row on its way. */
typedef struct ConflictRow
{
	TupleTableSlot *slot;		/* proposed: "excluded" */
	const DynamoItem *item;		/* the same as an item */
	const DynamoItem *result;	/* as written; NULL: not written, or not
								 * wanted */
	bool		written;
	bool		updated;		/* an item that was there; see
								 * conflict_tells_updated() */
} ConflictRow;

/* Prepares execution, in the current memory context. */
extern ConflictState *conflict_begin(ModifyTableState *mtstate,
									 ResultRelInfo *info,
									 const Table *table,
									 Connection *connection,
									 RequestCounters *counters);

/*
 * Is it known of each row whether it was inserted or updated?  Only where
 * RETURNING has xmax, for then no row goes by the one request.
 */
extern bool conflict_tells_updated(const ConflictState *state);

/*
 * Inserts or updates rows, all at once.  put_tail is the rest of a PutItem
 * that must not find its key.  Memory is allocated in the current context.
 * Raises 21000 for a row that this statement has written already, and what
 * evaluation, checks and request_raise() raise; what was written until then
 * stays.
 */
extern void conflict_apply(ConflictState *state, ConflictRow *rows, int count,
						   const char *put_tail);

#endif							/* DYNAMORM_FDW_CONFLICT_H */
