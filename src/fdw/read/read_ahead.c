/*
 * read_ahead.c
 *		A running read is insensitive: what it has yet to read is read before
 *		the session changes it.
 */
#include "postgres.h"

#include "compat.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "client/http/interrupt.h"
#include "fdw/catalog/same_table.h"
#include "fdw/read/read_ahead.h"
#include "fdw/session/written.h"

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
		(scan->cursor == NULL || scan->cursor->status != PORTAL_FAILED) &&
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
	MemoryContext old =
		MemoryContextSwitchTo(scan->plan_state->state->es_query_cxt);
	StringInfoData context;

	initStringInfo(&context);
	if (error->context != NULL)
		appendStringInfo(&context, "%s\n", error->context);
	if (scan->cursor != NULL)
		appendStringInfo(&context, _("reading cursor \"%s\" ahead of a write"),
						 scan->cursor->name);
	else
		appendStringInfoString(&context, _("reading a query ahead of a write"));
	error->context = context.data;
	scan->error = error;
	MemoryContextSwitchTo(old);
}

/*
 * The plan of a sub-select that has failed holds what it held, and cannot be
 * ended as if it had not: so the cursor fails, as if it had been fetched from.
 */
static void
fail_cursor(const OpenScan *scan, const ErrorData *error)
{
	ereport(WARNING,
			(errcode(error->sqlerrcode),
			 errmsg("cursor \"%s\" has failed while it was read ahead of a write",
					scan->cursor->name),
			 errdetail_internal("%s", error->message)));
	MarkPortalFailed(scan->cursor);
}

/*
 * Functions that are called on the way are called by whoever runs the scan's
 * statement, and find its cursor in use: they cannot close it, nor fetch from
 * it.
 */
static void
enter_statement(const OpenScan *scan)
{
	if (scan->cursor != NULL)
		scan->cursor->status = PORTAL_ACTIVE;
	SetUserIdAndSecContext(scan->user_id, scan->security_context);
	CurrentResourceOwner = scan->owner_ahead;
	PushActiveSnapshot(scan->plan_state->state->es_snapshot);
	MemoryContextSwitchTo(scan->plan_state->state->es_query_cxt);
}

/* What a failed function held, too, hangs below the scan's statement. */
static void
release_ahead(OpenScan *scan)
{
	ResourceOwnerRelease(scan->owner_ahead, RESOURCE_RELEASE_BEFORE_LOCKS,
						 false, false);
	ResourceOwnerRelease(scan->owner_ahead, RESOURCE_RELEASE_LOCKS,
						 false, false);
	ResourceOwnerRelease(scan->owner_ahead, RESOURCE_RELEASE_AFTER_LOCKS,
						 false, false);
	ResourceOwnerDelete(scan->owner_ahead);
	scan->owner_ahead = NULL;
}

/*
 * In a subtransaction, since functions may fail on the way to the values that
 * the scan is about.  What is read belongs to the scan's statement: the write
 * may stand in a subtransaction that is rolled back.
 */
static void
read_scan(OpenScan *scan, const WrittenKeys *written)
{
	MemoryContext old = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile PortalStatus status = scan->cursor != NULL ? scan->cursor->status
		: PORTAL_NEW;
	Oid			user_id;
	int			security_context;
	ErrorData  *volatile error = NULL;

	GetUserIdAndSecContext(&user_id, &security_context);
	if (scan->owner_ahead == NULL)
		scan->owner_ahead = ResourceOwnerCreate(scan->owner,
												"dynamorm_fdw read ahead");
	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		enter_statement(scan);
		scan->items_ahead += scan->ahead->read(scan, written);
		PopActiveSnapshot();
		SetUserIdAndSecContext(user_id, security_context);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(scan->plan_state->state->es_query_cxt);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		release_ahead(scan);
	}
	PG_END_TRY();
	if (scan->cursor != NULL)
		scan->cursor->status = status;
	MemoryContextSwitchTo(old);
	CurrentResourceOwner = owner;
	if (error != NULL && interrupt_is_reason(error))
		ReThrowError(error);
	if (error == NULL)
		return;
	if (scan->cursor != NULL &&
		!bms_is_empty(scan->plan_state->plan->allParam))
		fail_cursor(scan, error);
	else
		keep_error(scan, error);
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
read_ahead_of_any(const Table *table, const DynamoItem *key)
{
	CommandId	command_id = GetCurrentCommandId(true);

	read_ahead(NULL, command_id, table, &(WrittenKeys) {0});
	if (key != NULL)
		written_note_key(table, key, command_id);
	else
		written_note_all(table, command_id);
}
