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
#include "client/request/request_count.h"
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

/*
 * One of which it is known that nobody will know: an error that tells of it
 * waits for others under way, and will not be raised.
 */
static bool
is_lost_write(const Request *request)
{
	return !request->warned && request->spec.commit_token == NULL &&
		(request->outcome == OUTCOME_UNKNOWN || request->lost_count > 0);
}

/* The unsettled and the lost writes of all connections. */
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

		if (!is_unsettled_write(request) && !is_lost_write(request))
			continue;
		if (request->spec.commit_token != NULL)
			unsettled->commits = lappend(unsettled->commits, request);
		else
			unsettled->writes = lappend(unsettled->writes, request);
	}
}

/* A batch of writes is about an item for each of its parts. */
static void
append_items(StringInfo text, const Request *request)
{
	bool		is_in_part = request->lost_count > 0;
	const char *const *keys = is_in_part
		? (const char *const *) request->lost_keys : request->spec.keys;
	int			count = is_in_part ? request->lost_count
		: request->spec.parts;

	if (request->spec.key != NULL)
		appendStringInfo(text, ", item %s", request->spec.key);
	if (keys == NULL)
		return;
	for (int i = 0; i < count; i++)
		appendStringInfo(text, "%s%s", i > 0 ? ", "
						 : count == 1 ? ", item " : ", items ", keys[i]);
}

static void
warn_of_writes(List *writes)
{
	ListCell   *cell;
	StringInfoData text;
	int			count = 0;

	initStringInfo(&text);
	foreach(cell, writes)
	{
		Request    *request = (Request *) lfirst(cell);

		request->warned = true;
		count += request->lost_count > 0 ? request->lost_count
			: count_writes(&request->spec);
		appendStringInfo(&text, "%s%s on table \"%s\"",
						 text.len > 0 ? "; " : "", request->spec.operation,
						 request->spec.table != NULL ? request->spec.table
						 : "");
		append_items(&text, request);
	}
	ereport(WARNING,
			(errcode(ERRCODE_T_R_STATEMENT_COMPLETION_UNKNOWN),
			 errmsg_plural("the outcome of %d DynamoDB write in flight is unknown",
						   "the outcome of %d DynamoDB writes in flight is unknown",
						   count, count),
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
