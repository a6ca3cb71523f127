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

#include "client/wire/expression.h"
#include "translate/scope.h"

typedef enum ConditionSense
{
	SENSE_MAY,
	SENSE_MUST
} ConditionSense;

/*
 * Translates an implicitly ANDed list of boolean expressions.  What cannot be
 * translated is true in SENSE_MAY, false in SENSE_MUST.  *exact (may be NULL)
 * is set to whether both senses are the same.
 */
extern Condition *condition_translate_list(Scope *scope, List *clauses,
										   ConditionSense sense, bool *exact);

/*
 * The place inside a column that an expression looks at (doc -> 'a' ->> 'b',
 * row.field), as far as it leads by names, which must be known; NULL if it is
 * none, or leads by an index first.
 */
extern DocumentPath *condition_path_inside(Scope *scope, Expr *expr);

#endif							/* DYNAMORM_TRANSLATE_CONDITION_H */
