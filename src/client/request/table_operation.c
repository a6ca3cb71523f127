/*
 * table_operation.c
 *		The bodies of requests that make a table.
 */
#include "postgres.h"

#include "client/request/operation.h"
#include "client/request/table_operation.h"

static void
append_text(StringInfo body, const char *text)
{
	json_append_string(body, text, strlen(text));
}

/* ---- attributes of keys ---- */

/* Appends the definition of an attribute, unless *defined has it already. */
static void
append_definition(StringInfo body, List **defined,
				  const KeyAttribute *attribute)
{
	ListCell   *cell;

	foreach(cell, *defined)
		if (strcmp((const char *) lfirst(cell), attribute->name) == 0)
			return;
	if (*defined != NIL)
		appendStringInfoChar(body, ',');
	appendStringInfoString(body, "{\"AttributeName\":");
	append_text(body, attribute->name);
	appendStringInfo(body, ",\"AttributeType\":\"%s\"}",
					 attribute_type_name(attribute->type));
	*defined = lappend(*defined, unconstify(char *, attribute->name));
}

static void
append_definitions(StringInfo body, const TableDetails *details)
{
	List	   *defined = NIL;

	appendStringInfoString(body, ",\"AttributeDefinitions\":[");
	for (int i = 0; i < details->key_count; i++)
		append_definition(body, &defined, &details->key[i]);
	for (int i = 0; i < details->index_count; i++)
	{
		const IndexDescription *index = &details->indexes[i].index;

		for (int j = 0; j < index->partition_count; j++)
			append_definition(body, &defined, &index->partition[j]);
		for (int j = 0; j < index->sort_count; j++)
			append_definition(body, &defined, &index->sort[j]);
	}
	appendStringInfoChar(body, ']');
}

static void
append_schema_part(StringInfo body, bool *any,
				   const KeyAttribute *attributes, int count, const char *role)
{
	for (int i = 0; i < count; i++)
	{
		appendStringInfoString(body, *any ? ",{\"AttributeName\":"
							   : "{\"AttributeName\":");
		append_text(body, attributes[i].name);
		appendStringInfo(body, ",\"KeyType\":\"%s\"}", role);
		*any = true;
	}
}

static void
append_key_schema(StringInfo body, const KeyAttribute *partition,
				  int partition_count, const KeyAttribute *sort,
				  int sort_count)
{
	bool		any = false;

	appendStringInfoString(body, "\"KeySchema\":[");
	append_schema_part(body, &any, partition, partition_count, "HASH");
	append_schema_part(body, &any, sort, sort_count, "RANGE");
	appendStringInfoChar(body, ']');
}

/* ---- capacity ---- */

static void
append_throughput(StringInfo body, BillingMode mode,
				  const Throughput *throughput)
{
	if (mode == BILLING_PROVISIONED)
		appendStringInfo(body, ",\"ProvisionedThroughput\":{\"ReadCapacityUnits\":" INT64_FORMAT ",\"WriteCapacityUnits\":" INT64_FORMAT "}",
						 throughput->read_units, throughput->write_units);
	else if (throughput->most_read_units > 0 ||
			 throughput->most_write_units > 0)
	{
		appendStringInfoString(body, ",\"OnDemandThroughput\":{");
		if (throughput->most_read_units > 0)
			appendStringInfo(body, "\"MaxReadRequestUnits\":" INT64_FORMAT,
							 throughput->most_read_units);
		if (throughput->most_write_units > 0)
			appendStringInfo(body,
							 "%s\"MaxWriteRequestUnits\":" INT64_FORMAT,
							 throughput->most_read_units > 0 ? "," : "",
							 throughput->most_write_units);
		appendStringInfoChar(body, '}');
	}
}

/* ---- indexes ---- */

static void
append_projection(StringInfo body, const IndexDescription *index)
{
	static const char *const types[] = {
		[INDEX_PROJECTS_ALL] = "ALL",
		[INDEX_PROJECTS_KEYS] = "KEYS_ONLY",
		[INDEX_PROJECTS_SOME] = "INCLUDE"
	};

	appendStringInfo(body, ",\"Projection\":{\"ProjectionType\":\"%s\"",
					 types[index->projection]);
	if (index->projection == INDEX_PROJECTS_SOME)
	{
		appendStringInfoString(body, ",\"NonKeyAttributes\":");
		for (int i = 0; i < index->projected_count; i++)
		{
			appendStringInfoChar(body, i == 0 ? '[' : ',');
			append_text(body, index->projected[i]);
		}
		appendStringInfoChar(body, ']');
	}
	appendStringInfoChar(body, '}');
}

/* The indexes of one kind, if there are any. */
static void
append_index_list(StringInfo body, const TableDetails *details, bool is_global)
{
	bool		any = false;

	for (int i = 0; i < details->index_count; i++)
	{
		const IndexDescription *index = &details->indexes[i].index;

		if (index->is_global != is_global)
			continue;
		if (any)
			appendStringInfoChar(body, ',');
		else
			appendStringInfo(body, ",\"%sSecondaryIndexes\":[",
							 is_global ? "Global" : "Local");
		any = true;
		appendStringInfoString(body, "{\"IndexName\":");
		append_text(body, index->name);
		appendStringInfoChar(body, ',');
		append_key_schema(body, index->partition, index->partition_count,
						  index->sort, index->sort_count);
		append_projection(body, index);
		if (is_global)
			append_throughput(body, details->billing_mode,
							  &details->indexes[i].throughput);
		appendStringInfoChar(body, '}');
	}
	if (any)
		appendStringInfoChar(body, ']');
}

/* ---- requests ---- */

static void
append_tags(StringInfo body, const TableDetails *details)
{
	for (int i = 0; i < details->tag_count; i++)
	{
		appendStringInfoString(body, i == 0 ? ",\"Tags\":[{\"Key\":"
							   : ",{\"Key\":");
		append_text(body, details->tags[i].key);
		appendStringInfoString(body, ",\"Value\":");
		append_text(body, details->tags[i].value);
		appendStringInfoChar(body, '}');
	}
	if (details->tag_count > 0)
		appendStringInfoChar(body, ']');
}

void
table_operation_create(StringInfo body, const char *table_name,
					   const TableDetails *details)
{
	operation_begin(body, table_name);
	append_definitions(body, details);
	appendStringInfoChar(body, ',');
	append_key_schema(body, &details->key[0], 1, &details->key[1],
					  details->key_count - 1);
	append_index_list(body, details, false);
	append_index_list(body, details, true);
	appendStringInfo(body, ",\"BillingMode\":\"%s\"",
					 details->billing_mode == BILLING_PROVISIONED
					 ? "PROVISIONED" : "PAY_PER_REQUEST");
	append_throughput(body, details->billing_mode, &details->throughput);

	/* not every emulator knows what follows: what is usual goes without */
	if (details->stream != STREAM_NONE)
		appendStringInfo(body, ",\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"%s\"}",
						 stream_view_name(details->stream));
	if (details->table_class != TABLE_CLASS_STANDARD)
		appendStringInfo(body, ",\"TableClass\":\"%s\"",
						 table_class_name(details->table_class));
	if (details->deletion_protection)
		appendStringInfoString(body, ",\"DeletionProtectionEnabled\":true");
	append_tags(body, details);
	appendStringInfoChar(body, '}');
}

void
table_operation_recovery(StringInfo body, const char *table_name)
{
	operation_begin(body, table_name);
	appendStringInfoString(body, ",\"PointInTimeRecoverySpecification\":{\"PointInTimeRecoveryEnabled\":true}}");
}

void
table_operation_time_to_live(StringInfo body, const char *table_name,
							 const char *attribute_name)
{
	operation_begin(body, table_name);
	appendStringInfoString(body, ",\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":");
	append_text(body, attribute_name);
	appendStringInfoString(body, "}}");
}
