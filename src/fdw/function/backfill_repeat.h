/*
 * backfill_repeat.h
 *		May a statement be run again over rows that it has changed already?
 *
 * After an interruption a backfill looks again at the rows of its last piece,
 * of which nobody knows which were written.  None of them may be written
 * twice, and each write has the statement's WHERE in its condition: so a
 * statement will do if whatever it writes makes its WHERE false.  Then a late
 * write, of a session that is gone, does no harm either, nor does the backfill
 * undo what others have made of a row since.
 */
#ifndef DYNAMORM_FDW_BACKFILL_REPEAT_H
#define DYNAMORM_FDW_BACKFILL_REPEAT_H

#include "postgres.h"

#include "nodes/parsenodes.h"

#include "translate/table/table.h"

/*
 * Raises 0A000 unless the UPDATE or DELETE, rewritten and not planned, may be
 * repeated.  triggers_hold: a BEFORE trigger may be trusted not to make the
 * WHERE true again.
 */
extern void backfill_check_repeatable(const Query *query, const Table *table,
									  bool triggers_hold);

#endif							/* DYNAMORM_FDW_BACKFILL_REPEAT_H */
