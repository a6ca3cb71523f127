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

#include "fdw/pass_through.h"
#include "fdw/read/read_first.h"
#include "fdw/session/written.h"

typedef struct ReadFirstState
{
	CustomScanState custom;		/* must be first */
	Tuplestorestate *rows;		/* NULL: not read yet */
	TupleTableSlot *stored;		/* the row that was taken out last */
	WaitingRows waiting;		/* while not all of them are there */
} ReadFirstState;

static void
read_first_begin(CustomScanState *node, EState *estate, int eflags)
{
	/* the rows are kept here: the plan below is run through once */
	eflags &= ~(EXEC_FLAG_REWIND | EXEC_FLAG_BACKWARD | EXEC_FLAG_MARK);
	pass_through_begin(node, estate, eflags);
	((ReadFirstState *) node)->stored =
		MakeSingleTupleTableSlot(node->ss.ss_ScanTupleSlot->tts_tupleDescriptor,
								 &TTSOpsMinimalTuple);
}

static void
begin_waiting(ReadFirstState *state)
{
	const CustomScan *plan =
		(const CustomScan *) state->custom.ss.ps.plan;
	EState	   *estate = state->custom.ss.ps.state;
	MemoryContext old = MemoryContextSwitchTo(estate->es_query_cxt);
	ListCell   *cell;

	if (state->waiting.tables == NIL)
		foreach(cell, (List *) list_nth(plan->custom_private,
										READ_FIRST_PRIVATE_RELATIONS))
			state->waiting.tables = lappend(state->waiting.tables,
											table_describe(lfirst_oid(cell)));
	written_begin_waiting(&state->waiting, estate);
	MemoryContextSwitchTo(old);
}

static void
read_all(ReadFirstState *state)
{
	PlanState  *below = pass_through_below(&state->custom);
	EState	   *estate = state->custom.ss.ps.state;
	MemoryContext old;
	TupleTableSlot *slot;

	/* the current memory may be that of a row of the node above */
	old = MemoryContextSwitchTo(estate->es_query_cxt);
	state->rows = tuplestore_begin_heap(false, false, work_mem);
	MemoryContextSwitchTo(old);
	for (;;)
	{
		slot = ExecProcNode(below);
		if (TupIsNull(slot))
			break;
		tuplestore_puttupleslot(state->rows, slot);
		if (!state->waiting.is_waiting)
			begin_waiting(state);
	}
	written_end_waiting(&state->waiting);
}

static TupleTableSlot *
read_first_next(CustomScanState *node)
{
	ReadFirstState *state = (ReadFirstState *) node;

	CHECK_FOR_INTERRUPTS();
	if (state->rows == NULL)
		read_all(state);
	(void) tuplestore_gettupleslot(state->rows, true, false, state->stored);
	return pass_through_row(node, state->stored);
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
	ExecEndNode(pass_through_below(node));
}

/*
 * EvalPlanQual() runs a copy of the plan again for each row that was changed
 * meanwhile (EvalPlanQualBegin() in execMain.c): what was kept is of the row
 * before.
 */
static void
read_first_rescan(CustomScanState *node)
{
	forget_rows((ReadFirstState *) node);
	pass_through_rescan(node);
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
