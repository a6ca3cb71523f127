/*
 * local_function.c
 *		The local definitions of the dyn_ functions on numbers and on values of
 *		any type.
 *
 * In the SET of an UPDATE these functions become DynamoDB's own operations.
 * Wherever that is not possible they are called like any other function, and
 * mean the same: an absent attribute is NULL here and counts as 0.
 *
 * The numeric ones come in one variant for each type of column, so that the
 * result has the column's type.  What is added to an integer is always a
 * bigint: then every mix of integer types finds its variant.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "fdw/function/local_function.h"
#include "translate/codec/codec.h"

PG_FUNCTION_INFO_V1(dyn_increment_int2);
PG_FUNCTION_INFO_V1(dyn_increment_int4);
PG_FUNCTION_INFO_V1(dyn_increment_int8);
PG_FUNCTION_INFO_V1(dyn_increment_numeric);
PG_FUNCTION_INFO_V1(dyn_increment_float4);
PG_FUNCTION_INFO_V1(dyn_increment_float8);
PG_FUNCTION_INFO_V1(dyn_decrement_int2);
PG_FUNCTION_INFO_V1(dyn_decrement_int4);
PG_FUNCTION_INFO_V1(dyn_decrement_int8);
PG_FUNCTION_INFO_V1(dyn_decrement_numeric);
PG_FUNCTION_INFO_V1(dyn_decrement_float4);
PG_FUNCTION_INFO_V1(dyn_decrement_float8);
PG_FUNCTION_INFO_V1(dyn_add_int2);
PG_FUNCTION_INFO_V1(dyn_add_int4);
PG_FUNCTION_INFO_V1(dyn_add_int8);
PG_FUNCTION_INFO_V1(dyn_add_numeric);
PG_FUNCTION_INFO_V1(dyn_add_float4);
PG_FUNCTION_INFO_V1(dyn_add_float8);
PG_FUNCTION_INFO_V1(dyn_if_not_exists);
PG_FUNCTION_INFO_V1(dyn_upsert);
PG_FUNCTION_INFO_V1(dyn_attribute_exists);
PG_FUNCTION_INFO_V1(dyn_attribute_type);

void
refuse_null_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
	if (PG_ARGISNULL(number))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be null", name)));
}

/* ---- sums ---- */

/* current + by, or current - by, if a type with these bounds can hold it. */
static int64
integer_sum(FunctionCallInfo fcinfo, int64 current, bool subtract,
			int64 smallest, int64 largest, const char *type_name)
{
	int64		by;
	int64		sum;
	bool		overflows;

	refuse_null_argument(fcinfo, 1, "by");
	by = PG_GETARG_INT64(1);
	overflows = subtract ? pg_sub_s64_overflow(current, by, &sum) :
		pg_add_s64_overflow(current, by, &sum);
	if (overflows || sum < smallest || sum > largest)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s out of range", type_name)));
	return sum;
}

static Datum
sum_int2(FunctionCallInfo fcinfo, bool subtract)
{
	int16		current = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT16(0);

	PG_RETURN_INT16((int16) integer_sum(fcinfo, current, subtract,
										PG_INT16_MIN, PG_INT16_MAX,
										"smallint"));
}

static Datum
sum_int4(FunctionCallInfo fcinfo, bool subtract)
{
	int32		current = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT32(0);

	PG_RETURN_INT32((int32) integer_sum(fcinfo, current, subtract,
										PG_INT32_MIN, PG_INT32_MAX,
										"integer"));
}

static Datum
sum_int8(FunctionCallInfo fcinfo, bool subtract)
{
	int64		current = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);

	PG_RETURN_INT64(integer_sum(fcinfo, current, subtract,
								PG_INT64_MIN, PG_INT64_MAX,
								"bigint"));
}

/* The other types have PostgreSQL's own operators, and their errors. */
static Datum
operator_sum(FunctionCallInfo fcinfo, PGFunction operator, Datum zero)
{
	refuse_null_argument(fcinfo, 1, "by");
	return DirectFunctionCall2(operator,
							   PG_ARGISNULL(0) ? zero : PG_GETARG_DATUM(0),
							   PG_GETARG_DATUM(1));
}

static Datum
numeric_zero(void)
{
	return NumericGetDatum(int64_to_numeric(0));
}

Datum
dyn_increment_int2(PG_FUNCTION_ARGS)
{
	return sum_int2(fcinfo, false);
}

Datum
dyn_increment_int4(PG_FUNCTION_ARGS)
{
	return sum_int4(fcinfo, false);
}

Datum
dyn_increment_int8(PG_FUNCTION_ARGS)
{
	return sum_int8(fcinfo, false);
}

Datum
dyn_increment_numeric(PG_FUNCTION_ARGS)
{
	return operator_sum(fcinfo, numeric_add, numeric_zero());
}

Datum
dyn_increment_float4(PG_FUNCTION_ARGS)
{
	return operator_sum(fcinfo, float4pl, Float4GetDatum(0));
}

Datum
dyn_increment_float8(PG_FUNCTION_ARGS)
{
	return operator_sum(fcinfo, float8pl, Float8GetDatum(0));
}

Datum
dyn_decrement_int2(PG_FUNCTION_ARGS)
{
	return sum_int2(fcinfo, true);
}

Datum
dyn_decrement_int4(PG_FUNCTION_ARGS)
{
	return sum_int4(fcinfo, true);
}

Datum
dyn_decrement_int8(PG_FUNCTION_ARGS)
{
	return sum_int8(fcinfo, true);
}

Datum
dyn_decrement_numeric(PG_FUNCTION_ARGS)
{
	return operator_sum(fcinfo, numeric_sub, numeric_zero());
}

Datum
dyn_decrement_float4(PG_FUNCTION_ARGS)
{
	return operator_sum(fcinfo, float4mi, Float4GetDatum(0));
}

Datum
dyn_decrement_float8(PG_FUNCTION_ARGS)
{
	return operator_sum(fcinfo, float8mi, Float8GetDatum(0));
}

Datum
dyn_add_int2(PG_FUNCTION_ARGS)
{
	return sum_int2(fcinfo, false);
}

Datum
dyn_add_int4(PG_FUNCTION_ARGS)
{
	return sum_int4(fcinfo, false);
}

Datum
dyn_add_int8(PG_FUNCTION_ARGS)
{
	return sum_int8(fcinfo, false);
}

Datum
dyn_add_numeric(PG_FUNCTION_ARGS)
{
	return operator_sum(fcinfo, numeric_add, numeric_zero());
}

Datum
dyn_add_float4(PG_FUNCTION_ARGS)
{
	return operator_sum(fcinfo, float4pl, Float4GetDatum(0));
}

Datum
dyn_add_float8(PG_FUNCTION_ARGS)
{
	return operator_sum(fcinfo, float8pl, Float8GetDatum(0));
}

/* ---- any type ---- */

Datum
dyn_if_not_exists(PG_FUNCTION_ARGS)
{
	int			chosen = PG_ARGISNULL(0) ? 1 : 0;

	if (PG_ARGISNULL(chosen))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(chosen));
}

/*
 * A mark in a WHERE, which the planner takes out where it has a meaning.
 */
Datum
dyn_upsert(PG_FUNCTION_ARGS)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("dyn_upsert() cannot be used here"),
			 errhint("Use it in the WHERE of an UPDATE of one DynamoDB table, at the top level of its ANDs, together with an equality for each key column.")));
	PG_RETURN_NULL();
}

Datum
dyn_attribute_exists(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!PG_ARGISNULL(0));
}

/*
 * The type that a value of the argument's type is stored as when no column
 * option says otherwise.
 */
Datum
dyn_attribute_type(PG_FUNCTION_ARGS)
{
	Codec	   *codec = fcinfo->flinfo->fn_extra;
	AttributeType type;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();

	if (codec == NULL)
	{
		MemoryContext old_context;
		Oid			type_id = get_fn_expr_argtype(fcinfo->flinfo, 0);
		const CodecOptions no_options = {0};
		const char *problem;
		const char *hint;

		old_context = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		codec = codec_create(type_id == UNKNOWNOID ? TEXTOID : type_id, -1,
							 InvalidOid, &no_options, &problem, &hint);
		MemoryContextSwitchTo(old_context);
		if (codec == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("the value cannot be stored in DynamoDB"),
					 errdetail("%s", problem),
					 errhint("%s", hint)));
		fcinfo->flinfo->fn_extra = codec;
	}

	type = codec->attribute_type;
	if (codec->kind == CODEC_JSON)
	{
		AttributeValue *value;

		/* what a document is stored as depends on what it is */
		if (codec_try_encode(codec, PG_GETARG_DATUM(0), &value) != ENCODE_OK)
			PG_RETURN_NULL();
		type = value->type;
	}
	PG_RETURN_DATUM(CStringGetTextDatum(attribute_type_name(type)));
}
