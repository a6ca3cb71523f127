/*
 * system_column_plan.c
 *		Refuses system columns in queries that read, update or delete rows of
 *		DynamoDB tables.
 */
#include "postgres.h"

#include "compat.h"

#include "parser/parsetree.h"

#include "fdw/plan/scan_plan.h"
#include "fdw/plan/system_column_plan.h"
#include "fdw/system_column.h"

/* ---- what the user has named ---- */

/*
 * All that a query names of its own tables, when it has been prepared for
 * planning: sub-selects that refer to them are SubPlans with arguments, or
 * LATERAL; the members of a UNION ALL may have been pulled up.
 */
static List *
columns_of_query(PlannerInfo *root)
{
	List	   *found = system_column_find_in_query(root->parse);
	ListCell   *cell;

	foreach(cell, root->parse->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		if (rte->rtekind == RTE_SUBQUERY && rte->lateral)
			found = list_concat(found,
								system_column_find((Node *) rte->subquery));
	}
	foreach(cell, root->append_rel_list)
	{
		AppendRelInfo *member = lfirst_node(AppendRelInfo, cell);

		/* a parent that is a table has no system columns there */
		if (!OidIsValid(member->parent_reloid))
		{
			Node	   *vars = (Node *) member->translated_vars;

			found = list_concat(found, system_column_find(vars));
		}
	}
	return found;
}

/* ---- whose it is ---- */

static bool
has_dynamodb_table(const PlannerInfo *root)
{
	int			i;

	for (i = 1; i < root->simple_rel_array_size; i++)
		if (root->simple_rel_array[i] != NULL &&
			scan_plan_is_ours(root->simple_rel_array[i]))
			return true;
	return false;
}

/*
 * A relation of ours that is the range table entry itself, or below it; 0 if
 * there is none.  Partitions that have been pruned are not there.
 */
static Index
dynamodb_table_of(const PlannerInfo *root, Index varno)
{
	int			i;

	for (i = 1; i < root->simple_rel_array_size; i++)
	{
		const RelOptInfo *rel = root->simple_rel_array[i];
		Index		ancestor = i;

		if (rel == NULL || !scan_plan_is_ours(rel))
			continue;
		while (ancestor != varno && root->append_rel_array != NULL &&
			   root->append_rel_array[ancestor] != NULL)
			ancestor = root->append_rel_array[ancestor]->parent_relid;
		if (ancestor == varno)
			return i;
	}
	return 0;
}

/* ---- the query ---- */

void
system_column_plan_query(PlannerInfo *root)
{
	ListCell   *cell;

	if (!has_dynamodb_table(root))
		return;
	foreach(cell, columns_of_query(root))
	{
		Var		   *var = lfirst_node(Var, cell);
		Index		ours = dynamodb_table_of(root, var->varno);

		if (ours != 0)
			system_column_refuse(var->varattno,
								 planner_rt_fetch(ours, root)->relid,
								 planner_rt_fetch(var->varno, root)->relid);
	}
}
