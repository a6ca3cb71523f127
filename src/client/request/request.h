/*
 * request.h
 *		DynamoDB requests: started, waited for, retried where that is safe.
 *
 * A request is started, runs while any request of its connection is waited
 * for, and is done when it has a definite answer, or has failed for good.
 * Nothing is raised while others are under way, except a cancel.
 *
 * What is retried is law: throttling, and what provably was not sent, always;
 * an ambiguous failure only for REQUEST_READ and REQUEST_IDEMPOTENT.  A
 * REQUEST_WRITE whose outcome is unknown is done with OUTCOME_UNKNOWN.
 */
#ifndef DYNAMORM_CLIENT_REQUEST_H
#define DYNAMORM_CLIENT_REQUEST_H

#include "postgres.h"

#include "compat.h"

#include "lib/stringinfo.h"

#include "client/request/connection.h"
#include "client/request/statistics.h"
#include "client/wire/response.h"

typedef enum RequestKind
{
	REQUEST_READ,				/* may be sent again */
	REQUEST_WRITE,				/* PutItem, UpdateItem, DeleteItem: never */
	REQUEST_IDEMPOTENT			/* TransactWriteItems with its token: may be */
} RequestKind;

typedef enum Outcome
{
	OUTCOME_PENDING,
	OUTCOME_SUCCESS,
	OUTCOME_CONDITION_FAILED,	/* ConditionalCheckFailedException */
	OUTCOME_VALIDATION,			/* ValidationException: nothing was written */
	OUTCOME_NOT_FOUND,			/* ResourceNotFoundException */
	OUTCOME_FAILED,				/* any other definite failure */
	OUTCOME_UNKNOWN				/* a write that may or may not be applied */
} Outcome;

/*
 * Reads an answer that is not made of items, of length bytes, in place: returns
 * what it was read to, allocated in the current memory context, or NULL with
 * *problem set.  It raises nothing but 53200.
 */
typedef void *(*AnswerReader) (char *answer, int length, const char **problem);

typedef struct RequestSpec
{
	const char *operation;		/* "UpdateItem"; a constant */
	RequestKind kind;
	const char *body;			/* JSON; must live until the request is done */
	int			body_length;
	const char *table;			/* for messages; NULL if none */
	const char *key;			/* readable key, for messages; NULL if none */
	RequestCounters *counters;	/* added to; may be NULL */
	int			max_attempts;	/* 0: as many as the connection allows */
	bool		wants_item;		/* a success brings an item: else it is none */
	bool		wants_count;	/* of a page only the number of items */
	int			parts;			/* keys of a batch, actions of a transaction:
								 * as many as an answer may speak of; 0: it is
								 * neither */
	bool		raw;			/* do not decode: the answer's JSON text is
								 * wanted (dyn_request) */
	AnswerReader read;			/* reads the answer instead; NULL: it is made
								 * of items */
	int			repetition;		/* n > 0: asks for what n answers have left
								 * undone; waits before it is sent, and
								 * counts, as the n-th retry does */
} RequestSpec;

typedef struct Request Request;

/*
 * Starts a request.  The request and its answer are allocated in a child of
 * the current memory context; they go away with request_free() or with that
 * context (a request that is then in flight is abandoned and its socket
 * closed; if it is a write, a WARNING tells that its outcome is unknown).  spec
 * is copied, the strings it points to are not.
 */
extern Request *request_start(Connection *connection, const RequestSpec *spec);

/*
 * Waits until the request, or any one of them, is done.  Other requests of the
 * same connection go on meanwhile.  Reacts to interrupts at once: if a cancel
 * or termination comes while writes are in flight, a WARNING names their
 * tables and keys before the interrupt's error is raised.
 */
extern void request_wait(Request *request);
extern Request *request_wait_any(Request **requests, int count);

/*
 * Lets the requests of a connection go on, as far as that goes without
 * waiting.
 */
extern void request_poll(Connection *connection);

/*
 * A descriptor that becomes readable when request_poll() has something to do:
 * each call opens one, counted with fd.c, to be closed by
 * request_close_descriptor().  -1: there are none left.
 */
extern int	request_open_descriptor(Connection *connection);
extern void request_close_descriptor(Connection *connection, int descriptor);

/*
 * Lets the requests go on, and sees to it that the descriptors become readable
 * when the next one is to be retried; at_once: now.
 */
extern void request_prepare_wait(Connection *connection, bool at_once);

/* request_start and request_wait in one. */
extern Request *request_run(Connection *connection, const RequestSpec *spec);

extern Outcome request_outcome(const Request *request);

/*
 * The decoded answer of a request that is done; for OUTCOME_CONDITION_FAILED
 * its item is the old item, if the engine sent it.  NULL if there is no
 * decoded answer.  Lives as long as the request.
 */
extern const Response *request_response(const Request *request);

/* What spec.read has read of the answer to a success; lives as the request. */
extern const void *request_answer(const Request *request);

/* The answer's JSON text (spec.raw); NUL-terminated, UTF-8. */
extern const char *request_raw_body(const Request *request);

/* The message DynamoDB gave with a failure, or NULL. */
extern const char *request_error_message(const Request *request);

/*
 * Raises the failure of a request that is done and not OUTCOME_SUCCESS, with
 * SQLSTATE, message, detail (operation, table, key, request id) and hint of
 * the error table (error.c).  extra_detail, if not NULL, is appended to the
 * detail as a sentence of its own.
 */
extern void request_raise(const Request *request, const char *extra_detail)
			pg_attribute_noreturn();

/*
 * The same for a success that has left undone what was asked for, time after
 * time, as DynamoDB does when it is too busy: 53400.
 */
extern void request_raise_unprocessed(Request *request)
			pg_attribute_noreturn();

/*
 * The same for a success whose answer turns out to be none to this request.
 * problem says why: a constant that goes on behind a colon.  08006; of a write
 * 40003.
 */
extern void request_raise_no_answer(Request *request, const char *problem)
			pg_attribute_noreturn();

/*
 * CHECK_FOR_INTERRUPTS() that first warns of the writes in flight, for what
 * waits beside them.
 */
extern void request_check_for_interrupts(void);

/* Abandons the request if it is in flight, and frees it. */
extern void request_free(Request *request);

#endif							/* DYNAMORM_CLIENT_REQUEST_H */
