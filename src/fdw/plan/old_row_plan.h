/*
 * old_row_plan.h
 *		RETURNING old of INSERT ... ON CONFLICT: where it comes from.
 */
#ifndef DYNAMORM_FDW_OLD_ROW_PLAN_H
#define DYNAMORM_FDW_OLD_ROW_PLAN_H

#include "postgres.h"

#include "nodes/plannodes.h"

/*
 * Lets the RETURNING of a plan, which is made, find old rows where
 * fdw/write/old_row.h puts them.
 */
extern void old_row_plan(ModifyTable *plan);

#endif							/* DYNAMORM_FDW_OLD_ROW_PLAN_H */
