/*
 * role_session.c
 *		What a role is told of the user for whom it is assumed.
 *
 * Source: IAM User Guide, "Pass session tags in AWS STS" and "Monitor and
 * control actions taken with assumed roles".
 */
#include "postgres.h"

#include "compat.h"

#include "miscadmin.h"

#include "client/credential/session_tag.h"
#include "fdw/catalog/role_session.h"
#include "fdw/catalog/settings.h"

/* The identity; NULL if there is none, or the user's name cannot be one. */
static const char *
identity_of_user(const char *option, const char *user_name)
{
	if (option == NULL || strcmp(option, SESSION_TAG_USER) != 0)
		return option;
	return session_tag_is_identity(user_name) ? user_name : NULL;
}

static void
refuse_session(const ConnectionSettings *settings, const char *problem,
			   const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg("user mapping for server \"%s\" cannot assume its role for this user",
					settings->server_name),
			 errdetail("%s", problem),
			 errhint("%s", hint)));
}

void
role_session_read(const MappingOptions *mapping, Oid user_id,
				  ConnectionSettings *settings)
{
	CredentialSettings *credential = &settings->credential;
	const char *user_name = GetUserNameFromId(user_id, false);
	const char *problem;

	settings->session_tags = mapping->session_tags;
	settings->source_identity = mapping->source_identity;
	credential->session_tags = session_tag_merge(mapping->session_tags,
												 session_tags, user_name,
												 &problem);
	credential->source_identity = identity_of_user(mapping->source_identity,
												   user_name);
	if (problem != NULL)
		refuse_session(settings, problem,
					   strcmp(session_tags, SESSION_TAG_REFUSED) == 0
					   ? "Connect without dynamorm_fdw.session_tags, or have shared_preload_libraries load dynamorm_fdw, so that who may not set it cannot connect with it."
					   : "Have a superuser set dynamorm_fdw.session_tags.");
	if (mapping->source_identity != NULL &&
		credential->source_identity == NULL)
		refuse_session(settings, "The user's name cannot be a source identity.",
					   "Use another user, or set option source_identity of the user mapping to another value.");
	if (credential->role_arn == NULL &&
		(credential->session_tags != NULL ||
		 credential->source_identity != NULL))
		refuse_session(settings, "It has session tags or a source identity, and no role to which they could be passed.",
					   "Set option role_arn of the user mapping.");
}

static bool
is_same_text(const char *one, const char *other)
{
	return one == other ||
		(one != NULL && other != NULL && strcmp(one, other) == 0);
}

bool
role_session_is_current(const ConnectionSettings *settings, Oid user_id)
{
	const CredentialSettings *credential = &settings->credential;
	const char *user_name;
	const char *problem;

	if (settings->session_tags == NULL && settings->source_identity == NULL &&
		session_tags[0] == '\0')
		return credential->session_tags == NULL;
	user_name = GetUserNameFromId(user_id, false);
	return is_same_text(credential->source_identity,
						identity_of_user(settings->source_identity,
										 user_name)) &&
		is_same_text(credential->session_tags,
					 session_tag_merge(settings->session_tags, session_tags,
									   user_name, &problem)) &&
		problem == NULL;
}

bool
role_session_is_same(const ConnectionSettings *one,
					 const ConnectionSettings *other)
{
	return is_same_text(one->credential.session_tags,
						other->credential.session_tags) &&
		is_same_text(one->credential.source_identity,
					 other->credential.source_identity);
}
