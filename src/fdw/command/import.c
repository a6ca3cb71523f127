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
#include "mb/pg_wchar.h"
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
#include "fdw/catalog/stored_table.h"
#include "fdw/command/import.h"
#include "fdw/read/sample.h"
#include "translate/table/identifier.h"

/* The one name that may stand for what DynamoDB does not have. */
#define SCHEMA_NAME				"dynamodb"

/* Stands for whatever attribute tells kinds of items. */
#define ENTITIES_AUTO			"auto"

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
add_to_sample(const DynamoItem *item, void *argument)
{
	item_sample_add((ItemSample *) argument, item);
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

/* What the command is about, and what it has done so far. */
typedef struct Import
{
	Connection *connection;
	ImportedOptions given;
	ImportOptions options;
	RequestCounters counters;
	List	   *tables;			/* of TableName */
	List	   *commands;		/* of char * */
	List	   *kind_names;		/* foreign tables of kinds */
	MemoryContext context;		/* of these lists */
} Import;

static void
look_at_items(Import *import, const TableName *table,
			  const TableDescription *description,
			  void (*take) (const DynamoItem *item, void *argument),
			  void *argument)
{
	SampleSpec	spec = {
		.connection = import->connection,
		.table_name = table->remote,
		.item_count = (double) description->item_count,
		.wanted = import->given.sample_size,
		.counters = &import->counters,
		.take = take,
		.argument = argument
	};
	SampleResult result = {0};

	if (spec.wanted > 0)
		result = sample_read(&spec);
	if (result.is_limited)
		raise_limit(table->remote, spec.counters);
	if (result.is_denied)
		ereport(WARNING,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("could not look at the items of DynamoDB table \"%s\"",
						table->remote),
				 errdetail("The right to Scan it is lacking, so that only its key gets columns.")));
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

static void
add_command(Import *import, const ImportedTable *imported)
{
	char	   *command = import_command(imported, &import->options);
	MemoryContext old = MemoryContextSwitchTo(import->context);

	import->commands = lappend(import->commands, pstrdup(command));
	MemoryContextSwitchTo(old);
}

/* ---- one foreign table for each kind of items ---- */

/* A name that no other foreign table of the command has. */
static const char *
choose_kind_name(Import *import, const TableName *table, const ItemKind *kind)
{
	List	   *taken = list_copy(import->kind_names);
	const char *name = identifier_of_name(identifier_to_server(kind->name),
										  import->given.table_case);
	MemoryContext old;
	ListCell   *cell;

	foreach(cell, import->tables)
	{
		const TableName *other = (const TableName *) lfirst(cell);

		if (other != table)
			taken = lappend(taken, unconstify(char *, other->local));
	}
	old = MemoryContextSwitchTo(import->context);
	name = identifier_not_taken(name, taken);
	import->kind_names = lappend(import->kind_names,
								 unconstify(char *, name));
	MemoryContextSwitchTo(old);
	return name;
}

static void
tell_of_no_kinds(const TableName *table, const char *attribute)
{
	ereport(NOTICE,
			(attribute == NULL
			 ? errmsg("nothing tells kinds of items in DynamoDB table \"%s\"",
					  table->remote)
			 : errmsg("attribute \"%s\" does not tell kinds of items in DynamoDB table \"%s\"",
					  attribute, table->remote),
			 errdetail("It is imported as one foreign table.")));
}

/* NULL: the table is imported as one. */
static const ItemKinds *
tell_kinds(const Import *import, const TableName *table,
		   const ImportedTable *imported, const ItemSample *sample)
{
	const char *named = import->given.entities;
	const ItemKinds *kinds;

	if (strcmp(named, ENTITIES_AUTO) == 0)
	{
		named = NULL;
		kinds = infer_kinds(sample, imported->description);
	}
	else
		kinds = infer_kinds_of_attribute(sample,
										 pg_server_to_any(named,
														  strlen(named),
														  PG_UTF8));
	if (kinds == NULL)
		tell_of_no_kinds(table, named);
	return kinds;
}

static void
import_kinds(Import *import, const TableName *table, ImportedTable *imported)
{
	ItemSample *sample = item_sample_make();
	const ItemKinds *kinds;
	ListCell   *cell;

	look_at_items(import, table, imported->description, add_to_sample, sample);
	kinds = tell_kinds(import, table, imported, sample);
	if (kinds == NULL)
	{
		imported->survey = item_sample_survey(sample->items, sample->count);
		add_command(import, imported);
		return;
	}
	imported->kind_attribute = kinds->attribute;
	foreach(cell, kinds->kinds)
	{
		imported->kind = (const ItemKind *) lfirst(cell);
		imported->local_name = choose_kind_name(import, table, imported->kind);
		imported->survey = item_sample_survey(imported->kind->items,
											  imported->kind->count);
		add_command(import, imported);
	}
	if (kinds->others > 0)
		ereport(NOTICE,
				(errmsg("%d of %d items looked at in DynamoDB table \"%s\" are rows of none of its foreign tables",
						kinds->others, sample->count, table->remote)));
}

static void
import_table(Import *import, const TableName *table)
{
	Request    *refusal;
	TableDetails *details = stored_table_describe(import->connection,
												  table->remote, &refusal);
	ImportedTable imported = {
		.remote_name = table->remote,
		.local_name = table->local
	};

	if (details == NULL && request_response(refusal) == NULL)
		request_raise(refusal, NULL);
	if (details == NULL || details->key_count == 0)
	{
		/* it may have been dropped since it was listed */
		if (refusal != NULL)
			warn_of_refusal(table, refusal);
		return;
	}
	imported.description = details->description;
	stored_table_add_time_to_live(import->connection, table->remote, details);
	imported.time_to_live = details->time_to_live;
	if (import->given.table_options)
	{
		stored_table_add_recovery(import->connection, table->remote, details);
		stored_table_add_tags(import->connection, table->remote, details);
		imported.storage = details;
	}
	if (import->given.entities == NULL)
	{
		Survey	   *survey = survey_make();

		look_at_items(import, table, imported.description, look_at_item,
					  survey);
		imported.survey = survey;
		add_command(import, &imported);
	}
	else
		import_kinds(import, table, &imported);
}

/* ---- the callback ---- */

static List *
import_schema(ImportForeignSchemaStmt *stmt, Oid server_id)
{
	Import		import = {.context = CurrentMemoryContext};
	MemoryContext table_context;
	ListCell   *cell;

	option_check(stmt->options, OPTION_OF_IMPORT);
	if (strcmp(stmt->remote_schema, SCHEMA_NAME) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_SCHEMA_NOT_FOUND),
				 errmsg("schema \"%s\" does not exist in DynamoDB",
						stmt->remote_schema),
				 errhint("DynamoDB has no schemas.  Use IMPORT FOREIGN SCHEMA %s, with LIMIT TO or EXCEPT to choose tables.",
						 SCHEMA_NAME)));
	import.given = option_read_import(stmt->options);
	import.options = (ImportOptions) {
		.server_name = GetForeignServer(server_id)->servername,
		.column_style = import.given.column_case,
		.whole_numbers = import.given.number_type == NUMBER_TYPE_BIGINT,
		.document = import.given.document
	};

	import.connection = option_connection(server_id, GetUserId());
	import.tables = choose_tables(import.connection, stmt,
								  import.given.table_case);
	table_context = AllocSetContextCreate(CurrentMemoryContext,
										  "dynamorm_fdw imported table",
										  ALLOCSET_DEFAULT_SIZES);
	foreach(cell, import.tables)
	{
		MemoryContext old = MemoryContextSwitchTo(table_context);

		import_table(&import, (const TableName *) lfirst(cell));
		MemoryContextSwitchTo(old);
		MemoryContextReset(table_context);
	}

	/*
	 * The lists name tables of DynamoDB, which PostgreSQL would look for the
	 * names of kinds in.  The statement is this execution's own copy.
	 */
	if (import.given.entities != NULL)
		stmt->list_type = FDW_IMPORT_SCHEMA_ALL;
	return import.commands;
}

void
import_set_callbacks(FdwRoutine *routine)
{
	routine->ImportForeignSchema = import_schema;
}
