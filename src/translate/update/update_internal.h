/*
 * update_internal.h
 *		What update.c, update_number.c and update_path.c share.
 */
#ifndef DYNAMORM_TRANSLATE_UPDATE_INTERNAL_H
#define DYNAMORM_TRANSLATE_UPDATE_INTERNAL_H

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
 * The value of a column-free expression as the codec stores it; NULL if it has
 * columns, or is NULL, or cannot be stored.
 */
extern Operand *update_value_operand(UpdateBuilder *builder, Codec *codec,
									 Expr *expr);

/* ---- update_number.c ---- */

/*
 * Guard: an integer column's attribute is such that adding any value between
 * smallest and largest gives a value of the column's type.
 */
extern Condition *update_integer_range(const Column *column, int64 smallest,
									   int64 largest);

/* Can a column of the codec's type hold the numeric without rounding? */
extern bool update_holds_number(const Codec *codec, Datum value);

/* c = dyn_add(c, by), or with negate dyn_decrement(c, by). */
extern bool update_number_add(UpdateBuilder *builder, Expr *first, Expr *by,
							  bool negate);

/* c = c + v, v + c, c - v, coalesce(c, d) + v, c + other, ... */
extern bool update_number_arithmetic(UpdateBuilder *builder, Expr *expr);

/* ---- update_path.c ---- */

/*
 * A changed jsonb column: subscripts, jsonb_set(), -, #- and ||, also one upon
 * the other.  On false, actions and guards may hold a part of it.
 */
extern bool update_document(UpdateBuilder *builder, Expr *expr);

/* row.field = v, of a composite column. */
extern bool update_composite(UpdateBuilder *builder, FieldStore *store);

/* l[2].field = v, of an array of composite values. */
extern bool update_element_fields(UpdateBuilder *builder,
								  DocumentPath *element, FieldStore *store);

#endif							/* DYNAMORM_TRANSLATE_UPDATE_INTERNAL_H */
