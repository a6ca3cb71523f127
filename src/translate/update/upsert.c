/*
 * upsert.c
 *		INSERT ... ON CONFLICT DO UPDATE as one conditional update.
 *
 *		SET c = excluded.c				SET c = :inserted
 *		SET n = n + 1, 1 inserted		SET n = if_not_exists(n, :0) + :1
 *		c not assigned					SET c = if_not_exists(c, :inserted),
 *										guarded: an item that exists has it
 */
#include "postgres.h"

#include "compat.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "translate/codec/codec_number.h"
#include "translate/condition/condition.h"
#include "translate/key/item_key.h"
#include "translate/key/made_text.h"
#include "translate/table/table_template.h"
#include "translate/update/made_update.h"
#include "translate/update/update.h"
#include "translate/update/upsert.h"

typedef struct UpsertBuilder
{
	UpsertTranslation *translation;
	List	   *guards;			/* of Condition, for an item that exists */
} UpsertBuilder;

/* Are two values the same, or two that are not known yet shown the same? */
static bool
same_operand(const Operand *a, const Operand *b)
{
	if (a->kind != OPERAND_VALUE || b->kind != OPERAND_VALUE)
		return false;
	if (a->value == NULL || b->value == NULL)
		return a->value == b->value && strcmp(a->label, b->label) == 0;
	return attribute_equal(a->value, b->value);
}

static bool
is_empty_list(const Operand *operand)
{
	return operand->kind == OPERAND_VALUE && operand->value != NULL &&
		operand->value->type == ATTRIBUTE_L && operand->value->length == 0;
}

static bool
is_number(const Operand *operand)
{
	return operand->kind == OPERAND_VALUE && operand->value != NULL &&
		operand->value->type == ATTRIBUTE_N;
}

static Datum
number_of(const Operand *operand)
{
	return DirectFunctionCall3(numeric_in,
							   CStringGetDatum(operand->value->u.text),
							   ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(-1));
}

static const char *
label_of(const Operand *operand)
{
	StringInfoData text;

	if (operand->value == NULL)
		return operand->label;
	initStringInfo(&text);
	attribute_append_readable(&text, operand->value);
	return text.data;
}

/* left + right, or left - right; NULL if that is no number to store. */
static Operand *
sum_of(const Operand *left, const Operand *right, bool negate)
{
	AttributeValue *value = palloc(sizeof(AttributeValue));
	Datum		sum;

	if (left->kind != OPERAND_VALUE || right->kind != OPERAND_VALUE)
		return NULL;
	if (negate && same_operand(left, right))
		return operand_value(attribute_make_text(ATTRIBUTE_N, pstrdup("0"), 1));
	if (left->value == NULL || right->value == NULL)
		return operand_unknown(psprintf("(%s %c %s)", label_of(left),
										negate ? '-' : '+', label_of(right)));
	if (!is_number(left) || !is_number(right))
		return NULL;
	sum = DirectFunctionCall2(negate ? numeric_sub : numeric_add,
							  number_of(left), number_of(right));
	return number_encode_numeric(sum, value) == ENCODE_OK
		? operand_value(value) : NULL;
}

/*
 * What an operand is where there is no item, as far as it is plain to see;
 * NULL: it is not, or there it would be an error.
 */
static const Operand *
operand_without_item(const Operand *operand)
{
	const Operand *left;

	switch (operand->kind)
	{
		case OPERAND_VALUE:
			return operand;
		case OPERAND_IF_NOT_EXISTS:
			return operand_without_item(operand->left);
		case OPERAND_LIST_APPEND:
			left = operand_without_item(operand->left);
			if (left != NULL && is_empty_list(left))
				return operand_without_item(operand->right);
			if (is_empty_list(operand->right))
				return left;
			return operand->right->kind == OPERAND_IF_NOT_EXISTS &&
				is_empty_list(operand->right->left) ? left : NULL;
		case OPERAND_PLUS:
		case OPERAND_MINUS:
			left = operand_without_item(operand->left);
			return left == NULL ? NULL
				: sum_of(left, operand->right,
						 operand->kind == OPERAND_MINUS);
		default:
			return NULL;
	}
}

/*
 * An action on a whole attribute that has to leave the inserted value where
 * there is no item.  NULL if none does both.
 */
static UpdateAction *
action_for_both(const UpdateAction *action, Operand *inserted)
{
	Operand    *operand = action->operand;
	const Operand *without;

	if (action->kind == UPDATE_REMOVE || action->kind == UPDATE_DELETE)
		return inserted == NULL ? unconstify(UpdateAction *, action) : NULL;
	if (inserted == NULL)
		return NULL;
	without = operand_without_item(operand);
	if (without != NULL && same_operand(without, inserted))
		return unconstify(UpdateAction *, action);

	/*
	 * c + d and c - d, which have no value without an item, can be given one
	 */
	if (action->kind == UPDATE_SET &&
		(operand->kind == OPERAND_PLUS || operand->kind == OPERAND_MINUS) &&
		operand->left->kind == OPERAND_PATH &&
		operand->right->kind == OPERAND_VALUE &&
		path_equal(operand->left->path, action->path))
	{
		Operand    *base = sum_of(inserted, operand->right,
								  operand->kind == OPERAND_PLUS);

		if (base != NULL)
			return update_action(UPDATE_SET, action->path,
								 operand_binary(operand->kind,
												operand_if_not_exists(action->path,
																	  base),
												operand->right));
	}
	return NULL;
}

static const UpdateAction *
action_on(List *actions, const Column *column)
{
	DocumentPath *path = path_make(column->attribute_name);
	ListCell   *cell;

	foreach(cell, actions)
	{
		const UpdateAction *action = (const UpdateAction *) lfirst(cell);

		if (path_overlaps(action->path, path))
			return action;
	}
	return NULL;
}

/* One column; false if there is no action that does both. */
static bool
combine_column(UpsertBuilder *builder, const Column *column,
			   const UpdateAction *action, Operand *inserted)
{
	DocumentPath *path = path_make(column->attribute_name);
	UpdateAction *both;

	if (action == NULL && inserted == NULL)
		return true;
	if (action == NULL)
	{
		builder->guards = lappend(builder->guards, condition_exists(path));
		both = update_action(UPDATE_SET, path,
							 operand_if_not_exists(path, inserted));
	}
	else if (action->path->step_count > 1)
		return false;
	else
		both = action_for_both(action, inserted);
	if (both == NULL)
		return false;
	builder->translation->actions = lappend(builder->translation->actions,
											both);
	return true;
}

static UpdateAction *
action_of_constant(const Column *column)
{
	return update_action(UPDATE_SET, path_make(column->attribute_name),
						 operand_value(column->template->constant));
}

static bool
is_assigned(List *assignments, const Column *column)
{
	ListCell   *cell;

	foreach(cell, assignments)
		if (((Assignment *) lfirst(cell))->column == column)
			return true;
	return false;
}

/*
 * Of the inserted values those that the item has which is there, unless two
 * rows have one key.
 */
static Operand **
key_operands(const Table *table, Operand *const *inserted)
{
	Operand   **operands = palloc0(Max(table->column_count, 1) *
								   sizeof(Operand *));

	for (int i = 0; i < table->column_count; i++)
		if (table->columns[i].in_key && table->columns[i].source == NULL)
			operands[i] = inserted[i];
	return operands;
}

static bool
is_known(const Operand *operand)
{
	return operand != NULL && operand->value != NULL;
}

/*
 * The inserted values, in which columns that are made of others show that as
 * long as those are not known.
 */
static Operand *const *
with_made_operands(const Table *table, Operand *const *inserted)
{
	Operand   **all = palloc(Max(table->column_count, 1) * sizeof(Operand *));

	memcpy(all, inserted, table->column_count * sizeof(Operand *));
	for (int i = table->constant_count; i < table->made_count; i++)
	{
		const Column *made = table->made[i];
		const Template *template = made->template;
		const Column *column = made->attnum != 0 ? made
			: table_reader_of(made);
		Operand   **fields = palloc0(template->count * sizeof(Operand *));
		bool		has_all = true;
		TemplateProblem problem;
		const TemplatePart *culprit;

		if (is_known(inserted[column->attnum - 1]))
			continue;
		for (int n = 0; n < template->count; n++)
		{
			if (template->parts[n].literal != NULL)
				continue;
			fields[n] = inserted[template->parts[n].column->attnum - 1];
			has_all &= fields[n] != NULL;
		}
		if (has_all)
			all[column->attnum - 1] = made_operand(made, fields, &problem,
												   &culprit);
	}
	return all;
}

static void
add_made_updates(Scope *scope, Operand *const *inserted, List *clauses,
				 List *assignments, UpdateTranslation *update)
{
	KnownFields known = {
		.operands = key_operands(scope->table, inserted),
		.guards = &update->guards
	};

	update->obstacle = made_update_actions(scope, assignments, clauses,
										   &known, &update->actions);
}

UpsertTranslation *
upsert_translate(Scope *scope, Operand *const *inserted, List *clauses,
				 List *assignments)
{
	const Table *table = scope->table;
	UpsertTranslation *translation = palloc0(sizeof(UpsertTranslation));
	UpsertBuilder builder = {.translation = translation};
	UpdateTranslation *update = update_translate(scope, assignments);
	Condition  *where = condition_translate_list(scope, clauses, SENSE_MUST,
												 NULL);
	int			i;

	inserted = with_made_operands(table, inserted);
	if (update->obstacle == NULL)
		add_made_updates(scope, inserted, clauses, assignments, update);
	if (where->kind == CONDITION_FALSE)
		translation->obstacle = "WHERE";
	else if (update->obstacle != NULL)
		translation->obstacle = psprintf("SET %s", update->obstacle);
	for (i = 0; i < table->column_count && translation->obstacle == NULL; i++)
	{
		const Column *column = &table->columns[i];

		if (column->name == NULL || table_is_key_attribute(column) ||
			table_column_of_attribute(column) != column)
			continue;
		/* which all rows have, and the condition asks for */
		if (column->template != NULL && column->template->field_count == 0)
		{
			translation->actions =
				lappend(translation->actions, action_of_constant(column));
			continue;
		}

		/* the members of the document are attributes of their own */
		if (column->is_document
			? inserted[i] != NULL || is_assigned(assignments, column)
			: !combine_column(&builder, column,
							  action_on(update->actions, column),
							  inserted[i]))
			translation->obstacle =
				psprintf("SET %s, which gives an old item another value than a new one",
						 column->name);
	}
	if (translation->obstacle == NULL &&
		!update_creates_item(translation->actions))
		translation->obstacle = "SET, which may leave nothing to write";
	if (translation->obstacle != NULL)
		return translation;

	where = condition_both(where,
						   condition_both(condition_and(update->guards),
										  condition_and(builder.guards)));
	translation->condition =
		condition_absent_or_row(table, where);
	return translation;
}
