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
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/syscache.h"

#include "fdw/user_function.h"

/* PostgreSQL itself has written some in SQL, such as text || anything. */
static bool
is_written_by_user(Oid function, void *argument)
{
	char		volatility = *(char *) argument;
	HeapTuple	tuple;
	Form_pg_proc form;
	bool		found;

	if (function < FirstNormalObjectId)
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

/* The expressions of a plan node beside its target list and qualification. */
static Node *
own_expressions(const Plan *plan)
{
	switch (nodeTag(plan))
	{
		case T_ModifyTable:
			return (Node *)
				list_make2(((const ModifyTable *) plan)->onConflictSet,
						   ((const ModifyTable *) plan)->onConflictWhere);
		case T_ValuesScan:
			return (Node *) ((const ValuesScan *) plan)->values_lists;
		case T_FunctionScan:
			return (Node *) ((const FunctionScan *) plan)->functions;
		case T_TableFuncScan:
			return (Node *) ((const TableFuncScan *) plan)->tablefunc;
		case T_Result:
			return ((const Result *) plan)->resconstantqual;
		case T_NestLoop:
		case T_MergeJoin:
		case T_HashJoin:
			return (Node *) ((const Join *) plan)->joinqual;
		case T_CustomScan:
			return (Node *) ((const CustomScan *) plan)->custom_exprs;
		default:
			return NULL;
	}
}

/* The plans below a node that are not its outer or inner one. */
static List *
other_plans(const Plan *plan)
{
	switch (nodeTag(plan))
	{
		case T_Append:
			return ((const Append *) plan)->appendplans;
		case T_MergeAppend:
			return ((const MergeAppend *) plan)->mergeplans;
		case T_SubqueryScan:
			return list_make1(((const SubqueryScan *) plan)->subplan);
		case T_CustomScan:
			return ((const CustomScan *) plan)->custom_plans;
		default:
			return NIL;
	}
}

/* RETURNING is not looked at: it is evaluated when its row is written. */
static bool
find_in_plan(const Plan *plan, char *volatility)
{
	ListCell   *cell;

	if (plan == NULL)
		return false;
	check_stack_depth();
	if ((!IsA(plan, ModifyTable) &&
		 find_user_function((Node *) plan->targetlist, volatility)) ||
		find_user_function((Node *) plan->qual, volatility) ||
		find_user_function(own_expressions(plan), volatility) ||
		find_in_plan(outerPlan(plan), volatility) ||
		find_in_plan(innerPlan(plan), volatility))
		return true;
	foreach(cell, other_plans(plan))
		if (find_in_plan((const Plan *) lfirst(cell), volatility))
			return true;
	return false;
}

bool
user_function_in_rows(const PlannedStmt *statement)
{
	char		volatility = PROVOLATILE_VOLATILE;
	ListCell   *cell;

	if (find_in_plan(statement->planTree, &volatility))
		return true;
	foreach(cell, statement->subplans)
		if (find_in_plan((const Plan *) lfirst(cell), &volatility))
			return true;
	return false;
}
