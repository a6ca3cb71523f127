/*
 * row_change.c
 *		UPDATE and DELETE of a row that the executor has read and computed.
 *
 * The first request is conditional on the attributes as we would spell the row
 * that was read.  If that fails the stored item comes back: where it still is
 * the row that was read, only spelled differently, its own spelling becomes
 * the condition; where it is another row, EvalPlanQual decides.
 */
#include "postgres.h"

#include "compat.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "client/wire/expression.h"
#include "fdw/catalog/description.h"
#include "fdw/catalog/option.h"
#include "fdw/read/reader.h"
#include "fdw/session/transaction.h"
#include "fdw/statement_counters.h"
#include "fdw/write/column_action.h"
#include "fdw/write/compute.h"
#include "fdw/write/key_change.h"
#include "fdw/write/row_change.h"
#include "fdw/write/row_write.h"
#include "fdw/write/stamp.h"
#include "translate/key/item_set.h"
#include "translate/key/key.h"

struct RowChange
{
	WriteStatement statement;
	ModifyTableState *mtstate;
	AttrNumber	whole_row;		/* of the row that was read, in the plan's
								 * slot */
	void	   *copy;			/* core's, of the last such row; NULL: none */
	List	   *stamps;			/* of RowStamp */
	ItemSet    *changed;		/* keys of the items changed by this
								 * statement, old and new */
	MemoryContext context;		/* of one row */
	RequestCounters counters;
};

/* A column that an UPDATE sets by itself. */
typedef struct RowStamp
{
	const Column *column;
	ExprState  *value;
} RowStamp;

/* One row on its way. */
typedef struct RowAttempt
{
	DynamoItem *key;
	const char *readable_key;
	const DynamoItem *base;		/* the item as stored; NULL: only known as the
								 * old row */
	int			failures;		/* of conditions */
	const DynamoItem *new_item; /* the item under its new key; NULL: the key
								 * stays */
	bool		written;
} RowAttempt;

/* ---- the items this statement has changed ---- */

static void
note_changed(RowChange *change, const DynamoItem *key)
{
	(void) item_set_add(change->changed, key);
	change->statement.written++;
	transaction_count_write();
}

/* ---- begin ---- */

static void
prepare_stamps(RowChange *change, ResultRelInfo *info, EState *estate)
{
	const Table *table = change->statement.table;
	Bitmapset  *updated = ExecGetUpdatedCols(info, estate);
	int			i;

	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];
		RowStamp   *stamp;
		Expr	   *value;

		if (column->name == NULL ||
			bms_is_member(i + 1 - FirstLowInvalidHeapAttributeNumber, updated))
			continue;
		if (column->is_version)
			value = stamp_next_version(1, column);
		else if (column->is_updated_at)
			value = stamp_now(column);
		else
			continue;
		stamp = palloc(sizeof(RowStamp));
		stamp->column = column;
		stamp->value = ExecInitExpr(value, NULL);
		change->stamps = lappend(change->stamps, stamp);
	}
}

RowChange *
row_change_begin(ModifyTableState *mtstate, ResultRelInfo *info, Oid user_id)
{
	EState	   *estate = mtstate->ps.state;
	RowChange  *change = palloc0(sizeof(RowChange));
	WriteStatement *statement = &change->statement;
	TupleDesc	descriptor = RelationGetDescr(info->ri_RelationDesc);

	statement->operation = mtstate->operation;
	statement->table =
		description_of_table(RelationGetRelid(info->ri_RelationDesc), user_id);
	key_check_writable(statement->table);
	statement->connection = option_connection(statement->table->server_id,
											  user_id);
	statement->estate = estate;
	statement->result_info = info;
	statement->returning = true;
	statement_counters_attach(&change->counters, estate);
	statement->counters = &change->counters;
	statement->read_columns =
		bms_make_singleton(0 - FirstLowInvalidHeapAttributeNumber);
	statement->old_slot = ExecInitExtraTupleSlot(estate, descriptor,
												 &TTSOpsVirtual);

	change->mtstate = mtstate;
	change->whole_row =
		ExecFindJunkAttributeInTlist(outerPlanState(mtstate)->plan->targetlist,
									 mtstate->operation == CMD_DELETE
									 ? WHOLE_ROW_OF_DELETE
									 : WHOLE_ROW_OF_UPDATE);
	if (!AttributeNumberIsValid(change->whole_row))
		elog(ERROR, "could not find the row that was read");
	if (mtstate->operation == CMD_UPDATE)
		prepare_stamps(change, info, estate);

	change->context = AllocSetContextCreate(CurrentMemoryContext,
											"dynamorm_fdw row",
											ALLOCSET_DEFAULT_SIZES);
	change->changed = item_set_make();
	return change;
}

/* ---- the row that was read ---- */

/*
 * Of a short row that comes out of a hash table or a sort core makes a copy
 * that is aligned, in the memory of the statement, and forgets it.  It is of
 * use up to the AFTER triggers of its row, so the one before is freed.  Source:
 * ExecModifyTable().
 */
static void
free_copy_of_last_row(RowChange *change, TupleTableSlot *plan_slot)
{
	TupleTableSlot *old = change->statement.result_info->ri_oldTupleSlot;
	MemoryContext context = change->statement.estate->es_query_cxt;
	void	   *copy;
	Datum		row;
	bool		isnull;

	if (change->copy != NULL)
		pfree(change->copy);
	change->copy = NULL;

	row = ExecGetJunkAttribute(plan_slot, change->whole_row, &isnull);
	if (isnull || !VARATT_IS_SHORT(DatumGetPointer(row)) || old == NULL ||
		!TTS_IS_HEAPTUPLE(old) || TTS_EMPTY(old) || TTS_SHOULDFREE(old))
		return;
	copy = ((HeapTupleTableSlot *) old)->tuple->t_data;
	if (GetMemoryChunkContext(copy) == context)
		change->copy = copy;
}

static void
load_old_row(RowChange *change, TupleTableSlot *plan_slot)
{
	TupleTableSlot *slot = change->statement.old_slot;
	HeapTupleData tuple;
	HeapTupleHeader header;
	Datum		datum;
	bool		isnull;

	datum = ExecGetJunkAttribute(plan_slot, change->whole_row, &isnull);
	if (isnull)
		elog(ERROR, "wholerow is NULL");
	header = DatumGetHeapTupleHeader(datum);
	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = change->statement.table->relation_id;
	tuple.t_data = header;

	ExecClearTuple(slot);
	heap_deform_tuple(&tuple, slot->tts_tupleDescriptor,
					  slot->tts_values, slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
	slot->tts_tableOid = tuple.t_tableOid;
}

static AttributeValue *
old_value(const RowChange *change, const Column *column)
{
	TupleTableSlot *slot = change->statement.old_slot;
	AttributeValue *value;
	int			i = column->attnum - 1;

	if (slot->tts_isnull[i] ||
		codec_try_encode(column->codec, slot->tts_values[i],
						 &value) != ENCODE_OK)
		return NULL;
	return value;
}

static DynamoItem *
key_of_old_row(const RowChange *change)
{
	const Table *table = change->statement.table;
	const Column *columns[] = {table->partition_key, table->sort_key};
	DynamoItem *key = palloc0(sizeof(DynamoItem));
	int			i;

	key->attributes = palloc0(sizeof(Attribute) * lengthof(columns));
	for (i = 0; i < (int) lengthof(columns); i++)
	{
		Attribute  *attribute = &key->attributes[key->count];
		const Column *column = columns[i];
		AttributeValue *value;

		if (column == NULL)
			continue;
		value = old_value(change, column);
		if (value == NULL)
			column_raise_null(table, column, NULL);
		attribute->name = unconstify(char *, column->attribute_name);
		attribute->name_length = column->attribute_name_length;
		attribute->value = *value;
		key->count++;
	}
	return key;
}

/* The members of the document, which are attributes, are spelled so. */
static List *
members_spelled_as(AttributeValue *document)
{
	List	   *conditions = NIL;
	int			i;

	if (document == NULL || document->type != ATTRIBUTE_M)
		return NIL;
	for (i = 0; i < document->length; i++)
	{
		Attribute  *member = &document->u.entries[i];

		conditions = lappend(conditions,
							 condition_compare(operand_path(path_make(member->name)),
											   COMPARISON_EQ,
											   operand_value(&member->value)));
	}
	return conditions;
}

/* Condition: the attributes are as we would spell the old row. */
static Condition *
spelled_as_old_row(const RowChange *change)
{
	const Table *table = change->statement.table;
	List	   *conditions;
	int			i;

	conditions = list_make1(condition_exists(path_make(table->partition_key->attribute_name)));
	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];
		DocumentPath *path;
		AttributeValue *value;

		if (column->name == NULL || column->key != KEY_NONE)
			continue;
		path = path_make(column->attribute_name);
		value = old_value(change, column);
		if (column->is_document)
		{
			conditions = list_concat(conditions, members_spelled_as(value));
			continue;
		}
		conditions = lappend(conditions, value == NULL
							 ? condition_either(condition_not_exists(path),
												condition_type(path, ATTRIBUTE_NULL))
							 : condition_compare(operand_path(path),
												 COMPARISON_EQ,
												 operand_value(value)));
	}
	return condition_and(conditions);
}

/*
 * Is the stored item the row that was read?  Then *base may stand for it.
 */
static bool
is_old_row(const RowChange *change, const Datum *values, const bool *nulls)
{
	const Table *table = change->statement.table;
	TupleTableSlot *old = change->statement.old_slot;
	int			i;

	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];

		if (column->name != NULL &&
			!column_datum_unchanged(column,
									 old->tts_isnull[i], old->tts_values[i],
									 nulls[i], values[i]))
			return false;
	}
	return true;
}

/* ---- the new row ---- */

static void
stamp_new_row(RowChange *change, TupleTableSlot *slot)
{
	ExprContext *context = GetPerTupleExprContext(change->statement.estate);
	ListCell   *cell;

	context->ecxt_scantuple = change->statement.old_slot;
	foreach(cell, change->stamps)
	{
		RowStamp   *stamp = (RowStamp *) lfirst(cell);
		int			i = stamp->column->attnum - 1;

		slot->tts_values[i] = ExecEvalExpr(stamp->value, context,
										   &slot->tts_isnull[i]);
	}
}

static List *
actions_of_new_row(RowChange *change, const RowAttempt *attempt,
				   TupleTableSlot *slot)
{
	const Table *table = change->statement.table;
	TupleTableSlot *old = change->statement.old_slot;
	List	   *actions = NIL;
	int			i;

	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];

		if (column->name != NULL &&
			!column_datum_unchanged(column,
									old->tts_isnull[i], old->tts_values[i],
									slot->tts_isnull[i], slot->tts_values[i]))
			actions = list_concat(actions,
								  column_actions(table, column, attempt->base,
												 slot->tts_isnull[i],
												 slot->tts_values[i],
												 attempt->readable_key));
	}
	return actions;
}

/* Is the document column given another value? */
static bool
changes_document(const RowChange *change, TupleTableSlot *slot)
{
	const Column *column = change->statement.table->document;
	TupleTableSlot *old = change->statement.old_slot;
	int			i;

	if (column == NULL)
		return false;
	i = column->attnum - 1;
	return !column_datum_unchanged(column,
								   old->tts_isnull[i], old->tts_values[i],
								   slot->tts_isnull[i], slot->tts_values[i]);
}

/* ---- requests ---- */

static Request *
send_change(RowChange *change, const RowAttempt *attempt, List *actions)
{
	WriteStatement *statement = &change->statement;
	Condition  *condition;
	Request    *request;
	char	   *tail;

	if (attempt->new_item != NULL)
	{
		request = key_change_start(statement, attempt->base,
								   attempt->readable_key, attempt->new_item);
		request_wait(request);
		return request;
	}
	condition = attempt->base != NULL
		? compute_unchanged(statement->table, statement->read_columns,
							attempt->base)
		: spelled_as_old_row(change);
	tail = write_request_tail(statement, actions, condition);
	if (tail == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("row of foreign table \"%s\" has too many columns for one conditional DynamoDB request",
						statement->table->relation_name)));
	request = write_request_start(statement, attempt->key,
								  attempt->readable_key, tail);
	request_wait(request);
	return request;
}

static const DynamoItem *
read_item(RowChange *change, const RowAttempt *attempt)
{
	WriteStatement *statement = &change->statement;
	Request    *request;

	request = reader_start_get(statement->connection, statement->table,
							   attempt->key, attempt->readable_key,
							   statement->counters);
	request_wait(request);
	if (request_outcome(request) != OUTCOME_SUCCESS)
		request_raise(request, NULL);
	return request_response(request)->item;
}

/* The item as it is now: from the failure itself, or read. */
static const DynamoItem *
item_after_failure(RowChange *change, const RowAttempt *attempt,
				   const Request *failed)
{
	WriteStatement *statement = &change->statement;
	const Response *response = request_response(failed);
	const DynamoItem *item;

	if (attempt->new_item != NULL)
		item = key_change_current_item(statement->table, failed,
									   attempt->new_item);
	else
		item = response != NULL ? response->item : NULL;
	if (item != NULL)
	{
		connection_note_old_item(statement->connection);
		return item;
	}
	return connection_sends_old_item(statement->connection) ? NULL
		: read_item(change, attempt);
}

/*
 * The row was changed meanwhile: EvalPlanQual checks the join and WHERE again
 * and computes anew.  Returns the plan's slot for the current row, or NULL if
 * it does not qualify.
 */
static TupleTableSlot *
recheck_row(RowChange *change, const RowAttempt *attempt,
			Datum *values, bool *nulls)
{
	ResultRelInfo *info = change->statement.result_info;
	EPQState   *epqstate = &change->mtstate->mt_epqstate;
	Relation	relation = info->ri_RelationDesc;
	TriggerDesc *triggers = info->ri_TrigDesc;
	TupleTableSlot *input;
	TupleTableSlot *result;
	MemoryContext old;
	HeapTuple	tuple;

	if (triggers != NULL &&
		(triggers->trig_update_before_row || triggers->trig_delete_before_row))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not change an item of table \"%s\" because it was changed meanwhile, after row triggers had seen it",
						change->statement.table->table_name),
				 errdetail("Item %s.", attempt->readable_key),
				 errhint("Retry the statement.")));

	input = EvalPlanQualSlot(epqstate, relation, info->ri_RangeTableIndex);
	tuple = heap_form_tuple(RelationGetDescr(relation), values, nulls);
	tuple->t_tableOid = RelationGetRelid(relation);
	ExecForceStoreHeapTuple(tuple, input, false);

	/* what it makes at its first call stays for the statement */
	old = MemoryContextSwitchTo(change->statement.estate->es_query_cxt);
	result = EvalPlanQual(epqstate, relation, info->ri_RangeTableIndex, input);
	MemoryContextSwitchTo(old);
	return TupIsNull(result) ? NULL : result;
}

/*
 * Makes the item, as it now is, the base.  Returns false if there is no row to
 * change any more.  *plan_slot is set when the new row must be computed from
 * it.
 */
static bool
prepare_next_attempt(RowChange *change, RowAttempt *attempt,
					 const DynamoItem *item, TupleTableSlot **plan_slot)
{
	const Table *table = change->statement.table;
	TupleTableSlot *old = change->statement.old_slot;
	Datum	   *values = palloc(sizeof(Datum) * table->column_count);
	bool	   *nulls = palloc(sizeof(bool) * table->column_count);

	*plan_slot = NULL;
	if (item == NULL)
		return false;
	table_decode_item(table, item, NULL, values, nulls);
	attempt->base = item;
	if (is_old_row(change, values, nulls))
		return true;

	*plan_slot = recheck_row(change, attempt, values, nulls);
	ExecClearTuple(old);
	memcpy(old->tts_values, values, sizeof(Datum) * table->column_count);
	memcpy(old->tts_isnull, nulls, sizeof(bool) * table->column_count);
	ExecStoreVirtualTuple(old);
	return *plan_slot != NULL;
}

/* Starts on a row; false if this statement has changed it already. */
static bool
start_attempt(RowChange *change, RowAttempt *attempt,
			  TupleTableSlot *plan_slot)
{
	memset(attempt, 0, sizeof(RowAttempt));
	load_old_row(change, plan_slot);
	attempt->key = key_of_old_row(change);
	attempt->readable_key = table_readable_key(change->statement.table,
											   attempt->key);
	return !item_set_has(change->changed, attempt->key);
}

static void
store_item(const RowChange *change, TupleTableSlot *slot,
		   const DynamoItem *item)
{
	ExecClearTuple(slot);
	table_decode_item(change->statement.table, item, NULL,
					  slot->tts_values, slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
	slot->tts_tableOid = change->statement.table->relation_id;
}

/*
 * Sends the change.  If it was written, slot becomes the row as written; if
 * not, the item as it now is is returned, or NULL if there is none.
 */
static const DynamoItem *
try_change(RowChange *change, RowAttempt *attempt, List *actions,
		   TupleTableSlot *slot)
{
	int64		written = change->statement.written;
	Request    *request = send_change(change, attempt, actions);

	if (request_outcome(request) == OUTCOME_SUCCESS)
	{
		attempt->written = true;
		note_changed(change, attempt->key);
		if (attempt->new_item != NULL)
			(void) item_set_add(change->changed,
								table_key_of_item(change->statement.table,
												  attempt->new_item));
		store_item(change, slot, attempt->new_item != NULL
				   ? attempt->new_item : request_response(request)->item);
		return NULL;
	}
	if (request_outcome(request) != OUTCOME_CONDITION_FAILED)
		request_raise(request, written == 0 ? NULL
					  : psprintf("Before that, the statement wrote %lld items.",
								 (long long) written));
	row_write_back_off(change->statement.table, attempt->readable_key,
					   ++attempt->failures);
	return item_after_failure(change, attempt, request);
}

/* The new row of the plan's, as ExecUpdate() prepares it. */
static TupleTableSlot *
recomputed_row(const WriteStatement *statement, TupleTableSlot *plan_slot)
{
	ResultRelInfo *info = statement->result_info;
	TupleConstr *constraints = RelationGetDescr(info->ri_RelationDesc)->constr;
	TupleTableSlot *slot = ExecGetUpdateNewTuple(info, plan_slot,
												 statement->old_slot);

	if (constraints != NULL && constraints->has_generated_stored)
		ExecComputeStoredGenerated(info, statement->estate, slot, CMD_UPDATE);
	return slot;
}

static TupleTableSlot *
change_row(RowChange *change, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	WriteStatement *statement = &change->statement;
	bool		is_update = statement->operation == CMD_UPDATE;
	RowAttempt	attempt;

	if (!start_attempt(change, &attempt, plan_slot))
		return NULL;
	for (;;)
	{
		const DynamoItem *item;
		List	   *actions = NIL;
		bool		moves = false;
		bool		needs_item = false;

		if (is_update)
		{
			slot_getallattrs(slot);
			stamp_new_row(change, slot);
			compute_check_row(statement->result_info, slot, statement->estate,
							  WCO_RLS_UPDATE_CHECK);
			actions = actions_of_new_row(change, &attempt, slot);
			moves = key_change_wanted(statement->table, attempt.key, &actions);
			/* all of it goes under the new key, or into the document */
			needs_item = moves || changes_document(change, slot);
		}
		if (needs_item && attempt.base == NULL)
			item = read_item(change, &attempt);
		else
		{
			attempt.new_item = moves
				? key_change_new_item(attempt.base, actions) : NULL;
			item = try_change(change, &attempt, actions, slot);
			if (item == NULL && attempt.written)
				return slot;
		}
		if (!prepare_next_attempt(change, &attempt, item, &plan_slot))
			return NULL;
		if (plan_slot != NULL && is_update)
			slot = recomputed_row(statement, plan_slot);
	}
}

TupleTableSlot *
row_change_apply(RowChange *change, TupleTableSlot *slot,
				 TupleTableSlot *plan_slot)
{
	MemoryContext old;
	TupleTableSlot *result;

	free_copy_of_last_row(change, plan_slot);
	MemoryContextReset(change->context);
	old = MemoryContextSwitchTo(change->context);
	result = change_row(change, slot, plan_slot);
	MemoryContextSwitchTo(old);
	return result;
}

const RequestCounters *
row_change_counters(const RowChange *change)
{
	return &change->counters;
}
