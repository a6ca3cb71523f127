/*
 * key_schema.c
 *		What the key of a table, or of one of its indexes, is made of.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "translate/key/key_schema.h"

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

static void
add_key_field(KeyFields *fields, const Column *column)
{
	for (int i = 0; i < fields->count; i++)
		if (fields->columns[i] == column)
			return;
	Assert(fields->count < KEY_FIELD_LIMIT);
	fields->columns[fields->count++] = column;
}

KeyFields
key_fields(const Table *table)
{
	KeyColumns	key = key_columns(table);
	KeyFields	fields = {0};

	for (int i = 0; i < key.count; i++)
	{
		const Template *template = key.columns[i]->template;

		if (template == NULL)
			add_key_field(&fields, key.columns[i]);
		for (int n = 0; template != NULL && n < template->count; n++)
			if (template->parts[n].literal == NULL)
				add_key_field(&fields, template->parts[n].column);
	}
	return fields;
}

char *
key_field_names(const Table *table, bool as_identifiers)
{
	KeyFields	fields = key_fields(table);
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < fields.count; i++)
	{
		const char *name = fields.columns[i]->name;

		if (i > 0)
			appendStringInfoString(&names, as_identifiers ||
								   i < fields.count - 1 ? ", " : " and ");
		if (as_identifiers)
			appendStringInfoString(&names, quote_identifier(name));
		else
			appendStringInfo(&names, "\"%s\"", name);
	}
	return names.data;
}

KeySchema *
key_schema_of_table(const Table *table)
{
	KeySchema  *schema = palloc0(sizeof(KeySchema));

	if (table->partition_key != NULL)
		schema->partition[schema->partition_count++] = table->partition_key;
	if (table->sort_key != NULL)
		schema->sort[schema->sort_count++] = table->sort_key;
	return schema;
}

bool
key_schema_has(const KeySchema *schema, const Column *column)
{
	int			i;

	for (i = 0; i < schema->partition_count; i++)
		if (schema->partition[i] == column)
			return true;
	for (i = 0; i < schema->sort_count; i++)
		if (schema->sort[i] == column)
			return true;
	return false;
}
