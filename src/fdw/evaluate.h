/*
 * evaluate.h
 *		Values of column-free expressions, by PostgreSQL's executor.
 */
#ifndef DYNAMORM_FDW_EVALUATE_H
#define DYNAMORM_FDW_EVALUATE_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "utils/resowner.h"
#include "translate/scope.h"

/* A scope whose values come from the executor. */
typedef struct Evaluator
{
	Scope		scope;			/* first, so that the scope leads here */
	PlanState  *plan_state;		/* that the expressions belong to */
	ExprContext *context;		/* they are evaluated in */
	bool		for_write;		/* see evaluate_foresee() */
	ResourceOwner owner;		/* of what the statement holds */
} Evaluator;

/*
 * Makes an evaluator in the current memory context.  It evaluates whatever is
 * column-free, if nobody can notice that it does so before a row is known.
 */
extern Evaluator *evaluator_make(const Table *table, Index varno,
								 PlanState *plan_state, ExprContext *context,
								 bool for_write);

/*
 * Prepares an expression, or the conjunction of a list of clauses, for the
 * executor, in the current memory context.
 *
 * ExecInitExpr() adds the subplans of what it prepares to a list of the plan
 * state, and the executor looks at all of that list when the query ends.  What
 * is prepared for a row is gone by then, so the list is left as it was.  (It
 * serves rescans, which a modification does not have, and a scan prepares its
 * expressions again for each.)
 */
extern ExprState *evaluate_prepare(Expr *expr, PlanState *plan_state);
extern ExprState *evaluate_prepare_qual(List *clauses, PlanState *plan_state);

/*
 * Copies the expressions with each call that tells a time or a random value
 * replaced by what it tells, so that one row sees one value however often it
 * is looked at.  Allocated in the current memory context.
 */
extern List *evaluate_plain_volatile(Evaluator *evaluator, List *expressions);

/*
 * Copies them with each call of a STABLE function of the user's whose value is
 * the same for all rows replaced by it.  One that fails stays.
 */
extern List *evaluate_constant_calls(Evaluator *evaluator, List *expressions);

#endif							/* DYNAMORM_FDW_EVALUATE_H */
