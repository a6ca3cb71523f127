/*
 * credential_role.c
 *		Credentials of a role, given by the Security Token Service.
 *
 * Its protocol is a form and an XML answer, of which only four elements are
 * looked at.
 *
 * Source: AWS Security Token Service API Reference, "AssumeRole" and
 * "AssumeRoleWithWebIdentity".
 */
#include "postgres.h"

#include "compat.h"

#include "mb/pg_wchar.h"

#include "client/credential/credential_fetch.h"
#include "client/credential/credential_role.h"
#include "client/credential/endpoint.h"
#include "client/credential/session_tag.h"
#include "client/credential/sigv4.h"

#define STS_CONTENT_TYPE	"application/x-www-form-urlencoded; charset=utf-8"
#define STS_VERSION			"2011-06-15"
#define STS_TIMEOUT			5000
#define STS_ATTEMPTS		3
#define DEFAULT_SESSION_NAME	"dynamorm_fdw"
#define DEFAULT_REGION		"us-east-1"

static void
start_form(StringInfo form, const char *action, const RoleSettings *role)
{
	initStringInfo(form);
	fetch_append_field(form, "Action", action);
	fetch_append_field(form, "Version", STS_VERSION);
	fetch_append_field(form, "RoleArn", role->role_arn);
	fetch_append_field(form, "RoleSessionName",
				 role->session_name != NULL ? role->session_name
				 : DEFAULT_SESSION_NAME);
	if (role->duration != NULL)
		fetch_append_field(form, "DurationSeconds", role->duration);
}

/* A text in the encoding of the database. */
static void
append_database_text(StringInfo form, const char *name, const char *text)
{
	fetch_append_field(form, name,
					   pg_server_to_any(text, strlen(text), PG_UTF8));
}

/* What binds the session, and is signed with it. */
static void
append_restrictions(StringInfo form, const RoleSettings *role)
{
	ListCell   *cell;
	int			n = 0;

	if (role->external_id != NULL)
		fetch_append_field(form, "ExternalId", role->external_id);
	if (role->policy != NULL)
		append_database_text(form, "Policy", role->policy);
	if (role->source_identity != NULL)
		fetch_append_field(form, "SourceIdentity", role->source_identity);
	foreach(cell, session_tag_split(role->tags))
	{
		const SessionTag *tag = (const SessionTag *) lfirst(cell);

		n++;
		append_database_text(form, psprintf("Tags.member.%d.Key", n),
							 tag->key);
		append_database_text(form, psprintf("Tags.member.%d.Value", n),
							 tag->value);
	}
}

/* The content of an XML element without attributes; NULL if there is none. */
static const char *
element_text(const char *xml, const char *name)
{
	const char *start = strstr(xml, psprintf("<%s>", name));
	const char *end;

	if (start == NULL)
		return NULL;
	start += strlen(name) + 2;
	end = strchr(start, '<');
	return end == NULL || end == start ? NULL : pnstrdup(start, end - start);
}

static const char *
sts_region(const SourceRequest *request)
{
	return request->settings->region != NULL ? request->settings->region
		: DEFAULT_REGION;
}

/*
 * The service that the machine's configuration names, or else the region's
 * own: nothing that a server or a user mapping says.  NULL: what is configured
 * is no endpoint.
 */
static const char *
sts_base(const SourceRequest *request)
{
	return endpoint_of_service("sts", "sts", sts_region(request),
							   request->settings);
}

/*
 * May the service's own words be shown?  Those about a signature may repeat
 * what was signed, with the session token.
 */
static bool
may_be_shown(const char *code)
{
	return code != NULL && strstr(code, "Signature") == NULL;
}

/* The fifth part of arn:aws:sts::ACCOUNT:assumed-role/...; NULL: none. */
static const char *
account_of_role(const char *arn)
{
	for (int i = 0; arn != NULL && i < 4; i++)
	{
		arn = strchr(arn, ':');
		arn = arn == NULL ? NULL : arn + 1;
	}
	return arn == NULL ? NULL : pnstrdup(arn, strcspn(arn, ":"));
}

/* The answer's credentials, or its error. */
static SourceOutcome
read_role_answer(SourceRequest *request, const FetchAnswer *answer)
{
	Credentials *found = &request->credentials;
	const char *expiration;

	if (answer->status == 0)
		return source_failed(request,
							 "The Security Token Service did not answer: %s.",
							 answer->problem);
	if (answer->status != 200)
	{
		const char *code = element_text(answer->body, "Code");
		const char *message = may_be_shown(code)
			? element_text(answer->body, "Message") : NULL;

		return source_failed(request,
							 "The Security Token Service refused the role: HTTP status %d%s%s%s%s.",
							 answer->status,
							 code != NULL ? ", " : "",
							 code != NULL ? code : "",
							 message != NULL ? ": " : "",
							 message != NULL ? message : "");
	}
	found->access_key_id = element_text(answer->body, "AccessKeyId");
	found->secret_access_key = element_text(answer->body, "SecretAccessKey");
	found->session_token = element_text(answer->body, "SessionToken");
	found->account_id = account_of_role(element_text(answer->body, "Arn"));
	expiration = element_text(answer->body, "Expiration");
	found->expiration = expiration == NULL ? 0 : source_parse_time(expiration);
	return source_check_credentials(request, "The Security Token Service");
}

static FetchAnswer *
send_form(SourceRequest *request, const char *base, const char *form,
		  const char *const *headers)
{
	FetchRequest ask = {
		.base = base,
		.path = "/",
		.method = "POST",
		.headers = headers,
		.body = form,
		.ca_file = request->settings->ca_file,
		.proxy = proxy_choose(base, request->settings->proxy),
		.transient = "<Code>IDPCommunicationError</Code>",
		.timeout = STS_TIMEOUT,
		.attempts = STS_ATTEMPTS
	};

	return credential_fetch(&ask);
}

static SourceOutcome
no_service(SourceRequest *request)
{
	return source_failed(request,
						 "The endpoint that the server's environment or shared files configure for the Security Token Service is invalid.");
}

SourceOutcome
source_assume_role(SourceRequest *request, const RoleSettings *role)
{
	const Credentials *source = &request->credentials;
	const char *headers[5] = {"Content-Type: " STS_CONTENT_TYPE};
	StringInfoData form;
	char		timestamp[SIGV4_TIMESTAMP_LENGTH + 1];
	char	   *authorization;
	SigV4Signer signer = {
		.access_key_id = source->access_key_id,
		.secret_access_key = source->secret_access_key,
		.session_token = source->session_token,
		.region = sts_region(request),
		.service = "sts"
	};
	SigV4Request signed_request = {.content_type = STS_CONTENT_TYPE};
	const char *base = sts_base(request);
	char	   *host;

	if (base == NULL)
		return no_service(request);
	start_form(&form, "AssumeRole", role);
	append_restrictions(&form, role);
	/* malloc()ed, so that nothing that raises errors may follow */
	host = sigv4_host(base);
	signed_request.body = form.data;
	signed_request.body_length = form.len;
	signed_request.host = host;
	if (host == NULL ||
		!sigv4_sign(&signer, &signed_request, (time_t) request->now,
					timestamp, &authorization))
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("could not sign a request for a role")));
	free(host);
	headers[1] = psprintf("X-Amz-Date: %s", timestamp);
	headers[2] = psprintf("Authorization: %s", authorization);
	free(authorization);
	if (source->session_token != NULL)
		headers[3] = psprintf("X-Amz-Security-Token: %s",
							  source->session_token);
	return read_role_answer(request,
							send_form(request, base, form.data, headers));
}

SourceOutcome
source_web_identity(SourceRequest *request, const char *token_file,
					const RoleSettings *role)
{
	static const char *const headers[] = {
		"Content-Type: " STS_CONTENT_TYPE, NULL
	};
	const char *base = sts_base(request);
	char	   *token;
	StringInfoData form;

	if (base == NULL)
		return no_service(request);
	token = source_read_file(token_file);
	if (token == NULL)
		return source_failed(request,
							 "The web identity token file cannot be read: %m.");
	start_form(&form, "AssumeRoleWithWebIdentity", role);
	fetch_append_field(&form, "WebIdentityToken", token);
	return read_role_answer(request,
							send_form(request, base, form.data, headers));
}
