/*
 * old_row.c
 *		RETURNING old of INSERT ... ON CONFLICT: the row as it was before.
 *
 * What it names of that row is a list of columns at the end of exclRelTlist
 * (old_row_plan.c).  They are computed here for each row, and core finds them
 * in the slot of the inner relation, of which an INSERT has none.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/rel.h"

#include "fdw/write/old_row.h"
#include "translate/table/table_item.h"

struct OldRow
{
	const Table *table;
	ResultRelInfo *info;
	ExprContext *context;		/* of one row */
	List	   *columns;		/* of ExprState, the last of the slot */
	TupleTableSlot *row;		/* the row as it was */
	TupleTableSlot *slot;		/* what RETURNING finds */
};

/* ---- begin ---- */

/* The columns of the old row, as TargetEntries. */
static List *
old_columns(const ModifyTable *plan, const Table *table)
{
	List	   *columns = NIL;
	ListCell   *cell;

	foreach(cell, plan->exclRelTlist)
		if (lfirst_node(TargetEntry, cell)->resno > table->column_count)
			columns = lappend(columns, lfirst(cell));
	return columns;
}

bool
old_row_is_returned(const ModifyTable *plan, const Table *table)
{
	return old_columns(plan, table) != NIL;
}

void
old_row_add_columns(const ModifyTable *plan, const Table *table, Index varno,
					Bitmapset **columns)
{
	pull_varattnos((Node *) old_columns(plan, table), varno, columns);
}

static bool
names_old_row(Node *node, void *context)
{
	return node != NULL &&
		(returning_expr_is_of_old_row(node) ||
		 (IsA(node, Var) && var_is_of_old_row((Var *) node)) ||
		 expression_tree_walker(node, names_old_row, context));
}

/* The row is in the scan's slot, and is there where this is evaluated. */
static Node *
of_scanned_row(Node *node, void *context)
{
	if (node == NULL)
		return NULL;
	if (returning_expr_is_of_old_row(node))
		return of_scanned_row((Node *) returning_expr_argument(node),
							  context);
	if (IsA(node, Var))
	{
		Var		   *var = copyObject((Var *) node);

		set_var_of_current_row(var);
		return (Node *) var;
	}
	return expression_tree_mutator(node, of_scanned_row, context);
}

/* The table's own columns have no use here, and are NULL. */
static TupleDesc
make_descriptor(const Table *table, const List *columns)
{
	int			count = table->column_count;
	TupleDesc	descriptor = CreateTemplateTupleDesc(count +
													 list_length(columns));
	ListCell   *cell;

	for (int i = 1; i <= count; i++)
		TupleDescInitEntry(descriptor, i, NULL, INT4OID, -1, 0);
	foreach(cell, columns)
	{
		const TargetEntry *entry = lfirst_node(TargetEntry, cell);
		Node	   *expr = (Node *) entry->expr;

		TupleDescInitEntry(descriptor, entry->resno, NULL, exprType(expr),
						   exprTypmod(expr), 0);
		TupleDescInitEntryCollation(descriptor, entry->resno,
									exprCollation(expr));
	}
	complete_tuple_descriptor(descriptor);
	return descriptor;
}

OldRow *
old_row_begin(ModifyTableState *mtstate, ResultRelInfo *info,
			  const Table *table)
{
	const ModifyTable *plan = (const ModifyTable *) mtstate->ps.plan;
	EState	   *estate = mtstate->ps.state;
	List	   *columns = old_columns(plan, table);
	OldRow	   *old;
	ListCell   *cell;

	if (names_old_row((Node *) plan->returningLists, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("could not plan RETURNING of the old rows of foreign table \"%s\"",
						table->relation_name),
				 errdetail("The library of dynamorm_fdw was loaded while the statement was planned."),
				 errhint("Send the statement again, or load the library before, by session_preload_libraries.")));
	if (columns == NIL)
		return NULL;
	old = palloc0(sizeof(OldRow));
	old->table = table;
	old->info = info;
	old->context = CreateExprContext(estate);
	old->row = ExecInitExtraTupleSlot(estate,
									  RelationGetDescr(info->ri_RelationDesc),
									  &TTSOpsVirtual);
	old->slot = ExecInitExtraTupleSlot(estate, make_descriptor(table, columns),
									   &TTSOpsVirtual);
	foreach(cell, columns)
	{
		Expr	   *named = lfirst_node(TargetEntry, cell)->expr;
		Expr	   *expr = (Expr *) of_scanned_row((Node *) named, NULL);

		old->columns = lappend(old->columns,
							   ExecInitExpr(expr, &mtstate->ps));
	}
	return old;
}

/* ---- rows ---- */

static void
compute_columns(OldRow *old, const DynamoItem *item)
{
	TupleTableSlot *row = old->row;
	int			i = old->table->column_count;
	ListCell   *cell;

	ExecClearTuple(row);
	table_decode_item(old->table, item, NULL, row->tts_values,
					  row->tts_isnull);
	ExecStoreVirtualTuple(row);
	row->tts_tableOid = old->table->relation_id;
	old->context->ecxt_scantuple = row;
	foreach(cell, old->columns)
	{
		old->slot->tts_values[i] =
			ExecEvalExprSwitchContext((ExprState *) lfirst(cell),
									  old->context,
									  &old->slot->tts_isnull[i]);
		i++;
	}
}

void
old_row_show(OldRow *old, const DynamoItem *item)
{
	ResetExprContext(old->context);
	ExecClearTuple(old->slot);
	ExecStoreAllNullTuple(old->slot);
	if (item != NULL)
		compute_columns(old, item);
	old->info->ri_projectReturning->pi_exprContext->ecxt_innertuple =
		old->slot;
}
