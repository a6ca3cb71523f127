/*
 * credential_http.c
 *		Credentials of the container or the instance that the server runs on.
 *
 * Sources: AWS SDKs and Tools Reference Guide, "Container credential provider"
 * and "IMDS credential provider".
 */
#include "postgres.h"

#include "compat.h"

#include "client/credential/credential_fetch.h"
#include "client/credential/credential_file.h"
#include "client/credential/credential_http.h"
#include "client/wire/json_tree.h"

#define CONTAINER_BASE			"http://169.254.170.2"
#define CONTAINER_TIMEOUT		2000
#define CONTAINER_ATTEMPTS		3

#define INSTANCE_BASE			"http://169.254.169.254"
#define INSTANCE_BASE_IPV6		"http://[fd00:ec2::254]"
#define INSTANCE_TIMEOUT		1	/* seconds */
#define INSTANCE_ATTEMPTS		1
#define INSTANCE_TOKEN_PATH		"/latest/api/token"
#define INSTANCE_ROLE_PATH		"/latest/meta-data/iam/security-credentials/"
#define INSTANCE_REGION_PATH	"/latest/meta-data/placement/region"
#define INSTANCE_TOKEN_SECONDS	"21600"

/* ---- containers ---- */

/*
 * Over plain HTTP credentials come only from this machine, or from the
 * addresses that Amazon uses for it.
 */
static bool
is_trusted_host(const char *base)
{
	static const char *const hosts[] = {
		"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "localhost",
		"[::1]"
	};
	const char *host = base + strlen("http://");
	size_t		length;
	int			i;

	if (host[0] == '[')
		length = strcspn(host, "]") + 1;
	else
		length = strcspn(host, ":");
	if (strncmp(host, "127.", 4) == 0 &&
		strspn(host, "0123456789.") == length)
		return true;
	for (i = 0; i < (int) lengthof(hosts); i++)
		if (strlen(hosts[i]) == length && strncmp(host, hosts[i], length) == 0)
			return true;
	return false;
}

/* Splits a URI; false if credentials must not come from there. */
static bool
split_uri(const char *uri, const char **base, const char **path)
{
	const char *host;
	size_t		length;

	if (strncmp(uri, "https://", 8) == 0)
		host = uri + 8;
	else if (strncmp(uri, "http://", 7) == 0)
		host = uri + 7;
	else
		return false;
	length = strcspn(host, "/?#");
	if (length == 0 || memchr(host, '@', length) != NULL)
		return false;
	*base = pnstrdup(uri, (host - uri) + length);
	*path = host[length] == '/' ? host + length : psprintf("/%s", host + length);
	return strncmp(*base, "https://", 8) == 0 || is_trusted_host(*base);
}

/* The Authorization header; false if the token cannot be had or sent. */
static bool
container_authorization(SourceRequest *request, const char **header)
{
	const char *file = source_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *token = source_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");

	*header = NULL;
	if (file != NULL)
	{
		token = source_read_file(file);
		if (token == NULL)
		{
			(void) source_failed(request,
								 "The file that AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names cannot be read: %m.");
			return false;
		}
	}
	if (token == NULL)
		return true;
	if (strpbrk(token, "\r\n") != NULL)
	{
		(void) source_failed(request,
							 "The container's authorization token has several lines.");
		return false;
	}
	*header = psprintf("Authorization: %s", token);
	return true;
}

SourceOutcome
source_container(SourceRequest *request)
{
	const char *relative = source_variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = source_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
	const char *headers[3] = {"Accept: application/json"};
	FetchRequest ask = {
		.base = CONTAINER_BASE,
		.path = relative,
		.method = "GET",
		.headers = headers,
		.ca_file = request->settings->ca_file,
		.timeout = CONTAINER_TIMEOUT,
		.attempts = CONTAINER_ATTEMPTS
	};
	FetchAnswer *answer;

	if (relative == NULL && full == NULL)
		return SOURCE_ABSENT;
	if (relative == NULL && !split_uri(full, &ask.base, &ask.path))
		return source_failed(request,
							 "AWS_CONTAINER_CREDENTIALS_FULL_URI must be an https:// address, or one of this machine.");
	if (!container_authorization(request, &headers[1]))
		return SOURCE_FAILED;

	answer = credential_fetch(&ask);
	if (answer->status == 0)
		return source_failed(request,
							 "The container's credentials endpoint did not answer: %s.",
							 answer->problem);
	if (answer->status != 200)
		return source_failed(request,
							 "The container's credentials endpoint answered with HTTP status %d.",
							 answer->status);
	return source_credentials_of_json(request, answer->body, "Token",
									  "The container's credentials endpoint");
}

/* ---- instances ---- */

/* The metadata service of the instance, and what it is asked with. */
typedef struct InstanceService
{
	const char *base;
	int			timeout;		/* milliseconds */
	int			attempts;
	bool		may_be_version_1;	/* a service without tokens will do */
	bool		ready;			/* the header is there, if there is one */
	const char *header;			/* with the session's token; NULL: the service
								 * is of version 1, which has none */
} InstanceService;

/* A whole number of a variable or a profile, within bounds. */
static int
number_setting(const char *variable, const CredentialSettings *settings,
			   const char *name, int otherwise)
{
	const char *text = profile_or_variable(variable, settings, name);
	int			value = text == NULL ? 0 : atoi(text);

	return value > 0 ? Min(value, 3600) : otherwise;
}

static const char *
instance_base(const CredentialSettings *settings)
{
	const char *base = profile_or_variable("AWS_EC2_METADATA_SERVICE_ENDPOINT",
										   settings,
										   "ec2_metadata_service_endpoint");
	const char *mode;

	if (base != NULL)
	{
		int			length = strlen(base);

		while (length > 0 && base[length - 1] == '/')
			length--;
		return pnstrdup(base, length);
	}
	mode = profile_or_variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
							   settings, "ec2_metadata_service_endpoint_mode");
	return mode != NULL && pg_strcasecmp(mode, "IPv6") == 0
		? INSTANCE_BASE_IPV6 : INSTANCE_BASE;
}

/* False if the service must not be asked. */
static bool
find_instance_service(const SourceRequest *request, InstanceService *service)
{
	const CredentialSettings *settings = request->settings;
	const char *disabled = source_variable("AWS_EC2_METADATA_DISABLED");

	if (disabled != NULL && pg_strcasecmp(disabled, "true") == 0)
		return false;
	service->base = instance_base(settings);
	service->timeout = 1000 *
		number_setting("AWS_METADATA_SERVICE_TIMEOUT", settings,
					   "metadata_service_timeout", INSTANCE_TIMEOUT);
	service->attempts =
		number_setting("AWS_METADATA_SERVICE_NUM_ATTEMPTS", settings,
					   "metadata_service_num_attempts", INSTANCE_ATTEMPTS);
	service->may_be_version_1 =
		!profile_or_variable_is_true("AWS_EC2_METADATA_V1_DISABLED", settings,
									 "ec2_metadata_v1_disabled");
	return true;
}

static FetchAnswer *
ask_instance(const InstanceService *service, const char *method,
			 const char *path, const char *header)
{
	const char *headers[2] = {header, NULL};
	FetchRequest ask = {
		.base = service->base,
		.path = path,
		.method = method,
		.headers = headers,
		.timeout = service->timeout,
		.attempts = service->attempts
	};

	return credential_fetch(&ask);
}

/*
 * Asks for a token.  Version 1 has none; and in a container the answer of
 * version 2 may get lost, for its packets live for one hop only.
 */
static SourceOutcome
get_instance_token(SourceRequest *request, InstanceService *service)
{
	FetchAnswer *answer = ask_instance(service, "PUT", INSTANCE_TOKEN_PATH,
									   "x-aws-ec2-metadata-token-ttl-seconds: "
									   INSTANCE_TOKEN_SECONDS);

	service->ready = true;
	service->header = NULL;
	if (answer->status == 200 && strpbrk(answer->body, "\r\n") == NULL)
	{
		service->header = psprintf("x-aws-ec2-metadata-token: %s",
								   answer->body);
		return SOURCE_FOUND;
	}
	if (answer->status == 0 && !answer->sent)
		return SOURCE_ABSENT;
	if ((answer->status == 0 || answer->status == 403 ||
		 answer->status == 404 || answer->status == 405) &&
		service->may_be_version_1)
		return SOURCE_FOUND;
	if (answer->status == 0)
		return source_failed(request,
							 "The instance's metadata service did not answer: %s.",
							 answer->problem);
	return source_failed(request,
						 "The instance's metadata service answered the request for a token with HTTP status %d.",
						 answer->status);
}

/*
 * Gets what the service has at a path.  FOUND: there is an answer, of whatever
 * status.  A token that is not taken is renewed once.
 */
static SourceOutcome
get_from_instance(SourceRequest *request, InstanceService *service,
				  const char *path, FetchAnswer **answer)
{
	bool		renewed = false;

	for (;;)
	{
		if (!service->ready)
		{
			SourceOutcome outcome = get_instance_token(request, service);

			if (outcome != SOURCE_FOUND)
				return outcome;
		}
		*answer = ask_instance(service, "GET", path, service->header);
		if ((*answer)->status != 401 || renewed)
			return SOURCE_FOUND;
		renewed = true;
		service->ready = false;
	}
}

/* A 200 may hold a failure. */
static bool
says_success(const char *json)
{
	JsonTree	tree;
	const char *code;

	/* what is no JSON is told of by who reads the credentials */
	if (!json_tree_read(&tree, json, strlen(json)))
		return true;
	code = json_tree_text(&tree, tree.root, "Code");
	if (code == NULL)
		return tree.problem == NULL && !json_tree_is_null(tree.root, "Code");
	return strcmp(code, "Success") == 0;
}

/* May it stand at the end of a path? */
static bool
is_name_of_role(const char *text)
{
	return text[0] != '\0' && strpbrk(text, " /?#\r\n") == NULL;
}

/*
 * The name of the instance's role, which need not be asked for where the
 * machine's configuration tells it.
 */
static SourceOutcome
find_instance_role(SourceRequest *request, InstanceService *service,
				   const char **role)
{
	FetchAnswer *answer;
	SourceOutcome outcome;

	*role = profile_or_variable("AWS_EC2_INSTANCE_PROFILE_NAME",
								request->settings,
								"ec2_instance_profile_name");
	if (*role != NULL)
		return is_name_of_role(*role) ? SOURCE_FOUND
			: source_failed(request,
							"What AWS_EC2_INSTANCE_PROFILE_NAME or ec2_instance_profile_name says is no name of a role.");
	outcome = get_from_instance(request, service, INSTANCE_ROLE_PATH,
								&answer);
	if (outcome != SOURCE_FOUND)
		return outcome;
	if (answer->status == 0 || answer->status == 404)
		return SOURCE_ABSENT;
	if (answer->status != 200)
		return source_failed(request,
							 "The instance's metadata service answered with HTTP status %d.",
							 answer->status);
	answer->body[strcspn(answer->body, "\r\n")] = '\0';
	*role = answer->body;
	return is_name_of_role(*role) ? SOURCE_FOUND
		: source_failed(request, "The instance has no role.");
}

SourceOutcome
source_instance(SourceRequest *request)
{
	InstanceService service = {0};
	FetchAnswer *answer;
	SourceOutcome outcome;
	const char *role;

	if (!find_instance_service(request, &service))
		return SOURCE_ABSENT;
	outcome = find_instance_role(request, &service, &role);
	if (outcome != SOURCE_FOUND)
		return outcome;
	outcome = get_from_instance(request, &service,
								psprintf(INSTANCE_ROLE_PATH "%s", role),
								&answer);
	if (outcome != SOURCE_FOUND)
		return outcome;
	if (answer->status != 200)
		return source_failed(request,
							 "The instance's metadata service did not give the role's credentials: HTTP status %d.",
							 answer->status);
	if (!says_success(answer->body))
		return source_failed(request,
							 "The instance's metadata service says that the role's credentials could not be made.");
	return source_credentials_of_json(request, answer->body, "Token",
									  "The instance's metadata service");
}

const char *
source_instance_region(SourceRequest *request)
{
	InstanceService service = {0};
	FetchAnswer *answer;

	if (!find_instance_service(request, &service) ||
		get_from_instance(request, &service, INSTANCE_REGION_PATH,
						  &answer) != SOURCE_FOUND ||
		answer->status != 200)
		return NULL;
	return answer->body;
}
