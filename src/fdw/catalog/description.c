/*
 * description.c
 *		What DynamoDB says of a table: its key, its indexes, its size.
 *
 * The answers are kept, by table and user, until the table, a server or a user
 * mapping changes; and only so many.  Each caller gets a copy.
 */
#include "postgres.h"

#include "compat.h"

#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "client/request/operation.h"
#include "client/request/request.h"
#include "client/wire/table_details.h"
#include "fdw/catalog/description.h"
#include "fdw/catalog/option.h"
#include "translate/key/item_key.h"

/* How long an answer, and the lack of one, is good: milliseconds. */
#define ANSWER_LIFETIME		(5 * 60 * 1000)
#define REFUSAL_LIFETIME	(10 * 1000)

/* Attempts, where planning can do without the answer. */
#define OPTIONAL_ATTEMPTS	3

/*
 * As much is kept: a session may use more tables, of which those that have not
 * been used for longest are then asked for again.
 */
#define MOST_ANSWERS		256
#define MOST_ANSWER_BYTES	(8 * 1024 * 1024)

/* Tables of an account and region: DynamoDB allows 10,000. */
#define MOST_TABLES			100000

typedef struct AnswerKey
{
	Oid			relation_id;
	Oid			user_id;
} AnswerKey;

/* The last answer to DescribeTable. */
typedef struct Answer
{
	AnswerKey	key;
	MemoryContext context;		/* of the description */
	TableDescription *description;	/* NULL: there was none */
	TimestampTz good_until;
	uint64		used;			/* a number that grows with each use */
} Answer;

static HTAB *answers = NULL;
static MemoryContext answers_context = NULL;
static uint64 uses = 0;

/* ---- the cache ---- */

static void
forget_answer(Answer *answer)
{
	if (answer->context != NULL)
		MemoryContextDelete(answer->context);
	(void) hash_search(answers, &answer->key, HASH_REMOVE, NULL);
}

static void
forget_answers(Oid relation_id)
{
	HASH_SEQ_STATUS status;
	Answer	   *answer;

	hash_seq_init(&status, answers);
	while ((answer = hash_seq_search(&status)) != NULL)
		if (!OidIsValid(relation_id) ||
			answer->key.relation_id == relation_id)
			forget_answer(answer);
}

static void
forget_relation(Datum argument, Oid relation_id)
{
	forget_answers(relation_id);
}

/* Another endpoint, or other credentials. */
static void
forget_all_answers(Datum argument, int cache_id, uint32 hash_value)
{
	forget_answers(InvalidOid);
}

static void
create_answer_cache(void)
{
	HASHCTL		control = {
		.keysize = sizeof(AnswerKey),
		.entrysize = sizeof(Answer)
	};

	if (answers_context == NULL)
		answers_context = AllocSetContextCreate(CacheMemoryContext,
												"dynamorm_fdw descriptions",
												ALLOCSET_SMALL_SIZES);
	control.hcxt = answers_context;
	answers = hash_create("dynamorm_fdw descriptions", 64, &control,
						  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterRelcacheCallback(forget_relation, (Datum) 0);
	CacheRegisterSyscacheCallback(FOREIGNSERVEROID, forget_all_answers,
								  (Datum) 0);
	CacheRegisterSyscacheCallback(USERMAPPINGOID, forget_all_answers,
								  (Datum) 0);
}

/* The answer that is kept; NULL: there is none. */
static Answer *
find_answer(const Table *table, Oid user_id)
{
	AnswerKey	key = {table->relation_id, user_id};
	Answer	   *answer;

	if (answers == NULL)
		create_answer_cache();
	answer = hash_search(answers, &key, HASH_FIND, NULL);
	if (answer != NULL)
		answer->used = ++uses;
	return answer;
}

static void
forget_oldest_answer(void)
{
	HASH_SEQ_STATUS status;
	Answer	   *answer;
	Answer	   *oldest = NULL;

	hash_seq_init(&status, answers);
	while ((answer = hash_seq_search(&status)) != NULL)
		if (oldest == NULL || answer->used < oldest->used)
			oldest = answer;
	forget_answer(oldest);
}

/*
 * Keeps an answer for some time.  Where there was none, that is kept, and with
 * it the description that was there before.
 */
static Answer *
keep_answer(const Table *table, Oid user_id,
			const TableDescription *description, TimestampTz good_until)
{
	AnswerKey	key = {table->relation_id, user_id};
	MemoryContext context = NULL;
	TableDescription *copy = NULL;
	Answer	   *answer;
	bool		found;

	if (description != NULL)
	{
		MemoryContext old;

		context = AllocSetContextCreate(answers_context,
										"dynamorm_fdw description",
										ALLOCSET_SMALL_SIZES);
		old = MemoryContextSwitchTo(context);
		copy = table_description_copy(description);
		MemoryContextSwitchTo(old);
	}
	while (hash_get_num_entries(answers) > 0 &&
		   (hash_get_num_entries(answers) >= MOST_ANSWERS ||
			MemoryContextMemAllocated(answers_context, true) >
			MOST_ANSWER_BYTES))
		forget_oldest_answer();

	answer = hash_search(answers, &key, HASH_ENTER, &found);
	if (!found)
	{
		answer->context = NULL;
		answer->description = NULL;
	}
	if (copy != NULL)
	{
		if (answer->context != NULL)
			MemoryContextDelete(answer->context);
		answer->context = context;
		answer->description = copy;
	}
	answer->good_until = good_until;
	answer->used = ++uses;
	return answer;
}

void
description_forget(void)
{
	if (answers != NULL)
		forget_answers(InvalidOid);
}

/* ---- asking ---- */

/* attempts: at most; 0: as many as usual. */
static Request *
run_operation(Connection *connection, const char *operation, AnswerReader read,
			  StringInfo body, const char *table_name, int attempts)
{
	RequestSpec spec = {
		.operation = operation,
		.kind = REQUEST_READ,
		.body = body->data,
		.body_length = body->len,
		.table = table_name,
		.read = read,
		.max_attempts = attempts
	};

	return request_run(connection, &spec);
}

Request *
description_request(Connection *connection, const char *operation,
					AnswerReader read, const char *table_name, int attempts)
{
	StringInfoData body;

	initStringInfo(&body);
	operation_begin(&body, table_name);
	appendStringInfoChar(&body, '}');
	return run_operation(connection, operation, read, &body, table_name,
						 attempts);
}

static Request *
describe_table(Connection *connection, const char *table_name, int attempts)
{
	return description_request(connection, "DescribeTable",
							   table_description_read, table_name, attempts);
}

/*
 * Asks DynamoDB, unless it has answered lately.  Where there is no answer, an
 * older one serves; without one returns NULL, or, if it is required, raises
 * the failure.
 */
static const TableDescription *
ask_for_description(const Table *table, Oid user_id, bool required)
{
	Answer	   *answer = find_answer(table, user_id);
	TimestampTz now = GetCurrentTimestamp();
	Connection *connection;
	Request    *request;

	if (answer != NULL && now < answer->good_until &&
		(answer->description != NULL || !required))
		return answer->description;
	connection = required ? option_connection(table->server_id, user_id)
		: option_connection_if_mapped(table->server_id, user_id);
	if (connection == NULL)
		return NULL;
	request = describe_table(connection, table->table_name,
							 required ? 0 : OPTIONAL_ATTEMPTS);
	if (request_outcome(request) == OUTCOME_SUCCESS)
		answer = keep_answer(table, user_id, request_answer(request),
							 TimestampTzPlusMilliseconds(now, ANSWER_LIFETIME));
	else if (required)
		request_raise(request, NULL);
	else
		answer = keep_answer(table, user_id, NULL,
							 TimestampTzPlusMilliseconds(now,
														 REFUSAL_LIFETIME));
	request_free(request);
	return answer->description;
}

const TableDescription *
description_ask(const Table *table, Oid user_id)
{
	const TableDescription *description = ask_for_description(table, user_id,
															  false);

	/* what is kept may be forgotten with the next look at the catalogs */
	return description == NULL ? NULL : table_description_copy(description);
}

bool
description_is_active(Connection *connection, const char *table_name,
					  Request **unseen)
{
	Request    *request = describe_table(connection, table_name, 0);
	const TableDescription *description;
	bool		is_active;

	*unseen = NULL;
	if (request_outcome(request) == OUTCOME_NOT_FOUND)
	{
		*unseen = request;
		return false;
	}
	if (request_outcome(request) != OUTCOME_SUCCESS)
		request_raise(request, NULL);
	description = request_answer(request);
	is_active = description->is_active;
	request_free(request);
	return is_active;
}

bool
description_is_protected(Connection *connection, const char *table_name)
{
	Request    *request = description_request(connection, "DescribeTable",
											  table_details_read, table_name,
											  OPTIONAL_ATTEMPTS);
	bool		is_protected = false;

	if (request_outcome(request) == OUTCOME_SUCCESS)
	{
		const TableDetails *details = request_answer(request);

		is_protected = details->deletion_protection;
	}
	request_free(request);
	return is_protected;
}

/*
 * Adds the names of a page of ListTables; returns where the next one begins,
 * NULL: it was the last.
 */
static const char *
list_page(Connection *connection, const char *start, List **names)
{
	StringInfoData body;
	Request    *request;
	const TableNames *page;
	const char *next;

	initStringInfo(&body);
	appendStringInfoChar(&body, '{');
	if (start != NULL)
	{
		appendStringInfoString(&body, "\"ExclusiveStartTableName\":");
		json_append_string(&body, start, strlen(start));
	}
	appendStringInfoChar(&body, '}');
	request = run_operation(connection, "ListTables", table_names_read, &body, NULL, 0);
	if (request_outcome(request) != OUTCOME_SUCCESS)
		request_raise(request, NULL);

	page = request_answer(request);
	if (start != NULL && page->last != NULL && strcmp(start, page->last) == 0)
		request_raise_no_answer(request, "the page is followed by itself");
	if (list_length(*names) + page->count > MOST_TABLES)
		request_raise_no_answer(request, "an account does not have so many tables");
	for (int i = 0; i < page->count; i++)
		*names = lappend(*names, pstrdup(page->names[i]));
	next = page->last == NULL ? NULL : pstrdup(page->last);
	request_free(request);
	return next;
}

List *
description_list_tables(Connection *connection)
{
	List	   *names = NIL;
	const char *start = NULL;

	do
		start = list_page(connection, start, &names);
	while (start != NULL);
	return names;
}

/* ---- keys ---- */

static void
ask_for_key(Table *table, Oid user_id)
{
	const TableDescription *description =
		table_description_copy(ask_for_description(table, user_id, true));

	if (description->partition_key == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("could not find the key of table \"%s\" in DynamoDB's description of it",
						table->table_name),
				 errhint("Name the key with the column option \"key\".")));
	table_set_key(table, description->partition_key, description->sort_key);
}

Table *
description_of_table(Oid relation_id, Oid user_id)
{
	Table	   *table = table_describe(relation_id);

	if (key_columns(table).count == 0)
		ask_for_key(table, user_id);
	return table;
}
