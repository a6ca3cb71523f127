/*
 * scan_async.c
 *		Asynchronous scans below an Append: their requests are under way at
 *		once.
 *
 * All scans of a connection share one descriptor for whatever happens on it.
 * An Append waits for each scan by itself, and a descriptor can be waited for
 * only once, so each scan has a copy of its own.
 *
 * Source: PostgreSQL documentation, "FDW Routines for Asynchronous Execution",
 * and nodeAppend.c.
 */
#include "postgres.h"

#include "compat.h"

#include "executor/execAsync.h"
#include "storage/latch.h"

#include "fdw/read/scan.h"

static bool
is_async_capable(ForeignPath *path)
{
	return true;
}

/* Hands over a row, or the end, or says that there is none yet. */
static void
produce(AsyncRequest *request)
{
	ForeignScanState *node = (ForeignScanState *) request->requestee;
	DynamoScan *state = (DynamoScan *) node->fdw_state;
	TupleTableSlot *slot;

	/* rows that do not qualify may have used up what was ready */
	do
		slot = node->ss.ps.ExecProcNodeReal(&node->ss.ps);
	while (TupIsNull(slot) && !reader_is_finished(state->reader) &&
		   reader_is_ready(state->reader));

	if (TupIsNull(slot) && !reader_is_finished(state->reader))
		ExecAsyncRequestPending(request);
	else
		ExecAsyncRequestDone(request, slot);
}

static void
close_wait_descriptor(void *argument)
{
	DynamoScan *state = (DynamoScan *) argument;

	if (state->wait_descriptor >= 0)
		request_close_descriptor(state->connection, state->wait_descriptor);
	state->wait_descriptor = -1;
}

/* Makes the scan's own copy of the connection's descriptor. */
static void
open_wait_descriptor(ForeignScanState *node)
{
	DynamoScan *state = (DynamoScan *) node->fdw_state;

	if (state->wait_descriptor >= 0)
		return;
	state->wait_descriptor = request_open_descriptor(state->connection);
	if (state->wait_descriptor < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
				 errmsg("too many open files for asynchronous scans"),
				 errhint("Raise max_files_per_process, or set enable_async_append to off.")));
	state->close_descriptor.func = close_wait_descriptor;
	state->close_descriptor.arg = state;
	MemoryContextRegisterResetCallback(node->ss.ps.state->es_query_cxt,
									   &state->close_descriptor);
}

static void
configure_wait(AsyncRequest *request)
{
	ForeignScanState *node = (ForeignScanState *) request->requestee;
	AppendState *append = (AppendState *) request->requestor;
	DynamoScan *state = (DynamoScan *) node->fdw_state;

	bool		is_ready;

	open_wait_descriptor(node);

	/*
	 * It may have come while others on the connection were looked after.  To
	 * look is what starts requests that had to wait, so the timer is set after
	 * that.
	 */
	is_ready = reader_is_ready(state->reader);
	request_prepare_wait(state->connection, is_ready);
	AddWaitEventToSet(append->as_eventset, WL_SOCKET_READABLE,
					  state->wait_descriptor, NULL, request);
}

static void
notify(AsyncRequest *request)
{
	DynamoScan *state =
		(DynamoScan *) ((ForeignScanState *) request->requestee)->fdw_state;

	request_poll(state->connection);
	produce(request);
}

void
scan_async_set_callbacks(FdwRoutine *routine)
{
	routine->IsForeignPathAsyncCapable = is_async_capable;
	routine->ForeignAsyncRequest = produce;
	routine->ForeignAsyncConfigureWait = configure_wait;
	routine->ForeignAsyncNotify = notify;
}
