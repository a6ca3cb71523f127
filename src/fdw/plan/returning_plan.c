/*
 * returning_plan.c
 *		RETURNING old and new of UPDATE and DELETE, where they say what
 *		RETURNING says without them.
 *
 * Where a statement names them, core hands the rows over one by one
 * (create_modifytable_plan() in createplan.c).  But the new row of an UPDATE
 * and the old one of a DELETE are what RETURNING has anyway, and a DELETE
 * leaves no new one: then one request is enough.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"

#include "fdw/catalog/option.h"
#include "fdw/plan/returning_plan.h"

typedef struct Simplification
{
	Index		target;
	CmdType		operation;
	Index		depth;			/* levels below the query */
} Simplification;

/* Does the node stand for the target's old row, or new one? */
static bool
is_of_row(Node *node, const Simplification *simplification, bool old)
{
	const Var  *var = (const Var *) node;

	if (!IsA(node, Var))
		return returning_expr_level(node) == (int) simplification->depth &&
			(old ? returning_expr_is_of_old_row(node)
			 : returning_expr_is_of_new_row(node));
	return (Index) var->varno == simplification->target &&
		var->varlevelsup == simplification->depth &&
		(old ? var_is_of_old_row(var) : var_is_of_new_row(var));
}

static Node *simplify(Node *node, void *argument);

/* As it would be written without "old" or "new". */
static Node *
without_name(Node *node, Simplification *simplification)
{
	Var		   *var;

	if (!IsA(node, Var))
		return simplify((Node *) returning_expr_argument(node),
						simplification);
	var = copyObject((Var *) node);
	set_var_of_current_row(var);
	return (Node *) var;
}

static Node *
simplify(Node *node, void *argument)
{
	Simplification *simplification = (Simplification *) argument;
	bool		deletes = simplification->operation == CMD_DELETE;

	if (node == NULL)
		return NULL;
	if (is_of_row(node, simplification, deletes))
		return without_name(node, simplification);
	if (deletes && is_of_row(node, simplification, false))
		return (Node *) makeNullConst(exprType(node), exprTypmod(node),
									  exprCollation(node));
	if (IsA(node, Query))
	{
		Query	   *query;

		simplification->depth++;
		query = query_tree_mutator((Query *) node, simplify, simplification,
								   0);
		simplification->depth--;
		return (Node *) query;
	}
	return expression_tree_mutator(node, simplify, simplification);
}

static void
simplify_query(Query *query)
{
	Simplification simplification = {
		.target = query->resultRelation,
		.operation = query->commandType
	};
	const RangeTblEntry *target;

	if (query->returningList == NIL ||
		(query->commandType != CMD_UPDATE &&
		 query->commandType != CMD_DELETE))
		return;
	target = rt_fetch(query->resultRelation, query->rtable);
	if (target->relkind == RELKIND_FOREIGN_TABLE &&
		option_is_ours(target->relid))
		query->returningList = (List *)
			simplify((Node *) query->returningList, &simplification);
}

void
returning_plan_simplify(Query *query)
{
	ListCell   *cell;

	foreach(cell, query->cteList)
	{
		Node	   *inner = lfirst_node(CommonTableExpr, cell)->ctequery;

		if (IsA(inner, Query))
			simplify_query((Query *) inner);
	}
	simplify_query(query);
}
