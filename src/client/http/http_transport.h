/*
 * http_transport.h
 *		Transports: their life, and the descriptors that they may have.
 *
 * A transport is a libcurl multi handle whose sockets and timer are gathered
 * in one epoll descriptor.  Nothing here raises errors, but for want of memory
 * when a transport is opened or made ready.
 */
#ifndef DYNAMORM_CLIENT_HTTP_TRANSPORT_H
#define DYNAMORM_CLIENT_HTTP_TRANSPORT_H

#include "postgres.h"

#include "client/http/http_types.h"

/*
 * Opens a transport; settings are copied.  It has no descriptors until there
 * is an exchange.  Raises 53200 if memory is short, 58000 if libcurl fails,
 * and what wait_event_prepare() does.
 */
extern HttpTransport *http_open(const HttpSettings *settings);

/*
 * Closes it; all its exchanges must have been freed, and the copies of its
 * descriptor closed.
 */
extern void http_close(HttpTransport *transport);

/*
 * Sends what is started from now on to another endpoint, whose scheme must be
 * that of the one before, and whose host must have a name if that one has.
 * The text is copied.  Raises 53200 if memory is short.
 */
extern void http_set_endpoint(HttpTransport *transport, const char *endpoint);

/*
 * Makes room for an exchange, which must be started next.  Where descriptors
 * are short, those of transports without exchanges under way are closed.
 * Raises what http_open() raises.
 */
extern HttpRoom http_make_room(HttpTransport *transport);

/*
 * A descriptor that becomes readable when there is something for http_poll()
 * to do; a new one each time, to be closed by http_close_copy().  Until then
 * the transport keeps all that it has.  -1: there are none left.
 */
extern int	http_copy_descriptor(HttpTransport *transport);
extern void http_close_copy(HttpTransport *transport, int fd);

/* Is there such a copy? */
extern bool http_is_watched(const HttpTransport *transport);

/* ---- for http.c, as its exchanges go on and end ---- */

/* Counts what a transport has after its exchanges have gone on, or ended. */
extern void http_settle_connected(HttpTransport *transport);

/* The exchange has its connection, or needs none any more. */
extern void http_end_connecting(HttpExchange *exchange);

#endif							/* DYNAMORM_CLIENT_HTTP_TRANSPORT_H */
