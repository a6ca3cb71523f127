/*
 * system_column.c
 *		System columns of foreign tables, where a user names them.
 */
#include "postgres.h"

#include "compat.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/xact.h"
#include "catalog/heap.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "fdw/system_column.h"
#include "translate/key/item_key.h"
#include "translate/table/table.h"

/* ---- what the user has named ---- */

/* A search for system columns other than tableoid. */
typedef struct ColumnSearch
{
	Index		depth;			/* levels below the query */
	List	   *found;			/* of Var */
} ColumnSearch;

/*
 * Columns that core adds to identify rows are junk, and bare; those that the
 * user sorts or groups by have a number, and sub-selects of a SET are
 * SubPlans.
 */
static bool
is_row_identity(const TargetEntry *entry)
{
	return entry->resjunk && entry->ressortgroupref == 0 &&
		IsA(entry->expr, Var);
}

static bool
find_system_columns(Node *node, void *argument)
{
	ColumnSearch *search = (ColumnSearch *) argument;

	if (node == NULL)
		return false;
	if (IsA(node, Var))
	{
		Var		   *var = (Var *) node;

		if (var->varattno < 0 && var->varattno != TableOidAttributeNumber &&
			var->varlevelsup == search->depth && !IS_SPECIAL_VARNO(var->varno))
			search->found = lappend(search->found, var);
		return false;
	}
	if (IsA(node, TargetEntry) && is_row_identity((TargetEntry *) node))
		return false;
	if (IsA(node, Query))
	{
		search->depth++;
		query_tree_walker((Query *) node, find_system_columns, search,
						  QTW_IGNORE_JOINALIASES);
		search->depth--;
		return false;
	}
	return expression_tree_walker(node, find_system_columns, search);
}

List *
system_column_find(Node *expression)
{
	ColumnSearch search = {0};

	find_system_columns(expression, &search);
	return search.found;
}

List *
system_column_find_in_query(Query *query)
{
	ColumnSearch search = {0};

	query_tree_walker(query, find_system_columns, &search,
					  QTW_IGNORE_RT_SUBQUERIES | QTW_IGNORE_CTE_SUBQUERIES |
					  QTW_IGNORE_JOINALIASES);
	return search.found;
}

/* ---- errors ---- */

static int
hint_at_key(Oid relation_id)
{
	const Table *table = table_describe(relation_id);
	KeyFields	key = key_fields(table);

	if (key.count == 0)
		return errhint("Use the key columns to identify rows.");
	if (key.count == 1)
		return errhint("Use the key, column %s, to identify rows.",
					   key_field_names(table, false));
	return errhint("Use the key, columns %s, to identify rows.",
				   key_field_names(table, false));
}

static int
hint_instead(AttrNumber attnum, Oid relation_id)
{
	switch (attnum)
	{
		case MinTransactionIdAttributeNumber:
			return errhint("To see whether a row has changed, use a column with the option version 'true'.");
		case MaxTransactionIdAttributeNumber:
			return errhint("Only RETURNING of INSERT ... ON CONFLICT DO UPDATE has xmax, which is 0 for a row that was inserted.  To see whether a row has changed, use a column with the option version 'true'.");
		default:
			return hint_at_key(relation_id);
	}
}

void
system_column_refuse(AttrNumber attnum, Oid relation_id, Oid named)
{
	const char *column =
		NameStr(SystemAttributeDefinition(attnum)->attname);

	if (named == relation_id)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot use system column \"%s\" of foreign table \"%s\"",
						column, get_rel_name(relation_id)),
				 errdetail("The rows of a DynamoDB table have no system column but tableoid."),
				 hint_instead(attnum, relation_id)));
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot use system column \"%s\" of table \"%s\"",
					column, get_rel_name(named)),
			 errdetail("Foreign table \"%s\" is part of it, and the rows of a DynamoDB table have no system column but tableoid.",
					   get_rel_name(relation_id)),
			 hint_instead(attnum, relation_id)));
}

/* ---- inserts ---- */

/* RETURNING of an upsert may have the xmax of the row as written. */
static bool
is_xmax_of_new_row(const Var *var)
{
	return var->varattno == MaxTransactionIdAttributeNumber &&
		!var_is_of_old_row(var);
}

void
system_column_refuse_in_insert(PlannerInfo *root, Index result_relation)
{
	const Query *query = root->parse;
	Oid			relation_id = planner_rt_fetch(result_relation, root)->relid;
	bool		upserts = query->onConflict != NULL &&
		query->onConflict->action == ONCONFLICT_UPDATE;
	ColumnSearch written = {0};
	ListCell   *cell;

	find_system_columns((Node *) query->onConflict, &written);
	find_system_columns((Node *) query->withCheckOptions, &written);
	foreach(cell, written.found)
		system_column_refuse(lfirst_node(Var, cell)->varattno, relation_id,
							 relation_id);
	foreach(cell, system_column_find((Node *) query->returningList))
		if (!upserts || !is_xmax_of_new_row(lfirst_node(Var, cell)))
			system_column_refuse(lfirst_node(Var, cell)->varattno,
								 relation_id, relation_id);
}

void
system_column_refuse_routed(const ModifyTableState *mtstate,
							const ResultRelInfo *info)
{
	const ModifyTable *plan = (const ModifyTable *) mtstate->ps.plan;
	ColumnSearch search = {0};

	find_system_columns((Node *) plan->returningLists, &search);
	find_system_columns((Node *) plan->withCheckOptionLists, &search);
	if (search.found != NIL)
		system_column_refuse(linitial_node(Var, search.found)->varattno,
							 RelationGetRelid(info->ri_RelationDesc),
							 RelationGetRelid(mtstate->rootResultRelInfo->ri_RelationDesc));
}

/* ---- triggers ---- */

static bool
fires_for(const Trigger *trigger, CmdType operation)
{
	bool		replicates = SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA;

	/* as TriggerEnabled() in trigger.c */
	if (!TRIGGER_FOR_ROW(trigger->tgtype) ||
		trigger->tgenabled == TRIGGER_DISABLED ||
		trigger->tgenabled == (replicates ? TRIGGER_FIRES_ON_ORIGIN
							   : TRIGGER_FIRES_ON_REPLICA))
		return false;
	switch (operation)
	{
		case CMD_INSERT:
			return TRIGGER_FOR_INSERT(trigger->tgtype);
		case CMD_UPDATE:
			return TRIGGER_FOR_UPDATE(trigger->tgtype);
		default:
			return TRIGGER_FOR_DELETE(trigger->tgtype);
	}
}

void
system_column_refuse_in_triggers(const ResultRelInfo *info, CmdType operation)
{
	const TriggerDesc *triggers = info->ri_TrigDesc;
	int			i;

	for (i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];
		List	   *found;

		if (trigger->tgqual == NULL || !fires_for(trigger, operation))
			continue;
		found = system_column_find(stringToNode(trigger->tgqual));
		if (found != NIL)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("trigger \"%s\" cannot use system column \"%s\" of foreign table \"%s\"",
							trigger->tgname,
							NameStr(SystemAttributeDefinition(linitial_node(Var, found)->varattno)->attname),
							RelationGetRelationName(info->ri_RelationDesc)),
					 errdetail("The rows of a DynamoDB table have no system column but tableoid."),
					 errhint("Compare other columns in the WHEN of the trigger.")));
	}
}

/* ---- xmax of an upsert ---- */

bool
system_column_returns_xmax(const ModifyTable *plan, Index result_relation)
{
	Bitmapset  *returned = NULL;

	pull_varattnos((Node *) plan->returningLists, result_relation, &returned);
	return bms_is_member(MaxTransactionIdAttributeNumber -
						 FirstLowInvalidHeapAttributeNumber, returned);
}

/*
 * Core gives foreign tables slots for heap tuples (table_slot_callbacks()),
 * which read system columns from the header.
 */
void
system_column_set_xmax(TupleTableSlot *slot, bool updated)
{
	HeapTuple	tuple = ExecCopySlotHeapTuple(slot);
	HeapTupleHeader header = tuple->t_data;

	Assert(TTS_IS_HEAPTUPLE(slot));
	MemSet(&header->t_choice, 0, sizeof(header->t_choice));
	HeapTupleHeaderSetXmax(header, updated ? GetCurrentTransactionId()
						   : InvalidTransactionId);
	ExecForceStoreHeapTuple(tuple, slot, false);
}
