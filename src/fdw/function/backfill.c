/*
 * backfill.c
 *		dyn_backfill(): an UPDATE or DELETE of a whole table, in pieces, which
 *		goes on where it was when it was interrupted; dyn_backfill_forget().
 *
 * A piece is so many items of one segment of a Scan.  The statement is run
 * over it as it is (backfill_statement.h), in a transaction of its own that
 * also saves where the piece has ended (backfill_place.h):
 *
 *		... | run over a piece, save the place, COMMIT | run over a piece, ...
 *
 * DynamoDB's writes come before the COMMIT, so the place is never ahead of
 * them.  Whatever ends the session between the two, the piece is run again
 * later: what it had written is not written again, since each write is
 * conditional on the WHERE, which is false by then (backfill_repeat.h).  That
 * holds of a write of unknown outcome as well, also if it arrives late.  So
 * 40003 does not end a backfill, nor do lost races and connections: it says so
 * by a WARNING, and runs the piece again.
 *
 * What is counted is what pieces that have been saved have done: rows of a
 * piece that had to be run again, and that were changed the first time, are
 * not among it.
 */
#include "postgres.h"

#include "compat.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "fdw/catalog/description.h"
#include "fdw/function/admin_function.h"
#include "fdw/function/backfill_place.h"
#include "fdw/function/backfill_statement.h"
#include "fdw/function/pause.h"
#include "translate/table/table.h"

#define MAX_SEGMENTS		1000
#define MAX_PIECE_SIZE		1000000

/* Runs of one piece that fail, one after the other, before it is given up. */
#define MAX_FAILURES		5

/* Milliseconds before a piece is run again; doubled each time. */
#define FIRST_WAIT			50

PG_FUNCTION_INFO_V1(dyn_backfill);
PG_FUNCTION_INFO_V1(dyn_backfill_forget);

/* Arguments, from 0. */
enum BackfillArgument
{
	ARGUMENT_STATEMENT,
	ARGUMENT_JOB,
	ARGUMENT_JOB_COLUMN,
	ARGUMENT_SEGMENTS,
	ARGUMENT_PIECE_SIZE,
	ARGUMENT_PROGRESS
};

/* What one CALL works at. */
typedef struct Backfill
{
	BackfillJob job;
	BackfillStatement *statement;
	BackfillPlace place;
	int			piece_size;		/* items */
	int			interval;		/* milliseconds between reports of progress;
								 * -1: none */
	TimestampTz reported;		/* the last one */
	MemoryContext piece_context;
} Backfill;

/* ---- arguments ---- */

/* Each piece has to be committed. */
static void
refuse_atomic_call(const CallContext *context)
{
	if (!context->atomic && !IsSubTransaction())
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TRANSACTION_TERMINATION),
			 errmsg("dyn_backfill() cannot be called within a transaction block, a function or an exception block"),
			 errdetail("It commits after each piece of the table.")));
}

static int
integer_argument(FunctionCallInfo fcinfo, int argument, const char *name,
				 int limit)
{
	int			value = PG_ARGISNULL(argument) ? 0
		: PG_GETARG_INT32(argument);

	if (value < 1 || value > limit)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be between 1 and %d", name,
						limit)));
	return value;
}

/* Milliseconds; -1: NULL, or before now.  There is an infinite one, too. */
static int
interval_argument(FunctionCallInfo fcinfo)
{
	const Interval *interval;
	double		milliseconds;

	if (PG_ARGISNULL(ARGUMENT_PROGRESS))
		return -1;
	interval = PG_GETARG_INTERVAL_P(ARGUMENT_PROGRESS);
	milliseconds = (double) interval->time / 1000 +
		((double) interval->day +
		 (double) interval->month * DAYS_PER_MONTH) * SECS_PER_DAY * 1000;
	return milliseconds < 0 ? -1 : (int) Min(milliseconds, INT_MAX);
}

/* In the current memory context, which outlives the transactions. */
static Backfill *
read_arguments(FunctionCallInfo fcinfo)
{
	Backfill   *backfill = palloc0(sizeof(Backfill));
	char	   *job_column = NULL;

	backfill->job.store = backfill_store_of(fcinfo->flinfo->fn_oid);
	backfill->job.name = text_to_cstring(PG_GETARG_TEXT_PP(ARGUMENT_JOB));
	if (backfill->job.name[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the name of a backfill must not be empty")));
	if (!PG_ARGISNULL(ARGUMENT_JOB_COLUMN))
		job_column = pstrdup(NameStr(*PG_GETARG_NAME(ARGUMENT_JOB_COLUMN)));
	backfill->job.segments = integer_argument(fcinfo, ARGUMENT_SEGMENTS,
											  "segments", MAX_SEGMENTS);
	backfill->piece_size = integer_argument(fcinfo, ARGUMENT_PIECE_SIZE,
											"piece_size", MAX_PIECE_SIZE);
	backfill->interval = interval_argument(fcinfo);
	backfill->reported = GetCurrentTimestamp();
	backfill->statement =
		backfill_statement_parse(text_to_cstring(PG_GETARG_TEXT_PP(ARGUMENT_STATEMENT)),
								 backfill->job.name, job_column);
	backfill->piece_context = AllocSetContextCreate(CurrentMemoryContext,
													"dynamorm_fdw piece",
													ALLOCSET_DEFAULT_SIZES);
	return backfill;
}

/* ---- the job ---- */

static bool
are_equal(const char *one, const char *other)
{
	return one == NULL || other == NULL ? one == other
		: strcmp(one, other) == 0;
}

/* The name stands for what it was given to first. */
static void
check_same_job(const Backfill *backfill, Oid relation_id)
{
	const BackfillJob *job = &backfill->job;

	if (job->relation_id == relation_id &&
		are_equal(job->statement, backfill->statement->text) &&
		are_equal(job->job_column, backfill->statement->job_column))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("backfill \"%s\" was begun with another statement, table or job column",
					job->name),
			 errdetail("Its statement is: %s", job->statement),
			 errhint("Give this one a name of its own, or forget the other by dyn_backfill_forget().")));
}

/* Finds the job, or makes it. */
static void
open_job(Backfill *backfill)
{
	Oid			relation_id = backfill_statement_check(backfill->statement);
	BackfillJob *job = &backfill->job;

	if (!backfill_job_find(job))
	{
		job->owner = GetUserId();
		job->relation_id = relation_id;
		job->statement = backfill->statement->text;
		job->job_column = backfill->statement->job_column;
		backfill_job_make(job);
		if (!backfill_job_find(job))
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg("another session has just made backfill \"%s\"",
							job->name)));
	}
	check_same_job(backfill, relation_id);
	SPI_commit();
}

/* Tells that the session has begun to work at it. */
static void
begin_job(const Backfill *backfill)
{
	Oid			relation_id = backfill->job.relation_id;
	const TableDescription *description;

	PushActiveSnapshot(GetTransactionSnapshot());
	lock_own_table(relation_id, AccessShareLock);
	description = description_ask(table_describe(relation_id), GetUserId());
	PopActiveSnapshot();
	backfill_job_begin(&backfill->job, description == NULL ? 0
					   : description->item_count);
	SPI_commit();
}

static void
report_progress(Backfill *backfill)
{
	if (backfill->interval < 0)
		return;
	ereport(NOTICE,
			(errmsg("backfill \"%s\": %s", backfill->job.name,
					backfill_job_progress(&backfill->job))));
	backfill->reported = GetCurrentTimestamp();
}

/* ---- pieces ---- */

/* May the piece do better next time? */
static bool
is_passing_failure(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_T_R_STATEMENT_COMPLETION_UNKNOWN ||
		error->sqlerrcode == ERRCODE_T_R_SERIALIZATION_FAILURE ||
		ERRCODE_TO_CATEGORY(error->sqlerrcode) ==
		ERRCODE_CONNECTION_EXCEPTION;
}

static void
warn_of_failure(const Backfill *backfill, const ErrorData *error)
{
	ereport(WARNING,
			(errcode(error->sqlerrcode),
			 errmsg("a piece of backfill \"%s\" is run again: %s",
					backfill->job.name, error->message),
			 error->detail == NULL ? 0
			 : errdetail_internal("%s", error->detail)));
}

/*
 * Runs the statement over the piece in a subtransaction, by which all that a
 * failure leaves is cleaned up; NULL: it was run, else the failure, if it may
 * pass.
 */
static ErrorData *
try_once(Backfill *backfill, ReadPiece *piece, BackfillCounts *counts)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		*counts = backfill_statement_run(backfill->statement,
										 backfill->job.relation_id, piece);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		read_piece_set(NULL);
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	if (error != NULL && !is_passing_failure(error))
		ReThrowError(error);
	return error;
}

/* Runs it until it succeeds, or fails too often. */
static void
run_piece(Backfill *backfill, ReadPiece *piece, BackfillCounts *counts)
{
	ReadPiece	at_first = *piece;
	ErrorData  *error;

	for (int failures = 0;
		 (error = try_once(backfill, piece, counts)) != NULL;)
	{
		if (++failures == MAX_FAILURES)
			ReThrowError(error);
		warn_of_failure(backfill, error);
		/* what is read next is what is there then */
		SPI_commit();
		*piece = at_first;
		pause_milliseconds(FIRST_WAIT << failures);
	}
}

/* The next piece of the segment, and its place. */
static void
do_piece(Backfill *backfill)
{
	BackfillPlace *place = &backfill->place;
	MemoryContext old = MemoryContextSwitchTo(backfill->piece_context);
	TimestampTz start = GetCurrentTimestamp();
	BackfillCounts counts = {0};
	ReadPiece	piece = {
		.segment_count = backfill->job.segments,
		.segment = place->segment,
		.start_key = place->start_key,
		.limit = backfill->piece_size,
		.context = backfill->piece_context
	};

	run_piece(backfill, &piece, &counts);
	backfill_place_save(place, &piece, &counts,
						(double) (GetCurrentTimestamp() - start) /
						USECS_PER_SEC);
	SPI_commit();
	MemoryContextSwitchTo(old);
	if (place->start_key != NULL)
		pfree(place->start_key);
	place->start_key = piece.next_key == NULL ? NULL
		: pstrdup(piece.next_key);
	MemoryContextReset(backfill->piece_context);
}

/* The rest of the segment that the session has. */
static void
do_segment(Backfill *backfill)
{
	while (!backfill->place.is_done)
	{
		CHECK_FOR_INTERRUPTS();
		do_piece(backfill);
		if (!backfill->place.is_done &&
			TimestampDifferenceExceeds(backfill->reported,
									   GetCurrentTimestamp(),
									   backfill->interval))
			report_progress(backfill);
	}
	backfill_place_release(&backfill->place);
}

static void
do_job(Backfill *backfill)
{
	bool		is_any_done = false;
	bool		left;

	while (backfill_place_take(&backfill->job, &backfill->place, &left))
	{
		if (!is_any_done)
			begin_job(backfill);
		is_any_done = true;
		do_segment(backfill);
	}
	if (left && !is_any_done)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("other sessions are working at all that is left of backfill \"%s\"",
						backfill->job.name)));
	if (left)
		ereport(NOTICE,
				(errmsg("other sessions are working at what is left of backfill \"%s\"",
						backfill->job.name)));
	if (is_any_done)
		report_progress(backfill);
	else
		ereport(NOTICE,
				(errmsg("backfill \"%s\" was done already",
						backfill->job.name)));
}

Datum
dyn_backfill(PG_FUNCTION_ARGS)
{
	Backfill   *backfill;

	refuse_null_arguments(fcinfo, ARGUMENT_JOB + 1);
	refuse_atomic_call(castNode(CallContext, fcinfo->context));
	PreventCommandIfReadOnly("dyn_backfill()");
	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect_ext failed");
	backfill = read_arguments(fcinfo);
	backfill_place_register(&backfill->place);
	open_job(backfill);
	do_job(backfill);
	SPI_finish();
	PG_RETURN_VOID();
}

Datum
dyn_backfill_forget(PG_FUNCTION_ARGS)
{
	BackfillJob job = {
		.store = backfill_store_of(fcinfo->flinfo->fn_oid),
		.name = text_to_cstring(PG_GETARG_TEXT_PP(0))
	};

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (!backfill_job_find(&job))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("there is no backfill \"%s\"", job.name)));
	backfill_job_forget(&job);
	SPI_finish();
	PG_RETURN_VOID();
}
