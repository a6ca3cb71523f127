/*
 * condition_text.h
 *		Conditions on parts of texts: patterns, prefixes and positions.
 */
#ifndef DYNAMORM_TRANSLATE_CONDITION_TEXT_H
#define DYNAMORM_TRANSLATE_CONDITION_TEXT_H

#include "postgres.h"

#include "translate/condition/condition_source.h"
#include "translate/condition/condition_value.h"

/* LIKE, ^@, starts_with(); NULL if it is none of them */
extern Condition *condition_of_pattern(ConditionBuilder *builder,
									   Oid function_id, Oid collation,
									   List *args, Truth truth);

/*
 * The prefix that a pattern match fixes, for a key condition: the column's
 * expression and the prefix.  *whole: the match says nothing more.
 */
extern bool pattern_prefix(Scope *scope, Expr *clause, Source **source,
						   Operand **prefix, bool *whole);

/* strpos(column, text) compared with a number */
extern Condition *condition_of_position(ConditionBuilder *builder,
										const Source *source,
										Comparison comparison,
										const ComparedValue *value);

#endif							/* DYNAMORM_TRANSLATE_CONDITION_TEXT_H */
