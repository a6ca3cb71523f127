/*
 * storage_text.c
 *		How a table of DynamoDB is made, in the words of a foreign table's
 *		options.
 */
#include "postgres.h"

#include "utils/formatting.h"

#include "translate/table/identifier.h"
#include "translate/table/storage_text.h"

/* AWS sets tags of its own, which nobody else may. */
#define TAG_OF_AWS			"aws:"

/* ---- JSON ---- */

static void
append_json_text(StringInfo out, const char *text)
{
	json_append_string(out, text, strlen(text));
}

static void
append_member(StringInfo out, const char *name)
{
	appendStringInfo(out, "%s\"%s\": ", out->data[out->len - 1] == '{' ? "" : ", ",
					 name);
}

static void
append_key_names(StringInfo out, const char *name,
				const KeyAttribute *attributes, int count)
{
	if (count == 0)
		return;
	append_member(out, name);
	for (int i = 0; i < count; i++)
	{
		appendStringInfoString(out, i == 0 ? "[" : ", ");
		append_json_text(out, attributes[i].name);
	}
	appendStringInfoChar(out, ']');
}

static void
append_projected(StringInfo out, const IndexDescription *index)
{
	append_member(out, "projection");
	if (index->projection != INDEX_PROJECTS_SOME ||
		index->projected_count == 0)
	{
		append_json_text(out, index->projection == INDEX_PROJECTS_ALL
						 ? "all" : "keys_only");
		return;
	}
	appendStringInfoChar(out, '[');
	for (int i = 0; i < index->projected_count; i++)
	{
		if (i > 0)
			appendStringInfoString(out, ", ");
		append_json_text(out, index->projected[i]);
	}
	appendStringInfoChar(out, ']');
}

static void
append_unit_member(StringInfo out, const char *name, int64 units, int64 usual)
{
	if (units == 0 || units == usual)
		return;
	append_member(out, name);
	appendStringInfo(out, INT64_FORMAT, units);
}

/* What a provisioned index has not of its own is the table's. */
static void
append_index(StringInfo out, const TableDetails *details,
			 const IndexDetails *index_details)
{
	const IndexDescription *index = &index_details->index;
	const Throughput *units = &index_details->throughput;

	appendStringInfoChar(out, '{');
	append_member(out, "name");
	append_json_text(out, index->name);
	append_member(out, "kind");
	append_json_text(out, index->is_global ? "global" : "local");
	if (index->is_global)
		append_key_names(out, "partition", index->partition,
						index->partition_count);
	append_key_names(out, "sort", index->sort, index->sort_count);
	append_projected(out, index);
	if (index->is_global && details->billing_mode == BILLING_PROVISIONED)
	{
		append_unit_member(out, "read_capacity_units", units->read_units,
						   details->throughput.read_units);
		append_unit_member(out, "write_capacity_units", units->write_units,
						   details->throughput.write_units);
	}
	else if (index->is_global)
	{
		append_unit_member(out, "max_read_request_units",
						   units->most_read_units, 0);
		append_unit_member(out, "max_write_request_units",
						   units->most_write_units, 0);
	}
	appendStringInfoChar(out, '}');
}

const char *
storage_text_index(const TableDetails *details, const IndexDetails *index)
{
	StringInfoData out;

	initStringInfo(&out);
	append_index(&out, details, index);
	return identifier_to_server(out.data);
}

const char *
storage_text_indexes(const TableDetails *details)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	for (int i = 0; i < details->index_count; i++)
	{
		if (i > 0)
			appendStringInfoString(&out, ", ");
		append_index(&out, details, &details->indexes[i]);
	}
	appendStringInfoChar(&out, ']');
	return identifier_to_server(out.data);
}

static const char *
tags_text(const TableDetails *details)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (int i = 0; i < details->tag_count; i++)
	{
		const TableTag *tag = &details->tags[i];

		if (strncmp(tag->key, TAG_OF_AWS, strlen(TAG_OF_AWS)) == 0)
			continue;
		if (out.len > 1)
			appendStringInfoString(&out, ", ");
		append_json_text(&out, tag->key);
		appendStringInfoString(&out, ": ");
		append_json_text(&out, tag->value);
	}
	appendStringInfoChar(&out, '}');
	return identifier_to_server(out.data);
}

/* ---- options ---- */

static void
add_option(List **options, const char *name, const char *value, bool is_usual)
{
	StorageText *option = palloc(sizeof(StorageText));

	*option = (StorageText) {
		.name = name,
		.value = value,
		.is_usual = is_usual
	};
	*options = lappend(*options, option);
}

static void
add_units(List **options, const char *name, int64 units, bool is_meant)
{
	const char *value = units > 0 && is_meant
		? psprintf(INT64_FORMAT, units) : NULL;

	add_option(options, name, value, value == NULL);
}

static void
add_flag(List **options, const char *name, bool is_told, bool value)
{
	add_option(options, name, !is_told ? NULL : value ? "true" : "false",
			   !value);
}

static const char *
lower_case(const char *name)
{
	return name == NULL ? NULL : asc_tolower(name, strlen(name));
}

List *
storage_text_options(const TableDetails *details)
{
	List	   *options = NIL;
	bool		is_provisioned = details->billing_mode == BILLING_PROVISIONED;
	const Throughput *units = &details->throughput;
	const char *tags;

	add_option(&options, "billing_mode",
			   is_provisioned ? "provisioned" : "on_demand", !is_provisioned);
	add_units(&options, "read_capacity_units", units->read_units,
			  is_provisioned);
	add_units(&options, "write_capacity_units", units->write_units,
			  is_provisioned);
	add_units(&options, "max_read_request_units", units->most_read_units,
			  !is_provisioned);
	add_units(&options, "max_write_request_units", units->most_write_units,
			  !is_provisioned);
	add_option(&options, "table_class",
			   lower_case(table_class_name(details->table_class)),
			   details->table_class == TABLE_CLASS_STANDARD);
	add_option(&options, "stream",
			   lower_case(stream_view_name(details->stream)),
			   details->stream == STREAM_NONE);
	add_flag(&options, "deletion_protection", true,
			 details->deletion_protection);
	add_flag(&options, "point_in_time_recovery", details->tells_recovery,
			 details->point_in_time_recovery);
	tags = details->tells_tags ? tags_text(details) : NULL;
	add_option(&options, "tags", tags,
			   tags == NULL || strcmp(tags, "{}") == 0);
	return options;
}
