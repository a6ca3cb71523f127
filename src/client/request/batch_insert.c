/*
 * batch_insert.c
 *		One BatchExecuteStatement that inserts up to 25 items, carried on until
 *		it is known what became of each.
 */
#include "postgres.h"

#include "compat.h"

#include "utils/memutils.h"

#include "client/request/batch_insert.h"
#include "client/request/error.h"
#include "client/request/operation.h"
#include "client/request/request_count.h"
#include "client/request/request_state.h"

#define ACCESS_DENIED		"AccessDeniedException"
#define UNKNOWN_OPERATION	"UnknownOperationException"

typedef struct BatchRow
{
	const char *key;			/* readable */
	int			start;			/* of its statement, among those of all */
	int			length;
	Outcome		outcome;
	const ErrorClass *class;	/* of a failure of its own; NULL: the request
								 * has failed, or it has not */
	const char *code;			/* ... what DynamoDB says of it; NULL */
	const char *message;
	const char *request_id;
} BatchRow;

struct BatchInsert
{
	BatchInsertSpec spec;
	MemoryContext context;		/* everything of this batch */
	StringInfoData statements;	/* of the rows, with commas between them */
	int			count;
	BatchRow	rows[BATCH_INSERT_MAX_ROWS];
	Request    *request;		/* the last one */
	bool		is_under_way;
	int			asked;			/* rows that it is about ... */
	int			places[BATCH_INSERT_MAX_ROWS];	/* ... which */
	const char *keys[BATCH_INSERT_MAX_ROWS];	/* ... and their keys */
	int			rounds;			/* requests so far */
	const char *denial;			/* see batch_insert_denial() */
};

/* ---- sending ---- */

BatchInsert *
batch_insert_make(const BatchInsertSpec *spec)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "dynamorm_fdw batch insert",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	BatchInsert *insert = palloc0(sizeof(BatchInsert));

	insert->spec = *spec;
	insert->context = context;
	initStringInfo(&insert->statements);
	MemoryContextSwitchTo(old);
	return insert;
}

bool
batch_insert_add(BatchInsert *insert, const char *statement,
				 const DynamoItem *item, const char *readable_key)
{
	BatchRow   *row = &insert->rows[insert->count];
	int			end = insert->statements.len;

	Assert(insert->count < BATCH_INSERT_MAX_ROWS);
	if (insert->count > 0)
		appendStringInfoChar(&insert->statements, ',');
	row->key = readable_key;
	row->start = insert->statements.len;
	operation_append_statement(&insert->statements, statement, item);
	row->length = insert->statements.len - row->start;
	if (row->length > BATCH_INSERT_ROW_LIMIT)
	{
		insert->statements.len = end;
		insert->statements.data[end] = '\0';
		return false;
	}
	insert->count++;
	return true;
}

/* Sends what is not decided. */
static void
send_rows(BatchInsert *insert)
{
	MemoryContext old = MemoryContextSwitchTo(insert->context);
	StringInfoData statements;
	StringInfoData body;
	RequestSpec spec = {
		.operation = "BatchExecuteStatement",
		.kind = REQUEST_WRITE,
		.table = insert->spec.table,
		.keys = insert->keys,
		.counters = insert->spec.counters,
		.table_rate = insert->spec.table_rate,
		.repetition = insert->rounds
	};

	initStringInfo(&statements);
	insert->asked = 0;
	for (int i = 0; i < insert->count; i++)
	{
		const BatchRow *row = &insert->rows[i];

		if (row->outcome != OUTCOME_PENDING)
			continue;
		if (insert->asked > 0)
			appendStringInfoChar(&statements, ',');
		appendBinaryStringInfo(&statements,
							   insert->statements.data + row->start,
							   row->length);
		insert->keys[insert->asked] = row->key;
		insert->places[insert->asked++] = i;
	}
	initStringInfo(&body);
	operation_append_batch_statements(&body, statements.data, statements.len);
	pfree(statements.data);
	spec.body = body.data;
	spec.body_length = body.len;
	spec.parts = insert->asked;
	insert->request = request_start(insert->spec.connection, &spec);
	insert->is_under_way = true;
	insert->rounds++;
	MemoryContextSwitchTo(old);
}

void
batch_insert_send(BatchInsert *insert)
{
	send_rows(insert);
}

Request *
batch_insert_request(const BatchInsert *insert)
{
	return insert->is_under_way ? insert->request : NULL;
}

/* ---- answers ---- */

/*
 * The code of a statement's error, and what it means for a row: the exception
 * that a PutItem would get.  In the order of the API Reference; what is not
 * there leaves the outcome unknown, as InternalServerError does.
 */
typedef struct StatementError
{
	const char *code;
	Outcome		outcome;		/* OUTCOME_PENDING: to be sent again */
	const char *exception;
} StatementError;

static const StatementError statement_errors[] = {
	{"ConditionalCheckFailed", OUTCOME_VALIDATION,
	"ConditionalCheckFailedException"},
	{"ItemCollectionSizeLimitExceeded", OUTCOME_VALIDATION,
	"ItemCollectionSizeLimitExceededException"},
	{"RequestLimitExceeded", OUTCOME_PENDING, "RequestLimitExceeded"},
	{"ValidationError", OUTCOME_VALIDATION, "ValidationException"},
	{"ProvisionedThroughputExceeded", OUTCOME_PENDING,
	"ProvisionedThroughputExceededException"},
	{"TransactionConflict", OUTCOME_PENDING, "TransactionConflictException"},
	{"ThrottlingError", OUTCOME_PENDING, "ThrottlingException"},
	{"ResourceNotFound", OUTCOME_VALIDATION, "ResourceNotFoundException"},
	{"AccessDenied", OUTCOME_VALIDATION, ACCESS_DENIED},
	{"DuplicateItem", OUTCOME_CONDITION_FAILED,
	"ConditionalCheckFailedException"}
};

static const StatementError *
find_statement_error(const char *code)
{
	for (int i = 0; i < (int) lengthof(statement_errors); i++)
		if (strcmp(statement_errors[i].code, code) == 0)
			return &statement_errors[i];
	return NULL;
}

/* The answer's texts go away with its request, which others may follow. */
static void
note_failure_of_row(BatchInsert *insert, BatchRow *row,
					const CancellationReason *reason, const ErrorClass *class)
{
	row->class = class;
	row->code = reason->code[0] == '\0' ? NULL
		: MemoryContextStrdup(insert->context, reason->code);
	row->message = reason->message == NULL ? NULL
		: MemoryContextStrdup(insert->context, reason->message);
	row->request_id = MemoryContextStrdup(insert->context,
										  insert->request->request_id);
}

/* It is to be told of even if no error that tells of it is raised. */
static void
note_lost_row(Request *request, const char *key)
{
	if (request->lost_keys == NULL)
		request->lost_keys = MemoryContextAlloc(request->context,
												sizeof(char *) *
												BATCH_INSERT_MAX_ROWS);
	request->lost_keys[request->lost_count++] = key;
}

/* What the answer says of each row; counts what a request alone would. */
static void
read_statements(BatchInsert *insert)
{
	Request    *request = insert->request;
	const CancellationReason *errors = request->response->part_errors;
	RequestCounters counted = {0};
	int			denied = 0;

	for (int i = 0; i < insert->asked; i++)
	{
		BatchRow   *row = &insert->rows[insert->places[i]];
		const char *code = errors == NULL ? NULL : errors[i].code;
		const StatementError *error;
		const ErrorClass *class;

		row->class = NULL;
		if (code == NULL)
		{
			row->outcome = OUTCOME_SUCCESS;
			continue;
		}
		error = find_statement_error(code);
		class = error != NULL ? error_class(error->exception, 400)
			: error_class_unknown(&request->spec);
		row->outcome = error != NULL ? error->outcome : OUTCOME_UNKNOWN;
		note_failure_of_row(insert, row, &errors[i], class);
		if (error == NULL)
		{
			counted.unknown_outcomes++;
			note_lost_row(request, row->key);
		}
		else if (class->action == ERROR_THROTTLED)
			counted.throttles = 1;
		else if (strcmp(error->exception, ACCESS_DENIED) == 0)
			denied++;
	}
	count_add(request, &counted);
	if (counted.throttles > 0)
		connection_note_rate(insert->spec.connection, true);
	if (denied == insert->asked)
		insert->denial = ACCESS_DENIED;
}

/*
 * A whole batch that was refused has written nothing: what its rows are worth
 * is asked one by one.  What failed in another way has failed for all rows.
 */
static void
note_failed_request(BatchInsert *insert)
{
	Outcome		outcome = insert->request->outcome;
	const char *code = insert->request->code;

	/* with an HTTP status of 5xx no code tells that nothing was done */
	if (code == NULL || outcome != OUTCOME_FAILED)
		insert->denial = NULL;
	else if (strcmp(code, ACCESS_DENIED) == 0)
		insert->denial = ACCESS_DENIED;
	else if (strcmp(code, UNKNOWN_OPERATION) == 0)
		insert->denial = UNKNOWN_OPERATION;
	if (outcome == OUTCOME_NOT_FOUND || insert->denial != NULL)
		outcome = OUTCOME_VALIDATION;
	for (int i = 0; i < insert->asked; i++)
	{
		insert->rows[insert->places[i]].outcome = outcome;
		insert->rows[insert->places[i]].class = NULL;
	}
}

/* A row has as many attempts as a PutItem. */
static void
fail_exhausted(BatchInsert *insert)
{
	if (insert->rounds <
		connection_settings(insert->spec.connection)->max_attempts)
		return;
	for (int i = 0; i < insert->count; i++)
		if (insert->rows[i].outcome == OUTCOME_PENDING)
			insert->rows[i].outcome = OUTCOME_FAILED;
}

void
batch_insert_take_answer(BatchInsert *insert)
{
	insert->is_under_way = false;
	if (insert->request->outcome == OUTCOME_SUCCESS)
		read_statements(insert);
	else
		note_failed_request(insert);
	fail_exhausted(insert);
}

void
batch_insert_send_again(BatchInsert *insert)
{
	request_free(insert->request);
	insert->request = NULL;
	send_rows(insert);
}

Outcome
batch_insert_outcome(const BatchInsert *insert, int row)
{
	return insert->rows[row].outcome;
}

const char *
batch_insert_denial(const BatchInsert *insert)
{
	return insert->denial;
}

void
batch_insert_raise(const BatchInsert *insert, int row,
				   const char *extra_detail)
{
	const BatchRow *failed = &insert->rows[row];
	RequestSpec spec = insert->request->spec;
	Failure		failure = {
		.class = failed->class,
		.spec = &spec,
		.endpoint = insert->spec.connection->endpoint,
		.code = failed->code,
		.message = failed->message,
		.request_id = failed->request_id,
		.attempts = insert->rounds
	};

	spec.key = failed->key;
	spec.keys = NULL;
	if (failed->class == NULL)
		request_raise_of(insert->request, &spec, extra_detail);
	error_raise(&failure, extra_detail);
}

void
batch_insert_free(BatchInsert *insert)
{
	MemoryContextDelete(insert->context);
}
