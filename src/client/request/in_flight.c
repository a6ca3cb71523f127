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

/* Not yet told of, and perhaps carried out; or the one that it settles is. */
static bool
is_unsettled_write(const Request *request)
{
	return request->outcome == OUTCOME_PENDING && !request->warned &&
		(request->spec.settles ||
		 (request->spec.kind != REQUEST_READ &&
		  in_flight_may_be_carried_out(request)));
}

/* The unsettled writes of all connections. */
typedef struct Unsettled
{
	List	   *writes;			/* of Request, each on its own */
	List	   *commits;		/* those that are sent by a COMMIT */
} Unsettled;

static void
list_write_in_flight(Connection *connection, void *argument)
{
	Unsettled  *unsettled = (Unsettled *) argument;
	dlist_iter	iter;

	dlist_foreach(iter, &connection->requests)
	{
		Request    *request = dlist_container(Request, node, iter.cur);

		if (!is_unsettled_write(request))
			continue;
		if (request->spec.commit_token != NULL)
			unsettled->commits = lappend(unsettled->commits, request);
		else
			unsettled->writes = lappend(unsettled->writes, request);
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
warn_of_commit(Request *request)
{
	request->warned = true;
	ereport(WARNING,
			(errcode(ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN),
			 errmsg("the outcome of the DynamoDB transaction is unknown"),
			 errdetail("Transaction token %s.", request->spec.commit_token),
			 errhint("Look at what it has written before you repeat it.")));
}

static void
warn_of_writes_in_flight(bool ends_session)
{
	Unsettled	unsettled = {NIL, NIL};
	ListCell   *cell;

	connection_for_each(list_write_in_flight, &unsettled);
	if (unsettled.writes != NIL)
		warn_of_writes(unsettled.writes);
	if (ends_session)
		foreach(cell, unsettled.commits)
			warn_of_commit((Request *) lfirst(cell));
}

void
in_flight_begin(void)
{
	interrupt_set_warning(warn_of_writes_in_flight);
}

void
in_flight_warn_of(Request *request)
{
	if (!is_unsettled_write(request))
		return;
	if (request->spec.commit_token != NULL)
		warn_of_commit(request);
	else
		warn_of_writes(list_make1(request));
}

void
in_flight_commit_is_told(Connection *connection)
{
	dlist_iter	iter;

	dlist_foreach(iter, &connection->requests)
	{
		Request    *request = dlist_container(Request, node, iter.cur);

		if (request->spec.commit_token != NULL)
			request->warned = true;
	}
}
