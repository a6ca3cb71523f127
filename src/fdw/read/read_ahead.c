/*
 * read_ahead.c
 *		A running read is insensitive: what it has yet to read is read before
 *		the session changes it.
 */
#include "postgres.h"

#include "compat.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "client/http/interrupt.h"
#include "fdw/catalog/same_table.h"
#include "fdw/read/read_ahead.h"

/*
 * Is it the scan of another statement, which began before?  A SELECT does not
 * use up its command id, so the first write after it has the same.  What
 * EvalPlanQual() runs belongs to the statement whose row it checks again.
 */
static bool
must_not_see(const OpenScan *scan, const EState *estate, CommandId command_id,
			 const Table *table)
{
	const EState *other = scan->plan_state->state;

	return other != estate && other->es_epq_active == NULL &&
		scan->command_id <= command_id &&
		(table == NULL || same_table(scan->table, table));
}

/*
 * The next scan that was not visited in this search.  It begins at the latest
 * each time: reading ahead may evaluate functions, which open and close scans.
 */
static OpenScan *
next_scan(uint64 search, const EState *estate, CommandId command_id,
		  const Table *table)
{
	OpenScan   *scan = NULL;

	while ((scan = open_scan_next(scan)) != NULL)
		if (scan->visited != search &&
			must_not_see(scan, estate, command_id, table))
			break;
	if (scan != NULL)
		scan->visited = search;
	return scan;
}

static void
keep_error(OpenScan *scan, ErrorData *error)
{
	StringInfoData context;

	initStringInfo(&context);
	if (error->context != NULL)
		appendStringInfo(&context, "%s\n", error->context);
	if (scan->cursor != NULL)
		appendStringInfo(&context, _("reading cursor \"%s\" ahead of a write"),
						 scan->cursor);
	else
		appendStringInfoString(&context, _("reading a query ahead of a write"));
	error->context = context.data;
	scan->error = error;
}

/*
 * In a subtransaction, since functions may fail on the way to the values that
 * the scan is about.  What is read belongs to the scan's statement: the write
 * may stand in a subtransaction that is rolled back.
 */
static void
read_scan(OpenScan *scan, const WrittenKeys *written)
{
	EState	   *estate = scan->plan_state->state;
	MemoryContext old = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *error = NULL;

	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		CurrentResourceOwner = scan->owner;
		PushActiveSnapshot(estate->es_snapshot);
		MemoryContextSwitchTo(estate->es_query_cxt);
		scan->items_ahead += scan->ahead->read(scan, written);
		PopActiveSnapshot();
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(estate->es_query_cxt);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		if (interrupt_is_reason(error))
			ReThrowError(error);
		keep_error(scan, error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(old);
	CurrentResourceOwner = owner;
}

void
read_ahead(const EState *estate, CommandId command_id, const Table *table,
		   const WrittenKeys *written)
{
	static uint64 searches = 0;
	uint64		search = ++searches;
	OpenScan   *scan;

	while ((scan = next_scan(search, estate, command_id, table)) != NULL)
		if (scan->error == NULL && scan->ahead->may_meet(scan, written))
			read_scan(scan, written);
}

void
read_ahead_of_any(const Table *table)
{
	read_ahead(NULL, GetCurrentCommandId(false), table, &(WrittenKeys) {0});
}
