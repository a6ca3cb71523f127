/*
 * scan_parallel.c
 *		Parallel scans: several processes take the segments of one Scan.
 *
 * There are more segments than processes, so that none is left with much work
 * when the others are done.
 *
 * Source: PostgreSQL documentation, "FDW Routines for Parallel Execution".
 */
#include "postgres.h"

#include "compat.h"

#include "access/parallel.h"
#include "storage/spin.h"

#include "fdw/read/scan.h"

/* Segments for each process. */
#define SEGMENTS_PER_PROCESS	4

/* What the processes share. */
typedef struct ParallelScan
{
	SegmentQueue segments;
	slock_t		mutex;			/* of the counters */
	RequestCounters counters;	/* of processes that are done */
	pg_atomic_uint64 units;		/* see RequestCounters.shared_units */
} ParallelScan;

static bool
is_parallel_safe(PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *rte)
{
	return true;
}

static Size
estimate_shared(ForeignScanState *node, ParallelContext *context)
{
	return sizeof(ParallelScan);
}

static void
attach(DynamoScan *state, ParallelScan *shared)
{
	state->parallel = shared;
	state->segments = &shared->segments;
	state->counters.shared_units = &shared->units;
}

static void
initialize_shared(ForeignScanState *node, ParallelContext *context,
				  void *coordinate)
{
	DynamoScan *state = (DynamoScan *) node->fdw_state;
	ParallelScan *shared = (ParallelScan *) coordinate;

	memset(shared, 0, sizeof(ParallelScan));
	SpinLockInit(&shared->mutex);
	pg_atomic_init_u64(&shared->units, 0);
	segment_queue_init(&shared->segments,
					   (context->nworkers + 1) *
					   Max(state->max_streams, SEGMENTS_PER_PROCESS));
	attach(state, shared);
}

static void
reinitialize_shared(ForeignScanState *node, ParallelContext *context,
					void *coordinate)
{
	ParallelScan *shared = (ParallelScan *) coordinate;

	segment_queue_init(&shared->segments, shared->segments.count);
	attach((DynamoScan *) node->fdw_state, shared);
}

static void
initialize_worker(ForeignScanState *node, shm_toc *toc, void *coordinate)
{
	attach((DynamoScan *) node->fdw_state, (ParallelScan *) coordinate);
}

/* A worker leaves what it has counted, the leader takes it. */
void
scan_share_counters(DynamoScan *state)
{
	ParallelScan *shared = state->parallel;
	RequestCounters counted;
	RequestCounters *statistics;

	/* once: the memory that is shared may be gone the next time */
	if (shared == NULL || state->counters.shared_units == NULL)
		return;
	state->counters.shared_units = NULL;
	SpinLockAcquire(&shared->mutex);
	if (IsParallelWorker())
	{
		counters_add(&shared->counters, &state->counters);
		SpinLockRelease(&shared->mutex);
		memset(&state->counters, 0, sizeof(RequestCounters));
		return;
	}
	counted = shared->counters;
	memset(&shared->counters, 0, sizeof(RequestCounters));
	SpinLockRelease(&shared->mutex);
	counters_add(&state->counters, &counted);
	statistics = statistics_join(state->table->server_id,
								 state->table->table_name, "Scan");
	counters_add(statistics, &counted);
	statistics_leave(statistics);
}

void
scan_parallel_set_callbacks(FdwRoutine *routine)
{
	routine->IsForeignScanParallelSafe = is_parallel_safe;
	routine->EstimateDSMForeignScan = estimate_shared;
	routine->InitializeDSMForeignScan = initialize_shared;
	routine->ReInitializeDSMForeignScan = reinitialize_shared;
	routine->InitializeWorkerForeignScan = initialize_worker;
}
