/*
 * unique_key.h
 *		Tells the planner that the key of a table is unique.
 */
#ifndef DYNAMORM_FDW_UNIQUE_KEY_H
#define DYNAMORM_FDW_UNIQUE_KEY_H

#include "postgres.h"

#include "nodes/pathnodes.h"

#include "translate/table/table.h"

/* Called before the size of a base relation is estimated. */
extern void unique_key_tell(RelOptInfo *baserel, const Table *table);

#endif							/* DYNAMORM_FDW_UNIQUE_KEY_H */
