/*
 * conflict_plan.c
 *		Plans INSERT ... ON CONFLICT (key).
 *
 * Core looks for the target's index when it makes the plan, and finds none
 * (infer_arbiter_indexes() in plancat.c).  So the clause is taken off the path
 * before, when the paths are complete.  From the query, which still has it,
 * SET and WHERE go into the plan, where set_plan_refs() prepares them; the
 * executor, which finds no action there, does not look at them.
 */
#include "postgres.h"

#include "compat.h"

#include "access/table.h"
#include "foreign/fdwapi.h"
#include "optimizer/optimizer.h"
#include "optimizer/prep.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "fdw/catalog/description.h"
#include "fdw/catalog/option.h"
#include "fdw/plan/conflict_plan.h"
#include "fdw/plan/old_row_plan.h"
#include "fdw/write/conflict.h"
#include "translate/key/item_key.h"

/* ---- the path ---- */

/* Is the column one of the elements of the target? */
static bool
target_has(const OnConflictExpr *conflict, const Column *column)
{
	ListCell   *cell;

	foreach(cell, conflict->arbiterElems)
	{
		InferenceElem *element = lfirst_node(InferenceElem, cell);

		if (((Var *) element->expr)->varattno == column->attnum)
			return true;
	}
	return false;
}

/* Does it name the attributes themselves that the key consists of? */
static bool
target_has_attributes(const OnConflictExpr *conflict, const Table *table)
{
	KeyColumns	key = key_columns(table);

	for (int i = 0; i < key.count; i++)
		if (key.columns[i]->attnum == 0 ||
			!target_has(conflict, key.columns[i]))
			return false;
	return true;
}

/* Does the target name the whole key, and nothing else? */
static bool
target_is_key(const OnConflictExpr *conflict, const Table *table)
{
	KeyFields	key = key_fields(table);
	ListCell   *cell;

	/* a key without a predicate satisfies any (infer_arbiter_indexes()) */
	if (OidIsValid(conflict->constraint) || conflict->arbiterElems == NIL)
		return false;
	foreach(cell, conflict->arbiterElems)
	{
		InferenceElem *element = lfirst_node(InferenceElem, cell);
		Column	   *column;

		if (!IsA(element->expr, Var) || OidIsValid(element->infercollid) ||
			OidIsValid(element->inferopclass))
			return false;
		column = table_column(table, ((Var *) element->expr)->varattno);
		if (column == NULL || !column->in_key)
			return false;
	}
	for (int i = 0; i < key.count; i++)
		if (!target_has(conflict, key.columns[i]))
			return target_has_attributes(conflict, table);
	return true;
}

/* Core would say the same, without the hint. */
static void
refuse_target(const Table *table)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
			 errmsg("there is no unique or exclusion constraint matching the ON CONFLICT specification"),
			 errhint("Only the key of foreign table \"%s\" is unique: ON CONFLICT (%s).",
					 table->relation_name, key_field_names(table, true))));
}

void
conflict_plan_path(PlannerInfo *root, ModifyTablePath *path)
{
	RangeTblEntry *rte;
	const Table *table;

	if (path->operation != CMD_INSERT || path->onconflict == NULL ||
		path->onconflict->arbiterElems == NIL ||
		list_length(path->resultRelations) != 1)
		return;
	rte = planner_rt_fetch(linitial_int(path->resultRelations), root);
	if (rte->relkind != RELKIND_FOREIGN_TABLE || !option_is_ours(rte->relid))
		return;
	table = description_of_table(rte->relid, insert_target_user(root, rte));
	if (!target_is_key(path->onconflict, table))
		refuse_target(table);
	path->onconflict = NULL;
}

/* ---- the plan ---- */

/*
 * Core would run the triggers of an INSERT, and look at the check options of a
 * view, whatever becomes of the row.
 */
static void
refuse_for_select(const ModifyTable *plan, Oid relation_id)
{
	Relation	relation = table_open(relation_id, NoLock);
	TriggerDesc *triggers = relation->trigdesc;

	if (triggers != NULL && (triggers->trig_insert_after_row ||
							 triggers->trig_insert_new_table))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("ON CONFLICT DO SELECT is not supported on foreign table \"%s\", which has triggers after INSERT",
						RelationGetRelationName(relation)),
				 errhint("Use ON CONFLICT DO NOTHING, and a SELECT.")));
	if (plan->withCheckOptionLists != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("ON CONFLICT DO SELECT is not supported on foreign table \"%s\" through a view with a check option",
						RelationGetRelationName(relation)),
				 errhint("Use ON CONFLICT DO NOTHING, and a SELECT.")));
	table_close(relation, NoLock);
}

/* The same where the row may be updated. */
static void
refuse_triggers(Oid relation_id)
{
	Relation	relation = table_open(relation_id, NoLock);
	TriggerDesc *triggers = relation->trigdesc;
	bool		has_any = triggers != NULL &&
		(triggers->trig_insert_after_row ||
		 triggers->trig_insert_new_table ||
		 triggers->trig_update_before_row ||
		 triggers->trig_update_after_row ||
		 triggers->trig_update_before_statement ||
		 triggers->trig_update_after_statement ||
		 triggers->trig_update_old_table ||
		 triggers->trig_update_new_table);

	if (has_any)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("ON CONFLICT DO UPDATE is not supported on foreign table \"%s\", which has triggers for UPDATE or after INSERT",
						RelationGetRelationName(relation)),
				 errhint("Use an UPDATE with dyn_upsert() in its WHERE, or separate statements.")));
	table_close(relation, NoLock);
}

static void
refuse_key_assignment(const Table *table, List *assigned)
{
	ListCell   *cell;

	foreach(cell, assigned)
	{
		const Column *column = table_column(table, lfirst_int(cell));

		if (column->in_key)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("ON CONFLICT DO UPDATE cannot change column \"%s\", which is part of the key of foreign table \"%s\"",
							column->name, table->relation_name),
					 errhint("Change the key in an UPDATE of its own.")));
	}
}

/*
 * Is a column assigned what it has, or what the proposed row has?  Of a key
 * column both are the same.
 */
static bool
assigns_itself(const OnConflictExpr *conflict, Index result_relation,
			   const TargetEntry *entry, const Column *column)
{
	const Var  *var = (const Var *) entry->expr;

	return column->in_key && IsA(var, Var) &&
		var->varlevelsup == 0 && var->varattno == column->attnum &&
		(var->varno == conflict->exclRelIndex ||
		 (Index) var->varno == result_relation);
}

/* SET as the statement says it, but for keys that stay what they are. */
static List *
conflict_set(const OnConflictExpr *conflict, Index result_relation,
			 const Table *table)
{
	List	   *kept = NIL;
	ListCell   *cell;

	foreach(cell, conflict->onConflictSet)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, cell);
		const Column *column = entry->resjunk ? NULL
			: table_column(table, entry->resno);

		if (column == NULL ||
			!assigns_itself(conflict, result_relation, entry, column))
			kept = lappend(kept, entry);
	}
	return kept;
}

ConflictPlan
conflict_plan(PlannerInfo *root, ModifyTable *plan, Index result_relation)
{
	OnConflictExpr *conflict = root->parse->onConflict;
	RangeTblEntry *rte = planner_rt_fetch(result_relation, root);
	ConflictPlan planned = {CONFLICT_ERROR, LCS_NONE};
	const Table *table;

	if (plan->onConflictAction == ONCONFLICT_NOTHING)
		planned.action = CONFLICT_NOTHING;
	else if (plan->operation == CMD_INSERT && conflict != NULL)
		planned.action = conflict->action == ONCONFLICT_NOTHING
			? CONFLICT_NOTHING
			: conflict_selects(conflict) ? CONFLICT_SELECT : CONFLICT_UPDATE;
	if (planned.action == CONFLICT_ERROR ||
		planned.action == CONFLICT_NOTHING)
		return planned;

	if (planned.action == CONFLICT_SELECT)
	{
		refuse_for_select(plan, rte->relid);
		planned.lock = conflict_lock_strength(conflict);
	}
	else
		refuse_triggers(rte->relid);

	/* as make_modifytable() does, but for the action */
	table = description_of_table(rte->relid, insert_target_user(root, rte));
	plan->onConflictAction = CONFLICT_ACTION_WHILE_PLANNED;
	plan->onConflictSet = conflict_set(conflict, result_relation, table);
	plan->onConflictCols =
		extract_update_targetlist_colnos(plan->onConflictSet);
	plan->onConflictWhere = conflict->onConflictWhere;
	plan->exclRelRTI = conflict->exclRelIndex;
	plan->exclRelTlist = conflict->exclRelTlist;
	refuse_key_assignment(table, plan->onConflictCols);
	return planned;
}

/*
 * Takes the action off.  Core's own DO UPDATE has an index.
 */
static void
finish_plan(Plan *plan)
{
	ModifyTable *modify = (ModifyTable *) plan;

	if (plan == NULL || !IsA(plan, ModifyTable) ||
		modify->operation != CMD_INSERT || modify->exclRelRTI == 0 ||
		modify->arbiterIndexes != NIL)
		return;
	if (modify->onConflictAction == ONCONFLICT_UPDATE)
		modify->onConflictAction = ONCONFLICT_NONE;
	old_row_plan(modify);
}

void
conflict_plan_finish(PlannedStmt *statement)
{
	ListCell   *cell;

	/* one that writes is the statement itself, or a WITH query */
	finish_plan(statement->planTree);
	foreach(cell, statement->subplans)
		finish_plan((Plan *) lfirst(cell));
}
