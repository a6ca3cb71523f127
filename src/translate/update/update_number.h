/*
 * update_number.h
 *		Arithmetic in SET: sums and differences, and the ranges that guard
 *		them.
 */
#ifndef DYNAMORM_TRANSLATE_UPDATE_NUMBER_H
#define DYNAMORM_TRANSLATE_UPDATE_NUMBER_H

#include "postgres.h"

#include "translate/update/update_builder.h"

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

#endif							/* DYNAMORM_TRANSLATE_UPDATE_NUMBER_H */
