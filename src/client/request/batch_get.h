/*
 * batch_get.h
 *		One BatchGetItem of up to 100 keys, carried on until DynamoDB has
 *		looked at each of them; or one TransactGetItems.
 *
 * An answer holds at most 16 MB, and fewer items when DynamoDB is busy; it
 * names the keys left over, and these are asked for again, after a wait that
 * grows.  TransactGetItems leaves none over: it reads all of them, up to 4 MB,
 * as they are at one moment, for twice the read units; a transaction that
 * writes one of them meanwhile makes it be sent again, and at last 40001.
 *
 * Source: DynamoDB API Reference, "BatchGetItem", "TransactGetItems".
 */
#ifndef DYNAMORM_CLIENT_BATCH_GET_H
#define DYNAMORM_CLIENT_BATCH_GET_H

#include "postgres.h"

#include "client/request/request.h"

#define BATCH_GET_MAX_KEYS	100

typedef struct BatchGetSpec
{
	Connection *connection;
	const char *table;			/* of DynamoDB, UTF-8 */
	const char *members;		/* JSON that follows the keys: how they are
								 * read, each member after a comma; see
								 * operation_batch_members(), which of a
								 * consistent read must not say so if
								 * at_once */
	bool		at_once;		/* all items as they are at one moment */
	RequestCounters *counters;	/* added to */
	int			table_rate;		/* read units a second; 0: no limit */
} BatchGetSpec;

typedef struct BatchGet BatchGet;

/*
 * Starts the request for 1 to BATCH_GET_MAX_KEYS keys, which must be distinct.
 * Everything is allocated in a child of the current memory context.  spec is
 * copied, what it points to is not; the keys are not needed after the call.
 */
extern BatchGet *batch_get_start(const BatchGetSpec *spec,
								 DynamoItem *const *keys, int count);

/*
 * Waits for the next answer, whose items are in no order; NULL when all keys
 * have been looked at.  It lives until the next call.  Keys left over are
 * asked for before it returns, so that their wait begins at once.  Raises what
 * request_raise() raises, and 53400 when answer after answer leaves over all
 * keys.
 */
extern const Response *batch_get_next(BatchGet *get);

/*
 * Waits for the next answer, and returns the request if that has failed, which
 * batch_get_next() would raise; else NULL.
 */
extern const Request *batch_get_failure(BatchGet *get);

/* The last answer lives as long as the batch. */
extern void batch_get_keep_answer(BatchGet *get);

/*
 * Raises that the last answer is none to the request: see
 * request_raise_no_answer().
 */
extern void batch_get_raise_no_answer(const BatchGet *get, const char *problem)
			pg_attribute_noreturn();

/* Abandons what is in flight, and frees it all. */
extern void batch_get_free(BatchGet *get);

#endif							/* DYNAMORM_CLIENT_BATCH_GET_H */
