/*
 * codec_error.c
 *		What is said when a value cannot be stored, or a stored one not read.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "translate/codec/codec_error.h"
#include "translate/codec/codec_unit.h"

/* ---- words ---- */

/* attribute "Count" of table "t" */
static char *
describe_attribute(const Decoding *decoding)
{
	const CodecPlace *place;
	StringInfoData text;

	initStringInfo(&text);
	if (decoding->nested)
		appendStringInfoString(&text, "an element of ");
	if (decoding->context == NULL)
	{
		appendStringInfoString(&text, "a stored attribute");
		return text.data;
	}
	place = decoding->context->place;
	appendStringInfoString(&text, "attribute \"");
	attribute_append_server_text(&text, place->attribute,
								 strlen(place->attribute));
	appendStringInfo(&text, "\" of table \"%s\"", place->table);
	return text.data;
}

/*
 * The sentence that says where, for the error's detail.  The context need not
 * repeat it.
 */
static char *
describe_place(const Decoding *decoding)
{
	const CodecPlace *place;

	if (decoding->context == NULL)
		return pstrdup("The place is not known.");
	decoding->context->is_named = true;
	place = decoding->context->place;
	if (place->key == NULL)
		return psprintf("Column \"%s\".", place->column);
	return psprintf("Item %s, column \"%s\".", place->key, place->column);
}

static char *
describe_value(const AttributeValue *value)
{
	StringInfoData text;

	initStringInfo(&text);
	attribute_append_readable(&text, value);
	return text.data;
}

/* The text of a scalar, without the quotes of a string. */
static char *
describe_text(const AttributeValue *value)
{
	StringInfoData text;

	initStringInfo(&text);
	attribute_append_server_text(&text, value->u.text, value->length);
	return text.data;
}

void
codec_add_context(void *argument)
{
	const PlaceContext *context = argument;
	const CodecPlace *place = context->place;
	StringInfoData text;

	if (context->is_named)
		return;
	initStringInfo(&text);
	appendStringInfo(&text, "column \"%s\" of foreign table \"%s\", attribute \"",
					 place->column, place->table);
	attribute_append_server_text(&text, place->attribute,
								 strlen(place->attribute));
	appendStringInfoChar(&text, '"');
	if (place->key != NULL)
		appendStringInfo(&text, ", item %s", place->key);
	errcontext("%s", text.data);
}

/* ---- reading ---- */

void
codec_raise_type(const Decoding *decoding, const Codec *codec,
				 AttributeType found)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("%s is of type %s, expected %s",
					describe_attribute(decoding), attribute_type_name(found),
					attribute_type_name(codec->attribute_type)),
			 errdetail_internal("%s", describe_place(decoding)),
			 errhint("Change the column's type or its option \"type\", or assign a new value to the column.")));
}

void
codec_raise_misfit(const Decoding *decoding, const Codec *codec, int sqlstate,
				   const AttributeValue *value)
{
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg("value %s of %s does not fit type %s",
					describe_value(value), describe_attribute(decoding),
					format_type_with_typemod(codec->type_id, codec->typmod)),
			 errdetail("%s  A stored value is never rounded or cut.",
					   describe_place(decoding)),
			 errhint("Declare the column with a type that holds the value.")));
}

void
codec_raise_spelling(const Decoding *decoding, const AttributeValue *value)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 value->type == ATTRIBUTE_B
			 ? errmsg("the value of %s is not base64",
					  describe_attribute(decoding))
			 : errmsg("value \"%s\" of %s is not a number",
					  describe_text(value), describe_attribute(decoding)),
			 errdetail_internal("%s", describe_place(decoding))));
}

void
codec_raise_moving_time(const Decoding *decoding, const AttributeValue *value)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("value \"%s\" of %s is no fixed time",
					describe_text(value), describe_attribute(decoding)),
			 errdetail_internal("%s", describe_place(decoding))));
}

void
codec_raise_word(const Decoding *decoding, const Codec *codec,
				 const AttributeValue *value)
{
	const AttributeValue *words = codec->state->words;

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("value %s of %s is neither %s nor %s",
					describe_value(value), describe_attribute(decoding),
					describe_value(&words[1]), describe_value(&words[0])),
			 errdetail_internal("%s", describe_place(decoding)),
			 errhint("Change the column's option \"format\", or assign a new value to the column.")));
}

void
codec_raise_nul(const Decoding *decoding)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
			 errmsg("a string in %s holds a NUL character",
					describe_attribute(decoding)),
			 errdetail("%s  PostgreSQL's text cannot hold \\u0000.",
					   describe_place(decoding))));
}

void
codec_raise_shape(const Decoding *decoding, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
			 errmsg("the list in %s cannot be an array",
					describe_attribute(decoding)),
			 errdetail("%s  %s", detail, describe_place(decoding)),
			 errhint("Declare the column as jsonb.")));
}

/* ---- writing ---- */

static int
problem_sqlstate(EncodeProblem problem)
{
	switch (problem)
	{
		case ENCODE_NOT_FINITE:
		case ENCODE_TOO_PRECISE:
		case ENCODE_OUT_OF_MAGNITUDE:
			return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
		case ENCODE_UNIT:
		case ENCODE_PRECISION:
			return ERRCODE_DATETIME_VALUE_OUT_OF_RANGE;
		case ENCODE_LOWER_BOUND:
		case ENCODE_DIMENSIONS:
			return ERRCODE_ARRAY_SUBSCRIPT_ERROR;
		case ENCODE_EMPTY_NAME:
			return ERRCODE_INVALID_PARAMETER_VALUE;
		case ENCODE_LONG_NAME:
		case ENCODE_NESTING:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case ENCODE_OK:
		case ENCODE_ABSENT:
		case ENCODE_NULL_ELEMENT:
			break;
	}
	return ERRCODE_NULL_VALUE_NOT_ALLOWED;
}

static bool
counts_seconds(const Codec *codec)
{
	return codec_unit_name(codec) != NULL &&
		strcmp(codec_unit_name(codec), "second") == 0;
}

/* What is wrong, as a sentence. */
static const char *
problem_detail(EncodeProblem problem, const Codec *codec)
{
	switch (problem)
	{
		case ENCODE_NOT_FINITE:
			return "DynamoDB has no numbers NaN and infinity.";
		case ENCODE_TOO_PRECISE:
			return "DynamoDB numbers have at most 38 significant digits.";
		case ENCODE_OUT_OF_MAGNITUDE:
			return "DynamoDB numbers are 0, or of a magnitude from 1E-130 to below 1E+126.";
		case ENCODE_UNIT:
			return counts_seconds(codec) ?
				"It is not a whole number of seconds, the unit of the column." :
				"It is not a whole number of milliseconds, the unit of the column.";
		case ENCODE_PRECISION:
			return "It has more digits after the second than the column.";
		case ENCODE_NULL_ELEMENT:
			return "A set has no NULL elements.";
		case ENCODE_LOWER_BOUND:
			return "Lists and sets have no lower bound: that of the array must be 1.";
		case ENCODE_DIMENSIONS:
			return "The array has several dimensions, but a set has one, and so has a list whose elements may be lists.";
		case ENCODE_EMPTY_NAME:
			return "DynamoDB has no empty names in documents.";
		case ENCODE_LONG_NAME:
			return "Names in documents have at most 65535 bytes in DynamoDB.";
		case ENCODE_NESTING:
			return "DynamoDB nests lists and maps at most 32 levels deep, the item included.";
		case ENCODE_OK:
		case ENCODE_ABSENT:
			break;
	}
	return "It would be stored as no attribute.";
}

static const char *
problem_hint(EncodeProblem problem, const Codec *codec)
{
	int32		precision = counts_seconds(codec) ? 0 : 3;

	switch (problem)
	{
		case ENCODE_UNIT:
			return psprintf("Use date_trunc(), declare the column as %s, or set its option \"unit\" to 'us'.",
							format_type_with_typemod(codec->base_type_id,
													 precision));
		case ENCODE_PRECISION:
			return psprintf("Use date_trunc(), or declare the column as %s.",
							format_type_be(codec->base_type_id));
		case ENCODE_NULL_ELEMENT:
			return "Use array_remove(), or set the column's option \"type\" to 'L'.";
		default:
			return NULL;
	}
}

/* The codec in which the unit is: that of the elements of a set. */
static const Codec *
innermost_codec(const Codec *codec)
{
	while (codec->kind == CODEC_SET || codec->kind == CODEC_LIST)
		codec = codec->element;
	return codec;
}

void
codec_raise(EncodeProblem problem, const Codec *codec, const CodecPlace *place)
{
	const char *hint = problem_hint(problem, innermost_codec(codec));

	ereport(ERROR,
			(errcode(problem_sqlstate(problem)),
			 errmsg("the value for column \"%s\" of foreign table \"%s\" cannot be stored in DynamoDB",
					place->column, place->table),
			 place->key != NULL
			 ? errdetail("%s  Item %s.",
						 problem_detail(problem, innermost_codec(codec)),
						 place->key)
			 : errdetail_internal("%s",
								  problem_detail(problem,
												 innermost_codec(codec))),
			 hint != NULL ? errhint("%s", hint) : 0));
}
