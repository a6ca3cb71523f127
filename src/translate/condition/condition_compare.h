/*
 * condition_compare.h
 *		Comparisons as conditions.
 */
#ifndef DYNAMORM_TRANSLATE_CONDITION_COMPARE_H
#define DYNAMORM_TRANSLATE_CONDITION_COMPARE_H

#include "postgres.h"

#include "translate/condition/condition_source.h"
#include "translate/condition/condition_value.h"

/* A comparison taken apart: source operator value. */
typedef struct ComparisonParts
{
	Source	   *source;
	Expr	   *other;			/* column-free, or NULL with other_source */
	Source	   *other_source;
	Comparison	comparison;
	Oid			collation;
} ComparisonParts;

/*
 * A clause that is a boolean, as the equality that it stands for: b as
 * b = true; another clause as it is.  Null is not told from false.
 */
extern Expr *comparison_of_clause(Expr *clause);

/*
 * Takes an operator with two operands apart, source first.  False if it is no
 * comparison that is known here.
 */
extern bool comparison_take_apart(Scope *scope, Oid operator_id,
								  Oid collation, List *args,
								  ComparisonParts *parts);

extern Condition *condition_of_comparison(ConditionBuilder *builder,
										  const ComparisonParts *parts,
										  Truth truth);

/* The source compared with a value; truth is TRUE or FALSE. */
extern Condition *condition_of_value(ConditionBuilder *builder,
									 const Source *source,
									 Comparison comparison,
									 const ComparedValue *value,
									 Oid collation, Truth truth);

extern Condition *condition_of_distinct(ConditionBuilder *builder,
										DistinctExpr *distinct, Truth truth);

#endif							/* DYNAMORM_TRANSLATE_CONDITION_COMPARE_H */
