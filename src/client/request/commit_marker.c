/*
 * commit_marker.c
 *		Markers: the items by which it can be told, for a day at least, what
 *		became of a transaction.
 */
#include "postgres.h"

#include "compat.h"

#include <time.h>

#include "client/request/commit_marker.h"

#define KEY_ATTRIBUTE		"id"
#define STATE_ATTRIBUTE		"state"
#define TOKEN_ATTRIBUTE		"token"
#define TIME_ATTRIBUTE		"at"
#define EXPIRY_ATTRIBUTE	"expires"

#define STATE_COMMITTED		"committed"
#define STATE_ABORTED		"aborted"

/*
 * Seconds that a marker lives at least, and that a token is old at most whose
 * lack of one tells something.  By as much may the clocks of two machines be
 * apart; a token is no younger than its transaction.
 */
#define MARKER_LIFETIME		(2 * 24 * 60 * 60)
#define LONGEST_SILENCE		(24 * 60 * 60)

/* ---- items ---- */

static char *
id_of_token(const char *token)
{
	return psprintf("t#%s", token);
}

static char *
id_of_key(const CommitMarker *marker)
{
	StringInfoData id;

	initStringInfo(&id);
	appendStringInfoString(&id, "k#");
	for (const char *c = marker->database; *c != '\0'; c++)
	{
		if (*c == '%' || *c == '#')
			appendStringInfo(&id, "%%%02X", *c);
		else
			appendStringInfoChar(&id, *c);
	}
	appendStringInfo(&id, "#%s", marker->idempotency_key);
	return id.data;
}

static AttributeValue *
text_value(const char *text)
{
	return attribute_make_text(ATTRIBUTE_S, unconstify(char *, text),
							   strlen(text));
}

static void
add_text(DynamoItem *item, const char *name, const char *text)
{
	item_add(item, name, text_value(text));
}

/* As in 2026-11-29T20:55:50Z. */
static char *
time_text(int64 now)
{
	time_t		seconds = (time_t) now;
	struct tm	parts;
	char		text[64];

	if (gmtime_r(&seconds, &parts) == NULL ||
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		return pstrdup("?");
	return pstrdup(text);
}

/* The item of which one attribute, besides the times, says more. */
static DynamoItem *
make_marker(const char *id, const char *name, const char *value, int64 now)
{
	DynamoItem *item = palloc(sizeof(DynamoItem));

	item->count = 0;
	item->attributes = palloc(4 * sizeof(Attribute));
	add_text(item, KEY_ATTRIBUTE, id);
	add_text(item, name, value);
	add_text(item, TIME_ATTRIBUTE, time_text(now));
	item_add(item, EXPIRY_ATTRIBUTE,
			 attribute_make_integer(now + MARKER_LIFETIME));
	return item;
}

static DynamoItem *
make_key(const char *id)
{
	DynamoItem *key = palloc(sizeof(DynamoItem));

	key->count = 0;
	key->attributes = palloc(sizeof(Attribute));
	add_text(key, KEY_ATTRIBUTE, id);
	return key;
}

/* The text of an attribute; NULL: it has none. */
static const char *
text_of(const DynamoItem *item, const char *name)
{
	const AttributeValue *value = item == NULL ? NULL : item_find(item, name);

	return value != NULL && value->type == ATTRIBUTE_S ? value->u.text : NULL;
}

static CommitState
state_of(const DynamoItem *item)
{
	const char *state = text_of(item, STATE_ATTRIBUTE);

	if (state == NULL)
		return COMMIT_STATE_UNKNOWN;
	if (strcmp(state, STATE_COMMITTED) == 0)
		return COMMIT_STATE_COMMITTED;
	return strcmp(state, STATE_ABORTED) == 0 ? COMMIT_STATE_ABORTED
		: COMMIT_STATE_UNKNOWN;
}

static Condition *
marker_is_absent(void)
{
	return condition_not_exists(path_make(KEY_ATTRIBUTE));
}

/* ---- of a transaction ---- */

int
commit_marker_action_count(const CommitMarker *marker)
{
	if (marker == NULL)
		return 0;
	return marker->idempotency_key != NULL ? 2 : 1;
}

void
commit_marker_actions(const CommitMarker *marker, const char *token,
					  int64 now, WriteOperation *operations)
{
	char	   *is_absent = operation_expressions(NIL, marker_is_absent(),
												  true);

	for (int i = 0; i < commit_marker_action_count(marker); i++)
		operations[i] = (WriteOperation) {
			.kind = WRITE_PUT,
			.table_name = marker->table_name,
			.item = i == 0
				? make_marker(id_of_token(token), STATE_ATTRIBUTE,
							  STATE_COMMITTED, now)
				: make_marker(id_of_key(marker), TOKEN_ATTRIBUTE, token, now),
			.expressions = is_absent
		};
}

/* ---- requests about markers ---- */

static Request *
run_request(const CommitSearch *search, const char *operation,
			RequestKind kind, const StringInfoData *body)
{
	RequestSpec spec = {
		.operation = operation,
		.kind = kind,
		.body = body->data,
		.body_length = body->len,
		.table = search->table_name,
		.counters = search->counters,
		.deadline = search->deadline,
		.commit_token = search->settles ? search->token : NULL,
		.settles = search->settles
	};

	return request_run(search->connection, &spec);
}

/* NULL, with the item or NULL, or the request that has failed. */
static Request *
read_marker(const CommitSearch *search, const char *id,
			const DynamoItem **item)
{
	ReadOperation operation = {
		.table_name = search->table_name,
		.consistent = true,
		.key = make_key(id)
	};
	ReadPage	page = {0};
	StringInfoData body;
	Request    *request;

	initStringInfo(&body);
	operation_begin_read(&body, &operation);
	operation_end_read(&body, &page);
	request = run_request(search, "GetItem", REQUEST_READ, &body);
	if (request_outcome(request) != OUTCOME_SUCCESS)
		return request;
	*item = request_response(request)->item;
	return NULL;
}

Request *
commit_marker_read(const CommitSearch *search, CommitState *state)
{
	const DynamoItem *item = NULL;
	Request    *failed;

	failed = read_marker(search, id_of_token(search->token), &item);
	*state = state_of(item);
	return failed;
}

Request *
commit_marker_put_seal(const CommitSearch *search, CommitState *state)
{
	Condition  *is_sealed =
		condition_compare(operand_path(path_make(STATE_ATTRIBUTE)),
						  COMPARISON_EQ,
						  operand_value(text_value(STATE_ABORTED)));
	Condition  *condition = condition_either(marker_is_absent(), is_sealed);
	int64		now = connection_time(search->connection);
	WriteOperation operation = {
		.kind = WRITE_PUT,
		.table_name = search->table_name,
		.item = make_marker(id_of_token(search->token), STATE_ATTRIBUTE,
							STATE_ABORTED, now),
		.expressions = operation_expressions(NIL, condition, true)
	};
	StringInfoData body;
	Request    *request;

	*state = COMMIT_STATE_UNKNOWN;
	initStringInfo(&body);
	operation_append_write(&body, &operation);
	request = run_request(search, "PutItem", REQUEST_REPEATABLE, &body);
	switch (request_outcome(request))
	{
		case OUTCOME_SUCCESS:
			*state = COMMIT_STATE_ABORTED;
			return NULL;
		case OUTCOME_CONDITION_FAILED:
			*state = state_of(request_response(request) == NULL ? NULL
							  : request_response(request)->item);
			/* some engines do not send the item */
			return *state != COMMIT_STATE_UNKNOWN ? NULL
				: commit_marker_read(search, state);
		default:
			return request;
	}
}

Request *
commit_marker_key_token(const CommitSearch *search, const CommitMarker *marker,
						const DynamoItem *item, const char **token)
{
	Request    *failed = item != NULL ? NULL
		: read_marker(search, id_of_key(marker), &item);

	*token = text_of(item, TOKEN_ATTRIBUTE);
	if (item != NULL && *token == NULL)
		*token = "?";
	return failed;
}

/* ---- for users ---- */

CommitState
commit_marker_status(Connection *connection, const char *table_name,
					 const char *token)
{
	CommitSearch search = {
		.connection = connection,
		.table_name = table_name,
		.token = token
	};
	CommitState state;
	Request    *failed;

	if (operation_token_time(token) < 0)
		return COMMIT_STATE_UNKNOWN;
	failed = commit_marker_read(&search, &state);
	if (failed != NULL)
		request_raise(failed, NULL);
	return state;
}

/*
 * Nobody seals a token of that age; a seal that was put before may expire.
 */
bool
commit_marker_is_late(Connection *connection, const char *token)
{
	return operation_token_time(token) < connection_time(connection) -
		LONGEST_SILENCE;
}

/*
 * A marker that has expired must not be taken for one that never was: what was
 * committed days ago would be called aborted.
 */
CommitState
commit_marker_seal(Connection *connection, const char *table_name,
				   const char *token)
{
	CommitSearch search = {
		.connection = connection,
		.table_name = table_name,
		.token = token
	};
	CommitState state;
	Request    *failed;

	if (commit_marker_is_late(connection, token))
		return commit_marker_status(connection, table_name, token);
	failed = commit_marker_put_seal(&search, &state);
	if (failed != NULL)
		request_raise(failed, NULL);
	return state;
}
