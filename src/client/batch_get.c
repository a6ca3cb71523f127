/*
 * batch_get.c
 *		One BatchGetItem of up to 100 keys, carried on until DynamoDB has
 *		looked at each of them.
 */
#include "postgres.h"

#include "compat.h"

#include "utils/memutils.h"

#include "client/batch_get.h"

struct BatchGet
{
	BatchGetSpec spec;
	MemoryContext context;		/* everything of this batch */
	Request    *request;		/* under way; NULL: no key is left */
	Request    *answered;		/* whose answer was returned last; NULL: none */
	int			left_length;	/* bytes of the keys last asked for, as JSON */
	int			repetitions;	/* requests for keys left over, one after the
								 * other */
	int			idle_rounds;	/* the last answers that left over all keys */
};

/* items: the value of RequestItems. */
static void
send_request(BatchGet *get, const char *items, int length)
{
	MemoryContext old = MemoryContextSwitchTo(get->context);
	StringInfoData body;
	RequestSpec spec = {
		.operation = "BatchGetItem",
		.kind = REQUEST_READ,
		.table = get->spec.table,
		.counters = get->spec.counters,
		.repetition = get->repetitions
	};

	initStringInfo(&body);
	appendStringInfoString(&body, "{\"RequestItems\":");
	appendBinaryStringInfo(&body, items, length);
	appendStringInfoString(&body, ",\"ReturnConsumedCapacity\":\"TOTAL\"}");
	spec.body = body.data;
	spec.body_length = body.len;
	get->request = request_start(get->spec.connection, &spec);
	MemoryContextSwitchTo(old);
}

BatchGet *
batch_get_start(const BatchGetSpec *spec, DynamoItem *const *keys, int count)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "dynamorm_fdw batch",
												  ALLOCSET_DEFAULT_SIZES);
	BatchGet   *get = MemoryContextAllocZero(context, sizeof(BatchGet));
	StringInfoData items;
	int			i;

	get->spec = *spec;
	get->context = context;

	initStringInfo(&items);
	appendStringInfoChar(&items, '{');
	json_append_string(&items, spec->table, strlen(spec->table));
	appendStringInfoString(&items, ":{\"Keys\":[");
	for (i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoChar(&items, ',');
		json_append_item(&items, keys[i]);
	}
	appendStringInfo(&items, "]%s}}", spec->members);
	send_request(get, items.data, items.len);
	pfree(items.data);
	return get;
}

/* Asks for the keys that the answer has left over. */
static void
ask_for_the_rest(BatchGet *get, Request *answered)
{
	const char *left = request_response(answered)->unprocessed_keys;
	int			length;

	if (left == NULL)
		return;
	length = strlen(left);

	/* they are spelled as they were asked for: as long as no key is done */
	get->idle_rounds = length == get->left_length ? get->idle_rounds + 1 : 0;
	get->left_length = length;
	if (get->idle_rounds >=
		connection_settings(get->spec.connection)->max_attempts)
		request_raise_unprocessed(answered);
	get->repetitions = get->idle_rounds + 1;
	send_request(get, left, length);
}

const Response *
batch_get_next(BatchGet *get)
{
	Request    *answered = get->request;

	if (get->answered != NULL)
		request_free(get->answered);
	get->answered = NULL;
	if (answered == NULL)
		return NULL;

	request_wait(answered);
	if (request_outcome(answered) != OUTCOME_SUCCESS)
		request_raise(answered, NULL);
	get->request = NULL;
	get->answered = answered;
	ask_for_the_rest(get, answered);
	return request_response(answered);
}

void
batch_get_free(BatchGet *get)
{
	MemoryContextDelete(get->context);
}
