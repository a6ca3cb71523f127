/*
 * request_state.h
 *		The inside of a request; for request.c, batch_insert.c, in_flight.c,
 *		request_count.c, slow_request.c, unit_limit.c and wait_reason.c alone.
 */
#ifndef DYNAMORM_CLIENT_REQUEST_STATE_H
#define DYNAMORM_CLIENT_REQUEST_STATE_H

#include "postgres.h"

#include "lib/ilist.h"

#include "client/http/http_types.h"
#include "client/request/connection_state.h"
#include "client/request/error.h"
#include "client/request/request_spec.h"

typedef struct Request
{
	RequestSpec spec;
	Connection *connection;
	dlist_node	node;			/* in the connection's requests */
	MemoryContext context;		/* the request and its answer */
	MemoryContextCallback callback; /* abandons it with its context */
	RequestCounters *statistics;	/* of the session */
	int64		started_at;		/* microseconds of the monotonic clock */
	HttpExchange *exchange;		/* of the last attempt; NULL: none */
	Outcome		outcome;
	int			attempts;		/* started so far */
	int			price;			/* tokens taken by the last retry */
	struct UnitClaims *claims;	/* see unit_limit.c; NULL: no limit applies */
	bool		queued;			/* until there are descriptors for it */
	bool		waiting;		/* for retry_at */
	int64		retry_at;		/* milliseconds of the monotonic clock */
	int64		signed_at;		/* by the service's clock, in seconds */
	bool		clock_corrected;	/* once is enough */
	bool		credentials_renewed;	/* once is enough */
	int			renewals;		/* of the connection's credentials, when the
								 * last attempt was signed */
	bool		in_doubt;		/* an attempt may have been carried out */
	Moment		sent_at;		/* when the last attempt was started */
	Moment		token_used_at;	/* when the first one was that is in doubt */
	bool		warned;			/* the user was told that it is in flight, or
								 * lost */
	int			lost_count;		/* parts of a batch that is done whose outcome
								 * is unknown ... */
	const char **lost_keys;		/* ... and their keys */
	Response   *response;		/* decoded; NULL: none */
	const void *answer;			/* what spec.read has read; NULL: nothing */
	const ErrorClass *class;	/* of the failure */
	const ErrorClass *cause;	/* of what came last, if only doubt makes it
								 * another */
	const char *code;			/* DynamoDB's exception; NULL: none */
	const char *problem;		/* what happened, if DynamoDB did not say */
	const char *hint;			/* what to do; NULL: what the class says */
	char		request_id[64]; /* DynamoDB's; "": none */
} Request;

#endif							/* DYNAMORM_CLIENT_REQUEST_STATE_H */
