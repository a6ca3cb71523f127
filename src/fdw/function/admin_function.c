/*
 * admin_function.c
 *		dyn_create_table(), dyn_drop_table() and dyn_request().
 *
 * What they do in DynamoDB is done at once, and no rollback undoes it.
 */
#include "postgres.h"

#include "compat.h"

#include "access/relation.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_foreign_server.h"
#include "foreign/foreign.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "client/request/operation.h"
#include "client/request/request.h"
#include "client/request/table_operation.h"
#include "client/request/unit_limit.h"
#include "fdw/catalog/description.h"
#include "fdw/catalog/option.h"
#include "fdw/catalog/storage.h"
#include "fdw/catalog/table_limit.h"
#include "fdw/function/admin_function.h"
#include "fdw/function/table_request.h"
#include "fdw/read/read_ahead.h"
#include "fdw/session/transaction.h"
#include "fdw/session/write_buffer.h"
#include "translate/key/item_key.h"
#include "translate/table/table_template.h"
#include "translate/table/table.h"

PG_FUNCTION_INFO_V1(dyn_create_table);
PG_FUNCTION_INFO_V1(dyn_drop_table);
PG_FUNCTION_INFO_V1(dyn_request);

bool
is_own_server(Oid server_id)
{
	ForeignServer *server = GetForeignServer(server_id);
	ForeignDataWrapper *wrapper = GetForeignDataWrapper(server->fdwid);
	FmgrInfo	handler;

	if (!OidIsValid(wrapper->fdwhandler))
		return false;
	fmgr_info(wrapper->fdwhandler, &handler);
	return handler.fn_addr == dynamorm_fdw_handler;
}

void
lock_own_table(Oid relation_id, LOCKMODE mode)
{
	Relation	relation = try_relation_open(relation_id, mode);

	if (relation == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relation_id)));
	if (relation->rd_rel->relkind != RELKIND_FOREIGN_TABLE ||
		!is_own_server(GetForeignTable(relation_id)->serverid))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a foreign table of dynamorm_fdw",
						RelationGetRelationName(relation))));
	relation_close(relation, NoLock);
}

void
refuse_null_arguments(FunctionCallInfo fcinfo, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("argument %d of function %s must not be null",
							i + 1,
							get_func_name(fcinfo->flinfo->fn_oid))));
	}
}

/* The answer to a request that asked for the raw text. */
static Datum
answer_jsonb(const Request *request)
{
	const char *text = request_raw_body(request);
	char	   *converted = pg_any_to_server(text, strlen(text), PG_UTF8);

	return DirectFunctionCall1(jsonb_in, CStringGetDatum(converted));
}

/* ---- tables ---- */

/* The table, of which the caller must be the owner. */
static Table *
describe_owned_table(Oid relation_id)
{
	lock_own_table(relation_id, ShareUpdateExclusiveLock);
	if (!owns_relation(relation_id, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_FOREIGN_TABLE,
					   get_rel_name(relation_id));
	return table_describe(relation_id);
}

/*
 * What is not made by the one request.  If one fails, the table is there: the
 * error says which operations are still to be done.
 */
static void
complete_table(Connection *connection, const Table *table,
			   const TableDetails *details)
{
	if (details->point_in_time_recovery)
		table_request_set_recovery(connection, table->table_name,
								   details->time_to_live != NULL
								   ? "The table was created, but it has no point-in-time recovery and no time to live: UpdateContinuousBackups and UpdateTimeToLive are still to be done, by dyn_request()."
								   : "The table was created, but it has no point-in-time recovery: UpdateContinuousBackups is still to be done, by dyn_request().");
	if (details->time_to_live != NULL)
		table_request_set_ttl(connection, table->table_name,
							  details->time_to_live);
}

/*
 * Makes the DynamoDB table that a foreign table describes.
 */
Datum
dyn_create_table(PG_FUNCTION_ARGS)
{
	Table	   *table;
	Connection *connection;
	StorageOptions options;
	TableDetails *details;
	StringInfoData body;

	refuse_null_arguments(fcinfo, PG_NARGS());
	PreventCommandIfReadOnly("dyn_create_table()");
	table = describe_owned_table(PG_GETARG_OID(0));
	if (key_columns(table).count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("foreign table \"%s\" does not say what its key is",
						table->relation_name),
				 errhint("Set option \"key\" of a column to 'partition'.")));

	options = option_storage(table->relation_id);
	details = storage_of_table(table, &options);
	initStringInfo(&body);
	table_operation_create(&body, table->table_name, details);
	connection = option_connection(table->server_id, GetUserId());
	table_request_create(connection, table->table_name, &body);
	complete_table(connection, table, details);
	description_forget();
	PG_RETURN_VOID();
}

/* Others may have items in it. */
static void
refuse_shared_table(const Table *table)
{
	if (table_has_other_items(table))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot drop DynamoDB table \"%s\" by foreign table \"%s\"",
						table->table_name, table->relation_name),
				 errdetail("The templates of the foreign table say that not all items are its rows."),
				 errhint("Use TRUNCATE for the rows, or dyn_request() with the operation DeleteTable.")));
}

/* COMMIT would write to it. */
static void
refuse_buffered_table(const Table *table)
{
	if (write_buffer_has_table(table))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("cannot drop DynamoDB table \"%s\", which the transaction has written",
						table->table_name),
				 errhint("Commit first.")));
}

/* DynamoDB has refused: is that why? */
static void
refuse_protected_table(Connection *connection, const Table *table)
{
	if (!description_is_protected(connection, table->table_name))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("cannot drop DynamoDB table \"%s\", which is protected against deletion",
					table->table_name),
			 errhint("SELECT dyn_request(%s, 'UpdateTable', '{\"TableName\": \"%s\", \"DeletionProtectionEnabled\": false}') takes the protection away.",
					 quote_literal_cstr(GetForeignServer(table->server_id)->servername),
					 table->table_name)));
}

/*
 * Drops the DynamoDB table of a foreign table, which itself stays.
 */
Datum
dyn_drop_table(PG_FUNCTION_ARGS)
{
	Table	   *table;
	Connection *connection;
	StringInfoData body;
	Request    *request;

	refuse_null_arguments(fcinfo, PG_NARGS());
	PreventCommandIfReadOnly("dyn_drop_table()");
	table = describe_owned_table(PG_GETARG_OID(0));
	refuse_shared_table(table);
	refuse_buffered_table(table);
	connection = option_connection(table->server_id, GetUserId());

	read_ahead_of_any(table, NULL);
	initStringInfo(&body);
	operation_begin(&body, table->table_name);
	appendStringInfoChar(&body, '}');
	request = table_request_run(connection, table->table_name, "DeleteTable",
								&body);
	if (request_outcome(request) == OUTCOME_VALIDATION)
		refuse_protected_table(connection, table);
	if (request_outcome(request) != OUTCOME_SUCCESS)
		request_raise(request, NULL);
	request_free(request);
	transaction_count_table();
	table_request_wait(connection, table->table_name, true);
	description_forget();
	PG_RETURN_VOID();
}

/* ---- any operation ---- */

/* The text of a member of a JSON object; NULL if it is not there. */
static char *
text_in_request(Jsonb *object, const char *name)
{
	JsonbValue *value = getKeyJsonValueFromContainer(&object->root, name,
													 strlen(name), NULL);

	if (value == NULL || value->type != jbvString)
		return NULL;
	return pnstrdup(value->val.string.val, value->val.string.len);
}

/*
 * What may be sent again: reads, and transactions with a token.  The
 * operations of PartiQL may write, and so may those not known here.
 */
static RequestKind
operation_kind(const char *operation, Jsonb *body)
{
	static const char *const reads[] = {
		"Get", "List", "Describe", "Query", "Scan", "BatchGet", "TransactGet"
	};

	for (int i = 0; i < (int) lengthof(reads); i++)
	{
		if (strncmp(operation, reads[i], strlen(reads[i])) == 0)
			return REQUEST_READ;
	}
	if (strcmp(operation, "TransactWriteItems") == 0 &&
		text_in_request(body, "ClientRequestToken") != NULL)
		return REQUEST_IDEMPOTENT;
	return REQUEST_WRITE;
}

/* Is it spelled as we would?  Keys are compared by their spelling. */
static bool
is_plain_key_value(const AttributeValue *value)
{
	if (value->type != ATTRIBUTE_N)
		return value->type == ATTRIBUTE_S || value->type == ATTRIBUTE_B;
	return value->length > 0 && value->length < 16 &&
		strspn(value->u.text, "0123456789") == (size_t) value->length &&
		(value->u.text[0] != '0' || value->length == 1);
}

/* The key of the one item that the request writes; NULL: it is not known. */
static const DynamoItem *
key_in_request(Jsonb *body)
{
	JsonbValue *value = getKeyJsonValueFromContainer(&body->root, "Key",
													 strlen("Key"), NULL);
	StringInfoData text;
	Response   *response;
	const char *problem;

	if (value == NULL || value->type != jbvBinary)
		return NULL;
	initStringInfo(&text);
	appendStringInfo(&text, "{\"Item\":%s}",
					 JsonbToCString(NULL, value->val.binary.data,
									value->val.binary.len));
	response = response_decode(text.data, text.len, &problem);
	if (response == NULL || response->item == NULL ||
		response->item->count < 1 || response->item->count > 2)
		return NULL;
	for (int i = 0; i < response->item->count; i++)
		if (!is_plain_key_value(&response->item->attributes[i].value))
			return NULL;
	return response->item;
}

/* A request may write items that scans have yet to read. */
static void
read_ahead_of_request(Oid server_id, const char *table_name, Jsonb *body)
{
	Table		table = {
		.server_id = server_id,
		.table_name = unconstify(char *, table_name)
	};

	if (table_name == NULL)
		read_ahead_of_any(NULL, NULL);
	else
		read_ahead_of_any(&table, key_in_request(body));
}

Oid
find_usable_server(const char *name)
{
	ForeignServer *server = GetForeignServerByName(name, false);
	AclResult	result;

	result = check_server_privilege(server->serverid, GetUserId(), ACL_USAGE);
	if (result != ACLCHECK_OK)
		aclcheck_error(result, OBJECT_FOREIGN_SERVER, name);
	if (!is_own_server(server->serverid))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a server of dynamorm_fdw", name)));
	return server->serverid;
}

static void
check_operation(const char *operation, Jsonb *body)
{
	size_t		length = strlen(operation);

	if (length == 0 || length > 100 ||
		strspn(operation, "abcdefghijklmnopqrstuvwxyz"
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != length)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid DynamoDB operation \"%s\"", operation),
				 errhint("The name of an operation has only letters, for example GetItem.")));
	if (!JB_ROOT_IS_OBJECT(body))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the body of a DynamoDB request must be a JSON object")));
}

/*
 * The limit of the table that is named, if one is; and what is used has to be
 * told, where there is a limit.
 */
static void
set_limit(RequestSpec *spec, Oid server_id, Jsonb *body)
{
	if (!unit_limit_is_of(spec->operation))
		return;
	if (spec->table != NULL)
		spec->table_rate =
			table_limit_find(server_id, spec->table,
							 spec->kind != REQUEST_READ);
	if (!unit_limit_applies(spec) || JB_ROOT_COUNT(body) == 0 ||
		text_in_request(body, "ReturnConsumedCapacity") != NULL)
		return;
	spec->body = psprintf("{\"ReturnConsumedCapacity\": \"TOTAL\", %s",
						  spec->body + 1);
	spec->body_length = strlen(spec->body);
}

/*
 * Sends any operation.
 */
Datum
dyn_request(PG_FUNCTION_ARGS)
{
	Oid			server_id;
	char	   *operation;
	Jsonb	   *body;
	char	   *body_text;
	Request    *request;
	RequestSpec spec = {.raw = true};
	Datum		result;

	refuse_null_arguments(fcinfo, PG_NARGS());
	server_id = find_usable_server(NameStr(*PG_GETARG_NAME(0)));
	operation = text_to_cstring(PG_GETARG_TEXT_PP(1));
	body = PG_GETARG_JSONB_P(2);
	check_operation(operation, body);

	spec.operation = operation;
	spec.kind = operation_kind(operation, body);
	if (spec.kind != REQUEST_READ)
	{
		PreventCommandIfReadOnly("dyn_request()");
		transaction_begin_write(false);
	}
	body_text = JsonbToCString(NULL, &body->root, VARSIZE(body));
	spec.body = pg_server_to_any(body_text, strlen(body_text), PG_UTF8);
	spec.body_length = strlen(spec.body);
	spec.table = text_in_request(body, "TableName");
	set_limit(&spec, server_id, body);
	if (spec.kind != REQUEST_READ)
		read_ahead_of_request(server_id, spec.table, body);

	request = request_run(option_connection(server_id, GetUserId()), &spec);
	if (request_outcome(request) != OUTCOME_SUCCESS)
		request_raise(request, NULL);
	if (spec.kind != REQUEST_READ)
		transaction_count_write();
	/* CreateTable, UpdateTable, DeleteTable */
	if (strstr(operation, "Table") != NULL)
		description_forget();

	result = answer_jsonb(request);
	request_free(request);
	PG_RETURN_DATUM(result);
}
