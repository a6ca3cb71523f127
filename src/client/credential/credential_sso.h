/*
 * credential_sso.h
 *		Credentials of a role, from IAM Identity Center (SSO).
 */
#ifndef DYNAMORM_CLIENT_CREDENTIAL_SSO_H
#define DYNAMORM_CLIENT_CREDENTIAL_SSO_H

#include "postgres.h"

#include "client/credential/credential_file.h"
#include "client/credential/credential_source.h"

/*
 * With the token that "aws sso login" has left in the home directory of the
 * server's user; one that is about to expire is renewed, and kept there.
 * ABSENT: the profile does not sign in that way.
 */
extern SourceOutcome source_sso(SourceRequest *request,
								const Profile *profile);

#endif							/* DYNAMORM_CLIENT_CREDENTIAL_SSO_H */
