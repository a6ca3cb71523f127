/*
 * batch_get.c
 *		One BatchGetItem of up to 100 keys, carried on until DynamoDB has
 *		looked at each of them; or one TransactGetItems.
 */
#include "postgres.h"

#include "compat.h"

#include "utils/memutils.h"

#include "client/request/batch_get.h"
#include "client/request/operation.h"

struct BatchGet
{
	BatchGetSpec spec;
	MemoryContext context;		/* everything of this batch */
	Request    *request;		/* under way; NULL: no key is left */
	Request    *answered;		/* whose answer was returned last; NULL:
								 * none */
	Request    *kept;			/* whose answer stays to the end; NULL: none */
	int			asked;			/* keys of the last request */
	int			repetitions;	/* requests for keys left over, one after the
								 * other */
	int			idle_rounds;	/* the last answers that left over all keys */
};

/* Asks for some keys, which are not needed afterwards. */
static void
send_request(BatchGet *get, DynamoItem *const *keys, int count)
{
	MemoryContext old = MemoryContextSwitchTo(get->context);
	StringInfoData body;
	RequestSpec spec = {
		.operation = get->spec.at_once ? "TransactGetItems" : "BatchGetItem",
		.kind = REQUEST_READ,
		.table = get->spec.table,
		.counters = get->spec.counters,
		.table_rate = get->spec.table_rate,
		.parts = count,
		.repetition = get->repetitions
	};

	initStringInfo(&body);
	if (get->spec.at_once)
		operation_append_transact_get(&body, get->spec.table, keys, count,
									  get->spec.members);
	else
		operation_append_batch_get(&body, get->spec.table, keys, count,
								   get->spec.members);
	spec.body = body.data;
	spec.body_length = body.len;
	get->asked = count;
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

	get->spec = *spec;
	get->context = context;
	send_request(get, keys, count);
	return get;
}

/* Asks for the keys that the answer has left over, of which none is new. */
static void
ask_for_the_rest(BatchGet *get, Request *answered)
{
	const Response *response = request_response(answered);
	int			count = response->unprocessed_count;
	DynamoItem *keys[BATCH_GET_MAX_KEYS];
	int			i;

	if (count == 0)
		return;
	get->idle_rounds = count == get->asked ? get->idle_rounds + 1 : 0;
	if (get->idle_rounds >=
		connection_settings(get->spec.connection)->max_attempts)
		request_raise_unprocessed(answered);
	get->repetitions = get->idle_rounds + 1;
	for (i = 0; i < count; i++)
		keys[i] = &response->unprocessed[i];
	send_request(get, keys, count);
}

const Request *
batch_get_failure(BatchGet *get)
{
	if (get->request == NULL)
		return NULL;
	request_wait(get->request);
	return request_outcome(get->request) != OUTCOME_SUCCESS ? get->request
		: NULL;
}

const Response *
batch_get_next(BatchGet *get)
{
	Request    *answered = get->request;

	if (get->answered != NULL && get->answered != get->kept)
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
batch_get_keep_answer(BatchGet *get)
{
	get->kept = get->answered;
}

void
batch_get_raise_no_answer(const BatchGet *get, const char *problem)
{
	request_raise_no_answer(get->answered, problem);
}

void
batch_get_free(BatchGet *get)
{
	MemoryContextDelete(get->context);
}
