/*
 * describe_function.c
 *		dyn_describe_table(): what DynamoDB tells of a table.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"

#include "fdw/catalog/option.h"
#include "fdw/catalog/stored_table.h"
#include "fdw/function/admin_function.h"
#include "translate/table/identifier.h"
#include "translate/table/storage_text.h"
#include "translate/table/table.h"

#define RESULT_COLUMNS	2

PG_FUNCTION_INFO_V1(dyn_describe_table);

/* value: NULL: there is none. */
static void
add_property(ReturnSetInfo *result, const char *property, const char *value)
{
	Datum		values[RESULT_COLUMNS] = {0};
	bool		nulls[RESULT_COLUMNS] = {false};

	values[0] = CStringGetTextDatum(property);
	nulls[1] = value == NULL;
	if (value != NULL)
		values[1] = CStringGetTextDatum(value);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* DynamoDB's own text. */
static void
add_utf8(ReturnSetInfo *result, const char *property, const char *text)
{
	add_property(result, property,
				 text == NULL ? NULL : identifier_to_server(text));
}

static void
add_number(ReturnSetInfo *result, const char *property, int64 count)
{
	add_property(result, property,
				 count < 0 ? NULL : psprintf(INT64_FORMAT, count));
}

static void
add_table_key(ReturnSetInfo *result, const TableDetails *details)
{
	static const char *const names[] = {"partition_key", "sort_key"};
	static const char *const types[] = {"partition_key_type", "sort_key_type"};

	for (int i = 0; i < 2; i++)
	{
		bool		is_there = i < details->key_count;

		add_utf8(result, names[i], is_there ? details->key[i].name : NULL);
		add_property(result, types[i], is_there
					 ? attribute_type_name(details->key[i].type) : NULL);
	}
}

static void
add_indexes(ReturnSetInfo *result, const TableDetails *details)
{
	for (int i = 0; i < details->index_count; i++)
	{
		const IndexDetails *index = &details->indexes[i];

		add_property(result, psprintf("index %s", index->index.name),
					 storage_text_index(details, index));
		add_utf8(result, psprintf("index %s status", index->index.name),
				 index->status);
	}
}

static void
add_options(ReturnSetInfo *result, const TableDetails *details)
{
	ListCell   *cell;

	foreach(cell, storage_text_options(details))
	{
		const StorageText *option = (const StorageText *) lfirst(cell);

		add_property(result, option->name, option->value);
	}
}

/*
 * Lists what DynamoDB tells of the table behind a foreign table: under the
 * names of options, what they would say.
 */
Datum
dyn_describe_table(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			relation_id;
	const Table *table;
	Connection *connection;
	TableDetails *details;
	Request    *refusal;

	refuse_null_arguments(fcinfo, PG_NARGS());
	relation_id = PG_GETARG_OID(0);
	lock_own_table(relation_id, AccessShareLock);
	if (pg_class_aclcheck(relation_id, GetUserId(), ACL_SELECT) !=
		ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FOREIGN_TABLE,
					   get_rel_name(relation_id));
	InitMaterializedSRF(fcinfo, 0);

	table = table_describe(relation_id);
	connection = option_connection(table->server_id, GetUserId());
	details = stored_table_describe(connection, table->table_name, &refusal);
	if (details == NULL)
		request_raise(refusal, NULL);
	stored_table_add_time_to_live(connection, table->table_name, details);
	stored_table_add_recovery(connection, table->table_name, details);
	stored_table_add_tags(connection, table->table_name, details);

	add_utf8(result, "table_name", table->table_name);
	add_utf8(result, "status", details->status);
	add_utf8(result, "arn", details->arn);
	add_table_key(result, details);
	add_indexes(result, details);
	add_options(result, details);
	add_utf8(result, "stream_arn", details->stream_arn);
	add_utf8(result, "ttl", details->time_to_live);
	add_number(result, "item_count", details->item_count);
	add_number(result, "size", details->size);
	return (Datum) 0;
}
