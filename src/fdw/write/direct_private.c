/*
 * direct_private.c
 *		The plan of a direct modification, taken apart: see direct.h.
 */
#include "postgres.h"

#include "compat.h"

#include "fdw/catalog/index.h"
#include "fdw/column_set.h"
#include "fdw/write/direct.h"

DirectPlan *
direct_plan_of(const ForeignScan *plan, const Table *table)
{
	DirectPlan *direct = palloc0(sizeof(DirectPlan));
	List	   *private = plan->fdw_private;
	int			clauses = intVal(list_nth(private,
										  DIRECT_PRIVATE_CLAUSE_COUNT));
	int			i;

	direct->assigned = list_nth(private, DIRECT_PRIVATE_ASSIGNED);
	direct->flags = intVal(list_nth(private, DIRECT_PRIVATE_FLAGS));
	direct->read_columns =
		column_set_from_list(list_nth(private, DIRECT_PRIVATE_READ));
	direct->returned_columns =
		column_set_from_list(list_nth(private, DIRECT_PRIVATE_RETURNED));
	direct->schema = index_from_list(list_nth(private, DIRECT_PRIVATE_INDEX),
									 table);
	direct->not_used = list_nth(private, DIRECT_PRIVATE_NOT_USED);

	for (i = 0; i < list_length(plan->fdw_exprs); i++)
	{
		Expr	   *expr = list_nth(plan->fdw_exprs, i);

		if (i < clauses)
			direct->clauses = lappend(direct->clauses, expr);
		else if (i < clauses + list_length(direct->assigned))
			direct->expressions = lappend(direct->expressions, expr);
		else
			direct->multi_selects = lappend(direct->multi_selects, expr);
	}
	return direct;
}

List *
direct_assignments(const Table *table, List *assigned, List *expressions)
{
	List	   *assignments = NIL;
	ListCell   *attnum;
	ListCell   *expr;

	forboth(attnum, assigned, expr, expressions)
	{
		Assignment *assignment = palloc(sizeof(Assignment));

		assignment->column = table_column(table, lfirst_int(attnum));
		assignment->expr = lfirst(expr);
		assignments = lappend(assignments, assignment);
	}
	return assignments;
}
