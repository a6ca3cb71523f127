/*
 * condition_null.h
 *		Leaves about NULL, and about attributes that are there.
 */
#ifndef DYNAMORM_TRANSLATE_CONDITION_NULL_H
#define DYNAMORM_TRANSLATE_CONDITION_NULL_H

#include "postgres.h"

#include "translate/condition/condition_builder.h"

/*
 * IS NULL, IS NOT NULL; NULL if it tests nothing that DynamoDB can look at, or
 * a row.
 */
extern Condition *condition_of_null_test(ConditionBuilder *builder,
										 NullTest *test, Truth truth);

/* dyn_attribute_exists(c) */
extern Condition *condition_of_existence(ConditionBuilder *builder,
										 FuncExpr *call, Truth truth);

#endif							/* DYNAMORM_TRANSLATE_CONDITION_NULL_H */
