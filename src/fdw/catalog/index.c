/*
 * index.c
 *		Which indexes of a table may answer a query.
 */
#include "postgres.h"

#include "compat.h"

#include "access/sysattr.h"
#include "optimizer/clauses.h"

#include "fdw/catalog/index.h"
#include "translate/table/table_template.h"

/* What an index is in a plan. */
enum IndexMember
{
	INDEX_MEMBER_NAME,			/* string */
	INDEX_MEMBER_GLOBAL,		/* integer */
	INDEX_MEMBER_PARTITION,		/* integer list of attribute numbers */
	INDEX_MEMBER_SORT,			/* integer list of attribute numbers */
	INDEX_MEMBER_ALL,			/* integer: it holds all columns */
	INDEX_MEMBER_PROJECTED,		/* integer list of those that it holds */
	INDEX_MEMBER_COUNT
};

/* ---- from DynamoDB's description ---- */

/* False if one of the attributes has no column that stores it so. */
static bool
find_key_columns(const Table *table, const KeyAttribute *attributes, int count,
				 const Column **columns)
{
	for (int i = 0; i < count; i++)
	{
		columns[i] = table_find_attribute(table, attributes[i].name,
										  strlen(attributes[i].name));
		if (columns[i] == NULL || columns[i]->codec->kind == CODEC_JSON ||
			columns[i]->codec->attribute_type != attributes[i].type)
			return false;
	}
	return true;
}

static bool
is_projected(const IndexDescription *index, const Column *column)
{
	for (int i = 0; i < index->projected_count; i++)
		if (strcmp(index->projected[i], column->attribute_name) == 0)
			return true;
	return false;
}

/* Is the attribute part of the table's key, or of the index's? */
static bool
is_in_keys(const KeySchema *schema, const Column *column)
{
	if (column->source != NULL)
		column = column->source;
	return column->key != KEY_NONE || key_schema_has(schema, column);
}

static const bool *
projected_columns(const Table *table, const IndexDescription *index,
				  const KeySchema *schema)
{
	bool	   *projected;

	if (index->projection == INDEX_PROJECTS_ALL)
		return NULL;
	projected = palloc0(Max(table->column_count, 1) * sizeof(bool));
	for (int i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];

		projected[i] = column->name != NULL && !column->is_document &&
			(is_in_keys(schema, column) || is_projected(index, column));
	}
	return projected;
}

List *
index_schemas(const Table *table, const TableDescription *description)
{
	List	   *schemas = NIL;

	for (int i = 0; i < description->index_count; i++)
	{
		const IndexDescription *index = &description->indexes[i];
		KeySchema  *schema;

		if (!index->is_usable)
			continue;
		schema = palloc0(sizeof(KeySchema));
		schema->index_name = index->name;
		schema->is_global = index->is_global;
		schema->partition_count = index->partition_count;
		schema->sort_count = index->sort_count;
		if (!find_key_columns(table, index->partition, index->partition_count,
							  schema->partition) ||
			!find_key_columns(table, index->sort, index->sort_count,
							  schema->sort))
			continue;
		schema->projected = projected_columns(table, index, schema);
		schemas = lappend(schemas, schema);
	}
	return schemas;
}

/* ---- what an index lacks ---- */

/*
 * Is the attribute of a column there in all rows that are asked for?
 * PostgreSQL too takes the constraint of a foreign table for granted.
 */
static bool
is_always_there(const Column *column, List *nonnull, Index varno)
{
	const Template *template = column->template;

	if (column->key != KEY_NONE || column->in_key || column->never_null ||
		(column->attnum != 0 &&
		 nonnullable_has_column(nonnull, varno, column->attnum)))
		return true;
	if (template == NULL)
		return false;
	for (int i = 0; i < template->count; i++)
		if (template->parts[i].literal == NULL &&
			!is_always_there(template->parts[i].column, nonnull, varno))
			return false;
	return true;
}

bool
index_holds_rows(const KeySchema *schema, List *clauses, Index varno)
{
	List	   *nonnull = find_nonnullable_vars((Node *) clauses);

	for (int i = 0; i < schema->partition_count + schema->sort_count; i++)
	{
		const Column *column = i < schema->partition_count
			? schema->partition[i] : schema->sort[i - schema->partition_count];

		if (!is_always_there(column, nonnull, varno))
			return false;
	}
	return true;
}

bool
index_holds_columns(const KeySchema *schema, const Table *table,
					const bool *wanted)
{
	if (schema->projected == NULL)
		return true;
	for (int i = 0; i < table->column_count; i++)
		if (wanted[i] && !schema->projected[i])
			return false;
	return true;
}

/* ---- in plans ---- */

/*
 * Of a column; what is none in SQL has that of one that is read out of it, as
 * a negative number.
 */
static int
attribute_number(const Column *column)
{
	return column->attnum != 0 ? column->attnum
		: -table_reader_of(column)->attnum;
}

static const Column *
column_of_number(const Table *table, int number)
{
	return number > 0 ? table_column(table, number)
		: table_column(table, -number)->source;
}

static List *
attribute_numbers(const Column *const *columns, int count)
{
	List	   *numbers = NIL;

	for (int i = 0; i < count; i++)
		numbers = lappend_int(numbers, attribute_number(columns[i]));
	return numbers;
}

static int
columns_of_numbers(const Table *table, const List *numbers,
				   const Column **columns)
{
	int			count = 0;
	ListCell   *cell;

	foreach(cell, numbers)
		columns[count++] = column_of_number(table, lfirst_int(cell));
	return count;
}

List *
index_to_list(const KeySchema *schema, const Table *table)
{
	List	   *projected = NIL;
	List	   *list;

	if (schema->index_name == NULL)
		return schema->without_products ? list_make1(makeInteger(1)) : NIL;
	for (int i = 0; schema->projected != NULL && i < table->column_count; i++)
		if (schema->projected[i])
			projected = lappend_int(projected, i + 1);

	list = list_make5(makeString(pstrdup(schema->index_name)),
					  makeInteger(schema->is_global),
					  attribute_numbers(schema->partition,
										schema->partition_count),
					  attribute_numbers(schema->sort, schema->sort_count),
					  makeInteger(schema->projected == NULL));
	list = lappend(list, projected);
	Assert(list_length(list) == INDEX_MEMBER_COUNT);
	return list;
}

KeySchema *
index_from_list(const List *list, const Table *table)
{
	KeySchema  *schema;
	bool	   *projected;
	ListCell   *cell;

	if (list_length(list) != INDEX_MEMBER_COUNT)
	{
		schema = key_schema_of_table(table);
		schema->without_products = list != NIL;
		return schema;
	}
	schema = palloc0(sizeof(KeySchema));
	schema->index_name = strVal(list_nth(list, INDEX_MEMBER_NAME));
	schema->is_global = intVal(list_nth(list, INDEX_MEMBER_GLOBAL)) != 0;
	schema->partition_count =
		columns_of_numbers(table, list_nth(list, INDEX_MEMBER_PARTITION),
						   schema->partition);
	schema->sort_count =
		columns_of_numbers(table, list_nth(list, INDEX_MEMBER_SORT),
						   schema->sort);
	if (intVal(list_nth(list, INDEX_MEMBER_ALL)) != 0)
		return schema;
	projected = palloc0(Max(table->column_count, 1) * sizeof(bool));
	foreach(cell, (List *) list_nth(list, INDEX_MEMBER_PROJECTED))
		projected[lfirst_int(cell) - 1] = true;
	schema->projected = projected;
	return schema;
}
