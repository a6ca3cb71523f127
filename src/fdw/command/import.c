/*
 * import.c
 *		IMPORT FOREIGN SCHEMA: which tables, and what is known of each.
 *
 * DynamoDB knows the types of keys only.  Those of other attributes are told
 * from a sample of the items, which is bounded by the option sample_size and
 * by dynamorm_fdw.max_read_units.
 */
#include "postgres.h"

#include "compat.h"

#include "foreign/fdwapi.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "client/request/request.h"
#include "fdw/callbacks.h"
#include "fdw/catalog/description.h"
#include "fdw/catalog/option.h"
#include "fdw/catalog/option_definition.h"
#include "fdw/catalog/settings.h"
#include "fdw/command/import.h"
#include "fdw/read/sample.h"
#include "translate/table/identifier.h"

/* The one name that may stand for what DynamoDB does not have. */
#define SCHEMA_NAME				"dynamodb"

/* One table of DynamoDB, and its foreign table's name. */
typedef struct TableName
{
	const char *remote;			/* UTF-8, which is ASCII here */
	const char *local;
} TableName;

/* ---- which tables ---- */

static bool
is_listed(const char *name, List *relations)
{
	ListCell   *cell;

	foreach(cell, relations)
	{
		if (strcmp(lfirst_node(RangeVar, cell)->relname, name) == 0)
			return true;
	}
	return false;
}

static TableName *
make_table_name(const char *remote, IdentifierStyle style, const List *taken)
{
	TableName  *table = palloc(sizeof(TableName));

	table->remote = remote;
	table->local = identifier_not_taken(identifier_of_name(remote, style),
										taken);
	return table;
}

/*
 * The table that a name may have been meant for: one that DynamoDB calls so,
 * or whose name differs by its case only; NULL: none.
 */
static const TableName *
find_meant(const char *name, List *tables)
{
	const TableName *other_case = NULL;
	ListCell   *cell;

	foreach(cell, tables)
	{
		const TableName *table = (const TableName *) lfirst(cell);

		if (strcmp(table->remote, name) == 0)
			return table;
		if (other_case == NULL && pg_strcasecmp(table->local, name) == 0)
			other_case = table;
	}
	return other_case;
}

static void
warn_of_missing(const char *name, List *tables)
{
	const TableName *meant = find_meant(name, tables);

	ereport(WARNING,
			(errcode(ERRCODE_FDW_TABLE_NOT_FOUND),
			 meant != NULL && strcmp(meant->remote, name) == 0
			 ? errmsg("DynamoDB table \"%s\" would be imported as \"%s\"",
					  name, meant->local)
			 : errmsg("DynamoDB has no table \"%s\"", name),
			 meant == NULL ? 0 :
			 errhint("Perhaps you meant %s.",
					 quote_identifier(meant->local))));
}

/* All tables that the command is about, as a list of TableName. */
static List *
choose_tables(Connection *connection, ImportForeignSchemaStmt *stmt,
			  IdentifierStyle style)
{
	List	   *all = NIL;
	List	   *taken = NIL;
	List	   *chosen = NIL;
	ListCell   *cell;

	foreach(cell, description_list_tables(connection))
	{
		TableName  *table = make_table_name((const char *) lfirst(cell), style,
											taken);
		bool		listed = is_listed(table->local, stmt->table_list);

		taken = lappend(taken, unconstify(char *, table->local));
		all = lappend(all, table);
		if (stmt->list_type == FDW_IMPORT_SCHEMA_ALL ||
			listed == (stmt->list_type == FDW_IMPORT_SCHEMA_LIMIT_TO))
			chosen = lappend(chosen, table);
	}
	if (stmt->list_type == FDW_IMPORT_SCHEMA_LIMIT_TO)
	{
		foreach(cell, stmt->table_list)
		{
			const char *name = lfirst_node(RangeVar, cell)->relname;
			ListCell   *other;
			bool		found = false;

			foreach(other, chosen)
				found = found ||
					strcmp(((const TableName *) lfirst(other))->local,
						   name) == 0;
			if (!found)
				warn_of_missing(name, all);
		}
	}
	return chosen;
}

/* ---- one table ---- */

static void
look_at_item(const DynamoItem *item, void *argument)
{
	survey_look((Survey *) argument, item);
}

static void
raise_limit(const char *table_name, const RequestCounters *counters)
{
	ereport(ERROR,
			(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
			 errmsg("statement has used more than %d read units of DynamoDB",
					max_read_units),
			 errdetail("Looking at items up to those of table \"%s\" has used %.1f units.",
					   table_name, counters->capacity_units),
			 errhint("Set option \"sample_size\" to less, import fewer tables at once, or raise dynamorm_fdw.max_read_units.")));
}

static Survey *
look_at_items(Connection *connection, const TableName *table,
			  const TableDescription *description, int sample_size,
			  RequestCounters *counters)
{
	Survey	   *survey = survey_make();
	SampleSpec spec = {
		.connection = connection,
		.table_name = table->remote,
		.item_count = (double) description->item_count,
		.wanted = sample_size,
		.counters = counters,
		.take = look_at_item,
		.argument = survey
	};
	SampleResult result = {0};

	if (sample_size > 0)
		result = sample_read(&spec);
	if (result.is_limited)
		raise_limit(table->remote, counters);
	if (result.is_denied)
		ereport(WARNING,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("could not look at the items of DynamoDB table \"%s\"",
						table->remote),
				 errdetail("The right to Scan it is lacking, so that only its key gets columns.")));
	return survey;
}

static void
warn_of_refusal(const TableName *table, Request *refusal)
{
	const char *message = request_error_message(refusal);

	ereport(WARNING,
			(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_REPLY),
			 errmsg("could not import DynamoDB table \"%s\"", table->remote),
			 message == NULL ? 0 : errdetail("DynamoDB says: %s", message)));
}

/* The command that makes the foreign table; NULL: there is none. */
static char *
import_table(Connection *connection, const ImportOptions *options,
			 const TableName *table, int sample_size,
			 RequestCounters *counters)
{
	Request    *refusal;
	const TableDescription *description =
		description_fetch(connection, table->remote, &refusal);
	ImportedTable imported = {
		.remote_name = table->remote,
		.local_name = table->local,
		.description = description
	};

	if (description == NULL && request_response(refusal) == NULL)
		request_raise(refusal, NULL);
	if (description == NULL || description->partition_key == NULL)
	{
		/* it may have been dropped since it was listed */
		if (refusal != NULL)
			warn_of_refusal(table, refusal);
		return NULL;
	}
	imported.time_to_live =
		description_time_to_live(connection, table->remote);
	imported.survey = look_at_items(connection, table, description,
									sample_size, counters);
	return import_command(&imported, options);
}

/* ---- the callback ---- */

static List *
import_schema(ImportForeignSchemaStmt *stmt, Oid server_id)
{
	Connection *connection;
	ImportedOptions given;
	ImportOptions options;
	RequestCounters counters = {0};
	MemoryContext table_context;
	List	   *tables;
	List	   *commands = NIL;
	ListCell   *cell;

	option_check(stmt->options, OPTION_OF_IMPORT);
	if (strcmp(stmt->remote_schema, SCHEMA_NAME) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_SCHEMA_NOT_FOUND),
				 errmsg("schema \"%s\" does not exist in DynamoDB",
						stmt->remote_schema),
				 errhint("DynamoDB has no schemas.  Use IMPORT FOREIGN SCHEMA %s, with LIMIT TO or EXCEPT to choose tables.",
						 SCHEMA_NAME)));
	given = option_read_import(stmt->options);
	options = (ImportOptions) {
		.server_name = GetForeignServer(server_id)->servername,
		.column_style = given.column_case,
		.whole_numbers = given.number_type == NUMBER_TYPE_BIGINT,
		.document = given.document
	};

	connection = option_connection(server_id, GetUserId());
	tables = choose_tables(connection, stmt, given.table_case);
	table_context = AllocSetContextCreate(CurrentMemoryContext,
										  "dynamorm_fdw imported table",
										  ALLOCSET_DEFAULT_SIZES);
	foreach(cell, tables)
	{
		MemoryContext old = MemoryContextSwitchTo(table_context);
		char	   *command = import_table(connection, &options,
										   (const TableName *) lfirst(cell),
										   given.sample_size, &counters);

		MemoryContextSwitchTo(old);
		if (command != NULL)
			commands = lappend(commands, pstrdup(command));
		MemoryContextReset(table_context);
	}
	return commands;
}

void
import_set_callbacks(FdwRoutine *routine)
{
	routine->ImportForeignSchema = import_schema;
}
