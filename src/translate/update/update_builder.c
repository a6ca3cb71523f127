/*
 * update_builder.c
 *		What the files that translate assignments share: one translation, what
 *		is added to it, and the values in it.
 */
#include "postgres.h"

#include "translate/codec/codec.h"
#include "translate/update/update_builder.h"

void
update_add_action(UpdateBuilder *builder, UpdateActionKind kind,
				  Operand *operand)
{
	builder->actions = lappend(builder->actions,
							   update_action(kind,
											 path_make(builder->column->attribute_name),
											 operand));
}

void
update_add_guard(UpdateBuilder *builder, Condition *guard)
{
	builder->guards = lappend(builder->guards, guard);
}

Condition *
update_absent_or(const Column *column, Condition *otherwise)
{
	return condition_either(condition_not_exists(path_make(column->attribute_name)),
							otherwise);
}

Condition *
update_has_own_type(const Column *column)
{
	DocumentPath *path = path_make(column->attribute_name);

	if (column->codec->kind == CODEC_JSON)
		return condition_both(condition_exists(path),
							  condition_not(condition_type(path,
														   ATTRIBUTE_NULL)));
	return condition_type(path, column->codec->attribute_type);
}

bool
update_is_column(UpdateBuilder *builder, Expr *expr)
{
	return expr != NULL && IsA(expr, Var) &&
		scope_column(builder->scope, expr) == builder->column;
}

Operand *
update_value_operand(UpdateBuilder *builder, Codec *codec, Expr *expr,
					 AttributeValue *if_null, AttributeValue *if_absent)
{
	AttributeValue *value = NULL;
	Datum		datum;

	if (!scope_is_column_free(builder->scope, expr))
		return NULL;

	switch (scope_value(builder->scope, expr, &datum))
	{
		case VALUE_UNKNOWN:
			return operand_unknown(scope_label(builder->scope, expr));
		case VALUE_NULL:
			value = if_null;
			break;
		case VALUE_KNOWN:
			if (codec_try_encode(codec, datum, &value) == ENCODE_ABSENT)
				value = if_absent;
			break;
	}
	return value == NULL ? NULL : operand_value(value);
}
