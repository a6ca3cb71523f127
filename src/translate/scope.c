/*
 * scope.c
 *		Columns and column-free values in the expressions of a translation.
 */
#include "postgres.h"

#include "compat.h"

#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"

#include "translate/scope.h"

/*
 * Is there a column without a value in an expression?  One of another relation
 * has none here either.  Like contain_var_clause() in var.c.
 */
static bool
has_column(Node *node, void *context)
{
	const Scope *scope = (const Scope *) context;

	if (node == NULL)
		return false;
	if (IsA(node, Var))
		return ((Var *) node)->varlevelsup == 0 &&
			(scope->values_varno == 0 ||
			 ((Var *) node)->varno != scope->values_varno);
	return expression_tree_walker(node, has_column, context);
}

bool
scope_is_column_free(const Scope *scope, Expr *expr)
{
	if (IsA(expr, Const))
		return true;
	return !has_column((Node *) expr, unconstify(Scope *, scope)) &&
		!contain_volatile_functions((Node *) expr);
}

ValueState
scope_value(Scope *scope, Expr *expr, Datum *value)
{
	bool		isnull;

	if (IsA(expr, Const))
	{
		*value = ((Const *) expr)->constvalue;
		isnull = ((Const *) expr)->constisnull;
	}
	else if (scope->evaluate == NULL ||
			 !scope->evaluate(scope, expr, value, &isnull))
		return VALUE_UNKNOWN;
	return isnull ? VALUE_NULL : VALUE_KNOWN;
}

const char *
scope_label(Scope *scope, Expr *expr)
{
	return scope->label == NULL ? "?" : scope->label(scope, expr);
}

Column *
scope_column(const Scope *scope, Expr *expr)
{
	Var		   *var;

	while (expr != NULL && IsA(expr, RelabelType))
		expr = ((RelabelType *) expr)->arg;
	if (expr == NULL || !IsA(expr, Var))
		return NULL;
	var = (Var *) expr;
	if (var->varno != (int) scope->varno || var->varlevelsup != 0)
		return NULL;
	return table_column(scope->table, var->varattno);
}
