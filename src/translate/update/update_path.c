/*
 * update_path.c
 *		SET inside documents, composite values and arrays, as paths.
 *
 *		doc['a']['b'] = '1'				SET doc.a.b = :v
 *		jsonb_set(doc, '{a,b}', '1')	the same
 *		doc || '{"k": 1}'				SET doc.k = :v
 *		doc - 'k', doc #- '{a,b}'		REMOVE doc.k, REMOVE doc.a.b
 *		row.field = v					SET row.field = :v
 *
 * The guards are that each parent is there and of the type that the path takes
 * it for.  Where PostgreSQL would create a missing parent, fill a gap, count
 * from an array's end or raise an error, a guard fails or the form is not
 * pushed, and the new value is computed.
 *
 * Source: setPath() and jsonb_delete_path() in jsonfuncs.c, jsonbsubs.c.
 */
#include "postgres.h"

#include "compat.h"

#include <limits.h>

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "translate/codec/codec.h"
#include "translate/codec/codec_text.h"
#include "translate/update/update_path.h"

/* What an assignment does at the end of a path. */
typedef enum PathChange
{
	PATH_SET,					/* creates or replaces */
	PATH_REPLACE,				/* jsonb_set() that must not create */
	PATH_REMOVE
} PathChange;

/* A place inside the assigned column, and the guards that lead there. */
typedef struct Place
{
	DocumentPath *path;			/* NULL: the document column itself, whose
								 * members are the item's attributes */
	List	   *guards;			/* of Condition */
	bool		has_index;		/* a step of the path is an index */
} Place;

static Place *
place_of_column(UpdateBuilder *builder)
{
	Place	   *place = palloc0(sizeof(Place));

	if (!builder->column->is_document)
		place->path = path_make(builder->column->attribute_name);
	return place;
}

/* The place must be a map, or a list, for what is below it. */
static void
require_type(Place *place, AttributeType type)
{
	if (place->path != NULL)
		place->guards = lappend(place->guards,
								condition_type(place->path, type));
}

/* place.name; NULL if DynamoDB cannot have such a member. */
static Place *
place_of_member(UpdateBuilder *builder, Place *place, const char *server_name)
{
	AttributeValue text;

	if (server_name[0] == '\0')
		return NULL;
	text_to_attribute(unconstify(char *, server_name), strlen(server_name),
					  &text);
	if (text.length > ATTRIBUTE_NAME_LIMIT)
		return NULL;
	if (place->path == NULL)
	{
		/*
		 * an attribute that has a column of its own is none of the document's
		 */
		if (table_maps_attribute(builder->scope->table, text.u.text))
			return NULL;
		place->path = path_make(text.u.text);
		return place;
	}
	require_type(place, ATTRIBUTE_M);
	place->path = path_with_name(place->path, text.u.text);
	return place;
}

/* place[index]; an index one past the end appends, as in PostgreSQL. */
static Place *
place_of_element(Place *place, int index, bool may_append)
{
	int64		size = may_append ? index : (int64) index + 1;

	if (place->path == NULL || index < 0)
		return NULL;
	require_type(place, ATTRIBUTE_L);
	if (size > 0)
		place->guards = lappend(place->guards,
								condition_compare(operand_size(operand_path(place->path)),
												  COMPARISON_GE,
												  operand_value(attribute_make_integer(size))));
	place->path = path_with_index(place->path, index);
	place->has_index = true;
	return place;
}

/* Is the text an index as jsonb_set() reads it?  Then *index is it. */
static bool
is_index(const char *text, int *index)
{
	char	   *end;
	long		value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || value > INT_MAX ||
		value < INT_MIN)
		return false;
	*index = (int) value;
	return true;
}

/* ---- actions ---- */

/*
 * Several changes of one column must not touch one another; and indexes of a
 * list mean the same only as long as no other change moves its elements.
 */
static bool
meets_another(UpdateBuilder *builder, const Place *place)
{
	ListCell   *cell;

	foreach(cell, builder->actions)
	{
		UpdateAction *action = (UpdateAction *) lfirst(cell);

		if (path_overlaps(action->path, place->path))
			return true;
	}
	return place->has_index && builder->actions != NIL;
}

static bool
change_place(UpdateBuilder *builder, Place *place, PathChange change,
			 Operand *value)
{
	if (place == NULL || place->path == NULL || meets_another(builder, place))
		return false;
	if (change == PATH_REPLACE)
		update_add_guard(builder, condition_exists(place->path));
	builder->guards = list_concat(builder->guards, place->guards);
	builder->actions = lappend(builder->actions,
							   update_action(change == PATH_REMOVE
											 ? UPDATE_REMOVE : UPDATE_SET,
											 place->path, value));
	return true;
}

/* ---- values ---- */

/*
 * Is the value known and not NULL?  A value not known yet counts as unknown.
 */
static ValueState
known_value(UpdateBuilder *builder, Expr *expr, Datum *value)
{
	if (!scope_is_column_free(builder->scope, expr))
		return VALUE_NULL;
	return scope_value(builder->scope, expr, value);
}

/*
 * A value to be put into a document: the codec's, or, where a subscript is
 * assigned SQL NULL, JSON's null.  A JSON null is stored inside a document.
 */
static Operand *
document_value(UpdateBuilder *builder, Expr *expr, bool null_is_json_null)
{
	AttributeValue *null = attribute_make_null();

	return update_value_operand(builder, builder->column->codec, expr,
								null_is_json_null ? null : NULL, null);
}

/* The elements of a text[] without NULLs; NIL if it is none, or not known. */
static List *
text_elements(UpdateBuilder *builder, Expr *expr)
{
	List	   *elements = NIL;
	Datum		array;
	Datum	   *datums;
	bool	   *nulls;
	int			count;
	int			i;

	if (exprType((Node *) expr) != TEXTARRAYOID ||
		known_value(builder, expr, &array) != VALUE_KNOWN)
		return NIL;
	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false,
					  TYPALIGN_INT, &datums, &nulls, &count);
	for (i = 0; i < count; i++)
	{
		if (nulls[i])
			return NIL;
		elements = lappend(elements, TextDatumGetCString(datums[i]));
	}
	return elements;
}

/* ---- documents ---- */

static bool translate_document(UpdateBuilder *builder, Expr *expr);

/*
 * The place that a path of texts leads to.  A text that reads as a number is
 * an index of a list or the name of a member, by what is stored: here it is
 * taken for an index, and the guard says so.
 */
static Place *
place_of_path(UpdateBuilder *builder, List *elements, bool may_append)
{
	Place	   *place = place_of_column(builder);
	ListCell   *cell;

	foreach(cell, elements)
	{
		const char *element = (const char *) lfirst(cell);
		bool		is_last = lnext(elements, cell) == NULL;
		int			index;

		if (is_index(element, &index))
			place = place_of_element(place, index, may_append && is_last);
		else
			place = place_of_member(builder, place, element);
		if (place == NULL)
			return NULL;
	}
	return place;
}

/* doc['a'][0]: what a subscript is, its type tells. */
static Place *
place_of_subscripts(UpdateBuilder *builder, List *subscripts)
{
	Place	   *place = place_of_column(builder);
	ListCell   *cell;

	foreach(cell, subscripts)
	{
		Expr	   *subscript = (Expr *) lfirst(cell);
		bool		is_last = lnext(subscripts, cell) == NULL;
		Datum		value;
		int			index;

		if (known_value(builder, subscript, &value) != VALUE_KNOWN)
			return NULL;
		if (exprType((Node *) subscript) == INT4OID)
			place = place_of_element(place, DatumGetInt32(value), is_last);
		else if (exprType((Node *) subscript) == TEXTOID &&
				 !is_index(TextDatumGetCString(value), &index))
			place = place_of_member(builder, place,
									TextDatumGetCString(value));
		else
			return NULL;
		if (place == NULL)
			return NULL;
	}
	return place;
}

/* doc['a']['b'] = v; several assignments nest, the first one innermost. */
static bool
translate_document_subscript(UpdateBuilder *builder, SubscriptingRef *ref)
{
	Operand    *value;

	if (ref->refassgnexpr == NULL || ref->reflowerindexpr != NIL ||
		!translate_document(builder, ref->refexpr))
		return false;
	value = document_value(builder, ref->refassgnexpr, true);
	return value != NULL &&
		change_place(builder, place_of_subscripts(builder,
												  ref->refupperindexpr),
					 PATH_SET, value);
}

/* jsonb_set(doc, path, value [, create]) */
static bool
translate_jsonb_set(UpdateBuilder *builder, List *args)
{
	List	   *elements = text_elements(builder, lsecond(args));
	Operand    *value = document_value(builder, lthird(args), false);
	Datum		create;

	if (elements == NIL || value == NULL ||
		known_value(builder, lfourth(args), &create) != VALUE_KNOWN)
		return false;
	return change_place(builder,
						place_of_path(builder, elements,
									  DatumGetBool(create)),
						DatumGetBool(create) ? PATH_SET : PATH_REPLACE, value);
}

static bool
remove_member(UpdateBuilder *builder, const char *name)
{
	Place	   *place = place_of_column(builder);

	/* a name that cannot be is not there either; computing tells */
	return change_place(builder, place_of_member(builder, place, name),
						PATH_REMOVE, NULL);
}

/* doc - 'k', doc - '{k,l}' */
static bool
translate_removal(UpdateBuilder *builder, Expr *what)
{
	List	   *names;
	List	   *seen = NIL;
	ListCell   *cell;
	Datum		value;

	if (exprType((Node *) what) == TEXTOID)
		return known_value(builder, what, &value) == VALUE_KNOWN &&
			remove_member(builder, TextDatumGetCString(value));

	names = text_elements(builder, what);
	foreach(cell, names)
	{
		Node	   *name = (Node *) makeString(lfirst(cell));

		if (list_member(seen, name))
			continue;
		seen = lappend(seen, name);
		if (!remove_member(builder, lfirst(cell)))
			return false;
	}
	return names != NIL;
}

/* doc - 3 */
static bool
translate_element_removal(UpdateBuilder *builder, Expr *what)
{
	Datum		value;

	return known_value(builder, what, &value) == VALUE_KNOWN &&
		change_place(builder,
					 place_of_element(place_of_column(builder),
									  DatumGetInt32(value), false),
					 PATH_REMOVE, NULL);
}

/* doc || '{"k": 1}', doc || '["x"]' */
static bool
translate_concatenation(UpdateBuilder *builder, Expr *addition)
{
	Operand    *operand = document_value(builder, addition, false);
	AttributeValue *value;
	int			i;

	if (operand == NULL || operand->value == NULL)
		return false;
	value = operand->value;
	if (value->type == ATTRIBUTE_L && !builder->column->is_document)
	{
		DocumentPath *path = path_make(builder->column->attribute_name);

		update_add_guard(builder, condition_type(path, ATTRIBUTE_L));
		update_add_action(builder, UPDATE_SET,
						  operand_binary(OPERAND_LIST_APPEND,
										 operand_path(path), operand));
		return list_length(builder->actions) == 1;
	}
	if (value->type != ATTRIBUTE_M || value->length == 0)
		return false;
	for (i = 0; i < value->length; i++)
	{
		Attribute  *member = &value->u.entries[i];
		Place	   *place = place_of_column(builder);

		if (place->path == NULL)
		{
			if (table_maps_attribute(builder->scope->table, member->name))
				return false;
			place->path = path_make(member->name);
		}
		else
		{
			/* once says it for all of them */
			if (i == 0)
				require_type(place, ATTRIBUTE_M);
			place->path = path_with_name(place->path, member->name);
		}
		if (!change_place(builder, place, PATH_SET,
						  operand_value(&member->value)))
			return false;
	}
	return true;
}

/*
 * A new value of the document: the column itself, changed any number of times.
 */
static bool
translate_document(UpdateBuilder *builder, Expr *expr)
{
	List	   *args;
	Oid			function_id;

	if (update_is_column(builder, expr))
		return true;
	if (IsA(expr, SubscriptingRef))
		return translate_document_subscript(builder, (SubscriptingRef *) expr);

	if (IsA(expr, FuncExpr))
	{
		function_id = ((FuncExpr *) expr)->funcid;
		args = ((FuncExpr *) expr)->args;
	}
	else if (IsA(expr, OpExpr))
	{
		function_id = ((OpExpr *) expr)->opfuncid;
		args = ((OpExpr *) expr)->args;
	}
	else
		return false;
	if (list_length(args) < 2 || !translate_document(builder, linitial(args)))
		return false;

	switch (function_id)
	{
		case F_JSONB_SET:
			return translate_jsonb_set(builder, args);
		case F_JSONB_DELETE_JSONB_TEXT:
		case F_JSONB_DELETE_JSONB__TEXT:
			return translate_removal(builder, lsecond(args));
		case F_JSONB_DELETE_JSONB_INT4:
			return translate_element_removal(builder, lsecond(args));
		case F_JSONB_DELETE_PATH:
			{
				List	   *elements = text_elements(builder, lsecond(args));

				return elements != NIL &&
					change_place(builder,
								 place_of_path(builder, elements, false),
								 PATH_REMOVE, NULL);
			}
		case F_JSONB_CONCAT:
			return translate_concatenation(builder, lsecond(args));
		default:
			return false;
	}
}

/* ---- composite values ---- */

/* A place in a composite value. */
typedef struct FieldPlace
{
	bool		is_column;		/* the assigned column itself */
	DocumentPath *path;
	Codec	   *codec;
} FieldPlace;

/*
 * Is the expression the old value of the place?  Below the column it is a
 * CaseTestExpr: see transformAssignmentIndirection() in parse_target.c.
 */
static bool
is_old_value(UpdateBuilder *builder, const FieldPlace *place, Expr *expr)
{
	return place->is_column ? update_is_column(builder, expr)
		: IsA(expr, CaseTestExpr);
}

static bool
set_field(UpdateBuilder *builder, const FieldPlace *place, Expr *expr)
{
	Place		target = {.path = place->path};
	AttributeValue *value;
	Datum		datum;

	switch (scope_value(builder->scope, expr, &datum))
	{
		case VALUE_UNKNOWN:
			return change_place(builder, &target, PATH_SET,
								operand_unknown(scope_label(builder->scope,
															expr)));
		case VALUE_KNOWN:
			switch (codec_try_encode(place->codec, datum, &value))
			{
				case ENCODE_OK:
					return change_place(builder, &target, PATH_SET,
										operand_value(value));
				case ENCODE_ABSENT:
					break;
				default:
					return false;
			}
			break;
		case VALUE_NULL:
			break;
	}
	return change_place(builder, &target, PATH_REMOVE, NULL);
}

static bool
translate_field(UpdateBuilder *builder, const FieldPlace *place, Expr *expr)
{
	FieldStore *store;
	ListCell   *field;
	ListCell   *cell;

	if (!place->is_column && scope_is_column_free(builder->scope, expr))
		return set_field(builder, place, expr);
	if (!IsA(expr, FieldStore) || place->codec->kind != CODEC_COMPOSITE)
		return false;
	store = (FieldStore *) expr;
	if (!is_old_value(builder, place, store->arg))
		return false;
	update_add_guard(builder, condition_type(place->path, ATTRIBUTE_M));
	forboth(cell, store->newvals, field, store->fieldnums)
	{
		int			i = lfirst_int(field) - 1;
		FieldPlace	child = {.codec = place->codec->fields[i]};

		child.path = path_with_name(place->path,
									place->codec->field_names[i]);
		if (!translate_field(builder, &child, lfirst(cell)))
			return false;
	}
	return true;
}

/* ---- entry points ---- */

bool
update_document(UpdateBuilder *builder, Expr *expr)
{
	return builder->column->codec->kind == CODEC_JSON &&
		builder->column->codec->base_type_id == JSONBOID &&
		translate_document(builder, expr) && builder->actions != NIL;
}

bool
update_composite(UpdateBuilder *builder, FieldStore *store)
{
	FieldPlace	place = {
		.is_column = true,
		.path = path_make(builder->column->attribute_name),
		.codec = builder->column->codec
	};

	return translate_field(builder, &place, (Expr *) store);
}

bool
update_element_fields(UpdateBuilder *builder, DocumentPath *element,
					  FieldStore *store)
{
	FieldPlace	place = {
		.path = element,
		.codec = builder->column->codec->element
	};

	return translate_field(builder, &place, (Expr *) store);
}
