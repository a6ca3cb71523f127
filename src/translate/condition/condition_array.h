/*
 * condition_array.h
 *		Arrays as conditions: tests of all their elements, and containment.
 */
#ifndef DYNAMORM_TRANSLATE_CONDITION_ARRAY_H
#define DYNAMORM_TRANSLATE_CONDITION_ARRAY_H

#include "postgres.h"

#include "translate/condition/condition_builder.h"
#include "translate/condition/condition_source.h"

/* = ANY (array), <> ALL (array) and the like */
extern Condition *condition_of_array_test(ConditionBuilder *builder,
										  ScalarArrayOpExpr *test,
										  Truth truth);

/*
 * The values that a key column is one of, in a test for = ANY (array): a list
 * of Operand, without those that no stored value can equal.  *is_whole_array:
 * the array is not known, and its one operand stands for all elements.  False
 * if it is no such test, or does not compare plainly.
 */
extern bool membership_operands(Scope *scope, ScalarArrayOpExpr *test,
								Source **source, List **operands,
								bool *is_whole_array);

/* column @> array, column && array; NULL if it is neither */
extern Condition *condition_of_containment(ConditionBuilder *builder,
										   OpExpr *op, Truth truth);

#endif							/* DYNAMORM_TRANSLATE_CONDITION_ARRAY_H */
