/*
 * item_exit.c
 *		The one place at which items that were read go out to whoever makes
 *		rows, candidates or new values of them.
 */
#include "postgres.h"

#include "compat.h"

#include "fdw/read/item_exit.h"
#include "translate/table/table_template.h"

const DynamoItem *
item_exit_next(const ItemSource *source)
{
	const DynamoItem *item;

	do
		item = source->fetch(source->state);
	while (item != NULL && table_leaves_out_items(source->table) &&
		   !table_is_row(source->table, item));
	return item;
}
