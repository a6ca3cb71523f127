/*
 * condition_value.c
 *		The values that conditions compare with, and whether DynamoDB compares
 *		them as SQL does.
 */
#include "postgres.h"

#include "compat.h"

#include <math.h>

#include "access/nbtree.h"
#include "access/stratnum.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_type.h"
#include "datatype/timestamp.h"
#include "mb/pg_wchar.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "translate/codec/codec.h"
#include "translate/codec/codec_time.h"
#include "translate/codec/codec_unit.h"
#include "translate/condition/condition_builder.h"
#include "translate/condition/condition_value.h"

/* ---- values ---- */

ComparedValue
compared_value(Scope *scope, Expr *expr)
{
	ComparedValue value = {.type_id = exprType((Node *) expr)};

	value.state = scope_value(scope, expr, &value.datum);
	if (value.state == VALUE_UNKNOWN)
		value.label = scope_label(scope, expr);
	return value;
}

ComparedValue
compared_key_value(Scope *scope, Expr *expr)
{
	bool		before = scope->demanded;
	ComparedValue value;

	scope->demanded = true;
	value = compared_value(scope, expr);
	scope->demanded = before;
	return value;
}

static bool
is_exact_number(Oid type_id)
{
	return type_id == INT2OID || type_id == INT4OID || type_id == INT8OID ||
		type_id == NUMERICOID;
}

Operand *
value_operand(const ComparedValue *value)
{
	AttributeValue *encoded;

	if (value->state == VALUE_UNKNOWN)
		return operand_unknown(value->label);
	if (value->state == VALUE_NULL ||
		!(is_exact_number(value->type_id) ||
		  type_is_plain_text(value->type_id)) ||
		codec_try_encode(codec_of_own_type(value->type_id), value->datum,
						 &encoded) != ENCODE_OK)
		return NULL;
	return operand_value(encoded);
}

/* ---- collations ---- */

bool
text_equality_is_bytes(Oid collation)
{
	return OidIsValid(collation) && get_collation_isdeterministic(collation);
}

bool
text_order_is_bytes(Oid collation)
{
	return OidIsValid(collation) && GetDatabaseEncoding() == PG_UTF8 &&
		collation_is_c(collation);
}

/* ---- comparison operators ---- */

Comparison
comparison_negate(Comparison comparison)
{
	static const Comparison negated[] = {
		[COMPARISON_EQ] = COMPARISON_NE,
		[COMPARISON_NE] = COMPARISON_EQ,
		[COMPARISON_LT] = COMPARISON_GE,
		[COMPARISON_LE] = COMPARISON_GT,
		[COMPARISON_GT] = COMPARISON_LE,
		[COMPARISON_GE] = COMPARISON_LT
	};

	return negated[comparison];
}

/* What an operator is in a btree family; <> is known by its negator. */
static bool
comparison_in_family(Oid operator_id, Oid family, Comparison *comparison)
{
	static const Comparison by_strategy[] = {
		[BTLessStrategyNumber] = COMPARISON_LT,
		[BTLessEqualStrategyNumber] = COMPARISON_LE,
		[BTEqualStrategyNumber] = COMPARISON_EQ,
		[BTGreaterEqualStrategyNumber] = COMPARISON_GE,
		[BTGreaterStrategyNumber] = COMPARISON_GT
	};
	int			strategy;
	Oid			negator;

	if (!OidIsValid(family))
		return false;
	strategy = get_op_opfamily_strategy(operator_id, family);
	if (strategy >= BTLessStrategyNumber && strategy <= BTMaxStrategyNumber)
	{
		*comparison = by_strategy[strategy];
		return true;
	}
	negator = get_negator(operator_id);
	*comparison = COMPARISON_NE;
	return OidIsValid(negator) &&
		get_op_opfamily_strategy(negator, family) == BTEqualStrategyNumber;
}

static Oid
default_family(Oid type_id)
{
	return lookup_type_cache(type_id, TYPECACHE_BTREE_OPFAMILY)->btree_opf;
}

static bool
comparison_of_numbers(Oid operator_id, Oid value_type, Comparison *comparison)
{
	return is_exact_number(value_type) &&
		(comparison_in_family(operator_id, INTEGER_BTREE_FAM_OID, comparison) ||
		 comparison_in_family(operator_id, default_family(NUMERICOID),
							  comparison));
}

static bool
comparison_of_texts(Oid operator_id, Oid value_type, Comparison *comparison)
{
	return type_is_plain_text(value_type) &&
		comparison_in_family(operator_id, TEXT_BTREE_FAM_OID, comparison);
}

bool
comparison_on_codec(Oid operator_id, const Codec *codec, Oid value_type,
					Comparison *comparison)
{
	value_type = getBaseType(value_type);
	switch (codec->kind)
	{
		case CODEC_DIGITS:
		case CODEC_INTEGER:
		case CODEC_NUMERIC:
			return comparison_of_numbers(operator_id, value_type, comparison);
		case CODEC_TEXT:
			return comparison_of_texts(operator_id, value_type, comparison);
		default:
			return value_type == codec->base_type_id &&
				comparison_in_family(operator_id,
									 default_family(codec->base_type_id),
									 comparison);
	}
}

bool
comparison_on_source(Oid operator_id, const Source *source, Oid value_type,
					 Comparison *comparison)
{
	switch (source->kind)
	{
		case SOURCE_ATTRIBUTE:
			return comparison_on_codec(operator_id, source->codec, value_type,
									   comparison);
		case SOURCE_SIZE:
		case SOURCE_POSITION:
			return comparison_of_numbers(operator_id, getBaseType(value_type),
										 comparison);
		case SOURCE_TYPE:
		case SOURCE_JSON_TEXT:
			return comparison_of_texts(operator_id, getBaseType(value_type),
									   comparison);
		case SOURCE_JSON:
			return getBaseType(value_type) == JSONBOID &&
				comparison_in_family(operator_id, default_family(JSONBOID),
									 comparison);
	}
	return false;
}

/* ---- times as numbers ---- */

/*
 * Seconds or milliseconds since 1970 with their fraction.  What does not fit
 * the column's unit cannot be stored, but it can be compared with.
 */
static Operand *
epoch_operand(const Codec *codec, Datum datum)
{
	const char *unit = codec_unit_name(codec);
	Timestamp	timestamp = DatumGetTimestamp(datum);
	int64		seconds = timestamp / USECS_PER_SEC;
	int64		fraction = timestamp % USECS_PER_SEC;
	int			digits = 6;
	int			length;
	bool		negative;
	char	   *text;

	if (unit == NULL || codec->base_type_id == DATEOID)
		return NULL;
	if (fraction < 0)
	{
		fraction += USECS_PER_SEC;
		seconds--;
	}
	seconds += (int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) *
		SECS_PER_DAY;
	if (strcmp(unit, "milliseconds") == 0)
	{
		seconds = seconds * 1000 + fraction / 1000;
		fraction %= 1000;
		digits = 3;
	}

	/* below zero the fraction counts the other way */
	negative = seconds < 0;
	if (negative && fraction > 0)
	{
		seconds++;
		fraction = (digits == 6 ? USECS_PER_SEC : 1000) - fraction;
	}
	text = psprintf("%s" INT64_FORMAT ".%0*d", negative ? "-" : "",
					negative ? -seconds : seconds, digits, (int) fraction);
	for (length = strlen(text); text[length - 1] == '0'; length--)
		text[length - 1] = '\0';
	return operand_value(attribute_make_text(ATTRIBUTE_N, text, length));
}

static bool
is_positive_infinity(Oid type_id, Datum datum)
{
	switch (type_id)
	{
		case FLOAT4OID:
			return !(DatumGetFloat4(datum) < 0);
		case FLOAT8OID:
			return !(DatumGetFloat8(datum) < 0);
		case NUMERICOID:
			/* NaN is above infinity */
			return numeric_is_nan(DatumGetNumeric(datum)) ||
				strcmp(DatumGetCString(DirectFunctionCall1(numeric_out,
														   datum)),
					   "-Infinity") != 0;
		case DATEOID:
			return DatumGetInt32(datum) > 0;
		default:
			return DatumGetTimestamp(datum) > 0;
	}
}

/* ---- plain values ---- */

/*
 * Are values equal only if they are the same to the byte?  B-tree operator
 * classes tell, for deduplication's sake.  Source: PostgreSQL documentation,
 * "B-Tree Support Functions".
 */
static bool
equality_is_of_images(Oid type_id, Oid collation)
{
	TypeCacheEntry *type = lookup_type_cache(type_id,
											 TYPECACHE_BTREE_OPFAMILY);
	Oid			function;

	if (!OidIsValid(type->btree_opf) ||
		(type_is_collatable(type_id) && !OidIsValid(collation)))
		return false;
	function = get_opfamily_proc(type->btree_opf, type->btree_opintype,
								 type->btree_opintype, BTEQUALIMAGE_PROC);
	return OidIsValid(function) &&
		DatumGetBool(OidFunctionCall1Coll(function, collation,
										  ObjectIdGetDatum(type->btree_opintype)));
}

/*
 * Types whose values are equal only if the texts of their output functions
 * are.  A range is as its bounds are.
 */
static bool
text_is_identity(Oid type_id, Oid collation)
{
	if (get_typtype(type_id) == TYPTYPE_MULTIRANGE)
		type_id = get_multirange_range(type_id);
	if (get_typtype(type_id) == TYPTYPE_RANGE)
	{
		collation = get_range_collation(type_id);
		type_id = getBaseType(get_range_subtype(type_id));
	}
	switch (type_id)
	{
		case REGPROCOID:
		case REGOPEROID:
			/* those that are overloaded have one text */
			return false;
		case TSVECTOROID:
		case XIDOID:
		case CIDOID:
			/* compare all that they hold, but do not tell */
			return true;
		default:
			return equality_is_of_images(type_id, collation);
	}
}

/*
 * Are values equal only if their canonical spellings are?  (Not so intervals:
 * one month equals 30 days; but a key has one spelling for both.)
 */
static bool
spelling_is_identity(const Codec *codec, Oid collation)
{
	switch (codec->base_type_id)
	{
		case INTERVALOID:
			return codec->is_key;
		case BPCHAROID:
			/* trailing blanks are not stored */
			return text_equality_is_bytes(collation);
		default:
			return text_is_identity(codec->base_type_id, collation);
	}
}

bool
spelling_is_ordered(const Codec *codec)
{
	switch (codec->base_type_id)
	{
		case UUIDOID:
		case DATEOID:
		case TIMEOID:
			return true;
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return time_order_is_plain(codec);
		default:
			return false;
	}
}

static bool
equality_is_plain(const Codec *codec, bool is_key, Oid collation)
{
	switch (codec->kind)
	{
		case CODEC_TEXT:
			return text_equality_is_bytes(collation);
		case CODEC_CANONICAL_TEXT:
			return is_key && spelling_is_identity(codec, collation);
		case CODEC_DIGITS:
		case CODEC_FLOAT:
			return is_key;
		case CODEC_ENUM:
		case CODEC_INTEGER:
		case CODEC_NUMERIC:
		case CODEC_EPOCH:
		case CODEC_BYTEA:
		case CODEC_BOOL:
		case CODEC_WORDS:
			return true;
		default:
			return false;
	}
}

bool
stored_order_is_plain(const Codec *codec, bool is_key, Oid collation)
{
	switch (codec->kind)
	{
		case CODEC_TEXT:
			return text_order_is_bytes(collation);
		case CODEC_CANONICAL_TEXT:
			return is_key && spelling_is_ordered(codec);
		case CODEC_FLOAT:
			return is_key;
		case CODEC_INTEGER:
		case CODEC_NUMERIC:
		case CODEC_EPOCH:
		case CODEC_BYTEA:
			return true;
		default:
			return false;
	}
}

/* The codec for a value that is compared plainly with what another stores. */
static Codec *
codec_of_value(Codec *codec, const ComparedValue *value)
{
	if (codec->kind == CODEC_INTEGER || codec->kind == CODEC_NUMERIC ||
		codec->kind == CODEC_DIGITS || codec->kind == CODEC_TEXT)
		return codec_of_own_type(getBaseType(value->type_id));
	return codec;
}

/* What codec_of_value() makes of a number is an N; a column may hold an S. */
static AttributeValue *
as_stored(const Codec *codec, AttributeValue *value)
{
	if (codec->kind == CODEC_DIGITS)
		value->type = ATTRIBUTE_S;
	return value;
}

/* Encodes a known value for a codec whose comparison is plain. */
static PlainValue
encode_plain(Codec *codec, const ComparedValue *value, bool ordered,
			 Operand **operand)
{
	Codec	   *own = codec_of_value(codec, value);
	AttributeValue *encoded;

	if (own == NULL)
		return PLAIN_NOT;

	switch (codec_try_encode(own, value->datum, &encoded))
	{
		case ENCODE_OK:
			*operand = operand_value(as_stored(codec, encoded));
			return PLAIN_OPERAND;
		case ENCODE_NOT_FINITE:
			return is_positive_infinity(getBaseType(value->type_id),
										value->datum)
				? PLAIN_GREATER : PLAIN_LESS;
		case ENCODE_UNIT:
			*operand = epoch_operand(own, value->datum);
			return *operand != NULL ? PLAIN_OPERAND : PLAIN_NOT;
		default:
			return ordered ? PLAIN_NOT : PLAIN_NOTHING;
	}
}

AttributeValue *
plain_encode(Codec *codec, const ComparedValue *value, const CodecPlace *place)
{
	return as_stored(codec, codec_encode(codec_of_value(codec, value),
										 value->datum, place));
}

Operand *
spelled_operand(Codec *codec, const ComparedValue *value)
{
	AttributeValue *encoded;

	if (value->state == VALUE_UNKNOWN)
		return operand_unknown(value->label);
	if (codec_try_encode(codec_of_value(codec, value), value->datum,
						 &encoded) != ENCODE_OK)
		return NULL;
	return operand_value(as_stored(codec, encoded));
}

Operand *
wider_bound(Codec *codec, bool is_key, const ComparedValue *value,
			bool is_lower)
{
	const char *text;

	if (!is_key || codec->kind != CODEC_CANONICAL_TEXT)
		return NULL;
	if (value->state == VALUE_UNKNOWN)
		return time_order_is_plain(codec) ? NULL
			: operand_unknown(value->label);
	text = time_bound(codec, value->datum, is_lower);
	return text == NULL ? NULL : operand_text(text, strlen(text));
}

static PlainValue
plain_operand(Codec *codec, const ComparedValue *value, bool ordered,
			  Operand **operand)
{
	if (value->state == VALUE_UNKNOWN)
	{
		*operand = operand_unknown(value->label);
		return PLAIN_OPERAND;
	}
	return encode_plain(codec, value, ordered, operand);
}

PlainValue
plain_value(Codec *codec, bool is_key, const ComparedValue *value,
			Oid collation, Operand **operand)
{
	if (!equality_is_plain(codec, is_key, collation))
		return PLAIN_NOT;
	return plain_operand(codec, value, false, operand);
}

PlainValue
plain_ordered_value(Codec *codec, bool is_key, const ComparedValue *value,
					Oid collation, Operand **operand)
{
	if (!stored_order_is_plain(codec, is_key, collation))
		return PLAIN_NOT;
	return plain_operand(codec, value, true, operand);
}
