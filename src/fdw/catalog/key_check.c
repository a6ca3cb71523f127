/*
 * key_check.c
 *		Does a foreign table declare the key that its DynamoDB table has?
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "fdw/catalog/description.h"
#include "fdw/catalog/key_check.h"
#include "translate/key/key_schema.h"
#include "translate/table/identifier.h"

/* Attempts, where there is an error to raise already. */
#define CHECK_ATTEMPTS		3

/* The key of a DynamoDB table, by roles. */
typedef struct DescribedKey
{
	int			count;
	KeyAttribute attributes[2];
} DescribedKey;

static DescribedKey
described_key(const TableDescription *description)
{
	DescribedKey key = {0};

	if (description->partition_key != NULL)
		key.attributes[key.count++] = (KeyAttribute) {
			.name = description->partition_key,
			.type = description->partition_type
		};
	if (key.count > 0 && description->sort_key != NULL)
		key.attributes[key.count++] = (KeyAttribute) {
			.name = description->sort_key,
			.type = description->sort_type
		};
	return key;
}

static bool
has_type(const Column *column, AttributeType type)
{
	return column->codec->kind != CODEC_JSON &&
		column->codec->attribute_type == type;
}

/* True also where one of them is not known. */
static bool
is_same_key(const KeyColumns *declared, const DescribedKey *actual)
{
	if (declared->count == 0 || actual->count == 0)
		return true;
	if (declared->count != actual->count)
		return false;
	for (int i = 0; i < actual->count; i++)
		if (strcmp(declared->columns[i]->attribute_name,
				   actual->attributes[i].name) != 0 ||
			!has_type(declared->columns[i], actual->attributes[i].type))
			return false;
	return true;
}

/* ---- what to do ---- */

static void
begin_action(StringInfo command)
{
	appendStringInfoString(command, command->len == 0 ? " " : ", ");
}

static bool
is_in_key(const DescribedKey *key, const Column *column)
{
	for (int i = 0; i < key->count; i++)
		if (strcmp(key->attributes[i].name, column->attribute_name) == 0)
			return true;
	return false;
}

/*
 * The column that is declared in the attribute's place, and that only calls it
 * otherwise; NULL: there is none.
 */
static const Column *
find_namesake(const Table *table, const KeyColumns *declared,
			  const DescribedKey *actual, int i)
{
	const KeyAttribute *attribute = &actual->attributes[i];
	const Column *column;

	if (i >= declared->count ||
		table_find_attribute(table, attribute->name,
							 strlen(attribute->name)) != NULL)
		return NULL;
	column = declared->columns[i];
	return column->name != NULL && column->template == NULL &&
		!is_in_key(actual, column) && has_type(column, attribute->type)
		? column : NULL;
}

static bool
append_other_name(StringInfo command, const Column *column,
				  const KeyAttribute *attribute)
{
	const char *name = identifier_to_server(attribute->name);
	const char *old = identifier_to_server(column->attribute_name);

	if (name == NULL)
		return false;
	begin_action(command);
	appendStringInfo(command, "ALTER COLUMN %s OPTIONS (%s attribute_name %s)",
					 quote_identifier(column->name),
					 old != NULL && strcmp(old, column->name) == 0
					 ? "ADD" : "SET", quote_literal_cstr(name));
	return true;
}

/* False: it is none for one command, since the attribute is made of others. */
static bool
append_declaration(StringInfo command, const Table *table,
				   const KeyAttribute *attribute, KeyRole role)
{
	const char *type = attribute->type == ATTRIBUTE_S ? "text"
		: attribute->type == ATTRIBUTE_N ? "numeric" : "bytea";
	const char *word = role == KEY_PARTITION ? "partition" : "sort";
	const Column *column = table_find_attribute(table, attribute->name,
												strlen(attribute->name));
	const char *name = column != NULL ? column->name
		: identifier_to_server(attribute->name);

	if (name == NULL || (column != NULL && column->template != NULL))
		return false;
	name = quote_identifier(name);
	if (column == NULL)
	{
		begin_action(command);
		appendStringInfo(command, "ADD COLUMN %s %s OPTIONS (key '%s')",
						 name, type, word);
		return true;
	}
	if (!has_type(column, attribute->type))
	{
		begin_action(command);
		appendStringInfo(command, "ALTER COLUMN %s TYPE %s", name, type);
	}
	if (column->key != role)
	{
		begin_action(command);
		appendStringInfo(command, "ALTER COLUMN %s OPTIONS (%s key '%s')",
						 name, column->key == KEY_NONE ? "ADD" : "SET", word);
	}
	return true;
}

/* The command that declares the key; NULL: there is no such one. */
static const char *
command_to_declare(const Table *table, const KeyColumns *declared,
				   const DescribedKey *actual)
{
	const char *schema =
		get_namespace_name(get_rel_namespace(table->relation_id));
	StringInfoData actions;

	initStringInfo(&actions);
	for (int i = 0; i < declared->count; i++)
	{
		const Column *column = declared->columns[i];

		if (is_in_key(actual, column) ||
			(i < actual->count &&
			 find_namesake(table, declared, actual, i) == column))
			continue;
		if (column->name == NULL)
			return NULL;
		begin_action(&actions);
		appendStringInfo(&actions, "ALTER COLUMN %s OPTIONS (DROP key)",
						 quote_identifier(column->name));
	}
	for (int i = 0; i < actual->count; i++)
	{
		const KeyAttribute *attribute = &actual->attributes[i];
		const Column *column = find_namesake(table, declared, actual, i);

		if (column != NULL
			? !append_other_name(&actions, column, attribute)
			: !append_declaration(&actions, table, attribute,
								  i == 0 ? KEY_PARTITION : KEY_SORT))
			return NULL;
	}
	return psprintf("ALTER FOREIGN TABLE %s%s",
					quote_qualified_identifier(schema, table->relation_name),
					actions.data);
}

/* ---- the error ---- */

static void
append_key_attribute(StringInfo text, int i, const char *name,
					 const char *type)
{
	const char *shown = identifier_to_server(name);

	appendStringInfo(text, "%s key \"%s\" (%s)",
					 i == 0 ? "partition" : " and sort",
					 shown == NULL ? "?" : shown, type);
}

static void
raise_other_key(const Table *table, const KeyColumns *declared,
				const DescribedKey *actual, const char *extra_detail)
{
	const char *command = command_to_declare(table, declared, actual);
	StringInfoData has;
	StringInfoData says;

	initStringInfo(&has);
	initStringInfo(&says);
	for (int i = 0; i < actual->count; i++)
		append_key_attribute(&has, i, actual->attributes[i].name,
							 attribute_type_name(actual->attributes[i].type));
	for (int i = 0; i < declared->count; i++)
	{
		const Column *column = declared->columns[i];

		append_key_attribute(&says, i, column->attribute_name,
							 column->codec->kind == CODEC_JSON ? "any"
							 : attribute_type_name(column->codec->attribute_type));
	}
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("the key of foreign table \"%s\" is not that of DynamoDB table \"%s\"",
					table->relation_name,
					identifier_to_server(table->table_name)),
			 errdetail("DynamoDB has %s, the foreign table %s.%s%s",
					   has.data, says.data, extra_detail == NULL ? "" : "  ",
					   extra_detail == NULL ? "" : extra_detail),
			 command != NULL ? errhint("%s;", command) :
			 errhint("Set option \"key\" of the columns that have the attributes of DynamoDB's key.")));
}

/* ---- where it is told ---- */

static bool
fits_description(const Table *table, const TableDescription *description)
{
	KeyColumns	declared = key_columns(table);
	DescribedKey actual = described_key(description);

	return is_same_key(&declared, &actual);
}

static void
check_described_key(const Table *table, const TableDescription *description,
					const char *extra_detail)
{
	KeyColumns	declared = key_columns(table);
	DescribedKey actual = described_key(description);

	if (!is_same_key(&declared, &actual))
		raise_other_key(table, &declared, &actual, extra_detail);
}

const TableDescription *
key_check_description(const Table *table, Oid user_id)
{
	const TableDescription *description = description_ask(table, user_id);

	if (description == NULL || fits_description(table, description))
		return description;
	/* the table may have been made anew since it was described */
	description_forget();
	description = description_ask(table, user_id);
	if (description != NULL)
		check_described_key(table, description, NULL);
	return description;
}

void
key_check_refusal(const Table *table, Connection *connection,
				  const Request *request, const char *extra_detail)
{
	Request    *asked;

	if (request_outcome(request) != OUTCOME_VALIDATION)
		return;
	asked = description_request(connection, "DescribeTable",
								table_description_read, table->table_name,
								CHECK_ATTEMPTS);
	if (request_outcome(asked) == OUTCOME_SUCCESS)
		check_described_key(table, request_answer(asked), extra_detail);
	request_free(asked);
}

void
key_check_raise(const Table *table, Connection *connection,
				const Request *request, const char *extra_detail)
{
	key_check_refusal(table, connection, request, extra_detail);
	request_raise(request, extra_detail);
}
