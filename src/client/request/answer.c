/*
 * answer.c
 *		Is what came the answer to what was asked?
 *
 * Source: DynamoDB API Reference, the "Response Elements" and "Errors" of each
 * operation.
 */
#include "postgres.h"

#include "compat.h"

#include "client/request/answer.h"
#include "client/wire/json_reader.h"
#include "client/wire/table_description.h"

/* Attributes of the longest key: that of an index, and that of its table. */
#define MOST_KEY_ATTRIBUTES (2 * KEY_PART_LIMIT + 2)

/* Bytes of the longest key attribute (2048), as base64. */
#define LONGEST_KEY_TEXT	2732

static bool
is_operation(const RequestSpec *spec, const char *operation)
{
	return strcmp(spec->operation, operation) == 0;
}

/* Could an item, or its place in an index, be found by it? */
static bool
is_item_key(const DynamoItem *key)
{
	if (key->count == 0 || key->count > MOST_KEY_ATTRIBUTES)
		return false;
	for (int i = 0; i < key->count; i++)
	{
		const AttributeValue *value = &key->attributes[i].value;

		if (value->type > ATTRIBUTE_B || value->length > LONGEST_KEY_TEXT)
			return false;
	}
	return true;
}

bool
answer_names_table(const char *table, const char *name)
{
	const char *slash = strrchr(table, '/');

	return strcmp(table, name) == 0 ||
		(strncmp(table, "arn:", 4) == 0 && slash != NULL &&
		 strcmp(slash + 1, name) == 0);
}

static const char *
page_problem(const RequestSpec *spec, const Response *response)
{
	if (response->count < 0)
		return "it has no count of items";
	if (spec->wants_count ? response->item_count > 0
		: response->item_count != response->count)
		return "the count of items is not theirs";
	if (response->scanned_count >= 0 &&
		response->scanned_count < response->count)
		return "there are more items than were looked at";
	if (response->last_key != NULL && !is_item_key(response->last_key))
		return "the next page begins at no key";
	return NULL;
}

static const char *
batch_problem(const RequestSpec *spec, const Response *response)
{
	if (response->batch_table != NULL &&
		!answer_names_table(spec->table, response->batch_table))
		return "it is about another table";
	if (response->item_count + response->unprocessed_count > spec->parts)
		return "it is about more items than were asked for";
	for (int i = 0; i < response->unprocessed_count; i++)
		if (!is_item_key(&response->unprocessed[i]))
			return "what is left over is no key";
	return NULL;
}

/* Of each key there is told whether it has an item, and none is left over. */
static const char *
moment_problem(const RequestSpec *spec, const Response *response)
{
	if (response->part_count < 0)
		return "it has no items";
	if (response->part_count != spec->parts)
		return "it has not one part for each key";
	if (response->item_count > response->part_count ||
		response->unprocessed_count > 0)
		return "it is about more items than were asked for";
	return NULL;
}

/* Of each statement there is told what became of it. */
static const char *
statements_problem(const RequestSpec *spec, const Response *response)
{
	return response->part_count != spec->parts
		? "it has not one part for each statement" : NULL;
}

/*
 * Of one item: a read that finds none, and a write of which nothing is wanted
 * back, have nothing else to say than what they have consumed.
 */
static const char *
item_problem(const RequestSpec *spec, const Response *response,
			 bool tells_capacity)
{
	static const char *const operations[] = {
		"GetItem", "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"
	};

	if (spec->wants_item && response->item == NULL)
		return "";
	if (!tells_capacity || response->has_capacity || response->item != NULL)
		return NULL;
	for (int i = 0; i < (int) lengthof(operations); i++)
		if (is_operation(spec, operations[i]))
			return "it does not say what was consumed";
	return NULL;
}

const char *
answer_problem(const RequestSpec *spec, const Response *response,
			   bool tells_capacity)
{
	if (response->error_code != NULL)
		return "";
	if (is_operation(spec, "Query") || is_operation(spec, "Scan"))
		return page_problem(spec, response);
	if (is_operation(spec, "TransactGetItems"))
		return moment_problem(spec, response);
	if (is_operation(spec, "BatchExecuteStatement"))
		return statements_problem(spec, response);
	if (is_operation(spec, "BatchGetItem") && !response->has_items)
		return "it has no items";
	if (is_operation(spec, "BatchWriteItem") && response->unprocessed == NULL)
		return "it does not say what is left over";
	if (is_operation(spec, "BatchGetItem") ||
		is_operation(spec, "BatchWriteItem"))
		return batch_problem(spec, response);
	return item_problem(spec, response, tells_capacity);
}

static bool
has_reason(const Response *response, const char *code)
{
	for (int i = 0; i < response->reason_count; i++)
		if (strcmp(response->reasons[i].code, code) == 0)
			return true;
	return false;
}

/* A transaction of which a condition failed says which; reads have none. */
static const char *
cancellation_problem(const RequestSpec *spec, const Response *response)
{
	bool		reads = is_operation(spec, "TransactGetItems");

	if (!reads && !is_operation(spec, "TransactWriteItems"))
		return "the request is no transaction";
	if (response != NULL && response->reason_count > 0 &&
		response->reason_count != spec->parts)
		return "it has not one reason for each action";
	if (reads && response != NULL &&
		has_reason(response, "ConditionalCheckFailed"))
		return "the request has no condition";
	return NULL;
}

const char *
answer_refusal_problem(const RequestSpec *spec, const char *code,
					   const Response *response)
{
	/* what a user has asked for in DynamoDB's own words is not known here */
	if (code == NULL || spec->raw)
		return NULL;
	if (strcmp(code, "TransactionCanceledException") == 0)
		return cancellation_problem(spec, response);
	if (strcmp(code, "ConditionalCheckFailedException") == 0 &&
		!is_operation(spec, "PutItem") && !is_operation(spec, "UpdateItem") &&
		!is_operation(spec, "DeleteItem"))
		return "the request has no condition";
	return NULL;
}

const char *
answer_text_problem(const char *body, int length)
{
	JsonReader	reader;
	JsonToken	token;

	/* it is read in place, and changed by that */
	json_reader_start(&reader, pnstrdup(body, length), length);
	token = json_reader_next(&reader);
	if (token == TOKEN_OBJECT && json_reader_skip(&reader, token) &&
		json_reader_next(&reader) == TOKEN_END)
		return NULL;
	return reader.problem != NULL ? reader.problem : "the body is not an object";
}

const char *
answer_error_code(const char *header)
{
	char	   *code = pstrdup(header);
	char	   *hash;

	code[strcspn(code, ":")] = '\0';
	hash = strrchr(code, '#');
	return hash != NULL ? hash + 1 : code;
}
