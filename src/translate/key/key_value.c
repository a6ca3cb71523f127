/*
 * key_value.c
 *		Values that are keys: which an item can have, what is said of those
 *		that it cannot, and the keys made of them.
 */
#include "postgres.h"

#include "compat.h"

#include <errno.h>

#include "catalog/pg_type.h"
#include "common/base64.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "translate/condition/condition_value.h"
#include "translate/key/key_schema.h"
#include "translate/key/key_value.h"
#include "translate/table/table_template.h"

/* Source: Developer Guide, "Quotas". */
#define MAX_PARTITION_KEY_LENGTH	2048
#define MAX_SORT_KEY_LENGTH			1024

/* ---- what a key can be ---- */

static int
max_key_length(bool is_sort)
{
	return is_sort ? MAX_SORT_KEY_LENGTH : MAX_PARTITION_KEY_LENGTH;
}

bool
key_can_be_bound(bool is_sort, const Operand *operand)
{
	const AttributeValue *value = operand->value;
	int			length;

	if (value == NULL || value->type == ATTRIBUTE_N)
		return true;
	length = (int) attribute_size(value);
	return length > 0 && length <= max_key_length(is_sort);
}

/* Can a column of the integer type hold the number? */
static bool
fits_integer(Oid type_id, const char *text)
{
	char	   *end;
	long long	number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0')
		return false;
	switch (type_id)
	{
		case INT2OID:
			return number >= PG_INT16_MIN && number <= PG_INT16_MAX;
		case INT4OID:
			return number >= PG_INT32_MIN && number <= PG_INT32_MAX;
		default:
			return true;
	}
}

bool
key_can_hold(const Column *column, bool is_sort, const Operand *operand)
{
	const Codec *codec = column->codec;

	if (operand->value != NULL && codec->kind == CODEC_INTEGER)
		return fits_integer(codec->base_type_id, operand->value->u.text);
	return key_can_be_bound(is_sort, operand);
}

/* ---- what is said of others ---- */

void
key_check_value(const Table *table, const Column *column,
				const AttributeValue *value)
{
	bool		is_sort = column->key == KEY_SORT;
	StringInfoData readable;
	int			length;

	if (value->type == ATTRIBUTE_N)
		return;
	length = (int) attribute_size(value);
	if (length == 0)
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("empty value in key column \"%s\" of foreign table \"%s\"",
						column->name, table->relation_name),
				 errdetail("A DynamoDB key cannot be an empty string or empty bytes."),
				 errhint("Give column \"%s\" a value of at least one byte.",
						 column->name),
				 err_generic_string(PG_DIAG_COLUMN_NAME, column->name),
				 errtableconstraint(RelationIdGetRelation(table->relation_id),
									table_key_constraint(table))));
	if (length <= max_key_length(is_sort))
		return;
	initStringInfo(&readable);
	attribute_append_readable(&readable, value);
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("value of %d bytes is too long for key column \"%s\" of foreign table \"%s\"",
					length, column->name, table->relation_name),
			 errdetail("A DynamoDB %s key has at most %d bytes.  The value is %s.",
					   is_sort ? "sort" : "partition", max_key_length(is_sort),
					   readable.data),
			 errhint("Give column \"%s\" a shorter value, such as a hash of it.",
					 column->name)));
}

/* ---- keys of several spellings ---- */

static bool
part_equality_is_plain(const Column *column)
{
	ComparedValue unknown = {
		.state = VALUE_UNKNOWN,
		.type_id = column->codec->type_id
	};
	Operand    *operand;

	return plain_value(column->codec, true, &unknown, column->codec->collation,
					   &operand) == PLAIN_OPERAND;
}

bool
key_equality_is_plain(const Table *table)
{
	KeyFields	fields = key_fields(table);

	for (int i = 0; i < fields.count; i++)
		if (!part_equality_is_plain(fields.columns[i]))
			return false;
	return true;
}

void
key_check_writable(const Table *table)
{
	KeyFields	fields = key_fields(table);
	const Column *column;
	const Codec *codec;
	bool		has_other_collation;
	char	   *type;
	int			i = 0;

	while (i < fields.count && part_equality_is_plain(fields.columns[i]))
		i++;
	if (i == fields.count)
		return;
	column = fields.columns[i];
	codec = column->codec;
	type = format_type_with_typemod(codec->type_id, codec->typmod);
	has_other_collation = OidIsValid(codec->collation) &&
		!get_collation_isdeterministic(codec->collation);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("cannot write to foreign table \"%s\", because equal values of its key column \"%s\" may be different keys in DynamoDB",
					table->relation_name, column->name),
			 has_other_collation
			 ? errdetail("The column has the nondeterministic collation \"%s\".",
						 get_collation_name(codec->collation))
			 : errdetail("Values of type %s that are equal may have several spellings.",
						 type),
			 has_other_collation
			 ? errhint("Declare the column with a deterministic collation, such as COLLATE \"C\".  The table can be read as it is.")
			 : errhint("Declare the column with another type, such as text.  The table can be read as it is.")));
}

/* ---- keys ---- */

Condition *
key_equals(const Column *column, Operand *operand)
{
	return condition_compare(operand_path(path_make(column->attribute_name)),
							 COMPARISON_EQ, operand);
}

DynamoItem *
key_of_operands(const Table *table, const Operand *partition,
				const Operand *sort)
{
	DynamoItem *key;

	if (partition->value == NULL || (sort != NULL && sort->value == NULL))
		return NULL;
	key = palloc0(sizeof(DynamoItem));
	key->attributes = palloc0(2 * sizeof(Attribute));
	item_add(key, table->partition_key->attribute_name, partition->value);
	if (sort != NULL)
		item_add(key, table->sort_key->attribute_name, sort->value);
	return key;
}

/* NULL if no item can have the value of the column. */
static Operand *
operand_of_value(const Column *column, const KeyValue *value)
{
	ComparedValue compared = {
		.state = VALUE_KNOWN,
		.datum = value->datum,
		.type_id = value->type_id
	};
	Operand    *operand;

	if (value->isnull ||
		plain_value(column->codec, true, &compared, value->collation,
					&operand) != PLAIN_OPERAND ||
		!key_can_hold(column, column->key == KEY_SORT, operand))
		return NULL;
	return operand;
}

/* The attribute of a part of the key; NULL: no item can have it. */
static AttributeValue *
part_of_values(const Column *part, const List *columns,
			   AttributeValue *const *values, AttributeValue *const *fields)
{
	bool		impossible;
	AttributeValue *value;
	ListCell   *cell;

	foreach(cell, columns)
		if (lfirst(cell) == part)
			return values[foreach_current_index(cell)];
	value = table_make_of_attributes(part, fields, &impossible);
	if (value == NULL ||
		!key_can_hold(part, part->key == KEY_SORT, operand_value(value)))
		return NULL;
	return value;
}

DynamoItem *
key_of_values(const Table *table, const List *columns, const KeyValue *values)
{
	KeyColumns	key = key_columns(table);
	AttributeValue *attributes[KEY_VALUE_LIMIT];
	AttributeValue **fields =
		palloc0(Max(table->column_count, 1) * sizeof(AttributeValue *));
	DynamoItem *item;
	ListCell   *cell;

	foreach(cell, columns)
	{
		const Column *column = (const Column *) lfirst(cell);
		int			i = foreach_current_index(cell);
		Operand    *operand = operand_of_value(column, &values[i]);

		if (operand == NULL)
			return NULL;
		attributes[i] = operand->value;
		fields[column->attnum - 1] = operand->value;
	}
	item = palloc0(sizeof(DynamoItem));
	item->attributes = palloc0(key.count * sizeof(Attribute));
	for (int i = 0; i < key.count; i++)
	{
		AttributeValue *value = part_of_values(key.columns[i], columns,
											   attributes, fields);

		if (value == NULL)
			return NULL;
		item_add(item, key.columns[i]->attribute_name, value);
	}
	return item;
}

static Datum
numeric_of(const AttributeValue *value)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(value->u.text),
							   ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(-1));
}

/* The bytes of a string or of binary data. */
static const char *
bytes_of(const AttributeValue *value, int *length)
{
	char	   *bytes;

	*length = value->length;
	if (value->type != ATTRIBUTE_B)
		return value->u.text;
	*length = pg_b64_dec_len(value->length);
	bytes = palloc(*length);
	*length = Max(pg_b64_decode(value->u.text, value->length,
								(void *) bytes, *length), 0);
	return bytes;
}

bool
key_value_is_before(const AttributeValue *value, const AttributeValue *other)
{
	const char *bytes;
	const char *other_bytes;
	int			length;
	int			other_length;
	int			result;

	if (value->type == ATTRIBUTE_N && other->type == ATTRIBUTE_N)
		return DatumGetBool(DirectFunctionCall2(numeric_lt, numeric_of(value),
												numeric_of(other)));
	bytes = bytes_of(value, &length);
	other_bytes = bytes_of(other, &other_length);
	result = memcmp(bytes, other_bytes, Min(length, other_length));
	return result < 0 || (result == 0 && length < other_length);
}
