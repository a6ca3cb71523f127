/*
 * user_function.c
 *		Functions that users have written, of which nobody knows what they read
 *		and write.
 */
#include "postgres.h"

#include "compat.h"

#include "access/htup_details.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "nodes/nodeFuncs.h"
#include "utils/syscache.h"

#include "fdw/user_function.h"

static bool
is_written_by_user(Oid function, void *argument)
{
	char		volatility = *(char *) argument;
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc form;
	bool		found;

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

bool
user_function_in_statement(const PlannerInfo *root, char volatility)
{
	Query		query = *root->parse;
	ListCell   *cell;

	query.returningList = NIL;
	if (find_user_function((Node *) &query, &volatility))
		return true;
	foreach(cell, root->glob->subroots)
	{
		const PlannerInfo *subroot = (const PlannerInfo *) lfirst(cell);

		if (subroot != NULL && subroot->parse->commandType == CMD_SELECT &&
			find_user_function((Node *) subroot->parse, &volatility))
			return true;
	}
	return false;
}

bool
user_function_in_rows(const Plan *plan)
{
	char		volatility = PROVOLATILE_VOLATILE;

	while (plan != NULL)
	{
		if (find_user_function((Node *) plan->targetlist, &volatility) ||
			find_user_function((Node *) plan->qual, &volatility))
			return true;
		plan = IsA(plan, SubqueryScan) ? ((const SubqueryScan *) plan)->subplan
			: outerPlan(plan);
	}
	return false;
}
