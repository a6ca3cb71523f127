/*
 * budget.c
 *		dynamorm_fdw.max_read_units, before a read begins and while it goes on.
 *
 * The setting is there to keep a mistaken Scan from becoming a bill, so what
 * is said names the column, or the index, that would have made it a Query.
 */
#include "postgres.h"

#include "compat.h"

#include "fdw/catalog/description.h"
#include "fdw/catalog/settings.h"
#include "fdw/read/budget.h"
#include "translate/key/item_key.h"
#include "translate/table/table_template.h"
#include "translate/table/identifier.h"
#include "translate/table/table_column.h"

/* What one read unit reads; eventually consistent reads cost half of it. */
#define READ_UNIT_BYTES		4096.0

/* ---- before ---- */

/*
 * Adds the columns whose equality an index could be asked for: or "status",
 * that of index "by-status".  A local index has the key of the table.
 */
static void
append_indexes(StringInfo hint, const Table *table,
			   const TableDescription *description)
{
	for (int i = 0; i < description->index_count; i++)
	{
		const IndexDescription *index = &description->indexes[i];
		const Column *column;
		const char *name;

		if (!index->is_global || !index->is_usable ||
			index->partition_count != 1)
			continue;
		column = table_find_attribute(table, index->partition[0].name,
									  strlen(index->partition[0].name));
		name = identifier_to_server(index->name);
		if (column != NULL && name != NULL)
			appendStringInfo(hint, ", or column \"%s\", that of index \"%s\"%s",
							 column->name, name,
							 table->consistent_read
							 ? " (with option consistent_read 'false')" : "");
	}
}

/* column "id", the partition key */
static char *
describe_partition_key(const Table *table)
{
	const Column *key = key_columns(table).columns[0];
	StringInfoData names;

	if (key->template == NULL)
		return psprintf("column \"%s\", the partition key", key->name);
	initStringInfo(&names);
	for (int i = 0; i < table->column_count; i++)
		if (table_is_field_of(&table->columns[i], key))
			appendStringInfo(&names, "%scolumn \"%s\"",
							 names.len > 0 ? ", " : "",
							 table->columns[i].name);
	appendStringInfoString(&names, ", of which the partition key is made");
	return names.data;
}

static char *
make_hint(const Table *table, const TableDescription *description,
		  List *barred)
{
	StringInfoData hint;

	initStringInfo(&hint);
	if (barred != NIL)
		appendStringInfo(&hint, "Index \"%s\" would serve with the table's option consistent_read 'false'; else fix",
						 strVal(linitial(barred)));
	else
		appendStringInfoString(&hint, "Fix");
	appendStringInfo(&hint, " %s", describe_partition_key(table));
	if (barred == NIL)
		append_indexes(&hint, table, description);
	appendStringInfoString(&hint, ", by an equality in WHERE, or raise dynamorm_fdw.max_read_units.");
	return hint.data;
}

void
budget_check_scan(const Table *table, Oid user_id, List *barred)
{
	const TableDescription *description;
	double		units;

	if (max_read_units == 0)
		return;
	description = description_ask(table, user_id);
	if (description == NULL || description->size <= 0)
		return;
	units = (double) description->size / READ_UNIT_BYTES;
	if (!table->consistent_read)
		units /= 2;
	if (units <= max_read_units)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
			 errmsg("statement would use about %.0f read units of DynamoDB, more than %d",
					units, max_read_units),
			 errdetail("It reads table \"%s\" as a whole.",
					   table->table_name),
			 errhint("%s", make_hint(table, description, barred))));
}

/* ---- while it goes on ---- */

bool
budget_is_spent(const RequestCounters *counters)
{
	return max_read_units > 0 &&
		counters_read_units(counters) > max_read_units;
}

void
budget_check_used(const Table *table, const RequestCounters *counters,
				  bool scans)
{
	if (!budget_is_spent(counters))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
			 errmsg("statement has used more than %d read units of DynamoDB",
					max_read_units),
			 errdetail("It has used %.1f units when it read table \"%s\".",
					   counters_read_units(counters), table->table_name),
			 scans
			 ? errhint("Fix %s, by an equality in WHERE, or raise dynamorm_fdw.max_read_units.",
					   describe_partition_key(table))
			 : errhint("Raise dynamorm_fdw.max_read_units, or set it to 0 for no limit.")));
}
