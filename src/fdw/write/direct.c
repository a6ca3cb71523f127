/*
 * direct.c
 *		UPDATE and DELETE done by the foreign scan itself.
 *
 * With the whole key fixed there is one write, with a list of keys one for
 * each.  Else the candidates are read first, and each gets its own conditional
 * write, several under way at once.  Rows come back in the order in which they
 * were started.
 */
#include "postgres.h"

#include "compat.h"

#include "access/sysattr.h"
#include "executor/executor.h"
#include "optimizer/optimizer.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "fdw/callbacks.h"
#include "fdw/catalog/description.h"
#include "fdw/catalog/option.h"
#include "fdw/catalog/settings.h"
#include "fdw/column_set.h"
#include "fdw/read/access.h"
#include "fdw/read/budget.h"
#include "fdw/read/reader.h"
#include "fdw/statement_counters.h"
#include "fdw/write/direct.h"
#include "fdw/write/direct_access.h"
#include "fdw/write/own_write.h"
#include "fdw/write/pushed_write.h"
#include "fdw/write/report.h"
#include "fdw/write/stamp.h"
#include "translate/update/made_update.h"

static void submit_next_row(void *source);

/* ---- begin ---- */

static Column *
creation_stamp_column(const Table *table, const DirectPlan *plan)
{
	int			i;

	if (!(plan->flags & DIRECT_FLAG_UPSERT))
		return NULL;
	for (i = 0; i < table->column_count; i++)
	{
		Column	   *column = &table->columns[i];

		if (column->name != NULL && column->is_created_at &&
			!list_member_int(plan->assigned, column->attnum))
			return column;
	}
	return NULL;
}

static bool
assigns_key(const Table *table, List *assigned)
{
	ListCell   *cell;

	foreach(cell, assigned)
		if (table_column(table, lfirst_int(cell))->in_key)
			return true;
	return false;
}

static void
fill_statement(DirectState *state, ForeignScanState *node, const Table *table)
{
	WriteStatement *statement = &state->statement;
	ForeignScan *scan = (ForeignScan *) node->ss.ps.plan;
	DirectPlan *plan = state->plan;

	statement->operation = scan->operation;
	statement->table = table;
	statement->estate = node->ss.ps.state;
	statement->result_info = node->resultRelInfo;
	statement->clauses = plan->clauses;
	statement->expected_rows = scan->scan.plan.plan_rows;
	statement->assignments = direct_assignments(table, plan->assigned,
												plan->expressions);
	statement->multi_selects = plan->multi_selects;
	statement->created_at = creation_stamp_column(table, plan);
	if (statement->created_at != NULL)
		statement->created_at_value = stamp_now(statement->created_at);
	statement->upsert = (plan->flags & DIRECT_FLAG_UPSERT) != 0;
	statement->check_locally = (plan->flags & DIRECT_FLAG_CHECK_LOCALLY) != 0;
	statement->assigns_key = assigns_key(table, plan->assigned);
	statement->has_volatile =
		contain_volatile_functions((Node *) scan->fdw_exprs);
	statement->read_columns = plan->read_columns;
	statement->loaded_columns =
		compute_loaded_columns(table, plan->read_columns,
							   statement->check_locally);
}

/*
 * The rows that are found by reading are those from before the statement: a
 * function that it calls may write others.  (One that it changes is 27000.)
 */
static bool
direct_may_meet(OpenScan *open, const WrittenKeys *written)
{
	const DirectState *state =
		(const DirectState *) ((ForeignScanState *) open->plan_state)->fdw_state;

	return state->reader != NULL && reader_may_meet(state->reader, written);
}

static int64
direct_read_ahead(OpenScan *open, const WrittenKeys *written)
{
	DirectState *state =
		(DirectState *) ((ForeignScanState *) open->plan_state)->fdw_state;

	return reader_read_ahead(state->reader, open->owner);
}

static const ReadAheadMethods ahead_methods = {
	.may_meet = direct_may_meet,
	.read = direct_read_ahead
};

static void
prepare_writer(DirectState *state)
{
	const Table *table = state->statement.table;
	Writer	   *writer = writer_make(state->statement.estate, table,
									 state->user_id, &state->counters);

	writer->returning = (state->plan->flags & DIRECT_FLAG_RETURNING) != 0;
	writer->read_columns = state->statement.read_columns;
	writer->returned_columns = state->plan->returned_columns;
	writer->moves = state->statement.assigns_key;
	writer->max_concurrency = option_max_concurrency(table->server_id);
	writer->feed = submit_next_row;
	writer->source = state;
	state->writer = writer;
}

static void
begin_direct(ForeignScanState *node, int eflags)
{
	ForeignScan *scan = (ForeignScan *) node->ss.ps.plan;
	EState	   *estate = node->ss.ps.state;
	DirectState *state = palloc0(sizeof(DirectState));
	ResultRelInfo *info = node->resultRelInfo;
	Oid			user_id = result_relation_user(info, estate);
	TupleDesc	descriptor = RelationGetDescr(info->ri_RelationDesc);
	const Table *table;
	MemoryContext old;

	node->fdw_state = state;
	table = description_of_table(RelationGetRelid(info->ri_RelationDesc),
								 user_id);
	state->user_id = user_id;
	state->plan = direct_plan_of(scan, table);
	fill_statement(state, node, table);

	/* the clauses of another's view are not shown */
	state->reportable = user_id == GetUserId() &&
		(state->plan->flags & DIRECT_FLAG_REPORTABLE) != 0;
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	key_check_writable(table);

	state->context = AllocSetContextCreate(estate->es_query_cxt,
										   "dynamorm_fdw statement",
										   ALLOCSET_DEFAULT_SIZES);
	statement_counters_attach(&state->counters, estate);
	state->statement.evaluator = evaluator_make(table, scan->scan.scanrelid,
												&node->ss.ps,
												CreateExprContext(estate),
												true);
	state->statement.evaluator->scope.has_gates = true;
	state->statement.old_slot = MakeSingleTupleTableSlot(descriptor,
														 &TTSOpsVirtual);
	state->statement.new_slot = MakeSingleTupleTableSlot(descriptor,
														 &TTSOpsVirtual);
	state->returned_columns =
		column_set_to_flags(table, state->plan->returned_columns);
	old = MemoryContextSwitchTo(state->context);
	prepare_writer(state);
	MemoryContextSwitchTo(old);
	open_scan_enter(&state->open, &node->ss.ps, table, &ahead_methods);
}

/* ---- start ---- */

/*
 * What is sent for a row, from clauses and assigned expressions whose volatile
 * parts have been evaluated.
 */
static RowPlan *
make_row_plan(DirectState *state, List *rest, List *assignments)
{
	WriteStatement *statement = &state->statement;
	RowPlan    *plan = palloc0(sizeof(RowPlan));
	PushedWrite *pushed;

	pushed = pushed_write_make(&statement->evaluator->scope, statement, rest,
							   assignments);
	if (pushed->obstacle == NULL)
		plan->expressions = operation_expressions(pushed->actions,
												  pushed->condition, true);
	plan->computation = computation_make(statement,
										 list_concat_copy(state->lookup->used,
														  rest),
										 assignments);
	return plan;
}

/* That of the next row: its own, if the statement has volatile parts. */
static const RowPlan *
row_plan_of_row(DirectState *state)
{
	Evaluator  *evaluator = state->statement.evaluator;
	List	   *rest;
	List	   *expressions;

	if (state->row_plan != NULL)
		return state->row_plan;
	rest = evaluate_plain_volatile(evaluator, state->lookup->rest);
	expressions = evaluate_plain_volatile(evaluator, state->plan->expressions);
	return make_row_plan(state, rest,
						 direct_assignments(state->statement.table,
											state->plan->assigned,
											expressions));
}

/* Does SET change the key of the table or index that is read? */
static bool
assigns_key_of(const KeySchema *schema, const WriteStatement *statement)
{
	ListCell   *cell;

	if (statement->assigns_key)
		return true;
	foreach(cell, statement->assignments)
		if (key_schema_has(schema, ((Assignment *) lfirst(cell))->column))
			return true;
	return made_is_part_of(schema,
						   made_assigned_numbers(statement->assignments));
}

/*
 * An item under its new key may lie ahead of the reader: it must not be met
 * again.
 */
static ItemSpool *
spool_candidates(struct Reader *reader)
{
	ItemSpool  *spool = item_spool_make();
	const DynamoItem *item;

	while ((item = reader_next(reader)) != NULL)
		item_spool_add(spool, item);
	return spool;
}

/*
 * Are candidates read from the table itself, as it is now?  If not, one may
 * lack attributes that no column maps and no condition can speak of; under a
 * new key they would be missing.
 */
static bool
reads_whole_items(const DirectState *state)
{
	return state->writer->is_atomic ||
		(state->statement.table->consistent_read &&
		 state->schema_read->index_name == NULL);
}

/*
 * What is read of the candidates.  An index that does not hold all attributes
 * must be asked for those that it holds.
 */
static List *
candidate_projection(const DirectState *state)
{
	const WriteStatement *statement = &state->statement;
	Bitmapset  *columns = statement->read_columns;

	if (state->writer->is_atomic ||
		(statement->assigns_key && reads_whole_items(state)))
		return NIL;
	if (statement->check_locally)
	{
		if (state->schema_read->projected == NULL)
			return NIL;
		columns = bms_make_singleton(0 - FirstLowInvalidHeapAttributeNumber);
	}
	return access_projection(statement->table, columns, NIL);
}

/* They see what their statement sees: nothing that it writes. */
static void
call_stable_functions(DirectState *state)
{
	WriteStatement *statement = &state->statement;
	DirectPlan *plan = state->plan;

	if (!(plan->flags & DIRECT_FLAG_CALLS_STABLE))
		return;
	statement->clauses = evaluate_constant_calls(statement->evaluator,
												 plan->clauses);
	plan->expressions = evaluate_constant_calls(statement->evaluator,
												plan->expressions);
	statement->assignments = direct_assignments(statement->table,
												plan->assigned,
												plan->expressions);
}

/*
 * Opens the reader of candidates.  What a global index says of an item lags
 * behind it, so where the item as it is will be kept until COMMIT, the index
 * gives the keys only.
 */
static struct Reader *
open_candidates(DirectState *state, const ReaderSpec *spec,
				const Access *candidates)
{
	const Table *table = spec->table;
	ReaderSpec	of_index = *spec;
	ItemSet    *found;
	List	   *keys = NIL;
	struct Reader *reader;
	const DynamoItem *item;

	if (!state->writer->is_atomic || !candidates->schema->is_global)
		return reader_open(spec);
	of_index.projection = access_projection(table, NULL, NIL);
	reader = reader_open(&of_index);
	found = item_set_make();
	while ((item = reader_next(reader)) != NULL)
	{
		DynamoItem *key = table_key_of_item(table, item);

		if (item_set_add(found, key))
			keys = lappend(keys, item_copy(key));
	}
	reader_close(reader);
	return reader_open_keys(spec, keys);
}

static void
start_direct(DirectState *state)
{
	WriteStatement *statement = &state->statement;
	Scope	   *scope = &statement->evaluator->scope;
	DirectAccess access;
	const Access *candidates;
	ReaderSpec	spec = {
		.connection = state->writer->connection,
		.table = statement->table,
		.scope = scope,
		.piece = read_piece_of(statement->estate, scope->varno),
		.consistent = state->writer->is_atomic,
		.snapshot = state->open.command_id,
		.columns = statement->read_columns,
		.counters = &state->counters
	};

	call_stable_functions(state);
	spec.schema = spec.piece != NULL ? key_schema_of_table(spec.table)
		: state->plan->schema;
	access = direct_access_choose(scope, spec.schema, statement->clauses);
	candidates = access.candidates;
	if (spec.piece != NULL)
		read_piece_check(spec.table, candidates);
	spec.clauses = statement->clauses;
	state->schema_read = candidates->schema;
	state->lookup = access.lookup;
	statement->report = report_conditions && state->reportable &&
		candidates->lookup->access == KEY_ACCESS_ITEM;
	if (statement->upsert)
		key_check_upsert(statement->table, state->lookup);
	state->writer->exhausted =
		candidates->lookup->access == KEY_ACCESS_NOTHING;
	if (state->writer->exhausted)
		return;
	if (!statement->has_volatile)
		state->row_plan = make_row_plan(state, state->lookup->rest,
										statement->assignments);
	if (!direct_access_reads(&access, statement,
							 !state->writer->is_atomic &&
							 state->row_plan != NULL &&
							 state->row_plan->expressions != NULL))
		return;

	open_scan_check_waiting(&state->open);
	spec.projection = candidate_projection(state);
	state->reader = open_candidates(state, &spec, candidates);
	if (spec.piece == NULL && reader_scans_table(state->reader))
		budget_check_scan(statement->table, state->user_id,
						  state->plan->not_used);
	if (assigns_key_of(candidates->schema, statement))
		state->spool = spool_candidates(state->reader);

	/* others may move an item within an index while it is read */
	if (candidates->schema->index_name != NULL)
		state->started = item_set_make();
}

/* ---- rows ---- */

/* A row on its way; its memory context is its own. */
typedef struct DirectRow
{
	ItemWrite	write;			/* must be first */
	DirectState *state;
	const RowPlan *plan;
} DirectRow;

/* The next key of those that the WHERE fixes. */
static const DynamoItem *
next_fixed_key(DirectState *state)
{
	const KeyLookup *lookup = state->lookup;
	const DynamoItem *key;

	if (lookup->access == KEY_ACCESS_ITEM)
	{
		state->writer->exhausted = true;
		return lookup->key;
	}
	key = list_nth(lookup->keys, state->next_key++);
	state->writer->exhausted = state->next_key == list_length(lookup->keys);
	return key;
}

static WriteKind
kind_of_write(const WriteStatement *statement)
{
	return statement->operation == CMD_UPDATE ? WRITE_UPDATE : WRITE_DELETE;
}

static void
compute_row_image(DirectRow *row, const DynamoItem *item)
{
	ItemWrite  *write = &row->write;
	ComputedImage *computed;

	computed = compute_image(&row->state->statement, row->plan->computation,
							 item, write->key, write->readable_key);
	write->seen = computed->seen;
	write->assigned = computed->assigned;
	write->next = computed->moves ? NEXT_MOVE : NEXT_WRITE;
	if (computed->image != NULL)
		write->image = write->new_item = item_copy(computed->image);
}

/* The WHERE is true of the item, which is loaded: a write is computed. */
static void
compute_row(DirectRow *row, const DynamoItem *item)
{
	ItemWrite  *write = &row->write;
	ComputedWrite *computed;

	if (row->state->writer->is_atomic)
	{
		compute_row_image(row, item);
		return;
	}
	computed = compute_write(&row->state->statement, row->plan->computation,
							 item, write->key, write->readable_key);
	write->expressions = computed->expressions;
	write->new_item = computed->new_item == NULL ? NULL
		: item_copy(computed->new_item);
	write->next = write->new_item != NULL && !computed->puts
		? NEXT_MOVE : NEXT_WRITE;
	write->kind = computed->puts ? WRITE_PUT
		: kind_of_write(&row->state->statement);
}

/*
 * The item is known: there is no row, the WHERE is not true of it, or a write
 * is computed from it.
 */
static void
decide_row(ItemWrite *write, const DynamoItem *item)
{
	DirectRow  *row = (DirectRow *) write;
	WriteStatement *statement = &row->state->statement;

	write->next = NEXT_NOTHING;
	if (item == NULL && !statement->upsert)
	{
		if (statement->report)
			report_unchanged(statement, NULL, write->readable_key);
		return;
	}

	compute_load(statement, item, write->key, write->readable_key);
	if (!compute_where(statement, row->plan->computation))
	{
		if (statement->upsert && item != NULL &&
			compute_is_other_row(statement, item, write->key))
			writer_raise_taken(write->writer, write->key);
		if (statement->report)
			report_unchanged(statement, item, write->readable_key);
		return;
	}
	compute_row(row, item);
}

/* The item was read, and loaded, and the WHERE is true of it. */
static void
start_with_item(DirectRow *row, const DynamoItem *item)
{
	ItemWrite  *write = &row->write;
	const Writer *writer = row->state->writer;

	write->base = item;
	write->is_decided = true;
	if (writer->is_atomic && !writer->returning)
	{
		write->blind = row->plan->expressions;
		write->blind_kind = write->kind;
	}
	compute_row(row, item);
	write->tries++;
}

/*
 * A row in the current memory context, which becomes its own.  base is the
 * item as it was read and loaded, of which the WHERE is true; NULL: it was
 * not.
 */
static DirectRow *
make_direct_row(DirectState *state, const RowPlan *plan, const DynamoItem *key,
		 const DynamoItem *base)
{
	const WriteStatement *statement = &state->statement;
	DirectRow  *row = palloc0(sizeof(DirectRow));
	ItemWrite  *write = &row->write;

	row->state = state;
	row->plan = plan;
	write->context = CurrentMemoryContext;
	write->key = item_copy(key);
	write->readable_key = table_readable_key(statement->table, write->key);
	write->decide = decide_row;
	write->skips_changed = true;
	write->creates = statement->upsert;
	write->may_be_there = statement->upsert;
	write->kind = kind_of_write(statement);
	if (base != NULL &&
		(plan->expressions == NULL || state->writer->is_atomic))
		start_with_item(row, base);
	else if (plan->expressions != NULL)
	{
		write->next = NEXT_WRITE;
		write->expressions = plan->expressions;
		write->speculative = true;
	}
	else
		write->next = NEXT_READ;
	return row;
}

/*
 * The next row, if there is one, in the current memory context.  NULL for a
 * candidate that does not qualify, and at the end, when the writer is told
 * that it is exhausted.
 */
static DirectRow *
next_row(DirectState *state)
{
	WriteStatement *statement = &state->statement;
	const DynamoItem *candidate = NULL;
	const RowPlan *plan;
	DynamoItem *key;

	if (state->reader == NULL)
		return make_direct_row(state, row_plan_of_row(state), next_fixed_key(state),
						NULL);

	open_scan_raise(&state->open);
	candidate = state->spool != NULL ? item_spool_next(state->spool)
		: reader_next(state->reader);
	if (candidate == NULL)
	{
		state->writer->exhausted = true;
		return NULL;
	}
	plan = row_plan_of_row(state);
	key = table_key_of_item(statement->table, candidate);
	if (own_write_passes_over(state->writer, key))
		return NULL;
	compute_load(statement, candidate, key,
				 table_readable_key(statement->table, key));
	if (!compute_where(statement, plan->computation))
		return NULL;
	if (state->started != NULL && !item_set_add(state->started, key))
		return NULL;
	if (statement->assigns_key && !reads_whole_items(state))
		candidate = NULL;
	return make_direct_row(state, plan, key, candidate);
}

static void
submit_next_row(void *source)
{
	DirectState *state = (DirectState *) source;
	MemoryContext context = AllocSetContextCreate(state->context,
												  "dynamorm_fdw row",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	DirectRow  *row = next_row(state);

	MemoryContextSwitchTo(old);
	if (row == NULL)
		MemoryContextDelete(context);
	else
		writer_submit(state->writer, &row->write);
}

/* ---- iterate ---- */

/* The next row written, or NULL at the end. */
static ItemWrite *
next_written(DirectState *state)
{
	ItemWrite  *write;

	while ((write = writer_next_done(state->writer)) != NULL)
	{
		if (write->state == ITEM_WRITTEN)
			return write;
		MemoryContextDelete(write->context);
	}
	return NULL;
}

static TupleTableSlot *
iterate_direct(ForeignScanState *node)
{
	DirectState *state = (DirectState *) node->fdw_state;
	EState	   *estate = node->ss.ps.state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	MemoryContext old = MemoryContextSwitchTo(state->context);
	bool		set_processed;
	int64		count = 0;
	ItemWrite  *row;

	set_processed = (state->plan->flags & DIRECT_FLAG_SET_PROCESSED) != 0;
	ExecClearTuple(slot);
	if (state->lookup == NULL)
		start_direct(state);
	if (state->returned != NULL)
		MemoryContextDelete(state->returned->context);
	state->returned = NULL;

	while ((row = next_written(state)) != NULL)
	{
		count++;
		if (state->writer->returning)
			break;
		MemoryContextDelete(row->context);
	}
	if (set_processed)
		estate->es_processed += count;
	MemoryContextSwitchTo(old);

	if (!state->writer->returning)
	{
		if (node->ss.ps.instrument != NULL)
			node->ss.ps.instrument->tuplecount += count;
		return slot;
	}
	if (row == NULL)
		return slot;

	state->returned = row;
	table_decode_item(state->statement.table, row->item,
					  state->returned_columns,
					  slot->tts_values, slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
	/* for RETURNING tableoid, which nobody sets from PostgreSQL 18 on */
	slot->tts_tableOid = RelationGetRelid(node->ss.ss_currentRelation);
	node->resultRelInfo->ri_projectReturning->pi_exprContext->ecxt_scantuple =
		slot;
	return slot;
}

/*
 * A statement that is not run to its end (a cursor) may have writes under way;
 * they get their answer.
 */
static void
end_direct(ForeignScanState *node)
{
	DirectState *state = (DirectState *) node->fdw_state;

	if (state == NULL || state->context == NULL)
		return;
	open_scan_leave(&state->open);
	writer_finish_after_failure(state->writer);
	if (state->spool != NULL)
		item_spool_end(state->spool);
	if (state->reader != NULL)
		reader_close(state->reader);
	ExecDropSingleTupleTableSlot(state->statement.old_slot);
	ExecDropSingleTupleTableSlot(state->statement.new_slot);
	MemoryContextDelete(state->context);
}

static int
is_updatable(Relation relation)
{
	if (!option_updatable(RelationGetRelid(relation)))
		return 0;
	return (1 << CMD_INSERT) | (1 << CMD_UPDATE) | (1 << CMD_DELETE);
}

void
direct_set_callbacks(FdwRoutine *routine)
{
	routine->PlanDirectModify = direct_plan;
	routine->BeginDirectModify = begin_direct;
	routine->IterateDirectModify = iterate_direct;
	routine->EndDirectModify = end_direct;
	routine->IsForeignRelUpdatable = is_updatable;
}
