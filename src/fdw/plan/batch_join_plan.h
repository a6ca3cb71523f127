/*
 * batch_join_plan.h
 *		Plans joins on the whole key of a DynamoDB table.
 */
#ifndef DYNAMORM_FDW_BATCH_JOIN_PLAN_H
#define DYNAMORM_FDW_BATCH_JOIN_PLAN_H

#include "postgres.h"

#include "nodes/pathnodes.h"

/*
 * Adds paths to a pair of relations that core joins, where the inner one is a
 * table of ours whose key the outer rows give.  Called for each pair (hook.c).
 */
extern void batch_join_plan_paths(PlannerInfo *root, RelOptInfo *joinrel,
								  RelOptInfo *outerrel, RelOptInfo *innerrel,
								  JoinType type, JoinPathExtraData *extra);

#endif							/* DYNAMORM_FDW_BATCH_JOIN_PLAN_H */
