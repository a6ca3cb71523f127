/*
 * conflict_clauses.h
 *		What an INSERT ... ON CONFLICT DO UPDATE or DO SELECT says, taken from
 *		its plan.
 */
#ifndef DYNAMORM_FDW_CONFLICT_CLAUSES_H
#define DYNAMORM_FDW_CONFLICT_CLAUSES_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "translate/table/table.h"

/* SET and WHERE of a plan, stamps included; of DO SELECT the WHERE alone. */
typedef struct ConflictClauses
{
	List	   *where;			/* implicitly ANDed; NIL: none */
	List	   *assigned;		/* integer list of attribute numbers */
	List	   *assignments;	/* of Assignment */
	List	   *multi_selects;	/* SubPlans to be evaluated first */
} ConflictClauses;

/* In the current memory context. */
extern ConflictClauses *conflict_clauses(const ModifyTable *plan,
										 const Table *table,
										 Index result_relation,
										 bool is_select);

/*
 * What keeps all rows of the statement from being one request each, in words
 * for EXPLAIN; NULL: nothing, and it is for the translation of each row to
 * say.  Check options are there when the executor has begun the ModifyTable.
 */
extern const char *conflict_obstacle(const ModifyTable *plan,
									 const ResultRelInfo *info,
									 const Table *table,
									 const ConflictClauses *clauses);

#endif							/* DYNAMORM_FDW_CONFLICT_CLAUSES_H */
