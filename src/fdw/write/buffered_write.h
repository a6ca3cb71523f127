/*
 * buffered_write.h
 *		The end of an item's write in transaction mode "atomic": it goes into
 *		the session's write buffer.
 */
#ifndef DYNAMORM_FDW_BUFFERED_WRITE_H
#define DYNAMORM_FDW_BUFFERED_WRITE_H

#include "postgres.h"

#include "fdw/session/buffered_item.h"
#include "fdw/write/writer.h"

/*
 * Has the statement's command, or one inside it, written the item?  As
 * written_find().
 */
extern bool buffered_write_find(const Writer *writer, const DynamoItem *key,
								WrittenBy *by);

/*
 * The item of the write as it is, if that is known without a request: false if
 * it is not.  What the statement reads of one that is buffered is seen.  The
 * item is a copy: functions that are called for the row may write it.
 */
extern bool buffered_write_current(const Writer *writer,
								   const ItemWrite *write,
								   const DynamoItem **item);

/*
 * Finds out at once which items are there of up to 100 writes of different
 * keys, before they are submitted.  Raises what reading does.
 */
extern void buffered_write_look_up(Writer *writer, ItemWrite **writes,
								   int count);

/*
 * Keeps a write that is decided on, and gives it its item where the writer
 * returns items.  False: the item cannot have its new key, which is taken.
 * Raises what write_buffer_enter() and write_buffer_write() raise, and
 * what reading the item under the new key does.
 */
extern bool buffered_write_keep(Writer *writer, ItemWrite *write);

/*
 * Locks the item, of a writer's write that is decided on, in place of writing
 * it.  Raises what write_buffer_enter() and write_buffer_lock() raise.
 */
extern void buffered_write_lock(Writer *writer, ItemWrite *write,
								ItemLock lock);

#endif							/* DYNAMORM_FDW_BUFFERED_WRITE_H */
