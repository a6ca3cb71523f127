/*
 * credential.h
 *		Where the keys that sign requests come from, and when they are renewed.
 *
 * The sources, their order, and the names of variables and files are those of
 * the AWS SDKs.  All but CREDENTIALS_STATIC are the identity of the machine and
 * not of the user: who may use them is decided by the caller
 * (fdw/catalog/option_connection.c).
 *
 * Source: AWS SDKs and Tools Reference Guide, "Standardized credential
 * providers".
 */
#ifndef DYNAMORM_CLIENT_CREDENTIAL_H
#define DYNAMORM_CLIENT_CREDENTIAL_H

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
	const char *profile;		/* NULL: AWS_PROFILE, or "default" */
	bool		files_hidden;	/* the shared files are not for this user: as
								 * if there were none */
	const char *role_arn;		/* to assume with what the source gives; NULL:
								 * none */
	const char *external_id;	/* NULL: none */
	const char *role_session_name;	/* NULL: one of ours */
	const char *region;			/* of the service that gives roles */
	const char *ca_file;		/* NULL: the system's */
} CredentialSettings;

typedef struct Credentials
{
	const char *access_key_id;
	const char *secret_access_key;
	const char *session_token;	/* NULL: none */
	int64		expiration;		/* seconds since 1970; 0: never */
} Credentials;

typedef struct CredentialProvider CredentialProvider;

/*
 * Makes a provider in the current memory context, where its credentials will
 * live too; settings are not copied.
 */
extern CredentialProvider *credential_provider_make(const CredentialSettings *settings);

/*
 * The credentials as of now (seconds since 1970, by the service's clock),
 * fetched if there are none, or if they are about to expire.  They are good
 * until the next call.  NULL if they cannot be had; *problem then says why, in
 * a sentence without secrets, in the current memory context.
 *
 * May wait for the network or a process; an interrupt is raised as by
 * request_wait().
 */
extern const Credentials *credential_get(CredentialProvider *provider,
										 int64 now, const char **problem);

/*
 * The service took the credentials for expired or unknown.  True if asking
 * again may give others; the next credential_get() then does.
 */
extern bool credential_refused(CredentialProvider *provider);

#endif							/* DYNAMORM_CLIENT_CREDENTIAL_H */
