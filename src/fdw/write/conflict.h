/*
 * conflict.h
 *		INSERT ... ON CONFLICT (key) DO UPDATE, and DO SELECT.
 *
 * Core refuses ON CONFLICT with a target on foreign tables, which have no
 * indexes.  The key is as good as one: conflict_plan.c takes the clause out of
 * core's sight before it looks for an index, and leaves it to this extension.
 *
 * A row is one UpdateItem where it can be said in one (upsert.h);
 * else a PutItem that must not find its key, and, where it does, an UpdateItem
 * computed from the item that came back.  DO SELECT ends with that item.
 */
#ifndef DYNAMORM_FDW_CONFLICT_H
#define DYNAMORM_FDW_CONFLICT_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"

#include "fdw/write/compute.h"
#include "fdw/write/conflict_clauses.h"
#include "fdw/write/writer.h"
#include "translate/update/upsert.h"

/* What ON CONFLICT says. */
typedef enum ConflictAction
{
	CONFLICT_ERROR,				/* nothing: 23505 */
	CONFLICT_NOTHING,
	CONFLICT_UPDATE,
	CONFLICT_SELECT
} ConflictAction;

/* ---- conflict_plan.c ---- */

/*
 * What the plan of an INSERT says of conflicts, for its fdw_private.
 */
typedef struct ConflictPlan
{
	ConflictAction action;
	LockClauseStrength lock;	/* of DO SELECT */
} ConflictPlan;

/*
 * The action of an INSERT's plan.  SET and WHERE of DO UPDATE and DO SELECT go
 * into the plan, where core prepares them for execution.  Raises 0A000 for
 * what cannot be done on a foreign table.
 */
extern ConflictPlan conflict_plan(PlannerInfo *root, ModifyTable *plan,
								  Index result_relation);

/* ---- conflict.c ---- */

typedef struct ConflictState ConflictState;

/* A row that is inserted, on its way. */
typedef struct ProposedRow
{
	ItemWrite	write;			/* must be first */
	TupleTableSlot *slot;		/* the row itself: "excluded" */
	DynamoItem *item;			/* the same as an item */
	bool		repeats;		/* has the key of one before it in the batch */

	/* of ON CONFLICT DO UPDATE and DO SELECT */
	const DynamoItem *conflicting;	/* the item that had the key, if the WHERE
									 * is true of it; NULL: none */

	/* ... set by conflict_begin_row() */
	ConflictState *conflict;
	const Computation *computation;
	List	   *where;			/* its volatile parts evaluated */
	List	   *assignments;
	const char *put_expressions;	/* of the PutItem */
} ProposedRow;

/*
 * Prepares execution, in the current memory context.  Raises 0A000 for a lock
 * in transaction mode "immediate", and what old_row_begin() raises.
 */
extern ConflictState *conflict_begin(ModifyTableState *mtstate,
									 ResultRelInfo *info,
									 Writer *writer,
									 ConflictPlan conflict);

/* Is the row that was there returned in place of one that was written? */
extern bool conflict_found(const ProposedRow *row);

/*
 * RETURNING, which comes next, shall see the row as it was before it was
 * written, in what core takes for "old".
 */
extern void conflict_show_old(ConflictState *state, const ProposedRow *row);

/*
 * Is it known of each row whether it was inserted or updated?  Only where
 * RETURNING has xmax, for then no row goes by the one request.
 */
extern bool conflict_tells_updated(const ConflictState *state);

/*
 * Says how the row is to be written, in its memory context; its slot and item
 * must be there.  put_expressions are those of a PutItem that must not find
 * its key.  Raises 21000 for a row that this statement has written already,
 * and what evaluation raises.
 */
extern void conflict_begin_row(ConflictState *state, ProposedRow *row,
							   const char *put_expressions);

#endif							/* DYNAMORM_FDW_CONFLICT_H */
