/*
 * table_request.c
 *		Requests that make, drop and change tables of DynamoDB.
 */
#include "postgres.h"

#include "compat.h"

#include "utils/timestamp.h"

#include "client/request/table_operation.h"
#include "fdw/catalog/description.h"
#include "fdw/function/pause.h"
#include "fdw/function/table_request.h"
#include "fdw/session/transaction.h"

/* Milliseconds between two looks at a table that changes its state */
#define FIRST_WAIT				20
#define LONGEST_WAIT			2000

/*
 * So often the backups of a new table may not be ready yet, which is some
 * minutes.
 */
#define MOST_UNAVAILABLE		200

/* For so long a new table may not be seen yet by DescribeTable */
#define UNSEEN_WAIT				60000

Request *
table_request_run(Connection *connection, const char *table_name,
				  const char *operation, StringInfo body)
{
	RequestSpec spec = {
		.operation = operation,
		.kind = REQUEST_WRITE,
		.body = body->data,
		.body_length = body->len,
		.table = table_name
	};

	return request_run(connection, &spec);
}

/* It may be there, or about to come or go: DynamoDB says which. */
static void
refuse_table_in_use(const Request *request, const char *table_name)
{
	const Response *response = request_response(request);
	const char *message = request_error_message(request);

	if (response == NULL || response->error_code == NULL ||
		strcmp(response->error_code, "ResourceInUseException") != 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DUPLICATE_TABLE),
			 errmsg("DynamoDB table \"%s\" already exists",
					table_name),
			 message == NULL ? 0 : errdetail("DynamoDB says: %s", message)));
}

void
table_request_create(Connection *connection, const char *table_name,
					 StringInfo body)
{
	Request    *request = table_request_run(connection, table_name,
											"CreateTable", body);

	if (request_outcome(request) != OUTCOME_SUCCESS)
	{
		refuse_table_in_use(request, table_name);
		request_raise(request, NULL);
	}
	request_free(request);
	transaction_count_table();
	table_request_wait(connection, table_name, false);
}

void
table_request_wait(Connection *connection, const char *table_name, bool gone)
{
	TimestampTz start = GetCurrentTimestamp();
	int			wait = FIRST_WAIT;

	for (;;)
	{
		Request    *unseen;
		bool		active = description_is_active(connection,
												   table_name, &unseen);

		if (gone ? unseen != NULL : active)
			break;
		if (unseen != NULL)
		{
			if (TimestampDifferenceExceeds(start, GetCurrentTimestamp(),
										   UNSEEN_WAIT))
				request_raise(unseen, NULL);
			request_free(unseen);
		}

		pause_milliseconds(wait);
		wait = Min(wait * 2, LONGEST_WAIT);
	}
}

/* Its backups are still being made ready: nothing was done. */
static bool
is_unavailable(const Request *request)
{
	const char *code = request_error_code(request);

	return request_outcome(request) != OUTCOME_SUCCESS && code != NULL &&
		strcmp(code, "ContinuousBackupsUnavailableException") == 0;
}

void
table_request_set_recovery(Connection *connection, const char *table_name,
						   const char *failed)
{
	int			wait = FIRST_WAIT;
	StringInfoData body;
	Request    *request;

	initStringInfo(&body);
	table_operation_recovery(&body, table_name);
	for (int i = 0;; i++)
	{
		request = table_request_run(connection, table_name,
									"UpdateContinuousBackups", &body);
		if (i >= MOST_UNAVAILABLE || !is_unavailable(request))
			break;
		request_free(request);
		pause_milliseconds(wait);
		wait = Min(wait * 2, LONGEST_WAIT);
	}
	if (request_outcome(request) != OUTCOME_SUCCESS)
		request_raise(request, failed);
	request_free(request);
}

void
table_request_set_ttl(Connection *connection, const char *table_name,
					  const char *attribute_name)
{
	StringInfoData body;
	Request    *request;

	initStringInfo(&body);
	table_operation_time_to_live(&body, table_name, attribute_name);
	request = table_request_run(connection, table_name, "UpdateTimeToLive",
								&body);
	if (request_outcome(request) != OUTCOME_SUCCESS)
		request_raise(request,
					  "The table was created, but it has no time to live: UpdateTimeToLive is still to be done, by dyn_request().");
	request_free(request);
}
