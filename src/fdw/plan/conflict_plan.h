/*
 * conflict_plan.h
 *		Plans INSERT ... ON CONFLICT (key).
 */
#ifndef DYNAMORM_FDW_CONFLICT_PLAN_H
#define DYNAMORM_FDW_CONFLICT_PLAN_H

#include "postgres.h"

#include "nodes/pathnodes.h"
#include "nodes/plannodes.h"

/*
 * Takes ON CONFLICT (key) out of core's sight, where the target is a table of
 * ours.  Called when the paths are complete, before the plan is made (hook.c).
 * Raises 42P10 for a conflict target that is not the key.
 */
extern void conflict_plan_path(PlannerInfo *root, ModifyTablePath *path);

/*
 * The statement is planned: takes the action of ON CONFLICT out of the
 * executor's sight, where planning wanted one, and lets RETURNING find old
 * rows.
 */
extern void conflict_plan_finish(PlannedStmt *statement);

#endif							/* DYNAMORM_FDW_CONFLICT_PLAN_H */
