/*
 * read_first.c
 *		Execution of "Read Before Write": all rows of the plan below go into a
 *		tuplestore, which may spill, before the first is returned.
 *
 * Core's Material would return each row as it comes.
 */
#include "postgres.h"

#include "compat.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/tuplestore.h"

#include "fdw/read/read_first.h"

typedef struct ReadFirstState
{
	CustomScanState custom;		/* must be first */
	Tuplestorestate *rows;		/* NULL: not read yet */
	TupleTableSlot *stored;		/* the row that was taken out last */
} ReadFirstState;

static PlanState *
rows_plan_state(CustomScanState *node)
{
	return (PlanState *) linitial(node->custom_ps);
}

static void
read_first_begin(CustomScanState *node, EState *estate, int eflags)
{
	CustomScan *scan = (CustomScan *) node->ss.ps.plan;

	/* the rows are kept here: the plan below is run through once */
	eflags &= ~(EXEC_FLAG_REWIND | EXEC_FLAG_BACKWARD | EXEC_FLAG_MARK);
	node->custom_ps = list_make1(ExecInitNode(linitial(scan->custom_plans),
											  estate, eflags));
	((ReadFirstState *) node)->stored =
		MakeSingleTupleTableSlot(node->ss.ss_ScanTupleSlot->tts_tupleDescriptor,
								 &TTSOpsMinimalTuple);
}

static void
read_all(ReadFirstState *state)
{
	PlanState  *below = rows_plan_state(&state->custom);
	MemoryContext old;
	TupleTableSlot *slot;

	/* the current memory may be that of a row of the node above */
	old = MemoryContextSwitchTo(state->custom.ss.ps.state->es_query_cxt);
	state->rows = tuplestore_begin_heap(false, false, work_mem);
	MemoryContextSwitchTo(old);
	for (;;)
	{
		slot = ExecProcNode(below);
		if (TupIsNull(slot))
			break;
		tuplestore_puttupleslot(state->rows, slot);
	}
}

static TupleTableSlot *
read_first_next(CustomScanState *node)
{
	ReadFirstState *state = (ReadFirstState *) node;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	ProjectionInfo *projection = node->ss.ps.ps_ProjInfo;

	CHECK_FOR_INTERRUPTS();
	if (state->rows == NULL)
		read_all(state);
	ExecClearTuple(slot);
	if (!tuplestore_gettupleslot(state->rows, true, false, state->stored))
		return slot;

	/* the node's own slot is a virtual one, until PostgreSQL 15 always */
	slot_getallattrs(state->stored);
	memcpy(slot->tts_values, state->stored->tts_values,
		   sizeof(Datum) * slot->tts_tupleDescriptor->natts);
	memcpy(slot->tts_isnull, state->stored->tts_isnull,
		   sizeof(bool) * slot->tts_tupleDescriptor->natts);
	ExecStoreVirtualTuple(slot);
	if (projection == NULL)
		return slot;
	ResetExprContext(node->ss.ps.ps_ExprContext);
	node->ss.ps.ps_ExprContext->ecxt_scantuple = slot;
	return ExecProject(projection);
}

static void
forget_rows(ReadFirstState *state)
{
	ExecClearTuple(state->custom.ss.ss_ScanTupleSlot);
	ExecClearTuple(state->stored);
	if (state->rows != NULL)
		tuplestore_end(state->rows);
	state->rows = NULL;
}

static void
read_first_end(CustomScanState *node)
{
	forget_rows((ReadFirstState *) node);
	ExecDropSingleTupleTableSlot(((ReadFirstState *) node)->stored);
	ExecEndNode(rows_plan_state(node));
}

/*
 * EvalPlanQual() runs a copy of the plan again for each row that was changed
 * meanwhile (EvalPlanQualBegin() in execMain.c): what was kept is of the row
 * before.
 */
static void
read_first_rescan(CustomScanState *node)
{
	PlanState  *below = rows_plan_state(node);

	forget_rows((ReadFirstState *) node);
	if (node->ss.ps.chgParam != NULL)
		UpdateChangedParamSet(below, node->ss.ps.chgParam);
	if (below->chgParam == NULL)
		ExecReScan(below);
}

static const CustomExecMethods exec_methods = {
	.CustomName = READ_FIRST_NAME,
	.BeginCustomScan = read_first_begin,
	.ExecCustomScan = read_first_next,
	.EndCustomScan = read_first_end,
	.ReScanCustomScan = read_first_rescan
};

static Node *
read_first_create_state(CustomScan *scan)
{
	ReadFirstState *state = palloc0(sizeof(ReadFirstState));

	NodeSetTag(state, T_CustomScanState);
	state->custom.methods = &exec_methods;
	return (Node *) state;
}

const CustomScanMethods read_first_scan_methods = {
	.CustomName = READ_FIRST_NAME,
	.CreateCustomScanState = read_first_create_state
};

void
read_first_register_methods(void)
{
	RegisterCustomScanMethods(&read_first_scan_methods);
}
