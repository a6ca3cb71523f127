/*
 * written.h
 *		What the transaction has written, and by which of its commands.
 *
 * PostgreSQL marks each row with the command that made it.  Items have no such
 * mark, so this is kept here: an item that a statement has written is not
 * changed by it again, one that a command inside it has written is an error to
 * change, and a scan of an older snapshot must not meet it.
 *
 * A rollback leaves it as it is, since DynamoDB keeps what was written.
 */
#ifndef DYNAMORM_FDW_WRITTEN_H
#define DYNAMORM_FDW_WRITTEN_H

#include "postgres.h"

#include "lib/ilist.h"
#include "nodes/execnodes.h"
#include "utils/resowner.h"

#include "translate/table/table.h"

/* What was written of one DynamoDB table. */
typedef struct WrittenTable WrittenTable;

/* What a read reads. */
typedef struct ReadItems
{
	const Table *table;
	const DynamoItem *key;		/* of one item; NULL: more than one */
	const AttributeValue *partition;	/* the partition key that all of them
										 * have; NULL: any */
} ReadItems;

/* A statement that writes; a member of its state. */
typedef struct RunningWrites
{
	dlist_node	node;			/* in the list of all */
	const Table *table;
	CommandId	command_id;
	bool		(*has_under_way) (const struct RunningWrites *running,
								  const ReadItems *items);

	/* writes what it keeps back; NULL: nothing */
	void		(*settle) (struct RunningWrites *running);
	ResourceOwner owner;		/* of what the statement holds */
	bool		is_running;
	MemoryContextCallback callback;
} RunningWrites;

/*
 * Rows of a statement that wait to be written until all are there (see
 * read_first_plan.h); a member of the state of the node that keeps them.
 */
typedef struct WaitingRows
{
	dlist_node	node;			/* in the list of all */
	List	   *tables;			/* of Table: those that they may belong to */
	const EState *estate;
	ResourceOwner owner;		/* of what the statement holds */
	bool		is_waiting;
	MemoryContextCallback callback;
} WaitingRows;

/* How an item came to be written. */
typedef enum WrittenHow
{
	WRITTEN_CHANGED,
	WRITTEN_MADE,				/* there was none before the command */
	WRITTEN_GONE,				/* there is none after it */
	WRITTEN_UNMADE				/* nor was there one before it was MADE */
} WrittenHow;

typedef struct WrittenBy
{
	CommandId	command_id;
	WrittenHow	how;
} WrittenBy;

/* For _PG_init(). */
extern void written_register(void);

/*
 * The statement begins, and ends when the memory context is reset, or what the
 * statement holds is released.  Returns what was written of the table, which
 * is valid for the transaction.
 */
extern WrittenTable *written_begin(RunningWrites *running,
								   MemoryContext context);

/*
 * Is another writer of the same command, in another node of its plan, at the
 * same DynamoDB table?
 */
extern bool written_is_shared(const RunningWrites *running);

/*
 * Rows of the statement wait, until they do so no more, or its memory is
 * reset, or what it holds is released.  The tables are set by the caller.
 */
extern void written_begin_waiting(WaitingRows *waiting, const EState *estate);
extern void written_end_waiting(WaitingRows *waiting);

/*
 * A command, inside statements that are being run, reads or writes the table:
 * what they keep back of it is written first.  Raises what that raises.
 */
extern void written_settle(const Table *table, CommandId command_id);

/*
 * Raises 0A000 if the command may not read the table, because rows of it wait
 * to be written that the command should see.
 */
extern void written_check_waiting(const Table *table, CommandId command_id);

/*
 * The statement has only made new items, and asks for none of them again: if
 * they are many, and no other statement that writes is being run, the keys are
 * forgotten, as those of older commands are.
 */
extern void written_forget_made(WrittenTable *written,
								const RunningWrites *running);

/* The command has written an item. */
extern void written_note(WrittenTable *written, const DynamoItem *key,
						 WrittenBy by);

/*
 * A request that is no statement has written the item, as others may at any
 * time: only reads want to know.  The attributes of the key may be in the
 * wrong order.
 */
extern void written_note_key(const Table *table, const DynamoItem *key,
							 CommandId command_id);

/* It may have written any item of the table (NULL: of any table). */
extern void written_note_all(const Table *table, CommandId command_id);

/*
 * Has that command or a later one of the transaction written the item?  *by is
 * the last that did it; it counts as MADE as long as no statement is being run
 * that began after the item was made.
 */
extern bool written_find(WrittenTable *written, const DynamoItem *key,
						 CommandId command_id, WrittenBy *by);

/*
 * Has one of these items been written by that command or a later one, or is it
 * just being written?
 */
extern bool written_since(const ReadItems *items, CommandId command_id);

/* At the end of a transaction. */
extern void written_forget(void);

#endif							/* DYNAMORM_FDW_WRITTEN_H */
