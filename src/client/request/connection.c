/*
 * connection.c
 *		Connections to DynamoDB, one for each user mapping, kept for the
 *		session.
 *
 * A statement holds on to its connection, so one that was invalidated is not
 * closed before the transaction ends.
 */
#include "postgres.h"

#include "compat.h"

#include <math.h>

#include "access/xact.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_user_mapping.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "client/credential/proxy.h"
#include "client/http/clock.h"
#include "client/http/descriptor.h"
#include "client/http/http_transport.h"
#include "client/request/connection.h"
#include "client/request/connection_state.h"
#include "client/wire/text.h"

/* So many connections of one user mapping are kept in a session. */
#define MOST_CONNECTIONS		32

static dlist_head connections = DLIST_STATIC_INIT(connections);
static bool callbacks_registered = false;
static uint64 catalog_version = 0;

/* ---- invalidation ---- */

static void
server_or_mapping_changed(Datum argument, int cache_id, uint32 hash_value)
{
	dlist_iter	iter;

	catalog_version++;
	dlist_foreach(iter, &connections)
	{
		Connection *connection = dlist_container(Connection, node, iter.cur);

		if (hash_value == 0 ||
			(cache_id == FOREIGNSERVEROID &&
			 connection->server_hash == hash_value) ||
			(cache_id == USERMAPPINGOID &&
			 connection->mapping_hash == hash_value))
			connection->valid = false;
	}
}

static void
destroy_connection(Connection *connection)
{
	dlist_delete(&connection->node);
	if (connection->transport != NULL)
		http_close(connection->transport);
	MemoryContextDelete(connection->context);
}

static void
close_invalid_connections(XactEvent event, void *argument)
{
	dlist_mutable_iter iter;

	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT &&
		event != XACT_EVENT_PREPARE)
		return;
	dlist_foreach_modify(iter, &connections)
	{
		Connection *connection = dlist_container(Connection, node, iter.cur);

		if (!connection->valid && dlist_is_empty(&connection->requests) &&
			!http_is_watched(connection->transport))
			destroy_connection(connection);
	}
	descriptors_trim();
}

static void
register_callbacks(void)
{
	if (callbacks_registered)
		return;
	CacheRegisterSyscacheCallback(FOREIGNSERVEROID, server_or_mapping_changed,
								  (Datum) 0);
	CacheRegisterSyscacheCallback(USERMAPPINGOID, server_or_mapping_changed,
								  (Datum) 0);
	RegisterXactCallback(close_invalid_connections, NULL);
	callbacks_registered = true;
}

uint64
connection_catalog_version(void)
{
	register_callbacks();
	return catalog_version;
}

/* ---- making ---- */

static void
copy_credential_settings(CredentialSettings *own,
						 const CredentialSettings *settings)
{
	own->access_key_id = text_copy(settings->access_key_id);
	own->secret_access_key = text_copy(settings->secret_access_key);
	own->session_token = text_copy(settings->session_token);
	own->profile = text_copy(settings->profile);
	own->role_arn = text_copy(settings->role_arn);
	own->external_id = text_copy(settings->external_id);
	own->role_session_name = text_copy(settings->role_session_name);
	own->account_id = text_copy(settings->account_id);
	own->role_policy = text_copy(settings->role_policy);
	own->source_identity = text_copy(settings->source_identity);
	own->session_tags = text_copy(settings->session_tags);
	own->proxy = text_copy(settings->proxy);
	own->region = text_copy(settings->region);
	own->ca_file = text_copy(settings->ca_file);
}

static void
copy_connection_settings(Connection *connection,
						 const ConnectionSettings *settings)
{
	ConnectionSettings *own = &connection->settings;

	*own = *settings;
	own->server_name = text_copy(settings->server_name);
	own->region = text_copy(settings->region);
	own->ca_file = text_copy(settings->ca_file);
	own->proxy = text_copy(settings->proxy);
	own->app_id = text_copy(settings->app_id);
	own->session_tags = text_copy(settings->session_tags);
	own->source_identity = text_copy(settings->source_identity);
	copy_credential_settings(&own->credential, &settings->credential);
	own->endpoint = text_copy(settings->endpoint);
}

static bool
is_service(const char *endpoint)
{
	Endpoint	parsed;

	return endpoint_parse(endpoint, &parsed) && endpoint_is_amazon(&parsed);
}

Connection *
connection_find(Oid user_mapping_id, ConnectionTest accepts,
				const void *argument)
{
	dlist_iter	iter;

	dlist_reverse_foreach(iter, &connections)
	{
		Connection *connection = dlist_container(Connection, node, iter.cur);

		if (connection->valid &&
			connection->user_mapping_id == user_mapping_id &&
			accepts(&connection->settings, argument))
		{
			if (dlist_has_next(&connections, &connection->node))
				dlist_move_tail(&connections, &connection->node);
			return connection;
		}
	}
	return NULL;
}

static void
open_transport(Connection *connection)
{
	const ConnectionSettings *settings = &connection->settings;
	Proxy		proxy = proxy_choose(settings->endpoint, settings->proxy);
	HttpSettings http = {
		.endpoint = settings->endpoint,
		.ca_file = settings->ca_file,
		.proxy = proxy.proxy,
		.no_proxy = proxy.no_proxy,
		.app_id = settings->app_id,
		.max_connections = settings->max_concurrency,
		.connect_timeout = settings->connect_timeout,
		.request_timeout = settings->request_timeout
	};

	connection->transport = http_open(&http);
}

/* Sets endpoint and host; raises 53200 if memory is short. */
static void
set_connection_endpoint(Connection *connection, const char *endpoint)
{
	char	   *host = sigv4_host(endpoint);

	if (host == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	connection->endpoint = MemoryContextStrdup(connection->context, endpoint);
	connection->host = MemoryContextStrdup(connection->context, host);
	free(host);
}

/*
 * A session whose users, or whose tags, change again and again has a
 * connection for each.  The list begins with the one used longest ago.
 */
static void
retire_oldest_connection(Oid user_mapping_id)
{
	Connection *oldest = NULL;
	dlist_iter	iter;
	int			count = 0;

	dlist_foreach(iter, &connections)
	{
		Connection *connection = dlist_container(Connection, node, iter.cur);

		if (!connection->valid ||
			connection->user_mapping_id != user_mapping_id)
			continue;
		if (oldest == NULL)
			oldest = connection;
		count++;
	}
	if (count >= MOST_CONNECTIONS)
		oldest->valid = false;
}

Connection *
connection_create(Oid user_mapping_id, const ConnectionSettings *settings)
{
	MemoryContext context;
	MemoryContext old;
	Connection *connection;

	retire_oldest_connection(user_mapping_id);

	/* until it is complete it goes away with the caller's context */
	context = AllocSetContextCreate(CurrentMemoryContext,
									"dynamorm_fdw connection",
									ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	connection = palloc0(sizeof(Connection));
	connection->context = context;
	connection->user_mapping_id = user_mapping_id;
	connection->mapping_hash =
		GetSysCacheHashValue1(USERMAPPINGOID, ObjectIdGetDatum(user_mapping_id));
	connection->server_hash =
		GetSysCacheHashValue1(FOREIGNSERVEROID,
							  ObjectIdGetDatum(settings->server_id));
	copy_connection_settings(connection, settings);
	set_connection_endpoint(connection, connection->settings.endpoint);
	connection->sends_old_item = is_service(connection->settings.endpoint);
	connection->provider =
		credential_provider_make(&connection->settings.credential);
	connection->signer.region = connection->settings.region;
	connection->signer.service = "dynamodb";
	dlist_init(&connection->requests);
	retry_bucket_init(&connection->bucket);
	rate_limiter_init(&connection->limiter, monotonic_milliseconds() / 1000.0);
	MemoryContextSwitchTo(old);

	open_transport(connection);

	/* what has changed since is seen by the next statement */
	connection->valid = settings->catalog_version == catalog_version;
	MemoryContextSetParent(context, TopMemoryContext);
	dlist_push_tail(&connections, &connection->node);
	return connection;
}

/* ---- the rest ---- */

static void
move_connection(Connection *connection, const char *endpoint)
{
	if (strcmp(endpoint, connection->endpoint) == 0)
		return;
	http_set_endpoint(connection->transport, endpoint);
	set_connection_endpoint(connection, endpoint);
}

/*
 * Chooses the endpoint of an account (NULL: not known).  False if the settings
 * require one, and it is not known.
 */
static bool
follow_account(Connection *connection, const char *account_id)
{
	const ConnectionSettings *settings = &connection->settings;
	const char *endpoint = NULL;

	if (settings->account_mode == ACCOUNTS_DISABLED)
		return true;
	if (account_id != NULL && !connection->stays_regional)
		endpoint = endpoint_of_account(account_id, settings->region);
	if (endpoint == NULL && settings->account_mode == ACCOUNTS_REQUIRED)
		return false;
	if (endpoint == NULL)
		endpoint = settings->endpoint;
	move_connection(connection, endpoint);
	return true;
}

/*
 * Has a request an ARN where it names a table?  There are many such places
 * (TableName in TransactItems, members of RequestItems, ResourceArn), so the
 * question is: is there an ARN that is not the text of an attribute?
 */
static bool
names_by_arn(const char *body)
{
	const char *quote = body;

	while ((quote = strstr(quote, "\"arn:")) != NULL)
	{
		const char *before = quote;

		while (before > body && before[-1] == ' ')
			before--;
		if (before - body < 4 || strncmp(before - 4, "\"S\":", 4) != 0)
			return true;
		quote++;
	}
	return false;
}

/*
 * The AWS SDKs go to the endpoint of the account in the table's ARN; that of
 * the region serves all.
 */
void
connection_note_arns(Connection *connection, const char *body)
{
	if (connection->settings.account_mode != ACCOUNTS_PREFERRED ||
		connection->stays_regional || !names_by_arn(body))
		return;
	connection->stays_regional = true;
	move_connection(connection, connection->settings.endpoint);
}

SigV4Signer *
connection_signer(Connection *connection, int64 now, const char **problem,
				  const char **hint)
{
	SigV4Signer *signer = &connection->signer;
	const Credentials *credentials = credential_get(connection->provider, now,
													problem, hint);

	if (credentials == NULL)
		return NULL;
	if (signer->access_key_id == credentials->access_key_id)
		return signer;
	/* its keys are gone; if this fails, their address may come again */
	signer->access_key_id = NULL;
	if (!follow_account(connection, credentials->account_id))
	{
		*problem = "An account-based endpoint is required, and the credentials do not tell their account.";
		*hint = "Name the account where the credentials come from, or set the server's option account_id_endpoint_mode to preferred.";
		return NULL;
	}
	/* the key that is derived for the day belongs to the secret */
	signer->key_date[0] = '\0';
	signer->access_key_id = credentials->access_key_id;
	signer->secret_access_key = credentials->secret_access_key;
	signer->session_token = credentials->session_token;
	return signer;
}

bool
connection_is_limited(const Connection *connection)
{
	return connection->settings.is_adaptive && connection->limiter.limits;
}

long
connection_rate_delay(Connection *connection)
{
	double		now = monotonic_milliseconds() / 1000.0;

	return !connection_is_limited(connection) ? 0
		: (long) ceil(1000 * rate_limiter_take(&connection->limiter, now));
}

void
connection_note_rate(Connection *connection, bool throttled)
{
	if (connection->settings.is_adaptive)
		rate_limiter_note(&connection->limiter, throttled,
						  monotonic_milliseconds() / 1000.0);
}

const ConnectionSettings *
connection_settings(const Connection *connection)
{
	return &connection->settings;
}

bool
connection_sends_old_item(const Connection *connection)
{
	return connection->sends_old_item;
}

void
connection_note_old_item(Connection *connection)
{
	connection->sends_old_item = true;
}

bool
connection_takes_batches(const Connection *connection)
{
	return !connection->refuses_batches;
}

bool
connection_note_no_batches(Connection *connection)
{
	bool		is_first = !connection->refuses_batches;

	connection->refuses_batches = true;
	return is_first;
}

int64
connection_time(const Connection *connection)
{
	return (int64) time(NULL) + connection->clock_offset;
}

void
connection_for_each(void (*function) (Connection *connection, void *argument),
					void *argument)
{
	dlist_iter	iter;

	dlist_foreach(iter, &connections)
		function(dlist_container(Connection, node, iter.cur), argument);
}
