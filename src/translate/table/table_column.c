/*
 * table_column.c
 *		A described table and its columns, by number and by attribute.
 */
#include "postgres.h"

#include "compat.h"

#include "common/hashfn.h"
#include "port/pg_bitutils.h"

#include "translate/table/table_column.h"

static uint32
hash_attribute_name(const char *name, int length)
{
	return hash_bytes((const unsigned char *) name, length);
}

Column *
table_find_attribute(const Table *table, const char *name, int length)
{
	uint32		place = hash_attribute_name(name, length) & table->name_mask;

	while (table->names[place] != NULL)
	{
		Column	   *column = table->names[place];

		if (column->attribute_name_length == length &&
			memcmp(column->attribute_name, name, length) == 0)
			return column;
		place = (place + 1) & table->name_mask;
	}
	return NULL;
}

bool
table_maps_attribute(const Table *table, const char *name)
{
	return table_find_attribute(table, name, strlen(name)) != NULL;
}

static void
add_name(Table *table, Column *column)
{
	Column	   *first = table_find_attribute(table, column->attribute_name,
											 column->attribute_name_length);
	uint32		place;

	if (first != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_COLUMN_NAME),
				 errmsg("two columns of foreign table \"%s\" map the same attribute",
						table->relation_name),
				 errdetail("They are \"%s\" and \"%s\".", first->name,
						   column->name),
				 errhint("Set option \"attribute_name\" of one of them.")));
	place = hash_attribute_name(column->attribute_name,
								column->attribute_name_length) &
		table->name_mask;
	while (table->names[place] != NULL)
		place = (place + 1) & table->name_mask;
	table->names[place] = column;
}

void
table_build_names(Table *table)
{
	uint32		size = pg_nextpower2_32(Max(2 * (table->column_count +
												 table->made_count), 8));

	table->name_mask = size - 1;
	table->names = palloc0(size * sizeof(Column *));
	for (int i = 0; i < table->made_count; i++)
		add_name(table, table->made[i]);
	for (int i = 0; i < table->column_count; i++)
	{
		Column	   *column = &table->columns[i];

		if (column->codec != NULL && !column->is_document &&
			column->source == NULL && column->template == NULL)
			add_name(table, column);
	}
}

Column *
table_column(const Table *table, AttrNumber attnum)
{
	if (attnum < 1 || attnum > table->column_count ||
		table->columns[attnum - 1].codec == NULL)
		return NULL;
	return &table->columns[attnum - 1];
}

/* Descriptions are shared, and good for the session. */
void
table_confirm_key(const Table *table)
{
	unconstify(Table *, table)->key_in_doubt = false;
}

CodecPlace
table_place(const Table *table, const Column *column,
			const char *readable_key)
{
	CodecPlace	place = {
		.table = table->relation_name,
		.column = column->name,
		.attribute = column->attribute_name,
		.key = readable_key
	};

	return place;
}
