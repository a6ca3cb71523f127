/*
 * old_row_plan.c
 *		RETURNING old of INSERT ... ON CONFLICT: where it comes from.
 *
 * To core the row is inserted, and has no old one (ExecInsert() in
 * nodeModifyTable.c).  So what RETURNING names of it becomes a column of the
 * "excluded" row, which is of no other use once the plan is made: columns that
 * follow those of the table, in exclRelTlist, which says what they are.
 */
#include "postgres.h"

#include "compat.h"

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"

#include "fdw/plan/old_row_plan.h"

typedef struct OldColumns
{
	ModifyTable *plan;
	AttrNumber	first;			/* number of the first of them */
	AttrNumber	last;			/* of the last one so far */
} OldColumns;

static bool
is_of_old_row(Node *node, const ModifyTable *plan)
{
	return returning_expr_is_of_old_row(node) ||
		(IsA(node, Var) && var_is_of_old_row((Var *) node) &&
		 ((Var *) node)->varno == linitial_int(plan->resultRelations));
}

/* The number of a column that is the expression. */
static AttrNumber
column_of(OldColumns *columns, Node *node)
{
	ListCell   *cell;

	foreach(cell, columns->plan->exclRelTlist)
	{
		const TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (entry->resno >= columns->first && equal(entry->expr, node))
			return entry->resno;
	}
	columns->plan->exclRelTlist =
		lappend(columns->plan->exclRelTlist,
				makeTargetEntry((Expr *) copyObject(node), ++columns->last,
								NULL, false));
	return columns->last;
}

static Node *
replace_old(Node *node, void *argument)
{
	OldColumns *columns = (OldColumns *) argument;

	if (node == NULL)
		return NULL;
	if (is_of_old_row(node, columns->plan))
		return (Node *) makeVar(INNER_VAR, column_of(columns, node),
								exprType(node), exprTypmod(node),
								exprCollation(node), 0);
	return expression_tree_mutator(node, replace_old, argument);
}

void
old_row_plan(ModifyTable *plan)
{
	OldColumns	columns = {.plan = plan};
	ListCell   *cell;

	if (plan->returningLists == NIL)
		return;
	foreach(cell, plan->exclRelTlist)
		columns.last = Max(columns.last,
						   lfirst_node(TargetEntry, cell)->resno);
	columns.first = columns.last + 1;
	plan->returningLists = (List *)
		replace_old((Node *) plan->returningLists, &columns);
	if (columns.last >= columns.first)
		plan->plan.targetlist = copyObject(linitial(plan->returningLists));
}
