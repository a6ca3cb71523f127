/*
 * report.c
 *		Why an UPDATE or DELETE of one key changed no row.
 *
 * It is said from the old item that came back with the failed condition, so it
 * costs no request.
 */
#include "postgres.h"

#include "compat.h"

#include "access/sysattr.h"
#include "executor/executor.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"

#include "fdw/evaluate.h"
#include "fdw/write/report.h"

static List *
deparse_context(const WriteStatement *statement)
{
	PlannedStmt *planned = statement->estate->es_plannedstmt;
	PlanState  *plan_state = statement->evaluator->plan_state;
	Bitmapset  *used =
		bms_make_singleton(statement->evaluator->scope.varno);
	List	   *names = select_rtable_names_for_explain(planned->rtable, used);

	return set_deparse_context_plan(deparse_context_for_plan_tree(planned,
																  names),
									plan_state->plan, NIL);
}

/* Appends "quantity is 3" for each column of the clause. */
static void
append_values(StringInfo text, const WriteStatement *statement, Expr *clause)
{
	TupleTableSlot *slot = statement->old_slot;
	Bitmapset  *columns = NULL;
	int			member = -1;
	const char *separator = ": ";

	pull_varattnos((Node *) clause, statement->evaluator->scope.varno,
				   &columns);
	while ((member = bms_next_member(columns, member)) >= 0)
	{
		AttrNumber	attnum = member + FirstLowInvalidHeapAttributeNumber;
		const Column *column = table_column(statement->table, attnum);
		Oid			output;
		bool		is_varlena;

		if (column == NULL)
			continue;
		appendStringInfo(text, "%s%s is ", separator, column->name);
		separator = ", ";
		if (slot->tts_isnull[attnum - 1])
		{
			appendStringInfoString(text, "NULL");
			continue;
		}
		getTypeOutputInfo(column->codec->type_id, &output, &is_varlena);
		appendStringInfoString(text,
							   OidOutputFunctionCall(output,
													 slot->tts_values[attnum - 1]));
	}
}

/* One line for each clause that is not true of the row. */
static char *
describe_clauses(const WriteStatement *statement)
{
	List	   *context = deparse_context(statement);
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	foreach(cell, statement->clauses)
	{
		Expr	   *clause = (Expr *) lfirst(cell);
		ExprState  *state;
		Datum		value;
		bool		isnull;

		/* what is not the same twice may be another value now */
		if (contain_volatile_functions((Node *) clause))
			continue;
		state = evaluate_prepare(clause, statement->evaluator->plan_state);
		value = ExecEvalExpr(state, statement->evaluator->context, &isnull);
		if (!isnull && DatumGetBool(value))
			continue;
		appendStringInfo(&text, "%s%s is %s", text.len > 0 ? "\n" : "",
						 deparse_expression((Node *) clause, context, false,
											false),
						 isnull ? "NULL" : "false");
		append_values(&text, statement, clause);
	}
	return text.data;
}

void
report_unchanged(const WriteStatement *statement, const DynamoItem *item,
				 const char *readable_key)
{
	const char *command = statement->operation == CMD_UPDATE
		? "UPDATE" : "DELETE";
	char	   *clauses;

	if (item == NULL && !statement->upsert)
	{
		ereport(NOTICE,
				(errmsg("%s of \"%s\" changed no row: there is no item %s",
						command, statement->table->relation_name,
						readable_key)));
		return;
	}
	clauses = describe_clauses(statement);
	ereport(NOTICE,
			(errmsg("%s of \"%s\" changed no row: the WHERE is not true of item %s",
					command, statement->table->relation_name, readable_key),
			 clauses[0] != '\0' ? errdetail_internal("%s", clauses) : 0));
}
