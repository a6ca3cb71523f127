/*
 * credential_settings.h
 *		Values: where keys shall come from, and the keys.
 */
#ifndef DYNAMORM_CLIENT_CREDENTIAL_SETTINGS_H
#define DYNAMORM_CLIENT_CREDENTIAL_SETTINGS_H

#include "postgres.h"

typedef enum CredentialSource
{
	CREDENTIALS_STATIC,			/* the keys in the settings */
	CREDENTIALS_DEFAULT,		/* the first of those below that is there */
	CREDENTIALS_ENVIRONMENT,	/* AWS_ACCESS_KEY_ID and so on */
	CREDENTIALS_PROFILE,		/* the shared config and credentials files */
	CREDENTIALS_PROCESS,		/* a profile's credential_process */
	CREDENTIALS_WEB_IDENTITY,	/* AWS_WEB_IDENTITY_TOKEN_FILE */
	CREDENTIALS_CONTAINER,		/* ECS, EKS Pod Identity */
	CREDENTIALS_INSTANCE		/* EC2, by IMDSv2 */
} CredentialSource;

typedef struct CredentialSettings
{
	CredentialSource source;
	const char *access_key_id;	/* STATIC */
	const char *secret_access_key;	/* STATIC */
	const char *session_token;	/* STATIC; NULL: none */
	const char *account_id;		/* STATIC; NULL: not told */
	const char *profile;		/* NULL: AWS_PROFILE, or "default" */
	bool		files_hidden;	/* the shared files are not for this user: as
								 * if there were none */
	const char *role_arn;		/* to assume with what the source gives; NULL:
								 * none */
	const char *external_id;	/* NULL: none */
	const char *role_session_name;	/* NULL: one of ours */
	const char *role_policy;	/* further restricts the role; NULL: none */
	const char *source_identity;	/* who has assumed it; NULL: not told */
	const char *session_tags;	/* as session_tag.h writes them; NULL: none */
	int			role_duration;	/* seconds; 0: the service's */
	const char *region;			/* of the service that gives roles */
	const char *proxy;			/* as proxy_choose() takes it */
	const char *ca_file;		/* NULL: the system's */
} CredentialSettings;

typedef struct Credentials
{
	const char *access_key_id;
	const char *secret_access_key;
	const char *session_token;	/* NULL: none */
	const char *account_id;		/* whose they are; NULL: not told */
	int64		expiration;		/* seconds since 1970; 0: never */
} Credentials;

#endif							/* DYNAMORM_CLIENT_CREDENTIAL_SETTINGS_H */
