/*
 * slow_request.c
 *		Writes slow requests to the server's log.
 *
 * A line of the log tells no value: neither a key, nor the statement or its
 * context, whose texts hold values.
 */
#include "postgres.h"

#include "compat.h"

#include "lib/stringinfo.h"

#include "client/request/request_state.h"
#include "client/request/slow_request.h"
#include "client/wire/attribute.h"

int			slow_request_duration = -1;

static const char *
outcome_text(const Request *request)
{
	switch (request->outcome)
	{
		case OUTCOME_SUCCESS:
			return "";
		case OUTCOME_PENDING:
			return ", given up";
		case OUTCOME_CONDITION_FAILED:
			return ", condition failed";
		case OUTCOME_UNKNOWN:
			return ", outcome unknown";
		default:
			return ", failed";
	}
}

static void
log_request(const Request *request, int64 time)
{
	const char *table_name;
	const char *operation;
	StringInfoData text;

	/* those that the request was given may be gone with its statement */
	statistics_names(request->statistics, &table_name, &operation);
	initStringInfo(&text);
	appendStringInfoString(&text, operation);
	if (table_name[0] != '\0')
	{
		appendStringInfoString(&text, " on table \"");
		attribute_append_server_text(&text, table_name,
									 (int) strlen(table_name));
		appendStringInfoChar(&text, '"');
	}
	appendStringInfo(&text, ", attempts: %d", request->attempts);
	if (request->request_id[0] != '\0')
	{
		appendStringInfoString(&text, ", request id ");
		attribute_append_server_text(&text, request->request_id,
									 (int) strlen(request->request_id));
	}
	appendStringInfoString(&text, outcome_text(request));

	ereport(LOG,
			(errhidestmt(true),
			 errhidecontext(true),
			 errmsg("DynamoDB request took %.3f ms: %s",
					(double) time / 1000, text.data)));
	pfree(text.data);
}

void
slow_request_note(const Request *request, int64 time)
{
	if (slow_request_duration >= 0 &&
		time >= (int64) slow_request_duration * 1000)
		log_request(request, time);
}
