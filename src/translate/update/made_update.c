/*
 * made_update.c
 *		Attributes that are made of columns, where an update sets these.
 */
#include "postgres.h"

#include "compat.h"

#include "access/sysattr.h"

#include "translate/codec/codec.h"
#include "translate/condition/condition_compare.h"
#include "translate/condition/condition_value.h"
#include "translate/key/item_key.h"
#include "translate/key/made_text.h"
#include "translate/table/table_template.h"
#include "translate/update/made_update.h"

/* What is known of a column's new value. */
typedef enum FieldState
{
	FIELD_UNKNOWN,				/* only a row can tell */
	FIELD_NULL,
	FIELD_KNOWN					/* now, or when the statement begins */
} FieldState;

bool
made_is_assigned(const Column *made, const List *assigned)
{
	const Template *template = made->template;

	for (int i = 0; i < template->count; i++)
		if (template->parts[i].literal == NULL &&
			list_member_int(assigned, template->parts[i].column->attnum))
			return true;
	return false;
}

Bitmapset *
made_add_fields(const Table *table, const List *assigned, Bitmapset *read)
{
	for (int i = 0; i < table->made_count; i++)
	{
		const Column *made = table->made[i];
		bool		is_assigned = list_member_int(assigned, made->attnum);

		/* what it is now tells whether it is given another value */
		if (is_assigned)
			read = bms_add_member(read, made->attnum -
								  FirstLowInvalidHeapAttributeNumber);
		if (!is_assigned && !made_is_assigned(made, assigned))
			continue;
		for (int n = 0; n < table->column_count; n++)
			if (table_is_field_of(&table->columns[n], made))
				read = bms_add_member(read, n + 1 -
									  FirstLowInvalidHeapAttributeNumber);
	}
	return read;
}

/* ---- what is known of a field ---- */

static FieldState
field_of_value(Scope *scope, Column *column, Expr *expr, Operand **operand)
{
	AttributeValue *encoded;
	Datum		value;

	if (!scope_is_column_free(scope, expr))
		return FIELD_UNKNOWN;
	switch (scope_value(scope, expr, &value))
	{
		case VALUE_NULL:
			return FIELD_NULL;
		case VALUE_UNKNOWN:
			*operand = operand_unknown(scope_label(scope, expr));
			return FIELD_KNOWN;
		case VALUE_KNOWN:
			break;
	}
	switch (codec_try_encode(column->codec, value, &encoded))
	{
		case ENCODE_OK:
			*operand = operand_value(encoded);
			return FIELD_KNOWN;
		case ENCODE_ABSENT:
			return FIELD_NULL;
		default:
			return FIELD_UNKNOWN;
	}
}

/* The value that an equality of the clauses gives the column. */
static FieldState
field_of_clauses(Scope *scope, Column *column, List *clauses,
				 Operand **operand)
{
	bool		before = scope->reads_fields;
	FieldState	state = FIELD_UNKNOWN;
	ListCell   *cell;

	scope->reads_fields = true;
	foreach(cell, clauses)
	{
		OpExpr	   *op = (OpExpr *) lfirst(cell);
		ComparisonParts parts;
		ComparedValue value;

		if (!IsA(op, OpExpr) || list_length(op->args) != 2 ||
			!comparison_take_apart(scope, op->opno, op->inputcollid, op->args,
								   &parts) ||
			parts.other_source != NULL ||
			parts.comparison != COMPARISON_EQ ||
			parts.source->kind != SOURCE_ATTRIBUTE ||
			parts.source->parent != NULL || parts.source->column != column)
			continue;
		value = compared_value(scope, parts.other);
		if (value.state != VALUE_NULL &&
			plain_value(column->codec, true, &value, parts.collation,
						operand) == PLAIN_OPERAND)
			state = FIELD_KNOWN;
	}
	scope->reads_fields = before;
	return state;
}

static FieldState
find_field(Scope *scope, Column *column, const List *assignments,
		   List *clauses, Operand *const *known, Operand **operand)
{
	ListCell   *cell;

	foreach(cell, assignments)
	{
		const Assignment *assignment = (const Assignment *) lfirst(cell);

		if (assignment->column == column)
			return field_of_value(scope, column, assignment->expr, operand);
	}
	if (known != NULL && known[column->attnum - 1] != NULL)
	{
		*operand = known[column->attnum - 1];
		return FIELD_KNOWN;
	}
	return field_of_clauses(scope, column, clauses, operand);
}

/* ---- actions ---- */

static List *
assigned_numbers(const List *assignments)
{
	List	   *numbers = NIL;
	ListCell   *cell;

	foreach(cell, assignments)
		numbers = lappend_int(numbers,
							  ((const Assignment *) lfirst(cell))->column->attnum);
	return numbers;
}

/* False if it is not known what it will be. */
static bool
add_action(Scope *scope, const Column *made, const List *assignments,
		   List *clauses, Operand *const *known, List **actions)
{
	const Template *template = made->template;
	DocumentPath *path = path_make(made->attribute_name);
	Operand   **fields = palloc0(template->count * sizeof(Operand *));
	bool		is_null = false;
	Operand    *operand;
	TemplateProblem problem;
	const TemplatePart *culprit;

	for (int i = 0; i < template->count; i++)
	{
		if (template->parts[i].literal != NULL)
			continue;
		switch (find_field(scope, template->parts[i].column, assignments,
						   clauses, known, &fields[i]))
		{
			case FIELD_UNKNOWN:
				return false;
			case FIELD_NULL:
				is_null = true;
				break;
			case FIELD_KNOWN:
				break;
		}
	}
	if (is_null)
	{
		*actions = lappend(*actions, update_action(UPDATE_REMOVE, path, NULL));
		return true;
	}

	/* an error is one only if there is a row */
	operand = made_operand(made, fields, &problem, &culprit);
	if (operand == NULL)
		return false;
	*actions = lappend(*actions, update_action(UPDATE_SET, path, operand));
	return true;
}

const char *
made_update_actions(Scope *scope, const List *assignments, List *clauses,
					Operand *const *known, List **actions)
{
	const Table *table = scope->table;
	List	   *assigned = assigned_numbers(assignments);

	for (int i = table->constant_count; i < table->made_count; i++)
	{
		const Column *made = table->made[i];

		if (made->key != KEY_NONE || !made_is_assigned(made, assigned))
			continue;
		scope->withheld = false;
		if (!add_action(scope, made, assignments, clauses, known, actions) ||
			scope->withheld)
			return made->name;
	}
	return NULL;
}

static bool
is_made_of_key(const Column *made)
{
	const Template *template = made->template;

	for (int i = 0; i < template->count; i++)
		if (template->parts[i].literal == NULL &&
			!template->parts[i].column->in_key)
			return false;
	return made->key == KEY_NONE;
}

const char *
made_of_key_actions(Scope *scope, const List *assignments, List *clauses,
					List **actions)
{
	const Table *table = scope->table;
	List	   *assigned = assigned_numbers(assignments);

	for (int i = table->constant_count; i < table->made_count; i++)
	{
		const Column *made = table->made[i];
		List	   *own = NIL;
		const UpdateAction *action;

		if (!is_made_of_key(made) || made_is_assigned(made, assigned))
			continue;
		scope->withheld = false;
		if (!add_action(scope, made, NIL, clauses, NULL, &own) ||
			scope->withheld)
			return made->name;
		action = (const UpdateAction *) linitial(own);
		*actions = lappend(*actions,
						   update_action(UPDATE_SET, action->path,
										 operand_if_not_exists(action->path,
															   action->operand)));
	}
	return NULL;
}

const char *
made_creation_actions(Scope *scope, List *clauses, List **actions)
{
	const Table *table = scope->table;
	KeyFields	key = key_fields(table);

	for (int i = 0; i < table->constant_count; i++)
	{
		const Column *made = table->made[i];

		if (made->key == KEY_NONE)
			*actions = lappend(*actions,
							   update_action(UPDATE_SET,
											 path_make(made->attribute_name),
											 operand_value(made->template->constant)));
	}
	for (int i = 0; i < key.count; i++)
	{
		Column	   *column = unconstify(Column *, key.columns[i]);
		Operand    *operand;

		if (table_is_key_attribute(column))
			continue;
		scope->withheld = false;
		if (column->source != NULL)
		{
			if (column == table_reader_of(column->source) &&
				(!add_action(scope, column->source, NIL, clauses, NULL,
							 actions) || scope->withheld))
				return column->name;
			continue;
		}
		if (field_of_clauses(scope, column, clauses,
							 &operand) != FIELD_KNOWN ||
			scope->withheld)
			return column->name;
		*actions = lappend(*actions,
						   update_action(UPDATE_SET,
										 path_make(column->attribute_name),
										 operand));
	}
	return NULL;
}
