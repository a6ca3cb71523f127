/*
 * scan.h
 *		The state of a foreign scan; shared with explain.c.
 */
#ifndef DYNAMORM_FDW_SCAN_H
#define DYNAMORM_FDW_SCAN_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "fdw/evaluate.h"
#include "fdw/reader.h"

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
	MemoryContext context;		/* of one execution of the scan */
	RequestCounters counters;
} DynamoScan;

#endif							/* DYNAMORM_FDW_SCAN_H */
