/*
 * column_set.c
 *		Sets of columns, as plans keep them.
 */
#include "postgres.h"

#include "compat.h"

#include "access/sysattr.h"

#include "fdw/column_set.h"

List *
column_set_to_list(const Bitmapset *set)
{
	List	   *list = NIL;
	int			member = -1;

	while ((member = bms_next_member(set, member)) >= 0)
		list = lappend_int(list, member);
	return list;
}

Bitmapset *
column_set_from_list(const List *list)
{
	Bitmapset  *set = NULL;
	ListCell   *cell;

	foreach(cell, list)
		set = bms_add_member(set, lfirst_int(cell));
	return set;
}

bool *
column_set_to_flags(const Table *table, const Bitmapset *set)
{
	bool	   *columns = palloc0(sizeof(bool) * Max(table->column_count, 1));
	bool		whole_row;
	int			i;

	whole_row = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, set);
	for (i = 0; i < table->column_count; i++)
		columns[i] = table->columns[i].name != NULL &&
			(whole_row ||
			 bms_is_member(i + 1 - FirstLowInvalidHeapAttributeNumber,
						   set));
	return columns;
}
