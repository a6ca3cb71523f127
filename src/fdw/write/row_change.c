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

#include "client/request/operation.h"
#include "client/wire/expression.h"
#include "fdw/catalog/description.h"
#include "fdw/catalog/option.h"
#include "fdw/statement_counters.h"
#include "fdw/write/column_action.h"
#include "fdw/write/compute.h"
#include "fdw/write/constraint.h"
#include "fdw/write/key_change.h"
#include "fdw/write/made_column.h"
#include "fdw/write/own_write.h"
#include "fdw/write/row_change.h"
#include "fdw/write/stamp.h"
#include "fdw/write/write_behind.h"
#include "fdw/write/writer.h"
#include "translate/key/item_key.h"
#include "translate/key/key.h"
#include "translate/table/table_template.h"

/* A column that an UPDATE sets by itself. */
typedef struct RowStamp
{
	const Column *column;
	ExprState  *value;
} RowStamp;

struct RowChange
{
	const Table *table;
	Writer	   *writer;
	ModifyTableState *mtstate;
	ResultRelInfo *info;
	AttrNumber	whole_row;		/* of the row that was read, in the plan's
								 * slot */
	void	   *copy;			/* core's, of the last such row; NULL: none */
	List	   *assigned;		/* integer list: columns that SET names */
	List	   *stamps;			/* of RowStamp */
	TupleTableSlot *old_slot;	/* the row that is being changed */
	WriteBehind *behind;		/* settles what is under way when the rows
								 * end; NULL: one row at a time */
	List	   *free_slots;		/* for rows of the plan */
	MemoryContext context;		/* of the rows */
	RequestCounters counters;
};

/* One row on its way. */
typedef struct ChangedRow
{
	ItemWrite	write;			/* must be first */
	RowChange  *change;
	TupleTableSlot *plan_slot;	/* the row of the plan that it comes from */
	TupleTableSlot *slot;		/* the new row, of a DELETE one to be filled;
								 * NULL: core has gone on, with the slot */
	const DynamoItem *base;		/* the item as stored; NULL: only known as the
								 * old row */
	bool		rechecked;		/* the plan's row is not what it comes from any
								 * more */
} ChangedRow;

static void finish_oldest(RowChange *change);

/* ---- begin ---- */

static void
prepare_assignments(RowChange *change, ResultRelInfo *info, EState *estate)
{
	const Table *table = change->table;
	Bitmapset  *updated = ExecGetUpdatedCols(info, estate);
	int			i;

	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];
		RowStamp   *stamp;
		Expr	   *value;

		if (column->name == NULL)
			continue;
		if (bms_is_member(i + 1 - FirstLowInvalidHeapAttributeNumber, updated))
		{
			change->assigned = lappend_int(change->assigned, i + 1);
			continue;
		}
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

static void
settle_rows(void *source)
{
	RowChange  *change = (RowChange *) source;

	while (change->writer->writes != NIL)
		finish_oldest(change);
}

/* Several rows at once, if planning has seen to it and nothing forbids it. */
static void
prepare_concurrency(RowChange *change)
{
	ModifyTableState *mtstate = change->mtstate;
	Writer	   *writer = change->writer;

	if (mtstate->mt_transition_capture == NULL &&
		write_behind_may(change->info->ri_RelationDesc))
		change->behind = write_behind_of(mtstate);
	writer->returning = change->behind == NULL;
	if (change->behind == NULL)
		return;
	writer->max_concurrency =
		option_max_concurrency(change->table->server_id);
	writer->moves = mtstate->operation == CMD_UPDATE;
	write_behind_add(change->behind, writer, settle_rows, change);
}

RowChange *
row_change_begin(ModifyTableState *mtstate, ResultRelInfo *info, Oid user_id)
{
	EState	   *estate = mtstate->ps.state;
	RowChange  *change = palloc0(sizeof(RowChange));
	const Table *table;

	table = description_of_table(RelationGetRelid(info->ri_RelationDesc),
								 user_id);
	key_check_writable(table);
	constraint_check_generated(table, info->ri_RelationDesc);
	change->table = table;
	change->mtstate = mtstate;
	change->info = info;
	change->context = AllocSetContextCreate(CurrentMemoryContext,
											"dynamorm_fdw rows",
											ALLOCSET_DEFAULT_SIZES);
	statement_counters_attach(&change->counters, estate);
	change->writer = writer_make(estate, table, user_id, &change->counters);
	change->writer->read_columns =
		bms_make_singleton(0 - FirstLowInvalidHeapAttributeNumber);
	change->old_slot =
		ExecInitExtraTupleSlot(estate, RelationGetDescr(info->ri_RelationDesc),
							   &TTSOpsVirtual);
	change->whole_row =
		ExecFindJunkAttributeInTlist(outerPlanState(mtstate)->plan->targetlist,
									 mtstate->operation == CMD_DELETE
									 ? WHOLE_ROW_OF_DELETE
									 : WHOLE_ROW_OF_UPDATE);
	if (!AttributeNumberIsValid(change->whole_row))
		elog(ERROR, "could not find the row that was read");
	if (mtstate->operation == CMD_UPDATE)
		prepare_assignments(change, info, estate);
	prepare_concurrency(change);
	return change;
}

/* ---- the row that was read ---- */

/*
 * Of a short row that comes out of a hash table or a sort core makes a copy
 * that is aligned, in the memory of the statement, and forgets it.  It is of
 * use up to the AFTER triggers of its row, so the one before is freed.
 * Source: ExecModifyTable().
 */
static void
free_copy_of_last_row(RowChange *change, TupleTableSlot *plan_slot)
{
	TupleTableSlot *old = change->info->ri_oldTupleSlot;
	MemoryContext context = change->mtstate->ps.state->es_query_cxt;
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
	TupleTableSlot *slot = change->old_slot;
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
	tuple.t_tableOid = change->table->relation_id;
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
	TupleTableSlot *slot = change->old_slot;
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
	TupleTableSlot *old = change->old_slot;
	const Column *missing;
	DynamoItem *key = key_of_row(change->table, old->tts_values,
								 old->tts_isnull, &missing);

	if (key == NULL)
		column_raise_null(change->table, missing, NULL);
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

/* Attributes that are no columns in SQL, but which columns are read out of. */
static List *
spelled_in_texts(const RowChange *change)
{
	const Table *table = change->table;
	TupleTableSlot *old = change->old_slot;
	List	   *conditions = NIL;

	for (int i = 0; i < table->made_count; i++)
	{
		const Column *made = table->made[i];

		if (made->attnum != 0 || made->key != KEY_NONE)
			continue;
		conditions = lappend(conditions,
							 condition_attribute_is(made->attribute_name,
													table_make_attribute(table, made,
																		 old->tts_values,
																		 old->tts_isnull)));
	}
	return conditions;
}

/* Condition: the attributes are as we would spell the old row. */
static Condition *
spelled_as_old_row(const RowChange *change)
{
	const Table *table = change->table;
	List	   *conditions;
	int			i;

	conditions = list_make1(condition_item_exists(table));
	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];
		DocumentPath *path;
		AttributeValue *value;

		if (column->name == NULL || column->key != KEY_NONE ||
			column->source != NULL)
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
	conditions = list_concat(conditions, spelled_in_texts(change));
	return condition_and(conditions);
}

/*
 * Is the stored item the row that was read?  Then *base may stand for it.
 */
static bool
is_old_row(const RowChange *change, const Datum *values, const bool *nulls)
{
	const Table *table = change->table;
	TupleTableSlot *old = change->old_slot;
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
	ExprContext *context = GetPerTupleExprContext(change->mtstate->ps.state);
	ListCell   *cell;

	context->ecxt_scantuple = change->old_slot;
	foreach(cell, change->stamps)
	{
		RowStamp   *stamp = (RowStamp *) lfirst(cell);
		int			i = stamp->column->attnum - 1;

		slot->tts_values[i] = ExecEvalExpr(stamp->value, context,
										   &slot->tts_isnull[i]);
	}
}

static List *
changed_columns(RowChange *change, const ChangedRow *row, TupleTableSlot *slot)
{
	const Table *table = change->table;
	TupleTableSlot *old = change->old_slot;
	List	   *actions = NIL;
	int			i;

	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];

		if (column->name != NULL && column->source == NULL &&
			!column_datum_unchanged(column,
									old->tts_isnull[i], old->tts_values[i],
									slot->tts_isnull[i], slot->tts_values[i]))
			actions = list_concat(actions,
								  column_actions(table, column, row->base,
												 slot->tts_isnull[i],
												 slot->tts_values[i],
												 row->write.readable_key));
	}
	for (i = 0; i < table->made_count; i++)
	{
		const Column *made = table->made[i];

		if (made->attnum == 0 &&
			made_column_is_due(made, change->assigned, row_values_of(old),
							   row_values_of(slot)))
			actions = lappend(actions,
							  made_column_action(table, made,
												 row_values_of(slot)));
	}
	return actions;
}

/* Is the document column given another value? */
static bool
changes_document(const RowChange *change, TupleTableSlot *slot)
{
	const Column *column = change->table->document;
	TupleTableSlot *old = change->old_slot;
	int			i;

	if (column == NULL)
		return false;
	i = column->attnum - 1;
	return !column_datum_unchanged(column,
								   old->tts_isnull[i], old->tts_values[i],
								   slot->tts_isnull[i], slot->tts_values[i]);
}

/* ---- the write ---- */

/* On condition of the whole row that was read. */
static const char *
conditional_expressions(const RowChange *change, const ChangedRow *row,
						List *actions)
{
	Bitmapset  *all =
		bms_make_singleton(0 - FirstLowInvalidHeapAttributeNumber);
	Condition  *condition;
	char	   *expressions;

	condition = row->base != NULL
		? compute_unchanged(change->table, all, row->base)
		: spelled_as_old_row(change);
	expressions = operation_expressions(actions, condition, true);
	if (expressions == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("row of foreign table \"%s\" has too many columns for one conditional DynamoDB request",
						change->table->relation_name)));
	return expressions;
}

/* Says what is to be written, of the old row and the new one in the slots. */
static void
prepare_write(ChangedRow *row, TupleTableSlot *slot)
{
	RowChange  *change = row->change;
	const Table *table = change->table;
	ItemWrite  *write = &row->write;
	List	   *actions = NIL;
	bool		moves = false;

	write->next = NEXT_WRITE;
	if (row->base == NULL && change->writer->is_atomic)
	{
		write->next = NEXT_READ;
		return;
	}
	if (change->mtstate->operation == CMD_UPDATE)
	{
		slot_getallattrs(slot);
		stamp_new_row(change, slot);
		made_column_fill_again(table, change->assigned,
							   row_values_of(change->old_slot),
							   row_values_of(slot));
		constraint_check_row(table, change->info, slot,
							 change->mtstate->ps.state, WCO_RLS_UPDATE_CHECK,
							 write->readable_key);
		actions = changed_columns(change, row, slot);
		moves = key_change_wanted(table, write->key, &actions);

		/* all of the item goes under the new key, or into the document */
		if (row->base == NULL && (moves || changes_document(change, slot)))
		{
			write->next = NEXT_READ;
			return;
		}
	}
	if (moves)
	{
		write->next = NEXT_MOVE;
		write->new_item = key_change_new_item(row->base, actions);
		write->expressions = change->writer->is_atomic ? NULL
			: key_change_expressions(table, row->base);
	}
	else if (change->writer->is_atomic)
	{
		write->assigned = actions;
		write->image = change->mtstate->operation == CMD_UPDATE
			? item_copy(key_change_new_item(row->base, actions)) : NULL;
	}
	else
		write->expressions = conditional_expressions(change, row, actions);
}

/* Core shows them the row that it knows, which is the one that was read. */
static bool
triggers_see_old_row(const TriggerDesc *triggers, CmdType operation)
{
	if (triggers == NULL)
		return false;
	return operation == CMD_UPDATE
		? triggers->trig_update_before_row || triggers->trig_update_after_row
		: triggers->trig_delete_before_row || triggers->trig_delete_after_row;
}

/*
 * The row was changed meanwhile: EvalPlanQual checks the join and WHERE again
 * and computes anew.  Returns the plan's slot for the current row, or NULL if
 * it does not qualify.
 */
static TupleTableSlot *
recheck_row(RowChange *change, const ChangedRow *row, Datum *values,
			bool *nulls)
{
	ResultRelInfo *info = change->info;
	EPQState   *epqstate = &change->mtstate->mt_epqstate;
	Relation	relation = info->ri_RelationDesc;
	TupleTableSlot *input;
	TupleTableSlot *result;
	MemoryContext old;
	HeapTuple	tuple;

	if (triggers_see_old_row(info->ri_TrigDesc, change->mtstate->operation))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not change an item of table \"%s\" because it was changed meanwhile, and row triggers see it as it was read",
						change->table->table_name),
				 errdetail("Item %s.", row->write.readable_key),
				 errhint("Retry the statement.")));

	/* rows of other tables are taken from the plan's row */
	EvalPlanQualSetSlot(epqstate, row->plan_slot);
	input = EvalPlanQualSlot(epqstate, relation, info->ri_RangeTableIndex);
	tuple = heap_form_tuple(RelationGetDescr(relation), values, nulls);
	tuple->t_tableOid = RelationGetRelid(relation);
	ExecForceStoreHeapTuple(tuple, input, false);

	/* what it makes at its first call stays for the statement */
	old = MemoryContextSwitchTo(change->mtstate->ps.state->es_query_cxt);
	result = EvalPlanQual(epqstate, relation, info->ri_RangeTableIndex, input);
	MemoryContextSwitchTo(old);
	return TupIsNull(result) ? NULL : result;
}

/* The new row of the plan's, as ExecUpdate() prepares it. */
static TupleTableSlot *
recomputed_row(const RowChange *change, TupleTableSlot *plan_slot)
{
	ResultRelInfo *info = change->info;
	TupleConstr *constraints = RelationGetDescr(info->ri_RelationDesc)->constr;
	TupleTableSlot *slot = ExecGetUpdateNewTuple(info, plan_slot,
												 change->old_slot);

	if (constraints != NULL && constraints->has_generated_stored)
		ExecComputeStoredGenerated(info, change->mtstate->ps.state, slot,
								   CMD_UPDATE);
	return slot;
}

/* Core's slots hold the row that core is at. */
static void
look_at_row(const ChangedRow *row)
{
	RowChange  *change = row->change;
	TupleTableSlot *old = change->old_slot;

	if (row->base == NULL)
	{
		load_old_row(change, row->plan_slot);
		return;
	}
	ExecClearTuple(old);
	table_decode_item(change->table, row->base, NULL,
					  old->tts_values, old->tts_isnull);
	ExecStoreVirtualTuple(old);
}

/*
 * The item, as it now is, becomes the base: it still is the row that was read,
 * only spelled differently, or it is another, and must be checked again.
 */
static void
decide_change(ItemWrite *write, const DynamoItem *item)
{
	ChangedRow *row = (ChangedRow *) write;
	RowChange  *change = row->change;
	const Table *table = change->table;
	Datum	   *values = palloc(sizeof(Datum) * table->column_count);
	bool	   *nulls = palloc(sizeof(bool) * table->column_count);
	TupleTableSlot *plan_slot = row->plan_slot;
	bool		is_same;

	write->next = NEXT_NOTHING;
	if (item == NULL || own_write_passes_over(change->writer, write->key))
		return;
	if (row->slot == NULL)
		look_at_row(row);
	item = item_copy(item);
	table_decode_item(table, item, NULL, values, nulls);
	is_same = is_old_row(change, values, nulls);
	if (!is_same || (row->slot == NULL && row->rechecked))
	{
		plan_slot = recheck_row(change, row, values, nulls);
		row->rechecked = true;
	}
	row->base = item;
	if (!is_same)
		look_at_row(row);
	if (plan_slot == NULL)
		return;

	if (change->mtstate->operation == CMD_UPDATE &&
		(plan_slot != row->plan_slot || row->slot == NULL))
		prepare_write(row, recomputed_row(change, plan_slot));
	else
		prepare_write(row, row->slot);
}

/* ---- rows one at a time ---- */

static ChangedRow *
make_changed_row(RowChange *change, TupleTableSlot *slot,
				 TupleTableSlot *plan_slot)
{
	ChangedRow *row = palloc0(sizeof(ChangedRow));
	ItemWrite  *write = &row->write;

	load_old_row(change, plan_slot);
	row->change = change;
	row->plan_slot = plan_slot;
	row->slot = slot;
	write->context = CurrentMemoryContext;
	write->key = key_of_old_row(change);
	write->readable_key = table_readable_key(change->table, write->key);
	write->decide = decide_change;
	write->skips_changed = true;
	write->kind = change->mtstate->operation == CMD_UPDATE
		? WRITE_UPDATE : WRITE_DELETE;
	return row;
}

static void
store_item(const RowChange *change, TupleTableSlot *slot,
		   const DynamoItem *item)
{
	ExecClearTuple(slot);
	table_decode_item(change->table, item, NULL,
					  slot->tts_values, slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
	slot->tts_tableOid = change->table->relation_id;
}

/*
 * What RETURNING calls old is the row that was replaced: core knows the one
 * that was read.
 */
static void
show_replaced_row(const RowChange *change)
{
	TupleTableSlot *shown = change->info->ri_oldTupleSlot;
	MemoryContext old;
	HeapTuple	tuple;

	if (change->info->ri_projectReturning == NULL || shown == NULL)
		return;
	old = MemoryContextSwitchTo(shown->tts_mcxt);
	tuple = ExecCopySlotHeapTuple(change->old_slot);
	MemoryContextSwitchTo(old);
	tuple->t_tableOid = change->table->relation_id;
	ExecForceStoreHeapTuple(tuple, shown, true);
}

/*
 * Writes the row to its end; NULL if there is nothing to change.  A row that
 * this statement has changed already is none.
 */
static TupleTableSlot *
change_row(RowChange *change, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	ChangedRow *row = make_changed_row(change, slot, plan_slot);

	if (own_write_passes_over(change->writer, row->write.key))
		return NULL;
	prepare_write(row, slot);
	writer_submit(change->writer, &row->write);
	(void) writer_next_done(change->writer);
	if (row->write.state != ITEM_WRITTEN)
		return NULL;
	if (row->rechecked)
		show_replaced_row(change);
	store_item(change, slot, row->write.item);
	return slot;
}

/* ---- several rows at once ---- */

/*
 * Hands out the oldest row.  It was counted when core went on; one that turned
 * out to be gone, or not to qualify any more, takes that back.
 */
static void
finish_oldest(RowChange *change)
{
	ItemWrite  *write = writer_next_done(change->writer);
	ModifyTableState *mtstate = change->mtstate;
	ChangedRow *row = (ChangedRow *) write;
	MemoryContext old;

	if (write->state != ITEM_WRITTEN && mtstate->canSetTag)
		mtstate->ps.state->es_processed--;
	ExecClearTuple(row->plan_slot);
	old = MemoryContextSwitchTo(change->context);
	change->free_slots = lappend(change->free_slots, row->plan_slot);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(write->context);
}

/* A copy of the plan's row, for when core has gone on. */
static TupleTableSlot *
keep_plan_row(RowChange *change, TupleTableSlot *plan_slot)
{
	EState	   *estate = change->mtstate->ps.state;
	TupleTableSlot *kept;
	MemoryContext old = MemoryContextSwitchTo(estate->es_query_cxt);

	if (change->free_slots == NIL)
		kept = ExecInitExtraTupleSlot(estate, plan_slot->tts_tupleDescriptor,
									  plan_slot->tts_ops);
	else
	{
		kept = llast(change->free_slots);
		change->free_slots = list_delete_last(change->free_slots);
	}
	MemoryContextSwitchTo(old);
	ExecCopySlot(kept, plan_slot);
	return kept;
}

/*
 * Makes room for the row: waits for one that has its item, and for the oldest
 * if there are too many.  True if another row's values may have gone into
 * core's slots meanwhile.
 */
static bool
make_room_for(RowChange *change, const ChangedRow *row)
{
	Writer	   *writer = change->writer;
	bool		has_waited = false;

	while (writer_find(writer, row->write.key) != NULL ||
		   list_length(writer->writes) >= writer_concurrency(writer))
	{
		finish_oldest(change);
		has_waited = true;
	}
	return has_waited;
}

/*
 * Starts to write the row, and does not wait for it.  A second row for an item
 * that is under way waits: it is none only if the first was written.
 */
static TupleTableSlot *
start_row_change(RowChange *change, TupleTableSlot *slot,
				 TupleTableSlot *plan_slot)
{
	MemoryContext context = AllocSetContextCreate(change->context,
												  "dynamorm_fdw row",
												  ALLOCSET_SMALL_SIZES);
	ChangedRow *row;
	bool		has_waited;

	MemoryContextSwitchTo(context);
	row = make_changed_row(change, slot, plan_slot);
	has_waited = make_room_for(change, row);
	if (own_write_passes_over(change->writer, row->write.key))
	{
		MemoryContextSwitchTo(change->context);
		MemoryContextDelete(context);
		return NULL;
	}
	if (has_waited)
	{
		look_at_row(row);
		if (change->mtstate->operation == CMD_UPDATE)
			slot = recomputed_row(change, plan_slot);
	}
	prepare_write(row, slot);
	row->plan_slot = keep_plan_row(change, plan_slot);
	row->slot = NULL;
	writer_submit(change->writer, &row->write);
	MemoryContextSwitchTo(change->context);
	if (writer_concurrency(change->writer) == 1)
		settle_rows(change);

	/* it shall leave before core looks for the next row */
	request_poll(change->writer->connection);
	return slot;
}

/* ---- entry ---- */

TupleTableSlot *
row_change_apply(RowChange *change, TupleTableSlot *slot,
				 TupleTableSlot *plan_slot)
{
	MemoryContext old = MemoryContextSwitchTo(change->context);
	TupleTableSlot *volatile result = NULL;

	free_copy_of_last_row(change, plan_slot);
	if (change->behind == NULL)
		MemoryContextReset(change->context);
	PG_TRY();
	{
		result = change->behind == NULL
			? change_row(change, slot, plan_slot)
			: start_row_change(change, slot, plan_slot);
	}
	PG_CATCH();
	{
		writer_rethrow(change->writer, NULL);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(old);
	return result;
}

const RequestCounters *
row_change_counters(const RowChange *change)
{
	return &change->counters;
}
