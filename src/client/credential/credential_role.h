/*
 * credential_role.h
 *		Credentials of a role, from the Security Token Service.
 */
#ifndef DYNAMORM_CLIENT_CREDENTIAL_ROLE_H
#define DYNAMORM_CLIENT_CREDENTIAL_ROLE_H

#include "postgres.h"

#include "client/credential/credential_source.h"

/* What a role is asked for with. */
typedef struct RoleSettings
{
	const char *role_arn;
	const char *external_id;	/* NULL: none */
	const char *session_name;	/* NULL: one of ours */
	const char *duration;		/* seconds, in decimal; NULL: the service's */
	/* AssumeRole alone takes these, in the database's encoding; NULL: none */
	const char *policy;
	const char *source_identity;
	const char *tags;			/* as session_tag.h writes them */
} RoleSettings;

/* Assumes the role with the credentials that the request holds. */
extern SourceOutcome source_assume_role(SourceRequest *request,
										const RoleSettings *role);

/* Assumes a role with the token in a file, which needs no credentials. */
extern SourceOutcome source_web_identity(SourceRequest *request,
										 const char *token_file,
										 const RoleSettings *role);

#endif							/* DYNAMORM_CLIENT_CREDENTIAL_ROLE_H */
