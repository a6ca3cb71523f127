/*
 * column_set.c
 *		Sets of columns, as plans keep them.
 */
#include "postgres.h"

#include "compat.h"

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
