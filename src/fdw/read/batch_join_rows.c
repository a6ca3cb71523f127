/*
 * batch_join_rows.c
 *		The outer rows of a batch join, read ahead, and the items they ask for.
 */
#include "postgres.h"

#include "compat.h"

#include "access/htup_details.h"
#include "common/hashfn.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "fdw/read/batch_join.h"
#include "fdw/read/overlay.h"
#include "fdw/read/spelling_look.h"
#include "fdw/session/written.h"

static Size
memory_limit(void)
{
	return (Size) work_mem * 1024;
}

/* ---- the scan tuple ---- */

TupleTableSlot *
batch_join_load_outer(BatchJoinState *state, TupleTableSlot *outer)
{
	TupleTableSlot *slot = state->custom.ss.ss_ScanTupleSlot;
	int			inner_count =
		slot->tts_tupleDescriptor->natts - state->outer_count;

	slot_getallattrs(outer);
	ExecClearTuple(slot);
	memcpy(slot->tts_values, outer->tts_values,
		   sizeof(Datum) * state->outer_count);
	memcpy(slot->tts_isnull, outer->tts_isnull,
		   sizeof(bool) * state->outer_count);
	memset(slot->tts_isnull + state->outer_count, true,
		   sizeof(bool) * inner_count);
	ExecStoreVirtualTuple(slot);
	state->custom.ss.ps.ps_ExprContext->ecxt_scantuple = slot;
	return slot;
}

/* ---- sought items ---- */

/* An entry begins with a pointer to the JSON text of its key. */
static uint32
key_text_hash(const void *key, Size size)
{
	const char *text = *(const char *const *) key;

	return DatumGetUInt32(hash_any((const unsigned char *) text,
								   strlen(text)));
}

static int
key_text_match(const void *a, const void *b, Size size)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static SoughtItems *
make_sought_items(MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent,
												  "dynamorm_fdw items",
												  ALLOCSET_DEFAULT_SIZES);
	SoughtItems *sought = MemoryContextAllocZero(context,
												 sizeof(SoughtItems));
	HASHCTL		control = {
		.keysize = sizeof(char *),
		.entrysize = sizeof(SoughtItem),
		.hash = key_text_hash,
		.match = key_text_match,
		.hcxt = context
	};

	sought->context = context;
	sought->items = hash_create("dynamorm_fdw items sought", 256, &control,
								HASH_ELEM | HASH_FUNCTION | HASH_COMPARE |
								HASH_CONTEXT);
	return sought;
}

static void
leave_sought_items(SoughtItems *sought)
{
	if (--sought->users == 0)
		MemoryContextDelete(sought->context);
}

/* Those that a new batch uses. */
static SoughtItems *
current_sought_items(BatchJoinState *state)
{
	if (state->sought != NULL &&
		MemoryContextMemAllocated(state->sought->context, true) > memory_limit())
	{
		leave_sought_items(state->sought);
		state->sought = NULL;
	}
	if (state->sought == NULL)
	{
		state->sought = make_sought_items(state->context);
		state->sought->users++;
	}
	return state->sought;
}

/* ---- reading ahead ---- */

/* The key that the loaded outer row asks for; NULL: no item can have it. */
static DynamoItem *
key_of_loaded_row(BatchJoinState *state)
{
	ExprContext *context = state->custom.ss.ps.ps_ExprContext;
	KeyValue	values[KEY_VALUE_LIMIT];
	int			i;

	for (i = 0; i < state->key_count; i++)
	{
		values[i].type_id = state->key_types[i];
		values[i].collation = state->key_collations[i];
		values[i].datum = ExecEvalExprSwitchContext(state->key_values[i],
													context,
													&values[i].isnull);
	}
	return key_of_values(state->table, state->key_columns, values);
}

/*
 * Keeps the columns that the join wants of an item; in memory of the row that
 * it is.
 */
static void
keep_item(BatchJoinState *state, SoughtItems *items, SoughtItem *sought,
		  const DynamoItem *item)
{
	ExprContext *context = state->item_context;
	TupleTableSlot *slot = state->item_slot;
	MemoryContext old;

	ExecClearTuple(slot);
	table_decode_item(state->table, item, state->wanted,
					  slot->tts_values, slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
	context->ecxt_innertuple = slot;
	slot = ExecProject(state->item_projection);
	old = MemoryContextSwitchTo(items->context);
	sought->row = ExecCopySlotMinimalTuple(slot);
	MemoryContextSwitchTo(old);
}

/* Is the item buffered, and so known without being asked for? */
static bool
take_buffered(BatchJoinState *state, SoughtItems *items, SoughtItem *sought,
			  const DynamoItem *key)
{
	const DynamoItem *image;

	if (!overlay_find(state->table, key, state->open.command_id,
					  state->wanted_columns, &image))
		return false;
	if (image != NULL)
		keep_item(state, items, sought, image);
	return true;
}

/*
 * The item that the loaded outer row asks for, which the batch asks for if
 * nobody has; NULL: there can be none.
 */
static SoughtItem *
seek_item(BatchJoinState *state, JoinBatch *batch)
{
	ExprContext *context = state->custom.ss.ps.ps_ExprContext;
	MemoryContext old = MemoryContextSwitchTo(context->ecxt_per_tuple_memory);
	DynamoItem *key = key_of_loaded_row(state);
	SoughtItem *item = NULL;
	const char *text;
	bool		found;

	if (key != NULL)
	{
		text = table_key_text(state->table, key);
		item = hash_search(batch->sought->items, &text, HASH_ENTER, &found);
		if (!found)
		{
			item->key_text = MemoryContextStrdup(batch->sought->context, text);
			item->row = NULL;
			if (!take_buffered(state, batch->sought, item, key))
			{
				MemoryContextSwitchTo(batch->context);
				batch->keys[batch->key_count++] = item_copy(key);
			}
		}
	}
	MemoryContextSwitchTo(old);
	return item;
}

static void
add_row(BatchJoinState *state, JoinBatch *batch, TupleTableSlot *outer)
{
	OuterRow   *row;

	if (batch->count == batch->capacity)
	{
		batch->capacity *= 2;
		batch->rows = repalloc_huge(batch->rows,
									sizeof(OuterRow) * batch->capacity);
	}
	row = &batch->rows[batch->count++];
	row->tuple = ExecCopySlotMinimalTuple(outer);
	batch->bytes += row->tuple->t_len + sizeof(OuterRow);

	ResetExprContext(state->custom.ss.ps.ps_ExprContext);
	batch_join_load_outer(state, outer);
	row->item = seek_item(state, batch);
}

/* Items that the statement shall not see must not be there. */
static void
check_not_written(const BatchJoinState *state, const JoinBatch *batch)
{
	ReadItems	items = {.table = state->table};
	int			i;

	for (i = 0; i < batch->key_count; i++)
	{
		items.key = batch->keys[i];
		if (written_since(&items, state->open.hidden))
			open_scan_raise_hidden(&state->open);
	}
}

/* Reads outer rows until they ask for enough items, and asks for them. */
static JoinBatch *
read_batch(BatchJoinState *state)
{
	MemoryContext context = AllocSetContextCreate(state->context,
												  "dynamorm_fdw join batch",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	JoinBatch  *batch = palloc0(sizeof(JoinBatch));
	PlanState  *below = linitial(state->custom.custom_ps);

	batch->context = context;
	batch->capacity = 64;
	batch->rows = palloc(sizeof(OuterRow) * batch->capacity);
	batch->sought = current_sought_items(state);
	batch->sought->users++;

	while (batch->key_count < BATCH_GET_MAX_KEYS &&
		   state->buffered + batch->bytes < memory_limit())
	{
		TupleTableSlot *outer;

		MemoryContextSwitchTo(old);
		outer = ExecProcNode(below);
		MemoryContextSwitchTo(context);
		if (TupIsNull(outer))
		{
			state->no_more_rows = true;
			break;
		}
		add_row(state, batch, outer);
	}
	state->buffered += batch->bytes;
	check_not_written(state, batch);
	if (batch->key_count > 0)
	{
		batch->reader = batch_reader_open(&state->reads, batch->keys,
										  batch->key_count);
		batch_reader_start(batch->reader);
	}
	MemoryContextSwitchTo(old);
	return batch;
}

static void
read_ahead(BatchJoinState *state)
{
	while (!state->no_more_rows &&
		   list_length(state->batches) < state->ahead &&
		   state->buffered < memory_limit())
	{
		JoinBatch  *batch = read_batch(state);
		MemoryContext old = MemoryContextSwitchTo(state->context);

		state->batches = lappend(state->batches, batch);
		MemoryContextSwitchTo(old);
	}
}

/* ---- answers ---- */

/* Keeps an item that has come. */
static void
take_item(BatchJoinState *state, JoinBatch *batch, const DynamoItem *item)
{
	MemoryContext old;
	SoughtItem *sought;
	const char *text;

	ResetExprContext(state->item_context);
	old = MemoryContextSwitchTo(state->item_context->ecxt_per_tuple_memory);
	text = table_key_text(state->table, item);
	sought = hash_search(batch->sought->items, &text, HASH_FIND, NULL);
	if (sought != NULL && sought->row == NULL)
		keep_item(state, batch->sought, sought, item);
	MemoryContextSwitchTo(old);
}

/* Waits until all that the batch asks for is known. */
static int64
complete_batch(BatchJoinState *state, JoinBatch *batch)
{
	ItemSource	source;
	const DynamoItem *item;
	int64		count = 0;

	if (batch->reader == NULL)
		return 0;
	source = batch_reader_source(batch->reader);
	while ((item = item_exit_next(&source)) != NULL)
	{
		take_item(state, batch, item);
		count++;
	}
	if (count < batch->key_count)
		spelling_look(state->table, state->reads.request.connection,
					  &state->counters);
	batch_reader_close(batch->reader);
	batch->reader = NULL;
	return count;
}

static bool
batch_asks_for(const BatchJoinState *state, const JoinBatch *batch,
			   const DynamoItem *key)
{
	int			i;

	for (i = 0; i < batch->key_count; i++)
		if (table_key_equal(state->table, batch->keys[i], key))
			return true;
	return false;
}

bool
batch_join_may_meet(const BatchJoinState *state, const WrittenKeys *written)
{
	ListCell   *cell;
	int			i;

	foreach(cell, state->batches)
	{
		const JoinBatch *batch = (const JoinBatch *) lfirst(cell);

		if (batch->reader == NULL)
			continue;
		if (written->count == 0)
			return true;
		for (i = 0; i < written->count; i++)
			if (batch_asks_for(state, batch, written->keys[i]))
				return true;
	}
	return false;
}

int64
batch_join_finish_batches(BatchJoinState *state)
{
	int64		count = 0;
	ListCell   *cell;

	foreach(cell, state->batches)
		count += complete_batch(state, (JoinBatch *) lfirst(cell));
	return count;
}

static void
drop_oldest_batch(BatchJoinState *state)
{
	JoinBatch  *batch = linitial(state->batches);

	state->batches = list_delete_first(state->batches);
	state->buffered -= batch->bytes;
	leave_sought_items(batch->sought);
	MemoryContextDelete(batch->context);
}

OuterRow *
batch_join_next_row(BatchJoinState *state)
{
	for (;;)
	{
		JoinBatch  *batch;

		read_ahead(state);
		if (state->batches == NIL)
			return NULL;
		batch = linitial(state->batches);
		(void) complete_batch(state, batch);
		if (batch->next < batch->count)
			return &batch->rows[batch->next++];

		/* who has come so far probably wants them all */
		drop_oldest_batch(state);
		state->ahead = Min(state->ahead * 2, state->reads.window.limit);
	}
}

void
batch_join_forget_rows(BatchJoinState *state)
{
	bool		abandons = false;

	while (state->batches != NIL)
	{
		abandons |= ((JoinBatch *) linitial(state->batches))->reader != NULL;
		drop_oldest_batch(state);
	}
	/* what was asked for and has not come must be asked for again */
	if (abandons)
	{
		leave_sought_items(state->sought);
		state->sought = NULL;
	}
	state->no_more_rows = false;
	state->ahead = 1;
}
