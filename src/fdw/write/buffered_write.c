/*
 * buffered_write.c
 *		The end of an item's write in transaction mode "atomic": it goes into
 *		the session's write buffer.
 */
#include "postgres.h"

#include "compat.h"

#include "fdw/catalog/key_check.h"
#include "fdw/read/item_get.h"
#include "fdw/read/reader.h"
#include "fdw/session/write_buffer.h"
#include "fdw/write/buffered_write.h"
#include "translate/key/item_key.h"
#include "translate/table/table_template.h"

/* Is there a row, which an image of one that has expired is not? */
static bool
is_there(const Writer *writer, const DynamoItem *image)
{
	return image != NULL && !table_is_expired_row(writer->table, image);
}

bool
buffered_write_find(const Writer *writer, const DynamoItem *key, WrittenBy *by)
{
	CommandId	own = writer->running.command_id;
	const BufferedItem *item = write_buffer_find(writer->table, key);
	bool		was_there;

	if (item == NULL || item->newest == NULL ||
		item->newest->command_id < own)
		return false;
	was_there = is_there(writer, buffered_image_before(item, own));
	by->command_id = item->newest->command_id;
	if (item->newest->image == NULL)
		by->how = was_there ? WRITTEN_GONE : WRITTEN_UNMADE;
	else
		by->how = was_there ? WRITTEN_CHANGED : WRITTEN_MADE;
	return true;
}

bool
buffered_write_current(const Writer *writer, const ItemWrite *write,
					   const DynamoItem **item)
{
	BufferedItem *buffered = write_buffer_find(writer->table, write->key);

	if (buffered != NULL)
	{
		*item = buffered_image(buffered);
		write_buffer_look(buffered, writer->table, *item,
						  writer->read_columns);
		if (*item != NULL)
			*item = item_copy(*item);
		return true;
	}
	*item = write->base;
	return write->base_is_known;
}

/* Reads items that are not buffered, and tells the writes of them. */
void
buffered_write_look_up(Writer *writer, ItemWrite **writes, int count)
{
	ReaderSpec	spec = {
		.connection = writer->connection,
		.table = writer->table,
		.consistent = true,
		.counters = writer->counters
	};
	List	   *keys = NIL;
	struct Reader *reader;
	const DynamoItem *item;

	for (int i = 0; i < count; i++)
	{
		writes[i]->base_is_known =
			write_buffer_find(writer->table, writes[i]->key) == NULL;
		if (writes[i]->base_is_known)
			keys = lappend(keys, unconstify(DynamoItem *, writes[i]->key));
	}
	if (keys == NIL)
		return;
	reader = reader_open_keys(&spec, keys);
	while ((item = reader_next_stored(reader)) != NULL)
		for (int i = 0; i < count; i++)
			if (table_key_equal(writer->table, writes[i]->key, item))
				writes[i]->base = item_copy(item);
	reader_close(reader);
}

/* The buffered item of a key, which was read before if it is not there yet. */
static BufferedItem *
enter(const Writer *writer, const DynamoItem *key, const char *readable_key,
	  const DynamoItem *base, const DynamoItem *expired)
{
	BufferedItem *item;
	MemoryContext old;

	write_buffer_check(writer->table, writer->connection, writer->user_id);
	item = write_buffer_find(writer->table, key);
	if (item != NULL)
		return item;
	item = write_buffer_enter(writer->table, writer->connection,
							  writer->user_id, key, readable_key, base);
	if (expired != NULL)
	{
		old = MemoryContextSwitchTo(item->context);
		item->expired = item_copy(expired);
		MemoryContextSwitchTo(old);
	}
	return item;
}

static void
keep_change(const Writer *writer, ItemWrite *write)
{
	bool		puts = write->kind == WRITE_PUT;
	BufferedItem *item = enter(writer, write->key, write->readable_key,
							   write->base, write->expired);
	BufferedWrite version = {
		.command_id = writer->running.command_id,
		.image = puts ? write->new_item : write->image,
		.assigned = write->assigned,
		.kind = write->blind_kind,
		.blind = write->blind
	};
	const DynamoItem *before = buffered_image(item);

	if (!is_there(writer, before))
		before = NULL;
	version.is_put = before == NULL;
	if (!puts)
	{
		write_buffer_look(item, writer->table, before,
						  bms_union(writer->read_columns, write->seen));
		write_buffer_look(item, writer->table,
						  version.image != NULL ? version.image : before,
						  writer->returned_columns);
	}
	if (item->newest == NULL)
		item->skips_taken = write->may_be_there;
	if (version.image != NULL)
		write->item = version.image;
	else if (writer->returning)
		write->item = item_copy(before);
	write_buffer_write(item, &version);
}

void
buffered_write_lock(Writer *writer, ItemWrite *write, ItemLock lock)
{
	BufferedItem *item = enter(writer, write->key, write->readable_key,
							   write->base, NULL);

	write_buffer_lock(item, writer->table, lock);
}

/* Under its new key nothing may be there, but what has expired. */
static bool
key_is_free(const Writer *writer, const DynamoItem *key,
			const char *readable_key, const DynamoItem **expired)
{
	const BufferedItem *item = write_buffer_find(writer->table, key);
	const DynamoItem *stored;
	Request    *request;

	*expired = NULL;
	if (item != NULL)
		return !is_there(writer, buffered_image(item));
	request = item_get_start(writer->connection, writer->table, key,
							 readable_key, writer->counters);
	request_wait(request);
	if (request_outcome(request) != OUTCOME_SUCCESS)
		key_check_raise(writer->table, writer->connection, request, NULL);
	stored = item_get_result(request);
	if (stored != NULL && !is_there(writer, stored))
		*expired = stored;
	return stored == NULL || *expired != NULL;
}

static bool
keep_move(const Writer *writer, ItemWrite *write)
{
	DynamoItem *key = table_key_of_item(writer->table, write->new_item);
	char	   *readable_key = table_readable_key(writer->table, key);
	BufferedItem *item;
	const DynamoItem *expired;
	BufferedWrite version = {
		.command_id = writer->running.command_id
	};

	if (!key_is_free(writer, key, readable_key, &expired))
		return false;
	item = enter(writer, write->key, write->readable_key, write->base, NULL);
	write_buffer_look_at_all(item, writer->table);
	write_buffer_write(item, &version);

	item = enter(writer, key, readable_key, NULL, expired);
	version.image = write->new_item;
	version.is_put = true;
	write_buffer_write(item, &version);
	write->item = write->new_item;
	return true;
}

bool
buffered_write_keep(Writer *writer, ItemWrite *write)
{
	if (write->next == NEXT_MOVE)
		return keep_move(writer, write);
	keep_change(writer, write);
	return true;
}
