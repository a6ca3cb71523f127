/*
 * row_change.h
 *		UPDATE and DELETE of a row that the executor has read and computed.
 */
#ifndef DYNAMORM_FDW_ROW_CHANGE_H
#define DYNAMORM_FDW_ROW_CHANGE_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "client/request/request.h"

/* What the row that was read is called among the columns of the plan. */
#define WHOLE_ROW_OF_UPDATE		"wholerow"
#define WHOLE_ROW_OF_DELETE		"dynamorm_fdw row"

typedef struct RowChange RowChange;

/* Prepares, as a user, in the current memory context. */
extern RowChange *row_change_begin(ModifyTableState *mtstate,
								   ResultRelInfo *info, Oid user_id);

/*
 * Writes the new row in slot over the one that plan_slot tells, or deletes
 * that.  Returns slot, which gets the row as stored (of a DELETE
 * the row deleted), or NULL if there is no row to change: it is gone, it does
 * not qualify any more, or this statement has changed it already.
 */
extern TupleTableSlot *row_change_apply(RowChange *change,
										TupleTableSlot *slot,
										TupleTableSlot *plan_slot);

/* For EXPLAIN. */
extern const RequestCounters *row_change_counters(const RowChange *change);

#endif							/* DYNAMORM_FDW_ROW_CHANGE_H */
