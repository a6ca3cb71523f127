/*
 * credential_fetch.h
 *		HTTP exchanges with the services that give credentials.
 */
#ifndef DYNAMORM_CLIENT_CREDENTIAL_FETCH_H
#define DYNAMORM_CLIENT_CREDENTIAL_FETCH_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "client/credential/proxy.h"

/* One HTTP exchange with a service that has credentials to give. */
typedef struct FetchRequest
{
	const char *base;			/* "http://host[:port]" */
	const char *path;			/* with a query, if any */
	const char *method;			/* "GET", "PUT", "POST" */
	const char *const *headers; /* NULL-terminated; NULL: none */
	const char *body;			/* NULL: none */
	const char *ca_file;		/* NULL: the system's */
	Proxy		proxy;			/* never for the container or the instance */
	const char *transient;		/* an answer with this text is worth another
								 * attempt; NULL: none */
	int			timeout;		/* milliseconds, of one attempt */
	int			attempts;
} FetchRequest;

typedef struct FetchAnswer
{
	int			status;			/* of HTTP; 0: there was no answer */
	char	   *body;			/* NUL-terminated; "" if there is none */
	const char *problem;		/* why there was no answer */
	bool		sent;			/* it may have reached the service */
} FetchAnswer;

/*
 * Sends it, repeating it after failures of the network, 429 and 5xx.  The
 * answer is allocated in the current memory context.  Interrupts are looked at
 * as long as there is none, and no more when it has come.
 */
extern FetchAnswer *credential_fetch(const FetchRequest *request);

/* Appends name=value to a form or a query, the value as these encode it. */
extern void fetch_append_field(StringInfo form, const char *name,
							   const char *value);

#endif							/* DYNAMORM_CLIENT_CREDENTIAL_FETCH_H */
