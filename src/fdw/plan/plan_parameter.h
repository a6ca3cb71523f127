/*
 * plan_parameter.h
 *		Paths whose key comes from the rows of other relations.
 */
#ifndef DYNAMORM_FDW_PLAN_PARAMETER_H
#define DYNAMORM_FDW_PLAN_PARAMETER_H

#include "postgres.h"

#include "nodes/pathnodes.h"

#include "translate/table/table.h"

/*
 * The sets of relations (a list of Relids) whose rows could give values of the
 * table's key columns, one row for each time that a base relation is read.
 */
extern List *plan_parameter_sources(PlannerInfo *root, RelOptInfo *baserel,
									const Table *table);

#endif							/* DYNAMORM_FDW_PLAN_PARAMETER_H */
