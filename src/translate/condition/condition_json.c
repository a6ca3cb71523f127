/*
 * condition_json.c
 *		Conditions on places inside documents.
 *
 * Two things differ from columns.  A JSON null is a value for ->, and NULL for
 * ->>.  And what ->> finds is text, whatever type is stored: a number stored
 * as N may be the text that is asked for, in a spelling that DynamoDB cannot
 * compare.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/jsonb.h"

#include "translate/condition/condition_json.h"

/* ---- ->> ---- */

static Condition *
is_any_of_types(const Source *source, const AttributeType *types, int count)
{
	List	   *checks = NIL;
	int			i;

	for (i = 0; i < count; i++)
		checks = lappend(checks, condition_type(source->path, types[i]));
	return condition_or(checks);
}

/*
 * The types other than S of which a value may be shown as the text.  Bytes are
 * shown as a string, of which nothing is assumed here.
 */
static Condition *
may_be_shown_as(const Source *source, const char *text)
{
	static const AttributeType numbers[] = {ATTRIBUTE_N, ATTRIBUTE_B};
	static const AttributeType booleans[] = {ATTRIBUTE_BOOL, ATTRIBUTE_B};
	static const AttributeType maps[] = {ATTRIBUTE_M, ATTRIBUTE_B};
	static const AttributeType lists[] = {ATTRIBUTE_L, ATTRIBUTE_SS,
	ATTRIBUTE_NS, ATTRIBUTE_BS, ATTRIBUTE_B};
	static const AttributeType bytes[] = {ATTRIBUTE_B};

	if (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'))
		return is_any_of_types(source, numbers, lengthof(numbers));
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return is_any_of_types(source, booleans, lengthof(booleans));
	if (text[0] == '{')
		return is_any_of_types(source, maps, lengthof(maps));
	if (text[0] == '[')
		return is_any_of_types(source, lists, lengthof(lists));
	return is_any_of_types(source, bytes, lengthof(bytes));
}

static Condition *
compare_json_text(ConditionBuilder *builder, const Source *source,
				  Comparison comparison, const ComparedValue *value,
				  Oid collation)
{
	Condition  *has_value = source_has_value(builder, source);
	Condition  *is_text = source_has_type(source);
	Operand    *operand = value_operand(value);
	Condition  *condition;
	Condition  *may;
	bool		is_equality = comparison == COMPARISON_EQ ||
		comparison == COMPARISON_NE;

	if (operand == NULL ||
		!(is_equality ? text_equality_is_bytes(collation)
		  : text_order_is_bytes(collation)))
		return condition_by_sense(builder, has_value,
								  condition_constant(false));

	condition = condition_compare(operand_path(source->path), comparison,
								  operand);
	switch (comparison)
	{
		case COMPARISON_EQ:
			may = condition;
			if (operand->value != NULL)
				may = condition_either(condition,
									   may_be_shown_as(source,
													   operand->value->u.text));
			return condition_by_sense(builder, may, condition);
		case COMPARISON_NE:
			return condition_by_sense(builder,
									  condition_both(has_value, condition),
									  condition_both(is_text, condition));
		default:
			may = condition_both(has_value, condition_not(is_text));
			return condition_by_sense(builder,
									  condition_either(condition, may),
									  condition);
	}
}

/* ---- -> ---- */

/* A scalar of JSON as it is stored; NULL for arrays and objects. */
static AttributeValue *
encode_scalar(Datum datum)
{
	Jsonb	   *document = DatumGetJsonbP(datum);
	JsonbValue	scalar;
	Operand    *operand = NULL;
	ComparedValue number = {.state = VALUE_KNOWN, .type_id = NUMERICOID};

	if (!JB_ROOT_IS_SCALAR(document) ||
		!JsonbExtractScalar(&document->root, &scalar))
		return NULL;
	switch (scalar.type)
	{
		case jbvNull:
			return attribute_make_null();
		case jbvBool:
			return attribute_make_bool(scalar.val.boolean);
		case jbvString:
			operand = operand_text(scalar.val.string.val,
								   scalar.val.string.len);
			break;
		case jbvNumeric:
			number.datum = NumericGetDatum(scalar.val.numeric);
			operand = value_operand(&number);
			break;
		default:
			break;
	}
	return operand == NULL ? NULL : operand->value;
}

static Condition *
compare_json(ConditionBuilder *builder, const Source *source,
			 Comparison comparison, const ComparedValue *value)
{
	Condition  *exists = source_has_value(builder, source);
	Condition  *is_bytes = condition_type(source->path, ATTRIBUTE_B);
	AttributeValue *encoded = NULL;
	Operand    *operand;
	Condition  *condition;

	if (value->state == VALUE_KNOWN)
	{
		encoded = encode_scalar(value->datum);
		operand = operand_value(encoded);
	}
	else
		operand = operand_unknown(value->label);

	if ((value->state == VALUE_KNOWN && encoded == NULL) ||
		(comparison != COMPARISON_EQ && comparison != COMPARISON_NE))
		return condition_by_sense(builder, exists, condition_constant(false));

	condition = condition_compare(operand_path(source->path), comparison,
								  operand);
	if (comparison == COMPARISON_NE)
		condition = condition_both(exists, condition);
	if (encoded == NULL || encoded->type != ATTRIBUTE_S)
		return condition;

	/* stored bytes may be shown as the string */
	if (comparison == COMPARISON_EQ)
		return condition_by_sense(builder, condition_either(condition,
															is_bytes),
								  condition);
	return condition_by_sense(builder, condition,
							  condition_both(condition,
											 condition_not(is_bytes)));
}

Condition *
condition_of_json(ConditionBuilder *builder, const Source *source,
				  Comparison comparison, const ComparedValue *value,
				  Oid collation)
{
	if (source->kind == SOURCE_JSON_TEXT)
		return compare_json_text(builder, source, comparison, value,
								 collation);
	return compare_json(builder, source, comparison, value);
}

/* ---- ? ---- */

/*
 * An object has the member, an array or set the string, or the document is the
 * string.  Only of an object can DynamoDB tell.
 */
Condition *
condition_of_json_key(ConditionBuilder *builder, OpExpr *op, Truth truth)
{
	Source	   *source;
	ComparedValue value;
	Operand    *operand;
	DocumentPath *member;
	Condition  *is_map;
	Condition  *in_other;

	if (operator_function(op) != F_JSONB_EXISTS ||
		!scope_is_column_free(builder->scope, lsecond(op->args)))
		return NULL;
	source = source_of(builder->scope, linitial(op->args));
	if (source == NULL || source->kind == SOURCE_JSON_TEXT)
		return NULL;

	value = compared_value(builder->scope, lsecond(op->args));
	if (value.state == VALUE_NULL)
		return condition_constant(truth == TRUTH_UNKNOWN);
	if (truth == TRUTH_UNKNOWN)
		return source_is_null(builder, source);
	operand = value_operand(&value);
	if (operand == NULL || (operand->value != NULL &&
							(operand->value->length == 0 ||
							 operand->value->length > ATTRIBUTE_NAME_LIMIT)))
		return NULL;

	member = path_with_name(source->path, operand->value == NULL
							? operand->label : operand->value->u.text);
	is_map = condition_type(source->path, ATTRIBUTE_M);
	if (truth == TRUTH_FALSE)
		return condition_by_sense(builder,
								  condition_both(source_has_value(builder,
																  source),
												 condition_not_exists(member)),
								  condition_both(is_map,
												 condition_not_exists(member)));
	in_other = condition_either(condition_contains(operand_path(source->path),
												   operand),
								condition_type(source->path, ATTRIBUTE_B));
	if (source_is_opaque(source) != NULL)
		in_other = condition_constant(true);
	return condition_by_sense(builder,
							  condition_either(condition_exists(member),
											   in_other),
							  condition_exists(member));
}
