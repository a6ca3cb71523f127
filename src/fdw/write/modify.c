/*
 * modify.c
 *		Executes INSERT, and UPDATE and DELETE of rows that the executor hands
 *		over one by one: joins, row triggers, check options, generated columns.
 *
 * The write of such a row is conditional on all that was read of it.  When it
 * was changed meanwhile, EvalPlanQual computes anew from the item that came
 * back, as PostgreSQL does at READ COMMITTED.
 */
#include "postgres.h"

#include "compat.h"

#include "executor/executor.h"
#include "foreign/fdwapi.h"
#include "foreign/foreign.h"
#include "utils/rel.h"

#include "fdw/callbacks.h"
#include "fdw/catalog/option.h"
#include "fdw/system_column.h"
#include "fdw/write/direct.h"
#include "fdw/write/insert.h"
#include "fdw/write/modify.h"
#include "fdw/write/row_change.h"

/* ---- begin and end ---- */

ConflictPlan
modify_conflict(const List *private)
{
	ConflictPlan conflict = {CONFLICT_ERROR, LCS_NONE};

	if (private != NIL)
	{
		conflict.action = intVal(list_nth(private, MODIFY_PRIVATE_CONFLICT));
		conflict.lock = intVal(list_nth(private, MODIFY_PRIVATE_LOCK));
	}
	return conflict;
}

static void
begin_modify(ModifyTableState *mtstate, ResultRelInfo *info,
			 List *private, int subplan_index, int eflags)
{
	EState	   *estate = mtstate->ps.state;
	ModifyState *state;
	Oid			user_id;

	system_column_refuse_in_triggers(info, mtstate->operation);
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;

	user_id = result_relation_user(info, estate);
	state = palloc0(sizeof(ModifyState));
	info->ri_FdwState = state;
	if (mtstate->operation == CMD_INSERT)
		state->insert = insert_begin(mtstate, info, user_id,
									 modify_conflict(private));
	else
		state->change = row_change_begin(mtstate, info, user_id);
}

/*
 * COPY FROM, and rows routed to a partition.  The ON CONFLICT clause of the
 * INSERT is that of the partitioned table's plan.
 */
static void
begin_insert(ModifyTableState *mtstate, ResultRelInfo *info)
{
	EState	   *estate = mtstate->ps.state;
	ModifyTable *plan = (ModifyTable *) mtstate->ps.plan;
	ModifyState *state = palloc0(sizeof(ModifyState));
	ConflictPlan conflict = {CONFLICT_ERROR, LCS_NONE};

	if (plan != NULL)
	{
		system_column_refuse_routed(mtstate, info);
		direct_refuse_returned_upsert(plan->returningLists);
	}
	system_column_refuse_in_triggers(info, CMD_INSERT);

	/*
	 * A row moved into a partition that the same UPDATE may come to later
	 * would be updated again.
	 */
	if (mtstate->operation == CMD_UPDATE &&
		(info->ri_usesFdwDirectModify || info->ri_FdwState != NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot move a row into foreign table \"%s\", which the same UPDATE changes",
						RelationGetRelationName(info->ri_RelationDesc)),
				 errhint("DELETE the row and INSERT it again.")));
	if (plan != NULL && plan->onConflictAction == ONCONFLICT_NOTHING)
		conflict.action = CONFLICT_NOTHING;
	state->insert = insert_begin(mtstate, info,
								 result_relation_user(info, estate), conflict);
	info->ri_FdwState = state;
}

static void
end_insert(EState *estate, ResultRelInfo *info)
{
	ModifyState *state = (ModifyState *) info->ri_FdwState;

	info->ri_FdwState = NULL;
	if (state != NULL)
		insert_end(state->insert);
}

/* ---- INSERT ---- */

static TupleTableSlot *
insert_one(EState *estate, ResultRelInfo *info, TupleTableSlot *slot,
		   TupleTableSlot *plan_slot)
{
	ModifyState *state = (ModifyState *) info->ri_FdwState;
	TupleTableSlot *slots[1] = {slot};
	int			count = 1;

	insert_rows(state->insert, estate, info, slots, &count);
	return count == 1 ? slots[0] : NULL;
}

static TupleTableSlot **
insert_batch(EState *estate, ResultRelInfo *info, TupleTableSlot **slots,
			 TupleTableSlot **plan_slots, int *count)
{
	ModifyState *state = (ModifyState *) info->ri_FdwState;

	return insert_rows(state->insert, estate, info, slots, count);
}

static int
batch_size(ResultRelInfo *info)
{
	Oid			server_id =
		GetForeignTable(RelationGetRelid(info->ri_RelationDesc))->serverid;

	const ModifyState *state = (const ModifyState *) info->ri_FdwState;

	return insert_batch_size(state == NULL ? NULL : state->insert, info,
							 option_max_concurrency(server_id));
}

/* ---- UPDATE and DELETE ---- */

static TupleTableSlot *
change_one(EState *estate, ResultRelInfo *info, TupleTableSlot *slot,
		   TupleTableSlot *plan_slot)
{
	ModifyState *state = (ModifyState *) info->ri_FdwState;

	return row_change_apply(state->change, slot, plan_slot);
}

void
modify_set_callbacks(FdwRoutine *routine)
{
	routine->BeginForeignModify = begin_modify;
	routine->ExecForeignInsert = insert_one;
	routine->ExecForeignBatchInsert = insert_batch;
	routine->GetForeignModifyBatchSize = batch_size;
	routine->ExecForeignUpdate = change_one;
	routine->ExecForeignDelete = change_one;
	routine->BeginForeignInsert = begin_insert;
	routine->EndForeignInsert = end_insert;
}
