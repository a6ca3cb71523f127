/*
 * open_scan.c
 *		The scans that are open in the session.
 *
 * The list holds members of the scans' states and allocates nothing; a scan is
 * in it before its first row, and nothing is done for a row.
 */
#include "postgres.h"

#include "compat.h"

#include "tcop/pquery.h"
#include "utils/memutils.h"
#include "utils/snapshot.h"

#include "fdw/read/open_scan.h"

static dlist_head open_scans = DLIST_STATIC_INIT(open_scans);

void
open_scan_leave(OpenScan *scan)
{
	if (!scan->is_open)
		return;
	dlist_delete(&scan->node);
	scan->is_open = false;
	scan->reader = NULL;
}

/*
 * EndForeignScan is not called for a statement that fails, nor for a portal
 * that an abort drops (AtSubAbort_Portals() in portalmem.c): but their memory
 * is reset, and the callbacks run before it is freed.
 */
static void
leave_with_memory(void *argument)
{
	open_scan_leave((OpenScan *) argument);
}

/*
 * The cursor that is being opened, if one is.  PortalStart() (pquery.c) starts
 * the executor before it says that the portal is ready; a statement inside one
 * that runs is another's.
 */
static const char *
opening_cursor(const EState *estate)
{
	if (ActivePortal == NULL || ActivePortal->status != PORTAL_DEFINED ||
		ActivePortal->name[0] == '\0')
		return NULL;
	return MemoryContextStrdup(estate->es_query_cxt, ActivePortal->name);
}

void
open_scan_enter(OpenScan *scan, PlanState *plan_state, const Table *table,
				const ReadAheadMethods *ahead)
{
	EState	   *estate = plan_state->state;

	Assert(!scan->is_open && scan->callback.func == NULL);
	scan->plan_state = plan_state;
	scan->table = table;
	scan->command_id = estate->es_snapshot != NULL
		? estate->es_snapshot->curcid : InvalidCommandId;
	scan->hidden = scan->command_id;
	if (estate->es_plannedstmt != NULL &&
		(estate->es_plannedstmt->commandType != CMD_SELECT ||
		 estate->es_plannedstmt->hasModifyingCTE))
		scan->hidden++;
	scan->cursor = opening_cursor(estate);
	scan->owner = CurrentResourceOwner;
	scan->ahead = ahead;
	scan->reader = NULL;
	scan->callback.func = leave_with_memory;
	scan->callback.arg = scan;
	MemoryContextRegisterResetCallback(estate->es_query_cxt,
									   &scan->callback);
	dlist_push_head(&open_scans, &scan->node);
	scan->is_open = true;
}

OpenScan *
open_scan_next(const OpenScan *scan)
{
	const dlist_node *last = scan == NULL ? &open_scans.head : &scan->node;

	if (last->next == &open_scans.head)
		return NULL;
	return dlist_container(OpenScan, node, last->next);
}

void
open_scan_raise(const OpenScan *scan)
{
	if (scan->error != NULL)
		ReThrowError(scan->error);
}

void
open_scan_raise_hidden(const OpenScan *scan)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot read foreign table \"%s\" as it was before it was changed",
					scan->table->relation_name),
			 errdetail("Its statement began before the transaction wrote items that would be read here."),
			 errhint("Read the table before it is changed, or in a statement of its own.")));
}
