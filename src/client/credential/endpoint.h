/*
 * endpoint.h
 *		Region, endpoint and certificates, where the options do not name them.
 *
 * Source: AWS SDKs and Tools Reference Guide, "AWS Region", "Service-specific
 * endpoints", "Dual-stack and FIPS endpoints" and "Account-based endpoints".
 */
#ifndef DYNAMORM_CLIENT_ENDPOINT_H
#define DYNAMORM_CLIENT_ENDPOINT_H

#include "postgres.h"

#include "client/credential/credential_settings.h"

/* The parts of an endpoint that matter here; not NUL-terminated. */
typedef struct Endpoint
{
	bool		is_plain;		/* http, not https */
	const char *host;			/* IPv6 addresses without brackets */
	int			host_length;
} Endpoint;

/*
 * Takes an endpoint apart: http:// or https://, a host, maybe a port, and
 * nothing else.  False if it is not of that form.
 */
extern bool endpoint_parse(const char *text, Endpoint *endpoint);

/* Is it this machine, as its name or address tells? */
extern bool endpoint_is_loopback(const Endpoint *endpoint);

/* Is it a host of Amazon's? */
extern bool endpoint_is_amazon(const Endpoint *endpoint);

/*
 * The region in the name of one of Amazon's own hosts for DynamoDB
 * (dynamodb.REGION.amazonaws.com, ACCOUNT.ddb.REGION.amazonaws.com and the
 * like), in the current memory context; NULL for other hosts.
 */
extern const char *endpoint_region(const Endpoint *endpoint);

/* Who has said where requests go; the rule that needs it: identity.c. */
typedef enum EndpointOrigin
{
	ENDPOINT_NOT_CHOSEN,
	ENDPOINT_OF_SERVER,			/* its option "endpoint" */
	ENDPOINT_OF_SERVER_LOCAL,	/* its option "region": this machine */
	ENDPOINT_OF_ENVIRONMENT,	/* a variable of the PostgreSQL server's */
	ENDPOINT_OF_PROFILE,		/* the shared files */
	ENDPOINT_OF_MACHINE_LOCAL,	/* the region that one of these names */
	ENDPOINT_OF_REGION			/* Amazon's own host for a region */
} EndpointOrigin;

/*
 * The region that the server's environment or the shared files name; NULL:
 * none.  Of the settings, the profile counts, and whether files are hidden.
 * Allocated in the current memory context, as are the others.
 */
extern const char *endpoint_configured_region(const CredentialSettings *settings);

/*
 * The region of the instance that the server runs on; NULL: it is none, or
 * does not say.  Not checked.  May wait for the network, as credential_get().
 */
extern const char *endpoint_instance_region(const CredentialSettings *settings);

/*
 * The file of certificates to trust that the server's environment or the
 * shared files name; NULL: none.
 */
extern const char *endpoint_configured_ca_file(const CredentialSettings *settings);

/*
 * The endpoint of a service ("dynamodb", "sts") that the server's environment
 * or the shared files name, not checked; NULL: none.  Sets *origin if there is
 * one.
 */
extern const char *endpoint_configured(const char *service,
									   const CredentialSettings *settings,
									   EndpointOrigin *origin);

/*
 * Does the machine's configuration ask for hosts with validated cryptography
 * (FIPS), or with IPv6 (dual-stack)?  Then no others may be used.
 */
extern bool endpoint_variant_wanted(const CredentialSettings *settings);

/* The endpoint of a service in a region of Amazon's. */
extern const char *endpoint_of_region(const char *service, const char *region,
									  const CredentialSettings *settings);

/*
 * The endpoint of a service that gives credentials: the one that is configured
 * for it, or the host of that name in the region.  NULL: what is configured is
 * no endpoint.
 */
extern const char *endpoint_of_service(const char *service, const char *host,
									   const char *region,
									   const CredentialSettings *settings);

/* Has DynamoDB endpoints for accounts in the region? */
extern bool endpoint_region_has_accounts(const char *region);

/* Is it the number of an account: twelve digits? */
extern bool endpoint_is_account(const char *text);

/* DynamoDB's endpoint for an account; NULL if that is none. */
extern const char *endpoint_of_account(const char *account_id,
									   const char *region);

#endif							/* DYNAMORM_CLIENT_ENDPOINT_H */
