/*
 * commit_request.c
 *		COMMIT as one request: TransactWriteItems, under one token, to its end.
 */
#include "postgres.h"

#include "compat.h"

#include "client/http/clock.h"
#include "client/request/commit_request.h"
#include "client/request/error.h"
#include "client/request/in_flight.h"

#define FAILED_CONDITION	"ConditionalCheckFailed"

/* ---- sending ---- */

static Request *
start_request(const CommitSpec *spec)
{
	int			count = spec->count + commit_marker_action_count(spec->marker);
	WriteOperation *operations = palloc(count * sizeof(WriteOperation));
	RequestSpec request = {
		.operation = "TransactWriteItems",
		.kind = REQUEST_IDEMPOTENT,
		.table = spec->table,
		.counters = spec->counters,
		.shares = spec->shares,
		.share_count = spec->share_count,
		.deadline = spec->deadline,
		.lock_deadline = spec->lock_deadline,
		.commit_token = spec->token,
		.is_marked = spec->marker != NULL,
		.parts = count
	};
	StringInfoData body;

	memcpy(operations, spec->operations,
		   spec->count * sizeof(WriteOperation));
	if (spec->marker != NULL)
		commit_marker_actions(spec->marker, spec->token,
							  connection_time(spec->connection),
							  operations + spec->count);
	initStringInfo(&body);
	operation_append_transaction(&body, operations, count,
								 spec->request_token != NULL
								 ? spec->request_token : spec->token);
	pfree(operations);
	request.body = body.data;
	request.body_length = body.len;
	return request_start(spec->connection, &request);
}

/* ---- what became of it ---- */

/* Why the marker's action i, from 0, was refused; NULL: it was not. */
static const CancellationReason *
failure_of_marker(const CommitResult *result, int i)
{
	const Response *response = request_response(result->request);
	int			place = result->spec->count + i;

	if (i >= commit_marker_action_count(result->spec->marker) ||
		response == NULL || response->reason_count <= place ||
		strcmp(response->reasons[place].code, FAILED_CONDITION) != 0)
		return NULL;
	return &response->reasons[place];
}

/* How the marker is looked for: if the outcome hangs on it, to the last. */
static CommitSearch
search_of(const CommitResult *result)
{
	const CommitSpec *spec = result->spec;

	return (CommitSearch) {
		.connection = spec->connection,
		.table_name = spec->marker->table_name,
		.token = spec->token,
		.deadline = Max(spec->deadline,
						monotonic_milliseconds() + COMMIT_SETTLE_TIME),
		.settles = result->settling,
		.counters = spec->counters
	};
}

/*
 * Was it given up because of other transactions, before its time?  Its last
 * attempt may have begun a little before that moment.
 */
static bool
has_waited_for_others(const CommitResult *result)
{
	const CommitSpec *spec = result->spec;

	return spec->lock_deadline > 0 &&
		(spec->deadline == 0 || spec->lock_deadline < spec->deadline) &&
		request_is_contended(result->request);
}

static void
note_refused(CommitResult *result)
{
	const Response *response = request_response(result->request);

	result->outcome = has_waited_for_others(result) ? COMMIT_LOCKED
		: COMMIT_REFUSED;
	if (response != NULL && response->reason_count >= result->spec->count)
	{
		result->reason_count = result->spec->count;
		result->reasons = response->reasons;
	}
}

static void
note_not_found_out(CommitResult *result, const Request *failed)
{
	const char *message = failed == NULL ? NULL
		: request_error_message(failed);

	result->outcome = COMMIT_UNKNOWN;
	result->problem = message == NULL
		? pstrdup("It could not be found out from the commit_table.")
		: psprintf("It could not be found out from the commit_table: %s",
				   message);
}

/*
 * It was refused because there is an item with its idempotency key: another
 * transaction's, as a rule.  If that item cannot be read the refusal is all
 * that is known; if it is gone meanwhile, the same transaction could succeed.
 */
static void
decide_on_key(CommitResult *result, const CancellationReason *reason)
{
	CommitSearch search = search_of(result);
	const char *token = NULL;
	Request    *failed;

	failed = commit_marker_key_token(&search, result->spec->marker,
									 reason->item, &token);
	if (failed != NULL)
		note_refused(result);
	else if (token == NULL)
		result->outcome = COMMIT_ABORTED;
	else if (strcmp(token, result->spec->token) == 0)
		result->outcome = COMMIT_DONE;
	else
	{
		result->outcome = COMMIT_DUPLICATE;
		result->other_token = pstrdup(token);
	}
}

/*
 * It was refused because there is a marker with its token: somebody has sealed
 * it, or it was carried out after all, when what lies between has sent it
 * twice.
 */
static void
decide_on_marker(CommitResult *result)
{
	CommitSearch search;
	CommitState state;
	Request    *failed;

	result->settling = true;
	search = search_of(result);
	failed = commit_marker_read(&search, &state);
	if (state == COMMIT_STATE_COMMITTED)
		result->outcome = COMMIT_DONE;
	else if (state == COMMIT_STATE_ABORTED)
		result->outcome = COMMIT_ABORTED;
	else
		note_not_found_out(result, failed);
	result->settling = false;
}

static void
decide_on_refusal(CommitResult *result)
{
	const CancellationReason *by_key = failure_of_marker(result, 1);

	if (failure_of_marker(result, 0) != NULL)
		decide_on_marker(result);
	else if (by_key != NULL)
		decide_on_key(result, by_key);
	else
		note_refused(result);
}

/*
 * The doubt is ended by a seal.  If it can be put, no attempt that is still on
 * its way can be carried out, and what was refused last is refused for good.
 */
static void
settle(CommitResult *result)
{
	CommitSearch search;
	CommitState state;
	Request    *failed;

	result->settling = true;
	search = search_of(result);
	failed = commit_marker_put_seal(&search, &state);
	if (state == COMMIT_STATE_COMMITTED)
	{
		(void) request_settle(result->request, true);
		result->outcome = COMMIT_DONE;
	}
	else if (state == COMMIT_STATE_UNKNOWN)
		note_not_found_out(result, failed);
	result->settling = false;
	if (state != COMMIT_STATE_ABORTED)
		return;

	if (!request_settle(result->request, false) ||
		failure_of_marker(result, 0) != NULL)
		result->outcome = COMMIT_ABORTED;
	else
		decide_on_refusal(result);
}

static void
take_outcome(CommitResult *result)
{
	switch (request_outcome(result->request))
	{
		case OUTCOME_SUCCESS:
			result->outcome = COMMIT_DONE;
			break;
		case OUTCOME_UNKNOWN:
			result->outcome = COMMIT_UNKNOWN;
			if (result->spec->marker != NULL)
				settle(result);
			break;
		default:
			decide_on_refusal(result);
			break;
	}
}

/*
 * Something else ends the COMMIT.  If the transaction may be carried out all
 * the same, to call it cancelled would be a lie.
 */
static void
rethrow(CommitResult *result)
{
	Request    *request = result->request;
	ErrorData  *error;
	char	   *why;

	if (!result->settling &&
		request_outcome(request) != OUTCOME_UNKNOWN &&
		(request_outcome(request) != OUTCOME_PENDING ||
		 !in_flight_may_be_carried_out(request)))
		PG_RE_THROW();
	error = CopyErrorData();
	FlushErrorState();
	in_flight_commit_is_told(result->spec->connection);
	why = psprintf("COMMIT was interrupted: %s", error->message);
	request_raise_unknown(request, why);
}

CommitResult *
commit_run(const CommitSpec *spec)
{
	MemoryContext context = CurrentMemoryContext;
	CommitResult *result = palloc0(sizeof(CommitResult));

	result->spec = spec;
	result->outcome = COMMIT_UNKNOWN;
	/* until it returns nothing has been sent */
	result->request = start_request(spec);
	PG_TRY();
	{
		request_wait(result->request);
		take_outcome(result);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		rethrow(result);
	}
	PG_END_TRY();
	return result;
}

/* ---- raising ---- */

/* The sentences of a detail, those that there are. */
static char *
sentences(const char *first, const char *second)
{
	if (first == NULL || second == NULL)
		return first != NULL ? pstrdup(first) :
			second != NULL ? pstrdup(second) : NULL;
	return psprintf("%s%s  %s", first,
					strchr(".!?", first[strlen(first) - 1]) == NULL ? "." : "",
					second);
}

static void
raise_duplicate(const CommitResult *result, const char *extra_detail)
{
	char	   *key =
		error_remote_text(result->spec->marker->idempotency_key);
	char	   *detail =
		psprintf("It was used by the transaction with the token %s, which has been committed.",
				 error_remote_text(result->other_token));

	ereport(ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("a transaction with the idempotency key \"%s\" has been committed before",
					key),
			 errdetail_internal("%s", sentences(detail, extra_detail))));
}

static void
raise_aborted(const CommitResult *result, const char *extra_detail)
{
	char	   *detail =
		psprintf("Nothing was written, and nothing will be.  Transaction token %s.",
				 result->spec->token);

	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not commit the DynamoDB transaction"),
			 errdetail_internal("%s", sentences(detail, extra_detail)),
			 errhint("Retry the transaction.")));
}

/* One of the tables is missing, and nobody says which. */
static void
raise_refused(const CommitResult *result, const char *extra_detail)
{
	const CommitMarker *marker = result->spec->marker;
	const char *more = NULL;

	if (request_outcome(result->request) == OUTCOME_NOT_FOUND &&
		marker != NULL)
		more = psprintf("The commit_table \"%s\" is one of its tables.",
						error_remote_text(marker->table_name));
	request_raise(result->request, sentences(more, extra_detail));
}

static void
raise_locked(const CommitResult *result, const char *extra_detail)
{
	const char *detail = "Another transaction was under way on one of its items.  Nothing was written.";

	ereport(ERROR,
			(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
			 errmsg("canceling DynamoDB transaction due to lock timeout"),
			 errdetail_internal("%s", sentences(detail, extra_detail)),
			 errhint("Retry the transaction.")));
}

void
commit_raise(const CommitResult *result, const char *extra_detail)
{
	switch (result->outcome)
	{
		case COMMIT_DONE:
			break;
		case COMMIT_REFUSED:
			raise_refused(result, extra_detail);
			break;
		case COMMIT_LOCKED:
			raise_locked(result, extra_detail);
			break;
		case COMMIT_DUPLICATE:
			raise_duplicate(result, extra_detail);
			break;
		case COMMIT_ABORTED:
			raise_aborted(result, extra_detail);
			break;
		case COMMIT_UNKNOWN:
			request_raise_unknown(result->request,
								  sentences(result->problem, extra_detail));
	}
	elog(ERROR, "a transaction that was committed has no error");
}

void
commit_free(CommitResult *result)
{
	request_free(result->request);
	pfree(result);
}
