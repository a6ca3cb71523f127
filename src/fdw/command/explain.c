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

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"

#include "client/request/batch_insert.h"
#include "fdw/callbacks.h"
#include "fdw/evaluate_ahead.h"
#include "fdw/explain_show.h"
#include "fdw/read/access.h"
#include "fdw/read/row_lock.h"
#include "fdw/read/scan.h"
#include "fdw/session/transaction.h"
#include "fdw/session/write_buffer.h"
#include "fdw/write/conflict.h"
#include "fdw/write/direct.h"
#include "fdw/write/direct_access.h"
#include "fdw/write/insert.h"
#include "fdw/write/modify.h"
#include "fdw/write/pushed_write.h"
#include "fdw/write/stamp.h"
#include "translate/key/item_key.h"
#include "translate/key/key_schema.h"

/* A scope that shows what it does not know as SQL. */
typedef struct ExplainScope
{
	Scope		scope;			/* first, so that the scope leads here */
	List	   *deparse_context;
	PlanState  *plan_state;
	bool		for_write;
} ExplainScope;

static const char *
deparse_label(Scope *scope, Expr *expr)
{
	ExplainScope *explain = (ExplainScope *) scope;

	/* beside "excluded", columns are shown with their table */
	return deparse_expression((Node *) expr, explain->deparse_context,
							  scope->values_varno != 0, false);
}

/* Nothing is evaluated, but what will not be for a request is known. */
static Knowledge
foresee_value(Scope *scope, Expr *expr, Datum *value, bool *isnull)
{
	ExplainScope *explain = (ExplainScope *) scope;

	return !scope->demanded &&
		evaluate_foresee(expr, explain->plan_state, explain->for_write,
						 false) == AHEAD_NEVER
		? VALUE_IS_NOT_FOR_NOW : VALUE_IS_NOT_KNOWN;
}

static ExplainScope *
make_scope(const Table *table, Index varno, PlanState *plan_state,
		   bool for_write, ExplainState *es)
{
	ExplainScope *explain = palloc0(sizeof(ExplainScope));

	explain->scope.table = table;
	explain->scope.varno = varno;
	explain->scope.label = deparse_label;
	explain->scope.evaluate = foresee_value;
	explain->plan_state = plan_state;
	explain->for_write = for_write;
	explain->deparse_context = set_deparse_context_plan(es->deparse_cxt,
														plan_state->plan, NIL);
	return explain;
}

/* ---- parts ---- */

/* A name in UTF-8, in the server's encoding. */
static char *
server_text(const char *text)
{
	StringInfoData readable;

	initStringInfo(&readable);
	attribute_append_server_text(&readable, text, strlen(text));
	return readable.data;
}

static const char *
read_operation(const Access *access, const Table *table)
{
	return access->lookup->access == KEY_ACCESS_ITEMS
		? explain_batch_operation(table) : access_operation(access);
}

/* "Query on t using index x" */
static char *
describe_read(const Access *access, const Table *table)
{
	const char *operation = read_operation(access, table);
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

/*
 * What becomes of a write that is kept until COMMIT, and, once it was run, how
 * many actions the transaction's COMMIT will have so far.
 */
static void
show_commit(const char *action, ExplainState *es)
{
	ExplainPropertyText("Transaction Mode", "atomic", es);
	ExplainPropertyText("Commit", action, es);
	if (es->analyze)
		ExplainPropertyInteger("Commit Actions", NULL,
							   write_buffer_action_count(), es);
}

/* ---- scans ---- */

/* Under a LIMIT pages are small. */
static void
show_page_size(const DynamoScan *state, const Access *access, Scope *scope,
			   ExplainState *es)
{
	int64		bound;
	PageSize	size;

	if (scan_bound(scope, state->bounds, &bound) == VALUE_UNKNOWN)
	{
		if (reader_reads_pages(access))
			ExplainPropertyText("Page Size", "by the LIMIT", es);
		return;
	}
	size = reader_page_size(access, bound);
	if (size.items > 0)
		ExplainPropertyText("Page Size",
							psprintf(size.exact ? "%d" : "%d, then more",
									 size.items), es);
}

/* Of SELECT ... FOR UPDATE and so on. */
static void
show_locks(EState *estate, Index relid, const Table *table, ExplainState *es)
{
	ItemLock	lock = row_locks_wanted(estate, relid);

	if (lock != ITEM_LOCK_NONE && transaction_is_atomic(table))
		show_commit(lock == ITEM_LOCK_EXISTS
					? "ConditionCheck of each row returned, that it is there"
					: "ConditionCheck of each row returned, that nothing of it has changed",
					es);
}

static void
explain_scan(ForeignScanState *node, ExplainState *es)
{
	DynamoScan *state = (DynamoScan *) node->fdw_state;
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	ExplainScope *explain = make_scope(state->table, plan->scan.scanrelid,
									   &node->ss.ps, false, es);
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
	show_page_size(state, access, &explain->scope, es);
	show_projection(scan_projection_to_send(state, access), es);
	show_locks(node->ss.ps.state, plan->scan.scanrelid, state->table, es);
	explain_show_read_ahead(state->open.items_ahead, es);
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

/*
 * What is sent for a row.  Volatile functions without effects have been
 * replaced by their values by then (see row_plan_of_row() in direct.c).
 */
static PushedWrite *
foresee_write(ExplainScope *explain, const WriteStatement *statement,
			  List *rest)
{
	PushedWrite *pushed;

	explain->scope.is_volatile = evaluate_has_effects;
	pushed = pushed_write_make(&explain->scope, statement, rest,
							   statement->assignments);
	if (pushed->obstacle == NULL)
		pushed->obstacle = pushed_write_limit(pushed->actions,
											  pushed->condition);
	return pushed;
}

/* The request of each row, and how rows are found where they are read. */
static void
show_direct_write(const DirectState *state, const DirectAccess *way,
				  const PushedWrite *pushed, ExplainState *es)
{
	const WriteStatement *statement = &state->statement;
	const Access *access = way->candidates;

	explain_show_operation(statement->operation == CMD_UPDATE
						   ? "UpdateItem" : "DeleteItem", statement->table,
						   es);
	if (!direct_access_reads(way, statement,
							 pushed->obstacle == NULL &&
							 !statement->has_volatile))
		return;
	ExplainPropertyText("Candidates", access->schema->index_name == NULL
						? access_operation(access)
						: psprintf("%s using index %s",
								   access_operation(access),
								   server_text(access->schema->index_name)),
						es);
	show_indexes_not_used(state->plan->not_used, es);
}

/* What COMMIT sends for a row of a direct modification. */
static const char *
commit_of_direct(const DirectState *state, const PushedWrite *pushed)
{
	const char *action = state->statement.operation == CMD_UPDATE
		? "Update" : "Delete";

	if (state->statement.assigns_key)
		return "Delete and Put, if nothing has changed, where the key changes";
	if (pushed->obstacle == NULL &&
		!(state->plan->flags & DIRECT_FLAG_RETURNING))
		return psprintf("%s as above, or, once the item is looked at again, if what was read has not changed",
						action);
	return psprintf("%s, if what was read has not changed", action);
}

static void
show_what_is_written(const DirectState *state, const DirectAccess *way,
					 const PushedWrite *pushed, ExplainState *es)
{
	const WriteStatement *statement = &state->statement;
	bool		is_atomic = transaction_is_atomic(statement->table);
	bool		returning = (state->plan->flags & DIRECT_FLAG_RETURNING) != 0;

	if (statement->assigns_key && !is_atomic)
		ExplainPropertyText("Key Change",
							"TransactWriteItems of Delete and Put, for an item whose key changes",
							es);
	if (pushed->obstacle != NULL && !is_atomic)
		show_computed(pushed, way->lookup->access == KEY_ACCESS_ITEM, es);
	else if (pushed->obstacle == NULL && !(is_atomic && returning))
	{
		show_update(pushed->actions, es);
		show_condition("ConditionExpression", pushed->condition, es);
	}
	if (is_atomic)
		show_commit(commit_of_direct(state, pushed), es);
	else if (returning)
		ExplainPropertyText("ReturnValues",
							statement->operation == CMD_UPDATE
							? "ALL_NEW" : "ALL_OLD", es);
}

static void
explain_direct(ForeignScanState *node, ExplainState *es)
{
	DirectState *state = (DirectState *) node->fdw_state;
	WriteStatement *statement = &state->statement;
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	ExplainScope *explain = make_scope(statement->table, plan->scan.scanrelid,
									   &node->ss.ps, true, es);
	DirectAccess way;
	const Access *access;
	PushedWrite *pushed;

	explain->scope.has_gates = true;
	way = direct_access_choose(&explain->scope, state->plan->schema,
							   statement->clauses);
	access = way.candidates;
	if (access->lookup->access == KEY_ACCESS_NOTHING)
	{
		explain_show_operation(NULL, statement->table, es);
		return;
	}

	pushed = foresee_write(explain, statement, way.lookup->rest);
	if (transaction_is_atomic(statement->table))
		show_read("DynamoDB Operation", access, statement->table, es);
	else
		show_direct_write(state, &way, pushed, es);
	show_access(access, es);

	show_what_is_written(state, &way, pushed, es);
	explain_show_counters(&state->counters, es);
}

/* ---- modifications row by row ---- */

/* What INSERT stores of a column that it does not name; NULL: nothing. */
static Operand *
stamp_operand(Scope *scope, const Column *column)
{
	if (column->is_version)
		return operand_value(attribute_make_text(ATTRIBUTE_N, pstrdup("1"), 1));
	if (column->is_created_at || column->is_updated_at)
		return operand_unknown(scope_label(scope, stamp_now(column)));
	return NULL;
}

/* The one request, with values not known shown by the scope's labels. */
static UpsertTranslation *
translate_upsert(Scope *scope, const ModifyTable *plan,
				 const ConflictClauses *clauses)
{
	const Table *table = scope->table;
	Operand   **inserted = palloc0(sizeof(Operand *) * table->column_count);
	ListCell   *cell;

	foreach(cell, outerPlan(plan)->targetlist)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, cell);
		int			i = entry->resno - 1;
		Expr	   *excluded;

		if (i >= table->column_count || table->columns[i].name == NULL)
			continue;
		if (IsA(entry->expr, Const) && ((Const *) entry->expr)->constisnull)
		{
			inserted[i] = stamp_operand(scope, &table->columns[i]);
			continue;
		}
		excluded = (Expr *) makeVar(INNER_VAR, entry->resno,
									exprType((Node *) entry->expr),
									exprTypmod((Node *) entry->expr),
									exprCollation((Node *) entry->expr), 0);
		inserted[i] = operand_unknown(scope_label(scope, excluded));
	}
	return upsert_translate(scope, inserted, clauses->where,
							clauses->assignments);
}

/* Of INSERT ... ON CONFLICT DO UPDATE. */
static void
show_upsert(ModifyTableState *mtstate, ResultRelInfo *info,
			const Table *table, ExplainState *es)
{
	ModifyTable *plan = (ModifyTable *) mtstate->ps.plan;
	ExplainScope *explain = make_scope(table, info->ri_RangeTableIndex,
									   &mtstate->ps, true, es);
	ConflictClauses *clauses;
	UpsertTranslation *upsert;
	const char *obstacle;

	explain->scope.values_varno = INNER_VAR;
	clauses = conflict_clauses(plan, table, info->ri_RangeTableIndex, false);
	upsert = translate_upsert(&explain->scope, plan, clauses);
	obstacle = conflict_obstacle(plan, info, table, clauses);
	if (obstacle == NULL)
		obstacle = upsert->obstacle;
	if (obstacle == NULL)
		obstacle = pushed_write_limit(upsert->actions, upsert->condition);
	explain_show_operation(obstacle == NULL ? "UpdateItem"
						   : "PutItem (UpdateItem, where the key is taken)",
						   table, es);
	ExplainPropertyText("Conflict Resolution", "UPDATE", es);
	if (obstacle != NULL)
	{
		ExplainPropertyText("Computed Locally",
							psprintf("%s; the update is conditional on the item that the PutItem found",
									 obstacle), es);
		return;
	}
	show_update(upsert->actions, es);
	show_condition("ConditionExpression", upsert->condition, es);
}

/* As core shows it of other tables. */
static void
show_resolution(ConflictPlan conflict, ExplainState *es)
{
	const char *lock = "";

	if (conflict.action == CONFLICT_ERROR)
		return;
	switch (conflict.lock)
	{
		case LCS_NONE:
			break;
		case LCS_FORKEYSHARE:
			lock = " FOR KEY SHARE";
			break;
		case LCS_FORSHARE:
			lock = " FOR SHARE";
			break;
		case LCS_FORNOKEYUPDATE:
			lock = " FOR NO KEY UPDATE";
			break;
		case LCS_FORUPDATE:
			lock = " FOR UPDATE";
			break;
	}
	ExplainPropertyText("Conflict Resolution",
						conflict.action == CONFLICT_UPDATE ? "UPDATE"
						: conflict.action == CONFLICT_NOTHING ? "NOTHING"
						: psprintf("SELECT%s", lock), es);
}

/* Of several rows; one is a PutItem in any case. */
static void
show_batches(ModifyTableState *mtstate, ResultRelInfo *info,
			 const Table *table, ConflictAction action, ExplainState *es)
{
	const Plan *rows = outerPlan(mtstate->ps.plan);

	if (es->verbose && !(IsA(rows, Result) && outerPlan(rows) == NULL) &&
		insert_sends_batches(mtstate, info, table, action))
		ExplainPropertyText("Batch",
							psprintf("BatchExecuteStatement, %d",
									 BATCH_INSERT_MAX_ROWS), es);
}

static void
show_put(ModifyTableState *mtstate, ResultRelInfo *info, const Table *table,
		 ConflictPlan conflict, ExplainState *es)
{
	const ModifyTable *plan = (ModifyTable *) mtstate->ps.plan;

	explain_show_operation("PutItem", table, es);
	show_batches(mtstate, info, table, conflict.action, es);
	/* core shows what it still knows of: the clause without a target */
	if (plan->onConflictAction == ONCONFLICT_NONE)
		show_resolution(conflict, es);
	if (conflict.action == CONFLICT_SELECT)
		ExplainPropertyText("Computed Locally",
							plan->onConflictWhere == NULL
							? "nothing; the row is the item that the PutItem finds"
							: "the WHERE, on the item that the PutItem finds",
							es);
	if (key_columns(table).count > 0)
		show_condition("ConditionExpression",
					   condition_key_is_free(table), es);
}

/* The same in transaction mode "atomic". */
static void
show_kept(CmdType operation, ConflictPlan conflict, const Table *table,
		  ExplainState *es)
{
	explain_show_operation(operation == CMD_INSERT
						   ? "GetItem (BatchGetItem for several rows)"
						   : "GetItem", table, es);
	show_resolution(conflict, es);
	if (operation != CMD_INSERT)
		show_commit(operation == CMD_UPDATE
					? "Update, if no column has changed"
					: "Delete, if no column has changed", es);
	else if (conflict.action == CONFLICT_UPDATE)
		show_commit("Put, if there is no such item, or Update", es);
	else if (conflict.lock == LCS_FORKEYSHARE)
		show_commit("Put, if there is no such item, or ConditionCheck, that it is there",
					es);
	else if (conflict.lock != LCS_NONE)
		show_commit("Put, if there is no such item, or ConditionCheck, that nothing of it has changed",
					es);
	else
		show_commit("Put, if there is no such item", es);
}

static void
explain_modify(ModifyTableState *mtstate, ResultRelInfo *info, List *private,
			   int subplan_index, ExplainState *es)
{
	ModifyState *state = (ModifyState *) info->ri_FdwState;
	const Table *table =
		table_describe(RelationGetRelid(info->ri_RelationDesc));
	ConflictPlan conflict = modify_conflict(private);

	if (transaction_is_atomic(table))
		show_kept(mtstate->operation, conflict, table, es);
	else if (mtstate->operation == CMD_INSERT &&
			 conflict.action == CONFLICT_UPDATE)
		show_upsert(mtstate, info, table, es);
	else if (mtstate->operation == CMD_INSERT)
		show_put(mtstate, info, table, conflict, es);
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
