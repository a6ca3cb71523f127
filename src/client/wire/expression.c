/*
 * expression.c
 *		DynamoDB's expressions as trees: constructors that keep them free of
 *		constants, and their text with placeholders.
 */
#include "postgres.h"

#include "compat.h"

#include "mb/pg_wchar.h"

#include "client/wire/expression.h"

/* Of one IN.  Source: Developer Guide, "Quotas". */
#define MAX_IN_OPERANDS			99

/* ---- document paths ---- */

static DocumentPath *
path_extend(const DocumentPath *parent, PathStep step)
{
	int			count = parent == NULL ? 0 : parent->step_count;
	DocumentPath *path = palloc(sizeof(DocumentPath));

	path->step_count = count + 1;
	path->steps = palloc(sizeof(PathStep) * path->step_count);
	if (count > 0)
		memcpy(path->steps, parent->steps, sizeof(PathStep) * count);
	path->steps[count] = step;
	return path;
}

DocumentPath *
path_make(const char *attribute_name)
{
	return path_extend(NULL, (PathStep) {.name = attribute_name});
}

DocumentPath *
path_with_name(const DocumentPath *parent, const char *name)
{
	return path_extend(parent, (PathStep) {.name = name});
}

DocumentPath *
path_with_index(const DocumentPath *parent, int index)
{
	return path_extend(parent, (PathStep) {.index = index});
}

static bool
step_equal(const PathStep *a, const PathStep *b)
{
	if (a->name == NULL || b->name == NULL)
		return a->name == b->name && a->index == b->index;
	return strcmp(a->name, b->name) == 0;
}

bool
path_overlaps(const DocumentPath *a, const DocumentPath *b)
{
	int			count = Min(a->step_count, b->step_count);
	int			i;

	for (i = 0; i < count; i++)
		if (!step_equal(&a->steps[i], &b->steps[i]))
			return false;
	return true;
}

bool
path_equal(const DocumentPath *a, const DocumentPath *b)
{
	return a->step_count == b->step_count && path_overlaps(a, b);
}

/* ---- operands ---- */

static Operand *
operand_make(OperandKind kind)
{
	Operand    *operand = palloc0(sizeof(Operand));

	operand->kind = kind;
	return operand;
}

Operand *
operand_path(DocumentPath *path)
{
	Operand    *operand = operand_make(OPERAND_PATH);

	operand->path = path;
	return operand;
}

Operand *
operand_value(AttributeValue *value)
{
	Operand    *operand = operand_make(OPERAND_VALUE);

	operand->value = value;
	return operand;
}

Operand *
operand_unknown(const char *label)
{
	Operand    *operand = operand_make(OPERAND_VALUE);

	operand->label = label;
	return operand;
}

Operand *
operand_size(Operand *of)
{
	Operand    *operand = operand_make(OPERAND_SIZE);

	operand->left = of;
	return operand;
}

Operand *
operand_if_not_exists(DocumentPath *path, Operand *otherwise)
{
	Operand    *operand = operand_make(OPERAND_IF_NOT_EXISTS);

	operand->path = path;
	operand->left = otherwise;
	return operand;
}

Operand *
operand_binary(OperandKind kind, Operand *left, Operand *right)
{
	Operand    *operand = operand_make(kind);

	operand->left = left;
	operand->right = right;
	return operand;
}

/* ---- conditions ---- */

static Condition *
condition_make(ConditionKind kind)
{
	Condition  *condition = palloc0(sizeof(Condition));

	condition->kind = kind;
	return condition;
}

Condition *
condition_constant(bool value)
{
	return condition_make(value ? CONDITION_TRUE : CONDITION_FALSE);
}

/*
 * Do two conditions ask the same of one path?  Only the kinds that
 * translations repeat, the checks of existence and type, are looked at.
 */
static bool
same_check(const Condition *a, const Condition *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind)
	{
		case CONDITION_EXISTS:
		case CONDITION_NOT_EXISTS:
			return path_equal(a->left->path, b->left->path);
		case CONDITION_TYPE:
			return a->type == b->type &&
				path_equal(a->left->path, b->left->path);
		default:
			return false;
	}
}

static List *
add_child(List *children, Condition *child)
{
	ListCell   *cell;

	foreach(cell, children)
	{
		if (same_check((Condition *) lfirst(cell), child))
			return children;
	}
	return lappend(children, child);
}

/*
 * AND and OR: the neutral constant is dropped, the other one decides, and
 * children of the same kind are taken in.
 */
static Condition *
condition_combine(ConditionKind kind, List *children)
{
	ConditionKind neutral = kind == CONDITION_AND ? CONDITION_TRUE
		: CONDITION_FALSE;
	ConditionKind decisive = kind == CONDITION_AND ? CONDITION_FALSE
		: CONDITION_TRUE;
	List	   *kept = NIL;
	Condition  *condition;
	ListCell   *cell;
	ListCell   *inner;

	foreach(cell, children)
	{
		Condition  *child = (Condition *) lfirst(cell);

		if (child->kind == decisive)
			return child;
		if (child->kind == neutral)
			continue;
		if (child->kind == kind)
		{
			foreach(inner, child->children)
				kept = add_child(kept, (Condition *) lfirst(inner));
		}
		else
			kept = add_child(kept, child);
	}

	if (kept == NIL)
		return condition_make(neutral);
	if (list_length(kept) == 1)
		return (Condition *) linitial(kept);
	condition = condition_make(kind);
	condition->children = kept;
	return condition;
}

Condition *
condition_and(List *children)
{
	return condition_combine(CONDITION_AND, children);
}

Condition *
condition_or(List *children)
{
	return condition_combine(CONDITION_OR, children);
}

Condition *
condition_both(Condition *a, Condition *b)
{
	return condition_and(list_make2(a, b));
}

Condition *
condition_either(Condition *a, Condition *b)
{
	return condition_or(list_make2(a, b));
}

Condition *
condition_not(Condition *child)
{
	Condition  *condition;

	switch (child->kind)
	{
		case CONDITION_TRUE:
			return condition_constant(false);
		case CONDITION_FALSE:
			return condition_constant(true);
		case CONDITION_NOT:
			return (Condition *) linitial(child->children);
		case CONDITION_EXISTS:
			return condition_not_exists(child->left->path);
		case CONDITION_NOT_EXISTS:
			return condition_exists(child->left->path);
		default:
			condition = condition_make(CONDITION_NOT);
			condition->children = list_make1(child);
			return condition;
	}
}

Condition *
condition_compare(Operand *left, Comparison comparison, Operand *right)
{
	Condition  *condition = condition_make(CONDITION_COMPARE);

	condition->left = left;
	condition->comparison = comparison;
	condition->right = right;
	return condition;
}

Condition *
condition_between(Operand *left, Operand *lower, Operand *upper)
{
	Condition  *condition = condition_make(CONDITION_BETWEEN);

	condition->left = left;
	condition->right = lower;
	condition->upper = upper;
	return condition;
}

Condition *
condition_in(Operand *left, List *operands)
{
	List	   *parts = NIL;
	int			next = 0;

	while (next < list_length(operands))
	{
		Condition  *part = condition_make(CONDITION_IN);
		int			end = Min(next + MAX_IN_OPERANDS, list_length(operands));

		part->left = left;
		for (; next < end; next++)
			part->operands = lappend(part->operands, list_nth(operands, next));
		parts = lappend(parts, part);
	}
	return condition_or(parts);
}

static Condition *
condition_on_path(ConditionKind kind, DocumentPath *path)
{
	Condition  *condition = condition_make(kind);

	condition->left = operand_path(path);
	return condition;
}

Condition *
condition_exists(DocumentPath *path)
{
	return condition_on_path(CONDITION_EXISTS, path);
}

Condition *
condition_not_exists(DocumentPath *path)
{
	return condition_on_path(CONDITION_NOT_EXISTS, path);
}

Condition *
condition_attribute_is(const char *name, AttributeValue *value)
{
	return value == NULL ? condition_not_exists(path_make(name))
		: condition_compare(operand_path(path_make(name)), COMPARISON_EQ,
							operand_value(value));
}

Condition *
condition_type(DocumentPath *path, AttributeType type)
{
	Condition  *condition = condition_on_path(CONDITION_TYPE, path);

	condition->type = type;
	return condition;
}

Condition *
condition_begins_with(Operand *left, Operand *right)
{
	Condition  *condition = condition_make(CONDITION_BEGINS_WITH);

	condition->left = left;
	condition->right = right;
	return condition;
}

Condition *
condition_contains(Operand *left, Operand *right)
{
	Condition  *condition = condition_make(CONDITION_CONTAINS);

	condition->left = left;
	condition->right = right;
	return condition;
}

/* ---- updates ---- */

UpdateAction *
update_action(UpdateActionKind kind, DocumentPath *path, Operand *operand)
{
	UpdateAction *action = palloc(sizeof(UpdateAction));

	action->kind = kind;
	action->path = path;
	action->operand = operand;
	return action;
}

/* ---- text: names and values ---- */

Placeholders *
placeholders_make(bool readable)
{
	Placeholders *placeholders = palloc0(sizeof(Placeholders));

	placeholders->readable = readable;
	return placeholders;
}

/* Can the name be shown without quotes: ASCII letters, digits, underscores? */
static bool
is_simple_name(const char *name)
{
	static const char *const letters =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
	static const char *const others =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

	return strspn(name, letters) > 0 &&
		name[strspn(name, others)] == '\0';
}

/* A name as a person would write it, in the server's encoding. */
static void
write_readable_name(StringInfo out, const char *name)
{
	char	   *text = pg_any_to_server(name, strlen(name), PG_UTF8);
	const char *place;

	if (is_simple_name(text))
	{
		appendStringInfoString(out, text);
		return;
	}
	appendStringInfoChar(out, '"');
	for (place = text; *place; place++)
	{
		if (*place == '"')
			appendStringInfoChar(out, '"');
		appendStringInfoChar(out, *place);
	}
	appendStringInfoChar(out, '"');
}

static void
write_name(StringInfo out, const char *name, Placeholders *placeholders)
{
	Size		length = strlen(name);
	ListCell   *cell;
	int			number = 0;

	if (placeholders->readable)
	{
		write_readable_name(out, name);
		return;
	}
	foreach(cell, placeholders->names)
	{
		if (strcmp(lfirst(cell), name) == 0)
			break;
		number++;
	}
	if (cell == NULL)
		placeholders->names = lappend(placeholders->names,
									  unconstify(char *, name));
	placeholders->bytes += length;
	if (length > ATTRIBUTE_NAME_LIMIT)
		placeholders->impossible = true;
	appendStringInfo(out, "#%d", number);
}

static void
write_path(StringInfo out, const DocumentPath *path,
		   Placeholders *placeholders)
{
	int			i;

	if (path->step_count > DOCUMENT_DEPTH_LIMIT)
		placeholders->impossible = true;
	for (i = 0; i < path->step_count; i++)
	{
		const PathStep *step = &path->steps[i];

		if (step->name == NULL)
		{
			appendStringInfo(out, "[%d]", step->index);
			continue;
		}
		if (i > 0)
			appendStringInfoChar(out, '.');
		write_name(out, step->name, placeholders);
	}
}

static void
add_value(StringInfo out, AttributeValue *value, Placeholders *placeholders)
{
	appendStringInfo(out, ":%d", list_length(placeholders->values));
	placeholders->values = lappend(placeholders->values, value);
}

static void
write_value(StringInfo out, AttributeValue *value, Placeholders *placeholders)
{
	Size		size;

	if (placeholders->readable)
	{
		attribute_append_readable(out, value);
		return;
	}
	add_value(out, value, placeholders);

	/* of what is assigned the item's size decides */
	if (placeholders->assigning)
		return;
	size = attribute_size(value);
	placeholders->bytes += size;
	if (size > ITEM_SIZE_LIMIT)
		placeholders->impossible = true;
}

/* A value that is not known yet can be counted, though not sent. */
static void
write_unknown(StringInfo out, const Operand *operand,
			  Placeholders *placeholders)
{
	if (placeholders->readable)
		appendStringInfoString(out, operand->label);
	else
		add_value(out, NULL, placeholders);
}

/* ---- text: operands ---- */

static void write_operand(StringInfo out, const Operand *operand,
						  Placeholders *placeholders);

/* name(first, second); second may be missing. */
static void
write_call(StringInfo out, const char *name, const Operand *first,
		   const Operand *second, Placeholders *placeholders)
{
	placeholders->operator_count++;
	appendStringInfo(out, "%s(", name);
	write_operand(out, first, placeholders);
	if (second != NULL)
	{
		appendStringInfoString(out, ", ");
		write_operand(out, second, placeholders);
	}
	appendStringInfoChar(out, ')');
}

static void
write_operand(StringInfo out, const Operand *operand,
			  Placeholders *placeholders)
{
	switch (operand->kind)
	{
		case OPERAND_PATH:
			write_path(out, operand->path, placeholders);
			break;
		case OPERAND_VALUE:
			if (operand->value == NULL ||
				(placeholders->readable && operand->label != NULL))
				write_unknown(out, operand, placeholders);
			else
				write_value(out, operand->value, placeholders);
			break;
		case OPERAND_SIZE:
			write_call(out, "size", operand->left, NULL, placeholders);
			break;
		case OPERAND_IF_NOT_EXISTS:
			placeholders->operator_count++;
			appendStringInfoString(out, "if_not_exists(");
			write_path(out, operand->path, placeholders);
			appendStringInfoString(out, ", ");
			write_operand(out, operand->left, placeholders);
			appendStringInfoChar(out, ')');
			break;
		case OPERAND_LIST_APPEND:
			write_call(out, "list_append", operand->left, operand->right,
					   placeholders);
			break;
		case OPERAND_PLUS:
		case OPERAND_MINUS:
			placeholders->operator_count++;
			write_operand(out, operand->left, placeholders);
			appendStringInfoString(out, operand->kind == OPERAND_PLUS
								   ? " + " : " - ");
			write_operand(out, operand->right, placeholders);
			break;
	}
}

/* ---- text: conditions ---- */

static void write_condition_node(StringInfo out, const Condition *condition,
								 Placeholders *placeholders);

/*
 * A part of an AND, OR or NOT.  DynamoDB refuses redundant parentheses but
 * none of those that are written here.
 */
static void
write_child(StringInfo out, const Condition *child, Placeholders *placeholders)
{
	bool		parentheses = child->kind == CONDITION_AND ||
		child->kind == CONDITION_OR;

	if (parentheses)
		appendStringInfoChar(out, '(');
	write_condition_node(out, child, placeholders);
	if (parentheses)
		appendStringInfoChar(out, ')');
}

static void
write_children(StringInfo out, const Condition *condition,
			   Placeholders *placeholders)
{
	ListCell   *cell;

	foreach(cell, condition->children)
	{
		if (foreach_current_index(cell) > 0)
		{
			placeholders->operator_count++;
			appendStringInfoString(out, condition->kind == CONDITION_AND
								   ? " AND " : " OR ");
		}
		write_child(out, (Condition *) lfirst(cell), placeholders);
	}
}

static void
write_not(StringInfo out, const Condition *child, Placeholders *placeholders)
{
	bool		parentheses;

	/* functions need none: NOT contains(a, b) */
	parentheses = child->kind != CONDITION_TYPE &&
		child->kind != CONDITION_BEGINS_WITH &&
		child->kind != CONDITION_CONTAINS;
	placeholders->operator_count++;
	appendStringInfoString(out, parentheses ? "NOT (" : "NOT ");
	write_condition_node(out, child, placeholders);
	if (parentheses)
		appendStringInfoChar(out, ')');
}

static void
write_comparison(StringInfo out, const Condition *condition,
				 Placeholders *placeholders)
{
	static const char *const signs[] = {
		[COMPARISON_EQ] = "=",
		[COMPARISON_NE] = "<>",
		[COMPARISON_LT] = "<",
		[COMPARISON_LE] = "<=",
		[COMPARISON_GT] = ">",
		[COMPARISON_GE] = ">="
	};

	placeholders->operator_count++;
	write_operand(out, condition->left, placeholders);
	appendStringInfo(out, " %s ", signs[condition->comparison]);
	write_operand(out, condition->right, placeholders);
}

static void
write_between(StringInfo out, const Condition *condition,
			  Placeholders *placeholders)
{
	placeholders->operator_count++;
	write_operand(out, condition->left, placeholders);
	appendStringInfoString(out, " BETWEEN ");
	write_operand(out, condition->right, placeholders);
	appendStringInfoString(out, " AND ");
	write_operand(out, condition->upper, placeholders);
}

static void
write_in(StringInfo out, const Condition *condition,
		 Placeholders *placeholders)
{
	ListCell   *cell;

	placeholders->operator_count++;
	write_operand(out, condition->left, placeholders);
	appendStringInfoString(out, " IN (");
	foreach(cell, condition->operands)
	{
		if (foreach_current_index(cell) > 0)
			appendStringInfoString(out, ", ");
		write_operand(out, (Operand *) lfirst(cell), placeholders);
	}
	appendStringInfoChar(out, ')');
}

static void
write_type_check(StringInfo out, const Condition *condition,
				 Placeholders *placeholders)
{
	const char *name = attribute_type_name(condition->type);
	AttributeValue *value;

	value = attribute_make_text(ATTRIBUTE_S, unconstify(char *, name),
								strlen(name));
	placeholders->operator_count++;
	appendStringInfoString(out, "attribute_type(");
	write_operand(out, condition->left, placeholders);
	appendStringInfoString(out, ", ");

	if (placeholders->readable)
		appendStringInfoString(out, name);
	else
		write_value(out, value, placeholders);
	appendStringInfoChar(out, ')');
}

static void
write_condition_node(StringInfo out, const Condition *condition,
					 Placeholders *placeholders)
{
	switch (condition->kind)
	{
		case CONDITION_TRUE:
		case CONDITION_FALSE:
			elog(ERROR, "constant condition has no DynamoDB expression");
			break;
		case CONDITION_AND:
		case CONDITION_OR:
			write_children(out, condition, placeholders);
			break;
		case CONDITION_NOT:
			write_not(out, (Condition *) linitial(condition->children),
					  placeholders);
			break;
		case CONDITION_COMPARE:
			write_comparison(out, condition, placeholders);
			break;
		case CONDITION_BETWEEN:
			write_between(out, condition, placeholders);
			break;
		case CONDITION_IN:
			write_in(out, condition, placeholders);
			break;
		case CONDITION_EXISTS:
			write_call(out, "attribute_exists", condition->left, NULL,
					   placeholders);
			break;
		case CONDITION_NOT_EXISTS:
			write_call(out, "attribute_not_exists", condition->left, NULL,
					   placeholders);
			break;
		case CONDITION_TYPE:
			write_type_check(out, condition, placeholders);
			break;
		case CONDITION_BEGINS_WITH:
			write_call(out, "begins_with", condition->left, condition->right,
					   placeholders);
			break;
		case CONDITION_CONTAINS:
			write_call(out, "contains", condition->left, condition->right,
					   placeholders);
			break;
	}
}

void
write_condition(StringInfo out, const Condition *condition,
				Placeholders *placeholders)
{
	placeholders->operator_count = 0;
	write_condition_node(out, condition, placeholders);
}

/* ---- text: updates and projections ---- */

static void
write_action(StringInfo out, const UpdateAction *action,
			 Placeholders *placeholders)
{
	write_path(out, action->path, placeholders);
	if (action->kind == UPDATE_REMOVE)
		return;
	if (action->kind == UPDATE_SET)
		placeholders->operator_count++;
	appendStringInfoString(out, action->kind == UPDATE_SET ? " = " : " ");
	write_operand(out, action->operand, placeholders);
}

void
write_update(StringInfo out, List *actions, Placeholders *placeholders)
{
	static const char *const keywords[] = {
		[UPDATE_SET] = "SET",
		[UPDATE_REMOVE] = "REMOVE",
		[UPDATE_ADD] = "ADD",
		[UPDATE_DELETE] = "DELETE"
	};
	int			kind;
	bool		first_section = true;

	placeholders->operator_count = 0;
	placeholders->assigning = true;
	for (kind = UPDATE_SET; kind <= UPDATE_DELETE; kind++)
	{
		bool		first_action = true;
		ListCell   *cell;

		foreach(cell, actions)
		{
			UpdateAction *action = (UpdateAction *) lfirst(cell);

			if ((int) action->kind != kind)
				continue;
			if (first_action)
				appendStringInfo(out, "%s%s ", first_section ? "" : " ",
								 keywords[kind]);
			else
				appendStringInfoString(out, ", ");
			write_action(out, action, placeholders);
			first_action = false;
			first_section = false;
		}
	}
	placeholders->assigning = false;
}

void
write_projection(StringInfo out, List *paths, Placeholders *placeholders)
{
	ListCell   *cell;

	placeholders->operator_count = 0;
	foreach(cell, paths)
	{
		if (foreach_current_index(cell) > 0)
			appendStringInfoString(out, ", ");
		write_path(out, (DocumentPath *) lfirst(cell), placeholders);
	}
}

/* ---- members of a request ---- */

static void
write_attribute_names(StringInfo out, const Placeholders *placeholders)
{
	ListCell   *cell;

	if (placeholders->names == NIL)
		return;
	appendStringInfoString(out, ",\"ExpressionAttributeNames\":{");
	foreach(cell, placeholders->names)
	{
		const char *name = (const char *) lfirst(cell);
		int			number = foreach_current_index(cell);

		appendStringInfo(out, "%s\"#%d\":", number > 0 ? "," : "", number);
		json_append_string(out, name, strlen(name));
	}
	appendStringInfoChar(out, '}');
}

void
write_placeholders(StringInfo out, const Placeholders *placeholders)
{
	ListCell   *cell;

	write_attribute_names(out, placeholders);
	if (placeholders->values == NIL)
		return;
	appendStringInfoString(out, ",\"ExpressionAttributeValues\":{");
	foreach(cell, placeholders->values)
	{
		int			number = foreach_current_index(cell);

		if (lfirst(cell) == NULL)
			elog(ERROR, "value in a DynamoDB expression is not known");
		appendStringInfo(out, "%s\":%d\":", number > 0 ? "," : "", number);
		json_append_attribute(out, (AttributeValue *) lfirst(cell));
	}
	appendStringInfoChar(out, '}');
}

void
json_append_text_member(StringInfo out, const char *member, const char *text)
{
	appendStringInfo(out, ",\"%s\":", member);
	json_append_string(out, text, strlen(text));
}
