/*
 * scan_plan.h
 *		Sizes, paths and plans of foreign scans, and what other planners ask of
 *		them.
 */
#ifndef DYNAMORM_FDW_SCAN_PLAN_H
#define DYNAMORM_FDW_SCAN_PLAN_H

#include "postgres.h"

#include "nodes/pathnodes.h"

#include "translate/table/table.h"

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

/* Does the query lock rows of a base relation? */
extern bool scan_plan_locks_rows(PlannerInfo *root, const RelOptInfo *baserel);

#endif							/* DYNAMORM_FDW_SCAN_PLAN_H */
