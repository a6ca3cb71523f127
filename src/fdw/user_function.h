/*
 * user_function.h
 *		Functions that users have written, of which nobody knows what they read
 *		and write.
 *
 * Those of PostgreSQL itself and of extensions in C do not look at foreign
 * tables.
 */
#ifndef DYNAMORM_FDW_USER_FUNCTION_H
#define DYNAMORM_FDW_USER_FUNCTION_H

#include "postgres.h"

#include "nodes/pathnodes.h"
#include "nodes/plannodes.h"

/*
 * Does the statement that is planned call one of that volatility
 * (PROVOLATILE_STABLE, PROVOLATILE_VOLATILE), in itself or in a sub-select,
 * but not in RETURNING, which is evaluated when its row has been written?
 */
extern bool user_function_in_statement(const PlannerInfo *root,
									   char volatility);

/* Does the plan call a volatile one for each of the rows that it returns? */
extern bool user_function_in_rows(const Plan *plan);

#endif							/* DYNAMORM_FDW_USER_FUNCTION_H */
