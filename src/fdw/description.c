/*
 * description.c
 *		A foreign table with its key, asked of DynamoDB where the columns do
 *		not name it.
 */
#include "postgres.h"

#include "compat.h"

#include <json-c/json.h>

#include "client/request.h"
#include "fdw/description.h"
#include "fdw/option.h"

static const char *
member_text(struct json_object *object, const char *name)
{
	struct json_object *member;

	if (!json_object_object_get_ex(object, name, &member))
		return NULL;
	return json_object_get_string(member);
}

/*
 * Finds the key in DescribeTable's answer; the names point into it.
 */
static void
find_key(struct json_object *answer, const char **partition_key,
		 const char **sort_key)
{
	struct json_object *description;
	struct json_object *schema;
	size_t		i;

	if (!json_object_object_get_ex(answer, "Table", &description) ||
		!json_object_object_get_ex(description, "KeySchema", &schema) ||
		!json_object_is_type(schema, json_type_array))
		return;
	for (i = 0; i < json_object_array_length(schema); i++)
	{
		struct json_object *element = json_object_array_get_idx(schema, i);
		const char *type = member_text(element, "KeyType");
		const char *name = member_text(element, "AttributeName");

		if (type == NULL || name == NULL)
			continue;
		if (strcmp(type, "HASH") == 0)
			*partition_key = name;
		else if (strcmp(type, "RANGE") == 0)
			*sort_key = name;
	}
}

static void
ask_for_key(Table *table, Connection *connection)
{
	StringInfoData body;
	Request    *request;
	struct json_object *answer;
	const char *partition_key = NULL;
	const char *sort_key = NULL;
	RequestSpec spec = {
		.operation = "DescribeTable",
		.kind = REQUEST_READ,
		.table = table->table_name,
		.raw = true
	};

	initStringInfo(&body);
	appendStringInfoString(&body, "{\"TableName\":");
	json_append_string(&body, table->table_name, strlen(table->table_name));
	appendStringInfoChar(&body, '}');
	spec.body = body.data;
	spec.body_length = body.len;

	request = request_run(connection, &spec);
	if (request_outcome(request) != OUTCOME_SUCCESS)
		request_raise(request, NULL);

	answer = json_tokener_parse(request_raw_body(request));
	if (answer != NULL)
	{
		find_key(answer, &partition_key, &sort_key);
		if (partition_key != NULL)
			partition_key = pstrdup(partition_key);
		if (sort_key != NULL)
			sort_key = pstrdup(sort_key);
		json_object_put(answer);
	}
	request_free(request);

	if (partition_key == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("could not find the key of table \"%s\" in DynamoDB's description of it",
						table->table_name),
				 errhint("Name the key with the column option \"key\".")));
	table_set_key(table, partition_key, sort_key);
}

Table *
description_of_table(Oid relation_id, Oid user_id)
{
	Table	   *table = table_describe(relation_id);

	if (table->partition_key == NULL)
		ask_for_key(table, option_connection(table->server_id, user_id));
	return table;
}
