/*
 * codec_json.c
 *		Documents: json and jsonb, which hold any value of DynamoDB.
 *
 * json is read and written by way of jsonb, and so means the same.  JSON has
 * fewer types: a set is read as an array, and binary data as its base64 text.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "translate/codec/codec_error.h"
#include "translate/codec/codec_json.h"
#include "translate/codec/codec_number.h"
#include "translate/codec/codec_text.h"

/* ---- writing ---- */

static EncodeProblem encode_container(JsonbContainer *container, int depth,
									  AttributeValue *out);

/* Text of a document, which has no NUL after it. */
static void
encode_string(const JsonbValue *string, AttributeValue *out)
{
	int			length = string->val.string.len;

	text_to_attribute(pnstrdup(string->val.string.val, length), length, out);
}

static EncodeProblem
encode_jsonb_value(const JsonbValue *value, int depth, AttributeValue *out)
{
	switch (value->type)
	{
		case jbvString:
			encode_string(value, out);
			return ENCODE_OK;
		case jbvNumeric:
			return number_encode_numeric(NumericGetDatum(value->val.numeric),
										 out);
		case jbvBool:
			out->type = ATTRIBUTE_BOOL;
			out->length = 0;
			out->u.boolean = value->val.boolean;
			return ENCODE_OK;
		case jbvBinary:
			return encode_container(value->val.binary.data, depth, out);
		default:
			out->type = ATTRIBUTE_NULL;
			out->length = 0;
			out->u.text = NULL;
			return ENCODE_OK;
	}
}

static EncodeProblem
encode_array(JsonbIterator *iterator, int count, int depth,
			 AttributeValue *out)
{
	AttributeValue *elements = palloc(count * sizeof(AttributeValue));
	JsonbValue	value;

	out->type = ATTRIBUTE_L;
	out->length = 0;
	out->u.elements = elements;
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_ELEM)
	{
		EncodeProblem problem = encode_jsonb_value(&value, depth + 1,
												   &elements[out->length]);

		if (problem != ENCODE_OK)
			return problem;
		out->length++;
	}
	return ENCODE_OK;
}

static EncodeProblem
encode_object(JsonbIterator *iterator, int count, int depth,
			  AttributeValue *out)
{
	Attribute  *entries = palloc(count * sizeof(Attribute));
	JsonbValue	value;

	out->type = ATTRIBUTE_M;
	out->length = 0;
	out->u.entries = entries;
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_KEY)
	{
		Attribute  *entry = &entries[out->length];
		AttributeValue name;
		EncodeProblem problem;

		encode_string(&value, &name);
		if (name.length == 0)
			return ENCODE_EMPTY_NAME;
		if (name.length > ATTRIBUTE_NAME_LIMIT)
			return ENCODE_LONG_NAME;
		entry->name = name.u.text;
		entry->name_length = name.length;

		(void) JsonbIteratorNext(&iterator, &value, true);
		problem = encode_jsonb_value(&value, depth + 1, &entry->value);
		if (problem != ENCODE_OK)
			return problem;
		out->length++;
	}
	return ENCODE_OK;
}

static EncodeProblem
encode_container(JsonbContainer *container, int depth, AttributeValue *out)
{
	JsonbIterator *iterator = JsonbIteratorInit(container);
	JsonbValue	value;

	check_stack_depth();
	if (depth >= DOCUMENT_DEPTH_LIMIT)
		return ENCODE_NESTING;
	if (JsonbIteratorNext(&iterator, &value, true) == WJB_BEGIN_ARRAY)
		return encode_array(iterator, value.val.array.nElems, depth, out);
	return encode_object(iterator, value.val.object.nPairs, depth, out);
}

EncodeProblem
json_encode(Codec *codec, Datum value, int depth, AttributeValue *out)
{
	Jsonb	   *document;
	JsonbIterator *iterator;
	JsonbValue	scalar;
	char	   *json;

	if (codec->base_type_id == JSONOID)
	{
		json = TextDatumGetCString(value);
		value = DirectFunctionCall1(jsonb_in, CStringGetDatum(json));
	}
	document = DatumGetJsonbP(value);
	if (!JB_ROOT_IS_SCALAR(document))
		return encode_container(&document->root, depth, out);

	/* jsonb keeps a scalar as the only element of an array */
	iterator = JsonbIteratorInit(&document->root);
	(void) JsonbIteratorNext(&iterator, &scalar, true);
	(void) JsonbIteratorNext(&iterator, &scalar, true);
	if (scalar.type == jbvNull)
		return ENCODE_ABSENT;
	return encode_jsonb_value(&scalar, depth, out);
}

/* ---- reading ---- */

static void
make_string(JsonbValue *result, const AttributeValue *value,
			const Decoding *decoding)
{
	char	   *string = text_to_server(value, decoding);

	result->type = jbvString;
	result->val.string.val = string;
	result->val.string.len = string == value->u.text ? value->length :
		(int) strlen(string);
}

static void
make_number(JsonbValue *result, const AttributeValue *value,
			const Decoding *decoding)
{
	NumberShape shape;

	/* numeric_in() would read more than numbers */
	if (!number_read_shape(value->u.text, value->length, &shape))
		codec_raise_spelling(decoding, value);
	result->type = jbvNumeric;
	result->val.numeric =
		DatumGetNumeric(DirectFunctionCall3(numeric_in,
											CStringGetDatum(value->u.text),
											ObjectIdGetDatum(InvalidOid),
											Int32GetDatum(-1)));
}

static void
make_scalar(JsonbValue *result, const AttributeValue *value,
			const Decoding *decoding)
{
	switch (value->type)
	{
		case ATTRIBUTE_S:
		case ATTRIBUTE_B:
			make_string(result, value, decoding);
			break;
		case ATTRIBUTE_N:
			make_number(result, value, decoding);
			break;
		case ATTRIBUTE_BOOL:
			result->type = jbvBool;
			result->val.boolean = value->u.boolean;
			break;
		default:
			result->type = jbvNull;
			break;
	}
}

static int
compare_scalars(const void *a, const void *b)
{
	const JsonbValue *first = a;
	const JsonbValue *second = b;
	int			result;
	Datum		order;

	if (first->type == jbvNumeric)
	{
		order = DirectFunctionCall2(numeric_cmp,
									NumericGetDatum(first->val.numeric),
									NumericGetDatum(second->val.numeric));
		return DatumGetInt32(order);
	}
	result = memcmp(first->val.string.val, second->val.string.val,
					Min(first->val.string.len, second->val.string.len));
	return result != 0 ? result :
		first->val.string.len - second->val.string.len;
}

/* Base64 texts in the order of the bytes that they stand for. */
static int
compare_base64(const void *a, const void *b)
{
	static const char digits[] =
		"=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const JsonbValue *first = a;
	const JsonbValue *second = b;
	int			common = Min(first->val.string.len, second->val.string.len);

	for (int i = 0; i < common; i++)
	{
		char		one = first->val.string.val[i];
		char		other = second->val.string.val[i];

		if (one != other)
			return strchr(digits, one) < strchr(digits, other) ? -1 : 1;
	}
	return first->val.string.len - second->val.string.len;
}

/* A set as an array, sorted: DynamoDB gives it no order. */
static void
push_set(JsonbBuilding *state, const AttributeValue *set,
		 const Decoding *decoding)
{
	JsonbValue *elements = palloc(set->length * sizeof(JsonbValue));

	for (int i = 0; i < set->length; i++)
		make_scalar(&elements[i], &set->u.elements[i], decoding);
	qsort(elements, set->length, sizeof(JsonbValue),
		  set->type == ATTRIBUTE_BS ? compare_base64 : compare_scalars);
	for (int i = 0; i < set->length; i++)
		(void) push_jsonb(state, WJB_ELEM, &elements[i]);
}

/*
 * Pushes a value of any type as an element or the value of an entry.  Returns
 * the document if the value is a container and the outermost one.
 */
static JsonbValue *
push_json_value(JsonbBuilding *state, JsonbIteratorToken token,
		   const AttributeValue *value, const Decoding *decoding)
{
	JsonbValue	scalar;

	check_stack_depth();
	switch (value->type)
	{
		case ATTRIBUTE_L:
			(void) push_jsonb(state, WJB_BEGIN_ARRAY, NULL);
			for (int i = 0; i < value->length; i++)
				(void) push_json_value(state, WJB_ELEM, &value->u.elements[i],
									   decoding);
			return push_jsonb(state, WJB_END_ARRAY, NULL);

		case ATTRIBUTE_SS:
		case ATTRIBUTE_NS:
		case ATTRIBUTE_BS:
			(void) push_jsonb(state, WJB_BEGIN_ARRAY, NULL);
			push_set(state, value, decoding);
			return push_jsonb(state, WJB_END_ARRAY, NULL);

		case ATTRIBUTE_M:
			(void) push_jsonb(state, WJB_BEGIN_OBJECT, NULL);
			for (int i = 0; i < value->length; i++)
			{
				const Attribute *entry = &value->u.entries[i];
				AttributeValue name;

				codec_set_text(&name, ATTRIBUTE_S, entry->name,
							   entry->name_length);
				make_string(&scalar, &name, decoding);
				(void) push_jsonb(state, WJB_KEY, &scalar);
				(void) push_json_value(state, WJB_VALUE, &entry->value,
									   decoding);
			}
			return push_jsonb(state, WJB_END_OBJECT, NULL);

		default:
			make_scalar(&scalar, value, decoding);
			return push_jsonb(state, token, &scalar);
	}
}

static bool
is_container(AttributeType type)
{
	return type == ATTRIBUTE_L || type == ATTRIBUTE_M ||
		type == ATTRIBUTE_SS || type == ATTRIBUTE_NS || type == ATTRIBUTE_BS;
}

Datum
json_decode(Codec *codec, const AttributeValue *value,
			const Decoding *decoding)
{
	JsonbBuilding state = {0};
	JsonbValue	scalar;
	Jsonb	   *document;
	char	   *json;

	if (is_container(value->type))
		document = JsonbValueToJsonb(push_json_value(&state, WJB_ELEM, value,
													 decoding));
	else
	{
		make_scalar(&scalar, value, decoding);
		document = JsonbValueToJsonb(&scalar);
	}
	if (codec->base_type_id == JSONOID)
	{
		json = JsonbToCString(NULL, &document->root, VARSIZE(document));
		return PointerGetDatum(cstring_to_text(json));
	}
	return JsonbPGetDatum(document);
}
