/*
 * insert_batch.h
 *		New items of a statement that are written several in one request.
 *
 * The rows of an INSERT or COPY that are handed over together gather in their
 * writer until all are submitted.  Then they leave: 25 to a
 * BatchExecuteStatement, and as many requests under way at once as the
 * server's max_concurrency says.  What such a batch cannot say is a PutItem of
 * its own, as is a row that is alone, and one that was refused in a batch: the
 * PutItem's answer is the one that counts.
 */
#ifndef DYNAMORM_FDW_INSERT_BATCH_H
#define DYNAMORM_FDW_INSERT_BATCH_H

#include "postgres.h"

#include "client/request/batch_insert.h"
#include "fdw/write/writer.h"

/* Rows of one request; it goes away when no write refers to it any more. */
typedef struct InsertBatch
{
	BatchInsert *insert;
	int			count;
	int			references;
	ItemWrite  *writes[BATCH_INSERT_MAX_ROWS];
} InsertBatch;

/*
 * While Writer.gathers is set, the writer's new items gather until
 * insert_batch_send().  To be called before, each time.
 */
extern void insert_batch_begin(Writer *writer);

/* Is the write, which is about to be sent, to be gathered? */
extern bool insert_batch_gathers(const Writer *writer,
								 const ItemWrite *write);

/* Sends what has gathered, as far as there is room. */
extern void insert_batch_send(Writer *writer);

/*
 * Takes the answer to a batch, whose request is done.  Rows that were refused
 * in it gather anew; what became of each of the others is
 * write_request_outcome(), OUTCOME_PENDING of those that are to be sent again.
 */
extern void insert_batch_take_answer(Writer *writer, InsertBatch *batch);

/* The write's request, or its batch, is not needed any more. */
extern void insert_batch_leave(ItemWrite *write);

/* The write has another request, alone; what it had before goes away. */
extern void insert_batch_replace(ItemWrite *write, Request *request);

#endif							/* DYNAMORM_FDW_INSERT_BATCH_H */
