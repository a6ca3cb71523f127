/*
 * transaction_function.c
 *		What became of a transaction, as SQL functions, and the table that
 *		tells.
 */
#include "postgres.h"

#include "compat.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_foreign_server.h"
#include "foreign/foreign.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "client/request/commit_marker.h"
#include "client/request/operation.h"
#include "fdw/catalog/option.h"
#include "fdw/function/admin_function.h"
#include "fdw/function/table_request.h"
#include "fdw/session/commit.h"

PG_FUNCTION_INFO_V1(dyn_create_commit_table);
PG_FUNCTION_INFO_V1(dyn_transaction_token);
PG_FUNCTION_INFO_V1(dyn_transaction_status);
PG_FUNCTION_INFO_V1(dyn_transaction_resolve);

/* ---- servers ---- */

static const char *
commit_table_of(Oid server_id)
{
	const char *name = option_commit_table(server_id);

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("server \"%s\" has no option \"commit_table\"",
						GetForeignServer(server_id)->servername),
				 errhint("Use ALTER SERVER ... OPTIONS (ADD commit_table '...').")));
	return name;
}

static void
refuse_several_servers(Oid one, Oid other)
{
	ereport(ERROR,
			(errcode(ERRCODE_AMBIGUOUS_PARAMETER),
			 errmsg("several servers have option \"commit_table\""),
			 errdetail("Among them are \"%s\" and \"%s\".",
					   GetForeignServer(one)->servername,
					   GetForeignServer(other)->servername),
			 errhint("Name the server as the second argument.")));
}

/* Is it one of this wrapper that has the option, and that the user may use? */
static bool
has_commit_table(Oid server_id)
{
	return is_own_server(server_id) &&
		option_commit_table(server_id) != NULL &&
		check_server_privilege(server_id, GetUserId(),
							   ACL_USAGE) == ACLCHECK_OK;
}

/* The only server with the option. */
static Oid
find_only_server(void)
{
	Relation	servers = table_open(ForeignServerRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(servers, InvalidOid, false, NULL, 0,
										  NULL);
	Oid			found = InvalidOid;
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Oid			id = ((Form_pg_foreign_server) GETSTRUCT(tuple))->oid;

		if (!has_commit_table(id))
			continue;
		if (OidIsValid(found))
			refuse_several_servers(found, id);
		found = id;
	}
	systable_endscan(scan);
	table_close(servers, AccessShareLock);
	if (!OidIsValid(found))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no server that you may use has option \"commit_table\""),
				 errhint("Use ALTER SERVER ... OPTIONS (ADD commit_table '...').")));
	return found;
}

/* ---- functions ---- */

/*
 * Makes the table of a server's option commit_table, with its time to live.
 */
Datum
dyn_create_commit_table(PG_FUNCTION_ARGS)
{
	Oid			server_id;
	const char *name;
	Connection *connection;
	StringInfoData body;

	refuse_null_arguments(fcinfo, PG_NARGS());
	PreventCommandIfReadOnly("dyn_create_commit_table()");
	server_id = find_usable_server(NameStr(*PG_GETARG_NAME(0)));
	name = commit_table_of(server_id);
	connection = option_connection(server_id, GetUserId());

	initStringInfo(&body);
	operation_begin(&body, name);
	appendStringInfoString(&body,
						   ",\"AttributeDefinitions\":[{\"AttributeName\":\"id\",\"AttributeType\":\"S\"}]"
						   ",\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}]"
						   ",\"BillingMode\":\"PAY_PER_REQUEST\"}");
	table_request_create(connection, name, &body);
	table_request_set_ttl(connection, name, "expires");
	PG_RETURN_VOID();
}

Datum
dyn_transaction_token(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(transaction_token()));
}

typedef CommitState (*StateFunction) (Connection *connection,
									  const char *table_name,
									  const char *token);

static Datum
tell_state(FunctionCallInfo fcinfo, StateFunction function)
{
	char	   *token;
	Oid			server_id;
	CommitState state;

	refuse_null_arguments(fcinfo, 1);
	token = text_to_cstring(PG_GETARG_TEXT_PP(0));
	server_id = PG_ARGISNULL(1) ? find_only_server()
		: find_usable_server(NameStr(*PG_GETARG_NAME(1)));
	state = function(option_connection(server_id, GetUserId()),
					 commit_table_of(server_id),
					 pg_server_to_any(token, strlen(token), PG_UTF8));
	PG_RETURN_TEXT_P(cstring_to_text(state == COMMIT_STATE_COMMITTED
									 ? "committed"
									 : state == COMMIT_STATE_ABORTED
									 ? "aborted" : "unknown"));
}

Datum
dyn_transaction_status(PG_FUNCTION_ARGS)
{
	return tell_state(fcinfo, commit_marker_status);
}

Datum
dyn_transaction_resolve(PG_FUNCTION_ARGS)
{
	PreventCommandIfReadOnly("dyn_transaction_resolve()");
	return tell_state(fcinfo, commit_marker_seal);
}
