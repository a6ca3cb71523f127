/*
 * plan_search.h
 *		Looks for something in all expressions of a plan.
 */
#ifndef DYNAMORM_FDW_PLAN_SEARCH_H
#define DYNAMORM_FDW_PLAN_SEARCH_H

#include "postgres.h"

#include "nodes/plannodes.h"

/* Is what is looked for in an expression, or in a list of them? */
typedef bool (*PlanSearch) (Node *node, void *argument);

/*
 * Is it in the plan, or in a plan that this runs: those of its sub-selects and
 * WITH queries?  RETURNING, which is evaluated when its row is written, does
 * not count.  *is_complete is set to false if the plan has nodes that are not
 * known here.
 */
extern bool plan_search(const PlannedStmt *statement, const Plan *plan,
						PlanSearch search, void *argument, bool *is_complete);

/* Is it in any plan of the statement? */
extern bool plan_search_statement(const PlannedStmt *statement,
								  PlanSearch search, void *argument);

#endif							/* DYNAMORM_FDW_PLAN_SEARCH_H */
