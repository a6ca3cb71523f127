/*
 * open_scan.c
 *		The scans that are open in the session.
 *
 * The list holds members of the scans' states and allocates nothing; a scan is
 * in it before its first row, and nothing is done for a row.
 */
#include "postgres.h"

#include "compat.h"

#include "miscadmin.h"
#include "tcop/pquery.h"
#include "utils/memutils.h"
#include "utils/snapshot.h"

#include "fdw/read/open_scan.h"
#include "fdw/session/planning.h"
#include "fdw/session/written.h"

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
 * The memory of a cursor that failed stays until the cursor is closed, but its
 * snapshot and its resources are gone by then.  Whatever owner of resources is
 * released, CurrentResourceOwner is it (ResourceOwnerReleaseInternal() in
 * resowner.c).
 */
static void
leave_with_resources(ResourceReleasePhase phase, bool is_commit,
					 bool is_top_level, void *argument)
{
	dlist_mutable_iter iter;

	if (phase != RESOURCE_RELEASE_BEFORE_LOCKS)
		return;
	dlist_foreach_modify(iter, &open_scans)
	{
		OpenScan   *scan = dlist_container(OpenScan, node, iter.cur);

		if (scan->owner == CurrentResourceOwner)
			open_scan_leave(scan);
	}
}

void
open_scan_register(void)
{
	RegisterResourceReleaseCallback(leave_with_resources, NULL);
}

/*
 * The cursor that is being opened, if one is.  PortalStart() (pquery.c) starts
 * the executor before it says that the portal is ready; a statement inside one
 * that runs is another's.
 */
static Portal
opening_cursor(void)
{
	if (ActivePortal == NULL || ActivePortal->status != PORTAL_DEFINED ||
		ActivePortal->name[0] == '\0')
		return NULL;
	return ActivePortal;
}

void
open_scan_enter(OpenScan *scan, PlanState *plan_state, const Table *table,
				const ReadAheadMethods *ahead)
{
	EState	   *estate = plan_state->state;

	Assert(!scan->is_open);
	scan->plan_state = plan_state;
	scan->table = table;
	scan->command_id = estate->es_snapshot != NULL
		? estate->es_snapshot->curcid : InvalidCommandId;
	scan->hidden = scan->command_id;
	if (estate->es_plannedstmt != NULL &&
		(estate->es_plannedstmt->commandType != CMD_SELECT ||
		 estate->es_plannedstmt->hasModifyingCTE))
		scan->hidden++;
	scan->cursor = opening_cursor();
	scan->owner = CurrentResourceOwner;
	scan->owner_ahead = NULL;
	GetUserIdAndSecContext(&scan->user_id, &scan->security_context);
	scan->ahead = ahead;
	scan->reader = NULL;
	if (scan->callback.func == NULL)
	{
		scan->callback.func = leave_with_memory;
		scan->callback.arg = scan;
		MemoryContextRegisterResetCallback(estate->es_query_cxt,
										   &scan->callback);
	}
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
open_scan_check_waiting(const OpenScan *scan)
{
	if (scan->command_id == InvalidCommandId || planning_is_under_way())
		return;
	written_check_waiting(scan->table, scan->command_id);
	written_settle(scan->table, scan->command_id);
}

void
open_scan_raise_hidden(const OpenScan *scan)
{
	if (planning_is_under_way())
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot read foreign table \"%s\" as it was before it was changed",
					scan->table->relation_name),
			 errdetail("Its statement began before the transaction wrote items that would be read here."),
			 errhint("Read the table before it is changed, or in a statement of its own.")));
}
