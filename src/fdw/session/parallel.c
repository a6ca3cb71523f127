/*
 * parallel.c
 *		Keeps parallel workers away from what the transaction has buffered.
 *
 * Workers have no write buffer, and plans are made without regard to it.  A
 * plan that is run without parallel mode launches none, and its leader reads
 * everything (ExecGather() in nodeGather.c); the next run may launch them
 * again.
 */
#include "postgres.h"

#include "compat.h"

#include "executor/executor.h"

#include "fdw/session/parallel.h"
#include "fdw/session/write_buffer.h"

static ExecutorRun_hook_type previous_run = NULL;

static void
run_plan(EXECUTOR_RUN_ARGUMENTS)
{
	if (previous_run != NULL)
		previous_run(EXECUTOR_RUN_VALUES);
	else
		standard_ExecutorRun(EXECUTOR_RUN_VALUES);
}

static void
run_without_workers(EXECUTOR_RUN_ARGUMENTS)
{
	PlannedStmt *plan = queryDesc->plannedstmt;

	if (write_buffer_is_empty() || !plan->parallelModeNeeded)
	{
		run_plan(EXECUTOR_RUN_VALUES);
		return;
	}
	plan->parallelModeNeeded = false;
	PG_TRY();
	{
		run_plan(EXECUTOR_RUN_VALUES);
	}
	PG_FINALLY();
	{
		plan->parallelModeNeeded = true;
	}
	PG_END_TRY();
}

void
parallel_register(void)
{
	previous_run = ExecutorRun_hook;
	ExecutorRun_hook = run_without_workers;
}
