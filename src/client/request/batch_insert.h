/*
 * batch_insert.h
 *		One BatchExecuteStatement that inserts up to 25 items, each if its key
 *		is free, carried on until it is known what became of each.
 *
 * Each row has an answer of its own.  Rows that are throttled, or meet a
 * transaction, are sent again, without the others and after a wait that grows.
 * A row whose statement was refused is not: a PutItem alone says why, or
 * whether it is only the statement that was not liked.  InternalServerError
 * leaves the outcome of its row unknown, and an answer that does not come that
 * of all rows: these are never sent again.
 *
 * BatchExecuteStatement has no ClientRequestToken, so that the same rules hold
 * for it as for PutItem.
 *
 * Source: DynamoDB API Reference, "BatchExecuteStatement",
 * "BatchStatementError".
 */
#ifndef DYNAMORM_CLIENT_BATCH_INSERT_H
#define DYNAMORM_CLIENT_BATCH_INSERT_H

#include "postgres.h"

#include "client/request/request.h"

#define BATCH_INSERT_MAX_ROWS	25

/*
 * Bytes of a row's statement with its parameters: larger ones would make a
 * batch that needs more memory than it saves time.
 */
#define BATCH_INSERT_ROW_LIMIT	(40 * 1024)

typedef struct BatchInsert BatchInsert;

typedef struct BatchInsertSpec
{
	Connection *connection;
	const char *table;			/* of DynamoDB, UTF-8 */
	int			table_rate;		/* write units a second; 0: no limit */
	RequestCounters *counters;	/* added to */
} BatchInsertSpec;

/*
 * An empty batch, in a child of the current memory context.  spec is copied,
 * what it points to is not.
 */
extern BatchInsert *batch_insert_make(const BatchInsertSpec *spec);

/*
 * Adds a row: a PartiQL statement, the item whose values are its parameters,
 * and its readable key, which must live as long as the batch.  False if it is
 * too large, and was not added.  No two rows may have one key.
 */
extern bool batch_insert_add(BatchInsert *insert, const char *statement,
							 const DynamoItem *item,
							 const char *readable_key);

/* Sends it, with at least one row. */
extern void batch_insert_send(BatchInsert *insert);

/* The request that is under way, or done; NULL: all is known. */
extern Request *batch_insert_request(const BatchInsert *insert);

/*
 * Takes the answer of that request, which must be done.  Rows that are to be
 * sent again stay OUTCOME_PENDING.
 */
extern void batch_insert_take_answer(BatchInsert *insert);

/* Sends those, of which there must be one, after a wait. */
extern void batch_insert_send_again(BatchInsert *insert);

/*
 * What became of a row: OUTCOME_SUCCESS, OUTCOME_CONDITION_FAILED (its key is
 * taken), OUTCOME_VALIDATION (nothing was written; to be sent alone),
 * OUTCOME_FAILED, OUTCOME_UNKNOWN; OUTCOME_PENDING until it is known.
 */
extern Outcome batch_insert_outcome(const BatchInsert *insert, int row);

/*
 * DynamoDB's exception with which the whole batch was refused, since there is
 * no such operation here, or no right to it; NULL: it was not.
 */
extern const char *batch_insert_denial(const BatchInsert *insert);

/*
 * Raises the failure of a row, OUTCOME_FAILED or OUTCOME_UNKNOWN, as
 * request_raise() does.
 */
extern void batch_insert_raise(const BatchInsert *insert, int row,
							   const char *extra_detail)
			pg_attribute_noreturn();

/* Abandons what is under way, and frees it all. */
extern void batch_insert_free(BatchInsert *insert);

#endif							/* DYNAMORM_CLIENT_BATCH_INSERT_H */
