/*
 * item_key.c
 *		The key of a table's items, for all who need not know what it is made
 *		of.
 */
#include "postgres.h"

#include "compat.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "translate/codec/codec.h"
#include "translate/key/item_key.h"
#include "translate/key/key_value.h"
#include "translate/table/table_expiry.h"
#include "translate/table/table_template.h"

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

		if (column->template != NULL)
		{
			value = table_make_attribute(table, column, values, nulls);
			*missing = column;
			if (value == NULL)
				return NULL;
		}
		else if (nulls[column->attnum - 1] ||
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

/* Appends a column's name and value. */
static void
append_described(const Column *column, const Datum *values, const bool *nulls,
				 StringInfo names, StringInfo texts)
{
	const char *separator = names->len == 0 ? "" : ", ";
	int			i = column->attnum - 1;
	Oid			output;
	bool		is_varlena;

	getTypeOutputInfo(column->codec->type_id, &output, &is_varlena);
	appendStringInfo(names, "%s%s", separator, column->name);
	appendStringInfo(texts, "%s%s", separator, nulls[i] ? "null"
					 : OidOutputFunctionCall(output, values[i]));
}

char *
key_describe(const Table *table, const DynamoItem *key)
{
	KeyColumns	columns = key_columns(table);
	Datum	   *values = palloc(table->column_count * sizeof(Datum));
	bool	   *nulls = palloc(table->column_count * sizeof(bool));
	StringInfoData names;
	StringInfoData texts;

	initStringInfo(&names);
	initStringInfo(&texts);
	table_decode_item(table, key, NULL, values, nulls);
	for (int i = 0; i < columns.count; i++)
	{
		const Column *column = columns.columns[i];

		if (column->attnum != 0)
			append_described(column, values, nulls, &names, &texts);
		for (int n = 0; column->attnum == 0 && n < table->column_count; n++)
			if (table->columns[n].source == column)
				append_described(&table->columns[n], values, nulls, &names,
								 &texts);
	}
	return psprintf("(%s)=(%s)", names.data, texts.data);
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

static Condition *
condition_of_constant(const Column *made)
{
	return condition_compare(operand_path(path_make(made->attribute_name)),
							 COMPARISON_EQ,
							 operand_value(made->template->constant));
}

static Condition *
constants_but_of_key(const Table *table, const bool *hidden)
{
	Condition  *condition = condition_constant(true);

	for (int i = 0; i < table->constant_count; i++)
	{
		const Column *made = table->made[i];

		if (made->key == KEY_NONE &&
			(hidden == NULL || !hidden[made->attnum - 1]))
			condition = condition_both(condition, condition_of_constant(made));
	}
	return condition;
}

/* What the text of a part of the key begins with; true: with anything. */
static Condition *
begins_as_key(const Column *key)
{
	const char *start;
	int			length;

	if (key == NULL || key->template == NULL)
		return condition_constant(true);
	if (key->template->field_count == 0)
		return condition_of_constant(key);
	start = template_start(key->template, &length);
	if (length == 0)
		return condition_constant(true);
	return condition_begins_with(operand_path(path_make(key->attribute_name)),
								 operand_value(attribute_make_text(ATTRIBUTE_S,
																   pnstrdup(start, length),
																   length)));
}

/*
 * An attribute that is not there, or no number, is not between numbers.
 * EXPLAIN shows the bounds as what they are.
 */
static Condition *
has_expired(const Table *table)
{
	Operand    *earliest = operand_value(expiry_earliest());
	Operand    *latest = operand_value(expiry_latest());

	earliest->label = "now() - 5 years";
	latest->label = "now()";
	return condition_between(operand_path(path_make(table->expiry->attribute_name)),
							 earliest, latest);
}

/* The condition, but not of an item that has expired and is hidden. */
static Condition *
unless_hidden(const Table *table, Condition *condition)
{
	return table->hides_expired
		? condition_both(condition, condition_not(has_expired(table)))
		: condition;
}

Condition *
condition_item_is_row(const Table *table, const bool *hidden,
					  const KeySchema *queried)
{
	const Column *parts[] = {table->partition_key, table->sort_key};
	Condition  *condition = constants_but_of_key(table, hidden);

	for (int i = 0; i < (int) lengthof(parts); i++)
		if (queried == NULL || !key_schema_has(queried, parts[i]))
			condition = condition_both(condition, begins_as_key(parts[i]));
	if (table->expiry != NULL &&
		(hidden == NULL || !hidden[table->expiry->attnum - 1]))
		condition = unless_hidden(table, condition);
	return condition;
}

Condition *
condition_item_exists(const Table *table)
{
	return unless_hidden(table, condition_item_of_kind(table));
}

/* That an attribute has a value says that there is an item. */
Condition *
condition_item_of_kind(const Table *table)
{
	if (table_has_discriminator(table))
		return constants_but_of_key(table, NULL);
	return condition_exists(path_of_every_item(table));
}

Condition *
condition_item_absent(const Table *table)
{
	return condition_not_exists(path_of_every_item(table));
}

Condition *
condition_absent_or_row(const Table *table, Condition *of_row)
{
	if (table_has_discriminator(table))
		of_row = condition_both(condition_item_exists(table), of_row);
	else if (of_row->kind == CONDITION_TRUE)

		/* what is not there has not expired */
		return unless_hidden(table, of_row);
	else
		of_row = unless_hidden(table, of_row);
	return condition_either(condition_item_absent(table), of_row);
}

Condition *
condition_absent_or_expired(const Table *table)
{
	return condition_either(condition_item_absent(table),
							condition_both(constants_but_of_key(table, NULL),
										   has_expired(table)));
}

Condition *
condition_key_is_free(const Table *table)
{
	return table->hides_expired ? condition_absent_or_expired(table)
		: condition_item_absent(table);
}

void
key_raise_other_item(const Table *table, const char *readable_key,
					 const DynamoItem *item)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("duplicate key value violates the key of foreign table \"%s\"",
					table->relation_name),
			 errdetail("Item %s is there, but is no row of foreign table \"%s\": %s.",
					   readable_key, table->relation_name,
					   table_why_no_row(table, item)),
			 errtableconstraint(RelationIdGetRelation(table->relation_id),
								table_key_constraint(table))));
}
