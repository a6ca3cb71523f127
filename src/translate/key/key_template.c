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

			if (field->literal != NULL ||
				finder->part_count == KEY_PARTS_LIMIT ||
				key_finder_part(finder, field->column) != NULL)
				continue;
			finder->parts[finder->part_count].is_field = true;
			finder->parts[finder->part_count].is_sort = true;
			finder->parts[finder->part_count++].column = field->column;
		}
	}
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
		if (piece->column->source == part->column)
			text->used = list_concat(text->used, field->fixed_used);
	}
	return i;
}

/* No row has such values. */
static void
note_unmade(KeyFinder *finder, const Column *made, const TemplatePart *field,
			TemplateProblem problem)
{
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
	TemplateProblem problem;
	const TemplatePart *culprit;

	for (int i = 0; i < template->count; i++)
		if (template->parts[i].literal == NULL)
			fields[i] = key_finder_part(finder,
										template->parts[i].column)->fixed;
	part->fixed = made_operand(part->column, fields, &problem, &culprit);
	part->fixed_clauses = text->clauses;
	part->fixed_used = text->used;
	if (part->fixed == NULL)
		note_unmade(finder, part->column, culprit, problem);
	else if (!key_can_hold(part->column, part->is_sort, part->fixed))
		finder->impossible = true;
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
		made_text_append_value(made, part, bound->operand);
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

/* The range of a field as one of the text; both ends, so that it begins so. */
static void
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
	/* what follows the field sorts behind the field alone */
	if (!is_last && (field->upper.operand != NULL || piece->width > 0))
		append_end(&upper.made, NULL);

	finder->impossible |= !possible;
	part->lower.operand = made_text_operand(&lower.made);
	part->lower.comparison = COMPARISON_GE;
	part->lower.clauses = lower.clauses;
	part->lower.used = start->used;
	part->upper.operand = made_text_operand(&upper.made);
	part->upper.comparison = COMPARISON_LE;
	part->upper.clauses = upper.clauses;
}

/* It is not known as a whole: what it begins with, or lies between. */
static void
set_beginning(KeyFinder *finder, KeyPart *part, int i, TextOfClauses *start)
{
	const Template *template = part->column->template;
	const TemplatePart *piece = &template->parts[i];
	const KeyPart *field = key_finder_part(finder, piece->column);
	bool		ordered = is_ordered(template, i);

	if (ordered)
		part->ordered_by = piece->column;
	if (field != NULL && ordered &&
		(field->lower.operand != NULL || field->upper.operand != NULL))
	{
		set_range(finder, part, i, field, start);
		return;
	}
	if (field != NULL && field->prefix != NULL &&
		piece->letters == LETTERS_KEPT && piece->width == 0)
	{
		made_text_append_value(&start->made, piece, field->prefix);
		start->clauses = list_concat(start->clauses, field->prefix_clauses);
		if (piece->column->source == part->column && i == template->count - 1)
			start->used = list_concat(start->used, field->prefix_used);
	}
	if (start->made.text.len == 0 && !start->made.is_unknown)
		return;
	part->prefix = made_text_operand(&start->made);
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
			part->says_itself = true;
	}
}
