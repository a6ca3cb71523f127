/*
 * returning_plan.h
 *		RETURNING old and new of UPDATE and DELETE, where they say what
 *		RETURNING says without them.
 */
#ifndef DYNAMORM_FDW_RETURNING_PLAN_H
#define DYNAMORM_FDW_RETURNING_PLAN_H

#include "postgres.h"

#include "nodes/parsenodes.h"

/*
 * Simplifies them in a query that has not been planned, and in its WITH
 * queries, where the target is a table of ours.
 */
extern void returning_plan_simplify(Query *query);

#endif							/* DYNAMORM_FDW_RETURNING_PLAN_H */
