/*
 * key_template.c
 *		What is known of attributes of a key that are made of columns, from
 *		what is known of these.
 *
 *		all fields are fixed			the attribute is
 *		those from the left are			it begins so
 *		and the next one has a range	it lies between two texts
 */
#include "postgres.h"

#include "compat.h"

#include "translate/codec/codec_time.h"
#include "translate/condition/condition_value.h"
#include "translate/key/key_finder.h"
#include "translate/key/made_text.h"
#include "translate/table/table_template.h"

/* A text, with the clauses that it stems from. */
typedef struct TextOfClauses
{
	MadeText	made;
	List	   *clauses;
	List	   *used;			/* those that are about nothing else */
} TextOfClauses;

static TextOfClauses
copy_of(const TextOfClauses *text)
{
	TextOfClauses copy = {
		.clauses = list_copy(text->clauses),
		.used = list_copy(text->used)
	};

	made_text_copy(&copy.made, &text->made);
	return copy;
}

/* ---- fields ---- */

KeyPart *
key_finder_part(KeyFinder *finder, const Column *column)
{
	for (int i = 0; i < finder->part_count; i++)
		if (finder->parts[i].column == column)
			return &finder->parts[i];
	return NULL;
}

KeyPart *
key_finder_add_part(KeyFinder *finder, const Column *column)
{
	KeyPart    *part = &finder->parts[finder->part_count++];

	memset(part, 0, sizeof(KeyPart));
	part->column = column;
	return part;
}

void
key_template_add_fields(KeyFinder *finder)
{
	finder->key_count = finder->part_count;
	for (int i = 0; i < finder->key_count; i++)
	{
		const Template *template = finder->parts[i].column->template;

		for (int n = 0; template != NULL && n < template->count; n++)
		{
			const TemplatePart *field = &template->parts[n];
			KeyPart    *part;

			if (field->literal != NULL ||
				finder->part_count == KEY_PARTS_LIMIT ||
				key_finder_part(finder, field->column) != NULL)
				continue;
			part = key_finder_add_part(finder, field->column);
			part->is_field = true;
			part->is_sort = true;
		}
	}
}

/*
 * Is the value of a field the only one that is read out of a text which begins
 * with it and with what follows it?
 */
static bool
is_told_by_beginning(const Template *template, int i, const Operand *value)
{
	const TemplatePart *part = &template->parts[i];
	const TemplatePart *next = part + 1;
	StringInfoData text;

	if (i + 1 == template->count || part->width > 0 || part->text_width > 0)
		return true;
	if (value->value == NULL)
		return false;
	initStringInfo(&text);
	if (template_append_field(&text, part, value->value) != TEMPLATE_OK)
		return false;
	appendBinaryStringInfo(&text, next->literal, next->length);
	for (int n = 1; n < text.len - next->length; n++)
		if (memcmp(text.data + n, next->literal, next->length) == 0)
			return false;
	return true;
}

/*
 * Appends the literals and the fields that are fixed, from the left.  Returns
 * the number of the first part that is not.
 */
static int
append_fixed(KeyFinder *finder, const KeyPart *part, TextOfClauses *text)
{
	const Template *template = part->column->template;
	int			i;

	for (i = 0; i < template->count; i++)
	{
		const TemplatePart *piece = &template->parts[i];
		const KeyPart *field;

		if (piece->literal != NULL)
		{
			made_text_append_literal(&text->made, piece->literal,
									 piece->length);
			continue;
		}
		field = key_finder_part(finder, piece->column);
		if (field == NULL || field->fixed == NULL)
			break;
		made_text_append_value(&text->made, piece, field->fixed);
		if (text->made.problem != TEMPLATE_OK)
			break;
		text->clauses = list_concat(text->clauses, field->fixed_clauses);
		if (piece->column->source == part->column &&
			is_told_by_beginning(template, i, field->fixed))
			text->used = list_concat(text->used, field->fixed_used);
	}
	return i;
}

/*
 * No row has such values; but those of an index key may be in a row that the
 * index does not hold, or whose attribute is not as its template says.
 */
static void
note_unmade(KeyFinder *finder, const Column *made, const TemplatePart *field,
			TemplateProblem problem)
{
	if (finder->schema->index_name != NULL)
		return;
	finder->impossible = true;
	finder->unmade = made;
	finder->unmade_field = field;
	finder->unmade_problem = problem;
}

/* All fields are fixed. */
static void
set_whole(KeyFinder *finder, KeyPart *part, const TextOfClauses *text)
{
	const Template *template = part->column->template;
	Operand   **fields = palloc0(template->count * sizeof(Operand *));
	List	   *used = NIL;
	TemplateProblem problem;
	const TemplatePart *culprit;

	for (int i = 0; i < template->count; i++)
	{
		const Column *column = template->parts[i].column;
		const KeyPart *field;

		if (template->parts[i].literal != NULL)
			continue;
		field = key_finder_part(finder, column);
		fields[i] = field->fixed;
		/* a text that would not give the value back is not made */
		if (column->source == part->column)
			used = list_concat(used, field->fixed_used);
	}
	part->fixed = made_operand(part->column, fields, &problem, &culprit);
	part->fixed_clauses = text->clauses;
	part->fixed_used = used;
	if (part->fixed == NULL)
		note_unmade(finder, part->column, culprit, problem);
	else if (!key_can_be_bound(part->is_sort, part->fixed))
	{
		if (finder->schema->index_name == NULL)
		{
			finder->impossible = true;
			finder->unfit = part->column;
			finder->unfit_value = part->fixed->value;
		}
		part->fixed = NULL;
	}
}

/* ---- ranges ---- */

/*
 * Are the texts in the order of the field's values?  Not where the bytes of a
 * shorter one are followed by others.
 */
static bool
is_ordered(const Template *template, int i)
{
	const TemplatePart *part = &template->parts[i];
	const Codec *codec = part->column->codec;

	switch (codec->kind)
	{
		case CODEC_INTEGER:
		case CODEC_NUMERIC:
		case CODEC_DIGITS:
			return part->width > 0;
		case CODEC_TEXT:
			return part->letters == LETTERS_KEPT && i == template->count - 1;
		case CODEC_CANONICAL_TEXT:
			return part->letters == LETTERS_KEPT &&
				(spelling_is_ordered(codec) ||
				 time_is_timestamp(codec->base_type_id));
		default:
			return false;
	}
}

/* The whole number at or below one that is not negative. */
static AttributeValue *
whole_number(const AttributeValue *number)
{
	const char *point = memchr(number->u.text, '.', number->length);
	int			length = point == NULL ? number->length
		: (int) (point - number->u.text);

	return attribute_make_text(ATTRIBUTE_N, pnstrdup(number->u.text, length),
							   length);
}

/* As many nines as the widest number has digits. */
static void
append_nines(MadeText *made, int width)
{
	char	   *nines = palloc(width + 1);

	memset(nines, '9', width);
	nines[width] = '\0';
	made_text_append_literal(made, nines, width);
}

/*
 * The end of what begins as has been made: the last number of so many digits,
 * or behind the last character.
 */
static void
append_end(MadeText *made, const TemplatePart *part)
{
	if (part != NULL && part->width > 0)
		append_nines(made, part->width);
	else
		made_text_append_literal(made, LAST_CHARACTER, strlen(LAST_CHARACTER));
}

/*
 * Appends a bound of a field, as far as it is one of a text: one below all of
 * them is none, and one above all is the last.  False if no text lies on the
 * right side of it.
 */
static bool
append_bound(MadeText *made, const TemplatePart *part, const KeyBound *bound,
			 bool is_lower)
{
	AttributeValue *value = bound->operand->value;

	if (value == NULL || part->width == 0)
	{
		/* also a text that no value of the width has is before or behind it */
		TemplatePart any_width = *part;

		any_width.text_width = 0;
		made_text_append_value(made, &any_width, bound->operand);
		made->culprit = part;
		return made->problem == TEMPLATE_OK;
	}
	if (*value->u.text == '-')
		return is_lower;
	value = whole_number(value);
	if (value->length <= part->width)
		made_text_append_value(made, part, operand_value(value));
	else if (is_lower)
		return false;
	else
		append_nines(made, part->width);
	return true;
}

/*
 * The bound of a key that a text is; of one that is none, being empty or too
 * long, that of what begins as all of the texts; NULL if that is none either.
 */
static Operand *
bound_of_text(const KeyPart *part, const MadeText *made,
			  const TextOfClauses *start, bool is_lower)
{
	Operand    *operand = made_text_operand(made);
	TextOfClauses beginning;

	if (key_can_be_bound(part->is_sort, operand))
		return operand;
	beginning = copy_of(start);
	if (!is_lower)
		append_end(&beginning.made, NULL);
	operand = made_text_operand(&beginning.made);
	return key_can_be_bound(part->is_sort, operand) ? operand : NULL;
}

/*
 * The range of a field as one of the text; both ends, so that it begins so.
 * False if none can be said.
 */
static bool
set_range(KeyFinder *finder, KeyPart *part, int i, const KeyPart *field,
		  const TextOfClauses *start)
{
	const Template *template = part->column->template;
	const TemplatePart *piece = &template->parts[i];
	bool		is_last = i == template->count - 1;
	TextOfClauses lower = copy_of(start);
	TextOfClauses upper = copy_of(start);
	bool		possible = true;

	if (field->lower.operand != NULL)
	{
		possible = append_bound(&lower.made, piece, &field->lower, true);
		lower.clauses = list_concat(lower.clauses, field->lower.clauses);
	}
	if (field->upper.operand == NULL)
		append_end(&upper.made, piece);
	else
	{
		possible &= append_bound(&upper.made, piece, &field->upper, false);
		upper.clauses = list_concat(upper.clauses, field->upper.clauses);
	}
	/* see note_unmade() */
	if (!possible && finder->schema->index_name != NULL)
		return false;
	/* what follows the field sorts behind the field alone */
	if (!is_last && (field->upper.operand != NULL || piece->width > 0))
		append_end(&upper.made, NULL);

	finder->impossible |= !possible;
	part->lower.operand = bound_of_text(part, &lower.made, start, true);
	part->lower.comparison = COMPARISON_GE;
	part->lower.clauses = lower.clauses;
	part->lower.used = start->used;
	part->upper.operand = bound_of_text(part, &upper.made, start, false);
	part->upper.comparison = COMPARISON_LE;
	part->upper.clauses = upper.clauses;
	return true;
}

/* It is not known as a whole: what it begins with, or lies between. */
static void
set_beginning(KeyFinder *finder, KeyPart *part, int i, TextOfClauses *start)
{
	const Template *template = part->column->template;
	const TemplatePart *piece = &template->parts[i];
	const KeyPart *field = key_finder_part(finder, piece->column);
	bool		ordered = is_ordered(template, i);
	Operand    *prefix;

	if (ordered)
		part->ordered_by = piece->column;
	if (field != NULL && ordered &&
		(field->lower.operand != NULL || field->upper.operand != NULL) &&
		set_range(finder, part, i, field, start))
		return;
	if (field != NULL && field->prefix != NULL &&
		piece->letters == LETTERS_KEPT && piece->width == 0)
	{
		made_text_append_value(&start->made, piece, field->prefix);
		start->clauses = list_concat(start->clauses, field->prefix_clauses);
		if (piece->column->source == part->column && i == template->count - 1)
			start->used = list_concat(start->used, field->prefix_used);
	}
	prefix = made_text_operand(&start->made);
	if (!key_can_be_bound(part->is_sort, prefix))
		return;
	part->prefix = prefix;
	part->prefix_clauses = start->clauses;
	part->prefix_used = start->used;
}

static void
apply_to_part(KeyFinder *finder, KeyPart *part)
{
	const Template *template = part->column->template;
	TextOfClauses text = {0};
	int			i;

	made_text_begin(&text.made);
	i = append_fixed(finder, part, &text);
	if (text.made.problem != TEMPLATE_OK)
		note_unmade(finder, part->column, text.made.culprit,
					text.made.problem);
	else if (i == template->count)
		set_whole(finder, part, &text);
	else if (part->is_sort)
		set_beginning(finder, part, i, &text);
}

/* No row has a key that is given as one, and is not as the literals say. */
static void
check_given(KeyFinder *finder, const KeyPart *part)
{
	if (part->column->key == KEY_NONE || part->fixed == NULL ||
		part->fixed->value == NULL ||
		table_key_value_fits(part->column, part->fixed->value))
		return;
	finder->impossible = true;
	finder->misfit = part->column;
}

void
key_template_apply(KeyFinder *finder)
{
	for (int i = 0; i < finder->key_count; i++)
	{
		KeyPart    *part = &finder->parts[i];

		if (part->column->template == NULL)
			continue;
		/* what the WHERE says of the attribute itself goes before */
		if (part->fixed == NULL && part->lower.operand == NULL &&
			part->upper.operand == NULL && part->prefix == NULL)
			apply_to_part(finder, part);
		else
		{
			part->says_itself = true;
			check_given(finder, part);
		}
	}
}
