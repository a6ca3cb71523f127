/*
 * buffered_item.c
 *		An item that a transaction in mode "atomic" has written or locked.
 */
#include "postgres.h"

#include "compat.h"

#include "fdw/session/buffered_item.h"

const DynamoItem *
buffered_image(const BufferedItem *item)
{
	return item->newest != NULL ? item->newest->image : item->base;
}

const DynamoItem *
buffered_image_before(const BufferedItem *item, CommandId command_id)
{
	const ItemVersion *version = item->newest;

	while (version != NULL && version->command_id >= command_id)
		version = version->older;
	return version != NULL ? version->image : item->base;
}

ItemLock
buffered_lock(const BufferedItem *item)
{
	ItemLock	lock = ITEM_LOCK_NONE;
	ListCell   *cell;

	foreach(cell, item->locks)
		lock = Max(lock, ((const LockedBy *) lfirst(cell))->lock);
	return lock;
}
