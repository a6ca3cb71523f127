/*
 * key_value.c
 *		Values that are keys: which an item can have, and what is said of
 *		those that it cannot.
 */
#include "postgres.h"

#include "compat.h"

#include <errno.h>

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "translate/key/key_internal.h"

/* Source: Developer Guide, "Quotas". */
#define MAX_PARTITION_KEY_LENGTH	2048
#define MAX_SORT_KEY_LENGTH			1024

/* ---- what a key can be ---- */

int
key_value_length(const AttributeValue *value)
{
	int			padding = 0;

	if (value->type == ATTRIBUTE_S)
		return value->length;
	while (padding < value->length &&
		   value->u.text[value->length - 1 - padding] == '=')
		padding++;
	return value->length / 4 * 3 - padding;
}

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
	length = key_value_length(value);
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
	length = key_value_length(value);
	if (length == 0)
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("empty value in key column \"%s\" of foreign table \"%s\"",
						column->name, table->relation_name),
				 errdetail("A DynamoDB key cannot be an empty string or empty bytes."),
				 errhint("Give column \"%s\" a value of at least one byte.",
						 column->name)));
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

/*
 * The column must be able to read the value, and would write the same: equal
 * to a key column may also be what its type cannot hold.
 */
static void
check_fits_column(const Table *table, const Column *column,
				  const AttributeValue *value)
{
	CodecPlace	place = table_place(table, column, NULL);
	Datum		datum;
	bool		isnull;

	key_check_value(table, column, value);
	datum = codec_decode(column->codec, value, &isnull, &place);
	(void) codec_encode(column->codec, datum, &place);
}

void
key_check_upsert(const Table *table, const KeyLookup *lookup)
{
	const Column *columns[] = {table->partition_key, table->sort_key};

	if (lookup->impossible_column != NULL)
	{
		const Column *column = lookup->impossible_column;
		const KeyValue *given = &lookup->impossible_value;
		ComparedValue value = {
			.state = VALUE_KNOWN,
			.datum = given->datum,
			.type_id = given->type_id
		};
		CodecPlace	place = table_place(table, column, NULL);

		check_fits_column(table, column,
						  plain_encode(column->codec, &value, &place));
		return;
	}
	if (lookup->key == NULL)
		return;
	for (int i = 0; i < (int) lengthof(columns); i++)
	{
		if (columns[i] != NULL)
			check_fits_column(table, columns[i],
							  item_find(lookup->key,
										columns[i]->attribute_name));
	}
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
	return part_equality_is_plain(table->partition_key) &&
		(table->sort_key == NULL || part_equality_is_plain(table->sort_key));
}

void
key_check_writable(const Table *table)
{
	const Column *column = table->partition_key;
	const Codec *codec;
	bool		has_other_collation;
	char	   *type;

	if (key_equality_is_plain(table))
		return;
	if (part_equality_is_plain(column))
		column = table->sort_key;
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
