/*
 * item_exit.c
 *		The one place at which items that were read go out to whoever makes
 *		rows, candidates or new values of them.
 */
#include "postgres.h"

#include "compat.h"

#include "fdw/read/item_exit.h"

const DynamoItem *
item_exit_next(const ItemSource *source)
{
	return source->fetch(source->state);
}
