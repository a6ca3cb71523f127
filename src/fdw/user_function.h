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

/*
 * Is it a call of a STABLE one whose value is the same for all rows, and can
 * be told before the first?
 */
extern bool user_function_is_constant(Node *call);

/* Does the statement call STABLE ones that are not so? */
extern bool user_function_stable_of_rows(const PlannerInfo *root);

/*
 * Does the statement call a volatile one on the way to the rows that it
 * inserts, or for one whose key is taken?
 */
extern bool user_function_in_rows(const PlannedStmt *statement);

#endif							/* DYNAMORM_FDW_USER_FUNCTION_H */
