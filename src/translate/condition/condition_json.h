/*
 * condition_json.h
 *		Conditions on what is inside documents.
 */
#ifndef DYNAMORM_TRANSLATE_CONDITION_JSON_H
#define DYNAMORM_TRANSLATE_CONDITION_JSON_H

#include "postgres.h"

#include "translate/condition/condition_source.h"
#include "translate/condition/condition_value.h"

/* ? : NULL if it is not that */
extern Condition *condition_of_json_key(ConditionBuilder *builder,
										OpExpr *op, Truth truth);

/* What -> or ->> found, compared with a value; truth TRUE is asked for. */
extern Condition *condition_of_json(ConditionBuilder *builder,
									const Source *source,
									Comparison comparison,
									const ComparedValue *value,
									Oid collation);

#endif							/* DYNAMORM_TRANSLATE_CONDITION_JSON_H */
