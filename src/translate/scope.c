/*
 * scope.c
 *		Columns and column-free values in the expressions of a translation.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"

#include "translate/scope.h"

typedef struct ColumnSearch
{
	const Scope *scope;
	bool		in_case;		/* inside an expression that gives CaseTestExpr
								 * its value */
} ColumnSearch;

static bool
is_column(const Scope *scope, const Var *var)
{
	if (var->varlevelsup != 0)
		return false;
	if (scope->others_are_values)
		return (Index) var->varno == scope->varno;
	return scope->values_varno == 0 ||
		(int) var->varno != scope->values_varno;
}

/*
 * Is there a column without a value in an expression?  One of another relation
 * has none here either.  Like contain_var_clause() in var.c; but in nested
 * assignments (SET row.field.field = v) the old value of the outer field is a
 * CaseTestExpr, see transformAssignmentIndirection() in parse_target.c.
 */
static bool
has_column(Node *node, void *context)
{
	ColumnSearch *search = (ColumnSearch *) context;

	if (node == NULL)
		return false;
	if (IsA(node, Var))
		return is_column(search->scope, (Var *) node);
	if (IsA(node, CaseTestExpr))
		return !search->in_case;
	if (IsA(node, CaseExpr) || IsA(node, ArrayCoerceExpr))
	{
		ColumnSearch inside = {.scope = search->scope, .in_case = true};

		return expression_tree_walker(node, has_column, &inside);
	}
	return expression_tree_walker(node, has_column, context);
}

bool
scope_is_column_free(const Scope *scope, Expr *expr)
{
	ColumnSearch search = {.scope = scope};

	if (IsA(expr, Const))
		return true;
	return !has_column((Node *) expr, &search) &&
		!(scope->is_volatile != NULL ? scope->is_volatile((Node *) expr)
		  : contain_volatile_functions((Node *) expr));
}

ValueState
scope_value(Scope *scope, Expr *expr, Datum *value)
{
	bool		isnull;

	if (IsA(expr, Const))
	{
		*value = ((Const *) expr)->constvalue;
		return ((Const *) expr)->constisnull ? VALUE_NULL : VALUE_KNOWN;
	}
	if (scope->evaluate == NULL)
		return VALUE_UNKNOWN;
	switch (scope->evaluate(scope, expr, value, &isnull))
	{
		case VALUE_IS_KNOWN:
			return isnull ? VALUE_NULL : VALUE_KNOWN;
		case VALUE_IS_NOT_KNOWN:
			break;
		case VALUE_IS_NOT_FOR_NOW:
			scope->withheld = true;
			break;
	}
	return VALUE_UNKNOWN;
}

const char *
scope_label(Scope *scope, Expr *expr)
{
	return scope->label == NULL ? "?" : scope->label(scope, expr);
}

bool
scope_list_place(Scope *scope, Expr *index, int first, int *place)
{
	Datum		value;

	if (index == NULL || exprType((Node *) index) != INT4OID ||
		!scope_is_column_free(scope, index))
		return false;
	*place = 0;
	switch (scope_value(scope, index, &value))
	{
		case VALUE_UNKNOWN:
			return true;
		case VALUE_KNOWN:
			if (DatumGetInt32(value) < first)
				return false;
			*place = DatumGetInt32(value) - first;
			return true;
		case VALUE_NULL:
			break;
	}
	return false;
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
	if ((Index) var->varno != scope->varno || var->varlevelsup != 0)
		return NULL;
	return table_column(scope->table, var->varattno);
}
