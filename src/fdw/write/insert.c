/*
 * insert.c
 *		INSERT and COPY FROM: each row is put if its key is free.
 *
 * Rows that core hands over together are sent together: in batches
 * (insert_batch.h), or, where there are none, by max_concurrency PutItems at
 * once.  The rows of a COPY gather here until they are as many, since core
 * hands them over one by one, or in small groups.  Nothing is under way when
 * core goes on with the next row: an error in its input finds all outcomes
 * known.
 */
#include "postgres.h"

#include "compat.h"

#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "client/request/batch_get.h"
#include "client/request/operation.h"
#include "fdw/catalog/description.h"
#include "fdw/catalog/option.h"
#include "fdw/catalog/settings.h"
#include "fdw/session/transaction.h"
#include "fdw/statement_counters.h"
#include "fdw/user_function.h"
#include "fdw/system_column.h"
#include "fdw/write/buffered_write.h"
#include "fdw/write/column_action.h"
#include "fdw/write/constraint.h"
#include "fdw/write/insert.h"
#include "fdw/write/insert_batch.h"
#include "fdw/write/made_column.h"
#include "fdw/write/stamp.h"
#include "fdw/write/writer.h"
#include "translate/key/item_key.h"
#include "translate/key/item_set.h"
#include "translate/key/key.h"
#include "translate/table/table_template.h"

/* Bytes of the rows of a COPY that gather at most. */
#define GATHERED_BYTES		(8 * 1024 * 1024)

/* There is room for so many at first: a COPY may fill many partitions. */
#define FIRST_GATHERED		25

/* A column that gets a value where INSERT gives none. */
typedef struct InsertStamp
{
	const Column *column;
	ExprState  *value;
} InsertStamp;

/* The rows of a COPY that are not written yet. */
typedef struct GatheredRows
{
	int			limit;			/* that are written together */
	int			count;
	int			capacity;		/* of the array, which grows */
	ProposedRow *rows;
	ErrorData  *failure;		/* of writing them; NULL: there was none */
	MemoryContext context;		/* of one row, until it is checked */
} GatheredRows;

struct InsertState
{
	const Table *table;
	Writer	   *writer;
	ConflictAction action;		/* where a key is taken */
	bool		one_by_one;		/* a function may look for each row before it
								 * makes the next */
	bool		has_batches;	/* see insert_batch.h */
	ConflictState *conflict;	/* of CONFLICT_UPDATE and CONFLICT_SELECT */
	WCOKind		policies;		/* that a row must satisfy */
	List	   *stamps;			/* of InsertStamp */
	char	   *expressions;	/* of a PutItem that must not find its key */
	MemoryContext context;		/* of rows that are written together */
	GatheredRows *gathered;		/* NULL: none gather here */
	RequestCounters counters;
};

/* ---- begin ---- */

static void
add_stamp(InsertState *state, const Column *column, Expr *value)
{
	InsertStamp *stamp = palloc(sizeof(InsertStamp));

	stamp->column = column;
	stamp->value = ExecInitExpr(expression_planner(value), NULL);
	state->stamps = lappend(state->stamps, stamp);
}

static void
prepare_insert_stamps(InsertState *state)
{
	int			i;

	for (i = 0; i < state->table->column_count; i++)
	{
		const Column *column = &state->table->columns[i];

		if (column->name == NULL)
			continue;
		if (column->is_version)
			add_stamp(state, column,
					  (Expr *) stamp_integer(column->codec->base_type_id, 1));
		else if (column->is_created_at || column->is_updated_at)
			add_stamp(state, column, stamp_now(column));
	}
}

/* A function may look for each row before it makes the next. */
static bool
goes_row_by_row(const EState *estate)
{
	return estate->es_plannedstmt != NULL &&
		user_function_in_rows(estate->es_plannedstmt);
}

/* Does somebody look at each row when it is written, or before it is? */
static bool
shows_each_row(const ResultRelInfo *info)
{
	const TriggerDesc *triggers = info->ri_TrigDesc;

	return info->ri_projectReturning != NULL ||
		info->ri_WithCheckOptions != NIL ||
		(triggers != NULL && (triggers->trig_insert_before_row ||
							  triggers->trig_insert_after_row));
}

static bool
may_have_batches(const Table *table, ConflictAction action)
{
	return enable_batch_insert && !transaction_is_atomic(table) &&
		!table->hides_expired &&
		(action == CONFLICT_ERROR || action == CONFLICT_NOTHING);
}

bool
insert_sends_batches(const ModifyTableState *mtstate,
					 const ResultRelInfo *info, const Table *table,
					 ConflictAction action)
{
	return may_have_batches(table, action) && !shows_each_row(info) &&
		!goes_row_by_row(mtstate->ps.state);
}

/* Does a trigger look at the table once all rows are written? */
static bool
has_triggers_after(const TriggerDesc *triggers)
{
	return triggers != NULL && (triggers->trig_insert_after_statement ||
								triggers->trig_insert_new_table);
}

/*
 * The rows of a COPY, which has no plan, may wait for others, if no trigger
 * looks at the table before end_insert() writes them (CopyFrom() in
 * copyfrom.c).
 */
static bool
may_gather_here(const ModifyTableState *mtstate, const ResultRelInfo *info)
{
	const ResultRelInfo *root = mtstate->rootResultRelInfo;

	return mtstate->ps.plan == NULL && mtstate->operation == CMD_INSERT &&
		!shows_each_row(info) && !has_triggers_after(info->ri_TrigDesc) &&
		(root == NULL || !has_triggers_after(root->ri_TrigDesc));
}

static void settle_gathered(RunningWrites *running);

static void
begin_gathering(InsertState *state)
{
	GatheredRows *gathered = palloc0(sizeof(GatheredRows));

	gathered->limit = BATCH_INSERT_MAX_ROWS *
		option_max_concurrency(state->table->server_id);
	gathered->capacity = Min(FIRST_GATHERED, gathered->limit);
	gathered->rows = palloc(sizeof(ProposedRow) * gathered->capacity);
	gathered->context = AllocSetContextCreate(CurrentMemoryContext,
											  "dynamorm_fdw row",
											  ALLOCSET_DEFAULT_SIZES);
	state->gathered = gathered;
	state->writer->source = state;
	state->writer->running.settle = settle_gathered;
}

InsertState *
insert_begin(ModifyTableState *mtstate, ResultRelInfo *info, Oid user_id,
			 ConflictPlan conflict)
{
	EState	   *estate = mtstate->ps.state;
	InsertState *state = palloc0(sizeof(InsertState));
	bool		has_clauses = conflict.action == CONFLICT_UPDATE ||
		conflict.action == CONFLICT_SELECT;

	state->table =
		description_of_table(RelationGetRelid(info->ri_RelationDesc), user_id);
	key_check_writable(state->table);
	constraint_check_generated(state->table, info->ri_RelationDesc);
	state->action = conflict.action;
	state->one_by_one = goes_row_by_row(estate);
	state->policies = mtstate->operation == CMD_UPDATE
		? WCO_RLS_UPDATE_CHECK : WCO_RLS_INSERT_CHECK;
	state->context = AllocSetContextCreate(CurrentMemoryContext,
										   "dynamorm_fdw rows",
										   ALLOCSET_DEFAULT_SIZES);
	prepare_insert_stamps(state);
	statement_counters_attach(&state->counters, estate);
	state->writer = writer_make(estate, state->table, user_id,
								&state->counters);
	state->expressions =
		operation_expressions(NIL, condition_key_is_free(state->table),
							  has_clauses ||
							  table_has_other_items(state->table));
	if (has_clauses)
		state->conflict = conflict_begin(mtstate, info, state->writer,
										 conflict);
	state->has_batches = !state->one_by_one &&
		may_have_batches(state->table, conflict.action);
	if (state->has_batches && may_gather_here(mtstate, info))
		begin_gathering(state);
	return state;
}

/* ---- a row into an item ---- */

static void
stamp_row(InsertState *state, TupleTableSlot *slot, EState *estate)
{
	ExprContext *context = GetPerTupleExprContext(estate);
	ListCell   *cell;

	foreach(cell, state->stamps)
	{
		InsertStamp *stamp = (InsertStamp *) lfirst(cell);
		int			i = stamp->column->attnum - 1;

		if (slot->tts_isnull[i])
			slot->tts_values[i] = ExecEvalExpr(stamp->value, context,
											   &slot->tts_isnull[i]);
	}
}

/* The document column's members become attributes of the item. */
static void
add_document(const Table *table, DynamoItem *item,
			 const AttributeValue *document)
{
	int			i;

	column_check_document(table, document);
	item->attributes = repalloc(item->attributes, sizeof(Attribute) *
								(item->count + document->length));
	for (i = 0; i < document->length; i++)
		item_add(item, document->u.entries[i].name,
					  &document->u.entries[i].value);
}

/* Those that are no columns in SQL, but which columns are read out of. */
static void
add_made_attributes(const Table *table, DynamoItem *item, TupleTableSlot *slot)
{
	for (int i = 0; i < table->made_count; i++)
	{
		const Column *made = table->made[i];
		AttributeValue *value;

		if (made->attnum != 0)
			continue;
		value = table_make_attribute(table, made, slot->tts_values,
									 slot->tts_isnull);
		if (made->key != KEY_NONE)
			column_check_key(table, made, value, NULL);
		if (value != NULL)
			item_add(item, made->attribute_name, value);
	}
}

static DynamoItem *
item_from_slot(const Table *table, TupleTableSlot *slot)
{
	DynamoItem *item = palloc(sizeof(DynamoItem));
	const AttributeValue *document = NULL;
	int			i;

	item->count = 0;
	item->attributes = palloc(sizeof(Attribute) *
							  (table->column_count + table->made_count));
	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];
		CodecPlace	place;
		const AttributeValue *value = NULL;

		if (column->name == NULL || column->source != NULL)
			continue;
		place = table_place(table, column, NULL);
		if (!slot->tts_isnull[i])
			value = codec_encode(column->codec, slot->tts_values[i], &place);
		if (column->key != KEY_NONE)
			column_check_key(table, column, value, NULL);
		if (value == NULL)
			continue;
		if (column->is_document)
			document = value;
		else
			item_add(item, column->attribute_name, value);
	}
	add_made_attributes(table, item, slot);
	if (document != NULL)
		add_document(table, item, document);
	return item;
}

/* Checks a row and makes its item; nothing is sent yet. */
static void
prepare_row(InsertState *state, EState *estate, ResultRelInfo *info,
			TupleTableSlot *slot, ProposedRow *row)
{
	slot_getallattrs(slot);
	stamp_row(state, slot, estate);
	made_column_fill(state->table, row_values_of(slot));
	slot->tts_tableOid = RelationGetRelid(info->ri_RelationDesc);

	constraint_check_row(state->table, info, slot, estate, state->policies,
						 NULL);

	row->slot = slot;
	row->item = item_from_slot(state->table, slot);
	row->write.context = CurrentMemoryContext;
	row->write.key = table_key_of_item(state->table, row->item);
	row->write.readable_key = table_readable_key(state->table, row->item);
}

/* ---- what is written ---- */

/*
 * Marks the rows whose key one before them has.  Sent together, nobody knows
 * which would come first.
 */
static void
find_repetitions(ProposedRow *rows, int count)
{
	ItemSet    *keys;
	int			i;

	if (count == 1)
		return;
	keys = item_set_make();
	for (i = 0; i < count; i++)
		rows[i].repeats = !item_set_add(keys, rows[i].write.key);
}

/*
 * Where rows are kept until COMMIT, it must be known of each whether its key
 * is taken: of several rows this is asked at once.
 */
static void
look_up_rows(InsertState *state, ProposedRow *rows, int count)
{
	ItemWrite **writes;
	int			write_count = 0;

	if (!state->writer->is_atomic || count == 1)
		return;
	writes = palloc(sizeof(ItemWrite *) * count);
	for (int i = 0; i < count; i++)
		if (!rows[i].repeats)
			writes[write_count++] = &rows[i].write;
	buffered_write_look_up(state->writer, writes, write_count);
}

/*
 * The key is taken, by a row, since others are an error of their own
 * (writer.h); or it is not any more.
 */
static void
decide_taken(ItemWrite *write, const DynamoItem *item)
{
	if (item == NULL)
		write->next = NEXT_WRITE;
	else if (write->skips_taken)
		write->next = NEXT_NOTHING;
	else
		writer_raise_taken(write->writer, write->key);
}

/* Waits for all rows that were submitted. */
static void
finish_rows(InsertState *state)
{
	while (writer_next_done(state->writer) != NULL)
		;
}

static void
put_rows(InsertState *state, ProposedRow *rows, int count)
{
	int			i;

	state->writer->gathers = state->has_batches && count > 1;
	if (state->writer->gathers)
		insert_batch_begin(state->writer);
	find_repetitions(rows, count);
	look_up_rows(state, rows, count);
	for (i = 0; i < count; i++)
	{
		ItemWrite  *write = &rows[i].write;

		write->kind = WRITE_PUT;
		write->new_item = rows[i].item;
		write->expressions = state->expressions;
		write->skips_taken = state->action == CONFLICT_NOTHING;
		write->may_be_there = write->skips_taken;
		if (table_has_other_items(state->table))
		{
			write->decide = decide_taken;
			write->creates = true;
		}
		if (!rows[i].repeats)
			writer_submit(state->writer, write);
	}
	finish_rows(state);

	/* the key of one that repeats it is taken now */
	for (i = 0; i < count; i++)
		if (rows[i].repeats && state->action == CONFLICT_ERROR)
			writer_raise_taken(state->writer, rows[i].write.key);
	if (state->has_batches)
		written_forget_made(state->writer->noted, &state->writer->running);
}

/*
 * Of two rows with one key the first decides whether it is written.  Requests
 * are made before any is sent, up to such a row: an error in making one finds
 * none under way.
 */
static void
upsert_rows(InsertState *state, ProposedRow *rows, int count)
{
	int			sent = 0;
	int			i;

	find_repetitions(rows, count);
	look_up_rows(state, rows, count);
	for (i = 0; i <= count; i++)
	{
		if (i == count || rows[i].repeats)
		{
			while (sent < i)
				writer_submit(state->writer, &rows[sent++].write);
			finish_rows(state);
		}
		if (i < count)
			conflict_begin_row(state->conflict, &rows[i], state->expressions);
	}
}

/* A row as it was written, which may be less than given: an empty set. */
static void
store_row(const InsertState *state, ResultRelInfo *info, ProposedRow *row)
{
	TupleTableSlot *slot = row->slot;

	if (state->conflict == NULL ? info->ri_projectReturning != NULL
		: state->writer->returning)
	{
		ExecClearTuple(slot);
		table_decode_item(state->table, conflict_found(row)
						  ? row->conflicting : row->write.item, NULL,
						  slot->tts_values, slot->tts_isnull);
		ExecStoreVirtualTuple(slot);
	}
	if (state->conflict != NULL)
		conflict_show_old(state->conflict, row);
	if (state->conflict != NULL && conflict_tells_updated(state->conflict))
		system_column_set_xmax(slot, row->write.kind == WRITE_UPDATE);
}

static ProposedRow *
write_rows(InsertState *state, EState *estate, ResultRelInfo *info,
		   TupleTableSlot **slots, int count)
{
	ProposedRow *rows = palloc0(sizeof(ProposedRow) * count);
	int			i;

	PG_TRY();
	{
		for (i = 0; i < count; i++)
			prepare_row(state, estate, info, slots[i], &rows[i]);
		if (state->conflict != NULL)
			upsert_rows(state, rows, count);
		else
			put_rows(state, rows, count);
	}
	PG_CATCH();
	{
		writer_rethrow(state->writer, NULL);
	}
	PG_END_TRY();
	return rows;
}

/* ---- the rows of a COPY ---- */

static void
put_gathered(InsertState *state, int count)
{
	PG_TRY();
	{
		put_rows(state, state->gathered->rows, count);
	}
	PG_CATCH();
	{
		writer_rethrow(state->writer, NULL);
	}
	PG_END_TRY();
}

/*
 * Writes what has gathered.  If that fails it has failed for good: a function
 * of the user's may catch the error, where settle_gathered() was called from
 * it, and then COPY shall not go on.
 */
static void
write_gathered(InsertState *state)
{
	GatheredRows *gathered = state->gathered;
	MemoryContext old = MemoryContextSwitchTo(state->context);
	int			count = gathered->count;

	if (gathered->failure != NULL)
		ReThrowError(gathered->failure);
	gathered->count = 0;
	PG_TRY();
	{
		if (count > 0)
			put_gathered(state, count);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(state->writer->context);
		gathered->failure = CopyErrorData();
		PG_RE_THROW();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(old);
	if (count > 0)
		MemoryContextReset(state->context);
}

/* A function that COPY calls for a row reads or writes the table. */
static void
settle_gathered(RunningWrites *running)
{
	const Writer *writer = (const Writer *)
		((const char *) running - offsetof(Writer, running));

	write_gathered((InsertState *) writer->source);
}

/*
 * Where COPY stands in its input is not where the rows come from that are
 * written now; keys name them.
 */
static void
write_gathered_without_line(InsertState *state)
{
	ErrorContextCallback *callbacks = error_context_stack;

	if (callbacks != NULL)
		error_context_stack = callbacks->previous;
	write_gathered(state);
	error_context_stack = callbacks;
}

/* What the row's values belong to is gone when the next one comes. */
static void
keep_gathered(InsertState *state, const ProposedRow *prepared)
{
	GatheredRows *gathered = state->gathered;
	MemoryContext old = MemoryContextSwitchTo(state->context);
	ProposedRow *row;

	if (gathered->count == gathered->capacity)
	{
		gathered->capacity = Min(gathered->capacity * 4, gathered->limit);
		gathered->rows = repalloc(gathered->rows, sizeof(ProposedRow) *
								  gathered->capacity);
	}
	row = &gathered->rows[gathered->count];
	memset(row, 0, sizeof(ProposedRow));
	row->item = item_copy(prepared->item);
	row->write.context = state->context;
	row->write.key = table_key_of_item(state->table, row->item);
	row->write.readable_key = pstrdup(prepared->write.readable_key);
	gathered->count++;
	MemoryContextSwitchTo(old);
}

static void
gather_row(InsertState *state, EState *estate, ResultRelInfo *info,
		   TupleTableSlot *slot)
{
	GatheredRows *gathered = state->gathered;
	ProposedRow row = {0};
	MemoryContext old;

	MemoryContextReset(gathered->context);
	old = MemoryContextSwitchTo(gathered->context);
	PG_TRY();
	{
		prepare_row(state, estate, info, slot, &row);
	}
	PG_CATCH();
	{
		writer_rethrow(state->writer, NULL);
	}
	PG_END_TRY();
	keep_gathered(state, &row);
	MemoryContextSwitchTo(old);
	if (gathered->count == gathered->limit ||
		MemoryContextMemAllocated(state->context, true) > GATHERED_BYTES)
		write_gathered_without_line(state);
}

void
insert_end(InsertState *state)
{
	if (state->gathered != NULL)
		write_gathered(state);
}

/* ---- callbacks ---- */

TupleTableSlot **
insert_rows(InsertState *state, EState *estate, ResultRelInfo *info,
			TupleTableSlot **slots, int *count)
{
	MemoryContext old;
	ProposedRow *rows;
	TupleTableSlot **written;
	int			written_count = 0;
	int			i;

	if (state->gathered != NULL)
	{
		for (i = 0; i < *count; i++)
			gather_row(state, estate, info, slots[i]);
		return slots;
	}
	MemoryContextReset(state->context);
	old = MemoryContextSwitchTo(state->context);
	rows = write_rows(state, estate, info, slots, *count);

	/* the array that was handed over is core's own (ri_Slots) */
	written = palloc0(sizeof(TupleTableSlot *) * *count);
	for (i = 0; i < *count; i++)
	{
		if (rows[i].write.state != ITEM_WRITTEN && !conflict_found(&rows[i]))
			continue;
		store_row(state, info, &rows[i]);
		written[written_count++] = rows[i].slot;
	}
	*count = written_count;
	MemoryContextSwitchTo(old);
	return written;
}

const RequestCounters *
insert_counters(const InsertState *state)
{
	return &state->counters;
}

int
insert_batch_size(const InsertState *state, const ResultRelInfo *info,
				  int max_concurrency)
{
	if ((state != NULL && state->one_by_one) || shows_each_row(info))
		return 1;
	if (state != NULL && state->writer->is_atomic)
		return BATCH_GET_MAX_KEYS;
	return state != NULL && state->has_batches
		? max_concurrency * BATCH_INSERT_MAX_ROWS : max_concurrency;
}
