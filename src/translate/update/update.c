/*
 * update.c
 *		SET clauses as DynamoDB update expressions, with their guards.
 *
 * This file knows values, coalesce, sets and lists.  Arithmetic is in
 * update_number.c, what is inside documents and composite values in
 * update_path.c.  A form that is not known takes the computed path; that is
 * never wrong, only slower.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "translate/codec/codec.h"
#include "translate/function.h"
#include "translate/update/update.h"
#include "translate/update/update_number.h"
#include "translate/update/update_path.h"

typedef enum ListEnd
{
	LIST_FRONT,
	LIST_BACK
} ListEnd;

/* ---- c = v ---- */

static bool
translate_value(UpdateBuilder *builder, Expr *expr)
{
	Column	   *column = builder->column;
	AttributeValue *value = NULL;
	Datum		datum;

	switch (scope_value(builder->scope, expr, &datum))
	{
		case VALUE_UNKNOWN:
			update_add_action(builder, UPDATE_SET,
							  operand_unknown(scope_label(builder->scope,
														  expr)));
			return true;
		case VALUE_KNOWN:
			switch (codec_try_encode(column->codec, datum, &value))
			{
				case ENCODE_OK:
					update_add_action(builder, UPDATE_SET,
									  operand_value(value));
					return true;
				case ENCODE_ABSENT:
					break;
				default:
					/* an error, but only if there is a row: computed path */
					return false;
			}
			break;
		case VALUE_NULL:
			if (column->not_null)
				return false;
			break;
	}

	update_add_action(builder, UPDATE_REMOVE, NULL);
	return true;
}

/* ---- c = other column ---- */

static bool
translate_copy(UpdateBuilder *builder, Column *source)
{
	Codec	   *from = source->codec;
	Codec	   *to = builder->column->codec;

	if (from->kind != to->kind || from->type_id != to->type_id ||
		from->typmod != to->typmod ||
		from->attribute_type != to->attribute_type)
		return false;

	switch (to->kind)
	{
		case CODEC_TEXT:
		case CODEC_ENUM:
		case CODEC_NUMERIC:
		case CODEC_BYTEA:
		case CODEC_BOOL:
			update_add_guard(builder, update_has_own_type(source));
			break;
		case CODEC_INTEGER:
			update_add_guard(builder, update_integer_range(source, 0, 0));
			break;
		default:
			return false;
	}
	update_add_action(builder, UPDATE_SET,
					  operand_path(path_make(source->attribute_name)));
	return true;
}

/* ---- c = coalesce(c, v), dyn_if_not_exists(c, v) ---- */

static bool
translate_default(UpdateBuilder *builder, Expr *first, Expr *otherwise)
{
	Operand    *operand;

	if (!update_is_column(builder, first))
		return false;
	operand = update_value_operand(builder, builder->column->codec, otherwise,
								   NULL, NULL);
	if (operand == NULL)
		return false;

	update_add_guard(builder,
					 update_absent_or(builder->column,
									  update_has_own_type(builder->column)));
	update_add_action(builder, UPDATE_SET,
					  operand_if_not_exists(path_make(builder->column->attribute_name),
											operand));
	return true;
}

static bool
translate_coalesce(UpdateBuilder *builder, CoalesceExpr *coalesce)
{
	return list_length(coalesce->args) == 2 &&
		translate_default(builder, linitial(coalesce->args),
						  lsecond(coalesce->args));
}

/*
 * May a default be cast to the column's length now, although it may never be
 * needed?  Not if that raises an error.
 */
static bool
fits_length(UpdateBuilder *builder, Expr *otherwise)
{
	const Codec *codec = builder->column->codec;
	Datum		value;

	if (!scope_is_column_free(builder->scope, otherwise) ||
		scope_value(builder->scope, otherwise, &value) != VALUE_KNOWN)
		return true;
	switch (codec->base_type_id)
	{
		case VARCHAROID:
		case BPCHAROID:
			return pg_mbstrlen(TextDatumGetCString(value)) <=
				codec->typmod - VARHDRSZ;
		case NUMERICOID:
			return update_holds_number(codec, value);
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case TIMEOID:
		case TIMETZOID:
		case INTERVALOID:
			return true;
		default:
			return false;
	}
}

/*
 * c = coalesce(c, v) under the cast that brings an assigned value to the
 * column's length: varchar(5), timestamptz(0), numeric(8,2).  The stored value
 * has that length already, so only the default is cast.
 */
static bool
translate_cast_coalesce(UpdateBuilder *builder, FuncExpr *cast)
{
	const Codec *codec = builder->column->codec;
	CoalesceExpr *coalesce = linitial(cast->args);
	FuncExpr   *default_cast;
	Node	   *typmod;

	if (!IsA(coalesce, CoalesceExpr) || list_length(coalesce->args) != 2 ||
		list_length(cast->args) < 2 ||
		cast->funcformat != COERCE_IMPLICIT_CAST ||
		cast->funcresulttype != coalesce->coalescetype)
		return false;
	typmod = lsecond(cast->args);
	if (!IsA(typmod, Const) || ((Const *) typmod)->constisnull ||
		DatumGetInt32(((Const *) typmod)->constvalue) != codec->typmod ||
		!fits_length(builder, lsecond(coalesce->args)))
		return false;

	default_cast = copyObject(cast);
	linitial(default_cast->args) = lsecond(coalesce->args);
	return translate_default(builder, linitial(coalesce->args),
							 (Expr *) default_cast);
}

/* ---- sets ---- */

static bool
translate_set_change(UpdateBuilder *builder, UpdateActionKind kind,
					 Expr *first, Expr *elements)
{
	Column	   *column = builder->column;
	Operand    *operand;

	if (column->codec->kind != CODEC_SET ||
		!update_is_column(builder, first) ||
		(kind == UPDATE_DELETE && column->not_null))
		return false;
	operand = update_value_operand(builder, column->codec, elements, NULL,
								   NULL);
	if (operand == NULL)
		return false;

	update_add_guard(builder,
					 update_absent_or(column, update_has_own_type(column)));
	update_add_action(builder, kind, operand);
	return true;
}

/* ---- lists ---- */

static bool
stores_list(const Column *column)
{
	return column->codec->kind == CODEC_LIST ||
		column->codec->kind == CODEC_JSON;
}

/*
 * Guard: a list, and for arrays no list of lists, on which PostgreSQL's array
 * operators mean something else.
 */
static Condition *
is_plain_list(const Column *column)
{
	DocumentPath *path = path_make(column->attribute_name);
	Condition  *guard = condition_type(path, ATTRIBUTE_L);

	if (column->codec->kind == CODEC_LIST)
		guard = condition_both(guard,
							   condition_not(condition_type(path_with_index(path, 0),
															ATTRIBUTE_L)));
	return guard;
}

static bool
is_one_dimensional_list(const AttributeValue *value)
{
	return value->type == ATTRIBUTE_L &&
		(value->length == 0 || value->u.elements[0].type != ATTRIBUTE_L);
}

static bool
concatenate_list(UpdateBuilder *builder, Operand *elements, ListEnd end)
{
	Column	   *column = builder->column;
	DocumentPath *path = path_make(column->attribute_name);
	Operand    *list;

	list = operand_if_not_exists(path,
								 operand_value(attribute_make_elements(ATTRIBUTE_L,
																	   NULL, 0)));
	update_add_guard(builder,
					 update_absent_or(column, is_plain_list(column)));
	update_add_action(builder, UPDATE_SET,
					  end == LIST_BACK
					  ? operand_binary(OPERAND_LIST_APPEND, list, elements)
					  : operand_binary(OPERAND_LIST_APPEND, elements, list));
	return true;
}

/* l || ARRAY[...], array_cat, dyn_list_append, dyn_list_prepend */
static bool
translate_list_concatenation(UpdateBuilder *builder, Expr *list,
							 Expr *elements, ListEnd end)
{
	Operand    *operand;

	if (!stores_list(builder->column) || !update_is_column(builder, list))
		return false;
	operand = update_value_operand(builder, builder->column->codec, elements,
								   NULL, NULL);
	if (operand == NULL)
		return false;
	if (operand->value != NULL &&
		(operand->value->type != ATTRIBUTE_L ||
		 (builder->column->codec->kind == CODEC_LIST &&
		  !is_one_dimensional_list(operand->value))))
		return false;
	return concatenate_list(builder, operand, end);
}

/*
 * One element for a list: a NULL is an element of type NULL.
 */
static Operand *
element_operand(UpdateBuilder *builder, Expr *element)
{
	Codec	   *codec = builder->column->codec;

	if (codec->kind == CODEC_LIST)
		codec = codec->element;
	return update_value_operand(builder, codec, element,
								codec->kind == CODEC_JSON ? NULL
								: attribute_make_null(), NULL);
}

/* l || 'x', array_append, array_prepend */
static bool
translate_element_addition(UpdateBuilder *builder, Expr *list, Expr *element,
						   ListEnd end)
{
	Operand    *operand;

	if (builder->column->codec->kind != CODEC_LIST ||
		!update_is_column(builder, list))
		return false;
	operand = element_operand(builder, element);
	if (operand == NULL)
		return false;

	if (operand->value != NULL)
		operand = operand_value(attribute_make_elements(ATTRIBUTE_L,
														operand->value, 1));
	else
		operand = operand_unknown(psprintf("[%s]", operand->label));
	return concatenate_list(builder, operand, end);
}

static bool
assigns_index_already(UpdateBuilder *builder, DocumentPath *path)
{
	ListCell   *cell;

	foreach(cell, builder->actions)
	{
		UpdateAction *action = (UpdateAction *) lfirst(cell);

		if (path_overlaps(action->path, path))
			return true;
	}
	return false;
}

/*
 * c[index] = element.  An assignment past the end appends: that is what an
 * array does where the index is just one past it (size_guard), and what
 * dyn_list_set means everywhere.
 */
static bool
set_element(UpdateBuilder *builder, int index, Expr *element, bool size_guard)
{
	Column	   *column = builder->column;
	DocumentPath *list = path_make(column->attribute_name);
	DocumentPath *path = path_with_index(list, index);
	Operand    *operand;

	if (assigns_index_already(builder, path))
		return false;
	update_add_guard(builder, is_plain_list(column));
	/* that it is there, the guard of its type says */
	if (IsA(element, FieldStore))
		return update_element_fields(builder, path, (FieldStore *) element);
	operand = element_operand(builder, element);
	if (operand == NULL)
		return false;
	if (size_guard && index > 0)
		update_add_guard(builder,
						 condition_compare(operand_size(operand_path(list)),
										   COMPARISON_GE,
										   operand_value(attribute_make_integer(index))));
	builder->actions = lappend(builder->actions,
							   update_action(UPDATE_SET, path, operand));
	return true;
}

/*
 * l[3] = 'x'.  Several assignments to one column arrive nested, the first one
 * innermost.
 */
static bool
translate_subscript(UpdateBuilder *builder, SubscriptingRef *ref)
{
	int			index;

	if (builder->column->codec->kind == CODEC_JSON)
		return update_document(builder, (Expr *) ref);
	if (builder->column->codec->kind != CODEC_LIST ||
		ref->refassgnexpr == NULL || ref->reflowerindexpr != NIL ||
		list_length(ref->refupperindexpr) != 1)
		return false;

	if (IsA(ref->refexpr, SubscriptingRef))
	{
		if (!translate_subscript(builder, (SubscriptingRef *) ref->refexpr))
			return false;
	}
	else if (!update_is_column(builder, ref->refexpr))
		return false;

	return scope_list_place(builder->scope, linitial(ref->refupperindexpr), 1,
							&index) &&
		set_element(builder, index, ref->refassgnexpr, true);
}

static bool
translate_list_set(UpdateBuilder *builder, Expr *list, Expr *index_expr,
				   Expr *element)
{
	int			index;

	return stores_list(builder->column) &&
		update_is_column(builder, list) &&
		scope_list_place(builder->scope, index_expr, 0, &index) &&
		set_element(builder, index, element, false);
}

static bool
translate_list_remove(UpdateBuilder *builder, Expr *list, Expr *index_expr)
{
	Column	   *column = builder->column;
	int			index;

	if (!stores_list(column) || !update_is_column(builder, list) ||
		!scope_list_place(builder->scope, index_expr, 0, &index))
		return false;

	update_add_guard(builder, is_plain_list(column));
	builder->actions = lappend(builder->actions,
							   update_action(UPDATE_REMOVE,
											 path_with_index(path_make(column->attribute_name),
															 index),
											 NULL));
	return true;
}

/* ---- dispatch ---- */

static bool
translate_function(UpdateBuilder *builder, FuncExpr *call)
{
	Expr	   *first;
	Expr	   *second;

	if (list_length(call->args) < 2)
		return update_number_arithmetic(builder, (Expr *) call);
	first = linitial(call->args);
	second = lsecond(call->args);

	switch (call->funcid)
	{
		case F_ARRAY_APPEND:
			return translate_element_addition(builder, first, second,
											  LIST_BACK);
		case F_ARRAY_PREPEND:
			return translate_element_addition(builder, second, first,
											  LIST_FRONT);
		case F_ARRAY_CAT:
			return translate_list_concatenation(builder, first, second,
												LIST_BACK) ||
				translate_list_concatenation(builder, second, first,
											 LIST_FRONT);
		default:
			break;
	}

	switch (dyn_function(call->funcid))
	{
		case DYN_INCREMENT:
		case DYN_ADD:
			return update_number_add(builder, first, second, false);
		case DYN_DECREMENT:
			return update_number_add(builder, first, second, true);
		case DYN_SET_ADD:
			return translate_set_change(builder, UPDATE_ADD, first, second);
		case DYN_SET_DELETE:
			return translate_set_change(builder, UPDATE_DELETE, first, second);
		case DYN_IF_NOT_EXISTS:
			return translate_default(builder, first, second);
		case DYN_LIST_APPEND:
			return translate_list_concatenation(builder, first, second,
												LIST_BACK);
		case DYN_LIST_PREPEND:
			return translate_list_concatenation(builder, first, second,
												LIST_FRONT);
		case DYN_LIST_SET:
			return translate_list_set(builder, first, second,
									  lthird(call->args));
		case DYN_LIST_REMOVE:
			return translate_list_remove(builder, first, second);
		default:
			return builder->column->codec->kind == CODEC_JSON
				? update_document(builder, (Expr *) call)
				: translate_cast_coalesce(builder, call) ||
				update_number_arithmetic(builder, (Expr *) call);
	}
}

static bool
translate_operator(UpdateBuilder *builder, OpExpr *op)
{
	/* the array operators are the functions by another name */
	if (op->opfuncid == F_ARRAY_APPEND || op->opfuncid == F_ARRAY_PREPEND ||
		op->opfuncid == F_ARRAY_CAT)
		return translate_function(builder,
								  makeFuncExpr(op->opfuncid, op->opresulttype,
											   op->args, op->opcollid,
											   op->inputcollid,
											   COERCE_EXPLICIT_CALL));
	return builder->column->codec->kind == CODEC_JSON
		? update_document(builder, (Expr *) op)
		: update_number_arithmetic(builder, (Expr *) op);
}

static bool
translate_assignment(UpdateBuilder *builder, Expr *expr)
{
	Column	   *column = builder->column;

	if (column->in_key || column->template != NULL)
		return false;

	/* the text that it is in is made of it: see made_update.c */
	if (column->source != NULL)
		return scope_is_column_free(builder->scope, expr);
	if (column->is_document)
		return update_document(builder, expr);
	if (scope_is_column_free(builder->scope, expr))
		return translate_value(builder, expr);

	switch (nodeTag(expr))
	{
		case T_Var:
			{
				Column	   *source = scope_column(builder->scope, expr);

				return source != NULL && !source->is_document &&
					source->source == NULL &&
					translate_copy(builder, source);
			}
		case T_CoalesceExpr:
			return translate_coalesce(builder, (CoalesceExpr *) expr);
		case T_SubscriptingRef:
			return translate_subscript(builder, (SubscriptingRef *) expr);
		case T_FieldStore:
			return update_composite(builder, (FieldStore *) expr);
		case T_FuncExpr:
			return translate_function(builder, (FuncExpr *) expr);
		case T_OpExpr:
			return translate_operator(builder, (OpExpr *) expr);
		default:
			return false;
	}
}

UpdateTranslation *
update_translate(Scope *scope, List *assignments)
{
	UpdateTranslation *translation = palloc0(sizeof(UpdateTranslation));
	ListCell   *cell;

	foreach(cell, assignments)
	{
		Assignment *assignment = (Assignment *) lfirst(cell);
		UpdateBuilder builder = {
			.scope = scope,
			.column = assignment->column
		};

		scope->withheld = false;
		if (!translate_assignment(&builder, assignment->expr) ||
			scope->withheld)
		{
			translation->obstacle = assignment->column->name;
			return translation;
		}
		translation->actions = list_concat(translation->actions,
										   builder.actions);
		translation->guards = list_concat(translation->guards,
										  builder.guards);
	}
	return translation;
}

bool
update_creates_item(const List *actions)
{
	ListCell   *cell;

	foreach(cell, actions)
	{
		UpdateActionKind kind = ((const UpdateAction *) lfirst(cell))->kind;

		if (kind == UPDATE_SET || kind == UPDATE_ADD)
			return true;
	}
	return false;
}
