/*
 * insert.c
 *		INSERT and COPY FROM: each row a PutItem that must not find its key.
 *
 * Rows that core hands over together are sent together, max_concurrency at
 * once.
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
#include "fdw/statement_counters.h"
#include "fdw/user_function.h"
#include "fdw/system_column.h"
#include "fdw/write/buffered_write.h"
#include "fdw/write/column_action.h"
#include "fdw/write/constraint.h"
#include "fdw/write/insert.h"
#include "fdw/write/made_column.h"
#include "fdw/write/stamp.h"
#include "fdw/write/writer.h"
#include "translate/key/item_key.h"
#include "translate/key/item_set.h"
#include "translate/key/key.h"
#include "translate/table/table_template.h"

/* A column that gets a value where INSERT gives none. */
typedef struct InsertStamp
{
	const Column *column;
	ExprState  *value;
} InsertStamp;

struct InsertState
{
	const Table *table;
	Writer	   *writer;
	ConflictAction action;		/* where a key is taken */
	bool		one_by_one;		/* a function may look for each row before it
								 * makes the next */
	ConflictState *conflict;	/* of CONFLICT_UPDATE and CONFLICT_SELECT */
	WCOKind		policies;		/* that a row must satisfy */
	List	   *stamps;			/* of InsertStamp */
	char	   *expressions;	/* of a PutItem that must not find its key */
	MemoryContext context;		/* of one batch of rows */
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
	state->one_by_one = estate->es_plannedstmt != NULL &&
		user_function_in_rows(estate->es_plannedstmt);
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

/* ---- callbacks ---- */

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

TupleTableSlot **
insert_rows(InsertState *state, EState *estate, ResultRelInfo *info,
			TupleTableSlot **slots, int *count)
{
	MemoryContext old;
	ProposedRow *rows;
	TupleTableSlot **written;
	int			written_count = 0;
	int			i;

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
insert_batch_size(const InsertState *state, ResultRelInfo *info,
				  int max_concurrency)
{
	TriggerDesc *triggers = info->ri_TrigDesc;

	if ((state != NULL && state->one_by_one) ||
		info->ri_projectReturning != NULL ||
		info->ri_WithCheckOptions != NIL ||
		(triggers != NULL && (triggers->trig_insert_before_row ||
							  triggers->trig_insert_after_row)))
		return 1;
	if (state != NULL && state->writer->is_atomic)
		return BATCH_GET_MAX_KEYS;
	return max_concurrency;
}
