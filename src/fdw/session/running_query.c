/*
 * running_query.c
 *		Which snapshots the session's queries may still read with.
 *
 * A query need not have a scan for its snapshot to be used: it may call STABLE
 * functions, now or when its cursor is fetched from next.
 */
#include "postgres.h"

#include "compat.h"

#include "executor/executor.h"
#include "lib/ilist.h"
#include "utils/memutils.h"
#include "utils/snapshot.h"

#include "fdw/session/running_query.h"

typedef struct RunningQuery
{
	dlist_node	node;			/* in the list of all */
	CommandId	command_id;		/* of its snapshot */
	MemoryContextCallback callback;
} RunningQuery;

static dlist_head running_queries = DLIST_STATIC_INIT(running_queries);
static ExecutorStart_hook_type previous_start = NULL;

static void
forget_query(void *argument)
{
	dlist_delete(&((RunningQuery *) argument)->node);
}

/* Its memory goes with it, also if it fails. */
static void
note_query(QueryDesc *queryDesc)
{
	MemoryContext context = queryDesc->estate->es_query_cxt;
	RunningQuery *query = MemoryContextAllocZero(context,
												 sizeof(RunningQuery));

	query->command_id = queryDesc->snapshot->curcid;
	query->callback.func = forget_query;
	query->callback.arg = query;
	MemoryContextRegisterResetCallback(context, &query->callback);
	dlist_push_head(&running_queries, &query->node);
}

static void
start_query(QueryDesc *queryDesc, int eflags)
{
	if (previous_start != NULL)
		previous_start(queryDesc, eflags);
	else
		standard_ExecutorStart(queryDesc, eflags);
	if (queryDesc->snapshot != NULL && queryDesc->estate != NULL)
		note_query(queryDesc);
}

void
running_query_register(void)
{
	previous_start = ExecutorStart_hook;
	ExecutorStart_hook = start_query;
}

bool
running_query_sees(CommandId from, CommandId to)
{
	dlist_iter	iter;

	dlist_foreach(iter, &running_queries)
	{
		const RunningQuery *query = dlist_container(RunningQuery, node,
													iter.cur);

		if (from < query->command_id && query->command_id <= to)
			return true;
	}
	return false;
}
