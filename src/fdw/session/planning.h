/*
 * planning.h
 *		Whether PostgreSQL is planning.
 *
 * To estimate how many rows a clause selects it calls the STABLE functions in
 * it (estimate_expression_value() in clauses.c), with a snapshot that may be
 * older than what the transaction has written.  What they read then is no
 * answer to anybody.
 */
#ifndef DYNAMORM_FDW_PLANNING_H
#define DYNAMORM_FDW_PLANNING_H

#include "postgres.h"

/* For _PG_init(). */
extern void planning_register(void);

/* Is a statement being planned, and what runs now runs for that? */
extern bool planning_is_under_way(void);

#endif							/* DYNAMORM_FDW_PLANNING_H */
