/*
 * evaluate_ahead.h
 *		Which expressions may be evaluated before it is known whether a row
 *		needs them.
 *
 * A request is made before its row is known, and PostgreSQL evaluates nothing
 * for a row that is not there.  So what has effects, or may fail, is evaluated
 * for a request only if nobody can notice.
 */
#ifndef DYNAMORM_FDW_EVALUATE_AHEAD_H
#define DYNAMORM_FDW_EVALUATE_AHEAD_H

#include "postgres.h"

#include "nodes/execnodes.h"

/* What is to be said of an expression without columns. */
typedef enum Foresight
{
	AHEAD_ALWAYS,				/* it cannot fail, and has no effects */
	AHEAD_TRY,					/* it may fail: inside a subtransaction */
	AHEAD_NEVER					/* it has effects, or cannot be tried */
} Foresight;

/*
 * May the expression be evaluated ahead?  plan_state is that of the plan node
 * that it belongs to.  A sub-select cannot be tried, for the executor would go
 * on with what a subtransaction has left behind: for a write it must be
 * certain not to fail.  For a read it is evaluated as it is, unless it has
 * effects.  One that has been evaluated is known, when executing: EXPLAIN
 * tells what would be done without it.
 */
extern Foresight evaluate_foresee(Expr *expr, const PlanState *plan_state,
								  bool for_write, bool executing);

/*
 * Does the expression call a volatile function, other than those that tell a
 * time or a random value?
 */
extern bool evaluate_has_effects(Node *node);

/* Does it call functions that are not PostgreSQL's own? */
extern bool evaluate_calls_others(Node *node);

/* Is it a call of one that tells a time or a random value? */
extern bool evaluate_is_plain_volatile(Node *node);

/* Will the expression run the plan of a sub-select? */
extern bool evaluate_waits_for_sub_select(Expr *expr, const EState *estate);

/* Gives the parameters that sub-selects set their values. */
extern void evaluate_settle_sub_selects(Expr *expr, ExprContext *context);

/*
 * Are all of these parameters, by number, set by sub-selects that are the same
 * for all rows?
 */
extern bool evaluate_params_are_sub_selects(const EState *estate,
											const Bitmapset *params);

/*
 * Evaluates an expression that was prepared, in a subtransaction of its own,
 * into the current memory context.  False: it failed, and what it did is
 * undone.  Raises errors that are not the expression's: of the classes 40, 53,
 * 57, 58 and XX.
 */
extern bool evaluate_try(ExprState *state, const ExprContext *context,
						 Datum *value, bool *isnull);

#endif							/* DYNAMORM_FDW_EVALUATE_AHEAD_H */
