/*
 * description.c
 *		What DynamoDB says of a table: its key, its indexes, its size.
 *
 * The answers are kept as they came, by table and user: they are small, and
 * each caller gets a description of its own.
 */
#include "postgres.h"

#include "compat.h"

#include <json-c/json.h>

#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "client/request.h"
#include "fdw/description.h"
#include "fdw/option.h"

/* How long an answer, and the lack of one, is good: milliseconds. */
#define ANSWER_LIFETIME		(5 * 60 * 1000)
#define REFUSAL_LIFETIME	(10 * 1000)

/* Attempts, where planning can do without the answer. */
#define OPTIONAL_ATTEMPTS	3

typedef struct AnswerKey
{
	Oid			relation_id;
	Oid			user_id;
} AnswerKey;

/* The last answer to DescribeTable. */
typedef struct Answer
{
	AnswerKey	key;
	char	   *text;			/* JSON; NULL: there was none */
	TimestampTz good_until;
} Answer;

static HTAB *answers = NULL;

/* ---- the cache ---- */

static void
forget_answers(Oid relation_id)
{
	HASH_SEQ_STATUS status;
	Answer	   *answer;

	hash_seq_init(&status, answers);
	while ((answer = hash_seq_search(&status)) != NULL)
		if (!OidIsValid(relation_id) ||
			answer->key.relation_id == relation_id)
			answer->good_until = 0;
}

static void
relation_changed(Datum argument, Oid relation_id)
{
	forget_answers(relation_id);
}

/* Another endpoint, or other credentials. */
static void
server_changed(Datum argument, int cache_id, uint32 hash_value)
{
	forget_answers(InvalidOid);
}

static void
create_cache(void)
{
	HASHCTL		control = {
		.keysize = sizeof(AnswerKey),
		.entrysize = sizeof(Answer),
		.hcxt = CacheMemoryContext
	};

	answers = hash_create("dynamorm_fdw descriptions", 64, &control,
						  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(FOREIGNSERVEROID, server_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(USERMAPPINGOID, server_changed, (Datum) 0);
}

static Answer *
find_answer(const Table *table, Oid user_id)
{
	AnswerKey	key = {table->relation_id, user_id};
	Answer	   *answer;
	bool		found;

	if (answers == NULL)
		create_cache();
	answer = hash_search(answers, &key, HASH_ENTER, &found);
	if (!found)
	{
		answer->text = NULL;
		answer->good_until = 0;
	}
	return answer;
}

void
description_forget(void)
{
	if (answers != NULL)
		forget_answers(InvalidOid);
}

/* ---- asking ---- */

/* The answer's text is wanted; attempts: at most; 0: as many as usual. */
static Request *
run(Connection *connection, const char *operation, StringInfo body,
	const char *table_name, int attempts)
{
	RequestSpec spec = {
		.operation = operation,
		.kind = REQUEST_READ,
		.body = body->data,
		.body_length = body->len,
		.table = table_name,
		.raw = true,
		.max_attempts = attempts
	};

	return request_run(connection, &spec);
}

/* An operation that takes the name of a table and nothing else. */
static Request *
run_on_table(Connection *connection, const char *operation,
			 const char *table_name, int attempts)
{
	StringInfoData body;

	initStringInfo(&body);
	appendStringInfoString(&body, "{\"TableName\":");
	json_append_string(&body, table_name, strlen(table_name));
	appendStringInfoChar(&body, '}');
	return run(connection, operation, &body, table_name, attempts);
}

/*
 * Asks DynamoDB, unless it has answered lately.  Where there is no answer, an
 * older one serves; without one returns NULL, or, if it is required, raises
 * the failure.
 */
static const char *
ask(const Table *table, Oid user_id, bool required)
{
	Answer	   *answer = find_answer(table, user_id);
	TimestampTz now = GetCurrentTimestamp();
	Connection *connection;
	Request    *request;

	if (now < answer->good_until && (answer->text != NULL || !required))
		return answer->text;
	connection = required ? option_connection(table->server_id, user_id)
		: option_connection_if_mapped(table->server_id, user_id);
	if (connection == NULL)
		return NULL;
	request = run_on_table(connection, "DescribeTable", table->table_name,
						   required ? 0 : OPTIONAL_ATTEMPTS);

	/* whatever was done meanwhile may have made new answers */
	answer = find_answer(table, user_id);
	if (request_outcome(request) == OUTCOME_SUCCESS)
	{
		char	   *text = MemoryContextStrdup(CacheMemoryContext,
											   request_raw_body(request));

		if (answer->text != NULL)
			pfree(answer->text);
		answer->text = text;
		answer->good_until =
			TimestampTzPlusMilliseconds(now, ANSWER_LIFETIME);
	}
	else if (required)
		request_raise(request, NULL);
	else
		answer->good_until =
			TimestampTzPlusMilliseconds(now, REFUSAL_LIFETIME);
	request_free(request);
	return answer->text;
}

/* ---- reading the answer ---- */

static struct json_object *
member(struct json_object *object, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(object, name, &value) ? value : NULL;
}

/* A copy of a member that is a string; NULL if it is none. */
static char *
member_text(struct json_object *object, const char *name)
{
	struct json_object *value = member(object, name);

	return json_object_is_type(value, json_type_string)
		? pstrdup(json_object_get_string(value)) : NULL;
}

static int64
member_number(struct json_object *object, const char *name)
{
	struct json_object *value = member(object, name);

	return json_object_is_type(value, json_type_int)
		? json_object_get_int64(value) : -1;
}

/* Elements of a member that is an array; 0 if it is none. */
static int
member_length(struct json_object *object, const char *name)
{
	struct json_object *value = member(object, name);

	return json_object_is_type(value, json_type_array)
		? (int) json_object_array_length(value) : 0;
}

static struct json_object *
member_element(struct json_object *object, const char *name, int i)
{
	return json_object_array_get_idx(member(object, name), i);
}

/* The type of a key attribute, by AttributeDefinitions. */
static bool
find_type(struct json_object *table, const char *name, AttributeType *type)
{
	for (int i = 0; i < member_length(table, "AttributeDefinitions"); i++)
	{
		struct json_object *definition =
			member_element(table, "AttributeDefinitions", i);
		const char *other = member_text(definition, "AttributeName");
		const char *type_name = member_text(definition, "AttributeType");

		if (other != NULL && type_name != NULL && strcmp(other, name) == 0)
			return attribute_type_from_name(type_name, type);
	}
	return false;
}

/* False for a key that is of no form known here. */
static bool
read_index_key(struct json_object *table, struct json_object *json,
			   IndexDescription *index)
{
	for (int i = 0; i < member_length(json, "KeySchema"); i++)
	{
		struct json_object *element = member_element(json, "KeySchema", i);
		const char *role = member_text(element, "KeyType");
		bool		is_sort = role != NULL && strcmp(role, "RANGE") == 0;
		int		   *count = is_sort ? &index->sort_count
			: &index->partition_count;
		KeyAttribute *part;

		if (*count >= KEY_PART_LIMIT)
			return false;
		part = is_sort ? &index->sort[*count] : &index->partition[*count];
		part->name = member_text(element, "AttributeName");
		if (part->name == NULL || !find_type(table, part->name, &part->type))
			return false;
		(*count)++;
	}
	return index->partition_count > 0;
}

static void
read_projection(struct json_object *json, IndexDescription *index)
{
	struct json_object *projection = member(json, "Projection");
	const char *type = member_text(projection, "ProjectionType");

	index->projection = type == NULL || strcmp(type, "KEYS_ONLY") == 0
		? INDEX_PROJECTS_KEYS
		: strcmp(type, "ALL") == 0 ? INDEX_PROJECTS_ALL
		: INDEX_PROJECTS_SOME;
	for (int i = 0; i < member_length(projection, "NonKeyAttributes"); i++)
	{
		struct json_object *name =
			member_element(projection, "NonKeyAttributes", i);

		index->projected = lappend(index->projected,
								   pstrdup(json_object_get_string(name)));
	}
}

/* Adds the indexes of one kind to a description. */
static void
read_indexes(struct json_object *table, const char *kind, bool is_global,
			 TableDescription *description)
{
	for (int i = 0; i < member_length(table, kind); i++)
	{
		struct json_object *json = member_element(table, kind, i);
		IndexDescription *index = palloc0(sizeof(IndexDescription));
		const char *status = member_text(json, "IndexStatus");

		index->name = member_text(json, "IndexName");
		index->is_global = is_global;
		/* a local index has no status: it is made with its table */
		index->is_usable = !is_global ||
			(status != NULL && strcmp(status, "ACTIVE") == 0 &&
			 !json_object_get_boolean(member(json, "Backfilling")));
		index->item_count = member_number(json, "ItemCount");
		index->size = member_number(json, "IndexSizeBytes");
		read_projection(json, index);
		if (index->name != NULL && read_index_key(table, json, index))
			description->indexes = lappend(description->indexes, index);
	}
}

static void
read_table_key(struct json_object *table, TableDescription *description)
{
	for (int i = 0; i < member_length(table, "KeySchema"); i++)
	{
		struct json_object *element = member_element(table, "KeySchema", i);
		const char *role = member_text(element, "KeyType");

		if (role == NULL)
			continue;
		if (strcmp(role, "HASH") == 0)
			description->partition_key = member_text(element,
													 "AttributeName");
		else if (strcmp(role, "RANGE") == 0)
			description->sort_key = member_text(element, "AttributeName");
	}
	if (description->partition_key != NULL)
		(void) find_type(table, description->partition_key,
						 &description->partition_type);
	if (description->sort_key != NULL)
		(void) find_type(table, description->sort_key,
						 &description->sort_type);
}

static TableDescription *
read_answer(const char *text)
{
	TableDescription *description = palloc0(sizeof(TableDescription));
	struct json_object *answer = json_tokener_parse(text);
	struct json_object *table = member(answer, "Table");

	description->item_count = member_number(table, "ItemCount");
	description->size = member_number(table, "TableSizeBytes");
	read_table_key(table, description);
	read_indexes(table, "LocalSecondaryIndexes", false, description);
	read_indexes(table, "GlobalSecondaryIndexes", true, description);
	json_object_put(answer);
	return description;
}

const TableDescription *
description_ask(const Table *table, Oid user_id)
{
	const char *text = ask(table, user_id, false);

	return text == NULL ? NULL : read_answer(text);
}

const TableDescription *
description_fetch(Connection *connection, const char *table_name,
				  Request **refusal)
{
	Request    *request = run_on_table(connection, "DescribeTable",
									   table_name, 0);
	const TableDescription *description;

	*refusal = NULL;
	if (request_outcome(request) != OUTCOME_SUCCESS)
	{
		*refusal = request;
		return NULL;
	}
	description = read_answer(request_raw_body(request));
	request_free(request);
	return description;
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
	struct json_object *answer;
	const char *next;

	initStringInfo(&body);
	appendStringInfoChar(&body, '{');
	if (start != NULL)
	{
		appendStringInfoString(&body, "\"ExclusiveStartTableName\":");
		json_append_string(&body, start, strlen(start));
	}
	appendStringInfoChar(&body, '}');
	request = run(connection, "ListTables", &body, NULL, 0);
	if (request_outcome(request) != OUTCOME_SUCCESS)
		request_raise(request, NULL);

	answer = json_tokener_parse(request_raw_body(request));
	for (int i = 0; i < member_length(answer, "TableNames"); i++)
		*names = lappend(*names,
						 pstrdup(json_object_get_string(member_element(answer, "TableNames", i))));
	next = member_text(answer, "LastEvaluatedTableName");
	json_object_put(answer);
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

const char *
description_time_to_live(Connection *connection, const char *table_name)
{
	Request    *request = run_on_table(connection, "DescribeTimeToLive",
									   table_name, OPTIONAL_ATTEMPTS);
	const char *name = NULL;

	if (request_outcome(request) == OUTCOME_SUCCESS)
	{
		struct json_object *answer =
			json_tokener_parse(request_raw_body(request));

		name = member_text(member(answer, "TimeToLiveDescription"),
						   "AttributeName");
		json_object_put(answer);
	}
	request_free(request);
	return name;
}

/* ---- keys ---- */

static void
ask_for_key(Table *table, Oid user_id)
{
	const TableDescription *description =
		read_answer(ask(table, user_id, true));

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

	if (table->partition_key == NULL)
		ask_for_key(table, user_id);
	return table;
}
