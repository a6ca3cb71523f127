/*
 * credential.c
 *		The chain of sources that keys come from, and when they are renewed.
 */
#include "postgres.h"

#include "compat.h"

#include "utils/memutils.h"

#include "client/credential/credential.h"
#include "client/credential/credential_file.h"
#include "client/credential/credential_http.h"
#include "client/credential/credential_process.h"
#include "client/credential/credential_role.h"
#include "client/credential/credential_sso.h"
#include "client/credential/credential_source.h"
#include "client/wire/text.h"

/* Credentials are renewed this many seconds before they expire. */
#define RENEW_AHEAD			300

/*
 * A renewal that failed while the old ones are good is tried again after it.
 */
#define RENEW_AGAIN			60

struct CredentialProvider
{
	const CredentialSettings *settings;
	MemoryContext context;		/* of the provider */
	MemoryContext current;		/* of the credentials; NULL: there are none */
	Credentials credentials;
	int64		next_renewal;	/* not before this time */
	bool		refused;		/* the service does not take them */
};

/* ---- sources without a file of their own ---- */

static SourceOutcome
source_static(SourceRequest *request)
{
	request->credentials.access_key_id = request->settings->access_key_id;
	request->credentials.secret_access_key =
		request->settings->secret_access_key;
	request->credentials.session_token = request->settings->session_token;
	request->credentials.account_id = request->settings->account_id;
	return SOURCE_FOUND;
}

static SourceOutcome
source_environment(SourceRequest *request)
{
	Credentials *found = &request->credentials;
	const char *expiration = source_variable("AWS_CREDENTIAL_EXPIRATION");

	found->access_key_id = source_variable("AWS_ACCESS_KEY_ID");
	found->secret_access_key = source_variable("AWS_SECRET_ACCESS_KEY");
	if (found->access_key_id == NULL && found->secret_access_key == NULL)
		return SOURCE_ABSENT;
	if (found->access_key_id == NULL || found->secret_access_key == NULL)
		return source_failed(request,
							 "The server's environment has only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
	found->session_token = source_variable("AWS_SESSION_TOKEN");
	found->account_id = source_variable("AWS_ACCOUNT_ID");
	found->expiration = expiration == NULL ? 0
		: source_parse_time(expiration);
	return source_check_credentials(request, "The server's environment");
}

static SourceOutcome
source_environment_web_identity(SourceRequest *request)
{
	const char *token_file = source_variable("AWS_WEB_IDENTITY_TOKEN_FILE");
	RoleSettings role = {
		.role_arn = source_variable("AWS_ROLE_ARN"),
		.session_name = source_variable("AWS_ROLE_SESSION_NAME")
	};

	if (token_file == NULL)
		return SOURCE_ABSENT;
	if (role.role_arn == NULL)
		return source_failed(request,
							 "The server's environment has AWS_WEB_IDENTITY_TOKEN_FILE but no AWS_ROLE_ARN.");
	return source_web_identity(request, token_file, &role);
}

/* ---- profiles ---- */

static SourceOutcome source_profile(SourceRequest *request, const char *name,
									List *visited);

/* What a role is assumed with, as the profile's credential_source says. */
static SourceOutcome
named_source(SourceRequest *request, const char *name)
{
	if (strcmp(name, "Environment") == 0)
		return source_environment(request);
	if (strcmp(name, "Ec2InstanceMetadata") == 0)
		return source_instance(request);
	if (strcmp(name, "EcsContainer") == 0)
		return source_container(request);
	return source_failed(request,
						 "A profile has an unknown credential_source.");
}

static SourceOutcome
profile_keys(SourceRequest *request, const Profile *profile)
{
	Credentials *found = &request->credentials;

	found->access_key_id = profile_setting(profile, "aws_access_key_id");
	found->secret_access_key = profile_setting(profile,
											   "aws_secret_access_key");
	found->session_token = profile_setting(profile, "aws_session_token");
	found->account_id = profile_setting(profile, "aws_account_id");
	found->expiration = 0;
	if (found->access_key_id == NULL && found->secret_access_key == NULL)
		return SOURCE_ABSENT;
	return source_check_credentials(request,
									psprintf("Profile \"%s\"", profile->name));
}

static SourceOutcome
profile_role(SourceRequest *request, const Profile *profile, List *visited)
{
	const char *token_file = profile_setting(profile,
											 "web_identity_token_file");
	const char *source_name = profile_setting(profile, "source_profile");
	const char *source = profile_setting(profile, "credential_source");
	RoleSettings role = {
		.role_arn = profile_setting(profile, "role_arn"),
		.external_id = profile_setting(profile, "external_id"),
		.session_name = profile_setting(profile, "role_session_name"),
		.duration = profile_setting(profile, "duration_seconds")
	};
	SourceOutcome outcome;

	if (token_file != NULL)
		return source_web_identity(request, token_file, &role);
	if (profile_setting(profile, "mfa_serial") != NULL)
		return source_failed(request,
							 "Profile \"%s\" asks for a code of a device (mfa_serial), which a server cannot give.",
							 profile->name);
	if (source_name != NULL)
		outcome = source_profile(request, source_name, visited);
	else if (source != NULL)
		outcome = named_source(request, source);
	else
		return source_failed(request,
							 "Profile \"%s\" has a role_arn, but neither source_profile nor credential_source.",
							 profile->name);

	if (outcome == SOURCE_ABSENT)
		return source_failed(request,
							 "The source of the credentials of profile \"%s\" has none.",
							 profile->name);
	if (outcome != SOURCE_FOUND)
		return outcome;
	return source_assume_role(request, &role);
}

/* The account may stand in the profile, where the program does not tell it. */
static SourceOutcome
source_profile_command(SourceRequest *request, const Profile *profile,
					   const char *command)
{
	SourceOutcome outcome = source_process(request, command);
	Credentials *found = &request->credentials;

	if (outcome == SOURCE_FOUND && found->account_id == NULL)
		found->account_id = profile_setting(profile, "aws_account_id");
	return outcome;
}

/* "aws login" binds what it has got to a key that only the AWS CLI knows. */
static SourceOutcome
profile_login(SourceRequest *request, const Profile *profile)
{
	if (profile_setting(profile, "login_session") == NULL)
		return SOURCE_ABSENT;
	request->hint = psprintf("Let another profile have it printed, by credential_process = aws configure export-credentials --profile %s --format process.",
							 profile->name);
	return source_failed(request,
						 "Profile \"%s\" is one of \"aws login\", which only the AWS CLI can use.",
						 profile->name);
}

static bool
is_visited(List *visited, const char *name)
{
	ListCell   *cell;

	foreach(cell, visited)
		if (strcmp((const char *) lfirst(cell), name) == 0)
			return true;
	return false;
}

/*
 * visited: the names of the profiles that led to this one.  A profile that is
 * the source of another gives its keys, if it has some: so one may be its own
 * source_profile.
 */
static SourceOutcome
source_profile(SourceRequest *request, const char *name, List *visited)
{
	Profile    *profile = profile_read(name);
	const char *process;
	SourceOutcome outcome = SOURCE_ABSENT;

	if (profile == NULL)
		return SOURCE_ABSENT;
	if (visited != NIL)
		outcome = profile_keys(request, profile);
	if (outcome != SOURCE_ABSENT)
		return outcome;
	if (is_visited(visited, name))
		return source_failed(request,
							 "Profile \"%s\" is its own source_profile, by way of others.",
							 name);
	if (profile_setting(profile, "role_arn") != NULL)
		return profile_role(request, profile,
							lappend(visited, unconstify(char *, name)));
	outcome = profile_keys(request, profile);
	if (outcome != SOURCE_ABSENT)
		return outcome;
	outcome = source_sso(request, profile);
	if (outcome != SOURCE_ABSENT)
		return outcome;
	process = profile_setting(profile, "credential_process");
	if (process != NULL)
		return source_profile_command(request, profile, process);
	return profile_login(request, profile);
}

static SourceOutcome
source_named_profile(SourceRequest *request)
{
	const char *wanted = request->settings->profile;
	const char *name = profile_name(wanted);
	SourceOutcome outcome = source_profile(request, name, NIL);

	/* one that was asked for by name must be there */
	if (outcome == SOURCE_ABSENT &&
		(wanted != NULL || source_variable("AWS_PROFILE") != NULL))
		return source_failed(request,
							 "The shared config and credentials files have no credentials in profile \"%s\".",
							 name);
	return outcome;
}

static SourceOutcome
source_profile_process(SourceRequest *request)
{
	const char *name = profile_name(request->settings->profile);
	Profile    *profile = profile_read(name);
	const char *command = profile == NULL ? NULL
		: profile_setting(profile, "credential_process");

	if (command == NULL)
		return source_failed(request,
							 "Profile \"%s\" has no credential_process.",
							 name);
	return source_profile_command(request, profile, command);
}

/* ---- the chain ---- */

static SourceOutcome
source_chain(SourceRequest *request)
{
	SourceOutcome outcome = SOURCE_ABSENT;

	/* a profile that the settings name goes before the environment's keys */
	if (request->settings->profile == NULL)
		outcome = source_environment(request);
	if (outcome == SOURCE_ABSENT)
		outcome = source_named_profile(request);
	if (outcome == SOURCE_ABSENT)
		outcome = source_environment_web_identity(request);
	if (outcome == SOURCE_ABSENT)
		outcome = source_container(request);
	if (outcome == SOURCE_ABSENT)
		outcome = source_instance(request);
	return outcome;
}

static SourceOutcome
source_of_settings(SourceRequest *request)
{
	switch (request->settings->source)
	{
		case CREDENTIALS_STATIC:
			return source_static(request);
		case CREDENTIALS_DEFAULT:
			return source_chain(request);
		case CREDENTIALS_ENVIRONMENT:
			return source_environment(request);
		case CREDENTIALS_PROFILE:
			return source_named_profile(request);
		case CREDENTIALS_PROCESS:
			return source_profile_process(request);
		case CREDENTIALS_WEB_IDENTITY:
			return source_environment_web_identity(request);
		case CREDENTIALS_CONTAINER:
			return source_container(request);
		case CREDENTIALS_INSTANCE:
			return source_instance(request);
	}
	return SOURCE_ABSENT;
}

static SourceOutcome
obtain_credentials(SourceRequest *request)
{
	const CredentialSettings *settings = request->settings;
	SourceOutcome outcome = source_of_settings(request);

	if (outcome == SOURCE_ABSENT)
		return source_failed(request,
							 settings->source == CREDENTIALS_DEFAULT
							 ? "Neither the server's environment nor its shared files, its container or its instance have credentials."
							 : "The source that credential_source names is not set up on the server.");
	if (outcome == SOURCE_FOUND && settings->role_arn != NULL)
	{
		RoleSettings role = {
			.role_arn = settings->role_arn,
			.external_id = settings->external_id,
			.session_name = settings->role_session_name,
			.policy = settings->role_policy,
			.source_identity = settings->source_identity,
			.tags = settings->session_tags
		};

		if (settings->role_duration > 0)
			role.duration = psprintf("%d", settings->role_duration);
		outcome = source_assume_role(request, &role);
	}
	return outcome;
}

/* ---- providers ---- */

CredentialProvider *
credential_provider_make(const CredentialSettings *settings)
{
	CredentialProvider *provider = palloc0(sizeof(CredentialProvider));

	provider->settings = settings;
	provider->context = CurrentMemoryContext;
	return provider;
}

static bool
is_static(const CredentialProvider *provider)
{
	return provider->settings->source == CREDENTIALS_STATIC &&
		provider->settings->role_arn == NULL;
}

/* The found credentials take the place of those that were. */
static void
keep_credentials(CredentialProvider *provider, const Credentials *found,
				 int64 now)
{
	MemoryContext context = AllocSetContextCreate(provider->context,
												  "dynamorm_fdw credentials",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Credentials credentials = {
		.access_key_id = text_copy(found->access_key_id),
		.secret_access_key = text_copy(found->secret_access_key),
		.session_token = text_copy(found->session_token),
		.account_id = text_copy(found->account_id),
		.expiration = found->expiration
	};

	MemoryContextSwitchTo(old);
	if (provider->current != NULL)
		MemoryContextDelete(provider->current);
	provider->current = context;
	provider->credentials = credentials;
	provider->refused = false;

	/*
	 * what has expired when it comes is used, but not asked for at once again
	 */
	provider->next_renewal = found->expiration == 0 ? PG_INT64_MAX
		: Max(found->expiration - RENEW_AHEAD, now + RENEW_AGAIN);
}

const Credentials *
credential_get(CredentialProvider *provider, int64 now, const char **problem,
			   const char **hint)
{
	SourceRequest request = {.settings = provider->settings, .now = now};
	MemoryContext context;
	MemoryContext old;
	bool		found;

	if (provider->current != NULL && !provider->refused &&
		now < provider->next_renewal)
		return &provider->credentials;

	context = AllocSetContextCreate(CurrentMemoryContext,
									"dynamorm_fdw credential sources",
									ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	found = obtain_credentials(&request) == SOURCE_FOUND;
	MemoryContextSwitchTo(old);
	if (found)
		keep_credentials(provider, &request.credentials, now);
	else
	{
		*problem = pstrdup(request.problem);
		*hint = text_copy(request.hint);
	}
	MemoryContextDelete(context);
	if (found)
		return &provider->credentials;

	/*
	 * A failure to renew the old ones is no harm as long as the service takes
	 * them, which it decides by a clock of its own.
	 */
	if (provider->current == NULL || provider->refused)
		return NULL;
	*hint = NULL;
	provider->next_renewal = now + RENEW_AGAIN;
	return &provider->credentials;
}

bool
credential_refused(CredentialProvider *provider)
{
	if (is_static(provider))
		return false;
	provider->refused = true;
	return true;
}
