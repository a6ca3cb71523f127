/*
 * write_buffer.c
 *		What a transaction in mode "atomic" has written, and COMMIT will send.
 *
 * There are at most 100 items that COMMIT has to do something about, and few
 * others: they are a list, in which keys are told apart by a hash first.
 */
#include "postgres.h"

#include "compat.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "fdw/catalog/option.h"
#include "fdw/catalog/role_session.h"
#include "fdw/catalog/settings.h"
#include "fdw/session/buffered_action.h"
#include "fdw/session/image.h"
#include "fdw/session/running_query.h"
#include "fdw/session/write_buffer.h"
#include "translate/table/table_template.h"

/* Bytes of a TransactWriteItems.  Source: API Reference. */
#define MOST_BYTES		(4 * 1024 * 1024)

static struct
{
	MemoryContext context;		/* NULL: nothing is buffered */
	dlist_head	items;			/* of BufferedItem */
	Connection *connection;
	Oid			user_id;
	Oid			server_id;
	const char *commit_table;	/* of the server; NULL: it has none */
	bool		had_key;		/* there was an idempotency key at a write */
	bool		is_closed;
	int			action_count;	/* items of which something is sent */
	Size		bytes;			/* of them */
} buffer;

/* ---- items ---- */

bool
write_buffer_is_empty(void)
{
	return buffer.context == NULL || dlist_is_empty(&buffer.items);
}

int
write_buffer_action_count(void)
{
	return buffer.action_count;
}

Connection *
write_buffer_connection(void)
{
	return write_buffer_is_empty() ? NULL : buffer.connection;
}

BufferedItem *
write_buffer_next(const BufferedItem *item)
{
	const dlist_node *last;

	if (write_buffer_is_empty())
		return NULL;
	last = item == NULL ? &buffer.items.head : &item->node;
	if (last->next == &buffer.items.head)
		return NULL;
	return dlist_container(BufferedItem, node, last->next);
}

bool
write_buffer_has_table(const Table *table)
{
	BufferedItem *item = NULL;

	while ((item = write_buffer_next(item)) != NULL)
		if (write_buffer_is_of(item, table))
			return true;
	return false;
}

bool
write_buffer_is_of(const BufferedItem *item, const Table *table)
{
	return table->server_id == buffer.server_id &&
		strcmp(item->table->table_name, table->table_name) == 0;
}

void
write_buffer_check_hidden(const BufferedItem *item, const Table *table)
{
	if (item->expired != NULL && table_is_row(table, item->expired))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot show an expired item of table \"%s\" that the transaction replaces",
						table->table_name),
				 errdetail("Item %s was hidden when foreign table \"%s\" was written.",
						   item->readable_key, item->table->relation_name),
				 errhint("Commit first.")));
}

static uint32
hash_of_key(const Table *table, const char *key_text)
{
	uint32		hash = hash_bytes((const unsigned char *) key_text,
								  strlen(key_text));

	return hash_combine(hash,
						hash_bytes((const unsigned char *) table->table_name,
								   strlen(table->table_name)));
}

BufferedItem *
write_buffer_find(const Table *table, const DynamoItem *key)
{
	BufferedItem *item = NULL;
	char	   *text;
	uint32		hash;

	if (write_buffer_is_empty())
		return NULL;
	text = table_key_text_if_any(table, key);
	if (text == NULL)
		return NULL;
	hash = hash_of_key(table, text);
	while ((item = write_buffer_next(item)) != NULL)
		if (item->hash == hash && strcmp(item->key_text, text) == 0 &&
			write_buffer_is_of(item, table))
			break;
	pfree(text);
	if (item != NULL)
		write_buffer_check_hidden(item, table);
	return item;
}

static void
check_open(void)
{
	if (buffer.is_closed)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
				 errmsg("cannot write to DynamoDB while the transaction is being committed")));
}

static void
refuse_other_connection(const Table *table, const Connection *connection,
						Oid user_id)
{
	bool		same_session =
		role_session_is_same(connection_settings(connection),
							 connection_settings(buffer.connection));

	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("a transaction in mode \"atomic\" writes through one server and user mapping only"),
			 table->server_id == buffer.server_id && buffer.user_id == user_id
			 ? !same_session
			 ? errdetail("The session tags of the role have been changed since the transaction has written.")
			 : errdetail("The server's option \"endpoint\" or \"region\" has been changed since the transaction has written.")
			 : table->server_id != buffer.server_id
			 ? errdetail("Foreign table \"%s\" belongs to another server than what the transaction has written.",
						 table->relation_name)
			 : errdetail("The transaction has written as user \"%s\", and foreign table \"%s\" is written as user \"%s\".",
						 GetUserNameFromId(buffer.user_id, true),
						 table->relation_name,
						 GetUserNameFromId(user_id, true)),
			 errhint("Commit first, or write that table in a transaction of its own.")));
}

/*
 * The same server and user may have got another connection meanwhile, if
 * somebody has changed their options.  COMMIT goes by the one of the first
 * write, to the same place.
 */
static bool
leads_to_same_place(const Table *table, const Connection *connection,
					Oid user_id)
{
	return buffer.server_id == table->server_id &&
		buffer.user_id == user_id &&
		strcmp(connection_settings(connection)->endpoint,
			   connection_settings(buffer.connection)->endpoint) == 0 &&
		role_session_is_same(connection_settings(connection),
							 connection_settings(buffer.connection));
}

void
write_buffer_check(const Table *table, Connection *connection, Oid user_id)
{
	check_open();
	if (IsolationIsSerializable())
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("transaction mode \"atomic\" does not support isolation level SERIALIZABLE"),
				 errhint("Use READ COMMITTED, and FOR UPDATE or FOR SHARE on items that must not change until COMMIT.")));
	if (!write_buffer_is_empty() && buffer.connection != connection &&
		!leads_to_same_place(table, connection, user_id))
		refuse_other_connection(table, connection, user_id);
}

/* The first item of the transaction makes the buffer. */
static void
begin_buffer(const Table *table, Connection *connection, Oid user_id)
{
	if (buffer.context == NULL)
	{
		buffer.context = AllocSetContextCreate(TopTransactionContext,
											   "dynamorm_fdw write buffer",
											   ALLOCSET_DEFAULT_SIZES);
		dlist_init(&buffer.items);
	}
	buffer.connection = connection;
	buffer.user_id = user_id;
	buffer.server_id = table->server_id;
	buffer.had_key = false;
	buffer.commit_table = option_commit_table(table->server_id);
	if (buffer.commit_table != NULL)
		buffer.commit_table = MemoryContextStrdup(buffer.context,
												  buffer.commit_table);
}

BufferedItem *
write_buffer_enter(const Table *table, Connection *connection, Oid user_id,
				   const DynamoItem *key, const char *readable_key,
				   const DynamoItem *base)
{
	MemoryContext context;
	MemoryContext old;
	BufferedItem *item;

	write_buffer_check(table, connection, user_id);
	if (write_buffer_is_empty())
		begin_buffer(table, connection, user_id);
	context = AllocSetContextCreate(buffer.context,
									"dynamorm_fdw buffered item",
									ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	item = palloc0(sizeof(BufferedItem));
	item->context = context;
	item->table = table;
	item->key = item_copy(key);
	item->key_text = table_key_text(table, key);
	item->hash = hash_of_key(table, item->key_text);
	item->readable_key = pstrdup(readable_key);
	item->base = base == NULL ? NULL : item_copy(base);
	MemoryContextSwitchTo(old);
	dlist_push_tail(&buffer.items, &item->node);
	return item;
}

/* ---- limits ---- */

static void
refuse_too_many(int limit)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("a transaction writes and locks at most %d items", limit),
			 errdetail("COMMIT sends them in one TransactWriteItems, which has %d actions%s.",
					   MOST_ACTIONS, limit == MOST_ACTIONS ? ""
					   : ", of which some mark the transaction itself"),
			 errhint("Commit in between, or use transaction mode \"immediate\".")));
}

/* Notes that as much is sent for an item. */
static void
count_item(BufferedItem *item, Size bytes)
{
	buffer.action_count += (bytes > 0) - (item->bytes > 0);
	buffer.bytes += bytes;
	buffer.bytes -= item->bytes;
	item->bytes = bytes;
	item->is_counted = true;
}

/* Those of which something was rolled back are counted anew, too. */
static void
count_items(void)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext,
												  "dynamorm_fdw actions",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	BufferedItem *item = NULL;

	while ((item = write_buffer_next(item)) != NULL)
	{
		WriteOperation operation;

		if (!item->is_counted)
			count_item(item, buffered_action_make(item, true, &operation));
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
}

/*
 * The key may be set, or set anew, until COMMIT.  If it is gone then, as after
 * a function that sets it for itself, it would not keep anything from being
 * done again.
 */
static void
check_key(void)
{
	if (buffer.is_closed && buffer.had_key && idempotency_key[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the idempotency key that was set when the transaction wrote is not set at COMMIT"),
				 errhint("Use SET LOCAL dynamorm_fdw.idempotency_key in the transaction: what a function sets by its SET clause ends with the function.")));
	buffer.had_key |= idempotency_key[0] != '\0';
	if (idempotency_key[0] != '\0' && buffer.commit_table == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("an idempotency key needs the option \"commit_table\" of server \"%s\"",
						GetForeignServer(buffer.server_id)->servername),
				 errhint("Add the option, and make the table with dyn_create_commit_table().")));
}

void
write_buffer_check_limits(void)
{
	int			limit = MOST_ACTIONS - write_buffer_mark_count();

	check_key();
	count_items();
	if (buffer.action_count > limit)
		refuse_too_many(limit);
	if (buffer.bytes > MOST_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("transaction is too large for DynamoDB"),
				 errdetail("A transaction holds at most 4 MB, with the attributes that must not have changed."),
				 errhint("Commit in between, or use transaction mode \"immediate\".")));
}

/* Sees to it that COMMIT can send the item, and all others with it. */
static void
check_limits(BufferedItem *item)
{
	item->is_counted = false;
	write_buffer_check_limits();
}

int
write_buffer_mark_count(void)
{
	if (buffer.commit_table == NULL)
		return 0;
	return idempotency_key[0] != '\0' ? 2 : 1;
}

const char *
write_buffer_commit_table(void)
{
	return buffer.commit_table;
}

/* ---- changes ---- */

/* Names of the attributes assigned by a write, and by those before it. */
static List *
assigned_by(const ItemVersion *before, const BufferedWrite *write)
{
	List	   *names = NIL;
	ListCell   *cell;

	if (before != NULL)
		foreach(cell, before->assigned)
			names = lappend(names, pstrdup((const char *) lfirst(cell)));
	return image_add_assigned(names, write->assigned);
}

/*
 * Forgets versions that no query needs: superseded in the same subtransaction,
 * and not what the snapshot of one that has begun shows.
 */
static void
forget_old_versions(BufferedItem *item)
{
	ItemVersion *newer = item->newest->older;

	while (newer != NULL && newer->older != NULL)
	{
		ItemVersion *old = newer->older;

		if (old->subtransaction == newer->subtransaction &&
			!running_query_sees(old->command_id, newer->command_id))
		{
			newer->older = old->older;
			MemoryContextDelete(old->context);
		}
		else
			newer = old;
	}
}

void
write_buffer_write(BufferedItem *item, const BufferedWrite *write)
{
	SubTransactionId subtransaction = GetCurrentSubTransactionId();
	ItemVersion *newest = item->newest;
	MemoryContext context;
	MemoryContext old;
	ItemVersion *version;

	check_open();
	context = AllocSetContextCreate(item->context, "dynamorm_fdw version",
									ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	version = palloc0(sizeof(ItemVersion));
	version->context = context;
	version->command_id = write->command_id;
	version->subtransaction = subtransaction;
	version->image = write->image == NULL ? NULL : item_copy(write->image);
	version->is_put = write->image != NULL &&
		(write->is_put || (newest != NULL && newest->is_put));
	version->older = newest;
	if (version->image != NULL && !version->is_put)
		version->assigned = assigned_by(newest, write);
	MemoryContextSwitchTo(item->context);
	item->blind = newest == NULL && item->locks == NIL &&
		write->blind != NULL ? pstrdup(write->blind) : NULL;
	item->blind_kind = write->kind;
	MemoryContextSwitchTo(old);
	item->newest = version;

	/* nobody else can see what the command itself has made twice */
	if (newest != NULL && newest->subtransaction == subtransaction &&
		newest->command_id == write->command_id)
	{
		version->older = newest->older;
		MemoryContextDelete(newest->context);
	}
	forget_old_versions(item);
	check_limits(item);
}

void
write_buffer_give_up_blind(BufferedItem *item)
{
	item->blind = NULL;
}

/*
 * Somebody looks at more than the names before.  If COMMIT could not check so
 * much it is shown to nobody: then all is as it was, and the transaction can
 * go on from a savepoint.
 */
static void
set_seen(BufferedItem *item, List *seen, int before)
{
	const char *blind = item->blind;

	item->blind = NULL;
	item->seen = seen;
	PG_TRY();
	{
		check_limits(item);
	}
	PG_CATCH();
	{
		item->blind = blind;
		item->seen = list_truncate(item->seen, before);
		item->is_counted = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
}

void
write_buffer_look(BufferedItem *item, const Table *table,
				  const DynamoItem *shown, const Bitmapset *columns)
{
	MemoryContext old = MemoryContextSwitchTo(item->context);
	int			before = list_length(item->seen);
	List	   *seen = image_add_seen(item->seen, table, item->base, shown,
									  columns);

	MemoryContextSwitchTo(old);
	if (item->blind != NULL || list_length(seen) != before)
		set_seen(item, seen, before);
}

void
write_buffer_look_at_all(BufferedItem *item, const Table *table)
{
	MemoryContext old = MemoryContextSwitchTo(item->context);
	int			before = list_length(item->seen);
	List	   *seen = item->base == NULL ? item->seen
		: image_add_all(item->seen, table, item->base);

	MemoryContextSwitchTo(old);
	set_seen(item, seen, before);
}

void
write_buffer_lock(BufferedItem *item, const Table *table, ItemLock lock)
{
	MemoryContext old;
	LockedBy   *by;

	check_open();
	if (lock > buffered_lock(item))
	{
		old = MemoryContextSwitchTo(item->context);
		by = palloc(sizeof(LockedBy));
		by->lock = lock;
		by->subtransaction = GetCurrentSubTransactionId();
		item->locks = lappend(item->locks, by);
		MemoryContextSwitchTo(old);
	}
	if (lock == ITEM_LOCK_UNCHANGED)
		write_buffer_look_at_all(item, item->table);
	else
		check_limits(item);
	if (table->hides_expired)
		write_buffer_look(item, table, buffered_image(item), NULL);
}

/* ---- ends ---- */

void
write_buffer_close(void)
{
	buffer.is_closed = true;
}

bool
write_buffer_is_closed(void)
{
	return buffer.is_closed;
}

void
write_buffer_commit_sub(SubTransactionId id, SubTransactionId parent)
{
	BufferedItem *item = NULL;
	ListCell   *cell;

	while ((item = write_buffer_next(item)) != NULL)
	{
		for (ItemVersion *version = item->newest; version != NULL;
			 version = version->older)
			if (version->subtransaction == id)
				version->subtransaction = parent;
		foreach(cell, item->locks)
		{
			LockedBy   *by = (LockedBy *) lfirst(cell);

			if (by->subtransaction == id)
				by->subtransaction = parent;
		}
	}
}

static void
remove_item(BufferedItem *item)
{
	if (item->bytes > 0)
		buffer.action_count--;
	buffer.bytes -= item->bytes;
	dlist_delete(&item->node);
	MemoryContextDelete(item->context);
}

/* Nothing is made here that would take memory. */
void
write_buffer_abort_sub(SubTransactionId id)
{
	BufferedItem *item = write_buffer_next(NULL);

	while (item != NULL)
	{
		BufferedItem *next = write_buffer_next(item);
		ListCell   *cell;

		while (item->newest != NULL && item->newest->subtransaction == id)
		{
			ItemVersion *gone = item->newest;

			item->newest = gone->older;
			item->is_counted = false;
			MemoryContextDelete(gone->context);
		}
		foreach(cell, item->locks)
			if (((LockedBy *) lfirst(cell))->subtransaction == id)
			{
				item->locks = foreach_delete_current(item->locks, cell);
				item->is_counted = false;
			}
		if (item->newest == NULL && item->locks == NIL)
			remove_item(item);
		item = next;
	}
}

void
write_buffer_forget(void)
{
	memset(&buffer, 0, sizeof(buffer));
}
