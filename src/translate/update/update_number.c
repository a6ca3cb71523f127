/*
 * update_number.c
 *		Arithmetic in SET: sums and differences, and the ranges that guard
 *		them.
 *
 * DynamoDB computes with 38 decimal digits and knows no integer types, so each
 * pushed sum carries the range of stored values for which the result is one
 * that the column's type can hold.  A BETWEEN is false for an attribute that
 * is absent or no number, so the range alone is the guard.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/numeric.h"

#include "translate/codec/codec.h"
#include "translate/function.h"
#include "translate/update/update_number.h"

/* What a sum is made of. */
typedef struct Sum
{
	Expr	   *base;			/* the assigned column, or with a default */
	Expr	   *addend;
	bool		negate;			/* base - addend */
} Sum;

/* ---- ranges ---- */

static void
integer_bounds(Oid type_id, int64 *smallest, int64 *largest)
{
	switch (type_id)
	{
		case INT2OID:
			*smallest = PG_INT16_MIN;
			*largest = PG_INT16_MAX;
			break;
		case INT4OID:
			*smallest = PG_INT32_MIN;
			*largest = PG_INT32_MAX;
			break;
		default:
			*smallest = PG_INT64_MIN;
			*largest = PG_INT64_MAX;
			break;
	}
}

static Operand *
number_operand(char *text)
{
	return operand_value(attribute_make_text(ATTRIBUTE_N, text,
											 strlen(text)));
}

static Operand *
int64_operand(int64 value)
{
	return operand_value(attribute_make_integer(value));
}

Condition *
update_integer_range(const Column *column, int64 smallest, int64 largest)
{
	int64		lower;
	int64		upper;

	integer_bounds(column->codec->base_type_id, &lower, &upper);
	if (largest > 0)
		upper -= largest;
	if (smallest < 0)
		lower -= smallest;
	if (lower > upper)
		return condition_constant(false);
	return condition_between(operand_path(path_make(column->attribute_name)),
							 int64_operand(lower), int64_operand(upper));
}

static Datum
numeric_from_text(const char *text)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text),
							   ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(-1));
}

static char *
numeric_to_text(Datum value)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out, value));
}

static bool
numeric_less(Datum a, Datum b)
{
	return DatumGetBool(DirectFunctionCall2(numeric_lt, a, b));
}

/* The largest value of numeric(precision, scale), 999.99. */
static Datum
numeric_largest(int precision, int scale)
{
	char	   *text = palloc(precision + 3);
	int			whole = precision - scale;

	memset(text, '9', whole);
	if (whole == 0)
		text[whole++] = '0';
	if (scale > 0)
	{
		text[whole++] = '.';
		memset(text + whole, '9', scale);
		whole += scale;
	}
	text[whole] = '\0';
	return numeric_from_text(text);
}

/*
 * Takes a numeric typmod apart: see make_numeric_typmod() in numeric.c (the
 * scale has 11 bits and a sign from 15 on).  False for one with an unusual
 * scale, which is left to PostgreSQL.
 */
static bool
numeric_typmod(int32 typmod, int *precision, int *scale)
{
	*precision = ((typmod - VARHDRSZ) >> 16) & 0xffff;
	*scale = (((typmod - VARHDRSZ) & 0x7ff) ^ 1024) - 1024;
	return *scale >= 0 && *scale <= *precision;
}

static bool
fits_scale(Datum value, int scale)
{
	return DatumGetBool(DirectFunctionCall2(numeric_eq, value,
											DirectFunctionCall2(numeric_round,
																value,
																Int32GetDatum(scale))));
}

bool
update_holds_number(const Codec *codec, Datum value)
{
	int			precision;
	int			scale;
	int64		smallest;
	int64		largest;
	Datum		upper;

	switch (codec->kind)
	{
		case CODEC_INTEGER:
			integer_bounds(codec->base_type_id, &smallest, &largest);
			return fits_scale(value, 0) &&
				!numeric_less(value, NumericGetDatum(int64_to_numeric(smallest))) &&
				!numeric_less(NumericGetDatum(int64_to_numeric(largest)), value);
		case CODEC_NUMERIC:
			if (codec->base_typmod < (int32) VARHDRSZ)
				return true;
			if (!numeric_typmod(codec->base_typmod, &precision, &scale) ||
				!fits_scale(value, scale))
				return false;
			upper = numeric_largest(precision, scale);
			return !numeric_less(upper, value) &&
				!numeric_less(value, DirectFunctionCall1(numeric_uminus, upper));
		default:
			return true;
	}
}

/*
 * Guard for adding a value to a numeric column.  NULL if PostgreSQL would
 * round: the value has more scale than the column.
 */
static Condition *
numeric_range(const Column *column, const char *addend)
{
	int32		typmod = column->codec->base_typmod;
	DocumentPath *path = path_make(column->attribute_name);
	int			precision;
	int			scale;
	Datum		value;
	Datum		upper;
	Datum		lower;

	if (typmod < (int32) VARHDRSZ)
		return condition_type(path, ATTRIBUTE_N);
	if (!numeric_typmod(typmod, &precision, &scale))
		return NULL;

	value = numeric_from_text(addend);
	if (!fits_scale(value, scale))
		return NULL;

	upper = numeric_largest(precision, scale);
	lower = DirectFunctionCall1(numeric_uminus, upper);
	if (numeric_less(numeric_from_text("0"), value))
		upper = DirectFunctionCall2(numeric_sub, upper, value);
	else
		lower = DirectFunctionCall2(numeric_sub, lower, value);
	if (numeric_less(upper, lower))
		return condition_constant(false);
	return condition_between(operand_path(path),
							 number_operand(numeric_to_text(lower)),
							 number_operand(numeric_to_text(upper)));
}

/*
 * Guard for adding a number, given as text, to the builder's column.  NULL if
 * it cannot be pushed.
 */
static Condition *
sum_guard(const Column *column, const char *addend)
{
	Codec	   *codec = column->codec;
	int64		value;

	switch (codec->kind)
	{
		case CODEC_INTEGER:
			value = DatumGetInt64(DirectFunctionCall1(numeric_int8,
													  numeric_from_text(addend)));
			return update_integer_range(column, Min(value, 0), Max(value, 0));
		case CODEC_NUMERIC:
			return numeric_range(column, addend);
		case CODEC_FLOAT:
			return condition_type(path_make(column->attribute_name),
								  ATTRIBUTE_N);
		default:
			return NULL;
	}
}

/* ---- operands ---- */

/*
 * Negates an N in place of its text.  NULL where the integer type has no such
 * value.
 */
static Operand *
negated_operand(Operand *operand)
{
	const char *text;

	if (operand->value == NULL)
		return operand_unknown(psprintf("-%s", operand->label));
	text = operand->value->u.text;
	if (text[0] == '-')
		return number_operand(pstrdup(text + 1));
	if (strcmp(text, "0") == 0)
		return operand;
	return number_operand(psprintf("-%s", text));
}

/*
 * A number as an operand, in its own type, which may be wider than the
 * column's; NULL if it is none of the column's family.
 */
static Operand *
operand_of_family(UpdateBuilder *builder, Expr *expr)
{
	Oid			type_id = exprType((Node *) expr);
	CodecOptions options = {.type = "N"};
	const char *problem;
	const char *hint;
	Codec	   *codec;

	if (builder->column->codec->kind == CODEC_INTEGER &&
		type_id != INT2OID && type_id != INT4OID && type_id != INT8OID)
		return NULL;
	codec = codec_create(type_id, -1, InvalidOid, &options, &problem, &hint);
	return codec == NULL ? NULL
		: update_value_operand(builder, codec, expr, NULL, NULL);
}

/*
 * The addend as an N, and the guard for adding it (or, with negate,
 * subtracting it).  The addend may be of any type of the column's family:
 * what is added must only be a number that keeps the result in the type.
 */
static bool
addend_and_guard(UpdateBuilder *builder, Expr *expr, bool negate,
				 Operand **addend, Condition **guard)
{
	Column	   *column = builder->column;
	Operand    *effective;

	*addend = operand_of_family(builder, expr);
	if (*addend == NULL)
		return false;

	if ((*addend)->value == NULL)
		*guard = sum_guard(column, "0");
	else
	{
		effective = negate ? negated_operand(*addend) : *addend;

		/* -(-9223372036854775808) is no bigint: leave it to PostgreSQL */
		if (column->codec->kind == CODEC_INTEGER &&
			strcmp(effective->value->u.text, "9223372036854775808") == 0)
			return false;
		*guard = sum_guard(column, effective->value->u.text);
	}
	return *guard != NULL;
}

bool
update_number_add(UpdateBuilder *builder, Expr *first, Expr *by, bool negate)
{
	Operand    *addend;
	Condition  *guard;

	if (!update_is_column(builder, first) ||
		!addend_and_guard(builder, by, negate, &addend, &guard))
		return false;

	if (negate)
		addend = negated_operand(addend);

	/* an absent attribute counts as 0, so the addend may be the result */
	if (addend->value != NULL &&
		!update_holds_number(builder->column->codec,
							 numeric_from_text(addend->value->u.text)))
		return false;

	update_add_guard(builder, update_absent_or(builder->column, guard));
	update_add_action(builder, UPDATE_ADD, addend);
	return true;
}

/* ---- forms ---- */

static bool
is_sum_function(Oid function_id, bool *negate)
{
	switch (function_id)
	{
		case F_INT2PL:
		case F_INT4PL:
		case F_INT8PL:
		case F_INT24PL:
		case F_INT42PL:
		case F_INT28PL:
		case F_INT82PL:
		case F_INT48PL:
		case F_INT84PL:
		case F_NUMERIC_ADD:
			*negate = false;
			return true;
		case F_INT2MI:
		case F_INT4MI:
		case F_INT8MI:
		case F_INT24MI:
		case F_INT42MI:
		case F_INT28MI:
		case F_INT82MI:
		case F_INT48MI:
		case F_INT84MI:
		case F_NUMERIC_SUB:
			*negate = true;
			return true;
		default:
			return false;
	}
}

/*
 * Looks through a cast whose result is the column's own type: the assignment
 * of int4 to smallint, or numeric(p,s)'s own rounding.  Both are covered by
 * the guard.
 */
static Expr *
strip_assignment_cast(const Column *column, Expr *expr)
{
	FuncExpr   *call = (FuncExpr *) expr;

	if (!IsA(expr, FuncExpr))
		return expr;
	switch (call->funcid)
	{
		case F_INT2_INT4:
		case F_INT2_INT8:
		case F_INT4_INT8:
			if (call->funcresulttype == column->codec->base_type_id)
				return linitial(call->args);
			break;
		case F_NUMERIC_NUMERIC_INT4:
			{
				Node	   *typmod = lsecond(call->args);

				if (IsA(typmod, Const) && !((Const *) typmod)->constisnull &&
					DatumGetInt32(((Const *) typmod)->constvalue) ==
					column->codec->base_typmod)
					return linitial(call->args);
				break;
			}
		default:
			break;
	}
	return expr;
}

/* The assigned column, perhaps widened for the operator. */
static Expr *
strip_widening_cast(Expr *expr)
{
	FuncExpr   *call = (FuncExpr *) expr;

	if (!IsA(expr, FuncExpr))
		return expr;
	switch (call->funcid)
	{
		case F_INT4_INT2:
		case F_INT8_INT2:
		case F_INT8_INT4:
			return linitial(call->args);
		default:
			return expr;
	}
}

/* The arguments of coalesce(n, d) or dyn_if_not_exists(n, d); else NIL. */
static List *
default_arguments(Expr *expr)
{
	List	   *args = NIL;

	if (IsA(expr, CoalesceExpr))
		args = ((CoalesceExpr *) expr)->args;
	else if (IsA(expr, FuncExpr) &&
			 dyn_function(((FuncExpr *) expr)->funcid) == DYN_IF_NOT_EXISTS)
		args = ((FuncExpr *) expr)->args;
	return list_length(args) == 2 ? args : NIL;
}

static bool
is_base(UpdateBuilder *builder, Expr *expr)
{
	List	   *args;

	expr = strip_widening_cast(expr);
	args = default_arguments(expr);
	if (args == NIL)
		return update_is_column(builder, expr);
	return update_is_column(builder, strip_widening_cast(linitial(args))) &&
		scope_is_column_free(builder->scope, lsecond(args));
}

/* Takes a sum apart; the assigned column may stand on either side of a +. */
static bool
take_sum(UpdateBuilder *builder, Expr *expr, Sum *sum)
{
	Expr	   *left;
	Expr	   *right;
	OpExpr	   *op;

	expr = strip_assignment_cast(builder->column, expr);
	if (!IsA(expr, OpExpr))
		return false;
	op = (OpExpr *) expr;
	if (!is_sum_function(op->opfuncid, &sum->negate) ||
		list_length(op->args) != 2)
		return false;

	left = linitial(op->args);
	right = lsecond(op->args);
	if (is_base(builder, left))
	{
		sum->base = strip_widening_cast(left);
		sum->addend = right;
		return true;
	}
	if (!sum->negate && is_base(builder, right))
	{
		sum->base = strip_widening_cast(right);
		sum->addend = left;
		return true;
	}
	return false;
}

/* Half of an integer column's range, so that no sum of two leaves it. */
static Condition *
half_range(const Column *column)
{
	int64		smallest;
	int64		largest;

	integer_bounds(column->codec->base_type_id, &smallest, &largest);
	return condition_between(operand_path(path_make(column->attribute_name)),
							 int64_operand(smallest / 2),
							 int64_operand(largest / 2));
}

/* n = n + m, with another column of the same type */
static bool
add_other_column(UpdateBuilder *builder, Sum *sum, Column *other)
{
	Column	   *column = builder->column;

	if (!IsA(sum->base, Var) ||
		other->codec->kind != column->codec->kind ||
		other->codec->base_type_id != column->codec->base_type_id ||
		other->codec->base_typmod != column->codec->base_typmod)
		return false;

	switch (column->codec->kind)
	{
		case CODEC_INTEGER:
			update_add_guard(builder, half_range(column));
			update_add_guard(builder, half_range(other));
			break;
		case CODEC_NUMERIC:
			if (column->codec->base_typmod >= (int32) VARHDRSZ)
				return false;
			update_add_guard(builder, update_has_own_type(column));
			update_add_guard(builder, update_has_own_type(other));
			break;
		default:
			return false;
	}
	update_add_action(builder, UPDATE_SET,
					  operand_binary(sum->negate ? OPERAND_MINUS : OPERAND_PLUS,
									 operand_path(path_make(column->attribute_name)),
									 operand_path(path_make(other->attribute_name))));
	return true;
}

/*
 * coalesce(n, d) + v: where n is absent the result is d + v, which PostgreSQL
 * would check too.  That is known here, and checked here.
 */
static bool
default_in_range(const Column *column, Operand *otherwise, Operand *addend,
				 bool negate)
{
	if (otherwise->value == NULL || addend->value == NULL)
		return true;
	return update_holds_number(column->codec,
							   DirectFunctionCall2(negate ? numeric_sub : numeric_add,
												   numeric_from_text(otherwise->value->u.text),
												   numeric_from_text(addend->value->u.text)));
}

bool
update_number_arithmetic(UpdateBuilder *builder, Expr *expr)
{
	Column	   *column = builder->column;
	DocumentPath *path = path_make(column->attribute_name);
	Column	   *other;
	Sum			sum;
	Operand    *addend;
	Operand    *base;
	Condition  *guard;
	List	   *args;

	if (column->codec->kind != CODEC_INTEGER &&
		column->codec->kind != CODEC_NUMERIC)
		return false;
	if (!take_sum(builder, expr, &sum))
		return false;
	other = scope_column(builder->scope, strip_widening_cast(sum.addend));
	if (other != NULL)
		return add_other_column(builder, &sum, other);
	if (!addend_and_guard(builder, sum.addend, sum.negate, &addend, &guard))
		return false;

	args = default_arguments(sum.base);
	if (args != NIL)
	{
		Operand    *otherwise;

		otherwise = operand_of_family(builder,
									  strip_widening_cast(lsecond(args)));
		if (otherwise == NULL ||
			!default_in_range(column, otherwise, addend, sum.negate))
			return false;
		base = operand_if_not_exists(path, otherwise);
		guard = update_absent_or(column, guard);
	}
	else
		base = operand_path(path);

	update_add_guard(builder, guard);
	update_add_action(builder, UPDATE_SET,
					  operand_binary(sum.negate ? OPERAND_MINUS : OPERAND_PLUS,
									 base, addend));
	return true;
}
