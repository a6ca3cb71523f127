/*
 * modify_plan.c
 *		Plans INSERT, and UPDATE and DELETE of rows that the executor hands
 *		over one by one.
 */
#include "postgres.h"

#include "compat.h"

#include "access/table.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "foreign/fdwapi.h"
#include "nodes/makefuncs.h"
#include "optimizer/appendinfo.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/rel.h"

#include "fdw/callbacks.h"
#include "fdw/catalog/option.h"
#include "fdw/catalog/settings.h"
#include "fdw/plan/whole_row.h"
#include "fdw/system_column.h"
#include "fdw/user_function.h"
#include "fdw/write/direct.h"
#include "fdw/write/modify.h"
#include "fdw/write/write_behind.h"

/*
 * Core asks for the whole row itself where an UPDATE needs it; a DELETE needs
 * it for its condition.  It must be of type RECORD, so that partitions of
 * different types share one column.  Source: add_row_identity_columns().
 *
 * Of what is called "wholerow" core makes a copy for each row, which stays
 * until the statement ends.  A DELETE has no need of that name.  Source:
 * ExecModifyTable().
 */
static void
add_update_targets(PlannerInfo *root, Index rtindex, RangeTblEntry *target_rte,
				   Relation target_relation)
{
	Var		   *whole_row = makeVar(rtindex, InvalidAttrNumber, RECORDOID, -1,
									InvalidOid, 0);

	whole_row_spell_out(root, rtindex, target_rte);
	add_row_identity_var(root, whole_row, rtindex,
						 root->parse->commandType == CMD_DELETE
						 ? WHOLE_ROW_OF_DELETE : WHOLE_ROW_OF_UPDATE);
}

static bool
has_volatile_functions(const PlannerInfo *root)
{
	ListCell   *cell;

	if (contain_volatile_functions((Node *) root->parse))
		return true;
	foreach(cell, root->glob->subroots)
	{
		const PlannerInfo *subroot = (const PlannerInfo *) lfirst(cell);

		if (subroot != NULL &&
			contain_volatile_functions((Node *) subroot->parse))
			return true;
	}
	return false;
}

/* All relations of a modification share the node, if it is there. */
static bool
all_may_be_written_behind(PlannerInfo *root, const ModifyTable *plan)
{
	ListCell   *cell;

	foreach(cell, plan->resultRelations)
	{
		Oid			id = planner_rt_fetch(lfirst_int(cell), root)->relid;
		Relation	relation = table_open(id, NoLock);
		bool		may = write_behind_may(relation) && option_is_ours(id);

		table_close(relation, NoLock);
		if (!may)
			return false;
	}
	return true;
}

/*
 * Nobody may look at a row before the next one is there: RETURNING, check
 * options and row triggers do, and so might functions that read the table.
 */
static bool
may_write_behind(PlannerInfo *root, const ModifyTable *plan)
{
	return enable_concurrent_writes &&
		(plan->operation == CMD_UPDATE || plan->operation == CMD_DELETE) &&
		plan->returningLists == NIL && plan->withCheckOptionLists == NIL &&
		all_may_be_written_behind(root, plan) && !has_volatile_functions(root);
}

/*
 * A function of the user's may look at what was written before its row, so
 * that a table must not be asked for the next row ahead of the write, as those
 * below an Append are (ExecAppendAsyncBegin() in nodeAppend.c).
 */
static void
read_in_turn(PlannerInfo *root, ModifyTable *plan)
{
	Plan	   *rows = outerPlan(plan);
	ListCell   *cell;

	if (IsA(rows, Result) && outerPlan(rows) != NULL)
		rows = outerPlan(rows);
	if (!IsA(rows, Append) ||
		!user_function_in_statement(root, PROVOLATILE_VOLATILE))
		return;
	foreach(cell, ((Append *) rows)->appendplans)
		((Plan *) lfirst(cell))->async_capable = false;
}

static List *
plan_modify(PlannerInfo *root, ModifyTable *plan, Index result_relation,
			int subplan_index)
{
	ConflictPlan conflict;

	if (plan->operation == CMD_INSERT)
		system_column_refuse_in_insert(root, result_relation);
	else
		direct_refuse_upsert(root, result_relation);
	direct_refuse_returned_upsert(plan->returningLists);
	read_in_turn(root, plan);
	if (may_write_behind(root, plan))
		write_behind_plan(plan);
	conflict = conflict_plan(root, plan, result_relation);
	return list_make2(makeInteger(conflict.action),
					  makeInteger(conflict.lock));
}

void
modify_plan_set_callbacks(FdwRoutine *routine)
{
	routine->AddForeignUpdateTargets = add_update_targets;
	routine->PlanForeignModify = plan_modify;
}
