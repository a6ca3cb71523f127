/*
 * storage.c
 *		The DynamoDB table that a foreign table's options describe, for who
 *		makes it.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "fdw/catalog/storage.h"
#include "translate/key/key_schema.h"
#include "translate/table/identifier.h"
#include "translate/table/storage_json.h"

/* ---- options ---- */

static void
refuse_option(const char *name, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("invalid value for option \"%s\"", name),
			 errdetail("%c%s.", pg_toupper((unsigned char) problem[0]),
					   problem + 1)));
}

static void
refuse_units(const char *problem, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("%s", problem),
			 errhint("%s", hint)));
}

static const char *
to_utf8(const char *text)
{
	return pg_server_to_any(text, strlen(text), PG_UTF8);
}

static void
check_units(BillingMode mode, const Throughput *units, bool is_index)
{
	if (mode == BILLING_ON_DEMAND &&
		(units->read_units > 0 || units->write_units > 0))
		refuse_units("capacity units need option \"billing_mode\" 'provisioned'",
					 "Of a table on demand max_read_request_units and max_write_request_units bound the costs.");
	if (mode == BILLING_PROVISIONED &&
		(units->most_read_units > 0 || units->most_write_units > 0))
		refuse_units("maximums of request units need option \"billing_mode\" 'on_demand'",
					 "Of a provisioned table read_capacity_units and write_capacity_units are the maximums.");
	if (mode == BILLING_PROVISIONED && !is_index &&
		(units->read_units == 0 || units->write_units == 0))
		refuse_units("option \"billing_mode\" 'provisioned' needs capacity units",
					 "Set options \"read_capacity_units\" and \"write_capacity_units\".");
}

/* What the options say by themselves. */
static TableDetails *
read_storage(const StorageOptions *options)
{
	TableDetails *details = palloc0(sizeof(TableDetails));
	const char *problem;

	details->billing_mode = options->billing_mode;
	details->throughput = (Throughput) {
		.read_units = options->read_capacity_units,
		.write_units = options->write_capacity_units,
		.most_read_units = options->max_read_request_units,
		.most_write_units = options->max_write_request_units
	};
	details->table_class = options->table_class;
	details->stream = options->stream;
	details->deletion_protection = options->deletion_protection;
	details->point_in_time_recovery = options->point_in_time_recovery;
	if (options->indexes != NULL)
	{
		problem = storage_json_read_indexes(to_utf8(options->indexes),
											details);
		if (problem != NULL)
			refuse_option("indexes", problem);
	}
	if (options->tags != NULL)
	{
		problem = storage_json_read_tags(to_utf8(options->tags), details);
		if (problem != NULL)
			refuse_option("tags", problem);
	}
	return details;
}

void
storage_check(const StorageOptions *options)
{
	TableDetails *details = read_storage(options);

	check_units(details->billing_mode, &details->throughput, false);
	for (int i = 0; i < details->index_count; i++)
		check_units(details->billing_mode, &details->indexes[i].throughput,
					true);
}

/* ---- with the columns ---- */

/* Finds the types of attributes of an index's key. */
static void
find_types(const Table *table, const IndexDescription *index,
		   KeyAttribute *attributes, int count)
{
	for (int i = 0; i < count; i++)
	{
		const char *name = attributes[i].name;
		const Column *column = table_find_attribute(table, name, strlen(name));

		if (column == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
					 errmsg("no column of foreign table \"%s\" has attribute \"%s\", which is in the key of index \"%s\"",
							table->relation_name, identifier_to_server(name),
							index->name),
					 errhint("Option \"indexes\" names attributes.  The type of one that is in a key is its column's.")));
		if (column->codec->kind == CODEC_JSON ||
			column->codec->attribute_type > ATTRIBUTE_B)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
					 errmsg("attribute \"%s\" of foreign table \"%s\" cannot be in the key of index \"%s\"",
							identifier_to_server(name), table->relation_name,
							index->name),
					 errdetail("A key is made of strings, numbers and binary values.")));
		attributes[i].type = column->codec->attribute_type;
	}
}

static void
complete_index(const Table *table, TableDetails *details,
			   IndexDetails *index_details)
{
	IndexDescription *index = &index_details->index;
	Throughput *units = &index_details->throughput;

	find_types(table, index, index->partition, index->partition_count);
	find_types(table, index, index->sort, index->sort_count);
	if (!index->is_global)
	{
		if (details->key_count < 2)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("foreign table \"%s\" cannot have the local index \"%s\"",
							table->relation_name, index->name),
					 errdetail("Only a table with a sort key has local indexes.")));
		index->partition[index->partition_count++] = details->key[0];
		return;
	}
	/* in a provisioned table each global index has a capacity of its own */
	if (units->read_units == 0)
		units->read_units = details->throughput.read_units;
	if (units->write_units == 0)
		units->write_units = details->throughput.write_units;
}

TableDetails *
storage_of_table(const Table *table, const StorageOptions *options)
{
	TableDetails *details = read_storage(options);
	KeyColumns	key = key_columns(table);

	for (int i = 0; i < key.count; i++)
		details->key[details->key_count++] = (KeyAttribute) {
			.name = key.columns[i]->attribute_name,
			.type = key.columns[i]->codec->attribute_type
		};
	for (int i = 0; i < details->index_count; i++)
		complete_index(table, details, &details->indexes[i]);
	for (int i = 0; i < table->column_count; i++)
		if (table->columns[i].is_ttl)
			details->time_to_live = table->columns[i].attribute_name;
	return details;
}
