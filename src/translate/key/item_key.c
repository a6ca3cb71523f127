/*
 * item_key.c
 *		The key of a table's items, for all who need not know what it is made
 *		of.
 */
#include "postgres.h"

#include "compat.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "translate/codec/codec.h"
#include "translate/key/item_key.h"
#include "translate/key/key_value.h"

KeyColumns
key_columns(const Table *table)
{
	KeyColumns	key = {0};

	if (table->partition_key != NULL)
		key.columns[key.count++] = table->partition_key;
	if (table->sort_key != NULL)
		key.columns[key.count++] = table->sort_key;
	return key;
}

bool
key_has_attribute(const Table *table, const char *name)
{
	KeyColumns	key = key_columns(table);

	for (int i = 0; i < key.count; i++)
		if (strcmp(name, key.columns[i]->attribute_name) == 0)
			return true;
	return false;
}

DynamoItem *
key_of_row(const Table *table, const Datum *values, const bool *nulls,
		   const Column **missing)
{
	KeyColumns	columns = key_columns(table);
	DynamoItem *key = palloc0(sizeof(DynamoItem));

	key->attributes = palloc0(sizeof(Attribute) * columns.count);
	for (int i = 0; i < columns.count; i++)
	{
		const Column *column = columns.columns[i];
		AttributeValue *value;

		if (nulls[column->attnum - 1] ||
			codec_try_encode(column->codec, values[column->attnum - 1],
							 &value) != ENCODE_OK)
		{
			*missing = column;
			return NULL;
		}
		item_add(key, column->attribute_name, value);
	}
	return key;
}

char *
key_describe(const Table *table, const DynamoItem *key)
{
	KeyColumns	columns = key_columns(table);
	StringInfoData names;
	StringInfoData values;

	initStringInfo(&names);
	initStringInfo(&values);
	for (int i = 0; i < columns.count; i++)
	{
		const Column *column = columns.columns[i];
		CodecPlace	place = table_place(table, column, NULL);
		const char *separator = i == 0 ? "" : ", ";
		Oid			output;
		bool		is_varlena;
		bool		isnull;
		Datum		value;

		value = codec_decode(column->codec,
							 item_find(key, column->attribute_name), &isnull,
							 &place);
		getTypeOutputInfo(column->codec->type_id, &output, &is_varlena);
		appendStringInfo(&names, "%s%s", separator, column->name);
		appendStringInfo(&values, "%s%s", separator,
						 isnull ? "null" : OidOutputFunctionCall(output, value));
	}
	return psprintf("(%s)=(%s)", names.data, values.data);
}

bool
key_in_partition(const Table *table, const DynamoItem *key,
				 const AttributeValue *partition)
{
	return attribute_equal(item_find(key,
									 table->partition_key->attribute_name),
						   partition);
}

bool
key_is_before(const Table *table, const DynamoItem *key,
			  const DynamoItem *other)
{
	const AttributeValue *value;
	const AttributeValue *other_value;

	if (table->sort_key == NULL)
		return false;
	value = item_find(key, table->sort_key->attribute_name);
	other_value = item_find(other, table->sort_key->attribute_name);
	return value != NULL && other_value != NULL &&
		value->type == other_value->type && value->type != ATTRIBUTE_B &&
		!key_value_is_before(other_value, value);
}

/* Every item has the attribute of the partition key. */
static DocumentPath *
path_of_every_item(const Table *table)
{
	return path_make(table->partition_key->attribute_name);
}

Condition *
condition_item_exists(const Table *table)
{
	return condition_exists(path_of_every_item(table));
}

Condition *
condition_item_absent(const Table *table)
{
	return condition_not_exists(path_of_every_item(table));
}
