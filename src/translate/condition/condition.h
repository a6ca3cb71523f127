/*
 * condition.h
 *		WHERE clauses as DynamoDB conditions, in two senses.
 *
 * SQL's logic has three values, DynamoDB's two.  The sense MAY is true at
 * least wherever SQL is true: for filters, whose rows are rechecked locally.
 * The sense MUST is true only where SQL is true: for the conditions of writes,
 * whose failure leads to local evaluation.  Where both are the same the
 * translation is exact.
 */
#ifndef DYNAMORM_TRANSLATE_CONDITION_H
#define DYNAMORM_TRANSLATE_CONDITION_H

#include "postgres.h"

#include "translate/condition/condition_builder.h"

/*
 * Translates an implicitly ANDed list of boolean expressions.  What cannot be
 * translated is true in SENSE_MAY, false in SENSE_MUST.  *exact (may be NULL)
 * is set to whether both senses are the same.
 */
extern Condition *condition_translate_list(Scope *scope, List *clauses,
										   ConditionSense sense, bool *exact);

/* ---- for condition_array.c, whose elements are conditions too ---- */

/* The condition under which the expression has the truth value. */
extern Condition *condition_of(ConditionBuilder *builder, Expr *expr,
							   Truth truth);

#endif							/* DYNAMORM_TRANSLATE_CONDITION_H */
