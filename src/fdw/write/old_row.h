/*
 * old_row.h
 *		RETURNING old of INSERT ... ON CONFLICT: the row as it was before.
 */
#ifndef DYNAMORM_FDW_OLD_ROW_H
#define DYNAMORM_FDW_OLD_ROW_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "translate/table/table.h"

typedef struct OldRow OldRow;

/* Does RETURNING name old rows? */
extern bool old_row_is_returned(const ModifyTable *plan, const Table *table);

/* Adds the columns that RETURNING shows of it, as pull_varattnos() does. */
extern void old_row_add_columns(const ModifyTable *plan, const Table *table,
								Index varno, Bitmapset **columns);

/*
 * Prepares execution, in the current memory context; NULL if RETURNING does
 * not name old rows.  Raises 55000 if the plan is not one of old_row_plan(),
 * since the library was loaded while it was made.
 */
extern OldRow *old_row_begin(ModifyTableState *mtstate, ResultRelInfo *info,
							 const Table *table);

/* RETURNING, which comes next, has this item as the old row; NULL: none. */
extern void old_row_show(OldRow *old, const DynamoItem *item);

#endif							/* DYNAMORM_FDW_OLD_ROW_H */
