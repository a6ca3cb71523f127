/*
 * condition_array.c
 *		Arrays of values (IN lists), and columns that are arrays.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "translate/condition/condition.h"
#include "translate/condition/condition_array.h"
#include "translate/condition/condition_value.h"

/* More operands than an expression can have are not looked at. */
#define MAX_ELEMENTS	5000

/* ---- elements of a known array ---- */

typedef struct Elements
{
	Oid			type_id;		/* of an element */
	int			count;
	Datum	   *values;
	bool	   *nulls;
} Elements;

static void
take_elements(Datum datum, Elements *elements)
{
	ArrayType  *array = DatumGetArrayTypeP(datum);
	int16		length;
	bool		by_value;
	char		align;

	elements->type_id = ARR_ELEMTYPE(array);
	get_typlenbyvalalign(elements->type_id, &length, &by_value, &align);
	deconstruct_array(array, elements->type_id, length, by_value, align,
					  &elements->values, &elements->nulls, &elements->count);
}

static ComparedValue
element_value(const Elements *elements, int i)
{
	return (ComparedValue) {
		.state = elements->nulls[i] ? VALUE_NULL : VALUE_KNOWN,
		.datum = elements->values[i],
		.type_id = elements->type_id
	};
}

/*
 * The elements as operands, in *operands; those that no stored value can equal
 * are left out.  False if one does not compare plainly.
 */
static bool
plain_elements(Codec *codec, bool is_key, const Elements *elements,
			   Oid collation, List **operands, bool *has_null)
{
	int			i;

	*operands = NIL;
	*has_null = false;
	for (i = 0; i < elements->count; i++)
	{
		ComparedValue value = element_value(elements, i);
		Operand    *operand;

		if (value.state == VALUE_NULL)
		{
			*has_null = true;
			continue;
		}
		switch (plain_value(codec, is_key, &value, collation, &operand))
		{
			case PLAIN_OPERAND:
				*operands = lappend(*operands, operand);
				break;
			case PLAIN_NOT:
				return false;
			default:
				break;
		}
	}
	return true;
}

/* ---- column = ANY (array), column <> ALL (array) ---- */

/* truth is that of = ANY; the array is not empty. */
static Condition *
condition_of_in(ConditionBuilder *builder, const Source *source,
				List *operands, bool has_null, Truth truth)
{
	Condition  *in = condition_in(operand_path(source->path), operands);
	Condition  *not_in = condition_both(source_has_type(source),
										condition_not(in));
	Condition  *is_null;

	switch (truth)
	{
		case TRUTH_TRUE:
			return in;
		case TRUTH_FALSE:
			return has_null ? condition_constant(false) : not_in;
		default:
			is_null = source_is_null(builder, source);
			return has_null ? condition_either(is_null, not_in) : is_null;
	}
}

/*
 * Each element on its own.  truth is that of the whole test.
 */
static Condition *
condition_of_each(ConditionBuilder *builder, ScalarArrayOpExpr *test,
				  const Elements *elements, Truth truth)
{
	Oid			collation = get_typcollation(elements->type_id);
	int16		length;
	bool		by_value;
	List	   *args = NIL;
	int			i;

	get_typlenbyval(elements->type_id, &length, &by_value);
	for (i = 0; i < elements->count; i++)
	{
		Const	   *element = makeConst(elements->type_id, -1, collation,
										length, elements->values[i],
										elements->nulls[i], by_value);
		OpExpr	   *op = (OpExpr *) make_opclause(test->opno, BOOLOID, false,
												  linitial(test->args),
												  (Expr *) element,
												  InvalidOid,
												  test->inputcollid);

		op->opfuncid = test->opfuncid;
		args = lappend(args, op);
	}
	if (list_length(args) == 1)
		return condition_of(builder, (Expr *) linitial(args), truth);
	return condition_of(builder, makeBoolExpr(test->useOr ? OR_EXPR : AND_EXPR,
											  args, -1),
						truth);
}

/* A test for = ANY, or for <> ALL, its opposite. */
static bool
is_membership_test(const ScalarArrayOpExpr *test, Comparison comparison)
{
	return (comparison == COMPARISON_EQ && test->useOr) ||
		(comparison == COMPARISON_NE && !test->useOr);
}

/* The truth that = ANY must have for <> ALL to have the given one. */
static Truth
membership_truth(const ScalarArrayOpExpr *test, Truth truth)
{
	if (test->useOr || truth == TRUTH_UNKNOWN)
		return truth;
	return truth == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
}

static Condition *
condition_of_unknown_array(ConditionBuilder *builder, const Source *source,
						   const ScalarArrayOpExpr *test,
						   const ComparedValue *array,
						   Truth truth)
{
	ComparedValue element = {
		.state = VALUE_UNKNOWN,
		.type_id = get_element_type(array->type_id),
		.label = array->label
	};
	Comparison	comparison;
	Operand    *operand;

	if (source->kind != SOURCE_ATTRIBUTE ||
		!comparison_on_codec(test->opno, source->codec, element.type_id,
							 &comparison) ||
		!is_membership_test(test, comparison) ||
		plain_value(source->codec, source_is_key(source), &element,
					test->inputcollid, &operand) != PLAIN_OPERAND)
		return condition_guess(builder);
	return condition_of_in(builder, source, list_make1(operand), false,
						   membership_truth(test, truth));
}

/* Appends the operand of one element; false if it does not compare plainly. */
static bool
append_key_operand(const Source *source, const ScalarArrayOpExpr *test,
				   const ComparedValue *element, List **operands)
{
	Operand    *operand;

	if (element->state == VALUE_NULL)
		return true;
	switch (plain_value(source->codec, true, element, test->inputcollid,
						&operand))
	{
		case PLAIN_OPERAND:
			*operands = lappend(*operands, operand);
			return true;
		case PLAIN_NOT:
			return false;
		default:
			return true;
	}
}

/* IN (a, $1): each element is an expression of its own. */
static bool
operands_of_list(Scope *scope, const ArrayExpr *list, const Source *source,
				 const ScalarArrayOpExpr *test, List **operands)
{
	ListCell   *cell;

	foreach(cell, list->elements)
	{
		ComparedValue element = compared_key_value(scope, lfirst(cell));

		if (!append_key_operand(source, test, &element, operands))
			return false;
	}
	return true;
}

bool
membership_operands(Scope *scope, ScalarArrayOpExpr *test, Source **source,
					List **operands, bool *is_whole_array)
{
	Expr	   *array_expr = (Expr *) lsecond(test->args);
	ComparedValue array;
	ComparedValue element = {.state = VALUE_UNKNOWN};
	Comparison	comparison;
	Elements	elements;
	bool		has_null;

	*operands = NIL;
	*is_whole_array = false;
	if (!test->useOr || !scope_is_column_free(scope, array_expr))
		return false;
	*source = source_of(scope, linitial(test->args));
	element.type_id =
		get_element_type(getBaseType(exprType((Node *) array_expr)));
	if (*source == NULL || !source_tells_key(*source) ||
		!comparison_on_codec(test->opno, (*source)->codec, element.type_id,
							 &comparison) || comparison != COMPARISON_EQ)
		return false;

	if (IsA(array_expr, ArrayExpr) && !((ArrayExpr *) array_expr)->multidims)
		return operands_of_list(scope, (ArrayExpr *) array_expr, *source, test,
								operands);
	array = compared_key_value(scope, array_expr);
	switch (array.state)
	{
		case VALUE_NULL:
			return true;
		case VALUE_UNKNOWN:
			*is_whole_array = true;
			element.label = array.label;
			return append_key_operand(*source, test, &element, operands);
		default:
			take_elements(array.datum, &elements);
			return plain_elements((*source)->codec, true, &elements,
								  test->inputcollid, operands, &has_null);
	}
}

static Condition *
condition_of_value_array(ConditionBuilder *builder, ScalarArrayOpExpr *test,
						 Truth truth)
{
	Source	   *source = source_of(builder->scope, linitial(test->args));
	ComparedValue array = compared_value(builder->scope, lsecond(test->args));
	Elements	elements;
	Comparison	comparison;
	List	   *operands;
	bool		has_null;

	if (source == NULL)
		return condition_guess(builder);
	if (array.state == VALUE_NULL)
		return condition_constant(truth == TRUTH_UNKNOWN);
	if (array.state == VALUE_UNKNOWN)
		return condition_of_unknown_array(builder, source, test, &array,
										  truth);

	take_elements(array.datum, &elements);
	if (elements.count == 0)
		return condition_constant(truth == (test->useOr ? TRUTH_FALSE
											: TRUTH_TRUE));
	if (elements.count > MAX_ELEMENTS)
		return condition_guess(builder);

	if (source->kind == SOURCE_ATTRIBUTE &&
		comparison_on_codec(test->opno, source->codec, elements.type_id,
							&comparison) &&
		is_membership_test(test, comparison) &&
		plain_elements(source->codec, source_is_key(source), &elements,
					   test->inputcollid, &operands, &has_null))
		return condition_of_in(builder, source, operands, has_null,
							   membership_truth(test, truth));
	return condition_of_each(builder, test, &elements, truth);
}

/* ---- value = ANY (column) ---- */

static bool
is_array_column(const Source *source)
{
	return source != NULL && source->kind == SOURCE_ATTRIBUTE &&
		(source->codec->kind == CODEC_LIST ||
		 source->codec->kind == CODEC_SET);
}

static Condition *
contains_operand(const Source *source, Operand *operand)
{
	return condition_contains(operand_path(source->path), operand);
}

/*
 * truth is that of = ANY.  A set has no NULLs and one dimension; a list may
 * hold NULLs, which make the answer unknown, or be a list of lists, whose
 * elements contains() does not see.
 */
static Condition *
condition_of_element(ConditionBuilder *builder, const Source *source,
					 Operand *operand, Truth truth)
{
	bool		is_set = source->codec->kind == CODEC_SET;
	Condition  *has_type = source_has_type(source);
	Condition  *nested = source_is_nested_list(source);
	Condition  *contains = contains_operand(source, operand);
	Condition  *has_null;

	if (truth == TRUTH_UNKNOWN)
		return is_set ? source_is_null(builder, source)
			: condition_guess(builder);
	if (truth == TRUTH_TRUE)
	{
		Condition  *condition = condition_both(has_type, contains);

		if (is_set)
			return condition;
		return condition_by_sense(builder,
								  condition_both(has_type,
												 condition_either(contains,
																  nested)),
								  condition);
	}

	if (is_set)
		return condition_both(has_type, condition_not(contains));
	has_null = contains_operand(source, operand_value(attribute_make_null()));
	return condition_by_sense(builder,
							  condition_both(has_type,
											 condition_not(contains)),
							  condition_and(list_make4(has_type,
													   condition_not(contains),
													   condition_not(has_null),
													   condition_not(nested))));
}

static Condition *
condition_of_column_array(ConditionBuilder *builder, ScalarArrayOpExpr *test,
						  Truth truth)
{
	Source	   *source = source_of(builder->scope, lsecond(test->args));
	ComparedValue value;
	Comparison	comparison;
	Operand    *operand;

	if (!is_array_column(source) ||
		!scope_is_column_free(builder->scope, linitial(test->args)))
		return condition_guess(builder);
	value = compared_value(builder->scope, linitial(test->args));

	/* NULL = ANY is false for an empty array and unknown for any other */
	if (value.state == VALUE_NULL && truth == TRUTH_TRUE && test->useOr)
		return condition_constant(false);
	if (value.state == VALUE_NULL ||
		!comparison_on_codec(test->opno, source->codec->element,
							 value.type_id, &comparison) ||
		!is_membership_test(test, comparison))
		return condition_guess(builder);

	switch (plain_value(source->codec->element, false, &value,
						test->inputcollid, &operand))
	{
		case PLAIN_OPERAND:
			return condition_of_element(builder, source, operand,
										membership_truth(test, truth));
		default:
			return condition_guess(builder);
	}
}

Condition *
condition_of_array_test(ConditionBuilder *builder, ScalarArrayOpExpr *test,
						Truth truth)
{
	if (scope_is_column_free(builder->scope, lsecond(test->args)))
		return condition_of_value_array(builder, test, truth);
	return condition_of_column_array(builder, test, truth);
}

/* ---- column @> array, column && array ---- */

/* Is an array of the type one of what the column's elements are read as? */
static bool
array_type_fits(const Codec *column, Oid array_type)
{
	Oid			type_id = getBaseType(get_element_type(getBaseType(array_type)));

	if (column->element->kind == CODEC_TEXT)
		return type_id == TEXTOID || type_id == VARCHAROID ||
			type_id == NAMEOID;
	return type_id == column->element->base_type_id;
}

/*
 * all: @>, each element must be there; else &&, one of them.  NULLs in the
 * value equal nothing; those in the column do not matter.
 */
static Condition *
condition_of_contained(ConditionBuilder *builder, const Source *source,
					   const ComparedValue *array, Oid collation, bool all,
					   Truth truth)
{
	Condition  *nested = source_is_nested_list(source);
	Condition  *has_type = source_has_type(source);
	Condition  *contains;
	Condition  *condition;
	Elements	elements;
	List	   *operands;
	List	   *parts = NIL;
	bool		has_null = false;
	ListCell   *cell;

	if (array->state == VALUE_UNKNOWN)
		contains = contains_operand(source, operand_unknown(array->label));
	else
	{
		take_elements(array->datum, &elements);
		if (elements.count > MAX_ELEMENTS ||
			!plain_elements(source->codec->element, false, &elements,
							collation, &operands, &has_null))
			return condition_guess(builder);
		foreach(cell, operands)
			parts = lappend(parts, contains_operand(source, lfirst(cell)));

		/* an element that equals nothing is not there */
		if (list_length(operands) < elements.count)
			parts = lappend(parts, condition_constant(false));
		contains = all ? condition_and(parts) : condition_or(parts);
	}

	condition = condition_both(has_type, truth == TRUTH_TRUE ? contains
							   : condition_not(contains));
	if (source->codec->kind == CODEC_SET)
		return condition;
	return condition_by_sense(builder,
							  condition_either(condition,
											   condition_both(has_type,
															  nested)),
							  condition_both(condition,
											 condition_not(nested)));
}

Condition *
condition_of_containment(ConditionBuilder *builder, OpExpr *op, Truth truth)
{
	Oid			function_id = operator_function(op);
	Expr	   *column = (Expr *) linitial(op->args);
	Expr	   *value_expr = (Expr *) lsecond(op->args);
	bool		all = function_id != F_ARRAYOVERLAP;
	Source	   *source;
	ComparedValue value;

	if (function_id != F_ARRAYCONTAINS && function_id != F_ARRAYCONTAINED &&
		function_id != F_ARRAYOVERLAP)
		return NULL;

	/* ARRAY[...] <@ column, ARRAY[...] && column */
	if (function_id == F_ARRAYCONTAINED ||
		(function_id == F_ARRAYOVERLAP &&
		 scope_is_column_free(builder->scope, column)))
	{
		column = (Expr *) lsecond(op->args);
		value_expr = (Expr *) linitial(op->args);
	}
	source = source_of(builder->scope, column);
	if (!is_array_column(source) ||
		!scope_is_column_free(builder->scope, value_expr) ||
		!array_type_fits(source->codec, exprType((Node *) value_expr)))
		return NULL;

	value = compared_value(builder->scope, value_expr);
	if (value.state == VALUE_NULL)
		return condition_constant(truth == TRUTH_UNKNOWN);
	if (truth == TRUTH_UNKNOWN)
		return source_is_null(builder, source);
	return condition_of_contained(builder, source, &value, op->inputcollid,
								  all, truth);
}
