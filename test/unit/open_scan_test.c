/*
 * open_scan_test.c
 *		The registry of open scans: who is in it, in which order, and that the
 *		executor's memory takes its scans with it.
 *
 * Links: src/fdw/read/open_scan.c
 */
#include <stdio.h>

#include "postgres.h"

#include "compat.h"

#include "tcop/pquery.h"
#include "utils/snapshot.h"

#include "fdw/read/open_scan.h"

/* the server's own is not linked */
#undef printf

static int	tests = 0;
static int	failures = 0;

/* What has to be called when the memory of a statement is reset. */
static MemoryContextCallback *callbacks = NULL;

void
MemoryContextRegisterResetCallback(MemoryContext context,
								   MemoryContextCallback *callback)
{
	callback->next = callbacks;
	callbacks = callback;
}

/* No cursor is being opened. */
Portal		ActivePortal = NULL;
ResourceOwner CurrentResourceOwner = NULL;

void
GetUserIdAndSecContext(Oid *user_id, int *security_context)
{
	*user_id = InvalidOid;
	*security_context = 0;
}

/* What has to be called when resources are released. */
static ResourceReleaseCallback release;

void
RegisterResourceReleaseCallback(ResourceReleaseCallback callback,
								void *argument)
{
	release = callback;
}

void
written_check_waiting(const Table *table, CommandId command_id)
{
}

void
ReThrowError(ErrorData *error)
{
	abort();
}

static const ReadAheadMethods methods = {0};

/* Its parameters are not the same in all majors, and nobody looks at them. */
extern void assertion_failed(void) __asm__("ExceptionalCondition");

void
assertion_failed(void)
{
	printf("Bail out! an assertion failed\n");
	abort();
}

static void
reset_memory(void)
{
	while (callbacks != NULL)
	{
		MemoryContextCallback *callback = callbacks;

		callbacks = callback->next;
		callback->func(callback->arg);
	}
}

static void
ok(bool condition, const char *name)
{
	printf("%sok %d - %s\n", condition ? "" : "not ", ++tests, name);
	if (!condition)
		failures++;
}

int
main(void)
{
	SnapshotData early = {.curcid = 3};
	SnapshotData late = {.curcid = 7};
	EState		estates[2] = {{.es_snapshot = &early}, {.es_snapshot = &late}};
	EState		without = {0};
	PlanState	nodes[2] = {{.state = &estates[0]}, {.state = &estates[1]}};
	PlanState	other = {.state = &without};
	Table		tables[2] = {0};
	OpenScan	scans[3] = {0};

	ok(open_scan_next(NULL) == NULL, "none is open");

	open_scan_enter(&scans[0], &nodes[0], &tables[0], &methods);
	open_scan_enter(&scans[1], &nodes[1], &tables[1], &methods);
	ok(open_scan_next(NULL) == &scans[1], "the latest comes first");
	ok(open_scan_next(&scans[1]) == &scans[0], "then the one before");
	ok(open_scan_next(&scans[0]) == NULL, "then none");
	ok(scans[0].table == &tables[0] && scans[0].plan_state == &nodes[0],
	   "a scan has its table and node");
	ok(scans[0].command_id == 3 && scans[1].command_id == 7,
	   "and the command id of its statement's snapshot");
	ok(scans[0].reader == NULL, "it has not been started");

	open_scan_leave(&scans[1]);
	ok(open_scan_next(NULL) == &scans[0] && open_scan_next(&scans[0]) == NULL,
	   "one has left, the other is there");
	open_scan_leave(&scans[1]);
	ok(open_scan_next(NULL) == &scans[0], "it may leave twice");

	open_scan_register();
	CurrentResourceOwner = (ResourceOwner) &scans[1];
	open_scan_enter(&scans[1], &nodes[1], &tables[1], &methods);
	release(RESOURCE_RELEASE_LOCKS, false, false, NULL);
	ok(open_scan_next(NULL) == &scans[1], "one may enter again");
	release(RESOURCE_RELEASE_BEFORE_LOCKS, false, false, NULL);
	ok(open_scan_next(NULL) == &scans[0] && !scans[1].is_open,
	   "and goes with its resources, alone");
	CurrentResourceOwner = NULL;

	open_scan_enter(&scans[2], &other, &tables[0], &methods);
	ok(scans[2].command_id == InvalidCommandId,
	   "a statement without a snapshot has no command id");
	reset_memory();
	ok(open_scan_next(NULL) == NULL, "all have gone with the memory");
	ok(!scans[0].is_open && !scans[1].is_open && !scans[2].is_open,
	   "and know it");

	printf("1..%d\n", tests);
	return failures > 0;
}
