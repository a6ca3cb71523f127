/*
 * explain.c
 *		What EXPLAIN shows: the requests that a plan becomes.
 *
 * Expressions are shown readably, with names and values in place of their
 * placeholders.  A value that is known only at execution is shown as its
 * expression.
 */
#include "postgres.h"

#include "compat.h"

#include "common/int.h"
#include "nodes/nodeFuncs.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"

#include "fdw/callbacks.h"
#include "fdw/command/explain.h"
#include "fdw/plan/scan_plan.h"
#include "fdw/read/access.h"
#include "fdw/read/scan.h"
#include "fdw/statement_counters.h"
#include "fdw/system_column.h"
#include "fdw/write/compute.h"
#include "fdw/write/constraint.h"
#include "fdw/write/conflict.h"
#include "fdw/write/direct.h"
#include "fdw/write/modify.h"
#include "fdw/write/pushed_write.h"
#include "translate/key/key_schema.h"

/* A scope that shows what it does not know as SQL. */
typedef struct ExplainScope
{
	Scope		scope;			/* first, so that the scope leads here */
	List	   *deparse_context;
} ExplainScope;

static const char *
deparse_label(Scope *scope, Expr *expr)
{
	ExplainScope *explain = (ExplainScope *) scope;

	/* beside "excluded", columns are shown with their table */
	return deparse_expression((Node *) expr, explain->deparse_context,
							  scope->values_varno != 0, false);
}

static ExplainScope *
make_scope(const Table *table, Index varno, Plan *plan, ExplainState *es)
{
	ExplainScope *explain = palloc0(sizeof(ExplainScope));

	explain->scope.table = table;
	explain->scope.varno = varno;
	explain->scope.label = deparse_label;
	explain->deparse_context = set_deparse_context_plan(es->deparse_cxt, plan,
														NIL);
	return explain;
}

/* ---- parts ---- */

void
explain_show_operation(const char *operation, const Table *table,
					   ExplainState *es)
{
	ExplainPropertyText("DynamoDB Operation",
						operation == NULL ? "none: nothing can match"
						: psprintf("%s on %s", operation, table->table_name),
						es);
}

/* A name in UTF-8, in the server's encoding. */
static char *
server_text(const char *text)
{
	StringInfoData readable;

	initStringInfo(&readable);
	attribute_append_server_text(&readable, text, strlen(text));
	return readable.data;
}

/* "Query on t using index x" */
static char *
describe_read(const Access *access, const Table *table)
{
	const char *operation = access_operation(access);
	const char *index_name = access->schema->index_name;

	return index_name == NULL || operation == NULL
		? psprintf("%s on %s", operation, table->table_name)
		: psprintf("%s on %s using index %s", operation, table->table_name,
				   server_text(index_name));
}

/* How the items are found, which may be by nothing. */
static void
show_read(const char *label, const Access *access, const Table *table,
		  ExplainState *es)
{
	ExplainPropertyText(label, access_operation(access) == NULL
						? "none: nothing can match"
						: describe_read(access, table), es);
}

static void
show_indexes_not_used(List *names, ExplainState *es)
{
	ListCell   *cell;

	foreach(cell, names)
		ExplainPropertyText("Index Not Used",
							psprintf("%s: consistent_read",
									 server_text(strVal(lfirst(cell)))), es);
}

static void
show_condition(const char *label, const Condition *condition,
			   ExplainState *es)
{
	StringInfoData text;

	if (condition == NULL || condition->kind == CONDITION_TRUE)
		return;
	initStringInfo(&text);
	if (condition->kind == CONDITION_FALSE)
		appendStringInfoString(&text, "false");
	else
		write_condition(&text, condition, placeholders_make(true));
	ExplainPropertyText(label, text.data, es);
}

static void
show_access(const Access *access, ExplainState *es)
{
	const KeyLookup *lookup = access->lookup;

	show_condition(lookup->access == KEY_ACCESS_ITEM ||
				   lookup->access == KEY_ACCESS_ITEMS
				   ? "Key" : "KeyConditionExpression",
				   lookup->condition, es);
	if (lookup->access == KEY_ACCESS_ITEMS && lookup->keys != NIL)
		ExplainPropertyInteger("Key Count", NULL, lookup->key_count, es);
	show_condition("FilterExpression", access->filter, es);
}

static void
show_projection(List *paths, ExplainState *es)
{
	StringInfoData text;

	if (!es->verbose || paths == NIL)
		return;
	initStringInfo(&text);
	write_projection(&text, paths, placeholders_make(true));
	ExplainPropertyText("ProjectionExpression", text.data, es);
}

static void
show_requests(const char *prefix, const RequestCounters *counters,
			  ExplainState *es)
{
	ExplainPropertyInteger(psprintf("%sDynamoDB Requests", prefix), NULL,
						   counters->requests, es);
	if (counters->retries > 0 || es->verbose)
		ExplainPropertyInteger(psprintf("%sDynamoDB Retries", prefix), NULL,
							   counters->retries, es);
	if (counters->throttles > 0 || es->verbose)
		ExplainPropertyInteger(psprintf("%sDynamoDB Throttles", prefix), NULL,
							   counters->throttles, es);
}

void
explain_show_counters(const RequestCounters *counters, ExplainState *es)
{
	const RequestCounters *total;

	if (!es->analyze)
		return;
	show_requests("", counters, es);
	ExplainPropertyInteger("Items Scanned", NULL, counters->items_scanned, es);
	ExplainPropertyInteger("Items Returned", NULL, counters->items_returned,
						   es);
	ExplainPropertyFloat("Capacity Units", NULL, counters->capacity_units, 1,
						 es);

	total = statement_counters_to_show(counters, es);
	if (total == NULL)
		return;
	show_requests("Total ", total, es);
	ExplainPropertyFloat("Total Capacity Units", NULL, total->capacity_units,
						 1, es);
}

/* ---- scans ---- */

/* Under a LIMIT pages are small. */
static void
show_page_size(const DynamoScan *state, const Access *access,
			   ExplainState *es)
{
	bool		exact = access->exact &&
		access->filter->kind == CONDITION_TRUE;
	int64		bound = 0;
	ListCell   *cell;

	if (state->bounds == NIL ||
		(access->lookup->access != KEY_ACCESS_QUERY &&
		 access->lookup->access != KEY_ACCESS_SCAN))
		return;
	foreach(cell, state->bounds)
	{
		Const	   *value = (Const *) lfirst(cell);

		if (!IsA(value, Const))
		{
			ExplainPropertyText("Page Size", "by the LIMIT", es);
			return;
		}
		if (value->constisnull ||
			pg_add_s64_overflow(bound, DatumGetInt64(value->constvalue),
								&bound))
			return;
	}
	if (reader_page_size(bound, exact) == 0)
		return;
	ExplainPropertyText("Page Size",
						psprintf(exact ? "%d" : "%d, then more",
								 reader_page_size(bound, exact)), es);
}

static void
explain_scan(ForeignScanState *node, ExplainState *es)
{
	DynamoScan *state = (DynamoScan *) node->fdw_state;
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	ExplainScope *explain = make_scope(state->table, plan->scan.scanrelid,
									   (Plan *) plan, es);
	Access	   *access = access_choose(&explain->scope, state->schema,
									   state->clauses);

	show_read("DynamoDB Operation", access, state->table, es);
	show_indexes_not_used(list_nth(plan->fdw_private, SCAN_PRIVATE_NOT_USED),
						  es);
	show_access(access, es);
	if (state->flags & SCAN_FLAG_BACKWARD)
		ExplainPropertyText("ScanIndexForward", "false", es);
	if (state->flags & SCAN_FLAG_COUNT)
		ExplainPropertyText("Select", "COUNT", es);
	show_page_size(state, access, es);
	show_projection(access_projection_to_send(access, state->projection), es);
	explain_show_counters(&state->counters, es);
}

/* ---- direct modifications ---- */

static void
show_update(List *actions, ExplainState *es)
{
	StringInfoData text;

	if (actions == NIL)
		return;
	initStringInfo(&text);
	write_update(&text, actions, placeholders_make(true));
	ExplainPropertyText("UpdateExpression", text.data, es);
}

static void
show_computed(const PushedWrite *pushed, bool keyed, ExplainState *es)
{
	ExplainPropertyText("Computed Locally",
						psprintf("%s; the write is conditional on what %s",
								 pushed->obstacle,
								 keyed ? "a GetItem before it has read"
								 : "was read"),
						es);
}

static void
explain_direct(ForeignScanState *node, ExplainState *es)
{
	DirectState *state = (DirectState *) node->fdw_state;
	WriteStatement *statement = &state->statement;
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	ExplainScope *explain = make_scope(statement->table, plan->scan.scanrelid,
									   (Plan *) plan, es);
	Access	   *access = access_choose(&explain->scope, state->plan->schema,
									   statement->clauses);
	bool		keyed = access->lookup->access == KEY_ACCESS_ITEM;
	KeyLookup  *lookup;
	PushedWrite *pushed;

	if (access->lookup->access == KEY_ACCESS_NOTHING)
	{
		explain_show_operation(NULL, statement->table, es);
		return;
	}

	explain_show_operation(statement->operation == CMD_UPDATE
						   ? "UpdateItem" : "DeleteItem", statement->table,
						   es);
	lookup = key_lookup(&explain->scope,
						key_schema_of_table(statement->table),
						statement->clauses);
	pushed = pushed_write_make(&explain->scope, statement, lookup->rest,
							   statement->assignments);
	if (pushed->obstacle == NULL)
		pushed->obstacle = pushed_write_limit(pushed->actions,
												pushed->condition);
	if (!keyed && (access->lookup->access != KEY_ACCESS_ITEMS ||
				   direct_reads_listed_items(statement,
											 pushed->obstacle == NULL)))
	{
		ExplainPropertyText("Candidates", access->schema->index_name == NULL
							? access_operation(access)
							: psprintf("%s using index %s",
									   access_operation(access),
									   server_text(access->schema->index_name)),
							es);
		show_indexes_not_used(state->plan->not_used, es);
	}
	show_access(access, es);

	if (statement->assigns_key)
		ExplainPropertyText("Key Change",
							"TransactWriteItems of Delete and Put, for an item whose key changes",
							es);
	if (pushed->obstacle != NULL)
		show_computed(pushed, keyed, es);
	else
	{
		show_update(pushed->actions, es);
		show_condition("ConditionExpression", pushed->condition, es);
	}
	if (state->plan->flags & DIRECT_FLAG_RETURNING)
		ExplainPropertyText("ReturnValues",
							statement->operation == CMD_UPDATE
							? "ALL_NEW" : "ALL_OLD", es);
	explain_show_counters(&state->counters, es);
}

/* ---- modifications row by row ---- */

/* Of INSERT ... ON CONFLICT DO UPDATE. */
static void
show_upsert(ModifyTableState *mtstate, ResultRelInfo *info,
			const Table *table, ExplainState *es)
{
	ModifyTable *plan = (ModifyTable *) mtstate->ps.plan;
	ExplainScope *explain = make_scope(table, info->ri_RangeTableIndex,
									   (Plan *) plan, es);
	UpsertTranslation *upsert;

	explain->scope.values_varno = INNER_VAR;
	upsert = conflict_explain(plan, &explain->scope);
	if (constraint_columns(table->relation_id, plan->onConflictCols) != NULL)
		upsert->obstacle = "a constraint or generated column that depends on an assigned one";
	else if (info->ri_WithCheckOptions != NIL)
		upsert->obstacle = "a check option";
	else if (system_column_returns_xmax(plan, info->ri_RangeTableIndex))
		upsert->obstacle = "RETURNING xmax";
	else if (upsert->obstacle == NULL)
		upsert->obstacle = pushed_write_limit(upsert->actions,
												upsert->condition);
	explain_show_operation(upsert->obstacle == NULL ? "UpdateItem"
						   : "PutItem (UpdateItem, where the key is taken)",
						   table, es);
	ExplainPropertyText("Conflict Resolution", "UPDATE", es);
	if (upsert->obstacle != NULL)
	{
		ExplainPropertyText("Computed Locally",
							psprintf("%s; the update is conditional on the item that the PutItem found",
									 upsert->obstacle), es);
		return;
	}
	show_update(upsert->actions, es);
	show_condition("ConditionExpression", upsert->condition, es);
}

static void
show_put(const Table *table, const ModifyTable *plan, ConflictAction action,
		 ExplainState *es)
{
	explain_show_operation("PutItem", table, es);
	/* core shows what it still knows of: the clause without a target */
	if (action == CONFLICT_NOTHING &&
		plan->onConflictAction == ONCONFLICT_NONE)
		ExplainPropertyText("Conflict Resolution", "NOTHING", es);
	if (table->partition_key != NULL)
		show_condition("ConditionExpression",
					   condition_item_absent(table), es);
}

static void
explain_modify(ModifyTableState *mtstate, ResultRelInfo *info, List *private,
			   int subplan_index, ExplainState *es)
{
	ModifyState *state = (ModifyState *) info->ri_FdwState;
	const Table *table =
		table_describe(RelationGetRelid(info->ri_RelationDesc));
	ConflictAction action = private == NIL ? CONFLICT_ERROR
		: intVal(list_nth(private, MODIFY_PRIVATE_CONFLICT));

	if (mtstate->operation == CMD_INSERT && action == CONFLICT_UPDATE)
		show_upsert(mtstate, info, table, es);
	else if (mtstate->operation == CMD_INSERT)
		show_put(table, (ModifyTable *) mtstate->ps.plan, action, es);
	else
	{
		explain_show_operation(mtstate->operation == CMD_UPDATE
							   ? "UpdateItem" : "DeleteItem", table, es);
		ExplainPropertyText("Computed Locally",
							"each row; the write is conditional on what was read",
							es);
	}
	if (state != NULL)
		explain_show_counters(state->insert != NULL
							  ? insert_counters(state->insert)
							  : row_change_counters(state->change), es);
}

void
explain_set_callbacks(FdwRoutine *routine)
{
	routine->ExplainForeignScan = explain_scan;
	routine->ExplainDirectModify = explain_direct;
	routine->ExplainForeignModify = explain_modify;
}
