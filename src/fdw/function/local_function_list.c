/*
 * local_function_list.c
 *		The local definitions of the dyn_ functions on sets and lists that are
 *		arrays.
 *
 * A set has no order and no duplicates, and an empty one cannot be stored: the
 * results here are what a set column reads back.  A list is a one-dimensional
 * array; only appending knows lists of lists.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "fdw/function/local_function.h"

/* What is known of an array's element type; kept between calls. */
typedef struct ElementType
{
	Oid			type_id;
	int16		length;
	bool		by_value;
	char		alignment;
	FmgrInfo	compare;		/* for sets only */
} ElementType;

/* The members of a set, in order. */
typedef struct Members
{
	int			count;
	Datum	   *values;
} Members;

PG_FUNCTION_INFO_V1(dyn_set_add);
PG_FUNCTION_INFO_V1(dyn_set_delete);
PG_FUNCTION_INFO_V1(dyn_list_append_array);
PG_FUNCTION_INFO_V1(dyn_list_prepend_array);
PG_FUNCTION_INFO_V1(dyn_list_set_array);
PG_FUNCTION_INFO_V1(dyn_list_remove_array);

void
refuse_negative_index(int32 index)
{
	if (index < 0)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("list index %d is negative", index),
				 errhint("The first element of a list has the index 0.")));
}

static void
refuse_dimensions(const ArrayType *array)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("the array must have one dimension, not %d",
						ARR_NDIM(array))));
}

/* The element type of the call's first argument. */
static ElementType *
element_type(FunctionCallInfo fcinfo)
{
	ElementType *element = fcinfo->flinfo->fn_extra;

	if (element == NULL)
	{
		Oid			array_type = get_fn_expr_argtype(fcinfo->flinfo, 0);

		element = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
										 sizeof(ElementType));
		element->type_id = get_base_element_type(array_type);
		if (!OidIsValid(element->type_id))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("could not determine the type of the elements")));
		get_typlenbyvalalign(element->type_id, &element->length,
							 &element->by_value, &element->alignment);
		fcinfo->flinfo->fn_extra = element;
	}
	return element;
}

/* ---- sets ---- */

/*
 * The element type of the call's first argument, with the comparison that
 * orders and tells apart the members of a set of it.
 */
static ElementType *
set_element_type(FunctionCallInfo fcinfo)
{
	ElementType *element = element_type(fcinfo);

	if (!OidIsValid(element->compare.fn_oid))
	{
		Oid			type_id = element->type_id;
		TypeCacheEntry *type;

		/* whatever is text for us is told apart by its bytes */
		if (IsBinaryCoercible(type_id, TEXTOID))
			type_id = TEXTOID;
		type = lookup_type_cache(type_id, TYPECACHE_CMP_PROC);
		if (!OidIsValid(type->cmp_proc))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_FUNCTION),
					 errmsg("could not identify a comparison function for type %s",
							format_type_be(element->type_id))));
		fmgr_info_cxt(type->cmp_proc, &element->compare,
					  fcinfo->flinfo->fn_mcxt);
	}
	return element;
}

static int
compare_members(const void *a, const void *b, void *arg)
{
	ElementType *element = arg;

	return DatumGetInt32(FunctionCall2Coll(&element->compare,
										   C_COLLATION_OID,
										   *(const Datum *) a,
										   *(const Datum *) b));
}

/* Sorts members and drops duplicates. */
static void
normalize_members(ElementType *element, Members *members)
{
	int			kept = 0;

	if (members->count < 2)
		return;
	qsort_arg(members->values, members->count, sizeof(Datum),
			  compare_members, element);
	for (int i = 1; i < members->count; i++)
	{
		if (compare_members(&members->values[kept], &members->values[i],
							element) != 0)
			members->values[++kept] = members->values[i];
	}
	members->count = kept + 1;
}

/* Takes an array apart, with room for the given number of more members. */
static Members
take_members(ElementType *element, ArrayType *array, int room)
{
	Members		members;
	Datum	   *values;

	refuse_dimensions(array);
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a set cannot have a null element")));
	deconstruct_array(array, element->type_id, element->length,
					  element->by_value, element->alignment,
					  &values, NULL, &members.count);
	members.values = palloc((members.count + room + 1) * sizeof(Datum));
	if (members.count > 0)
		memcpy(members.values, values, members.count * sizeof(Datum));
	return members;
}

/* Drops the members that are also in others; both are sorted. */
static void
subtract_members(ElementType *element, Members *members,
				 const Members *others)
{
	int			kept = 0;
	int			other = 0;

	for (int i = 0; i < members->count; i++)
	{
		int			order = -1;

		while (other < others->count &&
			   (order = compare_members(&members->values[i],
										&others->values[other],
										element)) > 0)
			other++;
		if (other == others->count || order < 0)
			members->values[kept++] = members->values[i];
	}
	members->count = kept;
}

/* A set as it is read back: an empty one is not there. */
static Datum
return_members(FunctionCallInfo fcinfo, ElementType *element,
			   const Members *members)
{
	if (members->count == 0)
		PG_RETURN_NULL();
	PG_RETURN_ARRAYTYPE_P(construct_array(members->values, members->count,
										  element->type_id, element->length,
										  element->by_value,
										  element->alignment));
}

Datum
dyn_set_add(PG_FUNCTION_ARGS)
{
	ElementType *element = set_element_type(fcinfo);
	Members		members;

	refuse_null_argument(fcinfo, 1, "elements");
	members = take_members(element, PG_GETARG_ARRAYTYPE_P(1), 0);
	if (!PG_ARGISNULL(0))
	{
		Members		current = take_members(element, PG_GETARG_ARRAYTYPE_P(0),
										   members.count);

		memcpy(current.values + current.count, members.values,
			   members.count * sizeof(Datum));
		current.count += members.count;
		members = current;
	}
	normalize_members(element, &members);
	return return_members(fcinfo, element, &members);
}

Datum
dyn_set_delete(PG_FUNCTION_ARGS)
{
	ElementType *element = set_element_type(fcinfo);
	Members		members;
	Members		others;

	refuse_null_argument(fcinfo, 1, "elements");
	others = take_members(element, PG_GETARG_ARRAYTYPE_P(1), 0);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	members = take_members(element, PG_GETARG_ARRAYTYPE_P(0), 0);
	normalize_members(element, &members);
	normalize_members(element, &others);
	subtract_members(element, &members, &others);
	return return_members(fcinfo, element, &members);
}

/* ---- lists ---- */

/* first || second, both of them lists of the same kind of elements. */
static Datum
concatenate_arrays(ArrayType *first, ArrayType *second)
{
	if (ARR_NDIM(first) > 0 && ARR_NDIM(second) > 0 &&
		ARR_NDIM(first) != ARR_NDIM(second))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("cannot join lists of %d and %d dimensions",
						ARR_NDIM(first), ARR_NDIM(second))));
	return DirectFunctionCall2(array_cat, PointerGetDatum(first),
							   PointerGetDatum(second));
}

Datum
dyn_list_append_array(PG_FUNCTION_ARGS)
{
	refuse_null_argument(fcinfo, 1, "elements");
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));
	PG_RETURN_DATUM(concatenate_arrays(PG_GETARG_ARRAYTYPE_P(0),
									   PG_GETARG_ARRAYTYPE_P(1)));
}

Datum
dyn_list_prepend_array(PG_FUNCTION_ARGS)
{
	refuse_null_argument(fcinfo, 1, "elements");
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));
	PG_RETURN_DATUM(concatenate_arrays(PG_GETARG_ARRAYTYPE_P(1),
									   PG_GETARG_ARRAYTYPE_P(0)));
}

Datum
dyn_list_set_array(PG_FUNCTION_ARGS)
{
	ElementType *element = element_type(fcinfo);
	ArrayType  *list;
	int32		index;
	int			subscript = 1;

	refuse_null_argument(fcinfo, 1, "index");
	index = PG_GETARG_INT32(1);
	refuse_negative_index(index);

	list = PG_ARGISNULL(0) ? construct_empty_array(element->type_id) :
		PG_GETARG_ARRAYTYPE_P(0);
	refuse_dimensions(list);

	/* past the end means at the end */
	if (ARR_NDIM(list) == 1)
		subscript = ARR_LBOUND(list)[0] + Min(index, ARR_DIMS(list)[0]);
	PG_RETURN_DATUM(array_set_element(PointerGetDatum(list), 1, &subscript,
									  PG_GETARG_DATUM(2), PG_ARGISNULL(2),
									  -1, element->length, element->by_value,
									  element->alignment));
}

Datum
dyn_list_remove_array(PG_FUNCTION_ARGS)
{
	ElementType *element = element_type(fcinfo);
	ArrayType  *list;
	int32		index;
	Datum	   *values;
	bool	   *nulls;
	int			count;
	int			following;

	refuse_null_argument(fcinfo, 1, "index");
	index = PG_GETARG_INT32(1);
	refuse_negative_index(index);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();

	list = PG_GETARG_ARRAYTYPE_P(0);
	refuse_dimensions(list);
	deconstruct_array(list, element->type_id, element->length,
					  element->by_value, element->alignment,
					  &values, &nulls, &count);
	if (index >= count)
		PG_RETURN_ARRAYTYPE_P(list);

	following = count - index - 1;
	memmove(values + index, values + index + 1, following * sizeof(Datum));
	memmove(nulls + index, nulls + index + 1, following * sizeof(bool));
	count--;
	if (count == 0)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(element->type_id));
	PG_RETURN_ARRAYTYPE_P(construct_md_array(values, nulls, 1, &count,
											 ARR_LBOUND(list),
											 element->type_id,
											 element->length,
											 element->by_value,
											 element->alignment));
}
