/*
 * made_update.c
 *		Attributes that are made of columns, where an update sets these.
 */
#include "postgres.h"

#include "compat.h"

#include "translate/codec/codec.h"
#include "translate/condition/condition_compare.h"
#include "translate/condition/condition_value.h"
#include "translate/key/made_text.h"
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

bool
made_is_part_of(const KeySchema *schema, const List *assigned)
{
	for (int i = 0; i < schema->partition_count + schema->sort_count; i++)
	{
		const Column *part = i < schema->partition_count
			? schema->partition[i] : schema->sort[i - schema->partition_count];

		if (part->template != NULL && made_is_assigned(part, assigned))
			return true;
	}
	return false;
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

/* Is the clause an equality that gives the column a value? */
static bool
gives_value(Scope *scope, const Column *column, Expr *clause,
			Operand **operand)
{
	OpExpr	   *op = (OpExpr *) comparison_of_clause(clause);
	ComparisonParts parts;
	ComparedValue value;

	if (!IsA(op, OpExpr) || list_length(op->args) != 2 ||
		!comparison_take_apart(scope, op->opno, op->inputcollid, op->args,
							   &parts) ||
		parts.other_source != NULL || parts.comparison != COMPARISON_EQ ||
		parts.source->kind != SOURCE_ATTRIBUTE ||
		parts.source->parent != NULL || parts.source->column != column)
		return false;
	value = compared_value(scope, parts.other);
	return value.state != VALUE_NULL &&
		plain_value(column->codec, true, &value, parts.collation,
					operand) == PLAIN_OPERAND;
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
		if (gives_value(scope, column, lfirst(cell), operand))
			state = FIELD_KNOWN;
	scope->reads_fields = before;
	return state;
}

static FieldState
find_field(Scope *scope, Column *column, const List *assignments,
		   List *clauses, const KnownFields *known, Operand **operand)
{
	ListCell   *cell;

	foreach(cell, assignments)
	{
		const Assignment *assignment = (const Assignment *) lfirst(cell);

		if (assignment->column == column)
			return field_of_value(scope, column, assignment->expr, operand);
	}
	if (known != NULL && known->operands[column->attnum - 1] != NULL)
	{
		*operand = known->operands[column->attnum - 1];
		*known->guards =
			lappend(*known->guards,
					condition_compare(operand_path(path_make(column->attribute_name)),
									  COMPARISON_EQ, *operand));
		return FIELD_KNOWN;
	}
	return field_of_clauses(scope, column, clauses, operand);
}

/* ---- actions ---- */

List *
made_assigned_numbers(const List *assignments)
{
	List	   *numbers = NIL;
	ListCell   *cell;

	foreach(cell, assignments)
		numbers = lappend_int(numbers,
							  ((const Assignment *) lfirst(cell))->column->attnum);
	return numbers;
}

/* Is a column that has no value read out of a text with one that has? */
static bool
loses_value(const Column *made, Operand *const *fields)
{
	const Template *template = made->template;

	for (int i = 0; i < template->count; i++)
		if (fields[i] != NULL && template->parts[i].column->source == made)
			return true;
	return false;
}

/*
 * False if it is not known what it will be: *obstacle is the field that is not
 * known, or stays as it is.
 */
static bool
add_action(Scope *scope, const Column *made, const List *assignments,
		   List *clauses, const KnownFields *known, List **actions,
		   const Column **obstacle)
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
				*obstacle = template->parts[i].column;
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
		if (loses_value(made, fields))
			return false;
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
					const KnownFields *known, List **actions)
{
	const Table *table = scope->table;
	List	   *assigned = made_assigned_numbers(assignments);

	for (int i = table->constant_count; i < table->made_count; i++)
	{
		const Column *made = table->made[i];
		const Column *unknown;

		if (made->key != KEY_NONE || !made_is_assigned(made, assigned))
			continue;
		scope->withheld = false;
		if (!add_action(scope, made, assignments, clauses, known, actions,
						&unknown) ||
			scope->withheld)
			return made->name;
	}
	return NULL;
}

/* Is an attribute outside the key made of columns of the key alone? */
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

/* Is a column that the key is made of read out of an attribute beside it? */
static bool
holds_part_of_key(const Table *table, const Column *made)
{
	for (int i = 0; i < table->column_count; i++)
		if (table->columns[i].source == made && table->columns[i].in_key)
			return made->key == KEY_NONE;
	return false;
}

/* Has a column that the key is made of an attribute of its own beside it? */
static bool
is_beside_key(const Column *column)
{
	return column->key == KEY_NONE && column->source == NULL;
}

const char *
made_creation_actions(Scope *scope, List *clauses, List **actions)
{
	const Table *table = scope->table;
	KeyFields	key = key_fields(table);

	for (int i = table->constant_count; i < table->made_count; i++)
	{
		const Column *made = table->made[i];
		const Column *obstacle = made;

		scope->withheld = false;
		if ((is_made_of_key(made) || holds_part_of_key(table, made)) &&
			(!add_action(scope, made, NIL, clauses, NULL, actions,
						 &obstacle) ||
			 scope->withheld))
			return obstacle->name;
	}
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

		if (!is_beside_key(column))
			continue;
		scope->withheld = false;
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

List *
made_creation_clauses(Scope *scope, List *clauses)
{
	KeyFields	key = key_fields(scope->table);
	List	   *fulfilled = NIL;

	for (int i = 0; i < key.count; i++)
	{
		List	   *of_column = NIL;
		Operand    *operand;
		ListCell   *cell;

		foreach(cell, clauses)
			if (is_beside_key(key.columns[i]) &&
				gives_value(scope, key.columns[i], lfirst(cell), &operand))
				of_column = lappend(of_column, lfirst(cell));
		/* of two that differ it fulfils one */
		if (list_length(of_column) == 1)
			fulfilled = list_concat(fulfilled, of_column);
	}
	return fulfilled;
}
