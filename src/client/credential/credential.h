/*
 * credential.h
 *		Where the keys that sign requests come from, and when they are renewed.
 *
 * The sources, their order, and the names of variables and files are those of
 * the AWS SDKs.  All but CREDENTIALS_STATIC are the identity of the machine
 * and not of the user: who may use them is decided by the caller
 * (fdw/catalog/identity.c).
 *
 * Source: AWS SDKs and Tools Reference Guide, "Standardized credential
 * providers".
 */
#ifndef DYNAMORM_CLIENT_CREDENTIAL_H
#define DYNAMORM_CLIENT_CREDENTIAL_H

#include "postgres.h"

#include "client/credential/credential_settings.h"

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
 * a sentence without secrets, and *hint what to do (NULL: nothing that the
 * option credential_source would not tell), in the current memory context.
 *
 * May wait for the network or a process; an interrupt is raised as by
 * interrupt_check().
 */
extern const Credentials *credential_get(CredentialProvider *provider,
										 int64 now, const char **problem,
										 const char **hint);

/*
 * The service took the credentials for expired or unknown.  True if asking
 * again may give others; the next credential_get() then does.
 */
extern bool credential_refused(CredentialProvider *provider);

#endif							/* DYNAMORM_CLIENT_CREDENTIAL_H */
