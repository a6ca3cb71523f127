/*
 * configured.c
 *		What the options of a server leave to the machine's configuration.
 *
 * Each has an option, which goes first, a variable of the environment, and a
 * setting of the profile.
 *
 * Source: AWS SDKs and Tools Reference Guide, "Retry behavior", "Application
 * ID" and "Account-based endpoints".
 */
#include "postgres.h"

#include "compat.h"

#include "client/credential/credential_file.h"
#include "client/credential/endpoint.h"
#include "fdw/catalog/configured.h"

#define DEFAULT_MAX_ATTEMPTS	10

/* Raises the error for a configured value that is none. */
static void
refuse_configured(const ConnectionSettings *settings, const char *option,
				  const char *variable, const char *setting)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("%s of the server's environment, or %s of its shared files, is invalid",
					variable, setting),
			 errhint("Set option \"%s\" of server \"%s\", or correct %s or %s.",
					 option, settings->server_name, variable, setting)));
}

static int
max_attempts_of(const ServerOptions *options,
				const ConnectionSettings *settings)
{
	const char *text;
	int			attempts = 0;

	if (options->max_attempts > 0)
		return options->max_attempts;
	text = profile_or_variable("AWS_MAX_ATTEMPTS", &settings->credential,
							   "max_attempts");
	if (text == NULL)
		return DEFAULT_MAX_ATTEMPTS;
	if (strlen(text) <= 3 && strspn(text, "0123456789") == strlen(text))
		attempts = atoi(text);
	if (attempts < 1 || attempts > MOST_ATTEMPTS)
		refuse_configured(settings, "max_attempts", "AWS_MAX_ATTEMPTS",
						  "max_attempts");
	return attempts;
}

/*
 * "legacy" is what some SDKs did before there was "standard", and is that
 * here.
 */
static bool
is_adaptive(const ServerOptions *options, const ConnectionSettings *settings)
{
	const char *mode;

	if (options->retry_mode != RETRY_MODE_NOT_GIVEN)
		return options->retry_mode == RETRY_MODE_ADAPTIVE;
	mode = profile_or_variable("AWS_RETRY_MODE", &settings->credential,
							   "retry_mode");
	if (mode == NULL || pg_strcasecmp(mode, "standard") == 0 ||
		pg_strcasecmp(mode, "legacy") == 0)
		return false;
	if (pg_strcasecmp(mode, "adaptive") != 0)
		refuse_configured(settings, "retry_mode", "AWS_RETRY_MODE",
						  "retry_mode");
	return true;
}

/* Others' characters become hyphens, as with the SDKs; the rest is cut. */
static const char *
app_id_of(const ServerOptions *options, const ConnectionSettings *settings)
{
	const char *text;
	char	   *app_id;

	if (options->app_id != NULL)
		return options->app_id;
	text = profile_or_variable("AWS_SDK_UA_APP_ID", &settings->credential,
							   "sdk_ua_app_id");
	if (text == NULL)
		return NULL;
	app_id = pnstrdup(text, LONGEST_APP_ID);
	for (char *place = app_id; *place; place++)
		if (strchr(APP_ID_CHARACTERS, *place) == NULL)
			*place = '-';
	return app_id;
}

static AccountMode
wanted_account_mode(const ServerOptions *options,
					const ConnectionSettings *settings)
{
	const char *mode;

	if (options->account_mode != ACCOUNTS_NOT_GIVEN)
		return options->account_mode;
	mode = profile_or_variable("AWS_ACCOUNT_ID_ENDPOINT_MODE",
							   &settings->credential,
							   "account_id_endpoint_mode");
	if (mode == NULL || pg_strcasecmp(mode, "preferred") == 0)
		return ACCOUNTS_PREFERRED;
	if (pg_strcasecmp(mode, "disabled") == 0)
		return ACCOUNTS_DISABLED;
	if (pg_strcasecmp(mode, "required") != 0)
		refuse_configured(settings, "account_id_endpoint_mode",
						  "AWS_ACCOUNT_ID_ENDPOINT_MODE",
						  "account_id_endpoint_mode");
	return ACCOUNTS_REQUIRED;
}

/* Only for hosts of Amazon's that nobody has named. */
static AccountMode
account_mode_of(const ServerOptions *options,
				const ConnectionSettings *settings)
{
	AccountMode mode = wanted_account_mode(options, settings);

	if (settings->identity.endpoint != ENDPOINT_OF_REGION)
		return ACCOUNTS_DISABLED;
	if (endpoint_region_has_accounts(settings->region) &&
		!endpoint_variant_wanted(&settings->credential))
		return mode;
	if (mode == ACCOUNTS_REQUIRED)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("server \"%s\" requires an account-based endpoint where there is none",
						settings->server_name),
				 errdetail("There is none of FIPS or dual-stack, nor in regions that are not AWS's own commercial ones."),
				 errhint("Set option \"account_id_endpoint_mode\" of the server to preferred.")));
	return ACCOUNTS_DISABLED;
}

void
configured_read(const ServerOptions *options, ConnectionSettings *settings)
{
	settings->max_attempts = max_attempts_of(options, settings);
	settings->is_adaptive = is_adaptive(options, settings);
	settings->app_id = app_id_of(options, settings);
	settings->account_mode = account_mode_of(options, settings);
}
