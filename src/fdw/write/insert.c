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

#include "client/request/request.h"
#include "client/wire/expression.h"
#include "fdw/catalog/description.h"
#include "fdw/catalog/option.h"
#include "fdw/session/transaction.h"
#include "fdw/statement_counters.h"
#include "fdw/system_column.h"
#include "fdw/write/column_action.h"
#include "fdw/write/compute.h"
#include "fdw/write/insert.h"
#include "fdw/write/stamp.h"
#include "translate/key/item_set.h"
#include "translate/key/key.h"

/* A column that gets a value where INSERT gives none. */
typedef struct InsertStamp
{
	const Column *column;
	ExprState  *value;
} InsertStamp;

struct InsertState
{
	const Table *table;
	Connection *connection;
	ConflictAction action;		/* where a key is taken */
	ConflictState *conflict;	/* of CONFLICT_UPDATE */
	WCOKind		policies;		/* that a row must satisfy */
	List	   *stamps;			/* of InsertStamp */
	char	   *tail;			/* the request after its item */
	MemoryContext context;		/* of one batch of rows */
	RequestCounters counters;
	int64		written;		/* items so far */
};

/* The PutItem of one row. */
typedef struct InsertRow
{
	TupleTableSlot *slot;
	DynamoItem *item;
	const char *readable_key;
	bool		repeats;		/* the key of a row before it in the batch */
	Request    *request;		/* NULL: it repeats */
} InsertRow;

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
prepare_stamps(InsertState *state)
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
			 ConflictAction action)
{
	EState	   *estate = mtstate->ps.state;
	InsertState *state = palloc0(sizeof(InsertState));
	Placeholders *placeholders = placeholders_make(false);
	StringInfoData tail;
	StringInfoData text;

	state->table =
		description_of_table(RelationGetRelid(info->ri_RelationDesc), user_id);
	key_check_writable(state->table);
	state->connection = option_connection(state->table->server_id, user_id);
	state->action = action;
	state->policies = mtstate->operation == CMD_UPDATE
		? WCO_RLS_UPDATE_CHECK : WCO_RLS_INSERT_CHECK;
	state->context = AllocSetContextCreate(CurrentMemoryContext,
										   "dynamorm_fdw rows",
										   ALLOCSET_DEFAULT_SIZES);
	prepare_stamps(state);
	statement_counters_attach(&state->counters, estate);

	initStringInfo(&tail);
	initStringInfo(&text);
	write_condition(&text,
					condition_not_exists(path_make(state->table->partition_key->attribute_name)),
					placeholders);
	json_append_text_member(&tail, "ConditionExpression", text.data);
	if (action == CONFLICT_UPDATE)
		appendStringInfoString(&tail,
							   ",\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\"");
	write_placeholders(&tail, placeholders);
	appendStringInfoString(&tail, ",\"ReturnConsumedCapacity\":\"TOTAL\"}");
	state->tail = tail.data;
	if (action == CONFLICT_UPDATE)
		state->conflict = conflict_begin(mtstate, info, state->table,
										 state->connection, &state->counters);
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

static void
add_attribute(DynamoItem *item, const char *name, const AttributeValue *value)
{
	Attribute  *attribute = &item->attributes[item->count++];

	attribute->name = unconstify(char *, name);
	attribute->name_length = strlen(name);
	attribute->value = *value;
}

/* The document column's members become attributes of the item. */
static void
add_document(const Table *table, DynamoItem *item,
			 const AttributeValue *document)
{
	int			i;

	column_check_document(table, document);
	item->attributes = repalloc(item->attributes, sizeof(Attribute) *
								(table->column_count + document->length));
	for (i = 0; i < document->length; i++)
		add_attribute(item, document->u.entries[i].name,
					  &document->u.entries[i].value);
}

static DynamoItem *
item_from_slot(const Table *table, TupleTableSlot *slot)
{
	DynamoItem *item = palloc(sizeof(DynamoItem));
	const AttributeValue *document = NULL;
	int			i;

	item->count = 0;
	item->attributes = palloc(sizeof(Attribute) * table->column_count);
	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];
		CodecPlace	place;
		const AttributeValue *value = NULL;

		if (column->name == NULL)
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
			add_attribute(item, column->attribute_name, value);
	}
	if (document != NULL)
		add_document(table, item, document);
	return item;
}

/* ---- requests ---- */

static void
start_row(InsertState *state, InsertRow *row)
{
	row->readable_key = table_readable_key(state->table, row->item);
	row->request = write_put_start(state->connection, state->table, row->item,
								   row->readable_key, state->tail,
								   &state->counters);
}

/* The key of one that repeats it is taken now. */
static void
raise_repetition(InsertState *state, InsertRow *rows, int count)
{
	int			i;

	for (i = 0; i < count; i++)
		if (rows[i].repeats && state->action == CONFLICT_ERROR)
			write_raise_duplicate(state->table,
								  table_readable_key(state->table,
													 rows[i].item),
								  state->written);
}

/*
 * All rows have their answers: counts what was written, then raises the first
 * failure, if any; one whose outcome is unknown before all others.
 */
static void
settle_rows(InsertState *state, InsertRow *rows, int count)
{
	InsertRow  *failed = NULL;
	InsertRow  *refused = NULL;
	StringInfoData unknown;
	StringInfoData progress;
	int			i;

	initStringInfo(&unknown);
	initStringInfo(&progress);
	for (i = 0; i < count; i++)
	{
		Outcome		outcome;

		if (rows[i].repeats)
			continue;
		outcome = request_outcome(rows[i].request);
		if (outcome == OUTCOME_SUCCESS)
		{
			state->written++;
			transaction_count_write();
		}
		else if (outcome == OUTCOME_CONDITION_FAILED &&
				 state->action == CONFLICT_NOTHING)
			continue;
		else if (outcome != OUTCOME_UNKNOWN)
			refused = refused == NULL ? &rows[i] : refused;
		else if (failed == NULL)
			failed = &rows[i];
		else
			appendStringInfo(&unknown, "%s%s", unknown.len > 0 ? ", " : "",
							 rows[i].readable_key);
	}
	if (failed == NULL && refused == NULL)
	{
		raise_repetition(state, rows, count);
		return;
	}
	if (failed == NULL &&
		request_outcome(refused->request) == OUTCOME_CONDITION_FAILED)
		write_raise_duplicate(state->table, refused->readable_key,
							  state->written);
	if (failed == NULL)
		failed = refused;
	else if (refused != NULL)
		appendStringInfo(&progress, "The write of %s has failed.  ",
						 refused->readable_key);
	if (unknown.len > 0)
		appendStringInfo(&progress,
						 "The outcome is unknown of the writes of %s too.  ",
						 unknown.data);
	appendStringInfo(&progress,
					 ngettext("Before that, the statement wrote %lld item.",
							  "Before that, the statement wrote %lld items.",
							  (unsigned long) state->written),
					 (long long) state->written);
	request_raise(failed->request,
				  state->written > 0 || unknown.len > 0 ||
				  (refused != NULL && failed != refused) ? progress.data : NULL);
}

/* ---- callbacks ---- */

/* Checks a row and makes its item; nothing is sent yet. */
static void
prepare_row(InsertState *state, EState *estate, ResultRelInfo *info,
			TupleTableSlot *slot, InsertRow *row)
{
	slot_getallattrs(slot);
	stamp_row(state, slot, estate);
	slot->tts_tableOid = RelationGetRelid(info->ri_RelationDesc);

	compute_check_row(info, slot, estate, state->policies);

	row->slot = slot;
	row->item = item_from_slot(state->table, slot);
}

/* A row as it was written, which may be less than given: an empty set. */
static void
store_item(const InsertState *state, ResultRelInfo *info,
		   TupleTableSlot *slot, const DynamoItem *item)
{
	if (info->ri_projectReturning == NULL && state->conflict == NULL)
		return;
	ExecClearTuple(slot);
	table_decode_item(state->table, item, NULL,
					  slot->tts_values, slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
}

/*
 * Marks the rows whose key one before them has.  Sent together, nobody knows
 * which would come first.
 */
static void
find_repetitions(InsertState *state, InsertRow *rows, int count)
{
	ItemSet    *keys;
	int			i;

	if (count == 1)
		return;
	keys = item_set_make();
	for (i = 0; i < count; i++)
		rows[i].repeats = !item_set_add(keys,
										table_key_of_item(state->table,
														  rows[i].item));
}

/* Puts all rows; slots becomes those of the rows inserted. */
static int
put_rows(InsertState *state, ResultRelInfo *info, InsertRow *rows, int count,
		 TupleTableSlot **slots)
{
	int			inserted = 0;
	int			i;

	find_repetitions(state, rows, count);
	for (i = 0; i < count; i++)
		if (!rows[i].repeats)
			start_row(state, &rows[i]);
	for (i = 0; i < count; i++)
		if (!rows[i].repeats)
			request_wait(rows[i].request);
	settle_rows(state, rows, count);

	for (i = 0; i < count; i++)
	{
		if (rows[i].repeats ||
			request_outcome(rows[i].request) != OUTCOME_SUCCESS)
			continue;
		store_item(state, info, rows[i].slot, rows[i].item);
		slots[inserted++] = rows[i].slot;
	}
	return inserted;
}

/* The same with ON CONFLICT DO UPDATE. */
static int
upsert_rows(InsertState *state, ResultRelInfo *info, InsertRow *rows,
			int count, TupleTableSlot **slots)
{
	ConflictRow *upserts = palloc0(sizeof(ConflictRow) * count);
	int			written = 0;
	int			i;

	for (i = 0; i < count; i++)
	{
		upserts[i].slot = rows[i].slot;
		upserts[i].item = rows[i].item;
	}
	conflict_apply(state->conflict, upserts, count, state->tail);
	for (i = 0; i < count; i++)
	{
		if (!upserts[i].written)
			continue;
		if (upserts[i].result != NULL)
			store_item(state, info, rows[i].slot, upserts[i].result);
		if (conflict_tells_updated(state->conflict))
			system_column_set_xmax(rows[i].slot, upserts[i].updated);
		slots[written++] = rows[i].slot;
	}
	return written;
}

TupleTableSlot **
insert_rows(InsertState *state, EState *estate, ResultRelInfo *info,
			TupleTableSlot **slots, int *count)
{
	MemoryContext old;
	InsertRow  *rows;
	TupleTableSlot **written;
	int			i;

	MemoryContextReset(state->context);
	old = MemoryContextSwitchTo(state->context);
	rows = palloc0(sizeof(InsertRow) * *count);

	/* the array that was handed over is core's own (ri_Slots) */
	written = palloc0(sizeof(TupleTableSlot *) * *count);
	for (i = 0; i < *count; i++)
		prepare_row(state, estate, info, slots[i], &rows[i]);
	*count = state->conflict != NULL
		? upsert_rows(state, info, rows, *count, written)
		: put_rows(state, info, rows, *count, written);
	MemoryContextSwitchTo(old);
	return written;
}

const RequestCounters *
insert_counters(const InsertState *state)
{
	return &state->counters;
}

int
insert_batch_size(ResultRelInfo *info, int max_concurrency)
{
	TriggerDesc *triggers = info->ri_TrigDesc;

	if (info->ri_projectReturning != NULL ||
		info->ri_WithCheckOptions != NIL ||
		(triggers != NULL && (triggers->trig_insert_before_row ||
							  triggers->trig_insert_after_row)))
		return 1;
	return max_concurrency;
}
