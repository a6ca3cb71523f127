/*
 * proxy.h
 *		Which proxy requests to an endpoint go through.
 *
 * Source: the variables are those of libcurl and of the AWS CLI ("Using an
 * HTTP proxy for the AWS CLI").
 */
#ifndef DYNAMORM_CLIENT_PROXY_H
#define DYNAMORM_CLIENT_PROXY_H

#include "postgres.h"

/* An option with this value: none, whatever the environment says. */
#define PROXY_NONE			"none"

typedef struct Proxy
{
	const char *proxy;			/* NULL: none */
	const char *no_proxy;		/* hosts that need none; NULL: all need it */
} Proxy;

/*
 * The proxy that an option names (NULL: it is not given), or else the server's
 * environment.  What is on this machine is not reached through one of the
 * environment's.
 */
extern Proxy proxy_choose(const char *endpoint, const char *option);

#endif							/* DYNAMORM_CLIENT_PROXY_H */
