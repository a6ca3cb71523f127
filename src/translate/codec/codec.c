/*
 * codec.c
 *		Makes codecs, and leads each value to the functions of its kind.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "translate/codec/codec.h"
#include "translate/codec/codec_collection.h"
#include "translate/codec/codec_epoch.h"
#include "translate/codec/codec_error.h"
#include "translate/codec/codec_format.h"
#include "translate/codec/codec_json.h"
#include "translate/codec/codec_number.h"
#include "translate/codec/codec_text.h"
#include "translate/codec/codec_time.h"
#include "translate/codec/codec_unit.h"

/* Attribute types as a set of bits. */
#define TYPE_BIT(type)		(1 << (type))

/* ---- making ---- */

static int	allowed_types(Oid base_type_id);

/* An array is a list; of strings, numbers or binary data it may be a set. */
static int
allowed_array_types(Oid element_type)
{
	int			element = allowed_types(getBaseType(element_type));
	int			allowed = TYPE_BIT(ATTRIBUTE_L);

	if (element & TYPE_BIT(ATTRIBUTE_S))
		allowed |= TYPE_BIT(ATTRIBUTE_SS);
	if (element & TYPE_BIT(ATTRIBUTE_N))
		allowed |= TYPE_BIT(ATTRIBUTE_NS);
	if (element & TYPE_BIT(ATTRIBUTE_B))
		allowed |= TYPE_BIT(ATTRIBUTE_BS);
	return allowed;
}

/* What a type other than the well-known ones is stored as. */
static int
allowed_by_class(Oid type_id)
{
	Oid			element_type = get_element_type(type_id);

	if (OidIsValid(element_type))
		return allowed_array_types(element_type);
	switch (get_typtype(type_id))
	{
		case TYPTYPE_COMPOSITE:
			return TYPE_BIT(ATTRIBUTE_M);
		case TYPTYPE_PSEUDO:
			return 0;
		default:
			return TYPE_BIT(ATTRIBUTE_S);
	}
}

/* The attribute types that values of a base type may be stored as. */
static int
allowed_types(Oid base_type_id)
{
	switch (base_type_id)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
			return TYPE_BIT(ATTRIBUTE_N) | TYPE_BIT(ATTRIBUTE_S);
		case FLOAT4OID:
		case FLOAT8OID:
			return TYPE_BIT(ATTRIBUTE_N);
		case BOOLOID:
			return TYPE_BIT(ATTRIBUTE_BOOL) | TYPE_BIT(ATTRIBUTE_S) |
				TYPE_BIT(ATTRIBUTE_N);
		case BYTEAOID:
			return TYPE_BIT(ATTRIBUTE_B);
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case DATEOID:
			return TYPE_BIT(ATTRIBUTE_S) | TYPE_BIT(ATTRIBUTE_N);
		case JSONOID:
		case JSONBOID:
			return TYPE_BIT(ATTRIBUTE_M) | TYPE_BIT(ATTRIBUTE_L) |
				TYPE_BIT(ATTRIBUTE_S);
		case INT2VECTOROID:
		case OIDVECTOROID:
			/* arrays that begin at 0 */
			return TYPE_BIT(ATTRIBUTE_S);
		default:
			return allowed_by_class(base_type_id);
	}
}

/* Times are texts, if nothing else is said; what is no text is itself. */
static AttributeType
default_type(Oid base_type_id, int allowed)
{
	static const AttributeType preferred[] = {
		ATTRIBUTE_M, ATTRIBUTE_L, ATTRIBUTE_BOOL, ATTRIBUTE_B
	};

	for (int i = 0; i < (int) lengthof(preferred); i++)
		if (allowed & TYPE_BIT(preferred[i]))
			return preferred[i];
	if ((allowed & TYPE_BIT(ATTRIBUTE_N)) && !time_is_own_type(base_type_id))
		return ATTRIBUTE_N;
	return ATTRIBUTE_S;
}

/* 'S' or 'N' */
static char *
name_types(int allowed)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int type = ATTRIBUTE_S; type <= ATTRIBUTE_M; type++)
	{
		if (allowed & TYPE_BIT(type))
			appendStringInfo(&names, "%s'%s'", names.len > 0 ? " or " : "",
							 attribute_type_name((AttributeType) type));
	}
	return names.data;
}

static CodecKind
kind_of_string(Oid base_type_id)
{
	if (base_type_id == TEXTOID || base_type_id == VARCHAROID ||
		base_type_id == NAMEOID)
		return CODEC_TEXT;
	switch (base_type_id)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
			return CODEC_DIGITS;
		default:
			return get_typtype(base_type_id) == TYPTYPE_ENUM ?
				CODEC_ENUM : CODEC_CANONICAL_TEXT;
	}
}

static CodecKind
kind_of_number(Oid base_type_id)
{
	switch (base_type_id)
	{
		case NUMERICOID:
			return CODEC_NUMERIC;
		case FLOAT4OID:
		case FLOAT8OID:
			return CODEC_FLOAT;
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case DATEOID:
			return CODEC_EPOCH;
		default:
			return CODEC_INTEGER;
	}
}

static CodecKind
choose_kind(Oid base_type_id, AttributeType type)
{
	if ((base_type_id == JSONOID || base_type_id == JSONBOID) &&
		type != ATTRIBUTE_S)
		return CODEC_JSON;
	if (base_type_id == BOOLOID && type != ATTRIBUTE_BOOL)
		return CODEC_WORDS;
	switch (type)
	{
		case ATTRIBUTE_S:
			return kind_of_string(base_type_id);
		case ATTRIBUTE_N:
			return kind_of_number(base_type_id);
		case ATTRIBUTE_B:
			return CODEC_BYTEA;
		case ATTRIBUTE_BOOL:
			return CODEC_BOOL;
		case ATTRIBUTE_L:
			return CODEC_LIST;
		case ATTRIBUTE_M:
			return CODEC_COMPOSITE;
		default:
			return CODEC_SET;
	}
}

/* The attribute type by option or default; false if there is none. */
static bool
choose_type(Codec *codec, const char *type_option, const char **problem,
			const char **hint)
{
	int			allowed = allowed_types(codec->base_type_id);

	if (allowed == 0)
	{
		*problem = "A pseudo-type cannot be stored.";
		*hint = "Declare the column with another type, such as jsonb.";
		return false;
	}
	codec->attribute_type = default_type(codec->base_type_id, allowed);
	if (type_option != NULL &&
		(!attribute_type_from_name(type_option, &codec->attribute_type) ||
		 !(allowed & TYPE_BIT(codec->attribute_type))))
	{
		*problem = psprintf("Values of type %s cannot be stored as '%s'.",
							format_type_be(codec->base_type_id), type_option);
		*hint = psprintf("Set option \"type\" to %s, or drop it.",
						 name_types(allowed));
		return false;
	}
	codec->kind = choose_kind(codec->base_type_id, codec->attribute_type);
	/* whether a list or a map, the document itself tells */
	if (codec->kind == CODEC_JSON)
		codec->attribute_type = ATTRIBUTE_M;
	return true;
}

/* Only numbers that are timestamps or dates have a unit. */
static bool
choose_unit(Codec *codec, const char *unit_option, const char **problem,
			const char **hint)
{
	codec->state->unit = UNIT_SECOND;
	if (unit_option == NULL ||
		(codec->kind == CODEC_SET && codec->attribute_type == ATTRIBUTE_NS))
		return true;			/* the elements have it */
	if (codec->kind != CODEC_EPOCH)
	{
		*problem = "A unit is only for timestamps and dates that are stored as numbers.";
		*hint = "Drop option \"unit\", or set option \"type\" of a timestamp or date to 'N'.";
		return false;
	}
	if (!unit_of_name(unit_option, &codec->state->unit))
	{
		*problem = psprintf("There is no unit \"%s\".", unit_option);
		*hint = "Set option \"unit\" to 's', 'ms', 'us', 'ns' or, of a date, 'd'.";
		return false;
	}
	if (codec->state->unit == UNIT_DAY && codec->base_type_id != DATEOID)
	{
		*problem = "Days are the unit of dates only.";
		*hint = "Set option \"unit\" to 's', 'ms', 'us' or 'ns', or declare the column as date.";
		return false;
	}
	return true;
}

Codec *
codec_create(Oid type_id, int32 typmod, Oid collation,
			 const CodecOptions *options,
			 const char **problem, const char **hint)
{
	Codec	   *codec = palloc0(sizeof(Codec));

	/* arrays and composite types contain others */
	check_stack_depth();
	codec->state = palloc0(sizeof(CodecState));
	codec->state->context = CurrentMemoryContext;
	codec->state->is_utf8 = GetDatabaseEncoding() == PG_UTF8;
	codec->type_id = type_id;
	codec->typmod = typmod;
	codec->collation = collation;
	codec->depth = 1;
	codec->base_typmod = typmod;
	codec->base_type_id = getBaseTypeAndTypmod(type_id, &codec->base_typmod);
	codec->state->is_domain = codec->base_type_id != type_id;

	if (!choose_type(codec, options->type, problem, hint) ||
		!choose_unit(codec, options->unit, problem, hint) ||
		!format_choose(codec, options->format, problem, hint))
		return NULL;
	switch (codec->kind)
	{
		case CODEC_TEXT:
		case CODEC_ENUM:
		case CODEC_CANONICAL_TEXT:
			text_prepare(codec);
			break;
		case CODEC_SET:
		case CODEC_LIST:
		case CODEC_COMPOSITE:
			if (!collection_prepare(codec, options, problem, hint))
				return NULL;
			break;
		default:
			break;
	}
	return codec;
}

/* ---- encoding ---- */

EncodeProblem
codec_encode_value(Codec *codec, Datum value, int depth, AttributeValue *out)
{
	check_stack_depth();
	switch (codec->kind)
	{
		case CODEC_TEXT:
		case CODEC_ENUM:
			text_encode(codec, value, out);
			return ENCODE_OK;
		case CODEC_CANONICAL_TEXT:
			if (time_is_own_type(codec->base_type_id))
				return time_encode(codec, value, out);
			text_encode(codec, value, out);
			return ENCODE_OK;
		case CODEC_DIGITS:
			return digits_encode(codec, value, out);
		case CODEC_WORDS:
			*out = codec->state->words[DatumGetBool(value) ? 1 : 0];
			return ENCODE_OK;
		case CODEC_INTEGER:
		case CODEC_NUMERIC:
		case CODEC_FLOAT:
			return number_encode(codec, value, out);
		case CODEC_EPOCH:
			return epoch_encode(codec, value, out);
		case CODEC_BYTEA:
			bytea_encode(value, out);
			return ENCODE_OK;
		case CODEC_BOOL:
			out->type = ATTRIBUTE_BOOL;
			out->length = 0;
			out->u.boolean = DatumGetBool(value);
			return ENCODE_OK;
		case CODEC_SET:
			return set_encode(codec, value, out);
		case CODEC_LIST:
			return list_encode(codec, value, depth, out);
		case CODEC_COMPOSITE:
			return composite_encode(codec, value, depth, out);
		case CODEC_JSON:
			return json_encode(codec, value, depth, out);
	}
	pg_unreachable();
}

EncodeProblem
codec_try_encode(Codec *codec, Datum value, AttributeValue **result)
{
	AttributeValue *out = palloc(sizeof(AttributeValue));
	EncodeProblem problem = codec_encode_value(codec, value, codec->depth, out);

	*result = problem == ENCODE_OK ? out : NULL;
	return problem;
}

AttributeValue *
codec_encode(Codec *codec, Datum value, const CodecPlace *place)
{
	AttributeValue *result;
	EncodeProblem problem;
	PlaceContext place_context = {.place = place};
	ErrorContextCallback context = {
		.previous = error_context_stack,
		.callback = codec_add_context,
		.arg = &place_context
	};

	error_context_stack = &context;
	problem = codec_try_encode(codec, value, &result);
	error_context_stack = context.previous;
	if (problem != ENCODE_OK && problem != ENCODE_ABSENT)
		codec_raise(problem, codec, place);
	return result;
}

/* ---- decoding ---- */

bool
codec_reads_type(const Codec *codec, AttributeType type)
{
	return type == codec->attribute_type || type == ATTRIBUTE_NULL ||
		codec->kind == CODEC_JSON;
}

static Datum
decode_by_kind(Codec *codec, const AttributeValue *value,
			   const Decoding *decoding)
{
	switch (codec->kind)
	{
		case CODEC_TEXT:
		case CODEC_ENUM:
			return text_decode(codec, value, decoding);
		case CODEC_CANONICAL_TEXT:
			return time_is_own_type(codec->base_type_id)
				? time_decode(codec, value, decoding)
				: text_decode(codec, value, decoding);
		case CODEC_DIGITS:
		case CODEC_INTEGER:
		case CODEC_NUMERIC:
		case CODEC_FLOAT:
			return number_decode(codec, value, decoding);
		case CODEC_WORDS:
			return BoolGetDatum(format_read_word(codec, value, decoding));
		case CODEC_EPOCH:
			return epoch_decode(codec, value, decoding);
		case CODEC_BYTEA:
			return bytea_decode(value, decoding);
		case CODEC_BOOL:
			return BoolGetDatum(value->u.boolean);
		case CODEC_SET:
			return set_decode(codec, value, decoding);
		case CODEC_LIST:
			return list_decode(codec, value, decoding);
		case CODEC_COMPOSITE:
			return composite_decode(codec, value, decoding);
		case CODEC_JSON:
			return json_decode(codec, value, decoding);
	}
	pg_unreachable();
}

Datum
codec_decode_value(Codec *codec, const AttributeValue *value, bool *isnull,
				   const Decoding *decoding)
{
	CodecState *state = codec->state;
	Datum		datum;

	*isnull = value == NULL || value->type == ATTRIBUTE_NULL;
	if (*isnull)
		return (Datum) 0;
	if (unlikely(value->type != codec->attribute_type) &&
		codec->kind != CODEC_JSON)
		codec_raise_type(decoding, codec, value->type);
	check_stack_depth();
	datum = decode_by_kind(codec, value, decoding);
	if (unlikely(state->is_domain))
		domain_check(datum, false, codec->type_id, &state->domain_cache,
					 state->context);
	return datum;
}

/*
 * Do all errors of a decode name the place by themselves?  Those that come
 * from functions of PostgreSQL do not.
 */
static inline bool
names_place(const Codec *codec)
{
	switch (codec->kind)
	{
		case CODEC_DIGITS:
		case CODEC_INTEGER:
		case CODEC_NUMERIC:
		case CODEC_EPOCH:
		case CODEC_BYTEA:
		case CODEC_BOOL:
		case CODEC_WORDS:
			return !codec->state->is_domain;
		case CODEC_TEXT:
			return !codec->state->is_domain && codec->state->is_utf8;
		default:
			return false;
	}
}

Datum
codec_decode(Codec *codec, const AttributeValue *value, bool *isnull,
			 const CodecPlace *place)
{
	PlaceContext place_context = {.place = place};
	Decoding	decoding = {.context = &place_context};
	ErrorContextCallback context;
	Datum		datum;

	if (names_place(codec))
		return codec_decode_value(codec, value, isnull, &decoding);

	context.previous = error_context_stack;
	context.callback = codec_add_context;
	context.arg = &place_context;
	error_context_stack = &context;
	datum = codec_decode_value(codec, value, isnull, &decoding);
	error_context_stack = context.previous;
	return datum;
}

/* ---- canonical spellings ---- */

bool
codec_is_canonical(Codec *codec, const AttributeValue *value)
{
	Decoding	decoding = {.context = NULL};
	AttributeValue written;
	Datum		datum;
	bool		isnull;

	switch (codec->kind)
	{
		case CODEC_ENUM:
		case CODEC_INTEGER:
		case CODEC_NUMERIC:
		case CODEC_BYTEA:
		case CODEC_BOOL:
			/* what is exact has one spelling, or many that are one number */
			return true;
		case CODEC_TEXT:
			if (codec->state->is_utf8)
				return true;
			break;
		default:
			break;
	}
	datum = codec_decode_value(codec, value, &isnull, &decoding);
	if (isnull || codec_encode_value(codec, datum, 1, &written) != ENCODE_OK)
		return false;
	return scalars_equal(&written, value);
}
