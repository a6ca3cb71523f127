/*
 * template.c
 *		The option "template": how the text of an attribute is made of literal
 *		text and of the values of columns, and taken apart again.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_collation.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/formatting.h"

#include "translate/codec/codec_number.h"
#include "translate/table/table_column.h"
#include "translate/table/template.h"

/* As many digits as a bigint has. */
#define WIDEST_NUMBER		19

/* ---- reading ---- */

static TemplatePart *
append_part(Template *template)
{
	TemplatePart *parts = template->parts;

	template->parts = palloc0((template->count + 1) * sizeof(TemplatePart));
	if (parts != NULL)
		memcpy(template->parts, parts, template->count * sizeof(TemplatePart));
	return &template->parts[template->count++];
}

static void
add_literal(Template *template, StringInfo text)
{
	TemplatePart *part;
	char	   *converted;

	if (text->len == 0)
		return;
	part = append_part(template);
	converted = pg_server_to_any(text->data, text->len, PG_UTF8);
	part->literal = pstrdup(converted);
	part->length = strlen(converted);
	resetStringInfo(text);
}

/* What follows a field's name: "06", "lower", "upper". */
static bool
read_modifier(TemplatePart *part, const char *text)
{
	if (strcmp(text, "lower") == 0 && part->letters == LETTERS_KEPT)
		part->letters = LETTERS_LOWER;
	else if (strcmp(text, "upper") == 0 && part->letters == LETTERS_KEPT)
		part->letters = LETTERS_UPPER;
	else if (text[0] == '0' && strlen(text) <= 3 && part->width == 0 &&
			 strspn(text, "0123456789") == strlen(text) &&
			 atoi(text) >= 1 && atoi(text) <= WIDEST_NUMBER)
		part->width = atoi(text);
	else
		return false;
	return true;
}

/* "order_id:06", without the braces. */
static bool
add_field(Template *template, char *text, const char **problem)
{
	TemplatePart *part = append_part(template);
	char	   *modifier = strchr(text, ':');

	template->field_count++;
	part->name = text;
	while (modifier != NULL)
	{
		char	   *next = strchr(modifier + 1, ':');

		*modifier++ = '\0';
		if (next != NULL)
			*next = '\0';
		if (!read_modifier(part, modifier))
		{
			*problem = psprintf("\"%s\" is none of 01 to 0%d, lower and upper.",
								modifier, WIDEST_NUMBER);
			return false;
		}
		modifier = next;
	}
	return true;
}

Template *
template_parse(const char *text, const char **problem)
{
	Template   *template = palloc0(sizeof(Template));
	StringInfoData literal;

	initStringInfo(&literal);
	while (*text != '\0')
	{
		const char *end;

		if ((*text == '{' || *text == '}') && text[1] == text[0])
		{
			appendStringInfoChar(&literal, *text);
			text += 2;
			continue;
		}
		if (*text != '{' && *text != '}')
		{
			appendStringInfoChar(&literal, *text++);
			continue;
		}
		end = strchr(text, '}');
		if (*text == '}' || end == NULL)
		{
			*problem = "A brace that is no part of a field is written twice.";
			return NULL;
		}
		add_literal(template, &literal);
		if (!add_field(template, pnstrdup(text + 1, end - text - 1), problem))
			return NULL;
		text = end + 1;
	}
	add_literal(template, &literal);
	return template;
}

/* ---- making ---- */

static void
append_in_letters(StringInfo out, LetterCase letters, const char *text,
				  int length)
{
	char	   *server_text;
	char	   *changed;

	if (letters == LETTERS_KEPT)
	{
		appendBinaryStringInfo(out, text, length);
		return;
	}
	server_text = pg_any_to_server(text, length, PG_UTF8);
	changed = letters == LETTERS_LOWER
		? str_tolower(server_text, strlen(server_text), DEFAULT_COLLATION_OID)
		: str_toupper(server_text, strlen(server_text), DEFAULT_COLLATION_OID);
	appendStringInfoString(out, pg_server_to_any(changed, strlen(changed),
												 PG_UTF8));
}

/* The text of a field's value, without padding. */
static const AttributeValue *
plain_text(const AttributeValue *value, AttributeValue *out)
{
	if (value->type == ATTRIBUTE_BOOL)
	{
		out->type = ATTRIBUTE_S;
		out->u.text = value->u.boolean ? "true" : "false";
		out->length = strlen(out->u.text);
		return out;
	}
	if (value->type == ATTRIBUTE_N &&
		number_encode_text(value->u.text, out) == ENCODE_OK)
		return out;
	return value;
}

/* False if the number is no integer of that many digits. */
static bool
append_padded(StringInfo out, const AttributeValue *value, int width)
{
	if (value->length > width ||
		strspn(value->u.text, "0123456789") != (size_t) value->length)
		return false;
	for (int i = value->length; i < width; i++)
		appendStringInfoChar(out, '0');
	appendBinaryStringInfo(out, value->u.text, value->length);
	return true;
}

TemplateProblem
template_append_field(StringInfo out, const TemplatePart *part,
					  const AttributeValue *value)
{
	AttributeValue buffer;
	const AttributeValue *text = plain_text(value, &buffer);

	if (text->length == 0)
		return TEMPLATE_EMPTY;
	if (part->width > 0)
		return append_padded(out, text, part->width)
			? TEMPLATE_OK : TEMPLATE_WIDTH;
	if (part->text_width > 0 && text->length != part->text_width)
		return TEMPLATE_WIDTH;
	append_in_letters(out, part->letters, text->u.text, text->length);
	return TEMPLATE_OK;
}

/* Is a column read out of this text? */
static bool
is_read_back(const Template *template, const TemplatePart *part)
{
	return part->literal == NULL && part->column->source == template->owner;
}

/* Does the text give the values back that columns are read of? */
static TemplateProblem
check_reading_back(const Template *template, const AttributeValue *text,
				   AttributeValue *const *values, const TemplatePart **culprit)
{
	AttributeValue **pieces = palloc0(template->count *
									  sizeof(AttributeValue *));
	bool		fits = template_take_apart(template, text, pieces);

	for (int i = 0; i < template->count; i++)
	{
		const TemplatePart *part = &template->parts[i];

		if (!is_read_back(template, part))
			continue;
		*culprit = part;
		if (!fits)
			return TEMPLATE_AMBIGUOUS;
		if (!scalars_equal(values[i], pieces[i]))
			return TEMPLATE_AMBIGUOUS;
	}
	return TEMPLATE_OK;
}

AttributeValue *
template_make(const Template *template, AttributeValue *const *values,
			  TemplateProblem *problem, const TemplatePart **culprit)
{
	StringInfoData text;
	AttributeValue *made;

	initStringInfo(&text);
	for (int i = 0; i < template->count; i++)
	{
		const TemplatePart *part = &template->parts[i];

		if (part->literal != NULL)
		{
			appendBinaryStringInfo(&text, part->literal, part->length);
			continue;
		}
		*culprit = part;
		*problem = template_append_field(&text, part, values[i]);
		if (*problem != TEMPLATE_OK)
			return NULL;
	}
	made = attribute_make_text(ATTRIBUTE_S, text.data, text.len);
	*problem = check_reading_back(template, made, values, culprit);
	return *problem == TEMPLATE_OK ? made : NULL;
}

/* ---- taking apart ---- */

/* Where a piece ends that begins at the place; NULL: nowhere. */
static const char *
end_of_piece(const Template *template, int i, const char *place,
			 const char *end)
{
	const TemplatePart *part = &template->parts[i];
	const TemplatePart *next = part + 1;
	int			width = part->width > 0 ? part->width : part->text_width;

	if (width > 0)
		return end - place >= width ? place + width : NULL;
	if (i + 1 == template->count)
		return place < end ? end : NULL;
	if (next->literal == NULL)
		return NULL;
	for (place++; end - place >= next->length; place++)
		if (memcmp(place, next->literal, next->length) == 0)
			return place;
	return NULL;
}

/* One piece of text for each field. */
static bool
split_text(const Template *template, const AttributeValue *text,
	  AttributeValue *pieces)
{
	const char *place = text->u.text;
	const char *end = place + text->length;

	if (text->type != ATTRIBUTE_S)
		return false;
	for (int i = 0; i < template->count; i++)
	{
		const TemplatePart *part = &template->parts[i];
		const char *next;

		if (part->literal != NULL)
		{
			if (end - place < part->length ||
				memcmp(place, part->literal, part->length) != 0)
				return false;
			place += part->length;
			continue;
		}
		next = end_of_piece(template, i, place, end);
		if (next == NULL)
			return false;
		pieces[i].type = ATTRIBUTE_S;
		pieces[i].u.text = unconstify(char *, place);
		pieces[i].length = next - place;
		place = next;
	}
	return place == end;
}

/* The digits of a padded number, without the zeros in front. */
static void
strip_padding(AttributeValue *piece)
{
	while (piece->length > 1 && *piece->u.text == '0')
	{
		piece->u.text++;
		piece->length--;
	}
}

/*
 * A piece as an attribute of the type; NULL if it is no value's only spelling.
 */
static AttributeValue *
piece_of_type(const TemplatePart *part, AttributeValue piece)
{
	AttributeType type = part->column->codec->attribute_type;
	AttributeValue number;
	char	   *text;

	if (part->width > 0)
		strip_padding(&piece);
	text = pnstrdup(piece.u.text, piece.length);
	switch (type)
	{
		case ATTRIBUTE_BOOL:
			if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
				return NULL;
			return attribute_make_bool(text[0] == 't');
		case ATTRIBUTE_N:
			if (strspn(text, "-0123456789.") != (size_t) piece.length ||
				number_encode_text(text, &number) != ENCODE_OK ||
				number.length != piece.length ||
				memcmp(number.u.text, text, number.length) != 0)
				return NULL;
			break;
		default:
			break;
	}
	return attribute_make_text(type, text, piece.length);
}

bool
template_take_apart(const Template *template, const AttributeValue *text,
					AttributeValue **values)
{
	AttributeValue *pieces = palloc0(template->count *
									 sizeof(AttributeValue));

	if (!split_text(template, text, pieces))
		return false;
	for (int i = 0; i < template->count; i++)
	{
		const TemplatePart *part = &template->parts[i];

		if (!is_read_back(template, part))
			continue;
		values[i] = piece_of_type(part, pieces[i]);
		if (values[i] == NULL)
			return false;
	}
	return true;
}

bool
template_fits_literals(const Template *template, const AttributeValue *text)
{
	AttributeValue *pieces = palloc0(template->count *
									 sizeof(AttributeValue));

	return split_text(template, text, pieces);
}

const char *
template_start(const Template *template, int *length)
{
	const TemplatePart *first = &template->parts[0];

	if (template->count == 0 || first->literal == NULL)
	{
		*length = 0;
		return "";
	}
	*length = first->length;
	return first->literal;
}

bool
template_has_later_literals(const Template *template)
{
	for (int i = 1; i < template->count; i++)
		if (template->parts[i].literal != NULL)
			return true;
	return false;
}
