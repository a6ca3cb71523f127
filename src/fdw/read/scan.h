/*
 * scan.h
 *		What planning leaves for a foreign scan, and its state, which EXPLAIN
 *		shows.
 */
#ifndef DYNAMORM_FDW_SCAN_H
#define DYNAMORM_FDW_SCAN_H

#include "postgres.h"

#include "foreign/fdwapi.h"
#include "nodes/execnodes.h"

#include "fdw/evaluate.h"
#include "fdw/read/open_scan.h"
#include "fdw/read/reader.h"
#include "fdw/read/row_lock.h"

/*
 * fdw_private of a scan.  fdw_exprs holds its clauses, and after them the
 * LIMIT and OFFSET that tell how many rows are likely to be wanted.
 */
enum ScanPrivate
{
	SCAN_PRIVATE_WANTED,		/* integer list: wanted columns, see
								 * access_projection() */
	SCAN_PRIVATE_INSIDE,		/* list: see projection_inside() */
	SCAN_PRIVATE_FLAGS,			/* integer: SCAN_FLAG_... */
	SCAN_PRIVATE_INDEX,			/* list: see index_to_list(); NIL: the table
								 * itself is read */
	SCAN_PRIVATE_NOT_USED,		/* list of strings: indexes that only the
								 * option consistent_read keeps from being
								 * used */
	SCAN_PRIVATE_BOUNDS,		/* integer: expressions in fdw_exprs that tell
								 * how many rows are wanted */
	SCAN_PRIVATE_SEGMENTS,		/* integer: of a Scan, in each process */
	SCAN_PRIVATE_COUNT
};

#define SCAN_FLAG_ORDERED	0x01	/* the plan relies on the order of the
									 * sort key */
#define SCAN_FLAG_BACKWARD	0x02	/* from the end of the sort key */
#define SCAN_FLAG_COUNT		0x04	/* only how many rows there are */
#define SCAN_FLAG_TO_END	0x08	/* the query wants all its rows, and not
									 * only the first ones */
#define SCAN_FLAG_LIMIT		0x10	/* the bounds are those of its own LIMIT,
									 * beyond which no row is wanted */

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
	ReadPiece  *piece;			/* that is read of it; NULL: all */
	int			flags;			/* SCAN_FLAG_... */
	List	   *not_used;		/* indexes, see SCAN_PRIVATE_NOT_USED */
	Bitmapset  *wanted_columns; /* see column_set.h */
	bool	   *wanted;			/* of column_set_to_flags() */
	Evaluator  *evaluator;
	Reader	   *reader;			/* NULL: not started */
	bool		is_starting;	/* the values of its clauses are evaluated */
	OpenScan	open;			/* in the session's registry */
	bool		may_lock;		/* rows of it are locked */
	RowLocks   *locks;			/* its rows; NULL: only explained, or none is
								 * locked */
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

/*
 * The paths that an access of the scan asks for: of items that it reads by
 * their keys, all, where that saves their locks a request.
 */
extern List *scan_projection_to_send(const DynamoScan *state,
									 const Access *access);

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
