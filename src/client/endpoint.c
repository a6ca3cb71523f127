/*
 * endpoint.c
 *		Region and endpoint, where the options do not name them.
 */
#include "postgres.h"

#include "compat.h"

#include "client/credential_internal.h"
#include "client/endpoint.h"

static const char *
setting_of_profile(const char *profile_wanted, const char *name)
{
	Profile    *profile = profile_read(profile_name(profile_wanted));

	return profile == NULL ? NULL : profile_setting(profile, name);
}

/* A flag of the environment, or else of the default profile. */
static bool
is_flag_set(const char *variable, const char *setting)
{
	const char *value = source_variable(variable);

	if (value == NULL)
		value = setting_of_profile(NULL, setting);
	return value != NULL && pg_strcasecmp(value, "true") == 0;
}

const char *
endpoint_configured_region(const char *profile)
{
	const char *region = source_variable("AWS_REGION");

	if (region == NULL)
		region = source_variable("AWS_DEFAULT_REGION");
	return region != NULL ? region : setting_of_profile(profile, "region");
}

const char *
endpoint_configured(const char *profile)
{
	const char *endpoint;

	if (is_flag_set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
					"ignore_configured_endpoint_urls"))
		return NULL;
	endpoint = source_variable("AWS_ENDPOINT_URL_DYNAMODB");
	if (endpoint == NULL)
		endpoint = source_variable("AWS_ENDPOINT_URL");
	return endpoint != NULL ? endpoint
		: setting_of_profile(profile, "endpoint_url");
}

const char *
endpoint_of_region(const char *region)
{
	bool		fips = is_flag_set("AWS_USE_FIPS_ENDPOINT",
								   "use_fips_endpoint");
	bool		dual_stack = is_flag_set("AWS_USE_DUALSTACK_ENDPOINT",
										 "use_dualstack_endpoint");
	bool		china = strncmp(region, "cn-", 3) == 0;
	const char *domain = china ? "amazonaws.com.cn" : "amazonaws.com";

	if (dual_stack)
		domain = china ? "api.amazonwebservices.com.cn" : "api.aws";
	return psprintf("https://dynamodb%s.%s.%s", fips ? "-fips" : "", region,
					domain);
}
