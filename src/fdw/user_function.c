/*
 * user_function.c
 *		Functions that users have written, of which nobody knows what they read
 *		and write.
 */
#include "postgres.h"

#include "compat.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/syscache.h"

#include "fdw/plan_search.h"
#include "fdw/user_function.h"

/* PostgreSQL itself has written some in SQL, such as text || anything. */
static bool
is_written_by_user(Oid function, void *argument)
{
	char		volatility = *(char *) argument;
	HeapTuple	tuple;
	Form_pg_proc form;
	bool		found;

	if (function < FirstUnpinnedObjectId)
		return false;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_proc) GETSTRUCT(tuple);
	found = form->provolatile == volatility &&
		form->prolang != INTERNALlanguageId && form->prolang != ClanguageId;
	ReleaseSysCache(tuple);
	return found;
}

static bool
find_user_function(Node *node, void *argument)
{
	if (node == NULL)
		return false;
	if (check_functions_in_node(node, is_written_by_user, argument))
		return true;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, find_user_function, argument,
								 0);
	return expression_tree_walker(node, find_user_function, argument);
}

static bool
find_in_query(const PlannerInfo *root,
			  bool (*walker) (Node *node, void *argument), void *argument)
{
	Query		query = *root->parse;

	query.returningList = NIL;
	return query_tree_walker(&query, walker, argument, 0);
}

static bool
find_in_subselects(const PlannerInfo *root, char *volatility)
{
	ListCell   *cell;

	foreach(cell, root->glob->subroots)
	{
		const PlannerInfo *subroot = (const PlannerInfo *) lfirst(cell);

		if (subroot != NULL && subroot->parse->commandType == CMD_SELECT &&
			find_user_function((Node *) subroot->parse, volatility))
			return true;
	}
	return false;
}

bool
user_function_in_statement(const PlannerInfo *root, char volatility)
{
	return find_in_query(root, find_user_function, &volatility) ||
		find_in_subselects(root, &volatility);
}

/* ---- calls that are the same for all rows ---- */

static bool
depends_on_plan(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var) || IsA(node, SubPlan) ||
		IsA(node, AlternativeSubPlan) || IsA(node, Query) ||
		IsA(node, CaseTestExpr) || IsA(node, CoerceToDomainValue) ||
		(IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXEC))
		return true;
	return expression_tree_walker(node, depends_on_plan, context);
}

bool
user_function_is_constant(Node *call)
{
	char		volatility = PROVOLATILE_STABLE;

	return call != NULL &&
		check_functions_in_node(call, is_written_by_user, &volatility) &&
		!contain_volatile_functions(call) && !depends_on_plan(call, NULL);
}

static bool
find_stable_of_rows(Node *node, void *argument)
{
	char		volatility = PROVOLATILE_STABLE;

	if (node == NULL || user_function_is_constant(node))
		return false;
	if (IsA(node, Query))
		return find_user_function(node, &volatility);
	if (check_functions_in_node(node, is_written_by_user, &volatility))
		return true;
	return expression_tree_walker(node, find_stable_of_rows, argument);
}

bool
user_function_stable_of_rows(const PlannerInfo *root)
{
	char		volatility = PROVOLATILE_STABLE;

	return find_in_query(root, find_stable_of_rows, NULL) ||
		find_in_subselects(root, &volatility);
}

/* ---- the rows of an INSERT ---- */

bool
user_function_in_rows(const PlannedStmt *statement)
{
	char		volatility = PROVOLATILE_VOLATILE;

	return plan_search_statement(statement, find_user_function, &volatility);
}
