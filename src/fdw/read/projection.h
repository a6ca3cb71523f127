/*
 * projection.h
 *		Which places inside documents and composite values a query looks at,
 *		where it does not need them whole.
 */
#ifndef DYNAMORM_FDW_PROJECTION_H
#define DYNAMORM_FDW_PROJECTION_H

#include "postgres.h"

#include "nodes/pathnodes.h"

#include "translate/table/table.h"

/*
 * For a scan of the relation: a list that can be copied, of an element for
 * each column that is looked at only inside: its attribute number and the
 * lists of names below it.  NIL where all columns that are wanted are wanted
 * whole.
 */
extern List *projection_inside(PlannerInfo *root, RelOptInfo *baserel,
							   const Table *table);

/*
 * The paths to ask for of one column, a list of DocumentPath: the places that
 * projection_inside() has found, or the whole attribute.
 */
extern List *projection_of_column(List *inside, const Column *column);

#endif							/* DYNAMORM_FDW_PROJECTION_H */
