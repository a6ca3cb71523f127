/*
 * endpoint.c
 *		Region and endpoint, where the options do not name them.
 *
 * Source: for the names of hosts, the endpoint rules of DynamoDB that the AWS
 * SDKs share.
 */
#include "postgres.h"

#include "compat.h"

#include "client/credential_internal.h"
#include "client/endpoint.h"

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

const char *
endpoint_configured_region(const char *profile)
{
	const char *region = source_variable("AWS_REGION");

	return region != NULL ? region
		: profile_or_variable("AWS_DEFAULT_REGION", profile, "region");
}

const char *
endpoint_instance_region(const char *profile)
{
	CredentialSettings settings = {.profile = profile};
	SourceRequest request = {.settings = &settings};

	return source_instance_region(&request);
}

const char *
endpoint_configured_ca_file(const char *profile)
{
	return profile_or_variable("AWS_CA_BUNDLE", profile, "ca_bundle");
}

const char *
endpoint_configured(const char *service, const char *profile_wanted)
{
	char	   *variable = psprintf("AWS_ENDPOINT_URL_%s", service);
	const char *endpoint;
	Profile    *profile;
	char	   *place;

	if (profile_or_variable_is_true("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
									profile_wanted,
									"ignore_configured_endpoint_urls"))
		return NULL;
	for (place = variable; *place; place++)
		*place = pg_ascii_toupper((unsigned char) *place);
	endpoint = source_variable(variable);
	if (endpoint == NULL)
		endpoint = source_variable("AWS_ENDPOINT_URL");
	if (endpoint != NULL)
		return endpoint;

	profile = profile_read(profile_name(profile_wanted));
	if (profile == NULL)
		return NULL;
	endpoint = profile_service_setting(profile, service, "endpoint_url");
	return endpoint != NULL ? endpoint
		: profile_setting(profile, "endpoint_url");
}

static bool
wants_fips(const char *profile)
{
	return profile_or_variable_is_true("AWS_USE_FIPS_ENDPOINT", profile,
									   "use_fips_endpoint");
}

static bool
wants_dual_stack(const char *profile)
{
	return profile_or_variable_is_true("AWS_USE_DUALSTACK_ENDPOINT", profile,
									   "use_dualstack_endpoint");
}

bool
endpoint_variant_wanted(const char *profile)
{
	return wants_fips(profile) || wants_dual_stack(profile);
}

const char *
endpoint_of_region(const char *service, const char *region,
				   const char *profile)
{
	const Partition *partition = partitions;
	bool		fips = wants_fips(profile);
	bool		dual_stack = wants_dual_stack(profile);

	while (strncmp(region, partition->region_prefix,
				   strlen(partition->region_prefix)) != 0)
		partition++;

	/* the plain hosts of GovCloud are those with validated modules */
	if (strncmp(region, "us-gov-", 7) == 0 && !dual_stack)
		fips = false;
	return psprintf("https://%s%s.%s.%s", service, fips ? "-fips" : "",
					region, dual_stack ? partition->dual_stack_domain
					: partition->domain);
}
