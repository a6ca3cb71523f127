/*
 * row_write.h
 *		The write of one item: pushed if it can be, computed where it must be.
 *
 * A row write is a small state machine, so that several can be under way at
 * once: start it, wait for its request, step it, until it is done.
 *
 *		pushed ---condition failed---> decide ---WHERE true---> computed
 *		   |                             |  ^                      |
 *		   v                             |  +--condition failed----+
 *		written                          +--no row, WHERE false--> skipped
 *
 * It goes on only after a definite answer.  A write whose outcome is unknown
 * has failed, and is neither repeated nor looked at.
 */
#ifndef DYNAMORM_FDW_ROW_WRITE_H
#define DYNAMORM_FDW_ROW_WRITE_H

#include "postgres.h"

#include "fdw/write/compute.h"
#include "fdw/write/write_statement.h"

typedef enum RowState
{
	ROW_PUSHED,					/* the pushed request is under way */
	ROW_READING,				/* a GetItem is */
	ROW_COMPUTED,				/* a computed request is */
	ROW_WRITTEN,				/* done */
	ROW_SKIPPED,				/* done: no such row, or WHERE not true */
	ROW_FAILED					/* done: request_raise() it */
} RowState;

/*
 * What is sent for each row; made once for a statement, or, where it has
 * volatile parts, for each row.
 */
typedef struct RowPlan
{
	const char *tail;			/* of the pushed request; NULL: computed */
	const Computation *computation;
} RowPlan;

typedef struct RowWrite
{
	WriteStatement *statement;
	MemoryContext context;		/* everything of this row */
	RowState	state;
	Request    *request;		/* under way, or the last one */
	const DynamoItem *key;
	const char *readable_key;
	const RowPlan *plan;
	int			tries;			/* computed requests sent */
	const DynamoItem *new_item; /* the computed request gives the item this
								 * key; NULL: it keeps its own */
	const DynamoItem *item;		/* ROW_WRITTEN with RETURNING: the new item,
								 * of a DELETE the old one */
} RowWrite;

/*
 * Starts the write of one item.  The current memory context becomes the row's
 * own, and row_write_free() deletes it.  key and base are copied.  base is the
 * item as it was read; NULL: it was not.
 */
extern RowWrite *row_write_start(WriteStatement *statement,
								 const RowPlan *plan, const DynamoItem *key,
								 const DynamoItem *base);

extern bool row_write_done(const RowWrite *row);

/* Goes on after the row's request is done. */
extern void row_write_step(RowWrite *row);

/*
 * After the row's request is done: notes whether it wrote, and goes no
 * further.  For a statement that has failed elsewhere.
 */
extern void row_write_settle(RowWrite *row);

/* Frees the row, its item, and whatever else is in its memory context. */
extern void row_write_free(RowWrite *row);

/*
 * Waits a little, if it is time to, before an optimistic write is tried again
 * that has failed so many times; interruptible.  Raises 40001 after the last
 * of 20 rounds; what it says names table and key.
 */
extern void row_write_back_off(const Table *table, const char *readable_key,
							   int failures);

#endif							/* DYNAMORM_FDW_ROW_WRITE_H */
