/*
 * system_column_plan.h
 *		Refuses system columns in queries that read, update or delete rows of
 *		DynamoDB tables.
 */
#ifndef DYNAMORM_FDW_SYSTEM_COLUMN_PLAN_H
#define DYNAMORM_FDW_SYSTEM_COLUMN_PLAN_H

#include "postgres.h"

#include "nodes/pathnodes.h"

/*
 * Raises 0A000 if the query names one of a table of ours, or of a parent of
 * ours.  Called when the paths are complete (hook.c): the library is loaded by
 * then, for the tables of the query have been looked at.
 */
extern void system_column_plan_query(PlannerInfo *root);

#endif							/* DYNAMORM_FDW_SYSTEM_COLUMN_PLAN_H */
