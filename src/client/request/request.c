/*
 * request.c
 *		DynamoDB requests: started, waited for, retried where that is safe.
 */
#include "postgres.h"

#include "compat.h"

#include <time.h>

#include "utils/memutils.h"

#include "client/http/clock.h"
#include "client/http/http.h"
#include "client/http/http_transport.h"
#include "client/http/interrupt.h"
#include "client/request/answer.h"
#include "client/request/error.h"
#include "client/request/in_flight.h"
#include "client/request/request.h"
#include "client/request/request_count.h"
#include "client/request/request_state.h"
#include "client/request/request_trace.h"
#include "client/request/unit_limit.h"
#include "client/request/wait_reason.h"

#define CONTENT_TYPE		"application/x-amz-json-1.0"
#define TARGET_PREFIX		"DynamoDB_20120810."

/* Seconds by which a clock must be off before it is corrected. */
#define CLOCK_TOLERANCE		240

/* Seconds for which a signature is good.  Source: IAM User Guide. */
#define SIGNATURE_LIFETIME	300

/*
 * Says that a transaction is being carried out under this token, and how many
 * milliseconds it is given at least.  Source: API Reference,
 * "TransactWriteItems".
 */
#define IN_PROGRESS			"TransactionInProgressException"
#define IN_PROGRESS_DELAY	500

/* Attempts, where nothing but somebody's action makes room. */
#define LIMITED_ATTEMPTS	3

/*
 * After so many attempts the wait of a request with a deadline grows no more,
 * unless it is throttled: somebody waits for it, maybe with locks held.
 */
#define TIMED_STEPS			8

/* ---- sending ---- */

/*
 * After an attempt that may have been carried out, only a success settles what
 * became of a transaction.
 */
static void
fail_request(Request *request, const ErrorClass *class, const char *problem)
{
	request->cause = class;
	if (request->in_doubt)
		class = error_class_unknown(&request->spec);
	request->class = class;
	request->outcome = class->outcome;
	request->problem = problem;
	count_end(request, class->outcome == OUTCOME_UNKNOWN);
}

static void
succeed_request(Request *request)
{
	request->outcome = OUTCOME_SUCCESS;
	retry_give_back(&request->connection->bucket, request->price);
	count_end(request, false);
}

/*
 * The signer with the credentials as they now are; NULL if there are none,
 * which has failed the request.
 */
static SigV4Signer *
current_signer(Request *request, int64 now)
{
	const char *problem;
	SigV4Signer *signer = connection_signer(request->connection, now,
											&problem, &request->hint);

	if (signer == NULL)
		fail_request(request, error_class_credentials(), problem);
	return signer;
}

/*
 * Is there room for an attempt?  If not, the request is queued, or has failed.
 */
static bool
make_room(Request *request)
{
	HttpRoom	room = http_make_room(request->connection->transport);

	request->queued = room == HTTP_ROOM_LATER;
	if (room == HTTP_ROOM_NONE)
		fail_request(request, error_class_unsent(HTTP_PHASE_DESCRIPTORS),
					 NULL);
	return room == HTTP_ROOM_NOW;
}

/*
 * May the token be forgotten by now, so that what was carried out would be
 * carried out again?  Then the request has failed.
 */
static bool
has_lapsed(Request *request)
{
	Moment		now = moment_now();

	if (!request->in_doubt ||
		retry_token_is_good(&request->token_used_at, &now))
		return false;
	fail_request(request, error_class_unknown(&request->spec),
				 "It was not repeated, because DynamoDB may have forgotten its token.");
	return true;
}

/*
 * Starts an attempt; it is signed anew each time.
 */
static void
send_request_attempt(Request *request)
{
	Connection *connection = request->connection;
	int64		now = connection_time(connection);
	SigV4Signer *signer = current_signer(request, now);
	const char *target = psprintf(TARGET_PREFIX "%s", request->spec.operation);
	const char *headers[6];
	char		timestamp[SIGV4_TIMESTAMP_LENGTH + 1];
	char	   *authorization;
	SigV4Request signed_request = {
		.host = connection->host,
		.target = target,
		.content_type = CONTENT_TYPE,
		.body = request->spec.body,
		.body_length = request->spec.body_length
	};
	HttpRequest http = {
		.headers = headers,
		.body = request->spec.body,
		.body_length = request->spec.body_length
	};
	int			count = 0;

	request->waiting = false;
	if (signer == NULL || has_lapsed(request) || !make_room(request))
		return;
	request->signed_at = now;
	request->sent_at = moment_now();
	if (!sigv4_sign(signer, &signed_request, (time_t) now, timestamp,
					&authorization))
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("could not sign a DynamoDB request")));

	headers[count++] = "Content-Type: " CONTENT_TYPE;
	headers[count++] = psprintf("X-Amz-Target: %s", target);
	headers[count++] = psprintf("X-Amz-Date: %s", timestamp);
	headers[count++] = psprintf("Authorization: %s", authorization);
	free(authorization);
	if (signer->session_token != NULL)
		headers[count++] = psprintf("X-Amz-Security-Token: %s",
									signer->session_token);
	headers[count] = NULL;

	request->exchange = http_start(connection->transport, &http);
	if (request->exchange == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	request->renewals = connection->renewals;
	request->attempts++;
	count_add(request, &(RequestCounters) {
		.requests = 1,
		.retries = request->attempts > 1 || request->spec.repetition > 0
	});
}

static void
send_later(Request *request, long delay)
{
	request->waiting = true;
	request->retry_at = monotonic_milliseconds() + delay;
}

static int
max_attempts(const Request *request, const ErrorClass *class)
{
	int			allowed = request->connection->settings.max_attempts;

	if (class->action == ERROR_LIMITED)
		allowed = Min(allowed, LIMITED_ATTEMPTS);
	return request->spec.max_attempts == 0 ? allowed
		: Min(request->spec.max_attempts, allowed);
}

/*
 * Milliseconds until another attempt; -1: there may be none.  One that has a
 * deadline is limited by nothing else: what is in doubt must not be given up
 * while there is time to find out.
 */
static long
delay_of_retry(Request *request, const ErrorClass *class, int server_asks)
{
	const RequestSpec *spec = &request->spec;
	bool		throttled = class->action == ERROR_THROTTLED;
	bool		contended = class->action == ERROR_CONTENDED;
	bool		timed = spec->deadline > 0 && class->action != ERROR_LIMITED;
	int64		now = monotonic_milliseconds();
	int			n = request->attempts;
	long		delay;

	if (timed && !throttled)
		n = Min(n, TIMED_STEPS);
	else if (!timed && (n >= max_attempts(request, class) ||
						!retry_take(&request->connection->bucket, throttled,
									&request->price)))
		return -1;
	delay = retry_delay(n, throttled, server_asks);
	if (contended && !request->in_doubt && spec->lock_deadline > 0)
		delay = retry_delay_before(delay, spec->lock_deadline - now);
	return delay < 0 || spec->deadline == 0 ? delay
		: retry_delay_before(delay, spec->deadline - now);
}

/* With what it has brought: the answer's texts live in the exchange. */
static void
drop_attempt(Request *request)
{
	request->response = NULL;
	request->code = NULL;
	request->request_id[0] = '\0';
	if (request->exchange != NULL)
		http_free(request->exchange);
	request->exchange = NULL;
}

static void
send_now(Request *request)
{
	MemoryContext old = MemoryContextSwitchTo(request->context);

	send_request_attempt(request);
	MemoryContextSwitchTo(old);
}

/*
 * Starts an attempt, or arranges for it where there are limits to wait for.
 * Returns the milliseconds until it is to be looked at again; -1: never.
 */
static long
send_as_limited(Request *request)
{
	Connection *connection = request->connection;
	long		delay = request->claims == NULL ? 0
		: unit_limit_delay(request);

	if (delay == 0)
		delay = connection_rate_delay(connection);
	if (delay > 0)
	{
		send_later(request, delay);
		return delay;
	}
	send_now(request);
	return -1;
}

/*
 * Arranges for another attempt; if there may be none, the request has failed.
 */
static void
retry_or_fail(Request *request, const ErrorClass *class, const char *problem,
			  int server_asks)
{
	long		delay = delay_of_retry(request, class, server_asks);

	if (delay < 0)
	{
		fail_request(request, class, problem);
		return;
	}
	drop_attempt(request);
	send_later(request, delay);
}

/* An attempt may have been carried out, and nobody knows. */
static void
note_doubt(Request *request)
{
	bool		is_write = request->spec.kind == REQUEST_WRITE ||
		request->spec.kind == REQUEST_IDEMPOTENT;

	if (is_write && !request->in_doubt)
		request->token_used_at = request->sent_at;
	request->in_doubt = is_write;
}

/* At its deadline: what is under way is given up. */
static void
run_out_of_time(Request *request)
{
	const ErrorClass *class = error_class_unsent(HTTP_PHASE_CONNECT);

	if (request->exchange != NULL && http_may_be_sent(request->exchange))
	{
		note_doubt(request);
		unit_limit_pay_unknown(request);
		class = error_class_unknown(&request->spec);
	}
	else if (unit_limit_delays(request))
		class = error_class_units();
	drop_attempt(request);
	fail_request(request, class, "There was no answer in time.");
}

/* ---- answers ---- */

/* A failure after which nobody knows whether the request was carried out. */
static void
outcome_in_doubt(Request *request, const ErrorClass *class,
				 const char *problem, int server_asks)
{
	note_doubt(request);
	unit_limit_pay_unknown(request);
	if (request->spec.kind == REQUEST_WRITE)
		fail_request(request, class, problem);
	else
		retry_or_fail(request, class, problem, server_asks);
}

/* What came may be the answer to anything, but not to this request. */
static void
no_answer(Request *request, const char *problem)
{
	request->response = NULL;
	request->code = NULL;
	outcome_in_doubt(request, error_class_no_answer(&request->spec),
					 psprintf("The answer is not one to this request%s%s.",
							  problem[0] != '\0' ? ": " : "", problem), 0);
}

/* Has spec.read, or the decoder, read the answer?  If not: why. */
static const char *
read_request_answer(Request *request, const HttpResult *result)
{
	const char *problem = NULL;

	if (request->spec.read != NULL)
		request->answer = request->spec.read(result->body,
											 result->body_length, &problem);
	else if (request->spec.raw)
		problem = answer_text_problem(result->body, result->body_length);
	else
		request->response = response_decode(result->body, result->body_length,
											&problem);
	return problem;
}

static void
pay_success(Request *request, const HttpResult *result)
{
	if (request->claims != NULL)
		unit_limit_pay_told(request, request->response != NULL
							? request->response
							: response_decode_capacity(result->body,
													   result->body_length));
}

static void
handle_success(Request *request, const HttpResult *result)
{
	const char *problem;

	connection_note_rate(request->connection, false);
	if (result->body == NULL)
	{
		outcome_in_doubt(request, error_class_no_answer(&request->spec),
						 "The answer is empty.", 0);
		return;
	}
	problem = read_request_answer(request, result);
	if (problem != NULL)
	{
		outcome_in_doubt(request, error_class_no_answer(&request->spec),
						 psprintf("The answer cannot be read: %s.", problem),
						 0);
		return;
	}
	if (request->response != NULL)
	{
		problem = answer_problem(&request->spec, request->response,
								 request->connection->tells_capacity);
		if (problem != NULL)
		{
			no_answer(request, problem);
			return;
		}
		if (request->response->has_capacity)
			request->connection->tells_capacity = true;
		count_answer(request);
	}
	pay_success(request, result);
	succeed_request(request);
}

/*
 * The time of the signature was refused: is another one better?  The clock may
 * be wrong, or the request was signed long before it could leave, because
 * nobody waited for it while the executor was busy with something else.
 */
static bool
correct_clock(Request *request, const HttpResult *result)
{
	Connection *connection = request->connection;
	int64		offset;

	if (request->clock_corrected || result->date == 0)
		return false;
	offset = (int64) result->date - (int64) time(NULL);
	if (labs((long) (offset - connection->clock_offset)) >= CLOCK_TOLERANCE)
		connection->clock_offset = offset;
	else if (result->date - request->signed_at < SIGNATURE_LIFETIME)
		return false;
	request->clock_corrected = true;
	return true;
}

/*
 * Once for each request.  What this request was signed with may have been
 * renewed meanwhile for another.
 */
static bool
renew_credentials(Request *request)
{
	Connection *connection = request->connection;

	if (request->credentials_renewed)
		return false;
	request->credentials_renewed = true;
	return request->renewals != connection->renewals ||
		(credential_refused(connection->provider) && ++connection->renewals);
}

static const ErrorClass *
class_of_refusal(const Request *request, const char *code, int status)
{
	/* whatever a server says that fails, a write may have been carried out */
	if (status >= 500 && request->spec.kind != REQUEST_READ)
		return error_class(NULL, status);
	if (code != NULL && strcmp(code, "TransactionCanceledException") == 0 &&
		request->response != NULL && request->response->reason_count > 0)
		return error_class_cancelled(&request->spec, request->response);
	return error_class(code, status);
}

static void
handle_refusal(Request *request, const HttpResult *result)
{
	const ErrorClass *class;
	const char *problem;
	const char *code = NULL;

	if (result->body != NULL)
		request->response = response_decode(result->body, result->body_length,
											&problem);
	if (request->response != NULL)
		code = request->response->error_code;
	if (code == NULL && result->error_type[0] != '\0')
		code = answer_error_code(result->error_type);
	request->code = code;

	problem = answer_refusal_problem(&request->spec, code, request->response);
	if (problem != NULL)
	{
		no_answer(request, problem);
		return;
	}
	class = class_of_refusal(request, code, result->status);
	unit_limit_pay_refused(request, class);
	connection_note_rate(request->connection,
						 class->action == ERROR_THROTTLED);
	problem = code != NULL ? NULL
		: psprintf("The answer has HTTP status %d and no DynamoDB error.",
				   result->status);
	switch (class->action)
	{
		case ERROR_FINAL:
			fail_request(request, class, problem);
			break;
		case ERROR_THROTTLED:
			count_add(request, &(RequestCounters) {.throttles = 1});
			retry_or_fail(request, class, problem, result->retry_after);
			break;
		case ERROR_CONTENDED:
		case ERROR_LIMITED:
			retry_or_fail(request, class, problem, result->retry_after);
			break;
		case ERROR_CLOCK:
		case ERROR_CREDENTIALS:
			if (class->action == ERROR_CLOCK ? correct_clock(request, result)
				: renew_credentials(request))
				retry_or_fail(request, class, problem, 0);
			else
				fail_request(request, class, problem);
			break;
		case ERROR_SERVER:
			outcome_in_doubt(request, class, problem,
							 code != NULL && strcmp(code, IN_PROGRESS) == 0
							 ? Max(result->retry_after, IN_PROGRESS_DELAY)
							 : result->retry_after);
			break;
	}
}

static void
handle_answer(Request *request, const HttpResult *result)
{
	strlcpy(request->request_id, result->request_id,
			sizeof(request->request_id));
	if (!http_body_is_whole(result))
		outcome_in_doubt(request, error_class_unknown(&request->spec),
						 "The answer's checksum is wrong.", 0);
	else if (result->status == 200)
		handle_success(request, result);
	else if (result->status < 300)
		outcome_in_doubt(request, error_class_unknown(&request->spec),
						 psprintf("The answer has HTTP status %d.",
								  result->status), 0);
	else
		handle_refusal(request, result);
}

/* Another attempt may get through, unless the server is not to be believed. */
static void
handle_unsent(Request *request, const ErrorClass *class, const char *problem)
{
	unit_limit_pay_nothing(request);
	if (class->action == ERROR_FINAL)
		fail_request(request, class, problem);
	else
		retry_or_fail(request, class, problem, 0);
}

/* An attempt is done: the request is too, or another one follows. */
static void
handle_result(Request *request, const HttpResult *result)
{
	MemoryContext old = MemoryContextSwitchTo(request->context);

	switch (result->delivery)
	{
		case HTTP_ANSWERED:
			handle_answer(request, result);
			break;
		case HTTP_NOT_SENT:
			handle_unsent(request, error_class_unsent(result->phase),
						  pstrdup(result->problem));
			break;
		case HTTP_UNKNOWN:
			outcome_in_doubt(request, error_class_unknown(&request->spec),
							 pstrdup(result->problem), 0);
			break;
	}
	MemoryContextSwitchTo(old);
}

/* ---- starting and ending ---- */

/*
 * A write under way that goes away with its statement, as when RETURNING has
 * raised an error, has not been told of yet.  Nobody will know its outcome.
 */
static void
abandon_request(void *argument)
{
	Request    *request = (Request *) argument;

	in_flight_warn_of(request);
	if (request->outcome == OUTCOME_PENDING)
	{
		/* the statement's may be gone */
		request->spec.counters = NULL;
		count_end(request, request->spec.kind != REQUEST_READ &&
				  in_flight_may_be_carried_out(request));
	}
	if (in_flight_may_be_carried_out(request))
		unit_limit_pay_unknown(request);
	else
		unit_limit_pay_nothing(request);
	statistics_leave(request->statistics);
	dlist_delete(&request->node);
	if (request->exchange != NULL)
		http_free(request->exchange);
}

Request *
request_start(Connection *connection, const RequestSpec *spec)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "dynamorm_fdw request",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Request    *request = palloc0(sizeof(Request));

	request->spec = *spec;
	request->connection = connection;
	request->context = context;
	request->statistics = statistics_join(connection->settings.server_id,
										  spec->table, spec->operation);
	request->started_at = monotonic_microseconds();
	in_flight_begin();
	dlist_push_tail(&connection->requests, &request->node);
	request->callback.func = abandon_request;
	request->callback.arg = request;
	MemoryContextRegisterResetCallback(context, &request->callback);

	if (spec->counters != NULL && spec->counters->trace != NULL)
		request_trace_add(spec->counters->trace, spec);
	connection_note_arns(connection, spec->body);
	unit_limit_begin(request);
	if (spec->repetition > 0)
		send_later(request, retry_delay(spec->repetition, false, 0));
	else
		send_as_limited(request);
	MemoryContextSwitchTo(old);
	return request;
}

void
request_free(Request *request)
{
	MemoryContextDelete(request->context);
}

/* ---- waiting ---- */

/* The sooner one; -1 is never. */
static long
sooner(long one, long other)
{
	return one < 0 || (other >= 0 && other < one) ? other : one;
}

/*
 * Goes on with a request that is not done, if it can go on.  Returns the
 * milliseconds until it is to be looked at again; -1: when something has come.
 * others_wait: for the descriptors that it may be queued for.
 */
static long
advance_request(Request *request, bool others_wait)
{
	const HttpResult *result = request->exchange == NULL ? NULL
		: http_result(request->exchange);
	int64		now = monotonic_milliseconds();
	long		next = -1;

	if (result != NULL)
		handle_result(request, result);
	else if (request->spec.deadline > 0 && now >= request->spec.deadline)
		run_out_of_time(request);
	if (request->outcome != OUTCOME_PENDING)
		return -1;

	if (request->queued)
	{
		if (!others_wait)
			send_now(request);
	}
	else if (request->waiting)
	{
		next = (long) Max(request->retry_at - now, 0);
		if (next == 0)
			next = send_as_limited(request);
	}
	if (request->spec.deadline > 0)
		next = sooner(next, (long) Max(request->spec.deadline - now, 0));
	return next;
}

/*
 * Goes on with every request of the connection that can go on.  Returns the
 * milliseconds until the next one is to be looked at; -1: none is.
 */
static long
advance_requests(Connection *connection)
{
	dlist_iter	iter;
	bool		full = false;	/* others are queued before */
	long		next = -1;

	dlist_foreach(iter, &connection->requests)
	{
		Request    *request = dlist_container(Request, node, iter.cur);

		if (request->outcome != OUTCOME_PENDING)
			continue;
		next = sooner(next, advance_request(request, full));
		full = full || (request->outcome == OUTCOME_PENDING &&
						request->queued);
	}
	return next;
}

/*
 * What has come goes before an interrupt: nobody need be told that an outcome
 * is unknown which is here.
 */
Request *
request_wait_any(Request **requests, int count)
{
	Connection *connection = requests[0]->connection;

	for (;;)
	{
		long		next = advance_requests(connection);
		int			i;

		for (i = 0; i < count; i++)
			if (requests[i]->outcome != OUTCOME_PENDING)
				return requests[i];
		interrupt_check();
		http_wait(connection->transport, next, wait_reason(requests, count));
	}
}

void
request_poll(Connection *connection)
{
	http_poll(connection->transport);
	(void) advance_requests(connection);
	interrupt_check();
}

int
request_open_descriptor(Connection *connection)
{
	return http_copy_descriptor(connection->transport);
}

void
request_close_descriptor(Connection *connection, int descriptor)
{
	http_close_copy(connection->transport, descriptor);
}

void
request_prepare_wait(Connection *connection, bool at_once)
{
	http_ring(connection->transport,
			  at_once ? 0 : advance_requests(connection));
}

void
request_wait(Request *request)
{
	(void) request_wait_any(&request, 1);
}

Request *
request_run(Connection *connection, const RequestSpec *spec)
{
	Request    *request = request_start(connection, spec);

	request_wait(request);
	return request;
}

/* ---- results ---- */

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

const void *
request_answer(const Request *request)
{
	return request->answer;
}

const char *
request_raw_body(const Request *request)
{
	const HttpResult *result = http_result(request->exchange);

	return result->body == NULL ? "" : result->body;
}

bool
request_is_contended(const Request *request)
{
	return request->outcome == OUTCOME_FAILED &&
		request->class->action == ERROR_CONTENDED;
}

const char *
request_error_code(const Request *request)
{
	return request->code;
}

const char *
request_error_message(const Request *request)
{
	const Response *response = request->response;

	return response != NULL && response->error_message != NULL
		? error_remote_text(response->error_message) : NULL;
}

void
request_raise_of(const Request *request, const RequestSpec *spec,
				 const char *extra_detail)
{
	const Response *response = request->response;
	Failure		failure = {
		.class = request->class,
		.spec = spec,
		.endpoint = request->connection->endpoint,
		.code = request->code,
		.message = response != NULL && response->error_message != NULL
			? response->error_message : request->problem,
		.hint = request->hint,
		.response = response,
		.request_id = request->request_id,
		.attempts = request->attempts
	};

	error_raise(&failure, extra_detail);
}

void
request_raise(const Request *request, const char *extra_detail)
{
	request_raise_of(request, &request->spec, extra_detail);
}

void
request_raise_unprocessed(Request *request)
{
	request->code = "ProvisionedThroughputExceededException";
	request->class = error_class(request->code, 400);
	request->problem = "DynamoDB leaves keys unprocessed.";
	request_raise(request, NULL);
}

void
request_raise_no_answer(Request *request, const char *problem)
{
	request->response = NULL;
	request->code = NULL;
	request->class = error_class_no_answer(&request->spec);
	request->problem = psprintf("The answer is not one to this request: %s.",
								problem);
	request_raise(request, NULL);
}

bool
request_settle(Request *request, bool carried_out)
{
	bool		refused = !carried_out && request->code != NULL &&
		request->cause->action != ERROR_SERVER;

	count_add(request, &(RequestCounters) {.unknown_outcomes = -1});
	request->in_doubt = false;
	if (carried_out)
	{
		request->outcome = OUTCOME_SUCCESS;
		request->response = NULL;
	}
	else if (refused)
	{
		request->class = request->cause;
		request->outcome = request->cause->outcome;
	}
	return refused;
}

void
request_raise_unknown(Request *request, const char *extra_detail)
{
	request->class = error_class_unknown(&request->spec);
	request_raise(request, extra_detail);
}
