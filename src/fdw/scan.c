/*
 * scan.c
 *		Foreign scans: items into tuples.
 */
#include "postgres.h"

#include "compat.h"

#include "executor/executor.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "fdw/callbacks.h"
#include "fdw/description.h"
#include "fdw/evaluate.h"
#include "fdw/option.h"
#include "fdw/plan.h"
#include "fdw/reader.h"
#include "fdw/scan.h"

static void
begin_scan(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	EState	   *estate = node->ss.ps.state;
	RangeTblEntry *rte = exec_rt_fetch(plan->scan.scanrelid, estate);
	DynamoScan *state = palloc0(sizeof(DynamoScan));
	Bitmapset  *wanted;

	(void) rte;
	node->fdw_state = state;
	state->user_id = scan_user(plan, rte);
	state->table = description_of_table(RelationGetRelid(node->ss.ss_currentRelation),
										state->user_id);
	wanted = plan_set_from_list(list_nth(plan->fdw_private,
										 SCAN_PRIVATE_WANTED));
	state->wanted = access_wanted_columns(state->table, wanted);
	state->projection = access_projection(state->table, wanted,
										  list_nth(plan->fdw_private,
												   SCAN_PRIVATE_INSIDE));
	state->clauses = plan->fdw_exprs;
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;

	state->connection = option_connection(state->table->server_id,
										  state->user_id);
	state->evaluator = evaluator_make(state->table, plan->scan.scanrelid,
									  &node->ss.ps, node->ss.ps.ps_ExprContext);
	state->context = AllocSetContextCreate(estate->es_query_cxt,
										   "dynamorm_fdw scan",
										   ALLOCSET_DEFAULT_SIZES);
}

static void
start_reader(DynamoScan *state)
{
	MemoryContext old = MemoryContextSwitchTo(state->context);
	ReaderSpec	spec = {
		.connection = state->connection,
		.table = state->table,
		.scope = &state->evaluator->scope,
		.clauses = state->clauses,
		.projection = state->projection,
		.counters = &state->counters
	};

	state->reader = reader_open(&spec);
	MemoryContextSwitchTo(old);
}

/*
 * Called in per-tuple memory, which is where the row's values may live.
 */
static TupleTableSlot *
next_row(DynamoScan *state, TupleTableSlot *slot)
{
	const DynamoItem *item;

	ExecClearTuple(slot);
	if (state->reader == NULL)
		start_reader(state);
	item = reader_next(state->reader);
	if (item == NULL)
		return slot;

	table_decode_item(state->table, item, state->wanted,
					  slot->tts_values, slot->tts_isnull);
	return ExecStoreVirtualTuple(slot);
}

static TupleTableSlot *
iterate_scan(ForeignScanState *node)
{
	return next_row((DynamoScan *) node->fdw_state,
					node->ss.ss_ScanTupleSlot);
}

static void
rescan(ForeignScanState *node)
{
	DynamoScan *state = (DynamoScan *) node->fdw_state;

	if (state->reader == NULL)
		return;
	reader_close(state->reader);
	state->reader = NULL;
	MemoryContextReset(state->context);
}

static void
end_scan(ForeignScanState *node)
{
	DynamoScan *state = (DynamoScan *) node->fdw_state;

	if (state == NULL)
		return;
	if (state->reader != NULL)
		reader_close(state->reader);
}

void
scan_set_callbacks(FdwRoutine *routine)
{
	routine->BeginForeignScan = begin_scan;
	routine->IterateForeignScan = iterate_scan;
	routine->ReScanForeignScan = rescan;
	routine->EndForeignScan = end_scan;
}
