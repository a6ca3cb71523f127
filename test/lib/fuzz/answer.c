/*
 * answer.c
 *		Fuzz target: what the layers above do with a decoded answer, without a
 *		server: of batches, of transactions that are cancelled, of pages.
 *
 * Links: src/client/request/answer.c src/client/request/page_course.c src/client/request/error.c
 * Links: src/client/wire/response.c src/client/wire/json_reader.c
 * Links: src/client/wire/attribute.c -lpgcommon -lpgport
 * Links: test/lib/fuzz/server.c test/lib/fuzz/mutator.c
 * Readers: src/client/request/answer.c src/client/request/page_course.c src/client/wire/response.c
 *
 * Each answer is taken for one to each operation.  Where it passes for one, it
 * must be bounded by what was asked, and what is left over must make a request
 * again.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "client/request/answer.h"
#include "client/request/error.h"
#include "client/request/page_course.h"
#include "server.h"

#define TABLE		"t"

static void
check_key(const DynamoItem *key)
{
	server_demand(key->count > 0 && key->count <= 10,
				  "a key has some attributes", "");
	for (int i = 0; i < key->count; i++)
		server_demand(key->attributes[i].value.type <= ATTRIBUTE_B,
					  "a key has no attribute of another type", "");
}

/* What was left over is asked for again. */
static void
ask_again(const Response *response)
{
	const char *problem = NULL;
	StringInfoData body;

	initStringInfo(&body);
	appendStringInfoString(&body, "{\"UnprocessedKeys\":{\"" TABLE "\":{\"Keys\":[");
	for (int i = 0; i < response->unprocessed_count; i++)
	{
		check_key(&response->unprocessed[i]);
		if (i > 0)
			appendStringInfoChar(&body, ',');
		json_append_item(&body, &response->unprocessed[i]);
	}
	appendStringInfoString(&body, "]}}}");
	server_demand(response_decode(body.data, body.len, &problem) != NULL,
				  "what is left over can be asked for", body.data);
}

static void
check_batch(const char *operation, int parts, const Response *response)
{
	RequestSpec spec = {.operation = operation,.table = TABLE,.parts = parts};

	if (answer_problem(&spec, response, true) != NULL)
		return;
	server_demand(response->item_count + response->unprocessed_count <= parts,
				  "no more than was asked for", operation);
	ask_again(response);
}

static void
check_moment(int parts, const Response *response)
{
	RequestSpec spec = {
		.operation = "TransactGetItems",
		.table = TABLE,
		.parts = parts
	};

	if (answer_problem(&spec, response, true) != NULL)
		return;
	server_demand(response->item_count <= parts,
				  "no more than was asked for", "TransactGetItems");
	server_demand(response->unprocessed_count == 0,
				  "nothing is left over", "TransactGetItems");
}

/* Pages follow one another, or raise. */
static void
check_page(const Response *response, bool wants_count)
{
	RequestSpec spec = {
		.operation = "Query",
		.table = TABLE,
		.wants_count = wants_count
	};
	PageCourse	course = {0};

	if (answer_problem(&spec, response, true) != NULL)
		return;
	server_demand(response->count >= 0 && response->count <= PAGE_ITEM_LIMIT &&
				  (wants_count || response->count == response->item_count),
				  "a page has a count", "");
	if (response->last_key != NULL)
		check_key(response->last_key);
	server_catches = true;
	if (setjmp(server_catch) == 0)
	{
		page_course_advance(&course, response->last_key, TABLE);
		/* another one, and the same again */
		for (int i = 0; i < response->item_count; i++)
			page_course_advance(&course, &response->items[i], TABLE);
		page_course_advance(&course, response->last_key, TABLE);
		page_course_reset(&course);
	}
	server_catches = false;
}

static void
raise_class(const ErrorClass *class, const Response *response)
{
	RequestSpec spec = {.operation = "UpdateItem",.table = TABLE,.key = "k"};
	Failure		failure = {
		.class = class,
		.spec = &spec,
		.endpoint = "http://localhost",
		.code = response->error_code,
		.message = response->error_message,
		.response = response,
		.request_id = "",
		.attempts = 2
	};

	server_catches = true;
	if (setjmp(server_catch) == 0)
	{
		error_raise(&failure, "That is all.");
		server_demand(false, "what is raised does not come back", "");
	}
	server_catches = false;
}

static void
check_refusal(const char *operation, int parts, const Response *response)
{
	RequestSpec spec = {
		.operation = operation,
		.table = TABLE,
		.parts = parts
	};
	const ErrorClass *class = error_class(response->error_code, 400);

	if (answer_refusal_problem(&spec, response->error_code, response) != NULL)
		return;
	if (strncmp(operation, "Transact", strlen("Transact")) == 0 &&
		response->reason_count > 0)
	{
		class = error_class_cancelled(&spec, response);
		server_demand(response->error_code == NULL ||
					  strcmp(response->error_code,
							 "TransactionCanceledException") != 0 ||
					  response->reason_count == parts,
					  "each action has a reason", "");
	}
	else
		server_demand(class->outcome != OUTCOME_CONDITION_FAILED || parts == 0,
					  "a condition fails only where there is one", operation);
	raise_class(class, response);
}

extern int	LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const char *problem = NULL;
	Response   *response = response_decode(server_copy(data, size), (int) size,
										   &problem);

	if (response != NULL)
	{
		RequestSpec update = {.operation = "UpdateItem",.wants_item = true};

		check_batch("BatchGetItem", 2, response);
		check_batch("BatchWriteItem", 25, response);
		check_moment(2, response);
		check_page(response, false);
		check_page(response, true);
		server_demand(answer_problem(&update, response, true) != NULL ||
					  response->item != NULL, "an item that is wanted is there",
					  "");
		check_refusal("UpdateItem", 0, response);
		check_refusal("TransactWriteItems", 2, response);
		check_refusal("TransactGetItems", 2, response);
		check_refusal("GetItem", 1, response);
	}
	server_reset_memory();
	return 0;
}
