/*
 * credential_http.h
 *		Credentials that services of the container or the instance give.
 */
#ifndef DYNAMORM_CLIENT_CREDENTIAL_HTTP_H
#define DYNAMORM_CLIENT_CREDENTIAL_HTTP_H

#include "postgres.h"

#include "client/credential/credential_source.h"

extern SourceOutcome source_container(SourceRequest *request);
extern SourceOutcome source_instance(SourceRequest *request);

/* The region that the instance is in; NULL: it is none, or does not say. */
extern const char *source_instance_region(SourceRequest *request);

#endif							/* DYNAMORM_CLIENT_CREDENTIAL_HTTP_H */
