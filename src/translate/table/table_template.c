/*
 * table_template.c
 *		The templates of a table's columns, and which items they make rows.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "translate/codec/codec.h"
#include "translate/codec/codec_number.h"
#include "translate/codec/codec_spelling.h"
#include "translate/table/table_expiry.h"
#include "translate/table/table_template.h"

/* ---- errors ---- */

static void refuse_template(const Table *table, const Column *column,
							const char *detail, const char *hint)
			pg_attribute_noreturn();

static void
refuse_template(const Table *table, const Column *column, const char *detail,
				const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("option \"template\" does not fit column \"%s\" of foreign table \"%s\"",
					column->name, table->relation_name),
			 errdetail("%s", detail),
			 errhint("%s", hint)));
}

/* ---- describing ---- */

static bool
has_own_field(const Template *template)
{
	for (int i = 0; i < template->count; i++)
		if (template->parts[i].literal == NULL &&
			template->parts[i].name[0] == '\0')
			return true;
	return false;
}

static void
append_made(Table *table, Column *made)
{
	Column	  **before = table->made;

	table->made = palloc((table->made_count + 1) * sizeof(Column *));
	if (before != NULL)
		memcpy(table->made, before, table->made_count * sizeof(Column *));
	table->made[table->made_count++] = made;
}

/* Constants go first. */
static void
add_made(Table *table, Column *made)
{
	append_made(table, made);
	if (made->template->field_count > 0)
		return;
	table->made[table->made_count - 1] = table->made[table->constant_count];
	table->made[table->constant_count++] = made;
}

/* The value of a column of any type that its attribute always has. */
static AttributeValue *
constant_of_template(const Table *table, const Column *column)
{
	const Codec *codec = column->codec;
	const Template *template = column->template;
	AttributeValue *value = NULL;
	StringInfoData text;
	Oid			input;
	Oid			parameter;
	Datum		datum;

	initStringInfo(&text);
	for (int i = 0; i < template->count; i++)
		appendStringInfoString(&text,
							   pg_any_to_server(template->parts[i].literal,
												template->parts[i].length,
												PG_UTF8));
	getTypeInputInfo(codec->type_id, &input, &parameter);
	datum = OidInputFunctionCall(input, text.data, parameter, codec->typmod);
	if (codec_try_encode(column->codec, datum, &value) != ENCODE_OK ||
		(value->type != ATTRIBUTE_S && value->type != ATTRIBUTE_N &&
		 value->type != ATTRIBUTE_BOOL))
		refuse_template(table, column,
						"A constant is a string, a number or a boolean (type S, N or BOOL).",
						"Change the type of the column, or drop its option \"template\".");
	return value;
}

/* The attribute that the column is read out of. */
static Column *
make_owner(const Column *column)
{
	const CodecOptions options = {.type = "S"};
	const char *problem;
	const char *hint;
	Column	   *owner = palloc0(sizeof(Column));

	owner->name = column->name;
	owner->attribute_name = column->attribute_name;
	owner->attribute_name_length = column->attribute_name_length;
	owner->codec = codec_create(TEXTOID, -1, C_COLLATION_OID, &options,
								&problem, &hint);
	return owner;
}

Column *
table_add_template(Table *table, Column *column, const char *text)
{
	const char *problem = NULL;
	Template   *template = template_parse(text, &problem);
	Column	   *owner = column;

	if (template == NULL)
		refuse_template(table, column, problem,
						"Write fields as {column}, {column:06}, {column:lower} or {}, and other braces twice.");
	if (has_own_field(template))
	{
		owner = make_owner(column);
		column->source = owner;
	}
	else if (template->field_count > 0 && column->codec->kind != CODEC_TEXT)
		refuse_template(table, column,
						"What is made of the values of other columns is a text.",
						"Declare the column as text.");
	owner->template = template;
	template->owner = owner;
	if (template->field_count == 0)
		template->constant = constant_of_template(table, column);
	add_made(table, owner);
	return owner;
}

/* ---- fields ---- */

static Column *
find_column(const Table *table, const char *name)
{
	for (int i = 0; i < table->column_count; i++)
	{
		Column	   *column = &table->columns[i];

		if (column->codec != NULL && strcmp(column->name, name) == 0)
			return column;
	}
	return NULL;
}

/* Is a value of the codec one text, by which it can be told? */
static bool
can_be_field(const Codec *codec)
{
	switch (codec->kind)
	{
		case CODEC_TEXT:
		case CODEC_ENUM:
		case CODEC_DIGITS:
		case CODEC_INTEGER:
		case CODEC_NUMERIC:
		case CODEC_EPOCH:
		case CODEC_BOOL:
		case CODEC_WORDS:
			return true;
		case CODEC_CANONICAL_TEXT:
			return codec->base_type_id != JSONOID &&
				codec->base_type_id != JSONBOID;
		default:
			return false;
	}
}

static bool
can_be_padded(const Codec *codec)
{
	int32		typmod = codec->base_typmod;

	if (codec->kind != CODEC_INTEGER && codec->kind != CODEC_NUMERIC &&
		codec->kind != CODEC_DIGITS)
		return false;
	/* the lower bits are the scale */
	return codec->base_type_id != NUMERICOID || typmod < (int32) VARHDRSZ ||
		((typmod - VARHDRSZ) & 0x7FF) == 0;
}

/* The column that has the attribute of its own which the owner makes. */
static const Column *
column_of_owner(const Table *table, const Column *owner)
{
	return owner->attnum != 0 ? owner : find_column(table, owner->name);
}

static void
check_field(const Table *table, const Column *owner, const TemplatePart *part)
{
	const Column *column = part->column;

	if (column->is_document || column->template != NULL ||
		!can_be_field(column->codec))
		refuse_template(table, column_of_owner(table, owner),
						psprintf("Column \"%s\" cannot be part of a text: it must be stored as one string, number or boolean, in an exact spelling.",
								 column->name),
						"Name another column in the template.");
	if (part->width > 0 && !can_be_padded(column->codec))
		refuse_template(table, column_of_owner(table, owner),
						psprintf("Column \"%s\" cannot be padded with zeros: it must be an integer, or numeric without a scale.",
								 column->name),
						"Leave the width out.");
	if (part->letters != LETTERS_KEPT &&
		(column->codec->attribute_type != ATTRIBUTE_S ||
		 column->source == owner))
		refuse_template(table, column_of_owner(table, owner),
						psprintf("Column \"%s\" cannot be read out of a text in other letters: it must be a string with an attribute of its own.",
								 column->name),
						"Leave \"lower\" and \"upper\" out, or give the column an attribute of its own.");
}

static void
resolve_part(const Table *table, Column *owner, TemplatePart *part)
{
	const char *name = part->name[0] == '\0' ? owner->name : part->name;

	part->column = find_column(table, name);
	if (part->column == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
				 errmsg("the template of column \"%s\" names column \"%s\", which foreign table \"%s\" does not have",
						owner->name, name, table->relation_name),
				 errhint("Fields are written {column}, other braces twice.")));

	/* one that has the same attribute is read out of it */
	if (part->column != owner && part->column->source == NULL &&
		part->column->template == NULL &&
		strcmp(part->column->attribute_name, owner->attribute_name) == 0)
		part->column->source = owner;
	check_field(table, owner, part);
}

static void
resolve_template(const Table *table, Column *owner)
{
	Template   *template = owner->template;

	for (int i = 0; i < template->count; i++)
	{
		TemplatePart *part = &template->parts[i];

		if (part->literal != NULL)
			continue;
		resolve_part(table, owner, part);
		if (i == 0 || part[-1].literal != NULL)
			continue;
		part[-1].text_width = codec_text_width(part[-1].column->codec);
		if (part[-1].width == 0 && part[-1].text_width == 0)
			refuse_template(table, column_of_owner(table, owner),
							psprintf("Nothing tells where the value of column \"%s\" ends.",
									 part[-1].column->name),
							"Put a literal text between the two fields, or pad the first.");
	}
}

void
table_resolve_templates(Table *table)
{
	for (int i = 0; i < table->made_count; i++)
		resolve_template(table, table->made[i]);
}

const Column *
table_reader_of(const Column *made)
{
	const TemplatePart *part = made->template->parts;

	while (part->literal != NULL || part->column->source != made)
		part++;
	return part->column;
}

bool
table_is_key_attribute(const Column *column)
{
	return column->key != KEY_NONE ||
		(column->source != NULL && column->source->key != KEY_NONE);
}

const Column *
table_column_of_attribute(const Column *column)
{
	if (column->source == NULL)
		return column;
	return column->source->attnum != 0 ? column->source
		: table_reader_of(column->source);
}

bool
table_is_field_of(const Column *column, const Column *made)
{
	const Template *template = made->template;

	for (int i = 0; i < template->count; i++)
		if (template->parts[i].literal == NULL &&
			template->parts[i].column == column)
			return true;
	return false;
}

static void
mark_key_part(Table *table, Column *part)
{
	if (part == NULL)
		return;
	if (part->template != NULL &&
		part->template->field_count > KEY_TEMPLATE_LIMIT)
		refuse_template(table, column_of_owner(table, part),
						psprintf("An attribute of the key is made of at most %d fields.",
								 KEY_TEMPLATE_LIMIT),
						"Leave fields out, or put several values into one column.");
	part->in_key = true;
	part->codec->is_key = true;
	table->key_in_doubt |= spelling_is_open(part->codec);
	for (int i = 0; part->template != NULL && i < table->column_count; i++)
	{
		Column	   *column = &table->columns[i];

		if (column->codec == NULL || !table_is_field_of(column, part))
			continue;
		column->in_key = true;
		if (column->source != part)
			continue;
		column->codec->is_key = true;
		table->key_in_doubt |= spelling_is_open(column->codec);
	}
}

void
table_mark_key(Table *table)
{
	mark_key_part(table, table->partition_key);
	mark_key_part(table, table->sort_key);
	if (table->expiry != NULL && table->expiry->in_key)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
				 errmsg("option \"hide_expired\" does not fit column \"%s\" of foreign table \"%s\"",
						table->expiry->name, table->relation_name),
				 errdetail("A column of the key cannot tell when an item expires."),
				 errhint("Drop the option.")));
}

/* ---- which items are rows ---- */

bool
table_has_discriminator(const Table *table)
{
	for (int i = 0; i < table->constant_count; i++)
		if (table->made[i]->key == KEY_NONE)
			return true;
	return false;
}

/* Has it literal text, by which a key may not be a row's? */
static bool
has_literal(const Column *key)
{
	return key != NULL && key->template != NULL &&
		key->template->field_count < key->template->count;
}

bool
table_has_other_items(const Table *table)
{
	return table->constant_count > 0 || has_literal(table->partition_key) ||
		has_literal(table->sort_key);
}

static bool
has_constant(const AttributeValue *value, const AttributeValue *constant)
{
	return value != NULL && scalars_equal(value, constant);
}

bool
table_key_value_fits(const Column *key, const AttributeValue *value)
{
	const Template *template = key->template;

	if (template == NULL)
		return true;
	return template->field_count == 0
		? has_constant(value, template->constant)
		: template_fits_literals(template, value);
}

/* May the text of a part of the key be one of its template's? */
static bool
key_fits(const Table *table, const Column *key, const DynamoItem *item)
{
	const AttributeValue *value;
	const char *start;
	int			length;

	if (key == NULL || key->template == NULL ||
		key->template->field_count == 0)
		return true;
	value = item_find(item, key->attribute_name);
	start = template_start(key->template, &length);
	if (value == NULL || value->type != ATTRIBUTE_S ||
		value->length < length || memcmp(value->u.text, start, length) != 0)
		return false;
	return table_has_discriminator(table) ||
		!template_has_later_literals(key->template) ||
		template_fits_literals(key->template, value);
}

bool
table_leaves_out_items(const Table *table)
{
	return table_has_other_items(table) || table->hides_expired;
}

bool
table_is_row(const Table *table, const DynamoItem *item)
{
	return table_is_of_kind(table, item) &&
		!(table->hides_expired && table_has_expired(table, item));
}

bool
table_is_expired_row(const Table *table, const DynamoItem *item)
{
	return table->hides_expired && table_has_expired(table, item) &&
		table_is_of_kind(table, item);
}

bool
table_is_of_kind(const Table *table, const DynamoItem *item)
{
	for (int i = 0; i < table->constant_count; i++)
		if (!has_constant(item_find(item, table->made[i]->attribute_name),
					   table->made[i]->template->constant))
			return false;
	return key_fits(table, table->partition_key, item) &&
		key_fits(table, table->sort_key, item);
}

bool
table_rows_are_plain(const Table *table)
{
	const Column *parts[] = {table->partition_key, table->sort_key};

	for (int i = 0; i < (int) lengthof(parts); i++)
		if (parts[i] != NULL && parts[i]->template != NULL &&
			!table_has_discriminator(table) &&
			template_has_later_literals(parts[i]->template))
			return false;
	return true;
}

static char *
describe_stored(const Column *column, const DynamoItem *item)
{
	const AttributeValue *value = item_find(item, column->attribute_name);
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, "attribute \"");
	attribute_append_server_text(&text, column->attribute_name,
								 column->attribute_name_length);
	if (value == NULL)
		appendStringInfoString(&text, "\" is not there");
	else
	{
		appendStringInfoString(&text, "\" is ");
		attribute_append_readable(&text, value);
	}
	return text.data;
}

char *
table_why_no_row(const Table *table, const DynamoItem *item)
{
	for (int i = 0; i < table->constant_count; i++)
		if (!has_constant(item_find(item, table->made[i]->attribute_name),
					   table->made[i]->template->constant))
			return describe_stored(table->made[i], item);
	return describe_stored(!key_fits(table, table->partition_key, item)
							  ? table->partition_key : table->sort_key, item);
}

bool
table_rows_are_disjoint(const Table *table, const Table *other)
{
	for (int i = 0; i < table->constant_count; i++)
		for (int n = 0; n < other->constant_count; n++)
			if (strcmp(table->made[i]->attribute_name,
					   other->made[n]->attribute_name) == 0 &&
				!has_constant(table->made[i]->template->constant,
						   other->made[n]->template->constant))
				return true;
	return false;
}

void
table_mark_always_read(const Table *table, bool *columns)
{
	for (int i = 0; i < table->made_count; i++)
	{
		const Column *made = table->made[i];

		if (made->attnum != 0 &&
			(made->template->field_count == 0 || made->key != KEY_NONE))
			columns[made->attnum - 1] = true;
	}
	for (int i = 0; i < table->column_count; i++)
		if (table->columns[i].in_key)
			columns[i] = true;
	if (table->expiry != NULL)
		columns[table->expiry->attnum - 1] = true;
}

/* ---- making attributes ---- */

void
table_raise_unmade(const Table *table, const Column *made,
				   const TemplatePart *part,
				   TemplateProblem problem)
{
	bool		is_own = made->attnum == 0 &&
		made->name == part->column->name;

	switch (problem)
	{
		case TEMPLATE_EMPTY:
			ereport(ERROR,
					(errcode(ERRCODE_CHECK_VIOLATION),
					 is_own
					 ? errmsg("empty value in column \"%s\" of foreign table \"%s\", which has a template",
							  part->column->name, table->relation_name)
					 : errmsg("empty value in column \"%s\" of foreign table \"%s\", of which column \"%s\" is made",
							  part->column->name, table->relation_name,
							  made->name),
					 errhint("Give column \"%s\" a value of at least one byte.",
							 part->column->name),
					 err_generic_string(PG_DIAG_COLUMN_NAME,
										part->column->name)));
			break;
		case TEMPLATE_WIDTH:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("the value of column \"%s\" of foreign table \"%s\" does not fit the template of column \"%s\"",
							part->column->name, table->relation_name,
							made->name),
					 part->width > 0
					 ? errdetail("A whole number of at most %d digits does.",
								 part->width)
					 : errdetail("A value whose text has %d bytes does.",
								 part->text_width)));
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 is_own
					 ? errmsg("the value of column \"%s\" of foreign table \"%s\" cannot be told in the text of its template",
							  part->column->name, table->relation_name)
					 : errmsg("the value of column \"%s\" of foreign table \"%s\" cannot be told in column \"%s\"",
							  part->column->name, table->relation_name,
							  made->name),
					 errdetail("It is read out of that text, where it would be found to be another.")));
			break;
	}
}

AttributeValue *
table_make_attribute(const Table *table, const Column *made,
					 const Datum *values, const bool *nulls)
{
	const Template *template = made->template;
	AttributeValue **fields;
	AttributeValue *attribute;
	TemplateProblem problem;
	const TemplatePart *culprit;

	if (template->field_count == 0)
		return template->constant;
	fields = palloc0(template->count * sizeof(AttributeValue *));
	for (int i = 0; i < template->count; i++)
	{
		Column	   *column = template->parts[i].column;
		CodecPlace	place;

		if (template->parts[i].literal != NULL)
			continue;
		place = table_place(table, column, NULL);
		if (!nulls[column->attnum - 1])
			fields[i] = codec_encode(column->codec,
									 values[column->attnum - 1], &place);
		if (fields[i] == NULL)
			return NULL;
	}
	attribute = template_make(template, fields, &problem, &culprit);
	if (attribute == NULL)
		table_raise_unmade(table, made, culprit, problem);
	return attribute;
}

AttributeValue *
table_make_of_attributes(const Column *made, AttributeValue *const *values,
						 bool *impossible)
{
	const Template *template = made->template;
	AttributeValue **fields;
	AttributeValue *attribute;
	TemplateProblem problem;
	const TemplatePart *culprit;

	*impossible = false;
	if (template->field_count == 0)
		return template->constant;
	fields = palloc0(template->count * sizeof(AttributeValue *));
	for (int i = 0; i < template->count; i++)
	{
		if (template->parts[i].literal != NULL)
			continue;
		fields[i] = values[template->parts[i].column->attnum - 1];
		if (fields[i] == NULL)
			return NULL;
	}
	attribute = template_make(template, fields, &problem, &culprit);
	*impossible = attribute == NULL;
	return attribute;
}
