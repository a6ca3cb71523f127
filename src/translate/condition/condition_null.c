/*
 * condition_null.c
 *		Leaves about NULL, and about attributes that are there.
 */
#include "postgres.h"

#include "translate/condition/condition_null.h"
#include "translate/condition/condition_source.h"

Condition *
condition_of_null_test(ConditionBuilder *builder, NullTest *test, Truth truth)
{
	bool		is_null = (test->nulltesttype == IS_NULL) ==
		(truth == TRUTH_TRUE);
	Source	   *source;

	if (truth == TRUTH_UNKNOWN)
		return condition_constant(false);
	source = source_of(builder->scope, test->arg);
	if (source == NULL || test->argisrow)
		return NULL;
	return is_null ? source_is_null(builder, source)
		: source_has_value(builder, source);
}

Condition *
condition_of_existence(ConditionBuilder *builder, FuncExpr *call, Truth truth)
{
	Source	   *source = source_of(builder->scope, linitial(call->args));

	if (truth == TRUTH_UNKNOWN)
		return condition_constant(false);
	if (source == NULL || source->kind != SOURCE_ATTRIBUTE)
		return condition_guess(builder);
	return truth == TRUTH_TRUE ? condition_exists(source->path)
		: condition_not_exists(source->path);
}
