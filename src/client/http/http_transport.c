/*
 * http_transport.c
 *		Transports: their life, and the descriptors that they may have.
 *
 * A transport has descriptors from its first exchange on, until somebody else
 * is short of them while it has no exchange under way: then it rests.  Each
 * exchange that may need a connection acquires one before it is started, and
 * has to wait for the end of another one where there is none left.
 */
#include "postgres.h"

#include "compat.h"

#include <unistd.h>

#include "client/http/descriptor.h"
#include "client/http/http_handle.h"
#include "client/http/http_transport.h"
#include "client/http/wait_event.h"

/*
 * Descriptors that making a connection takes for a while, beside its own: for
 * a name, its resolver's thread has a pair to be heard by, a socket and maybe
 * a file; and an address of each family may be tried at once.
 */
#define RESOLVING_DESCRIPTORS	4

/*
 * How requests name what sends them.  The version is that of the control file.
 */
#define PRODUCT		"dynamorm_fdw/1.2 PostgreSQL/" PG_MAJORVERSION

static bool curl_ready = false;

/* ---- opening and closing ---- */

static void
raise_curl(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_SYSTEM_ERROR),
			 errmsg("could not set up a DynamoDB connection: %s failed",
					what)));
}

/* Needs no lookup, whoever it is: it has digits and dots, or colons. */
static bool
is_address(const char *endpoint)
{
	const char *host = strstr(endpoint, "://");

	if (host == NULL)
		return false;
	host += 3;
	return *host == '[' ||
		strspn(host, "0123456789.") == strcspn(host, ":/");
}

static void
free_idle_exchanges(HttpTransport *transport)
{
	while (transport->idle != NULL)
	{
		HttpExchange *exchange = transport->idle;

		transport->idle = exchange->next_idle;
		curl_easy_cleanup(exchange->easy);
		free(exchange);
	}
}

/* Gives back all descriptors; exchanges that are done are not concerned. */
static void
rest_transport(HttpTransport *transport)
{
	free_idle_exchanges(transport);
	if (transport->multi != NULL)
		curl_multi_cleanup(transport->multi);
	transport->multi = NULL;
	transport->connecting = 0;
	transport->next_connecting = 0;
	http_sockets_close(&transport->sockets);
}

static bool
rest_transport_if_idle(DescriptorHolder *holder)
{
	HttpTransport *transport = (HttpTransport *)
		((char *) holder - offsetof(HttpTransport, sockets.holder));

	if (transport->under_way_count > 0 || transport->copies > 0)
		return false;
	rest_transport(transport);
	return true;
}

/*
 * libcurl opens descriptors of its own to be woken by, and newer versions
 * (8.22, not 7.88) fail where the kernel has none.  NULL: it has none.
 */
static CURLM *
make_multi(const HttpTransport *transport)
{
	CURLM	   *multi;

	while ((multi = curl_multi_init()) == NULL &&
		   descriptors_close_idle(&transport->sockets.holder))
		;
	return multi;
}

/* False if there are not enough descriptors. */
static bool
wake_transport(HttpTransport *transport)
{
	bool		awake = false;

	if (transport->multi != NULL)
		return true;
	if (!descriptors_acquire(&transport->sockets.holder,
							 HTTP_SOCKETS_DESCRIPTORS, true))
		return false;
	PG_TRY();
	{
		CURLM	   *multi = make_multi(transport);

		transport->multi = multi;
		awake = multi != NULL &&
			http_sockets_open(&transport->sockets, multi);
		if (awake)
		{
			curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS,
							  (long) transport->settings.max_connections);
			curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS,
							  (long) transport->settings.max_connections);
		}
	}
	PG_CATCH();
	{
		rest_transport(transport);
		PG_RE_THROW();
	}
	PG_END_TRY();
	if (awake)
		descriptors_note_use(&transport->sockets.holder);
	else
		rest_transport(transport);
	return awake;
}

/* Product and versions, and the application; NULL if memory is short. */
static char *
make_user_agent(const char *app_id)
{
	const char *curl = curl_version_info(CURLVERSION_NOW)->version;
	size_t		length = strlen(PRODUCT) + strlen(curl) +
		(app_id == NULL ? 0 : strlen(app_id)) + 32;
	char	   *text = malloc(length);

	if (text != NULL)
		snprintf(text, length, PRODUCT " libcurl/%s%s%s", curl,
				 app_id != NULL ? " app/" : "", app_id != NULL ? app_id : "");
	return text;
}

/* False if memory is short. */
static bool
copy_text(char **copy, const char *text)
{
	*copy = text == NULL ? NULL : strdup(text);
	return text == NULL || *copy != NULL;
}

/* False if memory is short; what has been copied is for http_close(). */
static bool
copy_settings(HttpTransport *transport, const HttpSettings *settings)
{
	transport->settings = *settings;
	transport->named = !is_address(settings->endpoint) ||
		(settings->proxy != NULL && !is_address(settings->proxy));
	transport->user_agent = make_user_agent(settings->app_id);
	return transport->user_agent != NULL &&
		copy_text(&transport->url, settings->endpoint) &&
		copy_text(&transport->ca_file, settings->ca_file) &&
		copy_text(&transport->proxy, settings->proxy) &&
		copy_text(&transport->no_proxy,
				  settings->no_proxy != NULL ? settings->no_proxy : "");
}

static void
raise_no_memory(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
}

HttpTransport *
http_open(const HttpSettings *settings)
{
	HttpTransport *transport;

	if (!curl_ready && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		raise_curl("curl_global_init");
	curl_ready = true;
	wait_event_prepare();

	transport = calloc(1, sizeof(HttpTransport));
	if (transport == NULL)
		raise_no_memory();
	http_sockets_init(&transport->sockets);
	transport->sockets.holder.close_idle = rest_transport_if_idle;
	dlist_init(&transport->under_way);
	if (!copy_settings(transport, settings))
	{
		http_close(transport);
		raise_no_memory();
	}
	return transport;
}

void
http_set_endpoint(HttpTransport *transport, const char *endpoint)
{
	char	   *url = strdup(endpoint);

	if (url == NULL)
		raise_no_memory();
	/* handles that have been used have the old one */
	free_idle_exchanges(transport);
	free(transport->url);
	transport->url = url;
	transport->moves++;
}

void
http_close(HttpTransport *transport)
{
	rest_transport(transport);
	free(transport->url);
	free(transport->ca_file);
	free(transport->proxy);
	free(transport->no_proxy);
	free(transport->user_agent);
	free(transport);
}

/* ---- descriptors for connections ---- */

/* Counts as many as there are connections, and exchanges that need one. */
static void
settle_descriptors(HttpTransport *transport)
{
	DescriptorHolder *holder = &transport->sockets.holder;
	int			wanted = Max(transport->sockets.open_count,
							 transport->under_way_count) +
		transport->connecting;

	/* the wait set counts its own */
	wanted += HTTP_SOCKETS_DESCRIPTORS - 1 + transport->copies;
	if (holder->count > wanted)
		descriptors_release(holder, holder->count - wanted);
	else if (holder->count < wanted)
		descriptors_count(holder, wanted - holder->count);
}

void
http_end_connecting(HttpExchange *exchange)
{
	exchange->transport->connecting -= exchange->connecting;
	exchange->connecting = 0;
}

/* What has been sent has its connection. */
void
http_settle_connected(HttpTransport *transport)
{
	dlist_iter	iter;

	if (transport->multi == NULL)
		return;
	if (transport->connecting > 0)
	{
		dlist_foreach(iter, &transport->under_way)
		{
			HttpExchange *exchange = dlist_container(HttpExchange, node,
													 iter.cur);

			if (exchange->sent)
				http_end_connecting(exchange);
		}
	}
	settle_descriptors(transport);
}

HttpRoom
http_make_room(HttpTransport *transport)
{
	DescriptorHolder *holder = &transport->sockets.holder;
	bool		first = transport->under_way_count == 0;
	int			connecting = transport->named ? RESOLVING_DESCRIPTORS : 0;

	if (!wake_transport(transport))
		return HTTP_ROOM_NONE;
	descriptors_note_use(holder);

	/* another address may have served where one could not be tried */
	if (first)
		transport->sockets.starved = false;
	transport->connecting -= transport->next_connecting;
	transport->next_connecting = 0;
	http_settle_connected(transport);
	if (transport->under_way_count < transport->sockets.open_count)
		return HTTP_ROOM_NOW;
	if (!descriptors_acquire(holder, 1 + connecting, first))
	{
		if (!first)
			return HTTP_ROOM_LATER;
		connecting = 0;
		if (!descriptors_acquire(holder, 1, true))
			return HTTP_ROOM_NONE;
	}
	transport->connecting += connecting;
	transport->next_connecting = connecting;
	return HTTP_ROOM_NOW;
}

/* ---- the descriptor to wait for ---- */

int
http_copy_descriptor(HttpTransport *transport)
{
	DescriptorHolder *holder = &transport->sockets.holder;
	int			fd = -1;

	if (!wake_transport(transport) || !descriptors_acquire(holder, 1, true))
		return -1;
	do
		fd = http_sockets_copy_descriptor(&transport->sockets);
	while (fd < 0 && descriptors_close_idle(holder));
	if (fd < 0)
		descriptors_release(holder, 1);
	else
		transport->copies++;
	return fd;
}

void
http_close_copy(HttpTransport *transport, int fd)
{
	close(fd);
	descriptors_release(&transport->sockets.holder, 1);
	transport->copies--;
}

bool
http_is_watched(const HttpTransport *transport)
{
	return transport->copies > 0;
}
