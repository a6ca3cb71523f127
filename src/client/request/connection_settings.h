/*
 * connection_settings.h
 *		What a connection is made with.
 */
#ifndef DYNAMORM_CLIENT_CONNECTION_SETTINGS_H
#define DYNAMORM_CLIENT_CONNECTION_SETTINGS_H

#include "postgres.h"

#include "client/credential/credential_settings.h"
#include "client/credential/endpoint.h"

/* Whose credentials sign. */
typedef enum CredentialOwner
{
	CREDENTIALS_OF_USER,		/* who has put keys into the user mapping */
	CREDENTIALS_OF_MACHINE		/* that PostgreSQL runs on */
} CredentialOwner;

/* Who has to do with a connection; the rule that needs it: identity.c. */
typedef struct Identity
{
	CredentialOwner credentials;
	bool		set_free;		/* a superuser has set credentials_required to
								 * false */
	bool		names_profile;	/* the user mapping names one */
	EndpointOrigin endpoint;
	Oid			server_owner;
} Identity;

/* Does a connection go to the endpoint of its credentials' account? */
typedef enum AccountMode
{
	ACCOUNTS_NOT_GIVEN,
	ACCOUNTS_PREFERRED,			/* if they tell it */
	ACCOUNTS_DISABLED,
	ACCOUNTS_REQUIRED
} AccountMode;

typedef struct ConnectionSettings
{
	uint64		catalog_version;	/* before the catalog was read for them */
	Oid			server_id;
	const char *server_name;	/* for messages */
	const char *endpoint;		/* "https://host[:port]" */
	const char *region;			/* never NULL */
	const char *ca_file;		/* NULL: the system's */
	const char *proxy;			/* as proxy_choose() takes it */
	const char *app_id;			/* for the User-Agent; NULL: none */
	AccountMode account_mode;	/* DISABLED where there is no such endpoint */
	int			max_concurrency;
	int			connect_timeout;	/* milliseconds */
	int			request_timeout;	/* milliseconds, of one attempt */
	int			max_attempts;	/* of one request */
	bool		is_adaptive;	/* throttling lowers the rate of requests */
	const char *session_tags;	/* of the user mapping, as they stand there;
								 * NULL: none */
	const char *source_identity;	/* likewise */
	CredentialSettings credential;
	Identity	identity;
} ConnectionSettings;

#endif							/* DYNAMORM_CLIENT_CONNECTION_SETTINGS_H */
