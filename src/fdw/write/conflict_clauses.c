/*
 * conflict_clauses.c
 *		What an INSERT ... ON CONFLICT DO UPDATE or DO SELECT says, taken from
 *		its plan.
 */
#include "postgres.h"

#include "compat.h"

#include "fdw/system_column.h"
#include "fdw/write/conflict_clauses.h"
#include "fdw/write/constraint.h"
#include "fdw/write/made_column.h"
#include "fdw/write/old_row.h"
#include "fdw/write/stamp.h"
#include "translate/update/update.h"

ConflictClauses *
conflict_clauses(const ModifyTable *plan, const Table *table,
				 Index result_relation, bool is_select)
{
	ConflictClauses *clauses = palloc0(sizeof(ConflictClauses));
	List	   *expressions = NIL;
	ListCell   *cell;
	ListCell   *attnum;
	int			i = 0;

	clauses->where = (List *) plan->onConflictWhere;
	if (is_select)
		return clauses;
	clauses->assigned = list_copy(plan->onConflictCols);
	foreach(cell, plan->onConflictSet)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (i++ < list_length(plan->onConflictCols))
			expressions = lappend(expressions, entry->expr);
		else if (IsA(entry->expr, SubPlan))
			clauses->multi_selects = lappend(clauses->multi_selects,
											 entry->expr);
	}
	stamp_assignments(table, result_relation, &clauses->assigned,
					  &expressions);
	forboth(attnum, clauses->assigned, cell, expressions)
	{
		Assignment *assignment = palloc(sizeof(Assignment));

		assignment->column = table_column(table, lfirst_int(attnum));
		assignment->expr = lfirst(cell);
		clauses->assignments = lappend(clauses->assignments, assignment);
	}
	return clauses;
}

const char *
conflict_obstacle(const ModifyTable *plan, const ResultRelInfo *info,
				  const Table *table, const ConflictClauses *clauses)
{
	if (constraint_columns(table->relation_id,
						   made_column_assigned(table,
												clauses->assigned)) != NULL)
		return "a constraint or generated column that depends on an assigned one";
	if (info->ri_WithCheckOptions != NIL)
		return "a check option";
	if (system_column_returns_xmax(plan, info->ri_RangeTableIndex))
		return "RETURNING xmax";
	if (old_row_is_returned(plan, table))
		return "RETURNING old";

	/* its parameters have no values before the row is known */
	if (clauses->multi_selects != NIL)
		return "a sub-select in SET";
	return NULL;
}
