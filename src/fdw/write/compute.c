/*
 * compute.c
 *		The computed path: WHERE and SET evaluated here, on an item that was
 *		read, and written on condition that what was read still stands.
 */
#include "postgres.h"

#include "compat.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_attribute.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/rel.h"

#include "client/request/operation.h"
#include "fdw/column_set.h"
#include "fdw/evaluate.h"
#include "fdw/write/column_action.h"
#include "fdw/write/compute.h"
#include "fdw/write/constraint.h"
#include "fdw/write/key_change.h"
#include "fdw/write/made_column.h"
#include "translate/codec/codec_number.h"
#include "translate/key/item_key.h"
#include "translate/table/table_template.h"
#include "translate/update/document.h"
#include "translate/update/made_update.h"

/*
 * As many assigned columns that have their new values already are left out of
 * an image's write.
 */
#define MOST_HELD		50

Computation *
computation_make(const WriteStatement *statement, List *clauses,
				 List *assignments)
{
	Computation *computation = palloc0(sizeof(Computation));
	PlanState  *parent = statement->evaluator->plan_state;
	ListCell   *cell;

	computation->assignments = assignments;
	computation->where = evaluate_prepare_qual(clauses, parent);
	foreach(cell, statement->multi_selects)
		computation->multi_selects = lappend(computation->multi_selects,
											 evaluate_prepare(lfirst(cell),
															  parent));
	foreach(cell, assignments)
	{
		Assignment *assignment = (Assignment *) lfirst(cell);

		computation->values = lappend(computation->values,
									  evaluate_prepare(assignment->expr,
													   parent));
	}
	return computation;
}

const bool *
compute_loaded_columns(const Table *table, Bitmapset *read_columns,
					   bool whole_row)
{
	bool	   *columns;

	if (whole_row)
		return NULL;
	columns = column_set_to_flags(table, read_columns);
	for (int i = 0; i < table->column_count; i++)
		columns[i] |= table->columns[i].in_key;
	return columns;
}

/*
 * What a new item of the key has: the columns that the key is made of, and the
 * constants.
 */
static List *
creation_actions(const WriteStatement *statement)
{
	List	   *actions = NIL;
	const char *obstacle;

	obstacle = made_creation_actions(&statement->evaluator->scope,
									 statement->clauses, &actions);
	if (obstacle != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("dyn_upsert() needs a WHERE that fixes column \"%s\" of foreign table \"%s\"",
						obstacle, statement->table->relation_name),
				 errhint("Add an equality on column \"%s\".", obstacle)));
	return actions;
}

bool
compute_is_other_row(const WriteStatement *statement, const DynamoItem *item,
					 const DynamoItem *key)
{
	const Table *table = statement->table;
	const DynamoItem *start;
	List	   *actions = NIL;

	if (table->made_count == 0 ||
		made_creation_actions(&statement->evaluator->scope,
							  statement->clauses, &actions) != NULL)
		return false;
	start = key_change_new_item(key, actions);
	for (int i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];
		const AttributeValue *stored;
		const AttributeValue *given;

		if (column->name == NULL || !column->in_key)
			continue;
		stored = table_column_value(column, item);
		given = table_column_value(column, start);
		if (stored != NULL && given != NULL && !scalars_equal(stored, given))
			return true;
	}
	return false;
}

static const DynamoItem *
start_item(const WriteStatement *statement, const DynamoItem *key)
{
	return statement->table->made_count == 0 ? key
		: key_change_new_item(key, creation_actions(statement));
}

void
compute_load(const WriteStatement *statement, const DynamoItem *item,
			 const DynamoItem *key, const char *readable_key)
{
	TupleTableSlot *slot = statement->old_slot;

	ExecClearTuple(slot);
	table_decode_item(statement->table, item != NULL ? item
					  : start_item(statement, key), statement->loaded_columns,
					  slot->tts_values, slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
	slot->tts_tableOid = statement->table->relation_id;
	statement->evaluator->context->ecxt_scantuple = slot;
}

bool
compute_where(const WriteStatement *statement, const Computation *computation)
{
	return ExecQual(computation->where, statement->evaluator->context);
}

/* What stamp_creation() will write, for what is made of it. */
static void
show_creation_stamp(const WriteStatement *statement)
{
	int			i = statement->created_at->attnum - 1;
	Datum		value;

	if (scope_value(&statement->evaluator->scope, statement->created_at_value,
					&value) != VALUE_KNOWN)
		return;
	statement->new_slot->tts_values[i] = value;
	statement->new_slot->tts_isnull[i] = false;
}

/*
 * Evaluates every SET item on the old row before any is stored in the new one.
 */
static void
evaluate_new_row(const WriteStatement *statement,
				 const Computation *computation, bool is_created)
{
	TupleTableSlot *old = statement->old_slot;
	TupleTableSlot *new = statement->new_slot;
	ExprContext *context = statement->evaluator->context;
	ListCell   *assignment_cell;
	ListCell   *value_cell;
	ListCell   *cell;
	bool		isnull;

	foreach(cell, computation->multi_selects)
		(void) ExecEvalExpr((ExprState *) lfirst(cell), context, &isnull);

	ExecClearTuple(new);
	memcpy(new->tts_values, old->tts_values,
		   sizeof(Datum) * statement->table->column_count);
	memcpy(new->tts_isnull, old->tts_isnull,
		   sizeof(bool) * statement->table->column_count);

	forboth(assignment_cell, computation->assignments,
			value_cell, computation->values)
	{
		Assignment *assignment = (Assignment *) lfirst(assignment_cell);
		int			i = assignment->column->attnum - 1;

		new->tts_values[i] = ExecEvalExpr((ExprState *) lfirst(value_cell),
										  context, &new->tts_isnull[i]);
	}
	if (is_created && statement->created_at != NULL)
		show_creation_stamp(statement);
	ExecStoreVirtualTuple(new);
	new->tts_tableOid = statement->table->relation_id;

	/* all of them, whatever is assigned: the slot has none of their values */
	if (statement->generates)
		ExecComputeStoredGenerated(statement->result_info, statement->estate,
								   new, CMD_INSERT);
	made_column_fill_again(statement->table,
						   made_assigned_numbers(computation->assignments),
						   row_values_of(old), row_values_of(new));
}

/*
 * What PostgreSQL checks of a row before it is stored, in its order: first
 * that nothing is NULL that must not be.
 */
static void
check_new_row(const WriteStatement *statement,
			  const Computation *computation, const char *readable_key)
{
	ListCell   *cell;

	foreach(cell, computation->assignments)
	{
		const Column *column = ((Assignment *) lfirst(cell))->column;

		if ((column->not_null || column->in_key) &&
			statement->new_slot->tts_isnull[column->attnum - 1])
			column_raise_null(statement->table, column, readable_key);
	}
	if (statement->check_locally)
		constraint_check_row(statement->table, statement->result_info,
							 statement->new_slot, statement->estate,
							 WCO_RLS_UPDATE_CHECK, readable_key);
}

static void
hold_column(Bitmapset **held, const Column *column)
{
	*held = bms_add_member(*held, column->attnum -
						   FirstLowInvalidHeapAttributeNumber);
}

/*
 * What has to be written for a column; with leave_out nothing, if it has its
 * new value already.  Then, and if what is written takes over parts of what is
 * stored, the column is added to those that the condition has to hold.
 */
static List *
actions_of_column(const WriteStatement *statement, const Column *column,
				  const DynamoItem *item, const char *readable_key,
				  bool leave_out, Bitmapset **held)
{
	TupleTableSlot *old = statement->old_slot;
	TupleTableSlot *new = statement->new_slot;
	int			i = column->attnum - 1;
	bool		loaded = statement->loaded_columns == NULL ||
		statement->loaded_columns[i];

	/* of a column that was not loaded nothing is known */
	if (leave_out && loaded &&
		column_datum_unchanged(column,
							   old->tts_isnull[i], old->tts_values[i],
							   new->tts_isnull[i], new->tts_values[i]))
	{
		hold_column(held, column);
		return NIL;
	}
	if (column_keeps_stored(column, item))
		hold_column(held, column);
	return column_actions(statement->table, column, item, new->tts_isnull[i],
						  new->tts_values[i], readable_key);
}

/*
 * Of attributes that are made of columns, those of which one is assigned; of a
 * new item all, but of its key only those, which tell whether SET changes it.
 */
static List *
actions_of_made(const WriteStatement *statement, const List *assignments,
				const DynamoItem *item)
{
	const Table *table = statement->table;
	RowValues	old = row_values_of(statement->old_slot);
	RowValues	new = row_values_of(statement->new_slot);
	List	   *assigned = made_assigned_numbers(assignments);
	List	   *actions = NIL;

	for (int i = item == NULL ? 0 : table->constant_count;
		 i < table->made_count; i++)
	{
		const Column *made = table->made[i];

		if ((item == NULL && made->key == KEY_NONE) ||
			made_column_is_due(made, assigned, old, new))
			actions = lappend(actions, made_column_action(table, made, new));
	}
	return actions;
}

/* What has to be written for the assigned columns, and the generated ones. */
static List *
actions_of_new_row(const WriteStatement *statement,
				   const Computation *computation, const DynamoItem *item,
				   const char *readable_key, bool leave_out, Bitmapset **held)
{
	TupleDesc	descriptor = statement->new_slot->tts_tupleDescriptor;
	List	   *actions = NIL;
	ListCell   *cell;
	int			i;

	foreach(cell, computation->assignments)
	{
		const Column *column = ((Assignment *) lfirst(cell))->column;

		if (column->source == NULL && column->template == NULL)
			actions = list_concat(actions,
								  actions_of_column(statement, column, item,
													readable_key, leave_out,
													held));
	}
	actions = list_concat(actions,
						  actions_of_made(statement, computation->assignments,
										  item));
	for (i = 0; statement->generates && i < descriptor->natts; i++)
		if (constraint_is_generated(descriptor, i + 1))
			actions = list_concat(actions,
								  actions_of_column(statement,
													&statement->table->columns[i],
													item, readable_key, leave_out,
													held));
	return actions;
}

static bool
has_action_on(List *actions, const DocumentPath *path)
{
	ListCell   *cell;

	foreach(cell, actions)
		if (path_overlaps(((UpdateAction *) lfirst(cell))->path, path))
			return true;
	return false;
}

/*
 * Adds the columns that the key of a new item is made of, and which it has,
 * where SET says nothing of them.
 */
static List *
add_fields_of_new_key(const WriteStatement *statement, List *actions)
{
	ListCell   *cell;

	if (statement->table->made_count == 0)
		return actions;
	foreach(cell, creation_actions(statement))
	{
		UpdateAction *action = (UpdateAction *) lfirst(cell);
		const Column *column =
			table_find_attribute(statement->table, action->path->steps[0].name,
								 strlen(action->path->steps[0].name));

		/* what is made is written as such */
		if (column->template == NULL && !has_action_on(actions, action->path))
			actions = lappend(actions, action);
	}
	return actions;
}

/* Stamps created_at where an upsert creates the item. */
static List *
stamp_creation(const WriteStatement *statement, List *actions)
{
	const Column *column = statement->created_at;
	CodecPlace	place = table_place(statement->table, column, NULL);
	Datum		value;

	if (scope_value(&statement->evaluator->scope, statement->created_at_value,
					&value) != VALUE_KNOWN)
		return actions;
	return lappend(actions,
				   update_action(UPDATE_SET,
								 path_make(column->attribute_name),
								 operand_value(codec_encode(column->codec,
															value, &place))));
}

/*
 * No write may be lost, neither ours nor another's: each attribute that a
 * write depends on is either set by the write, whatever it is by then, or held
 * by its condition.  Read by WHERE, SET, a constraint or a policy is one way
 * to depend on an attribute; that it is assigned, and left out of the write
 * because it has its new value already, is another.
 */
Condition *
compute_unchanged(const Table *table, Bitmapset *held_columns,
				  const DynamoItem *item)
{
	bool	   *held = column_set_to_flags(table, held_columns);
	List	   *conditions = NIL;
	int			i;

	if (item == NULL)
		return condition_item_absent(table);

	conditions = list_make1(condition_item_exists(table));
	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];

		if (!held[i] || table_is_key_attribute(column) ||
			column->is_document)
			continue;
		conditions = lappend(conditions,
							 condition_attribute_is(column->attribute_name,
												 item_find(item,
														   column->attribute_name)));
	}

	if (table->document != NULL && held[table->document->attnum - 1])
		for (i = 0; i < item->count; i++)
			if (!table_maps_attribute(table, item->attributes[i].name))
				conditions = lappend(conditions,
									 condition_attribute_is(item->attributes[i].name,
														 &item->attributes[i].value));
	return condition_and(conditions);
}

/*
 * Condition: of an assigned document, which is written attribute by attribute,
 * those that the write does not set are what they are in the item; and so are
 * those that have sets or binary data, which it keeps.
 */
static Condition *
document_unchanged(const Table *table, const DynamoItem *item, List *actions)
{
	List	   *conditions = NIL;
	int			i;

	for (i = 0; i < item->count; i++)
	{
		Attribute  *attribute = &item->attributes[i];

		if (table_maps_attribute(table, attribute->name))
			continue;
		if (!has_action_on(actions, path_make(attribute->name)) ||
			document_is_more_than_json(&attribute->value))
			conditions = lappend(conditions,
								 condition_attribute_is(attribute->name,
													 &attribute->value));
	}
	return condition_and(conditions);
}

static bool
assigns_document(const Computation *computation)
{
	ListCell   *cell;

	foreach(cell, computation->assignments)
		if (((Assignment *) lfirst(cell))->column->is_document)
			return true;
	return false;
}

static void
raise_too_large(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("statement is too large for one DynamoDB request"),
			 errdetail("An expression holds at most 4 KB and 300 operators."),
			 errhint("Assign or compare fewer columns at once.")));
}

static void
refuse_key_of_upsert(const WriteStatement *statement)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot create an item of foreign table \"%s\" and change its key at once",
					statement->table->relation_name),
			 errhint("Name the new key in the WHERE beside dyn_upsert().")));
}

/*
 * What a new item has beside what SET says of it.
 */
static List *
add_creation(const WriteStatement *statement, List *actions)
{
	actions = add_fields_of_new_key(statement, actions);
	if (statement->created_at != NULL)
		actions = stamp_creation(statement, actions);
	return actions;
}

/* Do the actions change the key?  If not, those on it are taken out. */
static bool
changes_key(const WriteStatement *statement, const DynamoItem *item,
			const DynamoItem *key, List **actions)
{
	if (!statement->assigns_key ||
		!key_change_wanted(statement->table, item != NULL ? item : key,
						   actions))
		return false;
	if (item == NULL)
		refuse_key_of_upsert(statement);
	return true;
}

static void
compute_new_row(const WriteStatement *statement,
				const Computation *computation, const DynamoItem *item,
				const char *readable_key)
{
	evaluate_new_row(statement, computation, item == NULL);
	check_new_row(statement, computation, readable_key);
}

/*
 * Nothing is left of an item that has expired; the new one is put in its
 * place.
 */
static void
put_new_item(const WriteStatement *statement, const DynamoItem *key,
			 List *actions, ComputedWrite *write)
{
	write->puts = true;
	write->new_item = key_change_new_item(key, actions);
	write->expressions =
		operation_expressions(NIL, condition_key_is_free(statement->table),
							  true);
}

ComputedWrite *
compute_write(const WriteStatement *statement, const Computation *computation,
			  const DynamoItem *item, const DynamoItem *key,
			  const char *readable_key)
{
	ComputedWrite *write = palloc0(sizeof(ComputedWrite));
	bool		is_update = statement->operation == CMD_UPDATE;
	bool		leave_out = is_update;

	if (is_update)
		compute_new_row(statement, computation, item, readable_key);
	for (;;)
	{
		Bitmapset  *held = bms_copy(statement->read_columns);
		List	   *actions = NIL;
		Condition  *condition;

		if (is_update)
			actions = actions_of_new_row(statement, computation, item,
										 readable_key, leave_out, &held);
		if (changes_key(statement, item, key, &actions))
		{
			write->new_item = key_change_new_item(item, actions);
			write->expressions = key_change_expressions(statement->table, item);
			return write;
		}
		if (is_update && item == NULL)
			actions = add_creation(statement, actions);
		if (item == NULL && statement->table->hides_expired)
		{
			put_new_item(statement, key, actions, write);
			return write;
		}

		condition = compute_unchanged(statement->table, held, item);
		if (item != NULL && assigns_document(computation))
			condition = condition_both(condition,
									   document_unchanged(statement->table,
														  item, actions));
		write->expressions = operation_expressions(actions, condition, true);
		if (write->expressions != NULL)
			return write;
		if (!leave_out)
			raise_too_large();

		/* to set a column takes less than to hold it */
		leave_out = false;
	}
}

ComputedImage *
compute_image(const WriteStatement *statement, const Computation *computation,
			  const DynamoItem *item, const DynamoItem *key,
			  const char *readable_key)
{
	ComputedImage *computed = palloc0(sizeof(ComputedImage));
	List	   *actions;

	if (statement->operation != CMD_UPDATE)
		return computed;
	compute_new_row(statement, computation, item, readable_key);
	actions = actions_of_new_row(statement, computation, item, readable_key,
								 true, &computed->seen);
	if (bms_num_members(computed->seen) > MOST_HELD)
	{
		/* to set a column takes less than to hold it */
		computed->seen = NULL;
		actions = actions_of_new_row(statement, computation, item,
									 readable_key, false, &computed->seen);
	}
	computed->moves = changes_key(statement, item, key, &actions);
	if (item == NULL)
		actions = add_creation(statement, actions);
	else if (assigns_document(computation))
		computed->seen =
			bms_add_member(computed->seen,
						   statement->table->document->attnum -
						   FirstLowInvalidHeapAttributeNumber);
	computed->assigned = actions;
	computed->image = key_change_new_item(item != NULL ? item : key, actions);
	return computed;
}
