/*
 * condition_compare.c
 *		Comparisons: = <> < <= > >= and IS DISTINCT FROM, with values and
 *		between columns.
 */
#include "postgres.h"

#include "compat.h"

#include <math.h>

#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "translate/codec/codec.h"
#include "translate/condition/condition_compare.h"
#include "translate/condition/condition_json.h"
#include "translate/condition/condition_text.h"

/* ---- taking apart ---- */

static Expr *
boolean_equality(Expr *boolean, bool value)
{
	return make_opclause(BooleanEqualOperator, BOOLOID, false, boolean,
						 (Expr *) makeBoolConst(value, false), InvalidOid,
						 InvalidOid);
}

/* Which the planner makes of such an equality. */
Expr *
comparison_of_clause(Expr *clause)
{
	if (IsA(clause, Var) && exprType((Node *) clause) == BOOLOID)
		return boolean_equality(clause, true);
	if (is_notclause(clause) && IsA(get_notclausearg(clause), Var))
		return boolean_equality(get_notclausearg(clause), false);
	if (IsA(clause, BooleanTest))
	{
		BooleanTest *test = (BooleanTest *) clause;

		if (test->booltesttype == IS_TRUE || test->booltesttype == IS_FALSE)
			return boolean_equality(test->arg,
									test->booltesttype == IS_TRUE);
	}
	return clause;
}

/* Do both codecs store their values so that these compare as in SQL? */
static bool
codecs_are_comparable(const Codec *a, const Codec *b)
{
	bool		a_is_number = a->kind == CODEC_INTEGER ||
		a->kind == CODEC_NUMERIC;
	bool		b_is_number = b->kind == CODEC_INTEGER ||
		b->kind == CODEC_NUMERIC;

	if (a_is_number || b_is_number)
		return a_is_number && b_is_number;
	if (a->kind != b->kind)
		return false;
	return a->kind == CODEC_TEXT || a->base_type_id == b->base_type_id;
}

static bool
take_sources_apart(Oid operator_id, Source *left, Source *right,
				   Oid right_type, ComparisonParts *parts)
{
	if (left == NULL || right == NULL ||
		left->kind != SOURCE_ATTRIBUTE || right->kind != SOURCE_ATTRIBUTE ||
		!codecs_are_comparable(left->codec, right->codec) ||
		!comparison_on_source(operator_id, left, right_type,
							  &parts->comparison))
		return false;
	parts->source = left;
	parts->other_source = right;
	return true;
}

bool
comparison_take_apart(Scope *scope, Oid operator_id, Oid collation,
					  List *args, ComparisonParts *parts)
{
	Expr	   *left = (Expr *) linitial(args);
	Expr	   *right = (Expr *) lsecond(args);
	bool		swapped = scope_is_column_free(scope, left);

	memset(parts, 0, sizeof(*parts));
	parts->collation = collation;
	if (!swapped && !scope_is_column_free(scope, right))
		return take_sources_apart(operator_id, source_of(scope, left),
								  source_of(scope, right),
								  exprType((Node *) right), parts);

	if (swapped)
		operator_id = get_commutator(operator_id);
	parts->source = source_of(scope, swapped ? right : left);
	parts->other = swapped ? left : right;
	return OidIsValid(operator_id) && parts->source != NULL &&
		comparison_on_source(operator_id, parts->source,
							 exprType((Node *) parts->other),
							 &parts->comparison);
}

/* ---- with a value ---- */

/* The source has a value that it can read; nothing is known of which. */
static Condition *
any_value(ConditionBuilder *builder, const Source *source)
{
	return condition_by_sense(builder, source_has_value(builder, source),
							  condition_constant(false));
}

/* For an absent attribute DynamoDB's <> is true, SQL's is not. */
static Condition *
compare_path(const Source *source, Comparison comparison, Operand *operand)
{
	Condition  *condition = condition_compare(operand_path(source->path),
											  comparison, operand);

	if (comparison == COMPARISON_NE)
		condition = condition_both(source_has_type(source), condition);
	return condition;
}

/* All stored values are below the value compared with, or above it. */
static Condition *
compare_beyond(ConditionBuilder *builder, const Source *source,
			   Comparison comparison, PlainValue beyond)
{
	bool		is_true;

	switch (comparison)
	{
		case COMPARISON_EQ:
			is_true = false;
			break;
		case COMPARISON_NE:
			is_true = true;
			break;
		case COMPARISON_LT:
		case COMPARISON_LE:
			is_true = beyond == PLAIN_GREATER;
			break;
		default:
			is_true = beyond == PLAIN_LESS;
			break;
	}
	return is_true ? source_has_value(builder, source)
		: condition_constant(false);
}

/* ---- floating point ---- */

/*
 * SQL compares the double nearest to the stored decimal.  Around the value lie
 * the decimals that are read as it; they end before its neighbours.
 */
typedef struct FloatNeighbours
{
	Operand    *below;
	Operand    *value;
	Operand    *above;
} FloatNeighbours;

static Operand *
float_operand(Codec *codec, double value)
{
	Datum		datum = codec->base_type_id == FLOAT4OID
		? Float4GetDatum((float) value) : Float8GetDatum(value);
	AttributeValue *encoded;

	if (codec_try_encode(codec, datum, &encoded) != ENCODE_OK)
		return NULL;
	return operand_value(encoded);
}

static double
float_neighbour(const Codec *codec, double value, double direction)
{
	if (codec->base_type_id == FLOAT4OID)
		return nextafterf((float) value, (float) direction);
	return nextafter(value, direction);
}

/* False if DynamoDB cannot hold one of them. */
static bool
find_neighbours(Codec *codec, Datum datum, FloatNeighbours *neighbours)
{
	double		value = codec->base_type_id == FLOAT4OID
		? DatumGetFloat4(datum) : DatumGetFloat8(datum);

	neighbours->value = float_operand(codec, value);

	/* a number too small for DynamoDB's N does not exist next to zero */
	if (value == 0)
		neighbours->below = neighbours->above = neighbours->value;
	else
	{
		neighbours->below = float_operand(codec,
										  float_neighbour(codec, value,
														  -INFINITY));
		neighbours->above = float_operand(codec,
										  float_neighbour(codec, value,
														  INFINITY));
	}
	return neighbours->value != NULL && neighbours->below != NULL &&
		neighbours->above != NULL;
}

static Condition *
compare_with_neighbours(ConditionBuilder *builder, const Source *source,
						Comparison comparison, const FloatNeighbours *near)
{
	Operand    *path = operand_path(source->path);
	Condition  *may;
	Condition  *must;

	switch (comparison)
	{
		case COMPARISON_EQ:
			may = condition_between(path, near->below, near->above);
			must = condition_compare(path, COMPARISON_EQ, near->value);
			break;
		case COMPARISON_NE:
			may = compare_path(source, COMPARISON_NE, near->value);
			must = condition_either(condition_compare(path, COMPARISON_LE,
													  near->below),
									condition_compare(path, COMPARISON_GE,
													  near->above));
			break;
		case COMPARISON_LT:
			may = condition_compare(path, COMPARISON_LE, near->value);
			must = condition_compare(path, COMPARISON_LE, near->below);
			break;
		case COMPARISON_LE:
			may = condition_compare(path, COMPARISON_LE, near->above);
			must = condition_compare(path, COMPARISON_LE, near->value);
			break;
		case COMPARISON_GT:
			may = condition_compare(path, COMPARISON_GE, near->value);
			must = condition_compare(path, COMPARISON_GE, near->above);
			break;
		default:
			may = condition_compare(path, COMPARISON_GE, near->below);
			must = condition_compare(path, COMPARISON_GE, near->value);
			break;
	}
	return condition_by_sense(builder, may, must);
}

static Condition *
compare_float(ConditionBuilder *builder, const Source *source,
			  Comparison comparison, const ComparedValue *value)
{
	Codec	   *codec = source->codec;
	FloatNeighbours neighbours;
	double		number;

	if (value->state == VALUE_UNKNOWN)
	{
		builder->exact = false;
		return compare_path(source, comparison,
							operand_unknown(value->label));
	}
	number = codec->base_type_id == FLOAT4OID
		? DatumGetFloat4(value->datum) : DatumGetFloat8(value->datum);
	if (isnan(number) || isinf(number))
		return compare_beyond(builder, source, comparison,
							  number < 0 ? PLAIN_LESS : PLAIN_GREATER);
	if (number == 0)
		return compare_path(source, comparison, float_operand(codec, 0));
	if (!find_neighbours(codec, value->datum, &neighbours))
		return any_value(builder, source);
	return compare_with_neighbours(builder, source, comparison, &neighbours);
}

/* ---- canonical text ---- */

/*
 * Others may store the same value in another spelling: equal spellings are
 * equal, but unequal ones may be too.  A format says that they do not, which
 * is good enough to read by, but not to write.
 */
static Condition *
compare_canonical(ConditionBuilder *builder, const Source *source,
				  Comparison comparison, const ComparedValue *value)
{
	Operand    *operand = spelled_operand(source->codec, value);
	bool		is_known = source->codec->is_declared &&
		spelling_is_ordered(source->codec);
	bool		is_equality = comparison == COMPARISON_EQ;
	bool		is_plain = is_known || comparison == COMPARISON_NE;
	Condition  *condition;

	if (operand == NULL || (!is_plain && !is_equality))
		return any_value(builder, source);
	condition = compare_path(source, comparison, operand);
	return condition_by_sense(builder, is_plain ? condition
							  : source_has_value(builder, source),
							  is_equality ? condition
							  : condition_constant(false));
}

/* ---- sizes ---- */

/*
 * A list of lists counts other things than size() does; array_length() is NULL
 * for an empty array; jsonb_array_length() fails for what is no array, and
 * must be left to fail.
 */
static Condition *
compare_size(ConditionBuilder *builder, const Source *source,
			 Comparison comparison, const ComparedValue *value)
{
	Operand    *size = operand_size(operand_path(source->path));
	Operand    *operand = value_operand(value);
	bool		in_document = source->codec == NULL ||
		source->codec->kind == CODEC_JSON;
	Condition  *is_list = condition_type(source->path, ATTRIBUTE_L);
	Condition  *condition;

	if (operand == NULL)
		return any_value(builder, source);
	condition = condition_both(in_document ? is_list
							   : source_has_type(source->parent),
							   condition_compare(size, comparison, operand));
	if (source->null_if_empty)
		condition = condition_both(condition,
								   condition_compare(size, COMPARISON_GT,
													 operand_number(0)));

	if (in_document)
	{
		Condition  *fails;

		fails = condition_both(source_has_value(builder, source->parent),
							   condition_not(is_list));
		return condition_by_sense(builder, condition_either(condition, fails),
								  condition);
	}
	if (source->codec->kind == CODEC_LIST)
	{
		Condition  *nested = source_is_nested_list(source);

		return condition_by_sense(builder, condition_either(condition, nested),
								  condition_both(condition,
												 condition_not(nested)));
	}
	return condition;
}

/* ---- dyn_attribute_type() ---- */

static Condition *
compare_type(ConditionBuilder *builder, const Source *source,
			 Comparison comparison, const ComparedValue *value)
{
	AttributeType type;
	Condition  *condition;

	if ((comparison != COMPARISON_EQ && comparison != COMPARISON_NE) ||
		value->state == VALUE_UNKNOWN || value->type_id != TEXTOID)
		return any_value(builder, source);
	condition = attribute_type_from_name(TextDatumGetCString(value->datum),
										 &type)
		? condition_type(source->path, type) : condition_constant(false);
	if (comparison == COMPARISON_EQ)
		return condition;
	return condition_both(condition_exists(source->path),
						  condition_not(condition));
}

/* ---- dispatch ---- */

static Condition *
compare_attribute(ConditionBuilder *builder, const Source *source,
				  Comparison comparison, const ComparedValue *value,
				  Oid collation)
{
	Operand    *operand;
	PlainValue	plain;
	bool		is_equality = comparison == COMPARISON_EQ ||
		comparison == COMPARISON_NE;

	if (is_equality)
		plain = plain_value(source->codec, source_is_key(source), value,
							collation, &operand);
	else
		plain = plain_ordered_value(source->codec, source_is_key(source),
									value, collation, &operand);
	switch (plain)
	{
		case PLAIN_OPERAND:
			return compare_path(source, comparison, operand);
		case PLAIN_NOTHING:
		case PLAIN_LESS:
		case PLAIN_GREATER:
			return compare_beyond(builder, source, comparison, plain);
		case PLAIN_NOT:
			break;
	}

	switch (source->codec->kind)
	{
		case CODEC_FLOAT:
			return compare_float(builder, source, comparison, value);
		case CODEC_CANONICAL_TEXT:
		case CODEC_DIGITS:
			return compare_canonical(builder, source, comparison, value);
		default:
			return any_value(builder, source);
	}
}

/* b <> true is b = false */
static Condition *
compare_boolean(ConditionBuilder *builder, const Source *source,
				Comparison comparison, const ComparedValue *value)
{
	ComparedValue opposite = *value;

	if (comparison != COMPARISON_NE || value->state != VALUE_KNOWN)
		return compare_attribute(builder, source, comparison, value,
								 InvalidOid);
	opposite.datum = BoolGetDatum(!DatumGetBool(value->datum));
	return compare_attribute(builder, source, COMPARISON_EQ, &opposite,
							 InvalidOid);
}

static Condition *
compare_source(ConditionBuilder *builder, const Source *source,
			   Comparison comparison, const ComparedValue *value,
			   Oid collation)
{
	switch (source->kind)
	{
		case SOURCE_ATTRIBUTE:
			if (source->codec->base_type_id == BOOLOID)
				return compare_boolean(builder, source, comparison, value);
			return compare_attribute(builder, source, comparison, value,
									 collation);
		case SOURCE_JSON:
		case SOURCE_JSON_TEXT:
			return condition_of_json(builder, source, comparison, value,
									 collation);
		case SOURCE_SIZE:
			return compare_size(builder, source, comparison, value);
		case SOURCE_TYPE:
			return compare_type(builder, source, comparison, value);
		case SOURCE_POSITION:
			return condition_of_position(builder, source, comparison, value);
	}
	return condition_guess(builder);
}

Condition *
condition_of_value(ConditionBuilder *builder, const Source *source,
				   Comparison comparison, const ComparedValue *value,
				   Oid collation, Truth truth)
{
	Condition  *condition;
	Condition  *opaque;

	if (value->state == VALUE_NULL)
		return condition_constant(false);

	/*
	 * values are in one order, so a comparison that is FALSE has an opposite
	 */
	if (truth == TRUTH_FALSE)
		comparison = comparison_negate(comparison);
	condition = compare_source(builder, source, comparison, value, collation);

	opaque = source_is_opaque(source);
	if (opaque != NULL)
		condition = condition_by_sense(builder,
									   condition_either(condition, opaque),
									   condition);
	return condition;
}

/* ---- two columns ---- */

/* Both are read as what they are stored as, so DynamoDB may compare them. */
static bool
sources_compare_plainly(const Source *source, Comparison comparison,
						Oid collation)
{
	bool		is_equality = comparison == COMPARISON_EQ ||
		comparison == COMPARISON_NE;

	switch (source->codec->kind)
	{
		case CODEC_INTEGER:
		case CODEC_NUMERIC:
		case CODEC_BYTEA:
			return true;
		case CODEC_TEXT:
			return is_equality ? text_equality_is_bytes(collation)
				: text_order_is_bytes(collation);
		case CODEC_BOOL:
		case CODEC_ENUM:
			return is_equality;
		default:
			return false;
	}
}

static Condition *
compare_sources(ConditionBuilder *builder, const ComparisonParts *parts,
				Comparison comparison)
{
	const Source *left = parts->source;
	const Source *right = parts->other_source;
	Condition  *types;
	Condition  *equal;

	/* DynamoDB refuses to compare an attribute with itself */
	if (path_equal(left->path, right->path))
		return comparison == COMPARISON_EQ || comparison == COMPARISON_LE ||
			comparison == COMPARISON_GE
			? source_has_value(builder, left) : condition_constant(false);

	types = condition_both(source_has_type(left), source_has_type(right));
	if (sources_compare_plainly(left, comparison, parts->collation))
		return condition_both(types,
							  condition_compare(operand_path(left->path),
												comparison,
												operand_path(right->path)));

	/* what is stored alike is read alike, but not the other way round */
	equal = condition_both(types,
						   condition_compare(operand_path(left->path),
											 COMPARISON_EQ,
											 operand_path(right->path)));
	if (comparison == COMPARISON_EQ &&
		(left->codec->kind == CODEC_CANONICAL_TEXT ||
		 left->codec->kind == CODEC_FLOAT))
		return condition_by_sense(builder, types, equal);
	return condition_by_sense(builder, types, condition_constant(false));
}

Condition *
condition_of_comparison(ConditionBuilder *builder,
						const ComparisonParts *parts, Truth truth)
{
	ComparedValue value;

	if (parts->other_source != NULL)
	{
		if (truth == TRUTH_UNKNOWN)
			return condition_either(source_is_null(builder, parts->source),
									source_is_null(builder,
												   parts->other_source));
		return compare_sources(builder, parts, truth == TRUTH_TRUE
							   ? parts->comparison
							   : comparison_negate(parts->comparison));
	}

	value = compared_value(builder->scope, parts->other);
	if (truth == TRUTH_UNKNOWN)
		return value.state == VALUE_NULL ? condition_constant(true)
			: source_is_null(builder, parts->source);
	return condition_of_value(builder, parts->source, parts->comparison,
							  &value, parts->collation, truth);
}

/* ---- IS DISTINCT FROM ---- */

/* Both operands are NULL, or only one is. */
static Condition *
condition_of_nulls(ConditionBuilder *builder, const ComparisonParts *parts,
				   bool both)
{
	Condition  *left = source_is_null(builder, parts->source);
	Condition  *right;

	if (parts->other_source == NULL)
	{
		Datum		value;
		bool		isnull = scope_value(builder->scope, parts->other,
										 &value) == VALUE_NULL;

		if (isnull == both)
			return left;
		return isnull ? source_has_value(builder, parts->source)
			: condition_constant(false);
	}

	right = source_is_null(builder, parts->other_source);
	if (both)
		return condition_both(left, right);
	return condition_either(condition_both(left,
										   source_has_value(builder,
															parts->other_source)),
							condition_both(source_has_value(builder,
															parts->source),
										   right));
}

Condition *
condition_of_distinct(ConditionBuilder *builder, DistinctExpr *distinct,
					  Truth truth)
{
	ComparisonParts parts;
	bool		asks_distinct = truth == TRUTH_TRUE;

	if (truth == TRUTH_UNKNOWN)
		return condition_constant(false);
	if (!comparison_take_apart(builder->scope, distinct->opno,
							   distinct->inputcollid, distinct->args,
							   &parts))
		return condition_guess(builder);

	/* its operator is = */
	return condition_either(condition_of_comparison(builder, &parts,
													asks_distinct
													? TRUTH_FALSE
													: TRUTH_TRUE),
							condition_of_nulls(builder, &parts,
											   !asks_distinct));
}
