/*
 * statement_counters.c
 *		What all nodes of a statement have asked for, for EXPLAIN ANALYZE and
 *		dynamorm_fdw.max_read_units.
 *
 * The executor gives an extension no place of its own, so those of the
 * statements that run are kept in a list: one is in another where a function
 * is called.
 */
#include "postgres.h"

#include "compat.h"

#include "lib/ilist.h"

#include "client/request/request_trace.h"
#include "fdw/statement_counters.h"

typedef struct StatementCounters
{
	RequestCounters counters;	/* first, so that they lead here */
	EState	   *estate;
	int			nodes;			/* that count here */
	const ExplainState *shown_in;	/* where they have been shown */
	dlist_node	node;			/* in statements */
	MemoryContextCallback callback;
} StatementCounters;

static dlist_head statements = DLIST_STATIC_INIT(statements);

static void
forget(void *argument)
{
	dlist_delete(&((StatementCounters *) argument)->node);
}

static StatementCounters *
find_counters(const EState *estate)
{
	dlist_iter	iter;

	dlist_foreach(iter, &statements)
	{
		StatementCounters *statement = dlist_container(StatementCounters,
													   node, iter.cur);

		if (statement->estate == estate)
			return statement;
	}
	return NULL;
}

static StatementCounters *
find_or_make(EState *estate)
{
	StatementCounters *statement = find_counters(estate);

	if (statement != NULL)
		return statement;
	statement = MemoryContextAllocZero(estate->es_query_cxt,
									   sizeof(StatementCounters));
	statement->estate = estate;
	statement->callback.func = forget;
	statement->callback.arg = statement;
	dlist_push_head(&statements, &statement->node);
	MemoryContextRegisterResetCallback(estate->es_query_cxt,
									   &statement->callback);
	return statement;
}

void
statement_counters_attach(RequestCounters *counters, EState *estate)
{
	StatementCounters *statement = find_or_make(estate);

	statement->nodes++;
	counters->total = &statement->counters;
	if (EXPLAIN_HAS_OPTIONS && estate->es_instrument != 0)
		counters->trace = request_trace_make(estate->es_query_cxt);
}

const RequestCounters *
statement_counters_of(const EState *estate)
{
	const StatementCounters *statement = find_counters(estate);

	return statement == NULL ? NULL : &statement->counters;
}

const RequestCounters *
statement_counters_to_show(const RequestCounters *counters,
						   const ExplainState *es)
{
	StatementCounters *statement = (StatementCounters *) counters->total;

	if (statement == NULL || statement->nodes < 2 || statement->shown_in == es)
		return NULL;
	statement->shown_in = es;
	return &statement->counters;
}
