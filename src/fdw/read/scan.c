/*
 * scan.c
 *		Foreign scans: items into tuples.
 */
#include "postgres.h"

#include "compat.h"

#include "common/int.h"
#include "executor/executor.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "fdw/callbacks.h"
#include "fdw/catalog/description.h"
#include "fdw/catalog/index.h"
#include "fdw/catalog/option.h"
#include "fdw/column_set.h"
#include "fdw/evaluate.h"
#include "fdw/evaluate_ahead.h"
#include "fdw/read/budget.h"
#include "fdw/read/reader.h"
#include "fdw/read/scan.h"
#include "fdw/statement_counters.h"

static int
bound_count(const ForeignScan *plan)
{
	return intVal(list_nth(plan->fdw_private, SCAN_PRIVATE_BOUNDS));
}

static List *
clauses_of_plan(const ForeignScan *plan)
{
	return list_truncate(list_copy(plan->fdw_exprs),
						 list_length(plan->fdw_exprs) - bound_count(plan));
}

/* The expressions that tell how many rows are wanted. */
static List *
bounds_of_plan(const ForeignScan *plan)
{
	return list_copy_tail(plan->fdw_exprs,
						  list_length(plan->fdw_exprs) - bound_count(plan));
}

/* Segments under way at once, in this process. */
static int
stream_limit(const ForeignScan *plan, const DynamoScan *state)
{
	return Min(intVal(list_nth(plan->fdw_private, SCAN_PRIVATE_SEGMENTS)),
			   option_max_concurrency(state->table->server_id));
}

List *
scan_projection_to_send(const DynamoScan *state, const Access *access)
{
	if (state->may_lock && !reader_reads_pages(access))
		return NIL;
	return access_projection_to_send(access, state->projection);
}

static void
begin_locks(DynamoScan *state, EState *estate, Index relid)
{
	RowLocksSpec spec = {
		.table = state->table,
		.connection = state->connection,
		.user_id = state->user_id,
		.wanted = state->wanted,
		.counters = &state->counters
	};

	state->locks = row_locks_begin(estate, relid, &spec);
}

static const ReadAheadMethods ahead_methods;

static void
begin_scan(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	EState	   *estate = node->ss.ps.state;
	RangeTblEntry *rte = exec_rt_fetch(plan->scan.scanrelid, estate);
	DynamoScan *state = palloc0(sizeof(DynamoScan));
	Bitmapset  *wanted;

	node->fdw_state = state;
	state->wait_descriptor = -1;
	state->user_id = scan_user(plan, rte);
	state->table = description_of_table(RelationGetRelid(node->ss.ss_currentRelation),
										state->user_id);
	wanted = column_set_from_list(list_nth(plan->fdw_private,
										   SCAN_PRIVATE_WANTED));
	state->wanted_columns = wanted;
	state->wanted = column_set_to_flags(state->table, wanted);
	state->projection = access_projection(state->table, wanted,
										  list_nth(plan->fdw_private,
												   SCAN_PRIVATE_INSIDE));
	state->clauses = clauses_of_plan(plan);
	state->bounds = bounds_of_plan(plan);
	state->flags = intVal(list_nth(plan->fdw_private, SCAN_PRIVATE_FLAGS));
	state->not_used = list_nth(plan->fdw_private, SCAN_PRIVATE_NOT_USED);
	state->piece = read_piece_of(estate, plan->scan.scanrelid);
	state->schema = state->piece != NULL
		? key_schema_of_table(state->table)
		: index_from_list(list_nth(plan->fdw_private, SCAN_PRIVATE_INDEX),
						  state->table);
	state->may_lock = row_locks_wanted(estate, plan->scan.scanrelid) !=
		ITEM_LOCK_NONE;
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;

	state->connection = option_connection(state->table->server_id,
										  state->user_id);
	state->evaluator = evaluator_make(state->table, plan->scan.scanrelid,
									  &node->ss.ps, node->ss.ps.ps_ExprContext,
									  false);
	if (state->flags & SCAN_FLAG_COUNT)
		state->recheck = ExecInitQual(state->clauses, &node->ss.ps);
	state->max_streams = stream_limit(plan, state);
	statement_counters_attach(&state->counters, estate);
	if (state->may_lock)
		begin_locks(state, estate, plan->scan.scanrelid);
	state->segments = palloc(sizeof(SegmentQueue));
	segment_queue_init(state->segments, state->max_streams);
	state->context = AllocSetContextCreate(estate->es_query_cxt,
										   "dynamorm_fdw scan",
										   ALLOCSET_DEFAULT_SIZES);
	open_scan_enter(&state->open, &node->ss.ps, state->table, &ahead_methods);
	open_scan_check_waiting(&state->open);
}

ValueState
scan_bound(Scope *scope, const List *bounds, int64 *bound)
{
	ListCell   *cell;

	*bound = 0;
	foreach(cell, bounds)
	{
		Datum		value;
		ValueState	state = scope_value(scope, lfirst(cell), &value);

		if (state == VALUE_KNOWN && DatumGetInt64(value) >= 0 &&
			!pg_add_s64_overflow(*bound, DatumGetInt64(value), bound))
			continue;
		*bound = 0;
		return state == VALUE_UNKNOWN ? VALUE_UNKNOWN : VALUE_NULL;
	}
	return VALUE_KNOWN;
}

/*
 * Starts the scan, if it has not been started: nothing is sent yet.
 *
 * The values of the clauses are evaluated into the scan's own memory.  The
 * executor calls in memory that it resets with each row (ExecScan() in
 * execScan.c), and the requests of later pages say them again.
 */
static void
start_scan(DynamoScan *state)
{
	MemoryContext old;
	ReaderSpec	spec = {
		.connection = state->connection,
		.table = state->table,
		.scope = &state->evaluator->scope,
		.schema = state->schema,
		.clauses = state->clauses,
		.projection = state->projection,
		.ordered = (state->flags & SCAN_FLAG_ORDERED) != 0,
		.backward = (state->flags & SCAN_FLAG_BACKWARD) != 0,
		.count_only = (state->flags & SCAN_FLAG_COUNT) != 0,
		.bound_is_limit = (state->flags & SCAN_FLAG_LIMIT) != 0,
		.max_streams = state->max_streams,
		.segments = state->segments,
		.piece = state->piece,
		.consistent = state->may_lock,
		.whole_by_key = state->may_lock,
		.snapshot = state->open.command_id,
		.columns = state->wanted_columns,
		.counters = &state->counters
	};

	if (state->reader != NULL)
		return;
	old = MemoryContextSwitchTo(state->context);
	(void) scan_bound(&state->evaluator->scope, state->bounds, &spec.bound);
	state->is_starting = true;
	state->reader = reader_open(&spec);
	state->is_starting = false;
	state->open.reader = state->reader;
	if (reader_meets_written(state->reader, state->open.hidden))
		open_scan_raise_hidden(&state->open);
	if ((state->flags & SCAN_FLAG_TO_END) != 0 && state->piece == NULL &&
		reader_scans_table(state->reader))
		budget_check_scan(state->table, state->user_id, state->not_used);
	MemoryContextSwitchTo(old);
}

/*
 * One that has not been started is, to be read, unless it waits for values
 * that the plan computes for each of its rows, or is just being started, and
 * a function that its clauses call is what writes.
 */
static bool
scan_may_meet(OpenScan *open, const WrittenKeys *written)
{
	ForeignScanState *node = (ForeignScanState *) open->plan_state;
	DynamoScan *state = (DynamoScan *) node->fdw_state;

	if (state->reader != NULL)
		return reader_may_meet(state->reader, written);
	return !state->is_starting &&
		evaluate_params_are_sub_selects(node->ss.ps.state,
										node->ss.ps.plan->extParam);
}

static int64
scan_read_ahead(OpenScan *open, const WrittenKeys *written)
{
	ForeignScanState *node = (ForeignScanState *) open->plan_state;
	DynamoScan *state = (DynamoScan *) node->fdw_state;

	start_scan(state);
	return reader_may_meet(state->reader, written)
		? reader_read_ahead(state->reader, open->owner) : 0;
}

static const ReadAheadMethods ahead_methods = {
	.may_meet = scan_may_meet,
	.read = scan_read_ahead
};

/* A row of which only its existence is known, or the end. */
static TupleTableSlot *
next_counted_row(DynamoScan *state, TupleTableSlot *slot)
{
	while (state->counted == 0)
	{
		state->counted = reader_next_count(state->reader);
		if (state->counted < 0)
		{
			state->counted = 0;
			return slot;
		}
	}
	state->counted--;
	return ExecStoreAllNullTuple(slot);
}

/*
 * Called in per-tuple memory (ForeignNext() in nodeForeignscan.c), which is
 * where the row's values may live: a virtual tuple points to them, and the
 * item that they were decoded from lives no longer than that.
 */
static TupleTableSlot *
next_item_row(DynamoScan *state, TupleTableSlot *slot)
{
	const DynamoItem *item;

	ExecClearTuple(slot);
	start_scan(state);
	if (reader_counts(state->reader))
		return next_counted_row(state, slot);
	item = reader_next(state->reader);
	if (item == NULL)
		return slot;

	table_decode_item(state->table, item, state->wanted,
					  slot->tts_values, slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
	if (state->locks != NULL)
		row_locks_name_row(state->locks, slot, item,
						   reader_gives_image(state->reader, item));
	return slot;
}

/*
 * The next row of a scan that was to count only.  Where the values that have
 * come up cannot be said to DynamoDB exactly, items come, and the clauses,
 * which the plan's qualification does not have, are checked here.
 */
static TupleTableSlot *
next_checked_row(ForeignScanState *node, TupleTableSlot *slot)
{
	DynamoScan *state = (DynamoScan *) node->fdw_state;
	ExprContext *context = node->ss.ps.ps_ExprContext;

	for (;;)
	{
		next_item_row(state, slot);
		if (TupIsNull(slot) || reader_counts(state->reader))
			return slot;
		context->ecxt_scantuple = slot;
		if (ExecQual(state->recheck, context))
			return slot;
		InstrCountFiltered1(node, 1);
		ResetExprContext(context);
	}
}

static TupleTableSlot *
iterate_scan(ForeignScanState *node)
{
	DynamoScan *state = (DynamoScan *) node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	open_scan_raise(&state->open);
	/* an asynchronous scan does not wait: an empty slot need not be the end */
	if (node->ss.ps.plan->async_capable && state->counted == 0)
	{
		start_scan(state);
		if (!reader_is_ready(state->reader))
			return ExecClearTuple(slot);
	}
	if (state->flags & SCAN_FLAG_COUNT)
		return next_checked_row(node, slot);
	return next_item_row(state, slot);
}

static void
rescan_items(ForeignScanState *node)
{
	DynamoScan *state = (DynamoScan *) node->fdw_state;

	if (!state->open.is_open)
		open_scan_enter(&state->open, &node->ss.ps, state->table,
						&ahead_methods);
	if (state->reader == NULL)
		return;
	reader_close(state->reader);
	state->reader = NULL;
	state->open.reader = NULL;
	state->counted = 0;
	if (state->parallel == NULL)
		segment_queue_init(state->segments, state->segments->count);
	MemoryContextReset(state->context);
}

static void
end_scan(ForeignScanState *node)
{
	DynamoScan *state = (DynamoScan *) node->fdw_state;

	if (state == NULL)
		return;
	open_scan_leave(&state->open);
	if (state->reader != NULL)
		reader_close(state->reader);
}

/*
 * Rows will not be asked for any more, unless it is rescanned, but EXPLAIN may
 * want to know.  What is shared with workers is gone after this.
 */
static void
shut_down_scan(ForeignScanState *node)
{
	DynamoScan *state = (DynamoScan *) node->fdw_state;

	if (((ForeignScan *) node->ss.ps.plan)->operation != CMD_SELECT)
		return;
	scan_share_counters(state);
	if (state->parallel != NULL)
		open_scan_leave(&state->open);
}

void
scan_set_callbacks(FdwRoutine *routine)
{
	routine->BeginForeignScan = begin_scan;
	routine->IterateForeignScan = iterate_scan;
	routine->ReScanForeignScan = rescan_items;
	routine->EndForeignScan = end_scan;
	routine->ShutdownForeignScan = shut_down_scan;
	scan_parallel_set_callbacks(routine);
	scan_async_set_callbacks(routine);
}
