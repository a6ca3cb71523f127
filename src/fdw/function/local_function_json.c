/*
 * local_function_json.c
 *		The local definitions of the dyn_ functions on lists that are jsonb.
 *
 * A top-level JSON null is what SQL's NULL is: no list yet.
 */
#include "postgres.h"

#include "compat.h"

#include "utils/jsonb.h"

#include "fdw/function/local_function.h"

PG_FUNCTION_INFO_V1(dyn_list_append_jsonb);
PG_FUNCTION_INFO_V1(dyn_list_prepend_jsonb);
PG_FUNCTION_INFO_V1(dyn_list_set_jsonb);
PG_FUNCTION_INFO_V1(dyn_list_remove_jsonb);

/* A document as a value that can be put into another one. */
static JsonbValue
value_of_document(Jsonb *document)
{
	JsonbValue	value;

	if (!JB_ROOT_IS_SCALAR(document) ||
		!JsonbExtractScalar(&document->root, &value))
	{
		value.type = jbvBinary;
		value.val.binary.data = &document->root;
		value.val.binary.len = VARSIZE(document) - VARHDRSZ;
	}
	return value;
}

/* The argument if it is a list; NULL if it is absent. */
static Jsonb *
list_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
	Jsonb	   *document;
	JsonbValue	value;

	if (PG_ARGISNULL(number))
		return NULL;
	document = PG_GETARG_JSONB_P(number);
	if (JB_ROOT_IS_SCALAR(document))
	{
		value = value_of_document(document);
		if (value.type == jbvNull)
			return NULL;
	}
	else if (JB_ROOT_IS_ARRAY(document))
		return document;

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"%s\" is not a JSON array", name)));
	return NULL;
}

/* The argument that must be a list. */
static Jsonb *
elements_argument(FunctionCallInfo fcinfo, int number)
{
	Jsonb	   *elements = list_argument(fcinfo, number, "elements");

	if (elements == NULL)
		ereport(ERROR,
				(errcode(PG_ARGISNULL(number) ?
						 ERRCODE_NULL_VALUE_NOT_ALLOWED :
						 ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"elements\" must not be null")));
	return elements;
}

static int32
index_argument(FunctionCallInfo fcinfo, int number)
{
	int32		index;

	refuse_null_argument(fcinfo, number, "index");
	index = PG_GETARG_INT32(number);
	refuse_negative_index(index);
	return index;
}

/*
 * Pushes the elements of a list, without the one at the index skipped (-1:
 * all).
 */
static void
push_elements(JsonbBuilding *state, Jsonb *list, int64 skipped)
{
	int64		count = list == NULL ? 0 : JB_ROOT_COUNT(list);

	for (int64 i = 0; i < count; i++)
	{
		if (i != skipped)
			push_jsonb(state, WJB_ELEM,
						   getIthJsonbValueFromContainer(&list->root, i));
	}
}

static Datum
concatenate_documents(Jsonb *first, Jsonb *second)
{
	JsonbBuilding state = {0};

	push_jsonb(&state, WJB_BEGIN_ARRAY, NULL);
	push_elements(&state, first, -1);
	push_elements(&state, second, -1);
	return JsonbPGetDatum(JsonbValueToJsonb(push_jsonb(&state,
														   WJB_END_ARRAY,
														   NULL)));
}

Datum
dyn_list_append_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *elements = elements_argument(fcinfo, 1);

	return concatenate_documents(list_argument(fcinfo, 0, "c"), elements);
}

Datum
dyn_list_prepend_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *elements = elements_argument(fcinfo, 1);

	return concatenate_documents(elements, list_argument(fcinfo, 0, "c"));
}

Datum
dyn_list_set_jsonb(PG_FUNCTION_ARGS)
{
	int32		index = index_argument(fcinfo, 1);
	Jsonb	   *list = list_argument(fcinfo, 0, "c");
	int64		count = list == NULL ? 0 : JB_ROOT_COUNT(list);
	JsonbBuilding state = {0};
	JsonbValue	value = {.type = jbvNull};

	if (!PG_ARGISNULL(2))
		value = value_of_document(PG_GETARG_JSONB_P(2));

	push_jsonb(&state, WJB_BEGIN_ARRAY, NULL);
	for (int64 i = 0; i < count; i++)
		push_jsonb(&state, WJB_ELEM,
					   i == index ? &value :
					   getIthJsonbValueFromContainer(&list->root, i));

	/* past the end means at the end */
	if (index >= count)
		push_jsonb(&state, WJB_ELEM, &value);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(push_jsonb(&state, WJB_END_ARRAY,
													   NULL)));
}

Datum
dyn_list_remove_jsonb(PG_FUNCTION_ARGS)
{
	int32		index = index_argument(fcinfo, 1);
	Jsonb	   *list = list_argument(fcinfo, 0, "c");
	JsonbBuilding state = {0};

	if (list == NULL)
		PG_RETURN_NULL();
	push_jsonb(&state, WJB_BEGIN_ARRAY, NULL);
	push_elements(&state, list, index);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(push_jsonb(&state, WJB_END_ARRAY,
													   NULL)));
}
