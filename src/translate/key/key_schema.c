/*
 * key_schema.c
 *		What the key of a table, or of one of its indexes, is made of.
 */
#include "postgres.h"

#include "translate/key/key_schema.h"

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
