/*
 * table_item.c
 *		Items of a table: their keys, and their attributes as the values of
 *		columns.
 */
#include "postgres.h"

#include "compat.h"

#include "utils/builtins.h"

#include "translate/codec/codec.h"
#include "translate/codec/codec_number.h"
#include "translate/codec/codec_spelling.h"
#include "translate/table/table_item.h"

/* ---- keys ---- */

/* Appends "name": value of one key attribute, as JSON in UTF-8. */
static void
append_key_part(StringInfo out, const Column *column, const DynamoItem *item)
{
	const AttributeValue *value;

	if (column == NULL)
		return;
	if (out->len > 1)
		appendStringInfoString(out, ", ");
	json_append_string(out, column->attribute_name,
					   column->attribute_name_length);
	appendStringInfoString(out, ": ");
	value = item_find(item, column->attribute_name);
	if (value == NULL)
		appendStringInfoString(out, "null");
	else if (value->type == ATTRIBUTE_N)
		appendStringInfoString(out, value->u.text);
	else if (value->type == ATTRIBUTE_S || value->type == ATTRIBUTE_B)
		json_append_string(out, value->u.text, value->length);
	else
		json_append_attribute(out, value);
}

char *
table_readable_key(const Table *table, const DynamoItem *item)
{
	StringInfoData json;
	StringInfoData readable;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	append_key_part(&json, table->partition_key, item);
	append_key_part(&json, table->sort_key, item);
	appendStringInfoChar(&json, '}');

	initStringInfo(&readable);
	attribute_append_server_text(&readable, json.data, json.len);
	pfree(json.data);
	return readable.data;
}

DynamoItem *
table_key_of_item(const Table *table, const DynamoItem *item)
{
	const Column *parts[] = {table->partition_key, table->sort_key};
	DynamoItem *key = palloc(sizeof(DynamoItem));

	key->count = 0;
	key->attributes = palloc(lengthof(parts) * sizeof(Attribute));
	for (int i = 0; i < (int) lengthof(parts); i++)
	{
		AttributeValue *value;

		if (parts[i] == NULL)
			continue;
		value = item_find(item, parts[i]->attribute_name);
		if (value == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_ERROR),
					 errmsg("an item of foreign table \"%s\" lacks its key attribute for column \"%s\"",
							table->relation_name, parts[i]->name),
					 errhint("Check option \"key\" of the foreign table's columns.")));
		item_add(key, parts[i]->attribute_name, value);
	}
	return key;
}

char *
table_key_text(const Table *table, const DynamoItem *key)
{
	const Column *parts[] = {table->partition_key, table->sort_key};
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < (int) lengthof(parts); i++)
	{
		const AttributeValue *value;
		AttributeValue number;

		if (parts[i] == NULL)
			continue;
		value = item_find(key, parts[i]->attribute_name);
		if (value->type == ATTRIBUTE_N &&
			number_encode_text(value->u.text, &number) == ENCODE_OK)
			value = &number;
		json_append_attribute(&text, value);
	}
	return text.data;
}

char *
table_key_text_if_any(const Table *table, const DynamoItem *item)
{
	if (item_find(item, table->partition_key->attribute_name) == NULL ||
		(table->sort_key != NULL &&
		 item_find(item, table->sort_key->attribute_name) == NULL))
		return NULL;
	return table_key_text(table, item);
}

static bool
attribute_of_both_equal(const Column *column, const DynamoItem *a,
						const DynamoItem *b)
{
	return attribute_equal(item_find(a, column->attribute_name),
						   item_find(b, column->attribute_name));
}

bool
table_key_equal(const Table *table, const DynamoItem *a, const DynamoItem *b)
{
	return attribute_of_both_equal(table->partition_key, a, b) &&
		(table->sort_key == NULL ||
		 attribute_of_both_equal(table->sort_key, a, b));
}

/* ---- items ---- */

/* For the error context callback. */
typedef struct DecodePosition
{
	const Table *table;
	const DynamoItem *item;		/* being decoded */
} DecodePosition;

/* Errors name the item; its key is put into words only then. */
static void
add_item_context(void *argument)
{
	DecodePosition *position = argument;

	errcontext("item %s of foreign table \"%s\"",
			   table_readable_key(position->table, position->item),
			   position->table->relation_name);
}

/* What to do about a key in another spelling than its column's. */
static char *
spelling_hint(const Table *table, const Column *column,
			  const AttributeValue *value)
{
	const char *declaration = spelling_declaration(column->codec, value);

	if (declaration == NULL)
		return "Declare the column as text.";
	return psprintf("If all keys are spelled so: ALTER FOREIGN TABLE %s ALTER COLUMN %s %s.  Else declare the column as text.",
					quote_identifier(table->relation_name),
					quote_identifier(column->name), declaration);
}

/* A row that is read but could never be found by its key must not be. */
static void
check_canonical_key(const Table *table, const Column *column,
					const Attribute *attribute)
{
	if (codec_is_canonical(column->codec, &attribute->value))
	{
		table_confirm_key(table);
		return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
			 errmsg("the stored key of column \"%s\" of foreign table \"%s\" is not in the spelling of type %s",
					column->name, table->relation_name,
					format_type_with_typemod(column->codec->type_id,
											 column->codec->typmod)),
			 errdetail("A row with this key could be read but not be found by its key."),
			 errhint("%s", spelling_hint(table, column, &attribute->value))));
}

static void
decode_attribute(const Table *table, const Column *column,
				 const Attribute *attribute, Datum *values, bool *nulls)
{
	int			i = column->attnum - 1;
	CodecPlace	place = table_place(table, column, NULL);

	values[i] = codec_decode(column->codec, &attribute->value, &nulls[i],
							 &place);
	if (column->key != KEY_NONE && column->codec->kind != CODEC_TEXT)
		check_canonical_key(table, column, attribute);
}

/* ---- attributes that are made of values ---- */

static void raise_unmade_key(const Table *table, const Column *made,
							 const char *detail, const char *hint)
			pg_attribute_noreturn();

static const char change_hint[] =
"Change option \"template\" of the column, or drop it.";

static void
raise_unmade_key(const Table *table, const Column *made, const char *detail,
				 const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
			 errmsg("the stored key of column \"%s\" of foreign table \"%s\" is not as the column's template makes it",
					made->name, table->relation_name),
			 errdetail("%s", detail),
			 errhint("%s", hint)));
}

AttributeValue *
table_column_value(const Column *column, const DynamoItem *item)
{
	const Column *source = column->source;
	const AttributeValue *text;
	AttributeValue **pieces;
	int			i = 0;

	if (source == NULL)
		return item_find(item, column->attribute_name);
	text = item_find(item, source->attribute_name);
	pieces = palloc0(source->template->count * sizeof(AttributeValue *));
	if (text == NULL || !template_take_apart(source->template, text, pieces))
		return NULL;
	while (source->template->parts[i].column != column)
		i++;
	return pieces[i];
}

/*
 * A row that is read but could never be found by the values that its key is
 * made of must not be.
 */
static void
check_made_key(const Table *table, const Column *made, const DynamoItem *item,
			   AttributeValue **pieces)
{
	const Template *template = made->template;
	const AttributeValue *stored = item_find(item, made->attribute_name);
	AttributeValue *text;
	TemplateProblem problem;
	const TemplatePart *culprit;

	for (int i = 0; i < template->count; i++)
	{
		const TemplatePart *part = &template->parts[i];

		if (part->literal != NULL)
			continue;
		if (pieces[i] == NULL)
			pieces[i] = table_column_value(part->column, item);

		/* of a key alone nothing is known but that */
		if (pieces[i] == NULL || pieces[i]->type == ATTRIBUTE_NULL)
			return;
		if (pieces[i]->type != part->column->codec->attribute_type ||
			!codec_is_canonical(part->column->codec, pieces[i]))
			raise_unmade_key(table, made,
							 psprintf("The value of column \"%s\" is not in the spelling of its type.",
									  part->column->name),
							 spelling_hint(table, part->column, pieces[i]));
	}
	text = template_make(template, pieces, &problem, &culprit);
	if (text != NULL && attribute_equal(text, stored))
		table_confirm_key(table);
	else
		raise_unmade_key(table, made,
						 "The attributes of the columns that it is made of say another.",
						 change_hint);
}

/* The columns that are read out of an attribute. */
static void
decode_made(const Table *table, const Column *made, const DynamoItem *item,
			const bool *wanted, Datum *values, bool *nulls)
{
	const Template *template = made->template;
	const AttributeValue *text = item_find(item, made->attribute_name);
	AttributeValue **pieces;

	if (text == NULL || template->field_count == 0)
		return;
	pieces = palloc0(template->count * sizeof(AttributeValue *));
	if (!template_take_apart(template, text, pieces))
	{
		/* the key of an index may be stale, and says nothing of the row */
		if (made->key == KEY_NONE)
			return;
		raise_unmade_key(table, made,
						 "The text cannot be taken apart into the template's fields.",
						 change_hint);
	}
	if (made->key != KEY_NONE)
		check_made_key(table, made, item, pieces);
	for (int i = 0; i < template->count; i++)
	{
		const TemplatePart *part = &template->parts[i];
		CodecPlace	place;
		int			n;

		if (part->literal != NULL || part->column->source != made)
			continue;
		n = part->column->attnum - 1;
		if (wanted != NULL && !wanted[n])
			continue;
		place = table_place(table, part->column, NULL);
		values[n] = codec_decode(part->column->codec, pieces[i], &nulls[n],
								 &place);
	}
}

static bool
is_read_or_checked(const Column *made)
{
	if (made->key != KEY_NONE || made->attnum == 0)
		return true;
	for (int i = 0; i < made->template->count; i++)
		if (made->template->parts[i].literal == NULL &&
			made->template->parts[i].column->source == made)
			return true;
	return false;
}

/* The document column holds the attributes that no column maps. */
static void
decode_document(const Table *table, Attribute *leftovers, int count,
				Datum *values, bool *nulls)
{
	const Column *column = table->document;
	int			i = column->attnum - 1;
	CodecPlace	place = table_place(table, column, NULL);
	AttributeValue value = {
		.type = ATTRIBUTE_M,
		.length = count,
		.u.entries = leftovers
	};

	values[i] = codec_decode(column->codec, &value, &nulls[i], &place);
}

void
table_decode_item(const Table *table, const DynamoItem *item, const bool *wanted,
				  Datum *values, bool *nulls)
{
	DecodePosition position = {table, item};
	ErrorContextCallback context = {
		.previous = error_context_stack,
		.callback = add_item_context,
		.arg = &position
	};
	Attribute  *leftovers = NULL;
	int			leftover_count = 0;

	memset(nulls, true, table->column_count * sizeof(bool));
	memset(values, 0, table->column_count * sizeof(Datum));
	if (table->document != NULL &&
		(wanted == NULL || wanted[table->document->attnum - 1]))
		leftovers = palloc((item->count + 1) * sizeof(Attribute));

	error_context_stack = &context;
	for (int i = 0; i < item->count; i++)
	{
		const Attribute *attribute = &item->attributes[i];
		const Column *column = table_find_attribute(table,
													attribute->name,
													attribute->name_length);

		if (column == NULL)
		{
			if (leftovers != NULL)
				leftovers[leftover_count++] = *attribute;
		}
		else if (column->attnum != 0 &&
				 (wanted == NULL || wanted[column->attnum - 1]))
			decode_attribute(table, column, attribute, values, nulls);
	}
	for (int i = table->constant_count; i < table->made_count; i++)
		if (is_read_or_checked(table->made[i]))
			decode_made(table, table->made[i], item, wanted, values, nulls);
	if (leftovers != NULL)
		decode_document(table, leftovers, leftover_count, values, nulls);
	error_context_stack = context.previous;
}
