/*
 * credential_sso.c
 *		Credentials of a role, from IAM Identity Center (SSO).
 *
 * Somebody has signed in with a browser, and the AWS CLI has kept the token
 * that came of it in a file.  Here it is only used: it gives the credentials
 * of a role, and, as long as it may be renewed, another token.
 *
 * Source: AWS SDKs and Tools Reference Guide, "IAM Identity Center credential
 * provider"; IAM Identity Center Portal API Reference, "GetRoleCredentials";
 * IAM Identity Center OIDC API Reference, "CreateToken".
 */
#include "postgres.h"

#include "compat.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cryptohash.h"
#include "common/sha1.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/json.h"
#include "utils/timestamp.h"

#include "client/credential/credential_fetch.h"
#include "client/credential/credential_sso.h"
#include "client/credential/endpoint.h"
#include "client/http/http.h"
#include "client/wire/json_tree.h"

#define SSO_TIMEOUT			5000
#define SSO_ATTEMPTS		3

/* A token is renewed this many seconds before it expires. */
#define RENEW_TOKEN_AHEAD	300

/* What a profile says of it. */
typedef struct SsoProfile
{
	const char *name;			/* of the profile */
	const char *session;		/* NULL: the older form, without one */
	const char *start_url;
	const char *region;
	const char *account_id;
	const char *role_name;
} SsoProfile;

/* What the AWS CLI keeps, by the names that it has in the file. */
enum
{
	TOKEN_START_URL,
	TOKEN_REGION,
	TOKEN_ACCESS,
	TOKEN_EXPIRES_AT,
	TOKEN_CLIENT_ID,
	TOKEN_CLIENT_SECRET,
	TOKEN_REGISTRATION_EXPIRES_AT,
	TOKEN_REFRESH,
	TOKEN_MEMBERS
};

static const char *const token_names[TOKEN_MEMBERS] = {
	[TOKEN_START_URL] = "startUrl",
	[TOKEN_REGION] = "region",
	[TOKEN_ACCESS] = "accessToken",
	[TOKEN_EXPIRES_AT] = "expiresAt",
	[TOKEN_CLIENT_ID] = "clientId",
	[TOKEN_CLIENT_SECRET] = "clientSecret",
	[TOKEN_REGISTRATION_EXPIRES_AT] = "registrationExpiresAt",
	[TOKEN_REFRESH] = "refreshToken"
};

typedef struct SsoToken
{
	const char *path;			/* of the file */
	const char *members[TOKEN_MEMBERS]; /* NULL: it has none */
} SsoToken;

/* ---- what there is ---- */

/* False, with the problem set, if the profile does not say enough. */
static bool
read_sso_profile(SourceRequest *request, const Profile *profile,
				 SsoProfile *sso)
{
	sso->name = profile->name;
	sso->session = profile_setting(profile, "sso_session");
	if (sso->session != NULL)
	{
		sso->start_url = profile_section_setting("sso-session", sso->session,
												 "sso_start_url");
		sso->region = profile_section_setting("sso-session", sso->session,
											  "sso_region");
	}
	else
	{
		sso->start_url = profile_setting(profile, "sso_start_url");
		sso->region = profile_setting(profile, "sso_region");
	}
	sso->account_id = profile_setting(profile, "sso_account_id");
	sso->role_name = profile_setting(profile, "sso_role_name");
	if (sso->start_url != NULL && sso->region != NULL &&
		sso->account_id != NULL && sso->role_name != NULL)
		return true;
	(void) source_failed(request,
						 "Profile \"%s\" signs in with a browser (SSO), and lacks sso_start_url, sso_region, sso_account_id or sso_role_name.",
						 sso->name);
	return false;
}

/* The file is named by a digest of the session's name, or of the address. */
static const char *
path_of_token(const SsoProfile *sso)
{
	const char *text = sso->session != NULL ? sso->session : sso->start_url;
	pg_cryptohash_ctx *digest = pg_cryptohash_create(PG_SHA1);
	uint8		bytes[SHA1_DIGEST_LENGTH];
	char		hex[2 * SHA1_DIGEST_LENGTH + 1];

	if (digest == NULL || pg_cryptohash_init(digest) < 0 ||
		pg_cryptohash_update(digest, (const uint8 *) text, strlen(text)) < 0 ||
		pg_cryptohash_final(digest, bytes, sizeof(bytes)) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("could not compute the name of a file of tokens")));
	pg_cryptohash_free(digest);
	for (int i = 0; i < SHA1_DIGEST_LENGTH; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	return profile_home_file(psprintf("sso/cache/%s.json", hex));
}

/* What the AWS CLI has kept; false if there is nothing to be read. */
static bool
read_token(const SsoProfile *sso, SsoToken *token)
{
	char	   *text;
	JsonTree	tree;

	token->path = path_of_token(sso);
	text = source_read_file(token->path);
	if (text == NULL || !json_tree_read(&tree, text, strlen(text)))
		return false;
	for (int i = 0; i < TOKEN_MEMBERS; i++)
		token->members[i] = json_tree_text(&tree, tree.root, token_names[i]);
	return tree.problem == NULL && token->members[TOKEN_ACCESS] != NULL &&
		token->members[TOKEN_EXPIRES_AT] != NULL &&
		http_header_can_hold(token->members[TOKEN_ACCESS]);
}

/* Seconds for which a time of the file is still to come. */
static int64
seconds_left(const SsoToken *token, int member, int64 now)
{
	return token->members[member] == NULL ? 0
		: source_parse_time(token->members[member]) - now;
}

/* ---- renewal ---- */

static void
append_json_member(StringInfo json, const char *name, const char *value)
{
	appendStringInfoString(json, json->len > 1 ? ", " : "");
	escape_json(json, name);
	appendStringInfoString(json, ": ");
	escape_json(json, value);
}

/* All of a text; false, and logged, if it cannot be written. */
static bool
write_text(const char *path, const char *text)
{
	int			length = strlen(text);
	int			fd = OpenTransientFilePerm(path,
										   O_WRONLY | O_CREAT | O_EXCL,
										   S_IRUSR | S_IWUSR);
	bool		written = fd >= 0 && write(fd, text, length) == length;

	if (fd >= 0)
		written = CloseTransientFile(fd) == 0 && written;
	if (!written)
		ereport(LOG,
				(errcode_for_file_access(),
				 errmsg("could not write file \"%s\": %m", path)));
	return written;
}

/*
 * The AWS CLI and other sessions go on with what was given: the old token may
 * not be good for another renewal.  Where the file cannot be replaced, the log
 * says so, and the new one is used here all the same.
 */
static void
keep_token(const SsoToken *token)
{
	const char *beside = psprintf("%s.%d", token->path, MyProcPid);
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	for (int i = 0; i < TOKEN_MEMBERS; i++)
		if (token->members[i] != NULL)
			append_json_member(&json, token_names[i], token->members[i]);
	appendStringInfoChar(&json, '}');
	(void) unlink(beside);
	if (!write_text(beside, json.data) ||
		durable_rename(beside, token->path, LOG) != 0)
		(void) unlink(beside);
}

static bool
may_be_renewed(const SsoProfile *sso, const SsoToken *token, int64 now)
{
	return sso->session != NULL &&
		token->members[TOKEN_CLIENT_ID] != NULL &&
		token->members[TOKEN_CLIENT_SECRET] != NULL &&
		token->members[TOKEN_REFRESH] != NULL &&
		seconds_left(token, TOKEN_REGISTRATION_EXPIRES_AT, now) > 0;
}

/* Takes the new token out of an answer; false if it holds none. */
static bool
take_token(SsoToken *token, const char *json, int64 now)
{
	JsonTree	tree;
	const char *access;
	const char *refresh;
	int64		lifetime;

	if (!json_tree_read(&tree, json, strlen(json)))
		return false;
	access = json_tree_text(&tree, tree.root, "accessToken");
	refresh = json_tree_text(&tree, tree.root, "refreshToken");
	lifetime = json_tree_number(&tree, tree.root, "expiresIn");
	if (tree.problem != NULL || access == NULL || lifetime <= 0 ||
		lifetime > SECS_PER_YEAR || !http_header_can_hold(access))
		return false;
	token->members[TOKEN_ACCESS] = access;
	token->members[TOKEN_EXPIRES_AT] = source_format_time(now + lifetime);
	if (refresh != NULL)
		token->members[TOKEN_REFRESH] = refresh;
	return true;
}

/* Where a service is; NULL, with the problem set, if that is no endpoint. */
static const char *
sso_base(SourceRequest *request, const char *service, const char *host,
		 const char *region)
{
	const char *base = endpoint_of_service(service, host, region,
										   request->settings);

	if (base == NULL)
		(void) source_failed(request,
							 "The endpoint that the server's environment or shared files configure for service \"%s\" is invalid.",
							 service);
	return base;
}

/*
 * What has come is kept, whoever wants to cancel meanwhile: nobody is given it
 * again.
 */
static bool
take_and_keep_token(SsoToken *token, const char *json, int64 now)
{
	bool		taken;

	HOLD_INTERRUPTS();
	taken = take_token(token, json, now);
	if (taken)
		keep_token(token);
	RESUME_INTERRUPTS();
	return taken;
}

/*
 * Asked once: a token of renewal may be good for one renewal.  Returns why
 * there is no other token; NULL: there is.
 */
static const char *
renew_token(SourceRequest *request, const SsoProfile *sso, SsoToken *token)
{
	static const char *const headers[] = {
		"Content-Type: application/json", NULL
	};
	const char *base = sso_base(request, "sso_oidc", "oidc", sso->region);
	StringInfoData body;
	FetchRequest ask = {
		.base = base,
		.path = "/token",
		.method = "POST",
		.headers = headers,
		.ca_file = request->settings->ca_file,
		.timeout = SSO_TIMEOUT,
		.attempts = 1
	};
	FetchAnswer *answer;

	if (base == NULL)
		return "its token has expired";
	initStringInfo(&body);
	appendStringInfoChar(&body, '{');
	append_json_member(&body, "grantType", "refresh_token");
	append_json_member(&body, "clientId", token->members[TOKEN_CLIENT_ID]);
	append_json_member(&body, "clientSecret",
					   token->members[TOKEN_CLIENT_SECRET]);
	append_json_member(&body, "refreshToken", token->members[TOKEN_REFRESH]);
	appendStringInfoChar(&body, '}');
	ask.body = body.data;
	ask.proxy = proxy_choose(base, request->settings->proxy);
	answer = credential_fetch(&ask);
	if (answer->status == 0)
		return "its token has expired, and nobody answered when it was to be renewed";
	if (answer->status != 200)
		return psprintf("its token has expired and was not renewed (HTTP status %d)",
						answer->status);
	if (!take_and_keep_token(token, answer->body, request->now))
		return "its token has expired, and the answer to its renewal lacks accessToken or expiresIn";
	return NULL;
}

/*
 * If it soon expires; returns why it has not been renewed.  Then another
 * process may have done it, with the same token of renewal, and kept what it
 * was given.
 */
static const char *
renew_if_needed(SourceRequest *request, const SsoProfile *sso,
				SsoToken *token)
{
	SsoToken	kept;
	const char *why;
	int64		left = seconds_left(token, TOKEN_EXPIRES_AT, request->now);

	if (left >= RENEW_TOKEN_AHEAD ||
		!may_be_renewed(sso, token, request->now))
		return "its token has expired";
	why = renew_token(request, sso, token);
	if (why != NULL && read_token(sso, &kept))
		*token = kept;
	return why;
}

/* ---- credentials ---- */

/* Somebody must sign in. */
static SourceOutcome
nobody_signed_in(SourceRequest *request, const SsoProfile *sso,
				 const char *why)
{
	request->hint = psprintf("Run \"aws sso login --profile %s\" as the operating system user of the server.",
							 sso->name);
	return source_failed(request,
						 "Profile \"%s\" signs in with a browser (SSO), and %s.",
						 sso->name, why);
}

static SourceOutcome
read_role_credentials(SourceRequest *request, const SsoProfile *sso,
					  const char *json)
{
	Credentials *found = &request->credentials;
	const JsonNode *role;
	JsonTree	tree;
	int64		expiration;

	if (!json_tree_read(&tree, json, strlen(json)))
		return source_failed(request,
							 "IAM Identity Center gave something that is no JSON object.");
	role = json_tree_object(&tree, tree.root, "roleCredentials");
	found->access_key_id = json_tree_text(&tree, role, "accessKeyId");
	found->secret_access_key = json_tree_text(&tree, role, "secretAccessKey");
	found->session_token = json_tree_text(&tree, role, "sessionToken");
	expiration = json_tree_number(&tree, role, "expiration");
	if (tree.problem != NULL)
		return source_failed(request,
							 "IAM Identity Center gave credentials that cannot be read: %s.",
							 tree.problem);
	if (expiration < 0)
		return source_failed(request,
							 "IAM Identity Center gave credentials without a time of expiration.");
	found->expiration = expiration / 1000;
	found->account_id = sso->account_id;
	return source_check_credentials(request, "IAM Identity Center");
}

static SourceOutcome
get_role_credentials(SourceRequest *request, const SsoProfile *sso,
					 const SsoToken *token)
{
	const char *base = sso_base(request, "sso", "portal.sso", sso->region);
	const char *headers[2] = {
		psprintf("x-amz-sso_bearer_token: %s", token->members[TOKEN_ACCESS])
	};
	FetchRequest ask = {
		.base = base,
		.method = "GET",
		.headers = headers,
		.ca_file = request->settings->ca_file,
		.timeout = SSO_TIMEOUT,
		.attempts = SSO_ATTEMPTS
	};
	StringInfoData query;
	FetchAnswer *answer;

	if (base == NULL)
		return SOURCE_FAILED;
	initStringInfo(&query);
	fetch_append_field(&query, "account_id", sso->account_id);
	fetch_append_field(&query, "role_name", sso->role_name);
	ask.path = psprintf("/federation/credentials?%s", query.data);
	ask.proxy = proxy_choose(base, request->settings->proxy);
	answer = credential_fetch(&ask);
	if (answer->status == 0)
		return source_failed(request,
							 "IAM Identity Center did not answer: %s.",
							 answer->problem);
	if (answer->status == 401)
		return nobody_signed_in(request, sso,
								"IAM Identity Center does not take its token");
	if (answer->status != 200)
		return source_failed(request,
							 "IAM Identity Center refused the role of profile \"%s\": HTTP status %d.",
							 sso->name, answer->status);
	return read_role_credentials(request, sso, answer->body);
}

SourceOutcome
source_sso(SourceRequest *request, const Profile *profile)
{
	SsoProfile	sso;
	SsoToken	token;
	const char *why;

	if (profile_setting(profile, "sso_session") == NULL &&
		profile_setting(profile, "sso_start_url") == NULL)
		return SOURCE_ABSENT;
	if (!read_sso_profile(request, profile, &sso))
		return SOURCE_FAILED;
	if (!read_token(&sso, &token))
		return nobody_signed_in(request, &sso, "nobody has");
	why = renew_if_needed(request, &sso, &token);
	if (seconds_left(&token, TOKEN_EXPIRES_AT, request->now) <= 0)
		return nobody_signed_in(request, &sso, why);
	return get_role_credentials(request, &sso, &token);
}
