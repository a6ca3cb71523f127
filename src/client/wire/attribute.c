/*
 * attribute.c
 *		DynamoDB's AttributeValue in memory, and its JSON spelling.
 */
#include "postgres.h"

#include "common/base64.h"
#include "mb/pg_wchar.h"

#include "client/wire/attribute.h"

/* What attribute_append_readable() shows of long values. */
#define READABLE_TEXT_LENGTH	64	/* bytes */
#define READABLE_ELEMENTS		10

/* What a list or map counts for, beside one byte for each of its members. */
#define CONTAINER_SIZE			3

static const char *const type_names[] = {
	[ATTRIBUTE_S] = "S",
	[ATTRIBUTE_N] = "N",
	[ATTRIBUTE_B] = "B",
	[ATTRIBUTE_BOOL] = "BOOL",
	[ATTRIBUTE_NULL] = "NULL",
	[ATTRIBUTE_SS] = "SS",
	[ATTRIBUTE_NS] = "NS",
	[ATTRIBUTE_BS] = "BS",
	[ATTRIBUTE_L] = "L",
	[ATTRIBUTE_M] = "M"
};

const char *
attribute_type_name(AttributeType type)
{
	return type_names[type];
}

bool
attribute_type_from_name(const char *name, AttributeType *type)
{
	for (int i = 0; i < (int) lengthof(type_names); i++)
	{
		if (strcmp(type_names[i], name) == 0)
		{
			*type = (AttributeType) i;
			return true;
		}
	}
	return false;
}

AttributeType
attribute_element_type(AttributeType set)
{
	return set == ATTRIBUTE_SS ? ATTRIBUTE_S :
		set == ATTRIBUTE_NS ? ATTRIBUTE_N : ATTRIBUTE_B;
}

AttributeValue *
item_find(const DynamoItem *item, const char *name)
{
	int			length = strlen(name);

	for (int i = 0; i < item->count; i++)
	{
		Attribute  *attribute = &item->attributes[i];

		if (attribute->name_length == length &&
			memcmp(attribute->name, name, length) == 0)
			return &attribute->value;
	}
	return NULL;
}

/* ---- making ---- */

static AttributeValue *
make_value(AttributeType type, int length)
{
	AttributeValue *value = palloc0(sizeof(AttributeValue));

	value->type = type;
	value->length = length;
	return value;
}

AttributeValue *
attribute_make_text(AttributeType type, char *text, int length)
{
	AttributeValue *value = make_value(type, length);

	value->u.text = text;
	return value;
}

AttributeValue *
attribute_make_integer(int64 number)
{
	char	   *text = psprintf(INT64_FORMAT, number);

	return attribute_make_text(ATTRIBUTE_N, text, strlen(text));
}

AttributeValue *
attribute_make_bool(bool boolean)
{
	AttributeValue *value = make_value(ATTRIBUTE_BOOL, 0);

	value->u.boolean = boolean;
	return value;
}

AttributeValue *
attribute_make_null(void)
{
	return make_value(ATTRIBUTE_NULL, 0);
}

AttributeValue *
attribute_make_elements(AttributeType type, AttributeValue *elements,
						int count)
{
	AttributeValue *value = make_value(type, count);

	value->u.elements = elements;
	return value;
}

/* ---- copying ---- */

static Attribute *copy_attributes(const Attribute *attributes, int count);

static char *
copy_of_length(const char *text, int length)
{
	char	   *copy = palloc(length + 1);

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

static void
copy_value(AttributeValue *copy, const AttributeValue *value)
{
	*copy = *value;
	switch (value->type)
	{
		case ATTRIBUTE_S:
		case ATTRIBUTE_N:
		case ATTRIBUTE_B:
			copy->u.text = copy_of_length(value->u.text, value->length);
			break;
		case ATTRIBUTE_BOOL:
		case ATTRIBUTE_NULL:
			break;
		case ATTRIBUTE_SS:
		case ATTRIBUTE_NS:
		case ATTRIBUTE_BS:
		case ATTRIBUTE_L:
			copy->u.elements = palloc(value->length * sizeof(AttributeValue));
			for (int i = 0; i < value->length; i++)
				copy_value(&copy->u.elements[i], &value->u.elements[i]);
			break;
		case ATTRIBUTE_M:
			copy->u.entries = copy_attributes(value->u.entries,
											  value->length);
			break;
	}
}

static Attribute *
copy_attributes(const Attribute *attributes, int count)
{
	Attribute  *copy = palloc(count * sizeof(Attribute));

	for (int i = 0; i < count; i++)
	{
		copy[i].name = copy_of_length(attributes[i].name,
									  attributes[i].name_length);
		copy[i].name_length = attributes[i].name_length;
		copy_value(&copy[i].value, &attributes[i].value);
	}
	return copy;
}

DynamoItem *
item_copy(const DynamoItem *item)
{
	DynamoItem *copy = palloc(sizeof(DynamoItem));

	copy->count = item->count;
	copy->attributes = copy_attributes(item->attributes, item->count);
	return copy;
}

void
item_add(DynamoItem *item, const char *name, const AttributeValue *value)
{
	Attribute  *attribute = &item->attributes[item->count++];

	attribute->name = unconstify(char *, name);
	attribute->name_length = strlen(name);
	attribute->value = *value;
}

/* ---- comparing ---- */

static int
compare_texts(const AttributeValue *a, const AttributeValue *b)
{
	int			result = memcmp(a->u.text, b->u.text,
								Min(a->length, b->length));

	return result != 0 ? result : a->length - b->length;
}

/* Equal ones in the order in which they stand. */
static int
compare_elements(const void *a, const void *b)
{
	const AttributeValue *first = *(AttributeValue *const *) a;
	const AttributeValue *second = *(AttributeValue *const *) b;
	int			result = compare_texts(first, second);

	if (result != 0)
		return result;
	return first < second ? -1 : first > second;
}

AttributeValue **
attribute_sort_elements(AttributeValue *elements, int count)
{
	AttributeValue **sorted = palloc(count * sizeof(AttributeValue *));

	for (int i = 0; i < count; i++)
		sorted[i] = &elements[i];
	qsort(sorted, count, sizeof(AttributeValue *), compare_elements);
	return sorted;
}

/* Sets of the same number of elements. */
static bool
sets_equal(const AttributeValue *a, const AttributeValue *b)
{
	AttributeValue **sorted_a = attribute_sort_elements(a->u.elements,
														a->length);
	AttributeValue **sorted_b = attribute_sort_elements(b->u.elements,
														b->length);
	bool		equal = true;

	for (int i = 0; equal && i < a->length; i++)
		equal = compare_texts(sorted_a[i], sorted_b[i]) == 0;
	pfree(sorted_a);
	pfree(sorted_b);
	return equal;
}

static bool
lists_equal(const AttributeValue *a, const AttributeValue *b)
{
	for (int i = 0; i < a->length; i++)
	{
		if (!attribute_equal(&a->u.elements[i], &b->u.elements[i]))
			return false;
	}
	return true;
}

/* Maps of the same number of entries, whose names are unique. */
static bool
maps_equal(const AttributeValue *a, const AttributeValue *b)
{
	for (int i = 0; i < a->length; i++)
	{
		const Attribute *entry = &a->u.entries[i];
		int			candidate = i;
		int			tried = 0;

		/* the order is mostly the same: begin at the same place */
		while (tried < b->length &&
			   (b->u.entries[candidate].name_length != entry->name_length ||
				memcmp(b->u.entries[candidate].name, entry->name,
					   entry->name_length) != 0))
		{
			candidate = (candidate + 1) % b->length;
			tried++;
		}
		if (tried == b->length ||
			!attribute_equal(&entry->value, &b->u.entries[candidate].value))
			return false;
	}
	return true;
}

bool
attribute_equal(const AttributeValue *a, const AttributeValue *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == ATTRIBUTE_BOOL)
		return a->u.boolean == b->u.boolean;
	if (a->type == ATTRIBUTE_NULL)
		return true;
	if (a->length != b->length)
		return false;

	switch (a->type)
	{
		case ATTRIBUTE_SS:
		case ATTRIBUTE_NS:
		case ATTRIBUTE_BS:
			return sets_equal(a, b);
		case ATTRIBUTE_L:
			return lists_equal(a, b);
		case ATTRIBUTE_M:
			return maps_equal(a, b);
		default:
			return memcmp(a->u.text, b->u.text, a->length) == 0;
	}
}

/* ---- sizes ---- */

/* The bytes that base64 text stands for. */
static Size
binary_size(const AttributeValue *value)
{
	int			padding = 0;

	while (padding < value->length &&
		   value->u.text[value->length - 1 - padding] == '=')
		padding++;
	return value->length / 4 * 3 - padding;
}

/*
 * One byte for each two digits, without zeros at either end, and one more; one
 * more for a sign.
 */
static Size
number_size(const AttributeValue *value)
{
	int			digits = 0;		/* up to the last that is not 0 */
	int			zeros = 0;		/* after that */
	int			i;

	for (i = 0; i < value->length; i++)
	{
		char		digit = value->u.text[i];

		if (digit == 'e' || digit == 'E')
			break;
		if (digit >= '1' && digit <= '9')
		{
			digits += zeros + 1;
			zeros = 0;
		}
		else if (digit == '0' && digits > 0)
			zeros++;
	}
	return (digits + 1) / 2 + 1 + (value->length > 0 && value->u.text[0] == '-');
}

Size
attribute_size(const AttributeValue *value)
{
	Size		size = 0;
	int			i;

	switch (value->type)
	{
		case ATTRIBUTE_S:
			return value->length;
		case ATTRIBUTE_N:
			return number_size(value);
		case ATTRIBUTE_B:
			return binary_size(value);
		case ATTRIBUTE_BOOL:
		case ATTRIBUTE_NULL:
			return 1;
		case ATTRIBUTE_SS:
		case ATTRIBUTE_NS:
		case ATTRIBUTE_BS:
			for (i = 0; i < value->length; i++)
				size += attribute_size(&value->u.elements[i]);
			return size;
		case ATTRIBUTE_L:
			for (i = 0; i < value->length; i++)
				size += 1 + attribute_size(&value->u.elements[i]);
			return size + CONTAINER_SIZE;
		case ATTRIBUTE_M:
			for (i = 0; i < value->length; i++)
				size += 1 + value->u.entries[i].name_length +
					attribute_size(&value->u.entries[i].value);
			return size + CONTAINER_SIZE;
	}
	return size;
}

/* ---- JSON ---- */

/*
 * What must be escaped in a string, and the letter that does it; 'u' where
 * there is none.
 */
static const char escapes[256] = {
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u',
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
	'u', 'u',
	['"'] = '"',
	['\\'] = '\\'
};

void
json_append_string(StringInfo out, const char *text, int length)
{
	const char *run = text;
	const char *end = text + length;

	appendStringInfoCharMacro(out, '"');
	for (const char *place = text; place < end; place++)
	{
		char		escape = escapes[(unsigned char) *place];

		if (likely(escape == '\0'))
			continue;
		appendBinaryStringInfo(out, run, place - run);
		run = place + 1;
		if (escape == 'u')
			appendStringInfo(out, "\\u%04x", (unsigned char) *place);
		else
		{
			appendStringInfoCharMacro(out, '\\');
			appendStringInfoCharMacro(out, escape);
		}
	}
	appendBinaryStringInfo(out, run, end - run);
	appendStringInfoCharMacro(out, '"');
}

static void
append_elements(StringInfo out, const AttributeValue *value)
{
	appendStringInfoCharMacro(out, '[');
	for (int i = 0; i < value->length; i++)
	{
		const AttributeValue *element = &value->u.elements[i];

		if (i > 0)
			appendStringInfoCharMacro(out, ',');
		if (value->type == ATTRIBUTE_L)
			json_append_attribute(out, element);
		else
			json_append_string(out, element->u.text, element->length);
	}
	appendStringInfoCharMacro(out, ']');
}

static void
append_entries(StringInfo out, const Attribute *entries, int count)
{
	appendStringInfoCharMacro(out, '{');
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoCharMacro(out, ',');
		json_append_string(out, entries[i].name, entries[i].name_length);
		appendStringInfoCharMacro(out, ':');
		json_append_attribute(out, &entries[i].value);
	}
	appendStringInfoCharMacro(out, '}');
}

void
json_append_attribute(StringInfo out, const AttributeValue *value)
{
	appendStringInfoString(out, "{\"");
	appendStringInfoString(out, type_names[value->type]);
	appendStringInfoString(out, "\":");
	switch (value->type)
	{
		case ATTRIBUTE_S:
		case ATTRIBUTE_N:
		case ATTRIBUTE_B:
			json_append_string(out, value->u.text, value->length);
			break;
		case ATTRIBUTE_BOOL:
			appendStringInfoString(out, value->u.boolean ? "true" : "false");
			break;
		case ATTRIBUTE_NULL:
			appendStringInfoString(out, "true");
			break;
		case ATTRIBUTE_SS:
		case ATTRIBUTE_NS:
		case ATTRIBUTE_BS:
		case ATTRIBUTE_L:
			append_elements(out, value);
			break;
		case ATTRIBUTE_M:
			append_entries(out, value->u.entries, value->length);
			break;
	}
	appendStringInfoCharMacro(out, '}');
}

void
json_append_item(StringInfo out, const DynamoItem *item)
{
	append_entries(out, item->attributes, item->count);
}

/* ---- for people ---- */

void
attribute_append_server_text(StringInfo out, const char *text, int length)
{
	const unsigned char *place = (const unsigned char *) text;
	const unsigned char *end = place + length;
	bool		is_utf8 = GetDatabaseEncoding() == PG_UTF8;

	while (place < end)
	{
		int			size = pg_utf_mblen(place);
		pg_wchar	character;

		if (place + size > end)
			break;
		if (!pg_utf8_islegal(place, size))
		{
			appendStringInfo(out, "\\x%02x", *place++);
			continue;
		}
		character = utf8_to_unicode(place);
		if (character >= 0x20 && (is_utf8 || character < 0x7F))
			appendBinaryStringInfo(out, (const char *) place, size);
		else if (character < 0x10000)
			appendStringInfo(out, "\\u%04x", character);
		else
			appendStringInfo(out, "\\u%04x\\u%04x",
							 0xD800 + ((character - 0x10000) >> 10),
							 0xDC00 + ((character - 0x10000) & 0x3FF));
		place += size;
	}
}

static bool
ends_with_last_character(const char *text, int length)
{
	int			width = strlen(LAST_CHARACTER);

	return length >= width &&
		memcmp(text + length - width, LAST_CHARACTER, width) == 0;
}

/* The last character, which no font has, is shown as SQL's escape. */
static void
append_quoted(StringInfo out, const char *text, int length)
{
	bool		is_end = ends_with_last_character(text, length);
	int			shown;
	const char *quote;

	if (is_end)
	{
		appendStringInfoString(out, "U&");
		length -= strlen(LAST_CHARACTER);
	}
	shown = length;
	if (length > READABLE_TEXT_LENGTH)
		shown = pg_encoding_mbcliplen(PG_UTF8, text, length,
									  READABLE_TEXT_LENGTH);
	appendStringInfoChar(out, '\'');
	for (const char *end = text + shown; text < end; text = quote)
	{
		quote = memchr(text, '\'', end - text);
		quote = quote == NULL ? end : quote + 1;
		attribute_append_server_text(out, text, quote - text);
		if (quote[-1] == '\'')
			appendStringInfoChar(out, '\'');
	}
	if (shown < length)
		appendStringInfoString(out, "...");
	if (is_end)
		appendStringInfoString(out, "\\+10FFFF");
	appendStringInfoChar(out, '\'');
}

/* Binary data as PostgreSQL shows it, in hexadecimal. */
static void
append_binary(StringInfo out, const char *text, int length)
{
	int			size = pg_b64_dec_len(length);
	unsigned char *bytes = palloc(size + 1);

	size = pg_b64_decode(text, length, (void *) bytes, size);
	appendStringInfoString(out, "'\\x");
	for (int i = 0; i < Min(size, READABLE_TEXT_LENGTH / 2); i++)
		appendStringInfo(out, "%02x", bytes[i]);
	if (size > READABLE_TEXT_LENGTH / 2)
		appendStringInfoString(out, "...");
	appendStringInfoChar(out, '\'');
	pfree(bytes);
}

static void
append_readable_elements(StringInfo out, const AttributeValue *value)
{
	appendStringInfoChar(out, '[');
	for (int i = 0; i < value->length; i++)
	{
		if (i > 0)
			appendStringInfoString(out, ", ");
		if (i == READABLE_ELEMENTS)
		{
			appendStringInfoString(out, "...");
			break;
		}
		attribute_append_readable(out, &value->u.elements[i]);
	}
	appendStringInfoChar(out, ']');
}

static void
append_readable_entries(StringInfo out, const AttributeValue *value)
{
	appendStringInfoChar(out, '{');
	for (int i = 0; i < value->length; i++)
	{
		const Attribute *entry = &value->u.entries[i];

		if (i > 0)
			appendStringInfoString(out, ", ");
		if (i == READABLE_ELEMENTS)
		{
			appendStringInfoString(out, "...");
			break;
		}
		attribute_append_server_text(out, entry->name, entry->name_length);
		appendStringInfoString(out, ": ");
		attribute_append_readable(out, &entry->value);
	}
	appendStringInfoChar(out, '}');
}

void
attribute_append_readable(StringInfo out, const AttributeValue *value)
{
	switch (value->type)
	{
		case ATTRIBUTE_S:
			append_quoted(out, value->u.text, value->length);
			break;
		case ATTRIBUTE_N:
			attribute_append_server_text(out, value->u.text, value->length);
			break;
		case ATTRIBUTE_B:
			append_binary(out, value->u.text, value->length);
			break;
		case ATTRIBUTE_BOOL:
			appendStringInfoString(out, value->u.boolean ? "true" : "false");
			break;
		case ATTRIBUTE_NULL:
			appendStringInfoString(out, "null");
			break;
		case ATTRIBUTE_SS:
		case ATTRIBUTE_NS:
		case ATTRIBUTE_BS:
		case ATTRIBUTE_L:
			append_readable_elements(out, value);
			break;
		case ATTRIBUTE_M:
			append_readable_entries(out, value);
			break;
	}
}
