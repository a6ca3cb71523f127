/*
 * condition_source.c
 *		What the leaves of conditions are about: columns, their fields and
 *		elements, places inside documents, sizes.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "translate/codec/codec.h"
#include "translate/condition/condition_source.h"
#include "translate/function.h"

/* ---- making sources ---- */

/* NULL if the path is too long for an expression. */
static Source *
source_make(SourceKind kind, const Source *parent, DocumentPath *path,
			Codec *codec)
{
	Source	   *source;

	if (path->step_count > DOCUMENT_DEPTH_LIMIT)
		return NULL;
	source = palloc0(sizeof(Source));
	source->kind = kind;
	source->column = parent->column;
	source->path = path;
	source->codec = codec;
	source->parent = parent;
	return source;
}

static Source *
source_of_column(Scope *scope, Expr *expr)
{
	Column	   *column = scope_column(scope, expr);
	Source	   *source;

	/* a document column is not one attribute but many */
	if (column == NULL || column->is_document ||
		(column->source != NULL && !scope->reads_fields) ||
		(scope->hidden != NULL && scope->hidden[column->attnum - 1]))
		return NULL;
	source = palloc0(sizeof(Source));
	source->kind = SOURCE_ATTRIBUTE;
	source->column = column;
	source->path = path_make(column->attribute_name);
	source->codec = column->codec;
	return source;
}

static bool
is_attribute(const Source *source, CodecKind kind)
{
	return source != NULL && source->kind == SOURCE_ATTRIBUTE &&
		source->codec->kind == kind;
}

/* row.field */
static Source *
source_of_field(Scope *scope, FieldSelect *select)
{
	Source	   *row = source_of(scope, select->arg);
	int			field = select->fieldnum - 1;

	if (!is_attribute(row, CODEC_COMPOSITE) || field < 0 ||
		field >= row->codec->field_count || row->codec->fields[field] == NULL)
		return NULL;
	return source_make(SOURCE_ATTRIBUTE, row,
					   path_with_name(row->path,
									  row->codec->field_names[field]),
					   row->codec->fields[field]);
}

/* ---- places inside documents ---- */

static bool
is_document(const Source *source)
{
	return is_attribute(source, CODEC_JSON) ||
		(source != NULL && source->kind == SOURCE_JSON);
}

/*
 * Path elements and subscripts that are numbers mean an element of an array or
 * the member of an object, by what is stored.  DynamoDB's paths must say
 * which.
 */
static bool
is_ambiguous_step(const char *text)
{
	return text[0] == '\0' || strspn(text, "+-0123456789 \t") > 0;
}

static DocumentPath *
path_with_member(const Source *document, Datum name)
{
	char	   *server_name = TextDatumGetCString(name);
	Operand    *operand;

	/* DynamoDB has no member without a name, or with so long a one */
	if (server_name[0] == '\0')
		return NULL;
	operand = operand_text(server_name, strlen(server_name));
	if (operand->value->length > ATTRIBUTE_NAME_LIMIT)
		return NULL;
	return path_with_name(document->path, operand->value->u.text);
}

/* doc -> 'name', doc ->> 'name' */
static Source *
source_of_member(Scope *scope, SourceKind kind, List *args)
{
	Source	   *document = source_of(scope, linitial(args));
	Expr	   *name = (Expr *) lsecond(args);
	DocumentPath *path = NULL;
	Datum		value;

	if (!is_document(document) || !scope_is_column_free(scope, name))
		return NULL;
	switch (scope_value(scope, name, &value))
	{
		case VALUE_KNOWN:
			path = path_with_member(document, value);
			break;
		case VALUE_UNKNOWN:
			path = path_with_name(document->path, scope_label(scope, name));
			break;
		case VALUE_NULL:
			break;
	}
	return path == NULL ? NULL : source_make(kind, document, path, NULL);
}

/* doc -> 2, doc ->> 2 */
static Source *
source_of_json_element(Scope *scope, SourceKind kind, List *args)
{
	Source	   *document = source_of(scope, linitial(args));
	int			place;

	if (!is_document(document) ||
		!scope_list_place(scope, (Expr *) lsecond(args), 0, &place))
		return NULL;
	return source_make(kind, document, path_with_index(document->path, place),
					   NULL);
}

/* One more step down a document, by a path element or subscript. */
static Source *
source_of_step(SourceKind kind, const Source *document, Datum name)
{
	DocumentPath *path;

	if (is_ambiguous_step(TextDatumGetCString(name)))
		return NULL;
	path = path_with_member(document, name);
	return path == NULL ? NULL : source_make(kind, document, path, NULL);
}

/* doc #> '{a,b}', doc #>> '{a,b}' */
static Source *
source_of_json_path(Scope *scope, SourceKind kind, List *args)
{
	Source	   *source = source_of(scope, linitial(args));
	Expr	   *path = (Expr *) lsecond(args);
	Datum		value;
	Datum	   *names;
	bool	   *nulls;
	int			count;
	int			i;

	if (!is_document(source) || !scope_is_column_free(scope, path) ||
		scope_value(scope, path, &value) != VALUE_KNOWN)
		return NULL;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false,
					  TYPALIGN_INT, &names, &nulls, &count);
	if (count == 0)
		return NULL;
	for (i = 0; i < count && source != NULL; i++)
	{
		if (nulls[i])
			return NULL;
		source = source_of_step(i == count - 1 ? kind : SOURCE_JSON, source,
								names[i]);
	}
	return source;
}

/* doc['a']['b'] */
static Source *
source_of_json_subscripts(Scope *scope, Source *source, SubscriptingRef *ref)
{
	ListCell   *cell;

	foreach(cell, ref->refupperindexpr)
	{
		Expr	   *subscript = (Expr *) lfirst(cell);
		Datum		value;

		if (subscript == NULL || source == NULL ||
			exprType((Node *) subscript) != TEXTOID ||
			!scope_is_column_free(scope, subscript) ||
			scope_value(scope, subscript, &value) != VALUE_KNOWN)
			return NULL;
		source = source_of_step(SOURCE_JSON, source, value);
	}
	return source;
}

/* ---- elements ---- */

/* list[3] */
static Source *
source_of_element(Scope *scope, Source *list, SubscriptingRef *ref)
{
	int			place;

	if (list_length(ref->refupperindexpr) != 1 ||
		!scope_list_place(scope, (Expr *) linitial(ref->refupperindexpr), 1,
					 &place))
		return NULL;
	return source_make(SOURCE_ATTRIBUTE, list,
					   path_with_index(list->path, place),
					   list->codec->element);
}

static Source *
source_of_subscript(Scope *scope, SubscriptingRef *ref)
{
	Source	   *container;

	if (ref->refassgnexpr != NULL || ref->reflowerindexpr != NIL)
		return NULL;
	container = source_of(scope, ref->refexpr);
	if (is_attribute(container, CODEC_LIST))
		return source_of_element(scope, container, ref);
	if (is_document(container))
		return source_of_json_subscripts(scope, container, ref);
	return NULL;
}

/* An array whose elements are only relabeled, varchar[] as text[]. */
static Source *
source_of_array_coercion(Scope *scope, ArrayCoerceExpr *coercion)
{
	RelabelType *relabel = (RelabelType *) coercion->elemexpr;

	if (!IsA(relabel, RelabelType) || !IsA(relabel->arg, CaseTestExpr))
		return NULL;
	return source_of(scope, coercion->arg);
}

/* ---- functions ---- */

/* An integer widened for an operator keeps its value. */
static Source *
source_of_widening(Scope *scope, Expr *arg)
{
	Source	   *source = source_of(scope, arg);

	if (is_attribute(source, CODEC_INTEGER) ||
		(source != NULL && (source->kind == SOURCE_SIZE ||
							source->kind == SOURCE_POSITION)))
		return source;
	return NULL;
}

static Source *
source_of_size(Scope *scope, FuncExpr *call)
{
	Source	   *counted = source_of(scope, linitial(call->args));
	Source	   *size;
	bool		is_array = is_attribute(counted, CODEC_LIST) ||
		is_attribute(counted, CODEC_SET);
	bool		fits = false;
	bool		null_if_empty = false;

	switch (call->funcid)
	{
		case F_CARDINALITY:
			fits = is_array;
			break;
		case F_ARRAY_LENGTH:
		case F_ARRAY_UPPER:
			{
				Const	   *dimension = (Const *) lsecond(call->args);

				fits = is_array && IsA(dimension, Const) &&
					!dimension->constisnull &&
					DatumGetInt32(dimension->constvalue) == 1;
				null_if_empty = true;
				break;
			}
		case F_JSONB_ARRAY_LENGTH:
		case F_JSON_ARRAY_LENGTH:
			fits = is_document(counted);
			break;
		default:
			fits = is_attribute(counted, CODEC_BYTEA);
			break;
	}
	if (!fits)
		return NULL;
	size = source_make(SOURCE_SIZE, counted, counted->path, counted->codec);
	size->null_if_empty = null_if_empty;
	return size;
}

/* strpos(column, text), position(text in column) */
static Source *
source_of_position(Scope *scope, FuncExpr *call)
{
	Source	   *text = source_of(scope, linitial(call->args));
	Expr	   *searched = (Expr *) lsecond(call->args);
	Source	   *position;

	if (!is_attribute(text, CODEC_TEXT) ||
		!scope_is_column_free(scope, searched))
		return NULL;
	position = source_make(SOURCE_POSITION, text, text->path, text->codec);
	position->searched = searched;
	position->collation = call->inputcollid;
	return position;
}

static Source *
source_of_type(Scope *scope, FuncExpr *call)
{
	Source	   *attribute = source_of(scope, linitial(call->args));

	if (attribute == NULL || attribute->kind != SOURCE_ATTRIBUTE)
		return NULL;
	return source_make(SOURCE_TYPE, attribute, attribute->path,
					   attribute->codec);
}

/* Operators on documents are their functions. */
static Source *
source_of_json_function(Scope *scope, Oid function_id, List *args)
{
	switch (function_id)
	{
		case F_JSONB_OBJECT_FIELD:
		case F_JSON_OBJECT_FIELD:
			return source_of_member(scope, SOURCE_JSON, args);
		case F_JSONB_OBJECT_FIELD_TEXT:
		case F_JSON_OBJECT_FIELD_TEXT:
			return source_of_member(scope, SOURCE_JSON_TEXT, args);
		case F_JSONB_ARRAY_ELEMENT:
		case F_JSON_ARRAY_ELEMENT:
			return source_of_json_element(scope, SOURCE_JSON, args);
		case F_JSONB_ARRAY_ELEMENT_TEXT:
		case F_JSON_ARRAY_ELEMENT_TEXT:
			return source_of_json_element(scope, SOURCE_JSON_TEXT, args);
		case F_JSONB_EXTRACT_PATH:
		case F_JSON_EXTRACT_PATH:
			return source_of_json_path(scope, SOURCE_JSON, args);
		case F_JSONB_EXTRACT_PATH_TEXT:
		case F_JSON_EXTRACT_PATH_TEXT:
			return source_of_json_path(scope, SOURCE_JSON_TEXT, args);
		default:
			return NULL;
	}
}

static Source *
source_of_function(Scope *scope, FuncExpr *call)
{
	switch (call->funcid)
	{
		case F_INT4_INT2:
		case F_INT8_INT2:
		case F_INT8_INT4:
		case F_NUMERIC_INT2:
		case F_NUMERIC_INT4:
		case F_NUMERIC_INT8:
			return source_of_widening(scope, linitial(call->args));
		case F_CARDINALITY:
		case F_ARRAY_LENGTH:
		case F_ARRAY_UPPER:
		case F_JSONB_ARRAY_LENGTH:
		case F_JSON_ARRAY_LENGTH:
		case F_OCTET_LENGTH_BYTEA:
			return source_of_size(scope, call);
		case F_STRPOS:
		case F_POSITION_TEXT_TEXT:
			return source_of_position(scope, call);
		default:
			break;
	}
	if (dyn_function(call->funcid) == DYN_ATTRIBUTE_TYPE)
		return source_of_type(scope, call);
	return source_of_json_function(scope, call->funcid, call->args);
}

Source *
source_of(Scope *scope, Expr *expr)
{
	while (expr != NULL && IsA(expr, RelabelType))
		expr = ((RelabelType *) expr)->arg;
	if (expr == NULL)
		return NULL;

	switch (nodeTag(expr))
	{
		case T_Var:
			return source_of_column(scope, expr);
		case T_FieldSelect:
			return source_of_field(scope, (FieldSelect *) expr);
		case T_SubscriptingRef:
			return source_of_subscript(scope, (SubscriptingRef *) expr);
		case T_ArrayCoerceExpr:
			return source_of_array_coercion(scope, (ArrayCoerceExpr *) expr);
		case T_FuncExpr:
			return source_of_function(scope, (FuncExpr *) expr);
		case T_OpExpr:
			return source_of_json_function(scope,
										   operator_function((OpExpr *) expr),
										   ((OpExpr *) expr)->args);
		default:
			return NULL;
	}
}

bool
source_tells_key(const Source *source)
{
	return source->kind == SOURCE_ATTRIBUTE && source->parent == NULL &&
		source->column->in_key;
}

bool
source_is_key(const Source *source)
{
	return source->kind == SOURCE_ATTRIBUTE && source->parent == NULL &&
		source->column->key != KEY_NONE;
}

/* ---- what DynamoDB can be asked of any source ---- */

static Condition *
exists_and_not_null_type(const Source *source)
{
	return condition_both(condition_exists(source->path),
						  condition_not(condition_type(source->path,
													   ATTRIBUTE_NULL)));
}

static Condition *
absent_or_null_type(const Source *source)
{
	return condition_either(condition_not_exists(source->path),
							condition_type(source->path, ATTRIBUTE_NULL));
}

Condition *
source_has_type(const Source *source)
{
	List	   *types = NIL;
	int			type;

	if (source->kind == SOURCE_JSON)
		return condition_exists(source->path);
	if (source->kind == SOURCE_JSON_TEXT)
		return condition_type(source->path, ATTRIBUTE_S);
	if (source->codec == NULL || source->codec->kind == CODEC_JSON)
		return exists_and_not_null_type(source);

	for (type = ATTRIBUTE_S; type <= ATTRIBUTE_M; type++)
		if (type != ATTRIBUTE_NULL && codec_reads_type(source->codec, type))
			types = lappend(types, condition_type(source->path, type));
	return condition_or(types);
}

Condition *
source_is_nested_list(const Source *source)
{
	return condition_type(path_with_index(source->path, 0), ATTRIBUTE_L);
}

/* There is a value, and it is neither a list nor a map. */
static Condition *
is_no_container(DocumentPath *path)
{
	Condition  *is_list = condition_type(path, ATTRIBUTE_L);
	Condition  *is_map = condition_type(path, ATTRIBUTE_M);

	return condition_and(list_make3(condition_exists(path),
									condition_not(is_list),
									condition_not(is_map)));
}

Condition *
source_is_opaque(const Source *source)
{
	const Source *step;
	List	   *reasons = NIL;

	if (source->kind == SOURCE_SIZE)
		source = source->parent;
	for (step = source; step->parent != NULL; step = step->parent)
	{
		const PathStep *last = &step->path->steps[step->path->step_count - 1];
		DocumentPath *holder = step->parent->path;

		if (last->name != NULL || !is_document(step->parent))
			continue;
		reasons = lappend(reasons, is_no_container(holder));
	}
	return reasons == NIL ? NULL : condition_or(reasons);
}

/* ---- IS NULL ---- */

/*
 * A field or element is NULL where it is absent or what holds it is NULL; that
 * may not be of a wrong type.  An element of an array of several dimensions is
 * NULL too.
 */
static Condition *
attribute_is_null(ConditionBuilder *builder, const Source *source)
{
	const Source *parent = source->parent;
	Condition  *condition = absent_or_null_type(source);

	if (source_is_key(source))
		return condition_constant(false);
	if (parent == NULL)
		return condition;
	condition = condition_both(condition,
							   condition_either(source_has_type(parent),
												source_is_null(builder,
															   parent)));
	if (parent->codec->kind == CODEC_LIST)
		condition = condition_by_sense(builder,
									   condition_either(condition,
														condition_type(source->path,
																	   ATTRIBUTE_L)),
									   condition);
	return condition;
}

static Condition *
size_is_zero(const Source *source, Comparison comparison)
{
	return condition_compare(operand_size(operand_path(source->path)),
							 comparison, operand_number(0));
}

static Condition *
size_is_null(ConditionBuilder *builder, const Source *source)
{
	Condition  *condition = source_is_null(builder, source->parent);
	Condition  *nested = source_is_nested_list(source);

	if (!source->null_if_empty)
		return condition;
	condition = condition_either(condition,
								 condition_both(source_has_type(source->parent),
												size_is_zero(source,
															 COMPARISON_EQ)));
	if (source->codec->kind == CODEC_LIST)
		condition = condition_by_sense(builder,
									   condition_either(condition, nested),
									   condition);
	return condition;
}

static Condition *
size_has_value(ConditionBuilder *builder, const Source *source)
{
	Condition  *condition = source_has_value(builder, source->parent);
	Condition  *nested = source_is_nested_list(source);

	if (!source->null_if_empty)
		return condition;
	condition = condition_both(condition, size_is_zero(source, COMPARISON_GT));
	if (source->codec->kind == CODEC_LIST)
		condition = condition_by_sense(builder, condition,
									   condition_both(condition,
													  condition_not(nested)));
	return condition;
}

Condition *
source_is_null(ConditionBuilder *builder, const Source *source)
{
	Condition  *opaque;
	Condition  *condition;

	switch (source->kind)
	{
		case SOURCE_ATTRIBUTE:
			condition = attribute_is_null(builder, source);
			break;
		case SOURCE_JSON:
			condition = condition_not_exists(source->path);
			break;
		case SOURCE_JSON_TEXT:
			condition = absent_or_null_type(source);
			break;
		case SOURCE_SIZE:
			return size_is_null(builder, source);
		case SOURCE_TYPE:
			return condition_not_exists(source->path);
		default:
			return source_is_null(builder, source->parent);
	}

	opaque = source_is_opaque(source);
	if (opaque == NULL)
		return condition;
	return condition_by_sense(builder, condition_either(condition, opaque),
							  condition_both(condition,
											 condition_not(opaque)));
}

Condition *
source_has_value(ConditionBuilder *builder, const Source *source)
{
	Condition  *opaque;
	Condition  *condition;

	switch (source->kind)
	{
		case SOURCE_ATTRIBUTE:
			condition = source_is_key(source) ? condition_constant(true)
				: source_has_type(source);
			break;
		case SOURCE_JSON:
			condition = condition_exists(source->path);
			break;
		case SOURCE_JSON_TEXT:
			condition = exists_and_not_null_type(source);
			break;
		case SOURCE_SIZE:
			return size_has_value(builder, source);
		case SOURCE_TYPE:
			return condition_exists(source->path);
		default:
			return source_has_value(builder, source->parent);
	}

	opaque = source_is_opaque(source);
	if (opaque == NULL)
		return condition;
	return condition_by_sense(builder, condition_either(condition, opaque),
							  condition);
}

/* ---- for projections ---- */

DocumentPath *
condition_path_inside(Scope *scope, Expr *expr)
{
	Source	   *source = source_of(scope, expr);
	DocumentPath *path;
	int			names;

	if (source == NULL || source->parent == NULL ||
		(source->kind != SOURCE_ATTRIBUTE && source->kind != SOURCE_JSON &&
		 source->kind != SOURCE_JSON_TEXT))
		return NULL;
	for (names = 1; names < source->path->step_count; names++)
		if (source->path->steps[names].name == NULL)
			break;
	if (names == 1)
		return NULL;
	path = palloc(sizeof(DocumentPath));
	path->steps = source->path->steps;
	path->step_count = names;
	return path;
}
