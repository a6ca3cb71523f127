/*
 * codec_collection.c
 *		Sets, lists and maps: arrays and composite types.
 */
#include "postgres.h"

#include "compat.h"

#include "access/htup_details.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "translate/codec/codec.h"
#include "translate/codec/codec_collection.h"
#include "translate/codec/codec_error.h"

/* ---- preparing ---- */

/*
 * The order in which a set is read: that of its elements' type, or of the
 * bytes of their texts where a collation would decide.
 */
static FmgrInfo *
find_comparison(const Codec *element)
{
	TypeCacheEntry *entry;

	if (type_is_collatable(element->base_type_id))
		return NULL;
	entry = lookup_type_cache(element->base_type_id,
							  TYPECACHE_CMP_PROC_FINFO);
	return OidIsValid(entry->cmp_proc) ? &entry->cmp_proc_finfo : NULL;
}

static bool
prepare_array(Codec *codec, const CodecOptions *options, const char **problem,
			  const char **hint)
{
	CodecState *state = codec->state;
	Oid			element_type = get_element_type(codec->base_type_id);
	CodecOptions element_options = {
		.unit = options->unit,
		.format = options->format
	};
	AttributeType type;

	if (codec->kind == CODEC_SET)
	{
		type = attribute_element_type(codec->attribute_type);
		element_options.type = attribute_type_name(type);
	}
	codec->element = codec_create(element_type, codec->base_typmod,
								  codec->collation, &element_options,
								  problem, hint);
	if (codec->element == NULL)
		return false;
	get_typlenbyvalalign(element_type, &state->element_length,
						 &state->element_by_value, &state->element_align);
	if (codec->kind == CODEC_SET)
		state->comparison = find_comparison(codec->element);
	return true;
}

static char *
copy_field_name(const char *name)
{
	char	   *copy = pstrdup(name);

	return pg_server_to_any(copy, strlen(copy), PG_UTF8);
}

static bool
prepare_composite(Codec *codec, const char **problem, const char **hint)
{
	const CodecOptions no_options = {0};
	TupleDesc	desc = lookup_rowtype_tupdesc_copy(codec->base_type_id,
												   codec->base_typmod);

	codec->state->tuple_desc = desc;
	codec->field_count = desc->natts;
	codec->fields = palloc0(desc->natts * sizeof(Codec *));
	codec->field_names = palloc0(desc->natts * sizeof(char *));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (attribute->attisdropped)
			continue;
		codec->field_names[i] = copy_field_name(NameStr(attribute->attname));
		codec->fields[i] = codec_create(attribute->atttypid,
										attribute->atttypmod,
										attribute->attcollation, &no_options,
										problem, hint);
		if (codec->fields[i] == NULL)
			return false;
	}
	return true;
}

bool
collection_prepare(Codec *codec, const CodecOptions *options,
				   const char **problem, const char **hint)
{
	return codec->kind == CODEC_COMPOSITE ?
		prepare_composite(codec, problem, hint) :
		prepare_array(codec, options, problem, hint);
}

/* ---- arrays apart and together ---- */

/* An array taken apart. */
typedef struct ArrayParts
{
	int			dimensions;
	const int  *sizes;			/* of each dimension */
	int			count;			/* elements in all */
	Datum	   *values;
	bool	   *nulls;
} ArrayParts;

/* False if the array does not begin at 1 in every dimension. */
static bool
take_apart(const Codec *codec, Datum value, ArrayParts *parts)
{
	ArrayType  *array = DatumGetArrayTypeP(value);
	const int  *lower_bounds = ARR_LBOUND(array);

	parts->dimensions = ARR_NDIM(array);
	parts->sizes = ARR_DIMS(array);
	for (int i = 0; i < parts->dimensions; i++)
	{
		if (lower_bounds[i] != 1)
			return false;
	}
	deconstruct_array(array, ARR_ELEMTYPE(array),
					  codec->state->element_length,
					  codec->state->element_by_value,
					  codec->state->element_align,
					  &parts->values, &parts->nulls, &parts->count);
	return true;
}

static Datum
put_together(const Codec *codec, const ArrayParts *parts)
{
	int			lower_bounds[MAXDIM];
	Oid			element_type = codec->element->type_id;
	ArrayType  *array;

	for (int i = 0; i < MAXDIM; i++)
		lower_bounds[i] = 1;
	if (parts->count == 0)
		array = construct_empty_array(element_type);
	else
		array = construct_md_array(parts->values, parts->nulls,
								   parts->dimensions,
								   unconstify(int *, parts->sizes),
								   lower_bounds, element_type,
								   codec->state->element_length,
								   codec->state->element_by_value,
								   codec->state->element_align);
	return PointerGetDatum(array);
}

/* ---- sets ---- */

/*
 * Drops all but the first of equal elements, and keeps the order of the rest.
 * Since we write one spelling only, equal values have equal texts.
 */
static int
drop_duplicates(AttributeValue *elements, int count)
{
	AttributeValue **sorted = attribute_sort_elements(elements, count);
	int			kept = 0;

	for (int i = count - 1; i > 0; i--)
	{
		if (sorted[i]->length == sorted[i - 1]->length &&
			memcmp(sorted[i]->u.text, sorted[i - 1]->u.text,
				   sorted[i]->length) == 0)
			sorted[i]->u.text = NULL;
	}
	for (int i = 0; i < count; i++)
	{
		if (elements[i].u.text != NULL)
			elements[kept++] = elements[i];
	}
	pfree(sorted);
	return kept;
}

EncodeProblem
set_encode(Codec *codec, Datum value, AttributeValue *out)
{
	ArrayParts	parts;
	AttributeValue *elements;

	if (!take_apart(codec, value, &parts))
		return ENCODE_LOWER_BOUND;
	if (parts.dimensions > 1)
		return ENCODE_DIMENSIONS;
	if (parts.count == 0)
		return ENCODE_ABSENT;

	elements = palloc(parts.count * sizeof(AttributeValue));
	for (int i = 0; i < parts.count; i++)
	{
		EncodeProblem problem;

		if (parts.nulls[i])
			return ENCODE_NULL_ELEMENT;
		problem = codec_encode_value(codec->element, parts.values[i], 1,
									 &elements[i]);
		if (problem != ENCODE_OK)
			return problem;
	}
	out->type = codec->attribute_type;
	out->length = drop_duplicates(elements, parts.count);
	out->u.elements = elements;
	return ENCODE_OK;
}

static int
compare_datums(const void *a, const void *b, void *comparison)
{
	return DatumGetInt32(FunctionCall2Coll((FmgrInfo *) comparison,
										   C_COLLATION_OID,
										   *(const Datum *) a,
										   *(const Datum *) b));
}

Datum
set_decode(Codec *codec, const AttributeValue *value,
		   const Decoding *decoding)
{
	FmgrInfo   *comparison = codec->state->comparison;
	Decoding	inside = {.context = decoding->context,.nested = true};
	AttributeValue **sorted = attribute_sort_elements(value->u.elements,
													  value->length);
	ArrayParts	parts = {
		.dimensions = 1,
		.sizes = &value->length,
		.count = value->length,
		.values = palloc(value->length * sizeof(Datum)),
		.nulls = palloc0(value->length * sizeof(bool))
	};

	for (int i = 0; i < value->length; i++)
		parts.values[i] = codec_decode_value(codec->element, sorted[i],
											 &parts.nulls[i], &inside);
	if (comparison != NULL)
		qsort_arg(parts.values, value->length, sizeof(Datum), compare_datums,
				  comparison);
	return put_together(codec, &parts);
}

/* ---- lists ---- */

/*
 * Encodes the elements of the dimension, of which *next is the first one in
 * the array.
 */
static EncodeProblem
encode_dimension(Codec *codec, const ArrayParts *parts, int dimension,
				 int *next, int depth, AttributeValue *out)
{
	int			size = parts->dimensions == 0 ? 0 : parts->sizes[dimension];
	bool		is_last = dimension >= parts->dimensions - 1;
	AttributeValue *elements;

	if (depth >= DOCUMENT_DEPTH_LIMIT)
		return ENCODE_NESTING;
	elements = palloc0(size * sizeof(AttributeValue));
	for (int i = 0; i < size; i++)
	{
		AttributeValue *element = &elements[i];
		EncodeProblem problem = ENCODE_ABSENT;

		if (!is_last)
			problem = encode_dimension(codec, parts, dimension + 1, next,
									   depth + 1, element);
		else
		{
			if (!parts->nulls[*next])
				problem = codec_encode_value(codec->element,
											 parts->values[*next], depth + 1,
											 element);
			(*next)++;
		}
		/* in a list, what is absent needs its place */
		if (problem == ENCODE_ABSENT)
			element->type = ATTRIBUTE_NULL;
		else if (problem != ENCODE_OK)
			return problem;
	}
	out->type = ATTRIBUTE_L;
	out->length = size;
	out->u.elements = elements;
	return ENCODE_OK;
}

EncodeProblem
list_encode(Codec *codec, Datum value, int depth, AttributeValue *out)
{
	ArrayParts	parts;
	int			next = 0;

	if (!take_apart(codec, value, &parts))
		return ENCODE_LOWER_BOUND;
	/* it could not be told apart from a list of such elements */
	if (parts.dimensions > 1 && codec_reads_type(codec->element, ATTRIBUTE_L))
		return ENCODE_DIMENSIONS;
	return encode_dimension(codec, &parts, 0, &next, depth, out);
}

/* Measures the dimensions along the first elements. */
static int
measure_list(const Codec *codec, const AttributeValue *list, int *sizes,
			 const Decoding *decoding)
{
	int			dimensions = 0;

	sizes[dimensions++] = list->length;
	if (codec_reads_type(codec->element, ATTRIBUTE_L))
		return dimensions;
	while (list->length > 0 && list->u.elements[0].type == ATTRIBUTE_L)
	{
		list = &list->u.elements[0];
		if (dimensions == MAXDIM)
			codec_raise_shape(decoding, "Its lists are nested too deeply.");
		if (list->length == 0)
			codec_raise_shape(decoding, "It holds an empty list.");
		sizes[dimensions++] = list->length;
	}
	return dimensions;
}

static void
decode_dimension(Codec *codec, const AttributeValue *list, int dimension,
				 ArrayParts *parts, const Decoding *decoding)
{
	bool		is_last = dimension == parts->dimensions - 1;
	Decoding	inside = {.context = decoding->context,.nested = true};

	if (list->length != parts->sizes[dimension])
		codec_raise_shape(decoding, "Its lists are of different lengths.");
	for (int i = 0; i < list->length; i++)
	{
		const AttributeValue *element = &list->u.elements[i];

		if (is_last)
		{
			parts->values[parts->count] =
				codec_decode_value(codec->element, element,
								   &parts->nulls[parts->count], &inside);
			parts->count++;
		}
		else if (element->type != ATTRIBUTE_L)
			codec_raise_shape(decoding, "It holds lists beside other values.");
		else
			decode_dimension(codec, element, dimension + 1, parts, decoding);
	}
}

Datum
list_decode(Codec *codec, const AttributeValue *value,
			const Decoding *decoding)
{
	int			sizes[MAXDIM];
	ArrayParts	parts;
	int			count;

	parts.dimensions = measure_list(codec, value, sizes, decoding);
	parts.sizes = sizes;
	parts.count = 0;
	count = ArrayGetNItems(parts.dimensions, sizes);
	parts.values = palloc(count * sizeof(Datum));
	parts.nulls = palloc(count * sizeof(bool));
	decode_dimension(codec, value, 0, &parts, decoding);
	return put_together(codec, &parts);
}

/* ---- maps ---- */

EncodeProblem
composite_encode(Codec *codec, Datum value, int depth, AttributeValue *out)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(value);
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(header),
	.t_data = header};
	Datum	   *values = palloc(codec->field_count * sizeof(Datum));
	bool	   *nulls = palloc(codec->field_count * sizeof(bool));
	Attribute  *entries = palloc(codec->field_count * sizeof(Attribute));
	int			count = 0;

	if (depth >= DOCUMENT_DEPTH_LIMIT)
		return ENCODE_NESTING;
	heap_deform_tuple(&tuple, codec->state->tuple_desc, values, nulls);
	for (int i = 0; i < codec->field_count; i++)
	{
		EncodeProblem problem;

		if (codec->fields[i] == NULL || nulls[i])
			continue;
		problem = codec_encode_value(codec->fields[i], values[i], depth + 1,
									 &entries[count].value);
		if (problem == ENCODE_ABSENT)
			continue;
		if (problem != ENCODE_OK)
			return problem;
		entries[count].name = codec->field_names[i];
		entries[count].name_length = strlen(codec->field_names[i]);
		count++;
	}
	out->type = ATTRIBUTE_M;
	out->length = count;
	out->u.entries = entries;
	return ENCODE_OK;
}

/* Entries that are no field of the type are not read. */
Datum
composite_decode(Codec *codec, const AttributeValue *value,
				 const Decoding *decoding)
{
	DynamoItem	map = {.count = value->length,
	.attributes = value->u.entries};
	Datum	   *values = palloc0(codec->field_count * sizeof(Datum));
	bool	   *nulls = palloc(codec->field_count * sizeof(bool));
	Decoding	inside = {.context = decoding->context,.nested = true};

	for (int i = 0; i < codec->field_count; i++)
	{
		nulls[i] = true;
		if (codec->fields[i] != NULL)
			values[i] = codec_decode_value(codec->fields[i],
										   item_find(&map,
													 codec->field_names[i]),
										   &nulls[i], &inside);
	}
	return HeapTupleGetDatum(heap_form_tuple(codec->state->tuple_desc, values,
											 nulls));
}
