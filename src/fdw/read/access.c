/*
 * access.c
 *		How a set of clauses reads a table: which operation, with which key
 *		condition and filter.
 */
#include "postgres.h"

#include "compat.h"

#include "fdw/column_set.h"
#include "fdw/read/access.h"
#include "fdw/read/projection.h"
#include "translate/condition/condition.h"
#include "translate/key/item_key.h"
#include "translate/table/table_template.h"

/*
 * The filter of a Query must not name the key that it is asked by, and may not
 * see what an index lacks.
 */
static const bool *
hidden_columns(const Table *table, const KeySchema *schema)
{
	bool	   *hidden = palloc0(table->column_count * sizeof(bool));
	int			i;

	for (i = 0; i < table->column_count; i++)
		hidden[i] = key_schema_has(schema, &table->columns[i]) ||
			(schema->projected != NULL && !schema->projected[i]);
	return hidden;
}

/*
 * The clauses as a filter in which some columns may not be named (NULL: all
 * may).  The scope is the caller's: it is as it was afterwards.
 */
static Condition *
translate_filter(Scope *scope, const bool *hidden, List *clauses, bool *exact)
{
	const bool *before = scope->hidden;
	Condition  *filter;

	scope->hidden = hidden;
	filter = condition_translate_list(scope, clauses, SENSE_MAY, exact);
	scope->hidden = before;
	return filter;
}

/*
 * The placeholders of a request, when its key condition has been written.
 */
static Placeholders *
placeholders_after_key(const KeyLookup *lookup)
{
	Placeholders *placeholders = placeholders_make(false);
	StringInfoData text;

	if (lookup->access == KEY_ACCESS_QUERY)
	{
		initStringInfo(&text);
		write_condition(&text, lookup->condition, placeholders);
	}
	return placeholders;
}

/* Leaves of the filter what can be sent. */
static void
limit_filter(Access *access)
{
	Condition  *filter;

	filter = condition_within_limits(access->filter,
									 placeholders_after_key(access->lookup));
	if (filter == access->filter)
		return;
	access->filter = filter;
	access->exact = false;
}

/*
 * Can the filter not say which items are rows?  A constant is not there that
 * only these have, or the time at which one expires may not be named.
 */
static bool
has_doubtful_rows(const Table *table, const KeySchema *schema,
				  const bool *hidden)
{
	if (table->expiry != NULL && hidden != NULL &&
		hidden[table->expiry->attnum - 1])
		return true;
	for (int i = 0; i < table->constant_count; i++)
	{
		const Column *made = table->made[i];

		if (schema->projected != NULL &&
			!schema->projected[made->attnum - 1])
			return true;
	}
	return false;
}

Access *
access_choose(Scope *scope, const KeySchema *schema, List *clauses)
{
	Access	   *access = palloc0(sizeof(Access));
	KeyLookup  *lookup = key_lookup(scope, schema, clauses);
	const bool *hidden = NULL;

	if (schema->index_name != NULL && lookup->access == KEY_ACCESS_SCAN)
		return access_choose(scope, key_schema_of_table(scope->table),
							 clauses);

	access->schema = schema;
	access->lookup = lookup;
	access->filter = condition_constant(true);
	access->exact = true;

	if (lookup->access == KEY_ACCESS_QUERY)
		hidden = hidden_columns(scope->table, schema);
	if (lookup->access != KEY_ACCESS_NOTHING)
		access->filter = translate_filter(scope, hidden, lookup->rest,
										  &access->exact);

	if (access->filter->kind == CONDITION_FALSE)
		lookup->access = KEY_ACCESS_NOTHING;

	/*
	 * GetItem and BatchGetItem have no filter, but a clause that is false by
	 * itself saves the request.
	 */
	else if (lookup->access == KEY_ACCESS_ITEM ||
			 lookup->access == KEY_ACCESS_ITEMS)
	{
		access->filter = condition_constant(true);
		access->exact = lookup->rest == NIL;
	}
	else if (lookup->access != KEY_ACCESS_NOTHING)
	{
		Condition  *rows;

		rows = condition_item_is_row(scope->table, hidden,
									 lookup->access == KEY_ACCESS_QUERY
									 ? schema : NULL);
		access->filter = condition_both(rows, access->filter);
		if (lookup->may_be_others ||
			has_doubtful_rows(scope->table, schema, hidden) ||
			!table_rows_are_plain(scope->table))
			access->exact = false;
		limit_filter(access);
	}
	return access;
}

const char *
access_operation(const Access *access)
{
	switch (access->lookup->access)
	{
		case KEY_ACCESS_ITEM:
			return "GetItem";
		case KEY_ACCESS_ITEMS:
			return "BatchGetItem";
		case KEY_ACCESS_QUERY:
			return "Query";
		case KEY_ACCESS_SCAN:
			return "Scan";
		case KEY_ACCESS_NOTHING:
			break;
	}
	return NULL;
}

List *
access_projection(const Table *table, Bitmapset *wanted, List *inside)
{
	bool	   *columns = column_set_to_flags(table, wanted);
	List	   *paths = NIL;
	int			i;

	table_mark_always_read(table, columns);
	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];

		if (columns[i] && column->codec != NULL)
			columns[table_column_of_attribute(column)->attnum - 1] = true;
	}
	if (table->document != NULL && columns[table->document->attnum - 1])
		return NIL;
	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];

		if (columns[i] && column->codec != NULL &&
			table_column_of_attribute(column) == column)
			paths = list_concat(paths, projection_of_column(inside, column));
	}
	return paths;
}

List *
access_projection_to_send(const Access *access, List *paths)
{
	Placeholders *placeholders = placeholders_after_key(access->lookup);
	StringInfoData text;

	initStringInfo(&text);
	if (access->filter->kind != CONDITION_TRUE &&
		access->filter->kind != CONDITION_FALSE)
		write_condition(&text, access->filter, placeholders);
	return projection_within_limits(paths, placeholders);
}
