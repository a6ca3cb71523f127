/*
 * http.h
 *		HTTP exchanges, several at once, waited for with the backend's latch.
 *
 * A transport is a libcurl multi handle whose sockets and timer are gathered in
 * one epoll descriptor.  Nothing here raises errors, but for want of memory when
 * a transport is opened or made ready.
 */
#ifndef DYNAMORM_CLIENT_HTTP_H
#define DYNAMORM_CLIENT_HTTP_H

#include "postgres.h"

typedef struct HttpTransport HttpTransport;
typedef struct HttpExchange HttpExchange;

typedef struct HttpSettings
{
	const char *endpoint;		/* "https://host[:port]" */
	const char *ca_file;		/* NULL: the system's */
	int			max_connections;
	int			connect_timeout;	/* milliseconds */
	int			request_timeout;	/* milliseconds, of one exchange, that it
									 * is waited for */
} HttpSettings;

/* What is asked of the endpoint. */
typedef struct HttpRequest
{
	const char *method;			/* NULL: POST */
	const char *path;			/* NULL: / */
	const char *const *headers; /* "Name: value", NULL-terminated */
	const char *body;
	int			body_length;
} HttpRequest;

/* What is known of the request, once an exchange is done. */
typedef enum HttpDelivery
{
	HTTP_ANSWERED,				/* a whole answer has come */
	HTTP_NOT_SENT,				/* no byte of the request has left */
	HTTP_UNKNOWN				/* some may have, and there is no whole answer */
} HttpDelivery;

/* The part of an exchange that failed; for messages. */
typedef enum HttpPhase
{
	HTTP_PHASE_DESCRIPTORS,		/* there were none left for it */
	HTTP_PHASE_RESOLVE,
	HTTP_PHASE_CONNECT,
	HTTP_PHASE_TLS,
	HTTP_PHASE_CERTIFICATE,		/* of TLS: the server is not believed */
	HTTP_PHASE_TRANSFER
} HttpPhase;

typedef struct HttpResult
{
	HttpDelivery delivery;
	HttpPhase	phase;			/* that failed; unless ANSWERED */
	const char *problem;		/* in words; unless ANSWERED */
	int			status;			/* ANSWERED: the HTTP status */
	char	   *body;			/* NUL-terminated; lives as the exchange */
	int			body_length;
	bool		has_crc32;
	uint32		crc32;			/* of the body, as the server says */
	char		request_id[64]; /* "": none */
	char		error_type[96]; /* X-Amzn-Errortype; "": none */
	int			retry_after;	/* x-amz-retry-after, milliseconds; 0: none */
	time_t		date;			/* the server's clock; 0: not told */
} HttpResult;

/*
 * Opens a transport; settings are copied.  It has no descriptors until there
 * is an exchange.  Raises 53200 if memory is short, 58000 if libcurl fails.
 */
extern HttpTransport *http_open(const HttpSettings *settings);

/*
 * Closes it; all its exchanges must have been freed, and the copies of its
 * descriptor closed.
 */
extern void http_close(HttpTransport *transport);

/* Are there descriptors for another exchange? */
typedef enum HttpRoom
{
	HTTP_ROOM_NOW,
	HTTP_ROOM_LATER,			/* when one that is under way has ended */
	HTTP_ROOM_NONE				/* not even for this one alone */
} HttpRoom;

/*
 * Makes room for an exchange, which must be started next.  Where descriptors
 * are short, those of transports without exchanges under way are closed.
 * Raises what http_open() raises.
 */
extern HttpRoom http_make_room(HttpTransport *transport);

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
 * timeout milliseconds (-1: no limit) for something to do, and does that.
 * Returns early when the latch is set, which is reset then: the caller checks
 * for interrupts.
 */
extern void http_wait(HttpTransport *transport, long timeout);

/* Does whatever can be done, without waiting. */
extern void http_poll(HttpTransport *transport);

/*
 * A descriptor that becomes readable when there is something for http_poll()
 * to do; a new one each time, to be closed by http_close_copy().  Until then
 * the transport keeps all that it has.  -1: there are none left.
 */
extern int	http_copy_descriptor(HttpTransport *transport);
extern void http_close_copy(HttpTransport *transport, int fd);

/* Is there such a copy? */
extern bool http_is_watched(const HttpTransport *transport);

/*
 * Lets these descriptors become readable after timeout milliseconds at the
 * latest; -1: there is no limit.
 */
extern void http_ring(HttpTransport *transport, long timeout);

#endif							/* DYNAMORM_CLIENT_HTTP_H */
