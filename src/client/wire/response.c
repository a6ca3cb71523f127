/*
 * response.c
 *		Decodes the answer to a DynamoDB request.
 *
 * The body is read once and in place: all texts of the response point into
 * it, and only arrays are allocated.  How many attributes an item has is known
 * at its end, so they gather on a stack that serves all items of the page, and
 * are then copied to an array of their size.
 */
#include "postgres.h"

#include "client/wire/json_reader.h"
#include "client/wire/response.h"

/* A transaction has at most so many actions, and reasons. */
#define MAX_TRANSACTION_ACTIONS	100

/* Reasons for throttling one request that are kept; others are skipped. */
#define MAX_THROTTLING_REASONS	8

/* No request can use as much: it is what 8 GB of reads would. */
#define MOST_CAPACITY_UNITS		1e6

/* Longest JSON number that is read; longer ones are cut. */
#define NUMBER_TEXT_LENGTH	63

typedef struct Decoder
{
	JsonReader	reader;
	const char *problem;		/* of the answer, not of its JSON; a
								 * constant */
	Attribute  *attributes;		/* stack of the items and maps being read */
	int			attribute_count;
	int			attribute_capacity;
	AttributeValue *values;		/* stack of the lists and sets being read */
	int			value_count;
	int			value_capacity;
	DynamoItem *items;			/* of the page */
	int			item_count;
	int			item_capacity;
} Decoder;

static bool read_attribute_value(Decoder *decoder, JsonToken token,
								 AttributeValue *value, int depth);

static bool
fail_response(Decoder *decoder, const char *problem)
{
	if (decoder->problem == NULL)
		decoder->problem = problem;
	return false;
}

/* Reads a token that must be the given one. */
static bool
expect_token(Decoder *decoder, JsonToken wanted, const char *problem)
{
	return json_reader_next(&decoder->reader) == wanted ||
		fail_response(decoder, problem);
}

/* ---- stacks ---- */

static void
push_attribute(Decoder *decoder, const Attribute *attribute)
{
	if (decoder->attribute_count == decoder->attribute_capacity)
	{
		decoder->attribute_capacity *= 2;
		decoder->attributes = repalloc(decoder->attributes,
									   decoder->attribute_capacity *
									   sizeof(Attribute));
	}
	decoder->attributes[decoder->attribute_count++] = *attribute;
}

static void
push_value(Decoder *decoder, const AttributeValue *value)
{
	if (decoder->value_count == decoder->value_capacity)
	{
		decoder->value_capacity *= 2;
		decoder->values = repalloc(decoder->values,
								   decoder->value_capacity *
								   sizeof(AttributeValue));
	}
	decoder->values[decoder->value_count++] = *value;
}

static void
push_item(Decoder *decoder, const DynamoItem *item)
{
	if (decoder->item_count == decoder->item_capacity)
	{
		decoder->item_capacity *= 2;
		decoder->items = repalloc(decoder->items,
								  decoder->item_capacity *
								  sizeof(DynamoItem));
	}
	decoder->items[decoder->item_count++] = *item;
}

/* Takes what lies above base from the stack into an array of its own. */
static Attribute *
pop_attributes(Decoder *decoder, int base, int *count)
{
	Attribute  *attributes;

	*count = decoder->attribute_count - base;
	attributes = palloc(*count * sizeof(Attribute));
	memcpy(attributes, decoder->attributes + base, *count * sizeof(Attribute));
	decoder->attribute_count = base;
	return attributes;
}

static AttributeValue *
pop_values(Decoder *decoder, int base, int *count)
{
	AttributeValue *values;

	*count = decoder->value_count - base;
	values = palloc(*count * sizeof(AttributeValue));
	memcpy(values, decoder->values + base, *count * sizeof(AttributeValue));
	decoder->value_count = base;
	return values;
}

/* ---- AttributeValues ---- */

/* Reads the members of an item or map, whose { has been read. */
static bool
read_entries(Decoder *decoder, Attribute **entries, int *count, int depth)
{
	JsonReader *reader = &decoder->reader;
	int			base = decoder->attribute_count;
	JsonToken	token;

	while ((token = json_reader_next(reader)) == TOKEN_NAME)
	{
		Attribute	attribute;

		attribute.name = reader->text;
		attribute.name_length = (int) reader->length;
		if (!read_attribute_value(decoder, json_reader_next(reader),
								  &attribute.value, depth))
			return false;
		push_attribute(decoder, &attribute);
	}
	if (token == TOKEN_PROBLEM)
		return false;
	*entries = pop_attributes(decoder, base, count);
	return true;
}

/* The elements of an L or of a set, whose [ has been read. */
static bool
read_elements(Decoder *decoder, AttributeValue *value, int depth)
{
	JsonReader *reader = &decoder->reader;
	int			base = decoder->value_count;
	JsonToken	token;

	while ((token = json_reader_next(reader)) != TOKEN_ARRAY_END)
	{
		AttributeValue element;

		if (value->type == ATTRIBUTE_L)
		{
			if (!read_attribute_value(decoder, token, &element, depth))
				return false;
		}
		else if (token == TOKEN_STRING)
		{
			element.type = attribute_element_type(value->type);
			element.length = (int) reader->length;
			element.u.text = reader->text;
		}
		else
			return fail_response(decoder, "an element of a set is not a string");
		push_value(decoder, &element);
	}
	value->u.elements = pop_values(decoder, base, &value->length);
	return true;
}

/* The type that the member's name means. */
static bool
read_type(const JsonReader *reader, AttributeType *type)
{
	/* nearly all are of one letter */
	if (reader->length == 1)
	{
		switch (reader->text[0])
		{
			case 'S':
				*type = ATTRIBUTE_S;
				return true;
			case 'N':
				*type = ATTRIBUTE_N;
				return true;
			case 'B':
				*type = ATTRIBUTE_B;
				return true;
			case 'L':
				*type = ATTRIBUTE_L;
				return true;
			case 'M':
				*type = ATTRIBUTE_M;
				return true;
		}
		return false;
	}
	return attribute_type_from_name(reader->text, type);
}

/* What stands behind the type's name, whose first token has been read. */
static bool
read_typed_value(Decoder *decoder, JsonToken token, AttributeValue *value,
				 int depth)
{
	switch (value->type)
	{
		case ATTRIBUTE_S:
		case ATTRIBUTE_N:
		case ATTRIBUTE_B:
			if (token != TOKEN_STRING)
				return fail_response(decoder, "an S, N or B is not a string");
			value->length = (int) decoder->reader.length;
			value->u.text = decoder->reader.text;
			return true;

		case ATTRIBUTE_BOOL:
			if (token != TOKEN_TRUE && token != TOKEN_FALSE)
				return fail_response(decoder, "a BOOL is neither true nor false");
			value->length = 0;
			value->u.boolean = token == TOKEN_TRUE;
			return true;

		case ATTRIBUTE_NULL:
			if (token != TOKEN_TRUE)
				return fail_response(decoder, "a NULL is not true");
			value->length = 0;
			value->u.text = NULL;
			return true;

		case ATTRIBUTE_SS:
		case ATTRIBUTE_NS:
		case ATTRIBUTE_BS:
		case ATTRIBUTE_L:
			if (token != TOKEN_ARRAY)
				return fail_response(decoder, "a list or set is not a list");
			return read_elements(decoder, value, depth + 1);

		case ATTRIBUTE_M:
			if (token != TOKEN_OBJECT)
				return fail_response(decoder, "an M is not an object");
			return read_entries(decoder, &value->u.entries, &value->length,
								depth + 1);
	}
	return false;
}

/*
 * Reads {"S": "..."} and so on, of which the first token has been read.  depth
 * is the number of lists and maps around it.
 */
static bool
read_attribute_value(Decoder *decoder, JsonToken token, AttributeValue *value,
					 int depth)
{
	JsonReader *reader = &decoder->reader;

	if (depth > DOCUMENT_DEPTH_LIMIT)
		return fail_response(decoder, "lists and maps are nested too deeply");
	if (token != TOKEN_OBJECT)
		return fail_response(decoder, "an attribute value is not an object");

	token = json_reader_next(reader);
	if (token == TOKEN_OBJECT_END)
		return fail_response(decoder, "an attribute value has no type");
	if (token != TOKEN_NAME)
		return false;
	if (!read_type(reader, &value->type))
		return fail_response(decoder, "an attribute value has an unknown type");
	if (!read_typed_value(decoder, json_reader_next(reader), value, depth))
		return false;

	token = json_reader_next(reader);
	if (token == TOKEN_NAME)
		return fail_response(decoder, "an attribute value has two types");
	return token == TOKEN_OBJECT_END;
}

static bool
read_response_item(Decoder *decoder, JsonToken token, DynamoItem *item)
{
	if (token != TOKEN_OBJECT)
		return fail_response(decoder, "an item is not an object");
	return read_entries(decoder, &item->attributes, &item->count, 0);
}

/* An item of its own. */
static bool
read_single_item(Decoder *decoder, JsonToken token, DynamoItem **item)
{
	DynamoItem *result = palloc(sizeof(DynamoItem));

	if (!read_response_item(decoder, token, result))
		return false;
	*item = result;
	return true;
}

/* ---- members of the answer ---- */

static bool
read_items(Decoder *decoder, JsonToken token)
{
	if (token != TOKEN_ARRAY)
		return fail_response(decoder, "the items are not a list");
	while ((token = json_reader_next(&decoder->reader)) != TOKEN_ARRAY_END)
	{
		DynamoItem	item;

		if (decoder->item_count == PAGE_ITEM_LIMIT)
			return fail_response(decoder, "there are more items than a page holds");
		if (!read_response_item(decoder, token, &item))
			return false;
		push_item(decoder, &item);
	}
	return true;
}

/* Notes the table that a batch is about, whose name has just been read. */
static bool
note_batch_table(Decoder *decoder, Response *response)
{
	const char *name = decoder->reader.text;

	if (response->batch_table != NULL &&
		strcmp(response->batch_table, name) != 0)
		return fail_response(decoder, "a batch is about two tables");
	response->batch_table = name;
	return true;
}

/*
 * One element of CancellationReasons, or the Error of a statement, whose { has
 * been read.  code: if it has none.
 */
static bool
read_reason(Decoder *decoder, CancellationReason *reason, const char *code)
{
	JsonReader *reader = &decoder->reader;
	JsonToken	token;

	reason->code = code;
	reason->message = NULL;
	reason->item = NULL;
	while ((token = json_reader_next(reader)) == TOKEN_NAME)
	{
		const char *name = reader->text;

		token = json_reader_next(reader);
		if (strcmp(name, "Item") == 0 && token == TOKEN_OBJECT)
		{
			if (!read_single_item(decoder, token, &reason->item))
				return false;
			continue;
		}
		if (strcmp(name, "Code") == 0 && token == TOKEN_STRING)
			reason->code = reader->text;
		else if (strcmp(name, "Message") == 0 && token == TOKEN_STRING)
			reason->message = reader->text;
		if (!json_reader_skip(reader, token))
			return false;
	}
	return token == TOKEN_OBJECT_END;
}

/* The place of the error of a statement, of which the others have none yet. */
static CancellationReason *
part_error(Response *response)
{
	if (response->part_errors == NULL)
		response->part_errors = palloc0(MAX_TRANSACTION_ACTIONS *
										sizeof(CancellationReason));
	return &response->part_errors[response->part_count];
}

/*
 * One element of the Responses of a transaction or a batch of statements,
 * whose { has been read.
 */
static bool
read_part(Decoder *decoder, Response *response)
{
	JsonReader *reader = &decoder->reader;
	bool		has_item = false;
	JsonToken	token;

	while ((token = json_reader_next(reader)) == TOKEN_NAME)
	{
		bool		is_item = strcmp(reader->text, "Item") == 0;
		bool		is_error = strcmp(reader->text, "Error") == 0;
		DynamoItem	item;

		token = json_reader_next(reader);
		if ((!is_item && !is_error) || token == TOKEN_NULL)
		{
			if (!json_reader_skip(reader, token))
				return false;
			continue;
		}
		if (is_error)
		{
			if (token != TOKEN_OBJECT)
				return fail_response(decoder, "an error is not an object");
			if (!read_reason(decoder, part_error(response), ""))
				return false;
			continue;
		}
		if (has_item)
			return fail_response(decoder, "there are two items for one key");
		if (!read_response_item(decoder, token, &item))
			return false;
		push_item(decoder, &item);
		has_item = true;
	}
	return token == TOKEN_OBJECT_END;
}

/*
 * The answer of TransactGetItems, whose [ has been read: an object for each
 * key, which is empty if there is no item.  And that of BatchExecuteStatement:
 * one for each statement.
 */
static bool
read_parts(Decoder *decoder, Response *response)
{
	JsonToken	token;

	response->part_count = 0;
	response->part_errors = NULL;
	while ((token = json_reader_next(&decoder->reader)) != TOKEN_ARRAY_END)
	{
		if (token != TOKEN_OBJECT ||
			response->part_count == MAX_TRANSACTION_ACTIONS)
			return fail_response(decoder, "the responses are malformed");
		if (!read_part(decoder, response))
			return false;
		response->part_count++;
	}
	return true;
}

/*
 * BatchGetItem's answer has the items under the name of their table, those of
 * TransactGetItems and BatchExecuteStatement have a list.
 */
static bool
read_responses(Decoder *decoder, JsonToken token, Response *response)
{
	JsonReader *reader = &decoder->reader;

	decoder->item_count = 0;
	response->has_items = token == TOKEN_OBJECT;
	response->part_count = -1;
	if (token == TOKEN_ARRAY)
		return read_parts(decoder, response);
	if (token != TOKEN_OBJECT)
		return json_reader_skip(reader, token);
	while ((token = json_reader_next(reader)) == TOKEN_NAME)
	{
		if (!note_batch_table(decoder, response) ||
			!read_items(decoder, json_reader_next(reader)))
			return false;
	}
	return token == TOKEN_OBJECT_END;
}

/* The latest token, a number, as a double. */
static double
read_double(const JsonReader *reader)
{
	char		text[NUMBER_TEXT_LENGTH + 1];
	size_t		length = Min(reader->length, NUMBER_TEXT_LENGTH);

	memcpy(text, reader->text, length);
	text[length] = '\0';
	return strtod(text, NULL);
}

static bool
read_count(Decoder *decoder, JsonToken token, int64 *count)
{
	double		number;

	if (token != TOKEN_NUMBER)
		return fail_response(decoder, "a count is not a number");
	number = read_double(&decoder->reader);
	if (number < 0 || number > PAGE_ITEM_LIMIT)
		return fail_response(decoder, "a count is out of range");
	*count = (int64) number;
	return true;
}

/* Reads CapacityUnits, whose first token has been read. */
static bool
read_capacity_units(Decoder *decoder, JsonToken token, double *units)
{
	double		number;

	if (token == TOKEN_NULL)
		return true;
	if (token != TOKEN_NUMBER)
		return fail_response(decoder, "consumed capacity is not a number");
	number = read_double(&decoder->reader);
	if (number < 0 || number > MOST_CAPACITY_UNITS)
		return fail_response(decoder, "consumed capacity is out of range");
	*units += number;
	return true;
}

/* Of a transaction's or a batch's tables; there are no more than actions. */
static void
keep_capacity(Response *response, TableCapacity capacity)
{
	if (capacity.table == NULL ||
		response->capacity_count == MAX_TRANSACTION_ACTIONS)
		return;
	if (response->capacities == NULL)
		response->capacities = palloc(MAX_TRANSACTION_ACTIONS *
									  sizeof(TableCapacity));
	response->capacities[response->capacity_count++] = capacity;
}

/*
 * Adds the CapacityUnits of one table; the parts of which they are the sum, by
 * index, are skipped.
 */
static bool
add_capacity(Decoder *decoder, JsonToken token, TableCapacity *capacity)
{
	JsonReader *reader = &decoder->reader;

	if (token != TOKEN_OBJECT)
		return json_reader_skip(reader, token);
	while ((token = json_reader_next(reader)) == TOKEN_NAME)
	{
		const char *name = reader->text;

		token = json_reader_next(reader);
		if (strcmp(name, "CapacityUnits") == 0)
		{
			if (!read_capacity_units(decoder, token, &capacity->units))
				return false;
			continue;
		}
		if (strcmp(name, "TableName") == 0 && token == TOKEN_STRING)
			capacity->table = reader->text;
		if (!json_reader_skip(reader, token))
			return false;
	}
	return token == TOKEN_OBJECT_END;
}

static bool
read_capacity(Decoder *decoder, JsonToken token, Response *response)
{
	TableCapacity one = {0};

	response->capacity_units = 0;
	response->capacity_count = 0;
	response->has_capacity = token == TOKEN_OBJECT || token == TOKEN_ARRAY;
	if (token != TOKEN_ARRAY)
	{
		if (!add_capacity(decoder, token, &one))
			return false;
		response->capacity_units = one.units;
		return true;
	}
	while ((token = json_reader_next(&decoder->reader)) != TOKEN_ARRAY_END)
	{
		TableCapacity capacity = {0};

		if (!add_capacity(decoder, token, &capacity))
			return false;
		response->capacity_units += capacity.units;
		keep_capacity(response, capacity);
	}
	return true;
}

/* {"DeleteRequest":{"Key":{...}}}, of which the first token has been read. */
static bool
read_deletion(Decoder *decoder, JsonToken token, DynamoItem *key)
{
	static const char problem[] = "what is left over is no deletion";
	JsonReader *reader = &decoder->reader;

	if (token != TOKEN_OBJECT ||
		json_reader_next(reader) != TOKEN_NAME ||
		strcmp(reader->text, "DeleteRequest") != 0 ||
		json_reader_next(reader) != TOKEN_OBJECT ||
		json_reader_next(reader) != TOKEN_NAME ||
		strcmp(reader->text, "Key") != 0)
		return fail_response(decoder, problem);
	return read_response_item(decoder, json_reader_next(reader), key) &&
		expect_token(decoder, TOKEN_OBJECT_END, problem) &&
		expect_token(decoder, TOKEN_OBJECT_END, problem);
}

/* Keys that are left over, to be read or deleted, as items. */
static bool
read_left_keys(Decoder *decoder, JsonToken token, bool deletions)
{
	if (token != TOKEN_ARRAY)
		return fail_response(decoder, "the keys left over are not a list");
	while ((token = json_reader_next(&decoder->reader)) != TOKEN_ARRAY_END)
	{
		DynamoItem	key;

		if (!(deletions ? read_deletion(decoder, token, &key)
			  : read_response_item(decoder, token, &key)))
			return false;
		push_item(decoder, &key);
	}
	return true;
}

/* The value of a table in UnprocessedKeys. */
static bool
read_left_reads(Decoder *decoder, JsonToken token)
{
	JsonReader *reader = &decoder->reader;

	if (token != TOKEN_OBJECT)
		return fail_response(decoder, "what is left over is not a read");
	while ((token = json_reader_next(reader)) == TOKEN_NAME)
	{
		bool		wanted = strcmp(reader->text, "Keys") == 0;

		token = json_reader_next(reader);
		if (!(wanted ? read_left_keys(decoder, token, false)
			  : json_reader_skip(reader, token)))
			return false;
	}
	return token == TOKEN_OBJECT_END;
}

/* UnprocessedKeys or, of deletions, UnprocessedItems. */
static bool
read_unprocessed(Decoder *decoder, JsonToken token, bool deletions,
				 Response *response)
{
	JsonReader *reader = &decoder->reader;
	int			base = decoder->item_count;
	int			count;

	if (token != TOKEN_OBJECT)
		return fail_response(decoder, "what is left over is not an object");
	while ((token = json_reader_next(reader)) == TOKEN_NAME)
	{
		if (!note_batch_table(decoder, response))
			return false;
		token = json_reader_next(reader);
		if (!(deletions ? read_left_keys(decoder, token, true)
			  : read_left_reads(decoder, token)))
			return false;
	}
	count = decoder->item_count - base;
	response->unprocessed_count = count;
	response->unprocessed = palloc(count * sizeof(DynamoItem));
	memcpy(response->unprocessed, decoder->items + base,
		   count * sizeof(DynamoItem));
	decoder->item_count = base;
	return token == TOKEN_OBJECT_END;
}

static bool
read_reasons(Decoder *decoder, JsonToken token, Response *response)
{
	JsonReader *reader = &decoder->reader;

	if (token != TOKEN_ARRAY)
		return json_reader_skip(reader, token);
	response->reason_count = 0;
	if (response->reasons == NULL)
		response->reasons = palloc(MAX_TRANSACTION_ACTIONS *
								   sizeof(CancellationReason));
	while ((token = json_reader_next(reader)) != TOKEN_ARRAY_END)
	{
		if (token != TOKEN_OBJECT ||
			response->reason_count == MAX_TRANSACTION_ACTIONS)
			return fail_response(decoder, "the cancellation reasons are malformed");
		if (!read_reason(decoder,
						 &response->reasons[response->reason_count], "None"))
			return false;
		response->reason_count++;
	}
	return true;
}

/* One element of ThrottlingReasons, whose { has been read. */
static bool
read_throttling_reason(JsonReader *reader, ThrottlingReason *reason)
{
	JsonToken	token;

	while ((token = json_reader_next(reader)) == TOKEN_NAME)
	{
		const char *name = reader->text;

		token = json_reader_next(reader);
		if (strcmp(name, "reason") == 0 && token == TOKEN_STRING)
			reason->reason = reader->text;
		else if (strcmp(name, "resource") == 0 && token == TOKEN_STRING)
			reason->resource = reader->text;
		if (!json_reader_skip(reader, token))
			return false;
	}
	return token == TOKEN_OBJECT_END;
}

/*
 * They are only shown: what is not of this form is skipped, since the refusal
 * is one all the same.
 */
static bool
read_throttling(Decoder *decoder, JsonToken token, Response *response)
{
	JsonReader *reader = &decoder->reader;

	if (token != TOKEN_ARRAY)
		return json_reader_skip(reader, token);
	response->throttling_count = 0;
	if (response->throttling == NULL)
		response->throttling = palloc(MAX_THROTTLING_REASONS *
									  sizeof(ThrottlingReason));
	while ((token = json_reader_next(reader)) != TOKEN_ARRAY_END)
	{
		ThrottlingReason reason = {NULL, NULL};

		if (!(token == TOKEN_OBJECT ? read_throttling_reason(reader, &reason)
			  : json_reader_skip(reader, token)))
			return false;
		if (reason.reason != NULL &&
			response->throttling_count < MAX_THROTTLING_REASONS)
			response->throttling[response->throttling_count++] = reason;
	}
	return true;
}

/* com.amazonaws.dynamodb.v20120810#Code:https://... */
static char *
strip_code(char *code)
{
	char	   *place = strchr(code, ':');

	if (place != NULL)
		*place = '\0';
	place = strrchr(code, '#');
	return place != NULL ? place + 1 : code;
}

/* Reads the member, whose name and first token have been read. */
static bool
read_member(Decoder *decoder, const char *name, JsonToken token,
			Response *response)
{
	JsonReader *reader = &decoder->reader;

	if (token == TOKEN_NULL)
		return true;
	if (strcmp(name, "Items") == 0)
	{
		decoder->item_count = 0;
		response->has_items = true;
		return read_items(decoder, token);
	}
	if (strcmp(name, "Item") == 0 || strcmp(name, "Attributes") == 0)
		return read_single_item(decoder, token, &response->item);
	if (strcmp(name, "LastEvaluatedKey") == 0)
		return read_single_item(decoder, token, &response->last_key);
	if (strcmp(name, "Responses") == 0)
		return read_responses(decoder, token, response);
	if (strcmp(name, "UnprocessedKeys") == 0)
		return read_unprocessed(decoder, token, false, response);
	if (strcmp(name, "UnprocessedItems") == 0)
		return read_unprocessed(decoder, token, true, response);
	if (strcmp(name, "Count") == 0)
		return read_count(decoder, token, &response->count);
	if (strcmp(name, "ScannedCount") == 0)
		return read_count(decoder, token, &response->scanned_count);
	if (strcmp(name, "ConsumedCapacity") == 0)
		return read_capacity(decoder, token, response);
	if (strcmp(name, "CancellationReasons") == 0)
		return read_reasons(decoder, token, response);
	if (pg_strcasecmp(name, "ThrottlingReasons") == 0)
		return read_throttling(decoder, token, response);
	if (strcmp(name, "__type") == 0 && token == TOKEN_STRING)
		response->error_code = strip_code(reader->text);
	else if (strcmp(name, "code") == 0 && token == TOKEN_STRING)
		response->error_code = response->error_code != NULL
			? response->error_code : strip_code(reader->text);
	else if (pg_strcasecmp(name, "message") == 0 && token == TOKEN_STRING)
		response->error_message = reader->text;
	return json_reader_skip(reader, token);
}

static bool
read_response(Decoder *decoder, Response *response)
{
	JsonReader *reader = &decoder->reader;
	JsonToken	token;

	if (!expect_token(decoder, TOKEN_OBJECT, "the body is not an object"))
		return false;
	while ((token = json_reader_next(reader)) == TOKEN_NAME)
	{
		const char *name = reader->text;

		if (!read_member(decoder, name, json_reader_next(reader), response))
			return false;
	}
	return token == TOKEN_OBJECT_END &&
		json_reader_next(reader) == TOKEN_END;
}

Response *
response_decode(char *body, int length, const char **problem)
{
	Response   *response = palloc0(sizeof(Response));
	Decoder		decoder = {.attribute_capacity = 64, .value_capacity = 64,
	.item_capacity = 64};
	bool		success;

	response->count = -1;
	response->scanned_count = -1;
	response->part_count = -1;
	response->body_length = length;
	decoder.attributes = palloc(decoder.attribute_capacity *
								sizeof(Attribute));
	decoder.values = palloc(decoder.value_capacity * sizeof(AttributeValue));
	decoder.items = palloc(decoder.item_capacity * sizeof(DynamoItem));

	json_reader_start(&decoder.reader, body, length);
	success = read_response(&decoder, response);
	response->items = decoder.items;
	response->item_count = decoder.item_count;
	pfree(decoder.attributes);
	pfree(decoder.values);

	if (success)
		return response;
	/* what the JSON lacks comes first: it is the cause of the rest */
	*problem = decoder.reader.problem != NULL ? decoder.reader.problem :
		decoder.problem;
	return NULL;
}

Response *
response_decode_capacity(const char *body, int length)
{
	Response   *response = palloc0(sizeof(Response));
	Decoder		decoder = {0};
	JsonToken	token;

	json_reader_start(&decoder.reader, pnstrdup(body, length), length);
	if (json_reader_next(&decoder.reader) != TOKEN_OBJECT)
		return NULL;
	while ((token = json_reader_next(&decoder.reader)) == TOKEN_NAME)
	{
		bool		is_capacity = strcmp(decoder.reader.text,
										 "ConsumedCapacity") == 0;

		token = json_reader_next(&decoder.reader);
		if (is_capacity ? !read_capacity(&decoder, token, response)
			: !json_reader_skip(&decoder.reader, token))
			return NULL;
	}
	return response->has_capacity ? response : NULL;
}

bool
response_is_denied(const Response *response)
{
	return response != NULL && response->error_code != NULL &&
		strcmp(response->error_code, "AccessDeniedException") == 0;
}
