/*
 * in_flight.c
 *		Writes that may have been carried out, and of which nobody will know
 *		any more: the user is told once.
 */
#include "postgres.h"

#include "compat.h"

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

#include "client/http/http.h"
#include "client/http/interrupt.h"
#include "client/request/connection.h"
#include "client/request/in_flight.h"
#include "client/request/request_state.h"

bool
in_flight_may_be_carried_out(const Request *request)
{
	return request->in_doubt ||
		(request->exchange != NULL && http_may_be_sent(request->exchange));
}

/* Not yet told of, and perhaps carried out. */
static bool
is_unsettled_write(const Request *request)
{
	return request->spec.kind != REQUEST_READ &&
		request->outcome == OUTCOME_PENDING &&
		!request->warned && in_flight_may_be_carried_out(request);
}

static void
list_write_in_flight(Connection *connection, void *argument)
{
	List	  **writes = (List **) argument;
	dlist_iter	iter;

	dlist_foreach(iter, &connection->requests)
	{
		Request    *request = dlist_container(Request, node, iter.cur);

		if (is_unsettled_write(request))
			*writes = lappend(*writes, request);
	}
}

static void
warn_of_writes(List *writes)
{
	ListCell   *cell;
	StringInfoData text;

	initStringInfo(&text);
	foreach(cell, writes)
	{
		Request    *request = (Request *) lfirst(cell);

		request->warned = true;
		appendStringInfo(&text, "%s%s on table \"%s\"%s%s",
						 text.len > 0 ? "; " : "", request->spec.operation,
						 request->spec.table != NULL ? request->spec.table : "",
						 request->spec.key != NULL ? ", item " : "",
						 request->spec.key != NULL ? request->spec.key : "");
	}
	ereport(WARNING,
			(errcode(ERRCODE_T_R_STATEMENT_COMPLETION_UNKNOWN),
			 errmsg_plural("the outcome of %d DynamoDB write in flight is unknown",
						   "the outcome of %d DynamoDB writes in flight is unknown",
						   list_length(writes), list_length(writes)),
			 errdetail("%s.", text.data),
			 errhint("Look at the items before you repeat the statement.")));
}

static void
warn_of_writes_in_flight(void)
{
	List	   *writes = NIL;

	connection_for_each(list_write_in_flight, &writes);
	if (writes != NIL)
		warn_of_writes(writes);
}

void
in_flight_begin(void)
{
	interrupt_set_warning(warn_of_writes_in_flight);
}

void
in_flight_warn_of(Request *request)
{
	if (is_unsettled_write(request))
		warn_of_writes(list_make1(request));
}
