/*
 * whole_row.h
 *		The target of an UPDATE or DELETE as a whole row, in a join.
 */
#ifndef DYNAMORM_FDW_WHOLE_ROW_H
#define DYNAMORM_FDW_WHOLE_ROW_H

#include "postgres.h"

#include "nodes/pathnodes.h"

/*
 * Makes the whole row of the target, wherever the query itself names it, a row
 * of its columns.  Called while row identities are added, which is before the
 * query's conditions are distributed.  Raises 0A000 for a partitioned or
 * inherited target, whose conditions have been distributed by then.
 */
extern void whole_row_spell_out(PlannerInfo *root, Index rtindex,
								const RangeTblEntry *target);

#endif							/* DYNAMORM_FDW_WHOLE_ROW_H */
