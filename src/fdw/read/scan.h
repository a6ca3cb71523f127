/*
 * scan.h
 *		The state of a foreign scan; shared with explain.c.
 */
#ifndef DYNAMORM_FDW_SCAN_H
#define DYNAMORM_FDW_SCAN_H

#include "postgres.h"

#include "foreign/fdwapi.h"
#include "nodes/execnodes.h"

#include "fdw/evaluate.h"
#include "fdw/read/open_scan.h"
#include "fdw/read/reader.h"

typedef struct DynamoScan
{
	Oid			user_id;		/* whose rights count */
	Table	   *table;
	Connection *connection;		/* NULL: only explained */
	List	   *clauses;		/* all of them, implicitly ANDed */
	List	   *bounds;			/* expressions: see SCAN_PRIVATE_BOUNDS */
	ExprState  *recheck;		/* the clauses, where rows were to be counted
								 * only; NULL: the executor checks them */
	int64		counted;		/* rows counted and not returned yet */
	List	   *projection;		/* of access_projection() */
	const KeySchema *schema;	/* of the table, or of the index to ask */
	int			flags;			/* SCAN_FLAG_... */
	List	   *not_used;		/* indexes, see SCAN_PRIVATE_NOT_USED */
	bool	   *wanted;			/* of access_wanted_columns() */
	Evaluator  *evaluator;
	Reader	   *reader;			/* NULL: not started */
	OpenScan	open;			/* in the session's registry */
	int			max_streams;	/* segments under way in this process */
	SegmentQueue *segments;		/* of a Scan; in shared memory, where several
								 * processes take from it */
	struct ParallelScan *parallel;	/* in shared memory; NULL: no other
									 * process scans */
	int			wait_descriptor;	/* of an asynchronous scan; -1: none */
	MemoryContextCallback close_descriptor; /* with the query */
	MemoryContext context;		/* of one execution of the scan */
	RequestCounters counters;
} DynamoScan;

/* ---- scan.c ---- */

/*
 * How many rows are likely to be wanted, by a scan's bounds: in *bound, 0 for
 * all.  VALUE_UNKNOWN: execution will know; VALUE_NULL: some bound sets none.
 */
extern ValueState scan_bound(Scope *scope, const List *bounds, int64 *bound);

/* ---- scan_parallel.c ---- */

/*
 * Adds what this process has counted to what all have, and, in the leader,
 * takes the sum for EXPLAIN.
 */
extern void scan_share_counters(DynamoScan *state);

extern void scan_parallel_set_callbacks(FdwRoutine *routine);

/* ---- scan_async.c ---- */

extern void scan_async_set_callbacks(FdwRoutine *routine);

#endif							/* DYNAMORM_FDW_SCAN_H */
