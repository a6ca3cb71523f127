/*
 * access.c
 *		How a set of clauses reads a table: which operation, with which key
 *		condition and filter.
 */
#include "postgres.h"

#include "compat.h"

#include "access/sysattr.h"

#include "fdw/access.h"
#include "fdw/projection.h"
#include "translate/condition.h"

Access *
access_choose(Scope *scope, List *clauses)
{
	Access	   *access = palloc0(sizeof(Access));

	access->lookup = key_lookup(scope, clauses);
	access->filter = condition_constant(true);

	switch (access->lookup->access)
	{
		case KEY_ACCESS_NOTHING:
			break;
		case KEY_ACCESS_ITEM:
		case KEY_ACCESS_ITEMS:

			/*
			 * They have no filter, but a clause that is false by itself
			 * saves the request.
			 */
			access->filter = condition_translate_list(scope,
													  access->lookup->rest,
													  SENSE_MAY, NULL);
			if (access->filter->kind != CONDITION_FALSE)
				access->filter = condition_constant(true);
			break;
		case KEY_ACCESS_QUERY:
			/* the filter of a Query must not name the key */
			scope->keys_forbidden = true;
			access->filter = condition_translate_list(scope,
													  access->lookup->rest,
													  SENSE_MAY, NULL);
			scope->keys_forbidden = false;
			break;
		case KEY_ACCESS_SCAN:
			access->filter = condition_translate_list(scope,
													  access->lookup->rest,
													  SENSE_MAY, NULL);
			break;
	}

	if (access->filter->kind == CONDITION_FALSE)
		access->lookup->access = KEY_ACCESS_NOTHING;
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

bool *
access_wanted_columns(const Table *table, Bitmapset *wanted)
{
	bool	   *columns = palloc0(sizeof(bool) * Max(table->column_count, 1));
	bool		whole_row;
	int			i;

	whole_row = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, wanted);
	for (i = 0; i < table->column_count; i++)
		columns[i] = table->columns[i].name != NULL &&
			(whole_row ||
			 bms_is_member(i + 1 - FirstLowInvalidHeapAttributeNumber,
						   wanted));
	return columns;
}

List *
access_projection(const Table *table, Bitmapset *wanted, List *inside)
{
	bool	   *columns = access_wanted_columns(table, wanted);
	List	   *paths = NIL;
	int			i;

	if (table->document != NULL && columns[table->document->attnum - 1])
		return NIL;
	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];

		if (columns[i] || (column->name != NULL && column->key != KEY_NONE))
			paths = list_concat(paths, projection_of_column(inside, column));
	}
	return paths;
}
