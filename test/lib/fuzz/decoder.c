/*
 * decoder.c
 *		Fuzz target: the decoder of DynamoDB's answers, without a server.
 *
 * Links: src/client/wire/response.c src/client/wire/json_reader.c
 * Links: src/client/wire/attribute.c -lpgcommon -lpgport
 * Links: test/lib/fuzz/server.c test/lib/fuzz/mutator.c
 * Readers: src/client/wire/response.c src/client/wire/json_reader.c
 *
 * A body that is refused must give a reason.  Of one that is decoded, each
 * item is copied, written as JSON and decoded again: all three must be equal,
 * and written in the same way.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "client/wire/response.h"
#include "server.h"

/* ---- properties ---- */

static bool
items_equal(const DynamoItem *a, const DynamoItem *b)
{
	AttributeValue map_a = {.type = ATTRIBUTE_M,.length = a->count,
	.u.entries = a->attributes};
	AttributeValue map_b = {.type = ATTRIBUTE_M,.length = b->count,
	.u.entries = b->attributes};

	return attribute_equal(&map_a, &map_b);
}

/* A body is decoded in place, and a NUL stands behind it. */
static Response *
decode(const char *text, size_t length, const char **problem)
{
	return response_decode(server_copy(text, length), (int) length, problem);
}

static void
check_item(const DynamoItem *item)
{
	const char *problem = NULL;
	StringInfoData body;
	StringInfoData again;
	StringInfoData readable;
	Response   *response;

	initStringInfo(&body);
	appendStringInfoString(&body, "{\"Item\":");
	json_append_item(&body, item);
	appendStringInfoChar(&body, '}');

	server_demand(items_equal(item, item_copy(item)), "a copy is equal", body.data);
	response = decode(body.data, body.len, &problem);
	server_demand(response != NULL && response->item != NULL,
		   "what was decoded, and written as JSON, can be decoded", body.data);
	server_demand(items_equal(item, response->item),
		   "what was written as JSON is decoded to the same", body.data);

	initStringInfo(&again);
	appendStringInfoString(&again, "{\"Item\":");
	json_append_item(&again, response->item);
	appendStringInfoChar(&again, '}');
	server_demand(again.len == body.len &&
				  memcmp(again.data, body.data, body.len) == 0,
				  "the same is written in the same way", body.data);

	initStringInfo(&readable);
	for (int i = 0; i < item->count; i++)
		attribute_append_readable(&readable, &item->attributes[i].value);
	server_demand(strlen(readable.data) == (size_t) readable.len,
		   "what is shown has no NUL", body.data);
}

static void
check_response(const Response *response)
{
	server_demand(response->count >= -1 && response->scanned_count >= -1,
		   "a count is no less than 0, or -1", "");
	if (response->item != NULL)
		check_item(response->item);
	if (response->last_key != NULL)
		check_item(response->last_key);
	for (int i = 0; i < response->item_count; i++)
		check_item(&response->items[i]);
	for (int i = 0; i < response->reason_count; i++)
	{
		server_demand(response->reasons[i].code != NULL, "a reason has a code", "");
		if (response->reasons[i].item != NULL)
			check_item(response->reasons[i].item);
	}
	for (int i = 0; i < response->unprocessed_count; i++)
		check_item(&response->unprocessed[i]);
	server_demand(response->capacity_units >= 0, "capacity is not negative",
				  "");
	if (response->error_code != NULL)
		server_demand(strchr(response->error_code, '#') == NULL &&
			   strchr(response->error_code, ':') == NULL,
			   "a code has neither prefix nor suffix", response->error_code);
}

extern int	LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const char *problem = NULL;
	Response   *response = decode((const char *) data, size, &problem);

	if (response != NULL)
		check_response(response);
	else
		server_demand(problem != NULL, "who refuses says why", "");
	server_reset_memory();
	return 0;
}
