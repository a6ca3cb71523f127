/*
 * operation.c
 *		The bodies of requests about items, as values.
 */
#include "postgres.h"

#include "compat.h"

#include <time.h>

#include "client/request/operation.h"

/*
 * A token is as long as a UUID, DynamoDB's own advice for it.  Of one that is
 * older than the markers of transactions live, the lack of a marker tells
 * nothing: so it begins with its time, in seconds, as some UUIDs do.
 */
#define TOKEN_TIME_LENGTH	8
#define TOKEN_RANDOM_BYTES	((OPERATION_TOKEN_LENGTH - TOKEN_TIME_LENGTH) / 2)

/* ---- what several have ---- */

void
operation_begin(StringInfo body, const char *table_name)
{
	appendStringInfoString(body, "{\"TableName\":");
	json_append_string(body, table_name, strlen(table_name));
}

static void
append_capacity_wish(StringInfo body)
{
	appendStringInfoString(body, ",\"ReturnConsumedCapacity\":\"TOTAL\"");
}

/* ---- writes ---- */

/*
 * Appends the expressions as members, without their placeholders; false if one
 * of them is beyond the limits.
 */
static bool
append_expressions(StringInfo members, List *actions,
				   const Condition *condition, bool wants_old_item,
				   Placeholders *placeholders)
{
	StringInfoData text;

	initStringInfo(&text);
	if (actions != NIL)
	{
		write_update(&text, actions, placeholders);
		if (!expression_within_limits(&text, placeholders))
			return false;
		json_append_text_member(members, "UpdateExpression", text.data);
	}
	if (condition->kind != CONDITION_TRUE)
	{
		resetStringInfo(&text);
		write_condition(&text, condition, placeholders);
		if (!expression_within_limits(&text, placeholders))
			return false;
		json_append_text_member(members, "ConditionExpression", text.data);
		if (wants_old_item)
			appendStringInfoString(members,
								   ",\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\"");
	}
	pfree(text.data);
	return true;
}

char *
operation_expressions(List *actions, const Condition *condition,
					  bool wants_old_item)
{
	Placeholders *placeholders = placeholders_make(false);
	StringInfoData members;

	initStringInfo(&members);
	if (!append_expressions(&members, actions, condition, wants_old_item,
							placeholders))
		return NULL;
	write_placeholders(&members, placeholders);
	return members.data;
}

bool
operation_expressions_fit(List *actions, const Condition *condition)
{
	StringInfoData members;

	initStringInfo(&members);
	return append_expressions(&members, actions, condition, false,
							  placeholders_make(false));
}

const char *
operation_name(WriteKind kind)
{
	switch (kind)
	{
		case WRITE_PUT:
			return "PutItem";
		case WRITE_UPDATE:
			return "UpdateItem";
		case WRITE_DELETE:
			return "DeleteItem";
		case WRITE_CONDITION_CHECK:
			break;
	}
	pg_unreachable();
}

/* The members of a write, with the brace that opens it. */
static void
append_write_members(StringInfo body, const WriteOperation *operation)
{
	operation_begin(body, operation->table_name);
	appendStringInfoString(body, operation->kind == WRITE_PUT
						   ? ",\"Item\":" : ",\"Key\":");
	json_append_item(body, operation->item);
	if (operation->expressions != NULL)
		appendStringInfoString(body, operation->expressions);
}

void
operation_append_write(StringInfo body, const WriteOperation *operation)
{
	append_write_members(body, operation);
	if (operation->wants_item)
		appendStringInfo(body, ",\"ReturnValues\":\"%s\"",
						 operation->kind == WRITE_UPDATE
						 ? "ALL_NEW" : "ALL_OLD");
	append_capacity_wish(body);
	appendStringInfoChar(body, '}');
}

char *
operation_token(void)
{
	uint8		bytes[TOKEN_RANDOM_BYTES];
	char	   *token = palloc(OPERATION_TOKEN_LENGTH + 1);

	if (!pg_strong_random(bytes, sizeof(bytes)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate random values")));
	snprintf(token, OPERATION_TOKEN_LENGTH + 1, "%0*x", TOKEN_TIME_LENGTH,
			 (uint32) time(NULL));
	for (int i = 0; i < TOKEN_RANDOM_BYTES; i++)
		snprintf(token + TOKEN_TIME_LENGTH + 2 * i, 3, "%02x", bytes[i]);
	return token;
}

int64
operation_token_time(const char *token)
{
	char		digits[TOKEN_TIME_LENGTH + 1];

	if (strlen(token) != OPERATION_TOKEN_LENGTH ||
		strspn(token, "0123456789abcdef") != OPERATION_TOKEN_LENGTH)
		return -1;
	strlcpy(digits, token, sizeof(digits));
	return (int64) strtoul(digits, NULL, 16);
}

void
operation_append_transaction(StringInfo body,
							 const WriteOperation *operations, int count,
							 const char *token)
{
	static const char *const names[] = {
		[WRITE_PUT] = "Put",
		[WRITE_UPDATE] = "Update",
		[WRITE_DELETE] = "Delete",
		[WRITE_CONDITION_CHECK] = "ConditionCheck"
	};
	int			i;

	appendStringInfoString(body, "{\"TransactItems\":[");
	for (i = 0; i < count; i++)
	{
		appendStringInfo(body, "%s{\"%s\":", i > 0 ? "," : "",
						 names[operations[i].kind]);
		append_write_members(body, &operations[i]);
		appendStringInfoString(body, "}}");
	}
	appendStringInfoChar(body, ']');
	json_append_text_member(body, "ClientRequestToken", token);
	append_capacity_wish(body);
	appendStringInfoChar(body, '}');
}

void
operation_append_batch_delete(StringInfo body, const char *table_name,
							  DynamoItem *const *keys, int count)
{
	int			i;

	appendStringInfoString(body, "{\"RequestItems\":{");
	json_append_string(body, table_name, strlen(table_name));
	appendStringInfoString(body, ":[");
	for (i = 0; i < count; i++)
	{
		appendStringInfo(body, "%s{\"DeleteRequest\":{\"Key\":",
						 i > 0 ? "," : "");
		json_append_item(body, keys[i]);
		appendStringInfoString(body, "}}");
	}
	appendStringInfoString(body, "]}");
	append_capacity_wish(body);
	appendStringInfoChar(body, '}');
}

void
operation_append_statement(StringInfo out, const char *statement,
						   const DynamoItem *parameters)
{
	appendStringInfoString(out, "{\"Statement\":");
	json_append_string(out, statement, strlen(statement));
	appendStringInfoString(out, ",\"Parameters\":[");
	for (int i = 0; i < parameters->count; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		json_append_attribute(out, &parameters->attributes[i].value);
	}
	appendStringInfoString(out, "]}");
}

void
operation_append_batch_statements(StringInfo body, const char *statements,
								  int length)
{
	appendStringInfoString(body, "{\"Statements\":[");
	appendBinaryStringInfo(body, statements, length);
	appendStringInfoChar(body, ']');
	append_capacity_wish(body);
	appendStringInfoChar(body, '}');
}

/* ---- reads ---- */

static void
append_condition_member(StringInfo body, const char *member,
						const Condition *condition, Placeholders *placeholders)
{
	StringInfoData text;

	initStringInfo(&text);
	write_condition(&text, condition, placeholders);
	json_append_text_member(body, member, text.data);
	pfree(text.data);
}

static void
append_projection_member(StringInfo body, List *projection,
						 Placeholders *placeholders)
{
	StringInfoData text;

	initStringInfo(&text);
	write_projection(&text, projection, placeholders);
	json_append_text_member(body, "ProjectionExpression", text.data);
	pfree(text.data);
}

void
operation_begin_read(StringInfo body, const ReadOperation *operation)
{
	Placeholders *placeholders = placeholders_make(false);

	operation_begin(body, operation->table_name);
	if (operation->consistent)
		appendStringInfoString(body, ",\"ConsistentRead\":true");
	append_capacity_wish(body);
	if (operation->key != NULL)
	{
		appendStringInfoString(body, ",\"Key\":");
		json_append_item(body, operation->key);
	}
	if (operation->key_condition != NULL)
		append_condition_member(body, "KeyConditionExpression",
								operation->key_condition, placeholders);
	if (operation->backward)
		appendStringInfoString(body, ",\"ScanIndexForward\":false");
	if (operation->index_name != NULL)
		json_append_text_member(body, "IndexName", operation->index_name);
	if (operation->filter != NULL && operation->filter->kind != CONDITION_TRUE)
		append_condition_member(body, "FilterExpression", operation->filter,
								placeholders);

	if (operation->count_only)
		appendStringInfoString(body, ",\"Select\":\"COUNT\"");
	else if (operation->projection != NIL)
		append_projection_member(body, operation->projection, placeholders);
	else if (operation->index_name != NULL)
		/* else it would be only what the index holds */
		appendStringInfoString(body, ",\"Select\":\"ALL_ATTRIBUTES\"");
	write_placeholders(body, placeholders);
}

void
operation_end_read(StringInfo body, const ReadPage *page)
{
	if (page->segment_count > 1)
		appendStringInfo(body, ",\"TotalSegments\":%d,\"Segment\":%d",
						 page->segment_count, page->segment);
	if (page->limit > 0)
		appendStringInfo(body, ",\"Limit\":%d", page->limit);
	if (page->start_key != NULL)
		appendStringInfo(body, ",\"ExclusiveStartKey\":%s", page->start_key);
	appendStringInfoChar(body, '}');
}

char *
operation_batch_members(bool consistent, List *projection)
{
	Placeholders *placeholders = placeholders_make(false);
	StringInfoData members;

	initStringInfo(&members);
	if (consistent)
		appendStringInfoString(&members, ",\"ConsistentRead\":true");
	if (projection != NIL)
	{
		append_projection_member(&members, projection, placeholders);
		write_placeholders(&members, placeholders);
	}
	return members.data;
}

void
operation_append_batch_get(StringInfo body, const char *table_name,
						   DynamoItem *const *keys, int count,
						   const char *members)
{
	int			i;

	appendStringInfoString(body, "{\"RequestItems\":{");
	json_append_string(body, table_name, strlen(table_name));
	appendStringInfoString(body, ":{\"Keys\":[");
	for (i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoChar(body, ',');
		json_append_item(body, keys[i]);
	}
	appendStringInfo(body, "]%s}}", members);
	append_capacity_wish(body);
	appendStringInfoChar(body, '}');
}

void
operation_append_transact_get(StringInfo body, const char *table_name,
							  DynamoItem *const *keys, int count,
							  const char *members)
{
	int			i;

	appendStringInfoString(body, "{\"TransactItems\":[");
	for (i = 0; i < count; i++)
	{
		appendStringInfo(body, "%s{\"Get\":", i > 0 ? "," : "");
		operation_begin(body, table_name);
		appendStringInfoString(body, ",\"Key\":");
		json_append_item(body, keys[i]);
		appendStringInfo(body, "%s}}", members);
	}
	appendStringInfoChar(body, ']');
	append_capacity_wish(body);
	appendStringInfoChar(body, '}');
}
