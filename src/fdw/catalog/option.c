/*
 * option.c
 *		Options in use: turned into the settings of connections, and into the
 *		descriptions of tables.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_user_mapping.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "client/credential/endpoint.h"
#include "fdw/catalog/configured.h"
#include "fdw/catalog/identity.h"
#include "fdw/catalog/option.h"
#include "fdw/catalog/option_definition.h"
#include "fdw/catalog/role_session.h"
#include "translate/table/table.h"

/* What is signed when the endpoint is not Amazon's and no region is given */
#define DEFAULT_REGION			"us-east-1"

/* The SDKs take this name of a region for an engine on the machine itself */
#define LOCAL_REGION			"local"
#define LOCAL_ENDPOINT			"http://localhost:8000"

/* The user mapping of a user, or of PUBLIC. */
static Oid
find_user_mapping(Oid server_id, Oid user_id)
{
	Oid			mapping_id;

	mapping_id = GetSysCacheOid2(USERMAPPINGUSERSERVER,
								 Anum_pg_user_mapping_oid,
								 ObjectIdGetDatum(user_id),
								 ObjectIdGetDatum(server_id));
	if (!OidIsValid(mapping_id))
		mapping_id = GetSysCacheOid2(USERMAPPINGUSERSERVER,
									 Anum_pg_user_mapping_oid,
									 ObjectIdGetDatum(InvalidOid),
									 ObjectIdGetDatum(server_id));
	return mapping_id;
}

/* ---- credentials ---- */

static void
check_keys(const CredentialSettings *settings, const ForeignServer *server)
{
	const char *missing = NULL;

	if (settings->access_key_id == NULL)
		missing = "access_key_id";
	else if (settings->secret_access_key == NULL)
		missing = "secret_access_key";
	if (missing != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("user mapping for server \"%s\" lacks option \"%s\"",
						server->servername, missing),
				 errhint("Set the options access_key_id and secret_access_key of the user mapping.")));
}

static void
read_credentials(const MappingOptions *mapping, const ForeignServer *server,
				 Oid user_id, ConnectionSettings *settings)
{
	CredentialSettings *credential = &settings->credential;

	credential->source = mapping->credential_source;
	credential->access_key_id = mapping->access_key_id;
	credential->secret_access_key = mapping->secret_access_key;
	credential->session_token = mapping->session_token;
	credential->profile = mapping->profile;
	credential->role_arn = mapping->role_arn;
	credential->external_id = mapping->external_id;
	credential->role_session_name = mapping->role_session_name;
	credential->account_id = mapping->account_id;
	credential->role_policy = mapping->role_policy;
	credential->role_duration = mapping->role_duration;
	if (credential->source == CREDENTIALS_STATIC)
		check_keys(credential, server);
	settings->identity = (Identity) {
		.credentials = credential->source == CREDENTIALS_STATIC
			? CREDENTIALS_OF_USER : CREDENTIALS_OF_MACHINE,
		.set_free = !mapping->credentials_required,
		.names_profile = credential->profile != NULL,
		.server_owner = server->owner
	};
	identity_check(&settings->identity, server->servername, user_id);
	credential->files_hidden = !identity_may_read_files(&settings->identity,
														user_id);
}

/* ---- region and endpoint ---- */

/*
 * The endpoint that is given, or configured on the machine; NULL: the
 * region's.
 */
static const char *
choose_endpoint(const ForeignServer *server, const ServerOptions *options,
				const CredentialSettings *credential, EndpointOrigin *origin)
{
	const char *text = options->endpoint;
	Endpoint	endpoint;

	*origin = ENDPOINT_OF_SERVER;
	if (text == NULL)
	{
		text = endpoint_configured("dynamodb", credential, origin);
		if (text != NULL && !endpoint_parse(text, &endpoint))
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
					 errmsg("the endpoint that the server's environment or shared files configure is invalid"),
					 errhint("Set option \"endpoint\" of server \"%s\", or correct AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL or endpoint_url.",
							 server->servername)));
	}
	if (text != NULL && endpoint_variant_wanted(credential))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("cannot use the endpoint of server \"%s\" where FIPS or dual-stack endpoints are asked for",
						server->servername),
				 errhint("Drop option \"endpoint\" of the server, or unset AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, or use_fips_endpoint and use_dualstack_endpoint in the shared files.")));
	return text;
}

/* The region that the instance tells, which may be anything. */
static const char *
ask_instance_for_region(const CredentialSettings *credential)
{
	const char *region = endpoint_instance_region(credential);

	return region != NULL && option_is_region(region) ? region : NULL;
}

/*
 * The region: as given, as the endpoint's name tells, as configured, or, for
 * who may use the machine's identity, as its instance tells.
 */
static const char *
choose_region(const ForeignServer *server, const ServerOptions *options,
			  const char *endpoint_text, const CredentialSettings *credential)
{
	const char *region = options->region;
	Endpoint	endpoint;

	if (region == NULL && endpoint_text != NULL &&
		endpoint_parse(endpoint_text, &endpoint))
		region = endpoint_region(&endpoint);
	if (region == NULL)
	{
		region = endpoint_configured_region(credential);
		if (region != NULL && !option_is_region(region))
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
					 errmsg("the region that the server's environment or shared files configure is invalid"),
					 errhint("Set option \"region\" of server \"%s\", or correct AWS_REGION, AWS_DEFAULT_REGION or region.",
							 server->servername)));
	}
	if (region == NULL && endpoint_text != NULL)
		region = DEFAULT_REGION;
	if (region == NULL && credential->source != CREDENTIALS_STATIC)
		region = ask_instance_for_region(credential);
	if (region == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
				 errmsg("server \"%s\" has no region", server->servername),
				 errhint("Set option \"region\" of the server, for example: ALTER SERVER %s OPTIONS (ADD region 'eu-west-1').",
						 quote_identifier(server->servername))));
	return region;
}

/* Where there is none but what belongs to the region. */
static const char *
default_endpoint(const ServerOptions *options, ConnectionSettings *settings,
				 EndpointOrigin *origin)
{
	if (strcmp(settings->region, LOCAL_REGION) != 0)
	{
		*origin = ENDPOINT_OF_REGION;
		return endpoint_of_region("dynamodb", settings->region,
								  &settings->credential);
	}
	*origin = options->region != NULL
		? ENDPOINT_OF_SERVER_LOCAL : ENDPOINT_OF_MACHINE_LOCAL;
	return LOCAL_ENDPOINT;
}

/* Sets endpoint and region of the settings. */
static void
read_endpoint(const ForeignServer *server, const ServerOptions *options,
			  ConnectionSettings *settings)
{
	CredentialSettings *credential = &settings->credential;
	EndpointOrigin *origin = &settings->identity.endpoint;

	settings->endpoint = choose_endpoint(server, options, credential, origin);
	settings->region = choose_region(server, options, settings->endpoint,
									 credential);
	if (settings->endpoint == NULL)
		settings->endpoint = default_endpoint(options, settings, origin);

	/* that one signs as another */
	if (strcmp(settings->region, LOCAL_REGION) == 0)
		settings->region = DEFAULT_REGION;
	credential->region = settings->region;
}

/* ---- connections ---- */

/* Raises the error if the user may not have a connection by this mapping. */
static ConnectionSettings *
settings_of_mapping(const UserMapping *mapping, const ForeignServer *server,
					Oid user_id)
{
	ConnectionSettings *settings = palloc0(sizeof(ConnectionSettings));
	ServerOptions options = option_read_server(server->options);
	MappingOptions mapping_options = option_read_mapping(mapping->options);

	settings->server_id = server->serverid;
	settings->server_name = server->servername;
	settings->max_concurrency = options.max_concurrency;
	settings->connect_timeout = options.connect_timeout;
	settings->request_timeout = options.request_timeout;
	read_credentials(&mapping_options, server, user_id, settings);
	role_session_read(&mapping_options, user_id, settings);
	settings->ca_file = options.ca_file;
	if (settings->ca_file == NULL)
		settings->ca_file = endpoint_configured_ca_file(&settings->credential);
	settings->credential.ca_file = settings->ca_file;
	settings->proxy = options.proxy;
	settings->credential.proxy = options.proxy;
	read_endpoint(server, &options, settings);
	identity_check(&settings->identity, server->servername, user_id);
	configured_read(&options, settings);
	return settings;
}

/*
 * Was a connection made with the files that the user may read, and with what
 * the role is told of the user?  Not so if it was made for another user of the
 * mapping, or when others were superusers.
 */
static bool
suits_user(const ConnectionSettings *settings, const void *argument)
{
	Oid			user_id = *(const Oid *) argument;

	return settings->credential.files_hidden !=
		identity_may_read_files(&settings->identity, user_id) &&
		role_session_is_current(settings, user_id);
}

/* The session's connection for a mapping and user; NULL if there is none. */
static Connection *
find_connection(Oid mapping_id, Oid user_id)
{
	Connection *connection = connection_find(mapping_id, suits_user, &user_id);
	const ConnectionSettings *settings;

	if (connection == NULL)
		return NULL;
	settings = connection_settings(connection);
	identity_check(&settings->identity, settings->server_name, user_id);
	return connection;
}

Connection *
option_connection(Oid server_id, Oid user_id)
{
	uint64		catalog_version = connection_catalog_version();
	Oid			mapping_id = find_user_mapping(server_id, user_id);
	Connection *connection;
	ForeignServer *server;
	ConnectionSettings *settings;

	if (OidIsValid(mapping_id))
	{
		connection = find_connection(mapping_id, user_id);
		if (connection != NULL)
			return connection;
	}

	server = GetForeignServer(server_id);
	if (!OidIsValid(mapping_id))
	{
		char	   *user_name = GetUserNameFromId(user_id, false);

		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("user mapping not found for user \"%s\", server \"%s\"",
						user_name, server->servername),
				 errhint("Use CREATE USER MAPPING FOR %s SERVER %s OPTIONS (access_key_id '...', secret_access_key '...').",
						 quote_identifier(user_name),
						 quote_identifier(server->servername))));
	}
	settings = settings_of_mapping(GetUserMapping(user_id, server_id), server,
								   user_id);
	settings->catalog_version = catalog_version;
	return connection_create(mapping_id, settings);
}

Connection *
option_connection_if_mapped(Oid server_id, Oid user_id)
{
	return OidIsValid(find_user_mapping(server_id, user_id))
		? option_connection(server_id, user_id) : NULL;
}

bool
option_is_ours(Oid relation_id)
{
	ForeignServer *server = GetForeignServer(GetForeignTable(relation_id)->serverid);

	return strcmp(GetForeignDataWrapper(server->fdwid)->fdwname,
				  "dynamorm_fdw") == 0;
}

int
option_max_concurrency(Oid server_id)
{
	ForeignServer *server = GetForeignServer(server_id);

	return option_read_server(server->options).max_concurrency;
}

const char *
option_commit_table(Oid server_id)
{
	ForeignServer *server = GetForeignServer(server_id);

	return option_read_server(server->options).commit_table;
}

/* ---- tables ---- */

/* But for the columns, and the table's name if it is the relation's. */
static TableOptions
options_of_table(Oid relation_id)
{
	ForeignTable *foreign_table = GetForeignTable(relation_id);
	ForeignServer *server = GetForeignServer(foreign_table->serverid);
	ServerOptions server_options = option_read_server(server->options);
	TableOptions options = option_read_table(foreign_table->options,
											 &server_options);

	options.server_id = server->serverid;
	return options;
}

/* A TableOptionsReader. */
static const TableOptions *
read_table_options(Relation relation)
{
	TupleDesc	descriptor = RelationGetDescr(relation);
	Oid			relation_id = RelationGetRelid(relation);
	TableOptions *options = palloc(sizeof(TableOptions));

	*options = options_of_table(relation_id);
	if (options->table_name == NULL)
	{
		option_check_table_name(RelationGetRelationName(relation));
		options->table_name = pstrdup(RelationGetRelationName(relation));
	}
	options->columns = palloc0(Max(descriptor->natts, 1) *
							   sizeof(ColumnOptions));
	for (int i = 0; i < descriptor->natts; i++)
	{
		List	   *given;

		if (TupleDescAttr(descriptor, i)->attisdropped)
			continue;
		given = GetForeignColumnOptions(relation_id, i + 1);
		options->columns[i] = option_read_column(given);
		options->columns[i].is_given = given != NIL;
	}
	return options;
}

void
option_register(void)
{
	table_set_options_reader(read_table_options);
}

bool
option_updatable(Oid relation_id)
{
	return options_of_table(relation_id).updatable;
}

StorageOptions
option_storage(Oid relation_id)
{
	return options_of_table(relation_id).storage;
}
