/*
 * commit_test.c
 *		What becomes of a COMMIT, by what becomes of its requests: which of
 *		them are sent, how it ends, and what is raised.
 *
 * Links: src/client/request/commit_request.c src/client/request/error.c
 * Links: src/client/request/throttling.c
 * Links: src/client/request/commit_marker.c src/client/request/operation.c
 * Links: src/client/wire/expression.c src/client/wire/expression_limit.c
 * Links: src/client/wire/attribute.c src/client/wire/response.c
 * Links: src/client/wire/json_reader.c test/lib/unit/server.c
 * Links: -lpgcommon -lpgport -lcrypto
 *
 * The requests are played here: each ends as the script says.
 */
#include "postgres.h"

#include <stdlib.h>

#include "client/http/clock.h"
#include "client/request/commit_request.h"
#include "client/request/error.h"
#include "client/request/in_flight.h"
#include "server.h"

#define NOW			1700000000
#define TOKEN		"6553f100aaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER_TOKEN	"6553f100bbbbbbbbbbbbbbbbbbbbbbbb"

/* ---- requests, as the script has them ---- */

/* How a request ends: of those that are in doubt, the refusal is the last. */
typedef struct Scene
{
	const char *operation;
	Outcome		outcome;
	const char *answer;			/* JSON; NULL: none */
	bool		interrupted;	/* while it is waited for */
	bool		sent;			/* before that */
} Scene;

struct Request
{
	RequestSpec spec;
	const Scene *scene;
	Outcome		outcome;
	Response   *response;
};

static const Scene *script;
static int	scene_count;
static int	played;
static bool told;
static Request *requests[8];

Request *
request_start(Connection *connection, const RequestSpec *spec)
{
	Request    *request = palloc0(sizeof(Request));
	const char *problem;

	if (played == scene_count ||
		strcmp(script[played].operation, spec->operation) != 0)
	{
		printf("Bail out! %s was not expected\n", spec->operation);
		exit(2);
	}
	request->spec = *spec;
	request->scene = &script[played];
	request->outcome = OUTCOME_PENDING;
	requests[played++] = request;
	if (request->scene->answer != NULL)
		request->response =
			response_decode(pstrdup(request->scene->answer),
							strlen(request->scene->answer), &problem);
	return request;
}

void
request_wait(Request *request)
{
	if (request->scene->interrupted)
		siglongjmp(*PG_exception_stack, 1);
	request->outcome = request->scene->outcome;
}

Request *
request_run(Connection *connection, const RequestSpec *spec)
{
	Request    *request = request_start(connection, spec);

	request_wait(request);
	return request;
}

Outcome
request_outcome(const Request *request)
{
	return request->outcome;
}

const Response *
request_response(const Request *request)
{
	return request->response;
}

bool
request_is_contended(const Request *request)
{
	return request->outcome == OUTCOME_NOT_FOUND;
}

const char *
request_error_message(const Request *request)
{
	return "it failed";
}

bool
request_settle(Request *request, bool carried_out)
{
	bool		refused = !carried_out && request->response != NULL;

	request->outcome = carried_out ? OUTCOME_SUCCESS :
		refused ? OUTCOME_CONDITION_FAILED : OUTCOME_UNKNOWN;
	return refused;
}

void
request_raise(const Request *request, const char *extra_detail)
{
	ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("refused")));
}

void
request_raise_unknown(Request *request, const char *extra_detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN),
			 errmsg("%s", extra_detail == NULL ? "" : extra_detail)));
}

void
request_free(Request *request)
{
}

int64
connection_time(const Connection *connection)
{
	return NOW;
}

bool
in_flight_may_be_carried_out(const Request *request)
{
	return request->scene->sent;
}

void
in_flight_commit_is_told(Connection *connection)
{
	told = true;
}

/* ---- errors ---- */

sigjmp_buf *PG_exception_stack = NULL;
ErrorContextCallback *error_context_stack = NULL;

ErrorData *
CopyErrorData(void)
{
	static ErrorData data = {.message = "canceling statement due to user request"};

	return &data;
}

void
FlushErrorState(void)
{
}

void
pg_re_throw(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_QUERY_CANCELED), errmsg("as it was")));
	pg_unreachable();
}

int
errdetail_internal(const char *format,...)
{
	return 0;
}

/* ---- plays ---- */

static const CommitMarker plain = {.table_name = "m"};
static const CommitMarker keyed = {
	.table_name = "m",
	.database = "d%#b",
	.idempotency_key = "order"
};

static CommitResult *result;
static int64 deadline;
static int64 lock_deadline;
static const char *request_token;

static void
run_spec(const CommitSpec *spec)
{
	result = commit_run(spec);
}

static void
raise_result(void)
{
	commit_raise(result, NULL);
}

/* The sqlstate of what was raised at last; 0: it was carried out. */
static int
play(const CommitMarker *marker, const Scene *scenes, int count)
{
	static CommitSpec spec;
	DynamoItem *key = palloc(sizeof(DynamoItem));
	WriteOperation *operation = palloc0(sizeof(WriteOperation));

	key->count = 0;
	key->attributes = palloc(sizeof(Attribute));
	item_add(key, "id", attribute_make_text(ATTRIBUTE_S, pstrdup("a"), 1));
	*operation = (WriteOperation) {
		.kind = WRITE_DELETE,
		.table_name = "t",
		.item = key
	};
	spec = (CommitSpec) {
		.operations = operation,
		.count = 1,
		.token = TOKEN,
		.request_token = request_token,
		.deadline = deadline,
		.lock_deadline = lock_deadline,
		.marker = marker
	};
	script = scenes;
	scene_count = count;
	played = 0;
	told = false;
	result = NULL;
	PG_exception_stack = NULL;
	if (server_fails(run_spec(&spec)))
		return server_sqlstate;
	if (result->outcome == COMMIT_DONE)
		return 0;
	return server_fails(raise_result()) ? server_sqlstate : -1;
}

#define PLAY(marker, scenes) play(marker, scenes, lengthof(scenes))

static void
expect(int actual, int expected, int count, CommitOutcome outcome,
	   const char *name)
{
	report(actual == expected && played == count &&
		   (result == NULL || result->outcome == outcome), name);
	if (actual != expected || played != count)
		printf("# %s after %d requests: %s\n", unpack_sql_state(actual),
			   played, server_message);
}

char *
unpack_sql_state(int sqlstate)
{
	static char text[6];

	for (int i = 0; i < 5; i++, sqlstate >>= 6)
		text[i] = PGUNSIXBIT(sqlstate);
	return text;
}

#define FAILED		"{\"Code\":\"ConditionalCheckFailed\"}"
#define FAILED_ON(token) \
	"{\"Code\":\"ConditionalCheckFailed\",\"Item\":{\"id\":{\"S\":\"k\"},\"token\":{\"S\":\"" token "\"}}}"
#define NONE		"{\"Code\":\"None\"}"
#define REASONS(reasons) "{\"CancellationReasons\":[" reasons "]}"
#define STATE(state) "{\"Item\":{\"id\":{\"S\":\"t\"},\"state\":{\"S\":\"" state "\"}}}"
#define NO_ITEM		"{}"

#define COMMITS		.operation = "TransactWriteItems"
#define SEALS		.operation = "PutItem"
#define READS		.operation = "GetItem"

static void
test_without_marker(void)
{
	const Scene success[] = {{COMMITS,.outcome = OUTCOME_SUCCESS}};
	const Scene refusal[] = {{
			COMMITS,.outcome = OUTCOME_CONDITION_FAILED,
			.answer = REASONS(FAILED)
	}};
	const Scene failure[] = {{COMMITS,.outcome = OUTCOME_FAILED}};
	const Scene doubt[] = {{
			COMMITS,.outcome = OUTCOME_UNKNOWN,
			.answer = REASONS(FAILED)
	}};

	expect(PLAY(NULL, success), 0, 1, COMMIT_DONE, "a success");
	expect(PLAY(NULL, refusal), ERRCODE_FDW_ERROR, 1, COMMIT_REFUSED,
		   "a refusal");
	report(result->reason_count == 1 &&
		   strcmp(result->reasons[0].code, "ConditionalCheckFailed") == 0,
		   "its reasons are handed on");
	expect(PLAY(NULL, failure), ERRCODE_FDW_ERROR, 1, COMMIT_REFUSED,
		   "a failure without reasons");
	report(result->reason_count == 0, "it has none");
	expect(PLAY(NULL, doubt), ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN, 1,
		   COMMIT_UNKNOWN, "a refusal after doubt settles nothing");
	report(result->reason_count == 0, "and its reasons are not told");
}

static void
test_body(void)
{
	const Scene success[] = {{COMMITS,.outcome = OUTCOME_SUCCESS}};

	(void) PLAY(&keyed, success);
	report_text(requests[0]->spec.body,
				"{\"TransactItems\":["
				"{\"Delete\":{\"TableName\":\"t\",\"Key\":{\"id\":{\"S\":\"a\"}}}},"
				"{\"Put\":{\"TableName\":\"m\",\"Item\":{\"id\":{\"S\":\"t#" TOKEN "\"},"
				"\"state\":{\"S\":\"committed\"},\"at\":{\"S\":\"2023-11-14T22:13:20Z\"},"
				"\"expires\":{\"N\":\"1700172800\"}},"
				"\"ConditionExpression\":\"attribute_not_exists(#0)\","
				"\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\","
				"\"ExpressionAttributeNames\":{\"#0\":\"id\"}}},"
				"{\"Put\":{\"TableName\":\"m\",\"Item\":{\"id\":{\"S\":\"k#d%25%23b#order\"},"
				"\"token\":{\"S\":\"" TOKEN "\"},\"at\":{\"S\":\"2023-11-14T22:13:20Z\"},"
				"\"expires\":{\"N\":\"1700172800\"}},"
				"\"ConditionExpression\":\"attribute_not_exists(#0)\","
				"\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\","
				"\"ExpressionAttributeNames\":{\"#0\":\"id\"}}}],"
				"\"ClientRequestToken\":\"" TOKEN "\",\"ReturnConsumedCapacity\":\"TOTAL\"}",
				"the markers are the last actions");
	report(requests[0]->spec.parts == 3 &&
		   requests[0]->spec.kind == REQUEST_IDEMPOTENT &&
		   strcmp(requests[0]->spec.commit_token, TOKEN) == 0,
		   "it is a COMMIT of three actions");

	request_token = OTHER_TOKEN;
	(void) PLAY(&plain, success);
	report(strstr(requests[0]->spec.body, "t#" TOKEN) != NULL &&
		   strstr(requests[0]->spec.body,
				  "\"ClientRequestToken\":\"" OTHER_TOKEN "\"") != NULL &&
		   strcmp(requests[0]->spec.commit_token, TOKEN) == 0,
		   "it may be sent under another token than that of its marker");
	request_token = NULL;
}

static void
test_settling(void)
{
	const Scene sealed[] = {
		{COMMITS,.outcome = OUTCOME_UNKNOWN},
		{SEALS,.outcome = OUTCOME_SUCCESS}
	};
	const Scene refused[] = {
		{COMMITS,.outcome = OUTCOME_UNKNOWN,.answer = REASONS(FAILED "," NONE)},
		{SEALS,.outcome = OUTCOME_SUCCESS}
	};
	const Scene committed[] = {
		{COMMITS,.outcome = OUTCOME_UNKNOWN,.answer = REASONS(NONE "," FAILED)},
		{SEALS,.outcome = OUTCOME_CONDITION_FAILED,.answer = STATE("committed")}
	};
	const Scene not_sent[] = {
		{COMMITS,.outcome = OUTCOME_UNKNOWN},
		{SEALS,.outcome = OUTCOME_CONDITION_FAILED,.answer = NO_ITEM},
		{READS,.outcome = OUTCOME_SUCCESS,.answer = STATE("committed")}
	};
	const Scene other[] = {
		{COMMITS,.outcome = OUTCOME_UNKNOWN},
		{SEALS,.outcome = OUTCOME_CONDITION_FAILED,.answer = STATE("?")},
		{READS,.outcome = OUTCOME_SUCCESS,.answer = STATE("?")}
	};
	const Scene failed[] = {
		{COMMITS,.outcome = OUTCOME_UNKNOWN},
		{SEALS,.outcome = OUTCOME_FAILED}
	};
	int			unknown = ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN;

	expect(PLAY(&plain, sealed), ERRCODE_T_R_SERIALIZATION_FAILURE, 2,
		   COMMIT_ABORTED, "doubt, and a seal");
	report(strstr(requests[1]->spec.body, "\"aborted\"") != NULL &&
		   strstr(requests[1]->spec.body,
				  "\"attribute_not_exists(#0) OR #1 = :0\"") != NULL,
		   "the seal may be put upon a seal");
	report(requests[1]->spec.kind == REQUEST_REPEATABLE &&
		   requests[1]->spec.settles &&
		   requests[1]->spec.commit_token != NULL,
		   "and it is sent again in doubt");
	expect(PLAY(&plain, refused), ERRCODE_FDW_ERROR, 2, COMMIT_REFUSED,
		   "a refusal after doubt is believed when it is sealed");
	report(result->reason_count == 1, "then its reasons are told");
	expect(PLAY(&plain, committed), 0, 2, COMMIT_DONE,
		   "a marker that says committed");
	expect(PLAY(&plain, not_sent), 0, 3, COMMIT_DONE,
		   "one that has to be read");
	expect(PLAY(&plain, other), unknown, 3, COMMIT_UNKNOWN,
		   "an item that is no marker");
	expect(PLAY(&plain, failed), unknown, 2, COMMIT_UNKNOWN,
		   "no seal could be put");
}

static void
test_refused_by_marker(void)
{
	const char *reasons = REASONS(NONE "," FAILED);
	const Scene aborted[] = {
		{COMMITS,.outcome = OUTCOME_CONDITION_FAILED,.answer = reasons},
		{READS,.outcome = OUTCOME_SUCCESS,.answer = STATE("aborted")}
	};
	const Scene committed[] = {
		{COMMITS,.outcome = OUTCOME_CONDITION_FAILED,.answer = reasons},
		{READS,.outcome = OUTCOME_SUCCESS,.answer = STATE("committed")}
	};
	const Scene gone[] = {
		{COMMITS,.outcome = OUTCOME_CONDITION_FAILED,.answer = reasons},
		{READS,.outcome = OUTCOME_SUCCESS,.answer = NO_ITEM}
	};
	const Scene after_doubt[] = {
		{COMMITS,.outcome = OUTCOME_UNKNOWN,.answer = reasons},
		{SEALS,.outcome = OUTCOME_SUCCESS}
	};

	expect(PLAY(&plain, aborted), ERRCODE_T_R_SERIALIZATION_FAILURE, 2,
		   COMMIT_ABORTED, "somebody has sealed it");
	expect(PLAY(&plain, committed), 0, 2, COMMIT_DONE,
		   "it was delivered twice");
	expect(PLAY(&plain, gone), ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN, 2,
		   COMMIT_UNKNOWN, "the marker has gone");
	expect(PLAY(&plain, after_doubt), ERRCODE_T_R_SERIALIZATION_FAILURE, 2,
		   COMMIT_ABORTED, "somebody has sealed it, after doubt");
}

static void
test_refused_by_key(void)
{
	const Scene other[] = {{
			COMMITS,.outcome = OUTCOME_CONDITION_FAILED,
			.answer = REASONS(FAILED "," NONE "," FAILED_ON(OTHER_TOKEN))
	}};
	const Scene own[] = {{
			COMMITS,.outcome = OUTCOME_CONDITION_FAILED,
			.answer = REASONS(NONE "," NONE "," FAILED_ON(TOKEN))
	}};
	const Scene not_sent[] = {
		{
			COMMITS,.outcome = OUTCOME_CONDITION_FAILED,
			.answer = REASONS(NONE "," NONE "," FAILED)
		},
		{
			READS,.outcome = OUTCOME_SUCCESS,
			.answer = "{\"Item\":{\"token\":{\"S\":\"" OTHER_TOKEN "\"}}}"
		}
	};
	const Scene gone[] = {
		{
			COMMITS,.outcome = OUTCOME_CONDITION_FAILED,
			.answer = REASONS(NONE "," NONE "," FAILED)
		},
		{READS,.outcome = OUTCOME_SUCCESS,.answer = NO_ITEM}
	};
	const Scene alien[] = {
		{
			COMMITS,.outcome = OUTCOME_CONDITION_FAILED,
			.answer = REASONS(NONE "," NONE "," FAILED)
		},
		{READS,.outcome = OUTCOME_SUCCESS,.answer = STATE("x")}
	};
	const Scene in_doubt[] = {
		{
			COMMITS,.outcome = OUTCOME_UNKNOWN,
			.answer = REASONS(NONE "," NONE "," FAILED_ON(OTHER_TOKEN))
		},
		{SEALS,.outcome = OUTCOME_SUCCESS}
	};

	expect(PLAY(&keyed, other), ERRCODE_UNIQUE_VIOLATION, 1,
		   COMMIT_DUPLICATE, "the key was used");
	report(strcmp(result->other_token, OTHER_TOKEN) == 0, "by whom");
	expect(PLAY(&keyed, own), 0, 1, COMMIT_DONE, "by itself");
	expect(PLAY(&keyed, not_sent), ERRCODE_UNIQUE_VIOLATION, 2,
		   COMMIT_DUPLICATE, "by whom has to be read");
	expect(PLAY(&keyed, gone), ERRCODE_T_R_SERIALIZATION_FAILURE, 2,
		   COMMIT_ABORTED, "the key is free again");
	expect(PLAY(&keyed, alien), ERRCODE_UNIQUE_VIOLATION, 2,
		   COMMIT_DUPLICATE, "by an item that does not tell");
	expect(PLAY(&keyed, in_doubt), ERRCODE_UNIQUE_VIOLATION, 2,
		   COMMIT_DUPLICATE, "the key was used, after doubt");
}

static void
test_interrupts(void)
{
	const Scene unsent[] = {{COMMITS,.interrupted = true}};
	const Scene sent[] = {{COMMITS,.interrupted = true,.sent = true}};
	const Scene sealing[] = {
		{COMMITS,.outcome = OUTCOME_UNKNOWN},
		{SEALS,.interrupted = true}
	};
	const Scene reading[] = {
		{
			COMMITS,.outcome = OUTCOME_CONDITION_FAILED,
			.answer = REASONS(NONE "," FAILED)
		},
		{READS,.interrupted = true}
	};
	const Scene by_key[] = {
		{
			COMMITS,.outcome = OUTCOME_CONDITION_FAILED,.sent = true,
			.answer = REASONS(NONE "," NONE "," FAILED)
		},
		{READS,.interrupted = true}
	};
	int			unknown = ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN;

	expect(PLAY(NULL, unsent), ERRCODE_QUERY_CANCELED, 1, 0,
		   "a cancel before anything was sent");
	report(!told, "of which nothing is to be told");
	expect(PLAY(NULL, sent), unknown, 1, 0, "a cancel in flight");
	report(told, "of which no warning tells again");
	report_text(server_message,
				"COMMIT was interrupted: canceling statement due to user request",
				"it tells why");
	expect(PLAY(&plain, sealing), unknown, 2, 0, "a cancel while sealing");
	expect(PLAY(&plain, reading), unknown, 2, 0,
		   "a cancel while the marker is read");
	expect(PLAY(&keyed, by_key), ERRCODE_QUERY_CANCELED, 2, 0,
		   "a cancel after a definite refusal");
}

static void
test_deadlines(void)
{
	const Scene sealed[] = {
		{COMMITS,.outcome = OUTCOME_UNKNOWN},
		{SEALS,.outcome = OUTCOME_SUCCESS}
	};
	const Scene contended[] = {{COMMITS,.outcome = OUTCOME_NOT_FOUND}};
	int64		now = monotonic_milliseconds();

	deadline = now + 60000;
	(void) PLAY(&plain, sealed);
	report(requests[0]->spec.deadline == deadline, "the deadline is its own");
	report(requests[1]->spec.deadline == deadline,
		   "the seal has what is left of it");
	deadline = now - 1;
	(void) PLAY(&plain, sealed);
	report(requests[1]->spec.deadline >= now + COMMIT_SETTLE_TIME,
		   "and some time at least");

	/* the outcome stands for a conflict with others */
	lock_deadline = now;
	deadline = now + 60000;
	expect(PLAY(NULL, contended), ERRCODE_LOCK_NOT_AVAILABLE, 1,
		   COMMIT_LOCKED, "other transactions were waited for long enough");
	report(requests[0]->spec.lock_deadline == now, "for so long");
	deadline = now;
	expect(PLAY(NULL, contended), ERRCODE_FDW_ERROR, 1, COMMIT_REFUSED,
		   "but not if the time was up for all");
	lock_deadline = 0;
	deadline = 0;
	expect(PLAY(NULL, contended), ERRCODE_FDW_ERROR, 1, COMMIT_REFUSED,
		   "nor without a limit");
}

static CommitState state;

static void
seal(const char *token)
{
	state = commit_marker_seal(NULL, "m", token);
}

static void
test_functions(void)
{
	const Scene sealed[] = {{SEALS,.outcome = OUTCOME_SUCCESS}};
	const Scene committed[] = {{
			SEALS,.outcome = OUTCOME_CONDITION_FAILED,
			.answer = STATE("committed")
	}};
	const Scene failed[] = {{SEALS,.outcome = OUTCOME_FAILED}};
	const Scene absent[] = {{
			READS,.outcome = OUTCOME_SUCCESS,.answer = NO_ITEM
	}};
	const struct
	{
		const Scene *scene;
		const char *token;
		bool		fails;
		int			count;
		CommitState state;
		const char *name;
	}			cases[] = {
		{sealed, TOKEN, false, 1, COMMIT_STATE_ABORTED, "a token is sealed"},
		{committed, TOKEN, false, 1, COMMIT_STATE_COMMITTED, "one of a transaction"},
		{failed, TOKEN, true, 1, 0, "a failure is raised"},
		{absent, "65529f7faaaaaaaaaaaaaaaaaaaaaaaa", false, 1, COMMIT_STATE_UNKNOWN,
		"one that is more than a day old is not sealed"},
		{sealed, "65529f80aaaaaaaaaaaaaaaaaaaaaaaa", false, 1, COMMIT_STATE_ABORTED,
		"one that is a day old is"},
		{sealed, "no token", false, 0, COMMIT_STATE_UNKNOWN, "nor is any text"}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		bool		failed_to;

		script = cases[i].scene;
		scene_count = 1;
		played = 0;
		failed_to = server_fails(seal(cases[i].token));
		report(failed_to == cases[i].fails && played == cases[i].count &&
			   (failed_to || state == cases[i].state), cases[i].name);
	}
	report(commit_marker_is_late(NULL, "65529f7faaaaaaaaaaaaaaaaaaaaaaaa") &&
		   !commit_marker_is_late(NULL, "65529f80aaaaaaaaaaaaaaaaaaaaaaaa"),
		   "what is not sealed any more is not committed");
}

int
main(void)
{
	test_without_marker();
	test_body();
	test_settling();
	test_refused_by_marker();
	test_refused_by_key();
	test_interrupts();
	test_deadlines();
	test_functions();
	return report_end();
}
