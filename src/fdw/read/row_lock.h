/*
 * row_lock.h
 *		SELECT ... FOR UPDATE, NO KEY UPDATE, SHARE and KEY SHARE: which rows a
 *		scan has given, and their locks.
 *
 * Core locks late: not what is scanned, but what gets as far as LockRows, so
 * that under a LIMIT no more is locked than is returned.  It names a row by
 * its ctid, in which a scan puts a number (row_locks_name_row()), and has it
 * fetched again.
 *
 * Nobody is kept waiting.  A lock is an entry of the write buffer: COMMIT
 * finds the item unchanged, or, for KEY SHARE, there; or else it fails.  In
 * mode "immediate" it checks nothing, and locks are refused.
 */
#ifndef DYNAMORM_FDW_ROW_LOCK_H
#define DYNAMORM_FDW_ROW_LOCK_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "client/request/connection.h"
#include "client/request/statistics.h"
#include "fdw/session/buffered_item.h"
#include "translate/table/table.h"

/* The rows of a relation that its scans have given in one run of a plan. */
typedef struct RowLocks RowLocks;

typedef struct RowLocksSpec
{
	const Table *table;
	Connection *connection;
	Oid			user_id;
	const bool *wanted;			/* columns, of column_set_to_flags() */
	RequestCounters *counters;
} RowLocksSpec;

/*
 * How the plan locks rows of the relation of that range table entry, or
 * ITEM_LOCK_NONE.
 */
extern ItemLock row_locks_wanted(EState *estate, Index relid);

/* What COMMIT shall find of a row that is locked so. */
extern ItemLock row_lock_of_strength(LockClauseStrength strength);

/* Raises 0A000 for a lock on a table in mode "immediate". */
extern void row_lock_check_mode(const Table *table);

/*
 * What keeps the rows of such a relation, which all its scans share, those of
 * EvalPlanQual() too.  It lives as long as the plan's run; so must what the
 * specification points to.  Raises 0A000 in mode "immediate", and for SKIP
 * LOCKED.
 */
extern RowLocks *row_locks_begin(EState *estate, Index relid,
								 const RowLocksSpec *spec);

/*
 * Gives the row in a scan's slot its name.  It was made of the item; that is
 * an image, if it is whole and was read consistently.
 */
extern void row_locks_name_row(RowLocks *locks, TupleTableSlot *slot,
							   const DynamoItem *item, bool is_image);

#endif							/* DYNAMORM_FDW_ROW_LOCK_H */
