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
	MemoryContextCallback callback;
} RunningWrites;

/*
 * The statement begins, and ends when the memory context is reset.  Returns
 * what was written of the table, which is valid for the transaction.
 */
extern WrittenTable *written_begin(RunningWrites *running,
								   MemoryContext context);

/* The command has written an item. */
extern void written_note(WrittenTable *written, const DynamoItem *key,
						 CommandId command_id);

/* Has the transaction written the item?  The last command that did it. */
extern bool written_find(const WrittenTable *written, const DynamoItem *key,
						 CommandId *command_id);

/*
 * Has one of these items been written by that command or a later one, or is it
 * just being written?
 */
extern bool written_since(const ReadItems *items, CommandId command_id);

/* At the end of a transaction. */
extern void written_forget(void);

#endif							/* DYNAMORM_FDW_WRITTEN_H */
