/*
 * backfill_place.h
 *		Where the backfills are: their jobs, and the place in each segment.
 *
 * Both are in tables of the extension, which nobody else may use.  A session
 * has a segment to itself by a lock that it holds from commit to commit, and
 * loses when it ends, however it ends: so sessions that work at one job share
 * its segments, and what one that was killed has left can be taken at once.
 *
 * Functions here run SQL as the owner of the tables, and want SPI connected.
 */
#ifndef DYNAMORM_FDW_BACKFILL_PLACE_H
#define DYNAMORM_FDW_BACKFILL_PLACE_H

#include "postgres.h"

#include "storage/lock.h"

#include "fdw/function/backfill_statement.h"

/* A schema's tables of backfills. */
typedef struct BackfillStore
{
	const char *schema;			/* quoted */
	Oid			job_table;
	Oid			owner;
} BackfillStore;

typedef struct BackfillJob
{
	const BackfillStore *store;
	const char *name;
	int			id;
	Oid			owner;
	Oid			relation_id;	/* the foreign table */
	const char *statement;
	const char *job_column;		/* NULL: none */
	int			segments;
} BackfillJob;

/* The place in a segment that the session has to itself. */
typedef struct BackfillPlace
{
	const BackfillJob *job;
	int			segment;
	char	   *start_key;		/* JSON, UTF-8; NULL: its beginning */
	bool		is_done;		/* there is nothing left in it */
	bool		is_locked;
	LOCKTAG		lock;
	MemoryContextCallback callback; /* which releases it */
} BackfillPlace;

/* The tables that belong to a function of the extension. */
extern BackfillStore *backfill_store_of(Oid function_id);

/*
 * The job of a name; false: there is none.  Raises 42501 if it is that of
 * another role.
 */
extern bool backfill_job_find(BackfillJob *job);

/* Makes a job of which all is set but the id, unless there is one by now. */
extern void backfill_job_make(const BackfillJob *job);

/* A session begins to work at it; items: of the table, 0: not known. */
extern void backfill_job_begin(const BackfillJob *job, int64 items);

/* Forgets it.  Raises 55006 if a session is working at it. */
extern void backfill_job_forget(const BackfillJob *job);

/*
 * For a place in the current memory context, which is reset when the procedure
 * ends, however it ends: its lock goes then.
 */
extern void backfill_place_register(BackfillPlace *place);

/*
 * Locks the first segment that is neither done nor taken, and commits, so that
 * what is read after that is the last that was written; false: there is none,
 * and *left tells whether others are at some.
 */
extern bool backfill_place_take(const BackfillJob *job, BackfillPlace *place,
								bool *left);

/* Gives it to others. */
extern void backfill_place_release(BackfillPlace *place);

/* What a piece has done, and how long it took, in seconds. */
extern void backfill_place_save(BackfillPlace *place, const ReadPiece *piece,
								const BackfillCounts *counts, double seconds);

/* How far the job is, in a sentence; in the current memory context. */
extern char *backfill_job_progress(const BackfillJob *job);

#endif							/* DYNAMORM_FDW_BACKFILL_PLACE_H */
