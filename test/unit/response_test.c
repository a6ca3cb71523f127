/*
 * response_test.c
 *		The answers of TransactGetItems and BatchExecuteStatement: how they are
 *		decoded, and which of them is one to what was asked.
 *
 * Links: src/client/wire/response.c src/client/wire/json_reader.c
 * Links: src/client/wire/attribute.c src/client/request/answer.c
 * Links: test/lib/unit/server.c -lpgcommon -lpgport
 */
#include "postgres.h"

#include "client/request/answer.h"
#include "server.h"

static const char *problem;

static Response *
decode(const char *text)
{
	problem = NULL;
	return response_decode(pstrdup(text), strlen(text), &problem);
}

/* Is it an answer to that operation, of so many keys? */
static bool
answers(const char *operation, int parts, const char *text)
{
	RequestSpec spec = {.operation = operation,.table = "t",.parts = parts};
	const Response *response = decode(text);

	return response != NULL && answer_problem(&spec, response, false) == NULL;
}

static bool
is_moment(int parts, const char *text)
{
	return answers("TransactGetItems", parts, text);
}

#define ITEM(id)	"{\"Item\":{\"id\":{\"S\":\"" id "\"}}}"

static void
test_decoding(void)
{
	const Response *response =
		decode("{\"Responses\":[{}," ITEM("a") ",{\"Item\":null}," ITEM("b")
			   ",{\"More\":[1],\"Item\":{}}],"
			   "\"ConsumedCapacity\":[{\"CapacityUnits\":4},{\"CapacityUnits\":2}]}");

	report(response != NULL, "an answer of some items is decoded");
	if (response == NULL)
		return;
	report(response->part_count == 5, "it speaks of all keys");
	report(response->item_count == 3, "those without an item are left out");
	report(strcmp(response->items[0].attributes[0].value.u.text, "a") == 0 &&
		   strcmp(response->items[1].attributes[0].value.u.text, "b") == 0 &&
		   response->items[2].count == 0, "the others stay in their order");
	report(response->capacity_units == 6, "what it has consumed is summed up");
}

static void
test_malformed(void)
{
	StringInfoData text;

	report(decode("{\"Responses\":[5]}") == NULL, "a part that is a number");
	report_text(problem, "the responses are malformed", NULL);
	report(decode("{\"Responses\":[null]}") == NULL, "one that is null");
	report(decode("{\"Responses\":[{\"Item\":[]}]}") == NULL,
		   "an item that is a list");
	report(decode("{\"Responses\":[{\"Item\":{\"a\":5}}]}") == NULL,
		   "an attribute that is a number");
	report(decode("{\"Responses\":[{\"Item\":{},\"Item\":{}}]}") == NULL,
		   "two items for one key");
	report(decode("{\"Responses\":[{}") == NULL, "a list that does not end");

	initStringInfo(&text);
	appendStringInfoString(&text, "{\"Responses\":[{}");
	for (int i = 1; i < 100; i++)
		appendStringInfoString(&text, ",{}");
	report(is_moment(100, psprintf("%s]}", text.data)), "100 parts");
	report(decode(psprintf("%s,{}]}", text.data)) == NULL, "101 parts");
}

static void
test_answers(void)
{
	report(is_moment(2, "{\"Responses\":[" ITEM("a") ",{}]}"),
		   "a part for each of two keys");
	report(!is_moment(2, "{\"Responses\":[" ITEM("a") "]}"), "one is missing");
	report(!is_moment(2, "{\"Responses\":[{},{},{}]}"), "there is one more");
	report(!is_moment(2, "{}"), "nothing");
	report(!is_moment(1, "{\"Responses\":{\"t\":[{\"id\":{\"S\":\"a\"}}]}}"),
		   "a batch is not of one moment");
	report(!is_moment(1, "{\"Responses\":[{}],\"UnprocessedKeys\":{\"t\":"
					  "{\"Keys\":[{\"id\":{\"S\":\"a\"}}]}}}"),
		   "a key is left over");
	report(!is_moment(1, "{\"Responses\":[{}],\"Items\":[{},{}]}"),
		   "there are other items");
	report(!is_moment(1, "{\"Responses\":[{}],\"Responses\":{\"t\":[]}}"),
		   "it has been taken back");
	report(!answers("BatchGetItem", 1, "{\"Responses\":[" ITEM("a") "]}"),
		   "it is no batch");
	report(!answers("BatchGetItem", 1,
					"{\"Responses\":{\"t\":[]},\"Responses\":[" ITEM("a") "]}"),
		   "nor if one came before");
}

static const char *
refusal_problem(const char *text)
{
	RequestSpec spec = {
		.operation = "TransactGetItems",
		.table = "t",
		.parts = 2
	};

	return answer_refusal_problem(&spec, "TransactionCanceledException",
								  decode(text));
}

static void
test_refusals(void)
{
	report(refusal_problem("{\"CancellationReasons\":[{\"Code\":\"None\"},"
						   "{\"Code\":\"TransactionConflict\"}]}") == NULL,
		   "a conflict with another transaction");
	report(refusal_problem("{\"CancellationReasons\":[{\"Code\":\"None\"}]}") != NULL,
		   "not a reason for each");
	report(refusal_problem("{\"CancellationReasons\":[{\"Code\":\"None\"},"
						   "{\"Code\":\"ConditionalCheckFailed\"}]}") != NULL,
		   "a condition that nobody has set");
}

/* ---- BatchExecuteStatement ---- */

static bool
has_code(const Response *response, int part, const char *code)
{
	const char *found = response->part_errors[part].code;

	return code == NULL ? found == NULL
		: found != NULL && strcmp(found, code) == 0;
}

static void
test_statements(void)
{
	const Response *response =
		decode("{\"Responses\":[{\"TableName\":\"t\"},"
			   "{\"Error\":{\"Message\":\"m\",\"Code\":\"DuplicateItem\",\"Item\":{\"id\":{\"S\":\"a\"}}},\"TableName\":\"t\"},"
			   "{\"Error\":null},{\"Error\":{}}]}");

	report(response != NULL && response->part_count == 4,
		   "an answer to four statements is decoded");
	if (response == NULL || response->part_errors == NULL)
		return;
	report(has_code(response, 0, NULL), "a statement that was carried out");
	report(has_code(response, 1, "DuplicateItem") &&
		   strcmp(response->part_errors[1].message, "m") == 0 &&
		   response->part_errors[1].item->count == 1,
		   "one that was not, with what is said of it");
	report(has_code(response, 2, NULL), "an error that is null is none");
	report(has_code(response, 3, ""), "one without a code is an error");
	report(response->item_count == 0, "there are no items");

	response = decode("{\"Responses\":[{},{}]}");
	report(response != NULL && response->part_errors == NULL,
		   "all were carried out");
	report(decode("{\"Responses\":[{\"Error\":\"x\"}]}") == NULL &&
		   decode("{\"Responses\":[{\"Error\":{\"Code\":\"x\"]}]}") == NULL,
		   "what is no error is not decoded");
	report(answers("BatchExecuteStatement", 2, "{\"Responses\":[{},{}]}"),
		   "a part for each statement");
	report(!answers("BatchExecuteStatement", 2, "{\"Responses\":[{}]}") &&
		   !answers("BatchExecuteStatement", 2, "{\"Responses\":[{},{},{}]}") &&
		   !answers("BatchExecuteStatement", 2, "{\"Responses\":{}}") &&
		   !answers("BatchExecuteStatement", 2, "{}"),
		   "else it is no answer");
}

int
main(void)
{
	test_decoding();
	test_malformed();
	test_answers();
	test_refusals();
	test_statements();
	return report_end();
}
