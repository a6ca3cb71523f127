/*
 * write_buffer.h
 *		What a transaction in mode "atomic" has written, and COMMIT will send.
 *
 * Of each item: the base (as it was read, consistent and whole), the versions
 * that the transaction has made of it, and which attributes of the base
 * anything depends on that the transaction has done or shown ("seen").  If
 * these are the same at COMMIT, all statements would have come out the same.
 * So three rules, which whoever changes this must keep:
 *
 *		What a statement reads of an item that is or will be here is seen.
 *		An assigned attribute is written, or seen.
 *		What was seen stays seen while the item is here: a rollback does not
 *		unshow it.
 *
 * As in PostgreSQL, a version is visible to a scan if the command that made it
 * is older than the scan's snapshot.
 *
 * As long as an item has been written by one statement that could be pushed,
 * and nobody has looked at it since, its own request (a blind write) is sent
 * in place of the versions: then others may change the same attributes.
 *
 * Everything here lives in the transaction's memory.  An item goes away when
 * its last version and its last lock are rolled back; nobody may keep a
 * pointer to one over a call into the executor.
 */
#ifndef DYNAMORM_FDW_WRITE_BUFFER_H
#define DYNAMORM_FDW_WRITE_BUFFER_H

#include "postgres.h"

#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"

#include "client/request/connection.h"
#include "fdw/session/buffered_item.h"

/* Actions of a TransactWriteItems.  Source: API Reference. */
#define MOST_ACTIONS	100

/* A write, or what else has to be known of it. */
typedef struct BufferedWrite
{
	CommandId	command_id;
	const DynamoItem *image;	/* NULL: deletes it */
	bool		is_put;
	const List *assigned;		/* of UpdateAction: the attributes that it
								 * assigns */
	WriteKind	kind;			/* of blind */
	const char *blind;			/* expressions; NULL: it is not blind */
} BufferedWrite;

/* ---- the transaction ---- */

extern bool write_buffer_is_empty(void);

/* How many items COMMIT has to do something about so far. */
extern int	write_buffer_action_count(void);

/* Is anything buffered of a DynamoDB table? */
extern bool write_buffer_has_table(const Table *table);

/*
 * The next item after one (NULL: the first), in the order in which they were
 * touched; NULL at the end.
 */
extern BufferedItem *write_buffer_next(const BufferedItem *item);

/* The connection of what is buffered; NULL: nothing is. */
extern Connection *write_buffer_connection(void);

/* The option commit_table of their server; NULL: it has none. */
extern const char *write_buffer_commit_table(void);

/* The actions by which COMMIT marks the transaction itself in that table. */
extern int	write_buffer_mark_count(void);

/*
 * Can COMMIT send all of it, as it is now?  Raises 54000 if not, and 55000 if
 * there is an idempotency key (dynamorm_fdw.idempotency_key), and nowhere to
 * put it, or there was one and is none at COMMIT.
 */
extern void write_buffer_check_limits(void);

/*
 * From now on nothing can be added: it is being sent.  Adding raises 25000.
 */
extern void write_buffer_close(void);
extern bool write_buffer_is_closed(void);

/* ---- items ---- */

/*
 * Is an item one of the table?  What another server calls so is another table.
 */
extern bool write_buffer_is_of(const BufferedItem *item, const Table *table);

/*
 * Raises 0A000 for an item that the transaction has taken for absent, since it
 * had expired, to a table of which it was a row.
 */
extern void write_buffer_check_hidden(const BufferedItem *item,
									  const Table *table);

/*
 * What is known of an item; NULL: nothing.  Raises what
 * write_buffer_check_hidden() does.
 */
extern BufferedItem *write_buffer_find(const Table *table,
									   const DynamoItem *key);

/*
 * May items of the table be entered?  Raises 0A000 for another connection than
 * that of the others, and at SERIALIZABLE, 25000 while it is closed.  (At
 * REPEATABLE READ, which postgres_fdw asks for, what is written or locked is
 * validated, as ever; other reads are not of one snapshot.)  user_id is for
 * messages.
 */
extern void write_buffer_check(const Table *table, Connection *connection,
							   Oid user_id);

/*
 * Enters an item that is not there yet.  base is how it was just read,
 * consistent and whole (NULL: there is none); everything is copied.  Raises
 * what write_buffer_check() does.
 */
extern BufferedItem *write_buffer_enter(const Table *table,
										Connection *connection, Oid user_id,
										const DynamoItem *key,
										const char *readable_key,
										const DynamoItem *base);

/*
 * Adds a version.  Blind is remembered only with the first, of an item that
 * nobody has locked.  The image is copied.  Raises 54000 if COMMIT could not
 * send it.
 */
extern void write_buffer_write(BufferedItem *item, const BufferedWrite *write);

/*
 * Somebody looks at columns (see column_set.h) of the image that a table's
 * columns show: they are seen, and it is not blind any more.  Raises 54000 as
 * above, and nothing is seen then.
 */
extern void write_buffer_look(BufferedItem *item, const Table *table,
							  const DynamoItem *shown,
							  const Bitmapset *columns);

/* The same of all attributes. */
extern void write_buffer_look_at_all(BufferedItem *item, const Table *table);

/*
 * By way of a table: one that hides what has expired looks at the time of it.
 * Raises 54000 as above.
 */
extern void write_buffer_lock(BufferedItem *item, const Table *table,
							  ItemLock lock);

/*
 * At COMMIT: the blind write is given up, and the images are sent instead.
 */
extern void write_buffer_give_up_blind(BufferedItem *item);

/* ---- ends ---- */

extern void write_buffer_commit_sub(SubTransactionId id,
									SubTransactionId parent);
extern void write_buffer_abort_sub(SubTransactionId id);

/* At the end of the transaction, whose memory goes away. */
extern void write_buffer_forget(void);

#endif							/* DYNAMORM_FDW_WRITE_BUFFER_H */
