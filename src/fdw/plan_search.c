/*
 * plan_search.c
 *		Looks for something in all expressions of a plan.
 *
 * The server has no walker of plans.  What is fetched by an index, and what
 * joins by hash or merge, calls operators of index classes only.
 */
#include "postgres.h"

#include "compat.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"

#include "fdw/plan_search.h"

typedef struct Search
{
	const PlannedStmt *statement;
	PlanSearch	search;
	void	   *argument;
	bool		follows;		/* sub-selects and WITH queries are searched */
	bool		is_complete;	/* all nodes were known */
} Search;

static bool search_plan(const Plan *plan, Search *search);

/* A node's expressions beside its target list and qualification. */
static Node *
own_expressions(const Plan *plan, bool *is_known)
{
	*is_known = true;
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
		case T_Limit:
			return (Node *) list_make2(((const Limit *) plan)->limitOffset,
									   ((const Limit *) plan)->limitCount);
		case T_NestLoop:
		case T_MergeJoin:
		case T_HashJoin:
			return (Node *) ((const Join *) plan)->joinqual;
		case T_ForeignScan:
			return (Node *) ((const ForeignScan *) plan)->fdw_exprs;
		case T_CustomScan:
			return (Node *) ((const CustomScan *) plan)->custom_exprs;
		case T_SeqScan:
		case T_IndexScan:
		case T_IndexOnlyScan:
		case T_BitmapHeapScan:
		case T_BitmapIndexScan:
		case T_Append:
		case T_MergeAppend:
		case T_SubqueryScan:
		case T_CteScan:
		case T_ProjectSet:
		case T_Hash:
		case T_Sort:
		case T_IncrementalSort:
		case T_Agg:
		case T_Group:
		case T_WindowAgg:
		case T_Unique:
		case T_Material:
		case T_Gather:
		case T_GatherMerge:
			return NULL;
		default:
			*is_known = false;
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

static bool
search_numbered(int plan_id, Search *search)
{
	return search->follows &&
		search_plan((const Plan *) list_nth(search->statement->subplans,
											plan_id - 1), search);
}

static bool
search_sub_selects(Node *node, void *argument)
{
	if (node == NULL)
		return false;
	if (IsA(node, SubPlan) &&
		search_numbered(((const SubPlan *) node)->plan_id,
						(Search *) argument))
		return true;
	return expression_tree_walker(node, search_sub_selects, argument);
}

static bool
search_expressions(Node *node, Search *search)
{
	return search->search(node, search->argument) ||
		(search->follows && search_sub_selects(node, search));
}

static bool
search_below(const Plan *plan, Search *search)
{
	ListCell   *cell;

	if (search_plan(outerPlan(plan), search) ||
		search_plan(innerPlan(plan), search))
		return true;
	foreach(cell, other_plans(plan))
		if (search_plan((const Plan *) lfirst(cell), search))
			return true;
	return IsA(plan, CteScan) &&
		search_numbered(((const CteScan *) plan)->ctePlanId, search);
}

static bool
search_plan(const Plan *plan, Search *search)
{
	bool		is_known;
	Node	   *own;

	if (plan == NULL)
		return false;
	check_stack_depth();
	own = own_expressions(plan, &is_known);
	search->is_complete &= is_known;
	return (!IsA(plan, ModifyTable) &&
			search_expressions((Node *) plan->targetlist, search)) ||
		search_expressions((Node *) plan->qual, search) ||
		search_expressions(own, search) ||
		search_expressions((Node *) plan->initPlan, search) ||
		search_below(plan, search);
}

bool
plan_search(const PlannedStmt *statement, const Plan *plan, PlanSearch search,
			void *argument, bool *is_complete)
{
	Search		all = {
		.statement = statement,
		.search = search,
		.argument = argument,
		.follows = true,
		.is_complete = true
	};
	bool		found = search_plan(plan, &all);

	*is_complete = all.is_complete;
	return found;
}

bool
plan_search_statement(const PlannedStmt *statement, PlanSearch search,
					  void *argument)
{
	Search		each = {
		.statement = statement,
		.search = search,
		.argument = argument
	};
	ListCell   *cell;

	if (search_plan(statement->planTree, &each))
		return true;
	foreach(cell, statement->subplans)
		if (search_plan((const Plan *) lfirst(cell), &each))
			return true;
	return false;
}
