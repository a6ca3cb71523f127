/*
 * backfill_statement.h
 *		The statement of a backfill: an UPDATE or DELETE of one foreign table,
 *		run over a piece of it.
 */
#ifndef DYNAMORM_FDW_BACKFILL_STATEMENT_H
#define DYNAMORM_FDW_BACKFILL_STATEMENT_H

#include "postgres.h"

#include "nodes/parsenodes.h"

#include "fdw/read/read_piece.h"

typedef struct BackfillStatement
{
	const char *text;			/* as the user has written it */
	const char *job;
	const char *job_column;		/* NULL: none */
	RawStmt    *tree;			/* parsed, with what the job column adds */
} BackfillStatement;

/* What a run over a piece has done, by the statement itself. */
typedef struct BackfillCounts
{
	uint64		changed;		/* rows */
	double		read_units;
	double		write_units;
} BackfillCounts;

/*
 * Parses the text in the current memory context, where the statement will
 * live.  With a job column, SET gets "column = job" and WHERE "column IS
 * DISTINCT FROM job".  Raises 42601, and 0A000 for any other kind of
 * statement.
 */
extern BackfillStatement *backfill_statement_parse(const char *text,
												   const char *job,
												   const char *job_column);

/*
 * The foreign table that the statement changes.  Raises what analysis and
 * planning raise, 42501 for privileges that are lacking, and 0A000 for a
 * statement that cannot be run in pieces, or not twice (backfill_repeat.h).
 */
extern Oid	backfill_statement_check(const BackfillStatement *statement);

/*
 * Runs it over a piece of the table, of which the caller has set all but the
 * statement and its target.  It is analyzed and planned anew, since each piece
 * has a transaction of its own; relation_id is the table that it must be
 * about, or else 55000.
 */
extern BackfillCounts backfill_statement_run(const BackfillStatement *statement,
											 Oid relation_id,
											 ReadPiece *piece);

#endif							/* DYNAMORM_FDW_BACKFILL_STATEMENT_H */
