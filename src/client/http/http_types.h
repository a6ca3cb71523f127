/*
 * http_types.h
 *		The values of HTTP exchanges: what a transport is opened with, what is
 *		asked, and what has come.
 */
#ifndef DYNAMORM_CLIENT_HTTP_TYPES_H
#define DYNAMORM_CLIENT_HTTP_TYPES_H

#include "postgres.h"

typedef struct HttpTransport HttpTransport;
typedef struct HttpExchange HttpExchange;

typedef struct HttpSettings
{
	const char *endpoint;		/* "https://host[:port]" */
	const char *ca_file;		/* NULL: the system's */
	const char *proxy;			/* "[scheme://]host[:port]"; NULL: none */
	const char *no_proxy;		/* hosts that need none, with commas between
								 * them; NULL: all need it */
	const char *app_id;			/* for the User-Agent; NULL: none */
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
	HTTP_UNKNOWN				/* some may have, and there is no whole
								 * answer */
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

/* Are there descriptors for another exchange? */
typedef enum HttpRoom
{
	HTTP_ROOM_NOW,
	HTTP_ROOM_LATER,			/* when one that is under way has ended */
	HTTP_ROOM_NONE				/* not even for this one alone */
} HttpRoom;

#endif							/* DYNAMORM_CLIENT_HTTP_TYPES_H */
