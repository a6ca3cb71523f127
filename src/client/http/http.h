/*
 * http.h
 *		HTTP exchanges, several at once, waited for with the backend's latch.
 *
 * They go over a transport (http_transport.h).  Nothing here raises errors.
 */
#ifndef DYNAMORM_CLIENT_HTTP_H
#define DYNAMORM_CLIENT_HTTP_H

#include "postgres.h"

#include "client/http/http_types.h"
#include "client/http/wait_event.h"

/*
 * Starts an exchange, for which there is room.  The request's headers are
 * copied; its body must live until the exchange is done.  NULL if memory is
 * short.
 */
extern HttpExchange *http_start(HttpTransport *transport,
								const HttpRequest *request);

/* The result, or NULL while the exchange is under way. */
extern const HttpResult *http_result(const HttpExchange *exchange);

/* May bytes of the request of an exchange that is under way have left? */
extern bool http_may_be_sent(const HttpExchange *exchange);

/* Frees an exchange; one under way is abandoned, and its socket closed. */
extern void http_free(HttpExchange *exchange);

/*
 * Does whatever can be done; if no exchange was completed by that, waits up to
 * timeout milliseconds (-1: no limit) for something to do, and does that; the
 * reason is what is shown meanwhile.  Returns early when the latch is set,
 * which is reset then: the caller checks for interrupts.
 */
extern void http_wait(HttpTransport *transport, long timeout,
					  WaitReason reason);

/* Does whatever can be done, without waiting. */
extern void http_poll(HttpTransport *transport);

/*
 * Lets the descriptors of http_copy_descriptor() become readable after timeout
 * milliseconds at the latest; -1: there is no limit.
 */
extern void http_ring(HttpTransport *transport, long timeout);

/* Has an answer's body the checksum that came with it, if one did? */
extern bool http_body_is_whole(const HttpResult *result);

/*
 * Can a header's value hold the text: printable ASCII without spaces, and so
 * nothing that would end the header?
 */
extern bool http_header_can_hold(const char *text);

#endif							/* DYNAMORM_CLIENT_HTTP_H */
