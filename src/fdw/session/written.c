/*
 * written.c
 *		What the transaction has written, and by which of its commands.
 *
 * Of a key 112 bits of its digest are kept (item_set.h), with the command and
 * how it was written: 19 bytes, in a table that is 45 to 90 % full.  Mostly
 * nobody asks for a key before the transaction ends, so they are put down as
 * they are first, and hashed when somebody asks, or when they are many.
 *
 * What older commands wrote matters only to snapshots as old, so once it is
 * much, and no other statement that writes is being run, the keys are
 * forgotten, and all of the table counts as written by them.
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

/*
 * An entry; it has no member that would have to be aligned.  The two highest
 * bits of the command's number say how: that many commands no transaction has.
 */
typedef struct WrittenKey
{
	Mark		mark;
	uint8		by[sizeof(uint32)];
	char		status;			/* simplehash's own */
} WrittenKey;

#define HOW_SHIFT			30
#define COMMAND_MASK		((1U << HOW_SHIFT) - 1)

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

/* So many bytes of keys are kept as they are. */
#define MAX_UNHASHED_BYTES	(64 * 1024)

/* A key as it was put down; its JSON text follows. */
typedef struct UnhashedKey
{
	Mark		partition;
	WrittenBy	by;
	bool		by_statement;
	int			length;			/* of the text */
} UnhashedKey;

struct WrittenTable
{
	Table		table;			/* its name and server */
	bool		has_sort_key;
	bool		is_written;		/* something is */
	CommandId	last_command;	/* that wrote something */
	bool		has_forgotten;	/* keys written by this command or earlier */
	CommandId	last_forgotten;
	StringInfoData unhashed;	/* each an UnhashedKey with its text */
	uint32		unhashed_count;
	written_keys_hash *keys;	/* by statements */
	written_keys_hash *others;	/* otherwise */
	written_keys_hash *partitions;	/* of the keys, if there is a sort key */
};

static MemoryContext context = NULL;
static List *tables = NIL;		/* of WrittenTable */
static bool has_written_any = false;	/* items of any table may have been
										 * written by this command */
static CommandId last_of_any;
static dlist_head running_writes = DLIST_STATIC_INIT(running_writes);
static dlist_head waiting_rows = DLIST_STATIC_INIT(waiting_rows);

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
	resetStringInfo(&written->unhashed);
	written->unhashed_count = 0;
	written->keys = written_keys_create(context, FIRST_SIZE, NULL);
	written->others = written_keys_create(context, FIRST_SIZE, NULL);
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
	initStringInfo(&written->unhashed);
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
	has_written_any = false;
}

/* ---- statements that write ---- */

static void
end_running(RunningWrites *running)
{
	if (running->is_running)
		dlist_delete(&running->node);
	running->is_running = false;
}

static void
end_with_memory(void *argument)
{
	end_running((RunningWrites *) argument);
}

/*
 * The memory of a cursor's function that failed may stay: see
 * leave_with_resources() in open_scan.c.
 */
static void
end_with_resources(ResourceReleasePhase phase, bool is_commit,
				   bool is_top_level, void *argument)
{
	dlist_mutable_iter iter;

	if (phase != RESOURCE_RELEASE_BEFORE_LOCKS)
		return;
	dlist_foreach_modify(iter, &running_writes)
	{
		RunningWrites *running = dlist_container(RunningWrites, node,
												 iter.cur);

		if (running->owner == CurrentResourceOwner)
			end_running(running);
	}
	dlist_foreach_modify(iter, &waiting_rows)
	{
		WaitingRows *waiting = dlist_container(WaitingRows, node, iter.cur);

		if (waiting->owner == CurrentResourceOwner)
			written_end_waiting(waiting);
	}
}

void
written_register(void)
{
	RegisterResourceReleaseCallback(end_with_resources, NULL);
}

void
written_settle(const Table *table, CommandId command_id)
{
	dlist_iter	iter;

	dlist_foreach(iter, &running_writes)
	{
		RunningWrites *running = dlist_container(RunningWrites, node,
												 iter.cur);

		if (running->settle != NULL && running->command_id < command_id &&
			same_table(running->table, table))
			running->settle(running);
	}
}

static bool
has_many_keys(const WrittenTable *written)
{
	return written->keys->members + written->others->members +
		written->unhashed_count > MAX_OLD_KEYS;
}

static void
forget_keys(WrittenTable *written)
{
	written->has_forgotten = true;
	written->last_forgotten = written->last_command;
	written_keys_destroy(written->keys);
	written_keys_destroy(written->others);
	if (written->partitions != NULL)
		written_keys_destroy(written->partitions);
	make_keys(written);
}

/* Forgets what older commands wrote, if it is much. */
static void
forget_old_keys(WrittenTable *written, CommandId command_id)
{
	if (has_many_keys(written) && dlist_is_empty(&running_writes) &&
		written->last_command < command_id)
		forget_keys(written);
}

void
written_forget_made(WrittenTable *written, const RunningWrites *running)
{
	if (has_many_keys(written) &&
		dlist_head_node(&running_writes) == &running->node &&
		dlist_tail_node(&running_writes) == &running->node)
		forget_keys(written);
}

WrittenTable *
written_begin(RunningWrites *running, MemoryContext memory)
{
	WrittenTable *written = find_table(running->table);

	if (written == NULL)
		written = make_table(running->table);
	else
		forget_old_keys(written, running->command_id);
	running->owner = CurrentResourceOwner;
	running->is_running = true;
	running->callback.func = end_with_memory;
	running->callback.arg = running;
	MemoryContextRegisterResetCallback(memory, &running->callback);
	dlist_push_head(&running_writes, &running->node);
	return written;
}

/* ---- rows that wait to be written ---- */

static void
end_waiting(void *argument)
{
	written_end_waiting((WaitingRows *) argument);
}

void
written_begin_waiting(WaitingRows *waiting, const EState *estate)
{
	Assert(!waiting->is_waiting);
	waiting->estate = estate;
	waiting->owner = CurrentResourceOwner;
	if (waiting->callback.func == NULL)
	{
		waiting->callback.func = end_waiting;
		waiting->callback.arg = waiting;
		MemoryContextRegisterResetCallback(estate->es_query_cxt,
										   &waiting->callback);
	}
	dlist_push_head(&waiting_rows, &waiting->node);
	waiting->is_waiting = true;
}

void
written_end_waiting(WaitingRows *waiting)
{
	if (waiting->is_waiting)
		dlist_delete(&waiting->node);
	waiting->is_waiting = false;
}

static bool
may_be_of_table(const WaitingRows *waiting, const Table *table)
{
	ListCell   *cell;

	foreach(cell, waiting->tables)
		if (same_table((const Table *) lfirst(cell), table))
			return true;
	return false;
}

void
written_check_waiting(const Table *table, CommandId command_id)
{
	dlist_iter	iter;

	dlist_foreach(iter, &waiting_rows)
	{
		const WaitingRows *waiting = dlist_container(WaitingRows, node,
													 iter.cur);

		if (waiting->estate->es_output_cid < command_id &&
			may_be_of_table(waiting, table))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("cannot read foreign table \"%s\" in a function while rows of it wait to be written",
							table->relation_name),
					 errdetail("The statement that calls the function reads the table itself, so that all its rows are computed before the first is written; the function would not see them."),
					 errhint("Compute the rows in a statement of its own.")));
	}
}

/* ---- keys ---- */

static Mark
mark_of_digest(ItemDigest digest)
{
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

static WrittenBy
written_by(const WrittenKey *entry)
{
	uint32		packed;

	memcpy(&packed, entry->by, sizeof(packed));
	return (WrittenBy) {
		.command_id = packed & COMMAND_MASK,
		.how = (WrittenHow) (packed >> HOW_SHIFT)
	};
}

static bool
find_mark(written_keys_hash *keys, Mark mark, WrittenBy *by)
{
	WrittenKey *entry = written_keys_lookup(keys, mark);

	if (entry == NULL)
		return false;
	*by = written_by(entry);
	return true;
}

/* Is a statement being run that began after one command, before another? */
static bool
is_run_between(bool has_first, CommandId first, CommandId last)
{
	dlist_iter	iter;

	dlist_foreach(iter, &running_writes)
	{
		CommandId	began = dlist_container(RunningWrites, node,
											iter.cur)->command_id;

		if ((!has_first || first < began) && began < last)
			return true;
	}
	return false;
}

/*
 * What the item was to the statements that are being run before, is what it is
 * to them now: to one that began before it was deleted, it has not been made.
 */
static WrittenBy
after_both(WrittenBy before, WrittenBy by)
{
	if (before.command_id > by.command_id)
		return before;
	if (by.how == WRITTEN_CHANGED && before.how == WRITTEN_MADE &&
		!is_run_between(true, before.command_id, by.command_id))
		by.how = WRITTEN_MADE;
	else if (by.how == WRITTEN_GONE && before.how == WRITTEN_MADE &&
			 !is_run_between(true, before.command_id, by.command_id))
		by.how = WRITTEN_UNMADE;
	else if (by.how == WRITTEN_MADE && before.how == WRITTEN_GONE &&
			 is_run_between(false, 0, before.command_id))
		by.how = WRITTEN_CHANGED;
	return by;
}

static void
note_mark(written_keys_hash *keys, Mark mark, WrittenBy by)
{
	bool		found;
	WrittenKey *entry = written_keys_insert(keys, mark, &found);
	uint32		packed;

	if (found)
		by = after_both(written_by(entry), by);
	packed = by.command_id | ((uint32) by.how << HOW_SHIFT);
	memcpy(entry->by, &packed, sizeof(packed));
}

static void
note_command(WrittenTable *written, CommandId command_id)
{
	written->last_command = written->is_written
		? Max(written->last_command, command_id) : command_id;
	written->is_written = true;
}

static void
hash_key(WrittenTable *written, const UnhashedKey *key, const char *text)
{
	note_mark(key->by_statement ? written->keys : written->others,
			  mark_of_digest(item_digest_of_text(text, key->length)),
			  key->by);
	if (written->partitions != NULL)
		note_mark(written->partitions, key->partition, key->by);
}

/* In the order in which they were written. */
static void
hash_keys(WrittenTable *written)
{
	const char *next = written->unhashed.data;
	const char *end = next + written->unhashed.len;

	while (next < end)
	{
		UnhashedKey key;

		memcpy(&key, next, sizeof(key));
		next += sizeof(key);
		hash_key(written, &key, next);
		next += key.length;
	}
	resetStringInfo(&written->unhashed);
	written->unhashed_count = 0;
}

static void
note_in(WrittenTable *written, bool by_statement, const DynamoItem *item_key,
		WrittenBy by)
{
	StringInfo	unhashed = &written->unhashed;
	UnhashedKey key = {.by = by, .by_statement = by_statement};
	StringInfoData text;

	note_command(written, by.command_id);
	if (written->partitions != NULL)
		key.partition = mark_of_partition(&item_key->attributes[0].value);

	/* out of memory, it must not leave half of an entry */
	initStringInfo(&text);
	json_append_item(&text, item_key);
	key.length = text.len;
	enlargeStringInfo(unhashed, (int) sizeof(key) + text.len);
	appendBinaryStringInfo(unhashed, (const char *) &key, sizeof(key));
	appendBinaryStringInfo(unhashed, text.data, text.len);
	pfree(text.data);
	written->unhashed_count++;
	if (unhashed->len > MAX_UNHASHED_BYTES)
		hash_keys(written);
}

void
written_note(WrittenTable *written, const DynamoItem *key, WrittenBy by)
{
	note_in(written, true, key, by);
}

static WrittenTable *
find_or_make_table(const Table *table)
{
	WrittenTable *written = find_table(table);

	return written != NULL ? written : make_table(table);
}

void
written_note_key(const Table *table, const DynamoItem *key,
				 CommandId command_id)
{
	WrittenTable *written = find_or_make_table(table);
	WrittenBy	by = {.command_id = command_id, .how = WRITTEN_CHANGED};

	note_in(written, false, key, by);
	if (key->count == 2)
	{
		Attribute	turned[] = {key->attributes[1], key->attributes[0]};
		DynamoItem	other = {.count = 2, .attributes = turned};

		note_in(written, false, &other, by);
	}
}

void
written_note_all(const Table *table, CommandId command_id)
{
	WrittenTable *written;

	if (table == NULL)
	{
		has_written_any = true;
		last_of_any = command_id;
		return;
	}
	written = find_or_make_table(table);
	note_command(written, command_id);
	written->has_forgotten = true;
	written->last_forgotten = command_id;
}

bool
written_find(WrittenTable *written, const DynamoItem *key,
			 CommandId command_id, WrittenBy *by)
{
	if (!written->is_written || written->last_command < command_id)
		return false;
	hash_keys(written);
	return find_mark(written->keys, mark_of_digest(item_digest(key)), by) &&
		by->command_id >= command_id;
}

bool
written_is_shared(const RunningWrites *running)
{
	dlist_iter	iter;

	dlist_foreach(iter, &running_writes)
	{
		const RunningWrites *other =
			dlist_container(RunningWrites, node, iter.cur);

		if (other != running && other->command_id == running->command_id &&
			same_table(other->table, running->table))
			return true;
	}
	return false;
}

/* ---- reads ---- */

static bool
table_written_since(WrittenTable *written, const ReadItems *items,
					CommandId command_id)
{
	WrittenBy	last;

	if (!written->is_written || written->last_command < command_id)
		return false;
	if (written->has_forgotten && written->last_forgotten >= command_id)
		return true;
	hash_keys(written);
	if (items->key != NULL)
	{
		Mark		mark = mark_of_digest(item_digest(items->key));

		return (find_mark(written->keys, mark, &last) &&
				last.command_id >= command_id) ||
			(find_mark(written->others, mark, &last) &&
			 last.command_id >= command_id);
	}
	if (items->partition != NULL && written->partitions != NULL)
		return find_mark(written->partitions,
						 mark_of_partition(items->partition), &last) &&
			last.command_id >= command_id;
	return true;
}

bool
written_since(const ReadItems *items, CommandId command_id)
{
	WrittenTable *written;
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
	if (has_written_any && last_of_any >= command_id)
		return true;
	written = find_table(items->table);
	return written != NULL &&
		table_written_since(written, items, command_id);
}
