/*
 * proxy.c
 *		Which proxy requests to an endpoint go through.
 */
#include "postgres.h"

#include "compat.h"

#include "client/credential/credential_source.h"
#include "client/credential/endpoint.h"
#include "client/credential/proxy.h"

/* Lower case goes first, as with libcurl. */
static const char *
either_variable(const char *lower, const char *upper)
{
	const char *value = source_variable(lower);

	return value != NULL ? value : source_variable(upper);
}

Proxy
proxy_choose(const char *endpoint, const char *option)
{
	Proxy		none = {0};
	Proxy		found = {0};
	Endpoint	parts;

	if (option != NULL)
	{
		found.proxy = strcmp(option, PROXY_NONE) == 0 ? NULL : option;
		return found;
	}
	if (!endpoint_parse(endpoint, &parts) || endpoint_is_loopback(&parts))
		return none;
	found.proxy = parts.is_plain
		? either_variable("http_proxy", "HTTP_PROXY")
		: either_variable("https_proxy", "HTTPS_PROXY");
	found.no_proxy = either_variable("no_proxy", "NO_PROXY");
	return found;
}
