/*
 * written.c
 *		What the transaction has written, and by which of its commands.
 *
 * Of a key 112 bits of its digest are kept (item_set.h), with the command: 19
 * bytes, in a table that is 45 to 90 % full.  What older commands wrote
 * matters only to snapshots as old, so once it is much, and no other statement
 * that writes is being run, the keys are forgotten, and all of the table
 * counts as written by them.
 */
#include "postgres.h"

#include "compat.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "fdw/catalog/same_table.h"
#include "fdw/session/written.h"
#include "translate/key/item_key.h"
#include "translate/key/item_set.h"

#define MARK_BYTES			14

/* So many keys of older commands are kept. */
#define MAX_OLD_KEYS		65536

typedef struct Mark
{
	uint8		bytes[MARK_BYTES];
} Mark;

/* An entry; it has no member that would have to be aligned. */
typedef struct WrittenKey
{
	Mark		mark;
	uint8		command_id[sizeof(CommandId)];
	char		status;			/* simplehash's own */
} WrittenKey;

static uint32
mark_hash(const Mark *mark)
{
	uint32		hash;

	memcpy(&hash, mark->bytes, sizeof(hash));
	return hash;
}

#define SH_PREFIX written_keys
#define SH_ELEMENT_TYPE WrittenKey
#define SH_KEY_TYPE Mark
#define SH_KEY mark
#define SH_HASH_KEY(table, key) mark_hash(&(key))
#define SH_EQUAL(table, a, b) (memcmp(&(a), &(b), sizeof(Mark)) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
/* no key can be chosen to lie beside others: only what is full grows */
#define SH_GROW_MAX_DIB PG_INT32_MAX
#define SH_GROW_MAX_MOVE PG_INT32_MAX
#include "lib/simplehash.h"

#define FIRST_SIZE		4

struct WrittenTable
{
	Table		table;			/* its name and server */
	bool		has_sort_key;
	bool		is_written;		/* something is */
	CommandId	last_command;	/* that wrote something */
	bool		has_forgotten;	/* keys written by this command or earlier */
	CommandId	last_forgotten;
	written_keys_hash *keys;
	written_keys_hash *partitions;	/* of the keys, if there is a sort key */
};

static MemoryContext context = NULL;
static List *tables = NIL;		/* of WrittenTable */
static dlist_head running_writes = DLIST_STATIC_INIT(running_writes);

/* ---- tables ---- */

static WrittenTable *
find_table(const Table *table)
{
	ListCell   *cell;

	foreach(cell, tables)
	{
		WrittenTable *written = (WrittenTable *) lfirst(cell);

		if (same_table(&written->table, table))
			return written;
	}
	return NULL;
}

static void
make_keys(WrittenTable *written)
{
	written->keys = written_keys_create(context, FIRST_SIZE, NULL);
	if (written->has_sort_key)
		written->partitions = written_keys_create(context, FIRST_SIZE, NULL);
}

static WrittenTable *
make_table(const Table *table)
{
	MemoryContext old;
	WrittenTable *written;

	if (context == NULL)
		context = AllocSetContextCreate(TopTransactionContext,
										"dynamorm_fdw written",
										ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	written = palloc0(sizeof(WrittenTable));
	written->table.server_id = table->server_id;
	written->table.table_name = pstrdup(table->table_name);
	written->has_sort_key = key_columns(table).count > 1;
	make_keys(written);
	tables = lappend(tables, written);
	MemoryContextSwitchTo(old);
	return written;
}

void
written_forget(void)
{
	context = NULL;
	tables = NIL;
}

/* ---- statements that write ---- */

static void
end_running(void *argument)
{
	dlist_delete(&((RunningWrites *) argument)->node);
}

/* Forgets what older commands wrote, if it is much. */
static void
forget_old_keys(WrittenTable *written, CommandId command_id)
{
	if (written->keys->members <= MAX_OLD_KEYS ||
		!dlist_is_empty(&running_writes) ||
		written->last_command >= command_id)
		return;
	written->has_forgotten = true;
	written->last_forgotten = written->last_command;
	written_keys_destroy(written->keys);
	if (written->partitions != NULL)
		written_keys_destroy(written->partitions);
	make_keys(written);
}

WrittenTable *
written_begin(RunningWrites *running, MemoryContext memory)
{
	WrittenTable *written = find_table(running->table);

	if (written == NULL)
		written = make_table(running->table);
	else
		forget_old_keys(written, running->command_id);
	running->callback.func = end_running;
	running->callback.arg = running;
	MemoryContextRegisterResetCallback(memory, &running->callback);
	dlist_push_head(&running_writes, &running->node);
	return written;
}

/* ---- keys ---- */

static Mark
mark_of_key(const DynamoItem *key)
{
	ItemDigest	digest = item_digest(key);
	Mark		mark;

	memcpy(mark.bytes, digest.bytes, MARK_BYTES);
	return mark;
}

/* Two partitions of one mark would have a read refused, and no more. */
static Mark
mark_of_partition(const AttributeValue *value)
{
	Mark		mark = {{0}};
	uint64		hash = hash_bytes_extended((const unsigned char *) value->u.text,
										   value->length, value->type);

	memcpy(mark.bytes, &hash, sizeof(hash));
	return mark;
}

static void
note_mark(written_keys_hash *keys, Mark mark, CommandId command_id)
{
	bool		found;
	WrittenKey *entry = written_keys_insert(keys, mark, &found);
	CommandId	noted = FirstCommandId;

	if (found)
		memcpy(&noted, entry->command_id, sizeof(noted));
	noted = Max(noted, command_id);
	memcpy(entry->command_id, &noted, sizeof(noted));
}

static bool
find_mark(written_keys_hash *keys, Mark mark, CommandId *command_id)
{
	WrittenKey *entry = written_keys_lookup(keys, mark);

	if (entry == NULL)
		return false;
	memcpy(command_id, entry->command_id, sizeof(*command_id));
	return true;
}

void
written_note(WrittenTable *written, const DynamoItem *key,
			 CommandId command_id)
{
	written->last_command = written->is_written
		? Max(written->last_command, command_id) : command_id;
	written->is_written = true;
	note_mark(written->keys, mark_of_key(key), command_id);
	if (written->partitions != NULL)
		note_mark(written->partitions,
				  mark_of_partition(&key->attributes[0].value), command_id);
}

bool
written_find(const WrittenTable *written, const DynamoItem *key,
			 CommandId *command_id)
{
	return written->keys->members > 0 &&
		find_mark(written->keys, mark_of_key(key), command_id);
}

/* ---- reads ---- */

static bool
table_written_since(const WrittenTable *written, const ReadItems *items,
					CommandId command_id)
{
	CommandId	last = written->last_command;

	if (!written->is_written || last < command_id)
		return false;
	if (written->has_forgotten && written->last_forgotten >= command_id)
		return true;
	if (items->key != NULL)
		return find_mark(written->keys, mark_of_key(items->key), &last) &&
			last >= command_id;
	if (items->partition != NULL && written->partitions != NULL)
		return find_mark(written->partitions,
						 mark_of_partition(items->partition), &last) &&
			last >= command_id;
	return true;
}

bool
written_since(const ReadItems *items, CommandId command_id)
{
	const WrittenTable *written;
	dlist_iter	iter;

	dlist_foreach(iter, &running_writes)
	{
		const RunningWrites *running =
			dlist_container(RunningWrites, node, iter.cur);

		if (running->command_id >= command_id &&
			same_table(running->table, items->table) &&
			running->has_under_way(running, items))
			return true;
	}
	written = find_table(items->table);
	return written != NULL &&
		table_written_since(written, items, command_id);
}
