/*
 * update_builder.h
 *		What the files that translate assignments share: one translation, what
 *		is added to it, and the values in it.
 */
#ifndef DYNAMORM_TRANSLATE_UPDATE_BUILDER_H
#define DYNAMORM_TRANSLATE_UPDATE_BUILDER_H

#include "postgres.h"

#include "client/wire/expression.h"
#include "translate/scope.h"

/* The translation of one assignment. */
typedef struct UpdateBuilder
{
	Scope	   *scope;
	Column	   *column;			/* assigned */
	List	   *actions;		/* of UpdateAction */
	List	   *guards;			/* of Condition */
} UpdateBuilder;

/* Adds an action on the assigned column's attribute. */
extern void update_add_action(UpdateBuilder *builder, UpdateActionKind kind,
							  Operand *operand);
extern void update_add_guard(UpdateBuilder *builder, Condition *guard);

/* attribute_not_exists(column) OR otherwise */
extern Condition *update_absent_or(const Column *column,
								   Condition *otherwise);

/* The attribute is there, not of type NULL, and of the column's type. */
extern Condition *update_has_own_type(const Column *column);

/* Is the expression the assigned column itself? */
extern bool update_is_column(UpdateBuilder *builder, Expr *expr);

/*
 * The value of a column-free expression as the codec stores it, or, where it
 * is NULL or stored as no attribute at all (ENCODE_ABSENT), what the arguments
 * say (NULL: nothing).  NULL if it has columns, or there is no such value.
 */
extern Operand *update_value_operand(UpdateBuilder *builder, Codec *codec,
									 Expr *expr, AttributeValue *if_null,
									 AttributeValue *if_absent);

#endif							/* DYNAMORM_TRANSLATE_UPDATE_BUILDER_H */
