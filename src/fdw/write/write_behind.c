/*
 * write_behind.c
 *		"Concurrent Writes": several rows of an UPDATE or DELETE that the
 *		executor hands over one by one are written at once.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_class.h"
#include "executor/executor.h"

#include "fdw/pass_through.h"
#include "fdw/write/write_behind.h"

#define WRITE_BEHIND_NAME	"Concurrent Writes"

/* One table of the modification. */
typedef struct WrittenTable
{
	void		(*settle) (void *source);
	void	   *source;
} WrittenTable;

struct WriteBehind
{
	CustomScanState custom;		/* must be first */
	WriterGroup *group;			/* of all tables */
	List	   *tables;			/* of WrittenTable; NIL: nothing is under way,
								 * as when EvalPlanQual() runs the plan */
};

static const CustomScanMethods scan_methods;

static bool
has_row_triggers(const TriggerDesc *triggers)
{
	return triggers != NULL &&
		(triggers->trig_update_before_row || triggers->trig_update_after_row ||
		 triggers->trig_update_instead_row ||
		 triggers->trig_delete_before_row || triggers->trig_delete_after_row ||
		 triggers->trig_delete_instead_row);
}

bool
write_behind_may(Relation relation)
{
	const TupleConstr *constraints = RelationGetDescr(relation)->constr;

	return relation->rd_rel->relkind == RELKIND_FOREIGN_TABLE &&
		!has_row_triggers(relation->trigdesc) &&
		(constraints == NULL || !constraints->has_generated_stored);
}

Plan *
write_behind_rows(const ModifyTable *plan)
{
	Plan	   *below = outerPlan(plan);

	return IsA(below, CustomScan) &&
		((CustomScan *) below)->methods == &scan_methods
		? linitial(((CustomScan *) below)->custom_plans) : below;
}

void
write_behind_plan(ModifyTable *plan)
{
	Plan	   *below = outerPlan(plan);
	CustomScan *scan;

	if (write_behind_rows(plan) != below)
		return;
	scan = pass_through_plan(below, &scan_methods);
	scan->scan.plan.startup_cost = below->startup_cost;
	scan->scan.plan.total_cost = below->total_cost;
	scan->scan.plan.plan_rows = below->plan_rows;
	scan->scan.plan.plan_width = below->plan_width;
	copy_disabled_nodes(&scan->scan.plan, below);
	outerPlan(plan) = &scan->scan.plan;
}

static const CustomExecMethods exec_methods;

WriteBehind *
write_behind_of(const ModifyTableState *mtstate)
{
	PlanState  *below = outerPlanState(mtstate);

	return IsA(below, CustomScanState) &&
		((CustomScanState *) below)->methods == &exec_methods
		? (WriteBehind *) below : NULL;
}

void
write_behind_add(WriteBehind *behind, Writer *writer,
				 void (*settle) (void *source), void *source)
{
	WrittenTable *table = palloc(sizeof(WrittenTable));

	table->settle = settle;
	table->source = source;
	behind->tables = lappend(behind->tables, table);
	if (behind->group == NULL)
		behind->group = writer->group;
	else
		writer_join(writer, behind->group);
}

/*
 * What is under way while the next row is computed gets its answer if that
 * fails, as if it had been written before.
 */
static TupleTableSlot *
row_below(WriteBehind *behind)
{
	TupleTableSlot *volatile row = NULL;

	if (behind->tables == NIL)
		return ExecProcNode(pass_through_below(&behind->custom));
	PG_TRY();
	{
		row = ExecProcNode(pass_through_below(&behind->custom));
	}
	PG_CATCH();
	{
		writer_rethrow(linitial(behind->group->writers), NULL);
	}
	PG_END_TRY();
	return row;
}

static TupleTableSlot *
next_row_to_write(CustomScanState *node)
{
	WriteBehind *behind = (WriteBehind *) node;
	TupleTableSlot *row = row_below(behind);
	ListCell   *cell;

	if (TupIsNull(row))
		foreach(cell, behind->tables)
		{
			WrittenTable *table = (WrittenTable *) lfirst(cell);

			table->settle(table->source);
		}
	return pass_through_row(node, row);
}

static void
end_write_behind(CustomScanState *node)
{
	ExecEndNode(pass_through_below(node));
}

static const CustomExecMethods exec_methods = {
	.CustomName = WRITE_BEHIND_NAME,
	.BeginCustomScan = pass_through_begin,
	.ExecCustomScan = next_row_to_write,
	.EndCustomScan = end_write_behind,
	.ReScanCustomScan = pass_through_rescan
};

static Node *
create_write_behind(CustomScan *scan)
{
	WriteBehind *behind = palloc0(sizeof(WriteBehind));

	NodeSetTag(behind, T_CustomScanState);
	behind->custom.methods = &exec_methods;
	return (Node *) behind;
}

static const CustomScanMethods scan_methods = {
	.CustomName = WRITE_BEHIND_NAME,
	.CreateCustomScanState = create_write_behind
};

void
write_behind_register(void)
{
	RegisterCustomScanMethods(&scan_methods);
}
