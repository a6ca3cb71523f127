/*
 * backfill_statement.c
 *		The statement of a backfill: an UPDATE or DELETE of one foreign table,
 *		run over a piece of it.
 *
 * The executor is called here, not by SPI: so the plan is known, and a piece
 * is about the target of this very plan, whatever else the statement calls
 * (read_piece.h).  What the job column adds is added to the parse tree before
 * it is analyzed, so that names, types and privileges are those of a statement
 * that the user could have written.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "parser/parsetree.h"
#include "tcop/dest.h"
#include "tcop/tcopprot.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "fdw/catalog/description.h"
#include "fdw/function/admin_function.h"
#include "fdw/function/backfill_repeat.h"
#include "fdw/function/backfill_statement.h"
#include "fdw/plan/read_first_plan.h"
#include "fdw/session/transaction.h"
#include "fdw/statement_counters.h"
#include "fdw/write/direct.h"
#include "translate/table/table.h"

/* ---- errors ---- */

/* Positions are in the statement, and not in the CALL. */
static void
tell_statement(void *argument)
{
	const BackfillStatement *statement = (const BackfillStatement *) argument;
	int			position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery(statement->text);
	}
	errcontext("statement of backfill \"%s\"", statement->job);
}

static void
begin_telling(ErrorContextCallback *callback,
			  const BackfillStatement *statement)
{
	callback->callback = tell_statement;
	callback->arg = unconstify(BackfillStatement *, statement);
	callback->previous = error_context_stack;
	error_context_stack = callback;
}

static void
end_telling(const ErrorContextCallback *callback)
{
	error_context_stack = callback->previous;
}

static void
refuse_statement(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("the statement of a backfill must be an UPDATE or DELETE of one foreign table"),
			 errdetail_internal("%s", detail)));
}

/* ---- parsing ---- */

static Node *
job_constant(const BackfillStatement *statement)
{
	A_Const    *constant = makeNode(A_Const);

	constant->val.sval.type = T_String;
	constant->val.sval.sval = unconstify(char *, statement->job);
	constant->location = -1;
	return (Node *) constant;
}

static ResTarget *
job_assignment(const BackfillStatement *statement)
{
	ResTarget  *target = makeNode(ResTarget);

	target->name = unconstify(char *, statement->job_column);
	target->val = job_constant(statement);
	target->location = -1;
	return target;
}

/* column IS DISTINCT FROM job */
static Node *
job_condition(const BackfillStatement *statement)
{
	ColumnRef  *column = makeNode(ColumnRef);

	column->fields =
		list_make1(makeString(unconstify(char *, statement->job_column)));
	column->location = -1;
	return (Node *) makeA_Expr(AEXPR_DISTINCT,
							   list_make2(makeString("pg_catalog"),
										  makeString("=")),
							   (Node *) column, job_constant(statement), -1);
}

static void
parse_update(const BackfillStatement *statement, UpdateStmt *update)
{
	Node	   *condition;

	if (update->fromClause != NIL)
		refuse_statement(_("It has FROM."));
	if (statement->job_column == NULL)
		return;
	condition = job_condition(statement);
	update->targetList = lappend(update->targetList,
								 job_assignment(statement));
	update->whereClause = update->whereClause == NULL ? condition
		: (Node *) makeBoolExpr(AND_EXPR,
								list_make2(update->whereClause, condition),
								-1);
}

static void
parse_delete(const BackfillStatement *statement, const DeleteStmt *delete)
{
	if (delete->usingClause != NIL)
		refuse_statement(_("It has USING."));
	if (statement->job_column != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a DELETE has no job column"),
				 errhint("It needs none: nothing is deleted twice.")));
}

BackfillStatement *
backfill_statement_parse(const char *text, const char *job,
						 const char *job_column)
{
	BackfillStatement *statement = palloc0(sizeof(BackfillStatement));
	ErrorContextCallback callback;
	List	   *trees;

	statement->text = text;
	statement->job = job;
	statement->job_column = job_column;
	begin_telling(&callback, statement);
	trees = pg_parse_query(text);
	if (list_length(trees) != 1)
		refuse_statement(list_length(trees) == 0 ? _("There is none.")
						 : _("There are several."));
	statement->tree = linitial_node(RawStmt, trees);
	if (IsA(statement->tree->stmt, UpdateStmt))
		parse_update(statement, (UpdateStmt *) statement->tree->stmt);
	else if (IsA(statement->tree->stmt, DeleteStmt))
		parse_delete(statement, (DeleteStmt *) statement->tree->stmt);
	else
		refuse_statement(_("It is neither."));
	end_telling(&callback);
	return statement;
}

/* ---- checks ---- */

/* The column is a word of the user's own, to be compared as it is. */
static void
check_job_column(const BackfillStatement *statement, Oid relation_id)
{
	AttrNumber	attnum = get_attnum(relation_id, statement->job_column);
	Oid			type = getBaseType(get_atttype(relation_id, attnum));

	if (type != TEXTOID && type != VARCHAROID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("job column \"%s\" of foreign table \"%s\" must have type text",
						statement->job_column, get_rel_name(relation_id))));
}

static void
check_mode(const Table *table)
{
	if (transaction_is_atomic(table))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a backfill cannot write in transaction mode \"atomic\""),
				 errdetail("Each of its writes is atomic by itself; together they would be as many transactions, of twice the write units."),
				 errhint("Set dynamorm_fdw.transaction_mode to \"immediate\".")));
}

static const RangeTblEntry *
target_of(const Query *query)
{
	const RangeTblRef *from = NULL;

	if (list_length(query->jointree->fromlist) == 1)
		from = linitial(query->jointree->fromlist);
	if (from == NULL || !IsA(from, RangeTblRef) ||
		from->rtindex != query->resultRelation)
		refuse_statement(_("It joins its table with others."));
	return rt_fetch(query->resultRelation, query->rtable);
}

/* Raises an error unless the statement may be run in pieces, and again. */
static void
check_query(const BackfillStatement *statement, Query *query)
{
	const RangeTblEntry *target;
	Oid			read;
	const Table *table;

	if (query->commandType != CMD_UPDATE && query->commandType != CMD_DELETE)
		refuse_statement(_("A rule makes it something else."));
	if (query->returningList != NIL)
		refuse_statement(_("It has RETURNING, for which there is nobody."));
	if (query->jointree->quals != NULL &&
		IsA(query->jointree->quals, CurrentOfExpr))
		refuse_statement(_("It has WHERE CURRENT OF."));
	target = target_of(query);
	lock_own_table(target->relid, NoLock);
	table = table_describe(target->relid);
	check_mode(table);
	read = read_first_plan_find_read(query, target->relid);
	if (OidIsValid(read))
		refuse_statement(psprintf(_("It also reads foreign table \"%s\", of which each piece would see what those before it have changed."),
								  get_rel_name(read)));
	if (statement->job_column != NULL)
		check_job_column(statement, target->relid);
	backfill_check_repeatable(query, table, statement->job_column != NULL);
}

/* Also without values it is known that they will not be looked for by keys. */
static void
check_access(const ForeignScan *scan, Oid relation_id)
{
	const Table *table = description_of_table(relation_id, GetUserId());
	Scope		scope = {.table = table, .varno = scan->scan.scanrelid};
	List	   *clauses = scan->operation == CMD_SELECT ? scan->scan.plan.qual
		: direct_plan_of(scan, table)->clauses;

	read_piece_check(table, access_choose(&scope, key_schema_of_table(table),
										  clauses));
}

static List *
target_relations(const PlannedStmt *planned)
{
	return castNode(ModifyTable, planned->planTree)->resultRelations;
}

/* Is the target all that rows come from, and one table? */
static void
check_plan(const PlannedStmt *planned, Oid relation_id)
{
	const Plan *rows = outerPlan(planned->planTree);

	if (list_length(target_relations(planned)) != 1)
		refuse_statement(_("Its table has children."));
	while (rows != NULL && !IsA(rows, ForeignScan))
		rows = IsA(rows, CustomScan)
			? linitial(((const CustomScan *) rows)->custom_plans)
			: IsA(rows, Result) ? outerPlan(rows) : NULL;
	if (rows == NULL || ((const ForeignScan *) rows)->scan.scanrelid !=
		(Index) linitial_int(target_relations(planned)))
		refuse_statement(_("It joins its table with others, or its WHERE is never true."));
	check_access((const ForeignScan *) rows, relation_id);
}

/* In the current memory context; there must be an active snapshot. */
static PlannedStmt *
analyze_and_plan(const BackfillStatement *statement, Oid *relation_id)
{
	List	   *queries;
	Query	   *query;
	PlannedStmt *planned;

	queries = pg_analyze_and_rewrite_fixedparams(copyObject(statement->tree),
												 statement->text, NULL, 0,
												 NULL);
	if (list_length(queries) != 1)
		refuse_statement(_("Rules make it none, or several."));
	query = linitial_node(Query, queries);
	check_query(statement, query);
	*relation_id = rt_fetch(query->resultRelation, query->rtable)->relid;
	planned = PLAN_QUERY(query, statement->text);
	check_plan(planned, *relation_id);
	return planned;
}

static QueryDesc *
query_of(PlannedStmt *planned, const BackfillStatement *statement)
{
	return CreateQueryDesc(planned, statement->text, GetActiveSnapshot(),
						   InvalidSnapshot, None_Receiver, NULL, NULL, 0);
}

Oid
backfill_statement_check(const BackfillStatement *statement)
{
	ErrorContextCallback callback;
	QueryDesc  *query;
	Oid			relation_id;

	begin_telling(&callback, statement);
	PushActiveSnapshot(GetTransactionSnapshot());
	query = query_of(analyze_and_plan(statement, &relation_id), statement);
	/* checks privileges, and begins nothing */
	ExecutorStart(query, EXEC_FLAG_EXPLAIN_ONLY);
	ExecutorEnd(query);
	FreeQueryDesc(query);
	PopActiveSnapshot();
	end_telling(&callback);
	return relation_id;
}

/* ---- running ---- */

static BackfillCounts
execute(QueryDesc *query)
{
	BackfillCounts counts = {0};
	const RequestCounters *counters;

	ExecutorStart(query, 0);
	EXECUTOR_RUN(query);
	counts.changed = query->estate->es_processed;
	ExecutorFinish(query);
	counters = statement_counters_of(query->estate);
	if (counters != NULL)
	{
		counts.read_units = counters->read_units;
		counts.write_units = counters->write_units;
	}
	ExecutorEnd(query);
	FreeQueryDesc(query);
	return counts;
}

BackfillCounts
backfill_statement_run(const BackfillStatement *statement, Oid relation_id,
					   ReadPiece *piece)
{
	ErrorContextCallback callback;
	BackfillCounts counts;
	PlannedStmt *planned;
	Oid			present_id;

	begin_telling(&callback, statement);
	PushActiveSnapshot(GetTransactionSnapshot());
	planned = analyze_and_plan(statement, &present_id);
	if (present_id != relation_id)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the table of backfill \"%s\" has been replaced",
						statement->job)));
	piece->statement = planned;
	piece->relid = linitial_int(target_relations(planned));
	read_piece_set(piece);
	counts = execute(query_of(planned, statement));
	read_piece_set(NULL);
	PopActiveSnapshot();
	end_telling(&callback);
	return counts;
}
