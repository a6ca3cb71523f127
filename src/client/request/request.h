/*
 * request.h
 *		DynamoDB requests: started, waited for, retried where that is safe.
 *
 * A request is started, runs while any request of its connection is waited
 * for, and is done when it has a definite answer, or has failed for good.
 * Nothing is raised while others are under way, except a cancel.
 *
 * What is retried is law: throttling, and what provably was not sent, always;
 * an ambiguous failure only for what is no REQUEST_WRITE, which then is done
 * with OUTCOME_UNKNOWN.
 */
#ifndef DYNAMORM_CLIENT_REQUEST_H
#define DYNAMORM_CLIENT_REQUEST_H

#include "postgres.h"

#include "compat.h"

#include "client/request/connection.h"
#include "client/request/request_spec.h"

typedef struct Request Request;

/*
 * Starts a request.  The request and its answer are allocated in a child of
 * the current memory context; they go away with request_free() or with that
 * context (a request that is then in flight is abandoned and its socket
 * closed; if it is a write, a WARNING tells that its outcome is unknown).
 * spec is copied, the strings it points to are not.
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

/* Has it failed because of another transaction on its items? */
extern bool request_is_contended(const Request *request);

/* The exception DynamoDB gave with a failure, as it came; NULL: none. */
extern const char *request_error_code(const Request *request);

/* The message DynamoDB gave with a failure, as it can be shown; or NULL. */
extern const char *request_error_message(const Request *request);

/*
 * Raises the failure of a request that is done and not OUTCOME_SUCCESS, with
 * SQLSTATE, message, detail (operation, table, key, request id) and hint of
 * the error table (error.c).  extra_detail, if not NULL, is appended to the
 * detail as a sentence of its own.
 */
extern void request_raise(const Request *request, const char *extra_detail)
			pg_attribute_noreturn();

/* The same, told of that request in place of its own. */
extern void request_raise_of(const Request *request, const RequestSpec *spec,
							 const char *extra_detail)
			pg_attribute_noreturn();

/*
 * Raises 53400 for a success that has left undone what was asked for, time
 * after time, as DynamoDB does when it is too busy.
 */
extern void request_raise_unprocessed(Request *request)
			pg_attribute_noreturn();

/*
 * Raises 08006, of a write 40003, for a success whose answer turns out to be
 * none to this request.  problem says why: a constant that goes on behind a
 * colon.
 */
extern void request_raise_no_answer(Request *request, const char *problem)
			pg_attribute_noreturn();

/*
 * Whoever has found out what became of a transaction that is done with
 * OUTCOME_UNKNOWN says it here; nothing of it can be carried out any more.  If
 * it was carried out, its outcome is OUTCOME_SUCCESS now, without an answer.
 * If it was not: true if it was DynamoDB that refused it when it was sent the
 * last time, which then is its outcome, with the answer's reasons; false if
 * the outcome is still only that.
 */
extern bool request_settle(Request *request, bool carried_out);

/*
 * Raises 08007, of another write 40003, whatever the request's outcome is,
 * also while it is under way.  extra_detail as in request_raise().
 */
extern void request_raise_unknown(Request *request, const char *extra_detail)
			pg_attribute_noreturn();

/* Abandons the request if it is in flight, and frees it. */
extern void request_free(Request *request);

#endif							/* DYNAMORM_CLIENT_REQUEST_H */
