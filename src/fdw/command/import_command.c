/*
 * import_command.c
 *		A table of DynamoDB as the command that makes its foreign table.
 *
 * The columns are those of the key, then those of the keys of indexes, then
 * all others by name, and the document column for what the sample has not
 * shown.
 */
#include "postgres.h"

#include "compat.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "fdw/command/import_column.h"
#include "fdw/command/import_storage.h"
#include "fdw/command/import_template.h"

/*
 * Rarer attributes are left to the document column.  PostgreSQL allows 1600.
 */
#define MOST_COLUMNS	500

/* ---- which columns ---- */

static ImportedColumn *
imported_column(const ImportState *state, const char *attribute)
{
	ListCell   *cell;

	foreach(cell, state->columns)
	{
		ImportedColumn *column = (ImportedColumn *) lfirst(cell);

		if (strcmp(column->attribute, attribute) == 0)
			return column;
	}
	return NULL;
}

/* NULL if the server's encoding lacks a character of the name. */
static ImportedColumn *
add_imported_column(ImportState *state, const char *attribute)
{
	const char *attribute_name = identifier_to_server(attribute);
	ImportedColumn *column;

	if (attribute_name == NULL)
		return NULL;
	column = palloc0(sizeof(ImportedColumn));
	column->attribute = attribute;
	column->attribute_name = attribute_name;
	state->columns = lappend(state->columns, column);
	return column;
}

static void
add_imported_key(ImportState *state, const char *attribute, AttributeType type,
				 const char *key_option)
{
	ImportedColumn *column;

	if (imported_column(state, attribute) != NULL)
		return;
	column = add_imported_column(state, attribute);
	if (column == NULL)
	{
		if (key_option != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
					 errmsg("the key of DynamoDB table \"%s\" has a name that the database's encoding lacks characters for",
							state->table->remote_name),
					 errhint("Exclude the table with EXCEPT.")));
		return;
	}
	column->is_key = true;
	/* a key is never missing */
	column->is_never_null = key_option != NULL;
	column->key_option = key_option;
	column->sql_type = infer_key_type(type,
									  survey_find(state->table->survey,
												  attribute),
									  state->options->whole_numbers);
}

static void
add_keys(ImportState *state)
{
	const TableDescription *description = state->table->description;

	add_imported_key(state, description->partition_key,
					 description->partition_type, "partition");
	if (description->sort_key != NULL)
		add_imported_key(state, description->sort_key, description->sort_type,
						 "sort");
	for (int i = 0; i < description->index_count; i++)
	{
		const IndexDescription *index = &description->indexes[i];

		for (int j = 0; j < index->partition_count; j++)
			add_imported_key(state, index->partition[j].name,
							 index->partition[j].type, NULL);
		for (int j = 0; j < index->sort_count; j++)
			add_imported_key(state, index->sort[j].name, index->sort[j].type,
							 NULL);
	}
}

/*
 * DynamoDB reads the time to live as seconds since 1970.  It ignores what
 * cannot be that, but a column must not fail on it.
 */
static void
add_time_to_live(ImportState *state)
{
	const char *attribute = state->table->time_to_live;
	const SeenAttribute *seen;
	ImportedColumn *column;

	if (attribute == NULL)
		return;
	seen = survey_find(state->table->survey, attribute);
	if (seen != NULL && (seen->some_no_time ||
						 seen->counts[ATTRIBUTE_N] +
						 seen->counts[ATTRIBUTE_NULL] != seen->items))
		return;
	column = imported_column(state, attribute);
	if (column == NULL)
		column = add_imported_column(state, attribute);
	if (column == NULL || (column->is_key &&
						   strcmp(column->sql_type, "text") == 0))
		return;
	column->is_time_to_live = true;
	column->sql_type = "timestamptz(0)";
	column->type_option = attribute_type_name(ATTRIBUTE_N);
}

static void
tell_of_mixed_types(const ImportState *state, const ImportedColumn *column,
					const SeenAttribute *seen)
{
	ereport(NOTICE,
			(errmsg("attribute \"%s\" of DynamoDB table \"%s\" has more than one type",
					column->attribute_name, state->table->remote_name),
			 errdetail("In the items looked at it is %s.  Its column is jsonb, which holds all of them.",
					   infer_describe_types(seen))));
}

static int
compare_frequency(const ListCell *a, const ListCell *b)
{
	const SeenAttribute *first = (const SeenAttribute *) lfirst(a);
	const SeenAttribute *second = (const SeenAttribute *) lfirst(b);

	return first->items > second->items ? -1 :
		first->items < second->items ? 1 :
		strcmp(first->name, second->name);
}

/* The attributes that get a column, in the order of their names. */
static List *
choose_attributes(ImportState *state)
{
	List	   *all = survey_attributes(state->table->survey);
	List	   *chosen = NIL;
	List	   *frequent = NIL;
	ListCell   *cell;

	if (list_length(all) > MOST_COLUMNS)
	{
		frequent = list_copy(all);
		list_sort(frequent, compare_frequency);
		frequent = list_truncate(frequent, MOST_COLUMNS);
	}
	foreach(cell, all)
	{
		SeenAttribute *seen = (SeenAttribute *) lfirst(cell);

		if (imported_column(state, seen->name) != NULL)
			continue;
		if (frequent == NIL || list_member_ptr(frequent, seen))
			chosen = lappend(chosen, seen);
		else
			state->left_out++;
	}
	return chosen;
}

static void
add_seen(ImportState *state, const SeenAttribute *seen)
{
	ImportedColumn *column = add_imported_column(state, seen->name);
	InferredType type;

	if (column == NULL)
	{
		state->left_out++;
		return;
	}
	type = infer_type(seen, state->options->whole_numbers);
	column->sql_type = type.sql;
	column->type_option = type.type_option;
	if (type.is_mixed)
		tell_of_mixed_types(state, column, seen);
}

/* The attribute that tells the kind has a column, whatever is left out. */
static void
add_kind_attribute(ImportState *state)
{
	const char *attribute = state->table->kind_attribute;

	if (attribute != NULL && imported_column(state, attribute) == NULL)
		add_seen(state, survey_find(state->table->survey, attribute));
}

static void
add_others(ImportState *state)
{
	ListCell   *cell;

	foreach(cell, choose_attributes(state))
		add_seen(state, (const SeenAttribute *) lfirst(cell));
}

static void
tell_of_left_out(const ImportState *state)
{
	if (state->left_out == 0)
		return;
	ereport(NOTICE,
			(errmsg_plural("%d attribute of DynamoDB table \"%s\" gets no column of its own",
						   "%d attributes of DynamoDB table \"%s\" get no columns of their own",
						   state->left_out, state->left_out,
						   state->table->remote_name),
			 state->options->document
			 ? errdetail("The document column holds what no other column does.")
			 : errhint("With option \"document\" a column holds what no other column does.")));
}

/* ---- names ---- */

/*
 * Chooses the names of the columns: first of those that can be called as their
 * attributes are, so that no other one takes these names.
 */
static void
choose_names(ImportState *state, const char **document_name)
{
	List	   *taken = list_make1("tableoid");
	ListCell   *cell;

	/* PostgreSQL's own columns */
	taken = lappend(taken, "ctid");
	taken = lappend(taken, "xmin");
	taken = lappend(taken, "xmax");
	taken = lappend(taken, "cmin");
	taken = lappend(taken, "cmax");

	for (int pass = 0; pass < 2; pass++)
	{
		foreach(cell, state->columns)
		{
			ImportedColumn *column = (ImportedColumn *) lfirst(cell);
			const char *wanted;
			const char *name;

			if (column->name != NULL)
				continue;
			wanted = column->wanted_name != NULL ? column->wanted_name
				: column->attribute_name;
			name = identifier_not_taken(identifier_of_name(wanted,
														   state->options->column_style),
										taken);
			if (pass == 0 && strcmp(name, column->attribute_name) != 0)
				continue;
			column->name = name;
			taken = lappend(taken, unconstify(char *, name));
		}
	}
	*document_name = identifier_not_taken("document", taken);
}

/* ---- the command ---- */

static void
append_option(StringInfo out, bool *any, const char *name, const char *value)
{
	if (value == NULL)
		return;
	appendStringInfo(out, "%s%s %s", *any ? ", " : " OPTIONS (", name,
					 quote_literal_cstr(value));
	*any = true;
}

static void
append_column(StringInfo out, const ImportedColumn *column)
{
	bool		any = false;

	appendStringInfo(out, "  %s %s", quote_identifier(column->name),
					 column->sql_type);
	append_option(out, &any, "attribute_name",
				  strcmp(column->name, column->attribute_name) == 0 ? NULL
				  : column->attribute_name);
	append_option(out, &any, "key", column->key_option);
	append_option(out, &any, "type", column->type_option);
	append_option(out, &any, "ttl", column->is_time_to_live ? "true" : NULL);
	append_option(out, &any, "template", import_template_text(column));
	if (any)
		appendStringInfoChar(out, ')');
	/* DynamoDB orders strings by their bytes */
	if ((column->is_key || column->is_field) &&
		strcmp(column->sql_type, "text") == 0)
		appendStringInfoString(out, " COLLATE pg_catalog.\"C\"");
	if (column->default_text != NULL)
		appendStringInfo(out, " DEFAULT %s",
						 quote_literal_cstr(column->default_text));
	if (column->is_never_null)
		appendStringInfoString(out, " NOT NULL");
}

char *
import_command(const ImportedTable *table, const ImportOptions *options)
{
	ImportState state = {.table = table, .options = options};
	const char *document_name;
	StringInfoData out;
	ListCell   *cell;

	add_keys(&state);
	add_time_to_live(&state);
	add_kind_attribute(&state);
	add_others(&state);
	tell_of_left_out(&state);
	if (table->kind != NULL)
		import_add_templates(&state);
	choose_names(&state, &document_name);
	import_tell_templates(&state);

	initStringInfo(&out);
	appendStringInfo(&out, "CREATE FOREIGN TABLE %s (\n",
					 quote_identifier(table->local_name));
	foreach(cell, state.columns)
	{
		if (cell != list_head(state.columns))
			appendStringInfoString(&out, ",\n");
		append_column(&out, (const ImportedColumn *) lfirst(cell));
	}
	if (options->document)
		appendStringInfo(&out, ",\n  %s jsonb OPTIONS (document 'true')",
						 quote_identifier(document_name));
	appendStringInfo(&out, "\n) SERVER %s OPTIONS (table_name %s",
					 quote_identifier(options->server_name),
					 quote_literal_cstr(table->remote_name));
	if (table->storage != NULL)
		import_append_storage(&out, table->storage);
	appendStringInfoChar(&out, ')');
	return out.data;
}
