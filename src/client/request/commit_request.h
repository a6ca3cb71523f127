/*
 * commit_request.h
 *		COMMIT as one request: TransactWriteItems, under one token, to its end.
 *
 * The body is made once and sent again byte for byte until an answer is
 * definite, or the deadline has come.  After an attempt that may have been
 * carried out, a refusal settles nothing: that attempt may still be on its
 * way.  Only a success does, or the seal (commit_marker.h): so with a marker
 * the outcome is unknown only if DynamoDB cannot be reached for that either,
 * and without one whenever there was doubt and no success.
 */
#ifndef DYNAMORM_CLIENT_COMMIT_REQUEST_H
#define DYNAMORM_CLIENT_COMMIT_REQUEST_H

#include "postgres.h"

#include "client/request/commit_marker.h"
#include "client/request/operation.h"
#include "client/request/request.h"

/*
 * Milliseconds that finding out the outcome is given at least, if the deadline
 * is nearer, or past: what was in doubt at the deadline would else stay so.
 */
#define COMMIT_SETTLE_TIME	5000

typedef enum CommitOutcome
{
	COMMIT_DONE,				/* it was carried out, once */
	COMMIT_REFUSED,				/* it was not, nor will be, for reasons that
								 * DynamoDB gave, or because it was not sent:
								 * see request_outcome(result->request) */
	COMMIT_DUPLICATE,			/* nor was it, for its idempotency key has been
								 * used by another */
	COMMIT_LOCKED,				/* nor was it: lock_deadline has come */
	COMMIT_ABORTED,				/* nor was it: it was sealed, after doubt or by
								 * somebody else; no reason is known */
	COMMIT_UNKNOWN				/* nobody knows */
} CommitOutcome;

typedef struct CommitSpec
{
	Connection *connection;
	const WriteOperation *operations;	/* of distinct items; with what the
										 * marker takes at most 100 */
	int			count;			/* at least 1 */
	const char *token;			/* of operation_token(): of the marker, and
								 * told in messages */
	const char *request_token;	/* under which the request is sent; another
								 * one than token where another request was
								 * refused under that; NULL: token */
	int64		deadline;		/* of monotonic_milliseconds(); 0: none, and
								 * max_attempts counts */
	int64		lock_deadline;	/* so: it is waited no longer for other
								 * transactions on its items, which is 55P03
								 * then; 0: as for all else */
	const char *table;			/* for messages and statistics; NULL: there
								 * are several */
	const CommitMarker *marker; /* NULL: none */
	const TableShare *shares;	/* array, of the tables that have a limit */
	int			share_count;
	RequestCounters *counters;	/* added to; may be NULL */
} CommitSpec;

typedef struct CommitResult
{
	CommitOutcome outcome;
	const CommitSpec *spec;
	Request    *request;		/* the transaction's */
	int			reason_count;	/* the number of operations, or 0: no reason
								 * was given for each */
	const CancellationReason *reasons;	/* in the order of the operations, with
										 * the items that failed conditions if
										 * the expressions ask for them; good
										 * as long as the request */
	const char *other_token;	/* COMMIT_DUPLICATE: of the one before */
	const char *problem;		/* COMMIT_UNKNOWN: why it could not be found
								 * out, in the server's encoding; NULL: no
								 * marker was asked */
	bool		settling;		/* the outcome is in doubt, and is being found
								 * out */
} CommitResult;

/*
 * Runs the transaction to its end; everything is allocated in the current
 * memory context, and nothing is copied of spec, which must live as long as
 * the result.  Interruptible: a cancel, or another error here, is raised as it
 * is if nothing may have been carried out, else as 08007 with its text and the
 * token; one that ends the session is preceded by a WARNING with both.  What
 * DynamoDB says is not raised but returned.
 */
extern CommitResult *commit_run(const CommitSpec *spec);

/*
 * Raises what became of a transaction that was not COMMIT_DONE: what
 * request_raise() raises of COMMIT_REFUSED, 55P03, 23505, 40001, or 08007.
 * extra_detail, if not NULL, is appended to the detail as a sentence of its
 * own.
 */
extern void commit_raise(const CommitResult *result, const char *extra_detail)
			pg_attribute_noreturn();

/* Frees the request, and with it the answer. */
extern void commit_free(CommitResult *result);

#endif							/* DYNAMORM_CLIENT_COMMIT_REQUEST_H */
