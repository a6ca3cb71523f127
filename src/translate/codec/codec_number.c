/*
 * codec_number.c
 *		Numbers: smallint, integer, bigint, numeric, real, double precision.
 *
 * What is exact stays exact: texts are read and written digit by digit, and
 * only real and double precision, which are binary, ever pass through one.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "common/shortest_dec.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/numeric.h"

#include "translate/codec/codec_error.h"
#include "translate/codec/codec_number.h"

/* DynamoDB's numbers. */
#define MAX_DIGITS			38
#define MAX_EXPONENT		125
#define MIN_EXPONENT		(-130)

/* Longest plain text: sign, 0, point, zeros of 1E-130, all digits, NUL. */
#define PLAIN_TEXT_LENGTH	(4 - MIN_EXPONENT + MAX_DIGITS)

/* What numeric holds at most. */
#define NUMERIC_MAX_BEFORE	131072
#define NUMERIC_MAX_AFTER	16383

/* An exponent beyond this is as good as infinite. */
#define EXPONENT_BOUND		1000000

/* Texts of so many digits fit an int64 for sure. */
#define SAFE_DIGITS			18

/* Numbers of more digits do not fit a uint64. */
#define MAX_UINT64_DIGITS	20

/* ---- texts ---- */

/* The exponent after the letter e. */
static bool
read_exponent(const char *place, const char *end, int *exponent)
{
	bool		negative = false;

	if (place < end && (*place == '+' || *place == '-'))
		negative = *place++ == '-';
	if (place == end)
		return false;
	*exponent = 0;
	for (; place < end; place++)
	{
		if (*place < '0' || *place > '9')
			return false;
		if (*exponent < EXPONENT_BOUND)
			*exponent = *exponent * 10 + (*place - '0');
	}
	if (negative)
		*exponent = -*exponent;
	return true;
}

bool
number_read_shape(const char *text, int length, NumberShape *shape)
{
	const char *place = text;
	const char *end = text + length;
	int			digits = 0;
	int			point = -1;		/* digits before the point */
	int			first = -1;		/* of the digits that are not zero */
	int			last = -1;
	int			exponent = 0;

	if (place < end && (*place == '+' || *place == '-'))
		place++;
	for (; place < end; place++)
	{
		if (*place >= '0' && *place <= '9')
		{
			if (*place != '0')
			{
				last = digits;
				if (first < 0)
					first = digits;
			}
			digits++;
		}
		else if (*place == '.' && point < 0)
			point = digits;
		else
			break;
	}
	if (digits == 0)
		return false;
	if (place < end)
	{
		if ((*place != 'e' && *place != 'E') ||
			!read_exponent(place + 1, end, &exponent))
			return false;
	}

	if (point < 0)
		point = digits;
	shape->is_zero = first < 0;
	shape->highest = first < 0 ? 0 : point - 1 - first + exponent;
	shape->lowest = first < 0 ? 0 : point - 1 - last + exponent;
	return true;
}

bool
number_read_scaled(const char *text, const NumberShape *shape, int scale,
				   bool *negative, uint64 *magnitude)
{
	int			significant = shape->highest - shape->lowest + 1;
	int			zeros = shape->lowest + scale;

	*negative = *text == '-';
	*magnitude = 0;
	if (shape->is_zero)
		return true;
	if (zeros < 0 || significant + zeros > MAX_UINT64_DIGITS)
		return false;

	while (*text < '1' || *text > '9')
		text++;
	for (; significant > 0; text++)
	{
		if (*text == '.')
			continue;
		if (pg_mul_u64_overflow(*magnitude, 10, magnitude) ||
			pg_add_u64_overflow(*magnitude, *text - '0', magnitude))
			return false;
		significant--;
	}
	for (; zeros > 0; zeros--)
	{
		if (pg_mul_u64_overflow(*magnitude, 10, magnitude))
			return false;
	}
	return true;
}

/* The significant digits of the text, without point and zeros around. */
static void
copy_significant(const char *text, const NumberShape *shape, char *digits)
{
	int			count = shape->highest - shape->lowest + 1;

	while (*text < '1' || *text > '9')
		text++;
	for (; count > 0; text++)
	{
		if (*text != '.')
		{
			*digits++ = *text;
			count--;
		}
	}
}

/* Writes the number in plain digits; returns their end. */
static char *
write_plain(char *out, const char *digits, const NumberShape *shape)
{
	if (shape->highest < 0)
	{
		*out++ = '0';
		*out++ = '.';
		for (int power = -1; power > shape->highest; power--)
			*out++ = '0';
	}
	for (int power = shape->highest; power >= Min(shape->lowest, 0); power--)
	{
		if (power == -1 && shape->highest >= 0)
			*out++ = '.';
		*out++ = power >= shape->lowest ? *digits++ : '0';
	}
	return out;
}

EncodeProblem
number_encode_text(const char *text, AttributeValue *out)
{
	NumberShape shape;
	char		digits[MAX_DIGITS];
	char	   *plain;
	char	   *end;

	if (!number_read_shape(text, strlen(text), &shape))
		return ENCODE_NOT_FINITE;
	if (shape.highest > MAX_EXPONENT || shape.highest < MIN_EXPONENT)
		return ENCODE_OUT_OF_MAGNITUDE;
	if (shape.highest - shape.lowest >= MAX_DIGITS)
		return ENCODE_TOO_PRECISE;

	plain = end = palloc(PLAIN_TEXT_LENGTH);
	if (shape.is_zero)
		*end++ = '0';
	else
	{
		copy_significant(text, &shape, digits);
		if (*text == '-')
			*end++ = '-';
		end = write_plain(end, digits, &shape);
	}
	*end = '\0';
	codec_set_text(out, ATTRIBUTE_N, plain, end - plain);
	return ENCODE_OK;
}

bool
number_texts_equal(const AttributeValue *a, const AttributeValue *b)
{
	AttributeValue plain_a;
	AttributeValue plain_b;

	return number_encode_text(a->u.text, &plain_a) == ENCODE_OK &&
		number_encode_text(b->u.text, &plain_b) == ENCODE_OK &&
		plain_a.length == plain_b.length &&
		memcmp(plain_a.u.text, plain_b.u.text, plain_a.length) == 0;
}

bool
scalars_equal(const AttributeValue *a, const AttributeValue *b)
{
	if (a->type == ATTRIBUTE_N && b->type == ATTRIBUTE_N)
		return number_texts_equal(a, b);
	return attribute_equal(a, b);
}

/* ---- integers ---- */

static void
encode_integer(int64 number, AttributeValue *out)
{
	char	   *text = palloc(MAXINT8LEN + 1);
	int			length = pg_lltoa(number, text);

	codec_set_text(out, ATTRIBUTE_N, text, length);
}

/* An optional minus and few digits: nearly every stored integer. */
static inline bool
read_short_integer(const char *text, int length, int64 *result)
{
	bool		negative = length > 0 && *text == '-';
	const char *end = text + length;
	int64		number = 0;

	text += negative;
	if (text == end || end - text > SAFE_DIGITS)
		return false;
	for (; text < end; text++)
	{
		if (*text < '0' || *text > '9')
			return false;
		number = number * 10 + (*text - '0');
	}
	*result = negative ? -number : number;
	return true;
}

static int64
decode_integer(Codec *codec, const AttributeValue *value,
			   const Decoding *decoding)
{
	NumberShape shape;
	int64		number;
	uint64		magnitude;
	bool		negative;

	if (read_short_integer(value->u.text, value->length, &number))
		return number;
	if (!number_read_shape(value->u.text, value->length, &shape))
		codec_raise_spelling(decoding, value);
	/* below zero there is room for one number more */
	if (!number_read_scaled(value->u.text, &shape, 0, &negative,
							&magnitude) ||
		magnitude > (uint64) PG_INT64_MAX + (negative ? 1 : 0))
		codec_raise_misfit(decoding, codec,
						   ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, value);
	return negative ? (int64) -magnitude : (int64) magnitude;
}

/* ---- numeric ---- */

/* Would a numeric of the typmod hold the number as it is? */
static bool
fits_numeric(const NumberShape *shape, int32 typmod)
{
	int			precision;
	int			scale;

	if (typmod < (int32) VARHDRSZ)
		return shape->highest < NUMERIC_MAX_BEFORE &&
			shape->lowest >= -NUMERIC_MAX_AFTER;

	/* an 11-bit number with sign; before PostgreSQL 15 never negative */
	precision = ((typmod - VARHDRSZ) >> 16) & 0xFFFF;
	scale = (((typmod - VARHDRSZ) & 0x7FF) ^ 1024) - 1024;
	return shape->is_zero ||
		(shape->lowest >= -scale && shape->highest < precision - scale);
}

EncodeProblem
number_encode_numeric(Datum value, AttributeValue *out)
{
	Datum		text = DirectFunctionCall1(numeric_out, value);

	return number_encode_text(DatumGetCString(text), out);
}

static Datum
decode_numeric(Codec *codec, const AttributeValue *value,
			   const Decoding *decoding)
{
	NumberShape shape;

	if (!number_read_shape(value->u.text, value->length, &shape))
		codec_raise_spelling(decoding, value);
	if (!fits_numeric(&shape, codec->base_typmod))
		codec_raise_misfit(decoding, codec,
						   ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, value);
	/* its exponent may still be beyond what numeric_in() reads */
	if (shape.is_zero)
		return DirectFunctionCall3(numeric_in, CStringGetDatum("0"),
								   ObjectIdGetDatum(InvalidOid),
								   Int32GetDatum(codec->base_typmod));
	return DirectFunctionCall3(numeric_in, CStringGetDatum(value->u.text),
							   ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(codec->base_typmod));
}

/* ---- binary ---- */

static EncodeProblem
encode_float(Codec *codec, Datum value, AttributeValue *out)
{
	char		text[DOUBLE_SHORTEST_DECIMAL_LEN];

	/* shortest texts that read back as the same number */
	if (codec->base_type_id == FLOAT4OID)
		float_to_shortest_decimal_buf(DatumGetFloat4(value), text);
	else
		double_to_shortest_decimal_buf(DatumGetFloat8(value), text);
	return number_encode_text(text, out);
}

static Datum
decode_float(Codec *codec, const AttributeValue *value,
			 const Decoding *decoding)
{
	NumberShape shape;

	/* the input functions would read more than numbers */
	if (!number_read_shape(value->u.text, value->length, &shape))
		codec_raise_spelling(decoding, value);
	return DirectFunctionCall1(codec->base_type_id == FLOAT4OID ?
							   float4in : float8in,
							   CStringGetDatum(value->u.text));
}

/* ---- all ---- */

EncodeProblem
number_encode(Codec *codec, Datum value, AttributeValue *out)
{
	switch (codec->base_type_id)
	{
		case INT2OID:
			encode_integer(DatumGetInt16(value), out);
			return ENCODE_OK;
		case INT4OID:
			encode_integer(DatumGetInt32(value), out);
			return ENCODE_OK;
		case INT8OID:
			encode_integer(DatumGetInt64(value), out);
			return ENCODE_OK;
		case NUMERICOID:
			return number_encode_numeric(value, out);
		default:
			return encode_float(codec, value, out);
	}
}

EncodeProblem
digits_encode(Codec *codec, Datum value, AttributeValue *out)
{
	EncodeProblem problem = number_encode(codec, value, out);

	out->type = ATTRIBUTE_S;
	return problem;
}

Datum
number_decode(Codec *codec, const AttributeValue *value,
			  const Decoding *decoding)
{
	int64		number;

	switch (codec->base_type_id)
	{
		case INT2OID:
			number = decode_integer(codec, value, decoding);
			if (number >= PG_INT16_MIN && number <= PG_INT16_MAX)
				return Int16GetDatum((int16) number);
			break;
		case INT4OID:
			number = decode_integer(codec, value, decoding);
			if (number >= PG_INT32_MIN && number <= PG_INT32_MAX)
				return Int32GetDatum((int32) number);
			break;
		case INT8OID:
			return Int64GetDatum(decode_integer(codec, value, decoding));
		case NUMERICOID:
			return decode_numeric(codec, value, decoding);
		default:
			return decode_float(codec, value, decoding);
	}
	codec_raise_misfit(decoding, codec, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
					   value);
}
