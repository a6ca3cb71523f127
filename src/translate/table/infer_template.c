/*
 * infer_template.c
 *		The template that makes the texts of an attribute, told from items.
 *
 * All texts are taken apart at once, from left to right: what follows is the
 * value that each item has in the same attribute, or a literal text that all
 * have, or a piece up to the next such text.  The first way that comes to the
 * end of all is taken, if the template really makes them.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "translate/codec/codec.h"
#include "translate/table/identifier.h"
#include "translate/table/infer_template.h"
#include "translate/table/table_column.h"

/* What stands between the parts of a key. */
#define SEPARATORS	"#_:/|"

/* Ways that are tried. */
#define MOST_STEPS	5000

typedef struct Search
{
	const TemplateQuestion *question;
	int			count;			/* items that have a text */
	const AttributeValue **texts;	/* of these */
	int		   *items;			/* which of the question's they are */
	bool		with_pieces;	/* for what no field has */
	bool		all_same;		/* one text in all items */
	int			steps;
	InferredTemplate found;
} Search;

static bool search_from(Search *search, const int *places);

/* ---- texts ---- */

static bool
is_separator(char byte)
{
	return byte != '\0' && strchr(SEPARATORS, byte) != NULL;
}

static bool
is_plain_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool
has_at(const AttributeValue *text, int place, const char *what, int length)
{
	return text->length - place >= length &&
		memcmp(text->u.text + place, what, length) == 0;
}

/* Where what occurs first at the place or behind it; -1: nowhere. */
static int
find_in(const AttributeValue *text, int place, const char *what, int length)
{
	for (; text->length - place >= length; place++)
		if (memcmp(text->u.text + place, what, length) == 0)
			return place;
	return -1;
}

/* Where the separators end that stand at the place. */
static int
end_of_separators(const AttributeValue *text, int place)
{
	while (place < text->length && is_separator(text->u.text[place]))
		place++;
	return place;
}

static int
end_of_word(const AttributeValue *text, int place)
{
	while (place < text->length && !is_separator(text->u.text[place]))
		place++;
	return place;
}

/* The last word of the parts so far, in small letters; "": there is none. */
static char *
word_before(const Search *search)
{
	const InferredPart *last;
	int			end;
	int			start;
	StringInfoData word;

	initStringInfo(&word);
	if (search->found.count == 0)
		return word.data;
	last = &search->found.parts[search->found.count - 1];
	if (last->literal == NULL)
		return word.data;
	for (end = last->length; end > 0 &&
		 is_separator(last->literal[end - 1]);)
		end--;
	for (start = end; start > 0 && !is_separator(last->literal[start - 1]);)
		start--;
	for (int i = start; i < end; i++)
		if (is_plain_letter(last->literal[i]) || is_digit(last->literal[i]) ||
			IS_HIGHBIT_SET(last->literal[i]))
			appendStringInfoChar(&word, pg_ascii_tolower(last->literal[i]));
	return word.data;
}

/* ---- parts ---- */

/* A literal is one with the literal before it. */
static void
push_literal(InferredTemplate *found, const char *text, int length)
{
	InferredPart *last = found->count == 0 ? NULL
		: &found->parts[found->count - 1];
	char	   *joined;

	if (last == NULL || last->literal == NULL)
	{
		last = &found->parts[found->count++];
		memset(last, 0, sizeof(InferredPart));
		last->field = -1;
		last->literal = "";
	}
	joined = palloc(last->length + length + 1);
	memcpy(joined, last->literal, last->length);
	memcpy(joined + last->length, text, length);
	joined[last->length + length] = '\0';
	last->literal = joined;
	last->length += length;
}

static InferredPart *
push_part(InferredTemplate *found)
{
	InferredPart *part = &found->parts[found->count++];

	memset(part, 0, sizeof(InferredPart));
	part->field = -1;
	return part;
}

static void
push_piece(InferredTemplate *found, const char *word)
{
	push_part(found)->word = word;
	found->pieces++;
}

/* ---- does a template really make the texts? ---- */

/* A column whose attribute the template makes, or that is read out of it. */
static Column *
make_text_column(Column *source)
{
	static const CodecOptions options = {.type = "S"};
	const char *problem;
	const char *hint;
	Column	   *column = palloc0(sizeof(Column));

	column->source = source;
	column->codec = codec_create(TEXTOID, -1, C_COLLATION_OID, &options,
								 &problem, &hint);
	return column;
}

static Template *
template_of_parts(const InferredTemplate *found)
{
	Template   *template = palloc0(sizeof(Template));
	Column	   *piece;

	template->owner = make_text_column(NULL);
	piece = make_text_column(template->owner);
	template->count = found->count;
	template->parts = palloc0(found->count * sizeof(TemplatePart));
	for (int i = 0; i < found->count; i++)
	{
		const InferredPart *from = &found->parts[i];
		TemplatePart *part = &template->parts[i];

		part->literal = from->literal;
		part->length = from->length;
		part->width = from->width;
		part->letters = from->letters;
		if (from->literal == NULL)
			part->column = from->field < 0 ? piece : make_text_column(NULL);
	}
	return template;
}

static bool
makes_text(const Search *search, const Template *template, int i,
		   AttributeValue **values)
{
	const TemplateQuestion *question = search->question;
	TemplateProblem problem;
	const TemplatePart *culprit;
	const AttributeValue *made;

	if (!template_take_apart(template, search->texts[i], values))
		return false;
	for (int n = 0; n < template->count; n++)
	{
		int			field = search->found.parts[n].field;

		if (field >= 0)
			values[n] = unconstify(AttributeValue *,
								   question->fields[field].values[search->items[i]]);
	}
	made = template_make(template, values, &problem, &culprit);
	return made != NULL && attribute_equal(made, search->texts[i]);
}

/* If so, what each piece is of each item is known. */
static bool
makes_all(Search *search)
{
	InferredTemplate *found = &search->found;
	Template   *template = template_of_parts(found);
	AttributeValue **values = palloc0(found->count * sizeof(AttributeValue *));

	for (int n = 0; n < found->count; n++)
		if (found->parts[n].word != NULL)
			found->parts[n].values = palloc0(search->question->count *
											 sizeof(AttributeValue *));
	for (int i = 0; i < search->count; i++)
	{
		memset(values, 0, found->count * sizeof(AttributeValue *));
		if (!makes_text(search, template, i, values))
			return false;
		for (int n = 0; n < found->count; n++)
			if (found->parts[n].word != NULL)
				found->parts[n].values[search->items[i]] = values[n];
	}
	found->items = search->count;
	return true;
}

/* ---- the next part: a field ---- */

/* "userid" and userId, "user" and userId; an id may be anything's. */
static bool
is_named_by(const char *name, const char *word)
{
	StringInfoData letters;

	int			length = strlen(word);

	initStringInfo(&letters);
	for (; *name != '\0'; name++)
		if (is_plain_letter(*name) || is_digit(*name))
			appendStringInfoChar(&letters, pg_ascii_tolower(*name));
	if (length == 0)
		return false;
	return strcmp(letters.data, "id") == 0 ||
		(letters.len > 1 && length > 1 &&
		 strncmp(letters.data, word, Min(letters.len, length)) == 0);
}

/*
 * May the field be meant?  That a value which is the same in all items is seen
 * in all texts may be chance.
 */
static bool
is_plausible(const Search *search, const InferredField *field, bool is_named,
			 const int *places)
{
	const AttributeValue *text = search->texts[0];

	if (!field->is_constant || is_named)
		return true;
	return search->count == 1 && places[0] == 0 &&
		field->values[search->items[0]]->length == text->length &&
		strcspn(text->u.text, "0123456789") < (size_t) text->length;
}

/* Letters are changed in the database's encoding. */
static bool
can_be_spelled(const AttributeValue *value, LetterCase letters)
{
	return letters == LETTERS_KEPT ||
		identifier_to_server(value->u.text) != NULL;
}

/* Is the field, so spelled, what all texts have at their places? */
static bool
field_matches(const Search *search, const InferredPart *part,
			  const int *places, int *next)
{
	const InferredField *field = &search->question->fields[part->field];
	TemplatePart spelling = {
		.width = part->width,
		.letters = part->letters
	};
	StringInfoData out;
	bool		matches = true;

	initStringInfo(&out);
	for (int i = 0; i < search->count && matches; i++)
	{
		const AttributeValue *text = search->texts[i];
		const AttributeValue *value = field->values[search->items[i]];

		resetStringInfo(&out);
		matches = value != NULL && can_be_spelled(value, part->letters) &&
			template_append_field(&out, &spelling, value) == TEMPLATE_OK &&
			has_at(text, places[i], out.data, out.len);
		if (!matches)
			break;
		next[i] = places[i] + out.len;
		matches = next[i] == text->length ||
			is_separator(text->u.text[next[i]]);
	}
	pfree(out.data);
	return matches;
}

static bool
try_spelling(Search *search, int field, int width, LetterCase letters,
			 const int *places)
{
	InferredTemplate *found = &search->found;
	InferredPart part = {.field = field, .width = width, .letters = letters};
	int		   *next = palloc(search->count * sizeof(int));
	bool		fits = field_matches(search, &part, places, next);

	if (fits)
	{
		*push_part(found) = part;
		found->fields++;
		fits = search_from(search, next);
		if (!fits)
		{
			found->fields--;
			found->count--;
		}
	}
	pfree(next);
	return fits;
}

/* The digits at the place of the first text, as many as a template pads to. */
static int
digits_at(const Search *search, const int *places)
{
	const AttributeValue *text = search->texts[0];
	int			width = 0;

	while (places[0] + width < text->length &&
		   is_digit(text->u.text[places[0] + width]))
		width++;
	return width <= 19 ? width : 0;
}

static bool
try_field(Search *search, int i, const int *places)
{
	const InferredField *field = &search->question->fields[i];
	int			width = field->is_number ? digits_at(search, places) : 0;

	if (field->is_text && search->question->prefers_lower &&
		try_spelling(search, i, 0, LETTERS_LOWER, places))
		return true;
	if (try_spelling(search, i, 0, LETTERS_KEPT, places))
		return true;
	if (width > 0 && try_spelling(search, i, width, LETTERS_KEPT, places))
		return true;
	return field->is_text &&
		(try_spelling(search, i, 0, LETTERS_LOWER, places) ||
		 try_spelling(search, i, 0, LETTERS_UPPER, places));
}

/* Those that the word before is like go first. */
static bool
try_fields(Search *search, const int *places)
{
	const TemplateQuestion *question = search->question;
	const InferredTemplate *found = &search->found;
	const char *word;

	if (found->count > 0 && found->parts[found->count - 1].literal == NULL)
		return false;
	word = word_before(search);
	for (int named = 1; named >= 0; named--)
	{
		for (int i = 0; i < question->field_count; i++)
		{
			const InferredField *field = &question->fields[i];

			if (!field->is_barred &&
				field->values[search->items[0]] != NULL &&
				is_named_by(field->name, word) == (named == 1) &&
				is_plausible(search, field, named == 1, places) &&
				try_field(search, i, places))
				return true;
		}
	}
	return false;
}

/* ---- the next part: literal text ---- */

/*
 * Is it what stands between two #, in the place of a value, as acme in
 * TENANT#acme#USER#7?
 */
static bool
is_in_place_of_value(const AttributeValue *text, int start, int length)
{
	int			end = start + length;
	int			before = 0;
	int			all = 0;

	if (start == 0 || text->u.text[start - 1] != '#' ||
		(end < text->length && text->u.text[end] != '#'))
		return false;
	for (int i = 0; i < text->length; i++)
	{
		all += text->u.text[i] == '#';
		before += i < start && text->u.text[i] == '#';
	}
	return all % 2 == 1 && before % 2 == 1;
}

/* In all texts?  Then it is a value, even if it is the same in all. */
static bool
is_always_in_place_of_value(const Search *search, const int *places,
							int length)
{
	for (int i = 0; i < search->count; i++)
		if (!is_in_place_of_value(search->texts[i], places[i], length))
			return false;
	return true;
}

/* May it be a word of the program's, and not a value? */
static bool
is_word(const AttributeValue *text, int start, int end)
{
	if (end == start)
		return false;
	/* a version, as in $order_1 */
	return !is_digit(text->u.text[start]) ||
		(start > 0 && text->u.text[start - 1] == '_' && end - start <= 3);
}

static bool
try_literal(Search *search, const int *places)
{
	InferredTemplate *found = &search->found;
	InferredTemplate before = *found;
	const AttributeValue *first = search->texts[0];
	const char *start = first->u.text + places[0];
	int			end = end_of_separators(first, places[0]);
	int		   *next;
	bool		fits = true;

	if (end == places[0])
	{
		int			word_end = end_of_word(first, end);

		if (!is_word(first, end, word_end) ||
			is_always_in_place_of_value(search, places, word_end - end))
			return false;
		end = end_of_separators(first, word_end);
	}
	next = palloc(search->count * sizeof(int));
	for (int i = 0; i < search->count && fits; i++)
	{
		next[i] = places[i] + end - places[0];
		fits = has_at(search->texts[i], places[i], start, end - places[0]);
	}
	if (fits)
	{
		push_literal(found, start, end - places[0]);
		fits = search_from(search, next);
	}
	if (!fits)
		*found = before;
	pfree(next);
	return fits;
}

/* ---- the next part: a piece that no field has ---- */

/* The piece ends where all texts go on with the same literal. */
static bool
try_piece_before(Search *search, const int *places, const char *word,
				 const char *literal, int length)
{
	InferredTemplate *found = &search->found;
	InferredTemplate before = *found;
	int		   *next = palloc(search->count * sizeof(int));
	bool		fits = true;

	for (int i = 0; i < search->count && fits; i++)
	{
		int			place = find_in(search->texts[i], places[i] + 1, literal,
									length);

		fits = place >= 0;
		next[i] = place + length;
	}
	if (fits)
	{
		push_piece(found, word);
		push_literal(found, literal, length);
		fits = search_from(search, next);
	}
	if (!fits)
		*found = before;
	pfree(next);
	return fits;
}

/*
 * A piece before a word that the first text has: it stands between separators
 * like the one before the piece.
 */
static bool
try_piece_before_words(Search *search, const int *places, const char *word,
					   char separator)
{
	const AttributeValue *first = search->texts[0];

	for (int at = places[0] + 1; at < first->length; at++)
	{
		int			start;
		int			end;

		if (first->u.text[at] != separator)
			continue;
		start = end_of_separators(first, at);
		end = end_of_word(first, start);
		if (is_word(first, start, end) &&
			(end < first->length || search->count > 1) &&
			try_piece_before(search, places, word, first->u.text + at,
							 end_of_separators(first, end) - at))
			return true;
		at = start - 1;
	}
	return false;
}

/* A piece that is all the rest. */
static bool
try_rest(Search *search, const int *places, const char *word)
{
	InferredTemplate *found = &search->found;
	InferredTemplate before = *found;
	int		   *next = palloc(search->count * sizeof(int));
	bool		fits;

	for (int i = 0; i < search->count; i++)
		next[i] = search->texts[i]->length;
	push_piece(found, word);
	fits = places[0] < next[0] && search_from(search, next);
	if (!fits)
		*found = before;
	pfree(next);
	return fits;
}

static bool
try_piece(Search *search, const int *places)
{
	const InferredTemplate *found = &search->found;
	const InferredPart *last;
	const char *word = word_before(search);
	char		separator;

	if (!search->with_pieces || *word == '\0' || is_digit(*word))
		return false;
	last = &found->parts[found->count - 1];
	separator = last->literal[last->length - 1];
	if (!is_separator(separator))
		return false;
	return try_piece_before_words(search, places, word, separator) ||
		try_piece_before(search, places, word, &separator, 1) ||
		try_rest(search, places, word);
}

/* ---- searching ---- */

static bool
is_answer(Search *search)
{
	const InferredTemplate *found = &search->found;

	if (found->fields + found->pieces == 0)
		return false;
	return makes_all(search);
}

static bool
search_from(Search *search, const int *places)
{
	int			ended = 0;

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < search->count; i++)
		ended += places[i] == search->texts[i]->length;
	if (ended == search->count)
		return is_answer(search);
	if (ended > 0 || ++search->steps > MOST_STEPS ||
		search->found.count > MOST_INFERRED_PARTS - 3)
		return false;
	return try_fields(search, places) || try_literal(search, places) ||
		try_piece(search, places);
}

/*
 * Words are looked for in the first text: the shortest one, whose values hold
 * the fewest separators.
 */
static void
put_shortest_first(Search *search)
{
	int			shortest = 0;
	const AttributeValue *text;
	int			item;

	for (int i = 1; i < search->count; i++)
	{
		const AttributeValue *a = search->texts[i];
		const AttributeValue *b = search->texts[shortest];

		if (a->length < b->length ||
			(a->length == b->length &&
			 memcmp(a->u.text, b->u.text, a->length) < 0))
			shortest = i;
	}
	text = search->texts[shortest];
	item = search->items[shortest];
	search->texts[shortest] = search->texts[0];
	search->items[shortest] = search->items[0];
	search->texts[0] = text;
	search->items[0] = item;
}

/* The items that have a text; false: none has, or some have no string. */
static bool
take_texts(Search *search)
{
	const TemplateQuestion *question = search->question;

	search->texts = palloc(question->count * sizeof(AttributeValue *));
	search->items = palloc(question->count * sizeof(int));
	search->all_same = true;
	for (int i = 0; i < question->count; i++)
	{
		const AttributeValue *text = question->texts[i];

		if (text == NULL)
			continue;
		if (text->type != ATTRIBUTE_S ||
			strlen(text->u.text) != (size_t) text->length || text->length == 0)
			return false;
		search->texts[search->count] = text;
		search->items[search->count++] = i;
		search->all_same = search->all_same &&
			attribute_equal(text, search->texts[0]);
	}
	if (search->count > 0)
		put_shortest_first(search);
	return search->count > 0;
}

static void
mark_constants(const Search *search)
{
	for (int n = 0; n < search->question->field_count; n++)
	{
		InferredField *field = &search->question->fields[n];
		const AttributeValue *first = field->values[search->items[0]];

		field->is_constant = true;
		for (int i = 1; i < search->count && field->is_constant; i++)
		{
			const AttributeValue *value = field->values[search->items[i]];

			field->is_constant = first != NULL && value != NULL &&
				attribute_equal(first, value);
		}
	}
}

static bool
is_constant_text(const Search *search)
{
	const AttributeValue *text = search->texts[0];

	if (!search->question->may_have_pieces || !search->all_same)
		return false;
	if (search->count > 1 && !search->question->is_partition)
		return true;
	for (int i = 0; i < text->length; i++)
		if (!(text->u.text[i] >= 'A' && text->u.text[i] <= 'Z') &&
			text->u.text[i] != '_' && text->u.text[i] != '-')
			return false;
	return text->length > 1;
}

InferredTemplate *
infer_constant(const TemplateQuestion *question, const char *literal)
{
	InferredTemplate *found = palloc0(sizeof(InferredTemplate));

	push_literal(found, literal, strlen(literal));
	for (int i = 0; i < question->count; i++)
		found->items += question->texts[i] != NULL;
	return found;
}

static InferredTemplate *
keep_found(const Search *search)
{
	InferredTemplate *found = palloc(sizeof(InferredTemplate));

	*found = search->found;
	return found;
}

InferredTemplate *
infer_template(const TemplateQuestion *question)
{
	Search		search = {.question = question};
	int		   *places;

	if (!take_texts(&search))
		return NULL;
	mark_constants(&search);
	places = palloc0(search.count * sizeof(int));
	if (search_from(&search, places))
		return keep_found(&search);
	if (is_constant_text(&search))
		return infer_constant(question, search.texts[0]->u.text);
	search.with_pieces = true;
	search.steps = 0;
	memset(&search.found, 0, sizeof(InferredTemplate));
	return question->may_have_pieces && search_from(&search, places)
		? keep_found(&search) : NULL;
}

InferredTemplate *
infer_start(const TemplateQuestion *question, const char *literal)
{
	Search		search = {.question = question, .with_pieces = true};
	int			length = strlen(literal);

	if (!take_texts(&search))
		return NULL;
	push_literal(&search.found, literal, length);
	push_piece(&search.found, word_before(&search));
	return makes_all(&search) ? keep_found(&search) : NULL;
}
