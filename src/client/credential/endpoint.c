/*
 * endpoint.c
 *		Region and endpoint, where the options do not name them.
 *
 * Source: for the names of hosts, the endpoint rules of DynamoDB that the AWS
 * SDKs share.
 */
#include "postgres.h"

#include "compat.h"

#include "client/credential/credential_file.h"
#include "client/credential/credential_http.h"
#include "client/credential/credential_source.h"
#include "client/credential/endpoint.h"

/* A part of AWS that has domains of its own. */
typedef struct Partition
{
	const char *region_prefix;
	const char *domain;
	const char *dual_stack_domain;
} Partition;

/* The last one is that of all other regions. */
static const Partition partitions[] = {
	{"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
	{"eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
	{"us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
	{"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
	{"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
	{"us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
	{"", "amazonaws.com", "api.aws"}
};

/* Is it one of Amazon's domains? */
static bool
is_domain(const char *name)
{
	for (int i = 0; i < (int) lengthof(partitions); i++)
		if (pg_strcasecmp(name, partitions[i].domain) == 0 ||
			pg_strcasecmp(name, partitions[i].dual_stack_domain) == 0)
			return true;
	return false;
}

bool
endpoint_is_loopback(const Endpoint *endpoint)
{
	char	   *host = pnstrdup(endpoint->host, endpoint->host_length);
	size_t		length = endpoint->host_length;

	return (strncmp(host, "127.", 4) == 0 &&
			strspn(host, "0123456789.") == length) ||
		strcmp(host, "::1") == 0 ||
		pg_strcasecmp(host, "localhost") == 0 ||
		(length > 10 && pg_strcasecmp(host + length - 10, ".localhost") == 0);
}

bool
endpoint_is_amazon(const Endpoint *endpoint)
{
	const char *rest = pnstrdup(endpoint->host, endpoint->host_length);

	while ((rest = strchr(rest, '.')) != NULL)
		if (is_domain(++rest))
			return true;
	return false;
}

const char *
endpoint_region(const Endpoint *endpoint)
{
	static const char *const services[] = {"dynamodb", "dynamodb-fips", "ddb"};
	char	   *label = pnstrdup(endpoint->host, endpoint->host_length);
	bool		after_service = false;

	while (label != NULL)
	{
		char	   *rest = strchr(label, '.');

		if (rest != NULL)
			*rest++ = '\0';
		if (after_service)
			return rest != NULL && is_domain(rest) ? label : NULL;
		for (int i = 0; i < (int) lengthof(services); i++)
		{
			if (pg_strcasecmp(label, services[i]) == 0)
				after_service = true;
		}
		label = rest;
	}
	return NULL;
}

/* A port, and nothing after it. */
static bool
is_port(const char *text)
{
	size_t		length = strspn(text, "0123456789");
	int			port = atoi(text);

	return length > 0 && length <= 5 && text[length] == '\0' && port >= 1 &&
		port <= 65535;
}

bool
endpoint_parse(const char *text, Endpoint *endpoint)
{
	const char *place;

	if (pg_strncasecmp(text, "https://", 8) == 0)
	{
		endpoint->is_plain = false;
		place = text + 8;
	}
	else if (pg_strncasecmp(text, "http://", 7) == 0)
	{
		endpoint->is_plain = true;
		place = text + 7;
	}
	else
		return false;

	if (*place == '[')
	{
		endpoint->host = ++place;
		endpoint->host_length = strspn(place, "0123456789abcdefABCDEF:.");
		place += endpoint->host_length;
		if (*place++ != ']')
			return false;
	}
	else
	{
		endpoint->host = place;
		endpoint->host_length = strspn(place, "abcdefghijklmnopqrstuvwxyz"
									   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
									   "0123456789.-_");
		place += endpoint->host_length;
	}
	if (endpoint->host_length == 0)
		return false;
	return *place == '\0' || (*place == ':' && is_port(place + 1));
}

const char *
endpoint_configured_region(const CredentialSettings *settings)
{
	const char *region = source_variable("AWS_REGION");

	return region != NULL ? region
		: profile_or_variable("AWS_DEFAULT_REGION", settings, "region");
}

const char *
endpoint_instance_region(const CredentialSettings *settings)
{
	SourceRequest request = {.settings = settings};

	return source_instance_region(&request);
}

const char *
endpoint_configured_ca_file(const CredentialSettings *settings)
{
	return profile_or_variable("AWS_CA_BUNDLE", settings, "ca_bundle");
}

const char *
endpoint_configured(const char *service, const CredentialSettings *settings,
					EndpointOrigin *origin)
{
	char	   *variable = psprintf("AWS_ENDPOINT_URL_%s", service);
	const char *endpoint;
	Profile    *profile;
	char	   *place;

	if (profile_or_variable_is_true("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
									settings,
									"ignore_configured_endpoint_urls"))
		return NULL;
	for (place = variable; *place; place++)
		*place = pg_ascii_toupper((unsigned char) *place);
	endpoint = source_variable(variable);
	if (endpoint == NULL)
		endpoint = source_variable("AWS_ENDPOINT_URL");
	if (endpoint != NULL)
	{
		*origin = ENDPOINT_OF_ENVIRONMENT;
		return endpoint;
	}

	profile = profile_of_settings(settings);
	if (profile == NULL)
		return NULL;
	*origin = ENDPOINT_OF_PROFILE;
	endpoint = profile_service_setting(profile, service, "endpoint_url");
	return endpoint != NULL ? endpoint
		: profile_setting(profile, "endpoint_url");
}

static bool
wants_fips(const CredentialSettings *settings)
{
	return profile_or_variable_is_true("AWS_USE_FIPS_ENDPOINT", settings,
									   "use_fips_endpoint");
}

static bool
wants_dual_stack(const CredentialSettings *settings)
{
	return profile_or_variable_is_true("AWS_USE_DUALSTACK_ENDPOINT", settings,
									   "use_dualstack_endpoint");
}

bool
endpoint_variant_wanted(const CredentialSettings *settings)
{
	return wants_fips(settings) || wants_dual_stack(settings);
}

static const Partition *
partition_of_region(const char *region)
{
	const Partition *partition = partitions;

	while (strncmp(region, partition->region_prefix,
				   strlen(partition->region_prefix)) != 0)
		partition++;
	return partition;
}

/* GovCloud shares its domains with the regions that are open to all. */
static bool
is_government(const char *region)
{
	return strncmp(region, "us-gov-", 7) == 0;
}

const char *
endpoint_of_region(const char *service, const char *region,
				   const CredentialSettings *settings)
{
	const Partition *partition = partition_of_region(region);
	bool		fips = wants_fips(settings);
	bool		dual_stack = wants_dual_stack(settings);

	/* the plain hosts of GovCloud are those with validated modules */
	if (is_government(region) && !dual_stack)
		fips = false;
	return psprintf("https://%s%s.%s.%s", service, fips ? "-fips" : "",
					region, dual_stack ? partition->dual_stack_domain
					: partition->domain);
}

const char *
endpoint_of_service(const char *service, const char *host, const char *region,
					const CredentialSettings *settings)
{
	EndpointOrigin origin;
	Endpoint	parts;
	const char *endpoint = endpoint_configured(service, settings, &origin);
	int			length;

	if (endpoint == NULL)
		endpoint = endpoint_of_region(host, region, settings);
	length = strlen(endpoint);
	while (length > 0 && endpoint[length - 1] == '/')
		length--;
	endpoint = pnstrdup(endpoint, length);
	return endpoint_parse(endpoint, &parts) ? endpoint : NULL;
}

bool
endpoint_region_has_accounts(const char *region)
{
	return partition_of_region(region)->region_prefix[0] == '\0' &&
		!is_government(region);
}

bool
endpoint_is_account(const char *text)
{
	return strlen(text) == 12 && strspn(text, "0123456789") == 12;
}

const char *
endpoint_of_account(const char *account_id, const char *region)
{
	return endpoint_is_account(account_id)
		? psprintf("https://%s.ddb.%s.%s", account_id, region,
				   partition_of_region(region)->domain)
		: NULL;
}
