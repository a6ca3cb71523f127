/*
 * writer.h
 *		The one way by which a statement's writes of items leave, and come to
 *		an end.
 *
 * A source (an UPDATE or DELETE run by the scan itself, a row that the
 * executor hands over, an INSERT) says what is to be written of an item, and
 * what is to be done when the condition fails.  The writer sends, waits, finds
 * out the item on which a condition failed, counts, and tells of failures.  An
 * item's write is a small state machine, so that several can be under way:
 *
 *		write --condition failed--> (read) --> decide() --+--> write, move
 *		  |                                               |
 *		  v                                               +--> nothing
 *		written, failed
 *
 * In transaction mode "atomic" a write is kept in the session's write buffer
 * instead (buffered_write.h), once the item has been read and decided on.
 *
 * It goes on only after a definite answer.  A write whose outcome is unknown
 * has failed, and is neither repeated nor looked at.
 *
 * TRUNCATE and dyn_request() send requests that are no writes of an item; they
 * do not come here.
 */
#ifndef DYNAMORM_FDW_WRITER_H
#define DYNAMORM_FDW_WRITER_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "nodes/pg_list.h"

#include "client/request/operation.h"
#include "client/request/request.h"
#include "fdw/session/written.h"
#include "translate/table/table.h"

typedef enum NextStep
{
	NEXT_WRITE,					/* kind and expressions say what */
	NEXT_READ,					/* a GetItem, and then decide() */
	NEXT_MOVE,					/* to the key of new_item, in a transaction */
	NEXT_NOTHING				/* there is no such row, or not any more */
} NextStep;

typedef enum ItemWriteState
{
	ITEM_WAITING,				/* for one before it that has its key */
	ITEM_GATHERED,				/* to be sent in a batch (insert_batch.h) */
	ITEM_READING,				/* a GetItem is under way */
	ITEM_WRITING,				/* a write is */
	ITEM_WRITTEN,				/* done */
	ITEM_SKIPPED,				/* done: nothing was to be written */
	ITEM_TAKEN,					/* done: an item has the key: 23505 */
	ITEM_FAILED					/* done: request_raise() it */
} ItemWriteState;

typedef struct ItemWrite ItemWrite;

/*
 * Decides what follows, by setting next and what it needs.  item is the item
 * as it is now (NULL: there is none), which lives until decide() returns.
 * Called in the write's own memory context; may raise errors.
 */
typedef void (*ItemDecision) (ItemWrite *write, const DynamoItem *item);

struct ItemWrite
{
	/* set by the source before writer_submit() */
	MemoryContext context;		/* of everything of this write */
	const DynamoItem *key;
	const char *readable_key;
	ItemDecision decide;		/* NULL: a condition that fails says that the
								 * key is taken */
	bool		creates;		/* it may make the item: then one of the key
								 * and of another kind is an error (23505) */
	bool		skips_taken;	/* which is nothing to complain of */
	bool		may_be_there;	/* nor is one that is there by COMMIT, but then
								 * it is not what the write was for: 40001 */
	bool		skips_changed;	/* one of own_write_passes_over() is not
								 * written; one that a command inside the
								 * statement has changed is an error */

	/*
	 * Of a write that is kept until COMMIT, set by the source where it knows
	 * the item before it submits the write.
	 */
	bool		base_is_known;
	const DynamoItem *base;		/* the item, whole, as it is; NULL: there is
								 * none */
	bool		is_decided;		/* nothing has to be decided any more */
	const DynamoItem *expired;	/* there is none, since this has expired;
								 * NULL: nothing has */

	/* set by the source before writer_submit() and by decide() */
	NextStep	next;
	WriteKind	kind;
	const char *expressions;	/* of operation_expressions(); of NEXT_MOVE,
								 * those of the deletion */
	const DynamoItem *new_item; /* of WRITE_PUT and NEXT_MOVE */
	const DynamoItem *image;	/* kept until COMMIT: the item as it will be;
								 * NULL: it is deleted, or is new_item */
	List	   *assigned;		/* ... the attributes that it assigns, as
								 * UpdateActions on whole attributes */
	Bitmapset  *seen;			/* ... what of the base it depends on, beside
								 * what the statement reads */
	bool		speculative;	/* may be invalid on the item as it is: then it
								 * has written nothing, and the item decides */

	/* set by the writer */
	struct Writer *writer;
	ItemWriteState state;
	Request    *request;		/* under way, or the last one; NULL: none */
	struct InsertBatch *batch;	/* in which it is under way, or was; NULL: it
								 * is not in one */
	int			place;			/* ... its place there */
	bool		is_alone;		/* it is to be in none */
	int			tries;			/* decisions so far */
	const char *blind;			/* expressions that may be sent at COMMIT in
								 * place of the image; NULL: none */
	WriteKind	blind_kind;
	const DynamoItem *item;		/* ITEM_WRITTEN: as written (of a deletion, as
								 * it was), where the writer returns items or
								 * it was there to be put */
};

/* The writers of one statement, which tell of each other's writes. */
typedef struct WriterGroup
{
	List	   *writers;
	bool		is_failing;		/* a write has failed: nothing more is sent */
} WriterGroup;

typedef struct Writer
{
	const Table *table;
	const EState *estate;		/* of the statement */
	RunningWrites running;		/* its table, and the command */
	WrittenTable *noted;		/* what the transaction has written of it */
	Connection *connection;
	Oid			user_id;		/* whose rights count */
	RequestCounters *counters;
	bool		is_atomic;		/* writes are kept until COMMIT */
	bool		has_begun;		/* to write */
	Bitmapset  *read_columns;	/* kept until COMMIT: those of an item on which
								 * its write depends (see column_set.h) */
	Bitmapset  *returned_columns;	/* ... and those that are shown of what is
									 * written */
	bool		returning;		/* the items written are wanted */
	bool		moves;			/* keys may change: see writer_submit() */
	int			max_concurrency;	/* writes under way at once */
	struct InsertBatches *batches;	/* see insert_batch.h; NULL: it has none */
	bool		gathers;		/* now */

	/*
	 * Submits the next write, or sets exhausted.  NULL: all are submitted from
	 * outside.
	 */
	void		(*feed) (void *source);
	void	   *source;
	bool		exhausted;		/* nothing more comes */

	int64		written;		/* items so far */
	List	   *writes;			/* of ItemWrite, not handed out, in order */
	bool		has_failed;		/* an error that tells of it was raised */
	WriterGroup *group;			/* with this one alone, if it has not joined
								 * another */
	MemoryContext context;		/* of the list, and of what errors say */
} Writer;

/*
 * A writer in the current memory context, where it keeps its list.  Raises
 * what option_connection() raises.
 */
extern Writer *writer_make(const EState *estate, const Table *table,
						   Oid user_id, RequestCounters *counters);

/* From now on it is one of that group. */
extern void writer_join(Writer *writer, WriterGroup *group);

/*
 * Takes a write, and sends its first request.  Where keys change, one that has
 * the old or new key of another under way waits for that, and none is written
 * before the older ones that must be read are: in which order two that share a
 * key are done makes a difference.  Raises what writer_raise() does if one
 * of the group has failed meanwhile.
 */
extern void writer_submit(Writer *writer, ItemWrite *write);

/*
 * Waits for the oldest write, feeding others meanwhile, and hands it out,
 * written or skipped; NULL: there is none left.  Raises the failure of a write
 * as writer_raise() does; an error raised in feed() or decide() is told how
 * far the statement came.
 */
extern ItemWrite *writer_next_done(Writer *writer);

/* How many writes may be under way at once, by now. */
extern int	writer_concurrency(const Writer *writer);

/* The oldest write of this key, old or new, not handed out; NULL: none is. */
extern ItemWrite *writer_find(const Writer *writer, const DynamoItem *key);

/*
 * Nothing new is started by any writer of the group; what is under way gets
 * its answer, so that the user can be told what was written.
 */
extern void writer_finish_after_failure(Writer *writer);

/*
 * Raises the worst failure, one whose outcome is unknown before all others:
 * the SQLSTATE shall say so.  Its detail tells how many items the statement
 * wrote before, and of which writes the outcome is unknown too.
 */
extern void writer_raise(Writer *writer) pg_attribute_noreturn();

/*
 * In PG_CATCH() of a source: finishes, and raises the error again with the
 * same told in its detail.  readable_key: of the item it is about; NULL: of
 * none.  Interrupts, and errors of the machine, are passed on at once.
 */
extern void writer_rethrow(Writer *writer, const char *readable_key)
			pg_attribute_noreturn();

/* Raises 23505 for an item whose key is taken by another row. */
extern void writer_raise_taken(Writer *writer, const DynamoItem *key)
			pg_attribute_noreturn();

#endif							/* DYNAMORM_FDW_WRITER_H */
