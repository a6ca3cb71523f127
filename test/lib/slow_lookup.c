/*
 * slow_lookup.c
 *		A name service that takes its time: preloaded into a server, it lets
 *		the look-up of "slow.test" last two seconds, and then fail.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

typedef int (*Lookup) (const char *, const char *, const struct addrinfo *,
					   struct addrinfo **);

int
getaddrinfo(const char *name, const char *service,
			const struct addrinfo *hints, struct addrinfo **result)
{
	Lookup		lookup;

	if (name != NULL && strcmp(name, "slow.test") == 0)
	{
		sleep(2);
		return EAI_NONAME;
	}
	*(void **) &lookup = dlsym(RTLD_NEXT, "getaddrinfo");
	return lookup(name, service, hints, result);
}
