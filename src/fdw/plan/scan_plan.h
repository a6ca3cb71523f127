/*
 * scan_plan.h
 *		What planning leaves for execution in ForeignScan.fdw_private.
 */
#ifndef DYNAMORM_FDW_SCAN_PLAN_H
#define DYNAMORM_FDW_SCAN_PLAN_H

#include "postgres.h"

#include "nodes/bitmapset.h"
#include "nodes/pathnodes.h"
#include "nodes/pg_list.h"
#include "nodes/plannodes.h"

#include "translate/table/table.h"

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

/* The clauses, and the expressions that tell how many rows are wanted. */
extern List *plan_scan_clauses(const ForeignScan *plan);
extern List *plan_scan_bounds(const ForeignScan *plan);

/* Is a relation a foreign table of ours? */
extern bool scan_plan_is_ours(const RelOptInfo *rel);

/* Is at most one item of a base relation read? */
extern bool scan_plan_reads_one_item(const RelOptInfo *baserel);

/* The table of a base relation. */
extern const Table *scan_plan_table(const RelOptInfo *baserel);

/*
 * The cost of reading so many items of a base relation by their keys, 100 at
 * once.
 */
extern Cost scan_plan_cost_of_items(const RelOptInfo *baserel, double items);

/* Raises 0A000 if the query wants to lock the rows of a base relation. */
extern void scan_plan_refuse_row_locks(PlannerInfo *root, RelOptInfo *baserel);

/* A set of numbers as an integer list that can be copied, and back. */
extern List *plan_list_from_set(const Bitmapset *set);
extern Bitmapset *plan_set_from_list(const List *list);

#endif							/* DYNAMORM_FDW_SCAN_PLAN_H */
