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

#include "access/xact.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_user_mapping.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "client/http/descriptor.h"
#include "client/http/http_transport.h"
#include "client/request/connection.h"
#include "client/request/connection_state.h"
#include "client/wire/text.h"

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

	dlist_foreach(iter, &connections)
	{
		Connection *connection = dlist_container(Connection, node, iter.cur);

		if (connection->valid &&
			connection->user_mapping_id == user_mapping_id &&
			accepts(&connection->settings, argument))
			return connection;
	}
	return NULL;
}

static void
open_transport(Connection *connection)
{
	const ConnectionSettings *settings = &connection->settings;
	HttpSettings http = {
		.endpoint = settings->endpoint,
		.ca_file = settings->ca_file,
		.max_connections = settings->max_concurrency,
		.connect_timeout = settings->connect_timeout,
		.request_timeout = settings->request_timeout
	};

	connection->transport = http_open(&http);
}

Connection *
connection_create(Oid user_mapping_id, const ConnectionSettings *settings)
{
	MemoryContext context;
	MemoryContext old;
	Connection *connection;
	char	   *host;

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
	host = sigv4_host(connection->settings.endpoint);
	if (host == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	connection->host = pstrdup(host);
	free(host);
	connection->sends_old_item = is_service(connection->settings.endpoint);
	connection->provider =
		credential_provider_make(&connection->settings.credential);
	connection->signer.region = connection->settings.region;
	connection->signer.service = "dynamodb";
	dlist_init(&connection->requests);
	retry_bucket_init(&connection->bucket);
	MemoryContextSwitchTo(old);

	open_transport(connection);

	/* what has changed since is seen by the next statement */
	connection->valid = settings->catalog_version == catalog_version;
	MemoryContextSetParent(context, TopMemoryContext);
	dlist_push_tail(&connections, &connection->node);
	return connection;
}

/* ---- the rest ---- */

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
