/*
 * expression_limit.c
 *		How much of an expression one request can hold.
 *
 * What is beyond DynamoDB's limits is no error of SQL's: rows are then
 * filtered here, items read whole, writes computed.
 */
#include "postgres.h"

#include "compat.h"

#include "client/wire/expression.h"

/* Source: Developer Guide, "Quotas". */
#define MAX_EXPRESSION_LENGTH	4096
#define MAX_OPERATORS			300

/*
 * Names and values of a request may have 2 MB together, but DynamoDB Local
 * takes an expression for too long that has 1 MB with them.  What else there
 * is of it has been subtracted here.
 */
#define MAX_SUBSTITUTED_BYTES	(1024 * 1024 - 2 * MAX_EXPRESSION_LENGTH)

bool
expression_within_limits(StringInfo out, const Placeholders *placeholders)
{
	return out->len <= MAX_EXPRESSION_LENGTH &&
		placeholders->operator_count <= MAX_OPERATORS &&
		placeholders->bytes <= MAX_SUBSTITUTED_BYTES &&
		!placeholders->impossible;
}

/* What the placeholders held at some time. */
typedef struct Mark
{
	int			name_count;
	int			value_count;
	Size		bytes;
	bool		impossible;
} Mark;

static Mark
mark_placeholders(const Placeholders *placeholders)
{
	return (Mark) {
		.name_count = list_length(placeholders->names),
		.value_count = list_length(placeholders->values),
		.bytes = placeholders->bytes,
		.impossible = placeholders->impossible
	};
}

/* Takes back what has been written since then. */
static void
take_back(Placeholders *placeholders, const Mark *then)
{
	placeholders->names = list_truncate(placeholders->names,
										then->name_count);
	placeholders->values = list_truncate(placeholders->values,
										 then->value_count);
	placeholders->bytes = then->bytes;
	placeholders->impossible = then->impossible;
}

/* Part of an AND that has been written: this much of text and operators. */
typedef struct Written
{
	StringInfoData text;
	int			operator_count;
} Written;

/* Adds a part to the text, if that stays within the limits. */
static bool
add_part(Written *written, const Condition *part, Placeholders *placeholders)
{
	Mark		then = mark_placeholders(placeholders);
	int			length = written->text.len;

	if (length > 0)
		appendStringInfoString(&written->text, " AND ");
	if (part->kind == CONDITION_OR)
		appendStringInfoString(&written->text, "()");
	write_condition(&written->text, part, placeholders);
	placeholders->operator_count += written->operator_count + (length > 0);
	if (expression_within_limits(&written->text, placeholders))
	{
		written->operator_count = placeholders->operator_count;
		return true;
	}
	written->text.len = length;
	take_back(placeholders, &then);
	return false;
}

Condition *
condition_within_limits(Condition *condition, Placeholders *placeholders)
{
	Written		written = {0};
	List	   *kept = NIL;
	ListCell   *cell;

	if (condition->kind == CONDITION_TRUE || condition->kind == CONDITION_FALSE)
		return condition;
	initStringInfo(&written.text);
	if (condition->kind != CONDITION_AND)
		return add_part(&written, condition, placeholders) ? condition
			: condition_constant(true);

	foreach(cell, condition->children)
		if (add_part(&written, lfirst(cell), placeholders))
			kept = lappend(kept, lfirst(cell));
	return list_length(kept) == list_length(condition->children) ? condition
		: condition_and(kept);
}

/* The attributes that the paths begin with, each once. */
static List *
attributes_of(List *paths)
{
	List	   *attributes = NIL;
	ListCell   *cell;
	ListCell   *other;

	foreach(cell, paths)
	{
		const DocumentPath *path = (const DocumentPath *) lfirst(cell);
		DocumentPath *attribute = path_make(path->steps[0].name);

		foreach(other, attributes)
			if (path_equal(attribute, lfirst(other)))
				break;
		if (other == NULL)
			attributes = lappend(attributes, attribute);
	}
	return attributes;
}

static bool
projection_fits(List *paths, Placeholders *placeholders)
{
	Mark		then = mark_placeholders(placeholders);
	StringInfoData text;
	bool		fits;

	initStringInfo(&text);
	write_projection(&text, paths, placeholders);
	fits = expression_within_limits(&text, placeholders);
	take_back(placeholders, &then);
	return fits;
}

List *
projection_within_limits(List *paths, Placeholders *placeholders)
{
	if (paths == NIL || projection_fits(paths, placeholders))
		return paths;
	paths = attributes_of(paths);
	return projection_fits(paths, placeholders) ? paths : NIL;
}
