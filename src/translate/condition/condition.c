/*
 * condition.c
 *		WHERE clauses as DynamoDB conditions: the boolean structure, and which
 *		file knows a leaf.
 *
 * Each expression is asked when it has a truth value.  AND, OR, NOT and IS
 * TRUE pass the question on to their arguments, changed as SQL's logic has it,
 * so that no condition of DynamoDB's is ever negated as a whole: its NOT would
 * be true for missing attributes.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "translate/condition/condition.h"
#include "translate/condition/condition_array.h"
#include "translate/condition/condition_compare.h"
#include "translate/condition/condition_json.h"
#include "translate/condition/condition_null.h"
#include "translate/condition/condition_source.h"
#include "translate/condition/condition_text.h"
#include "translate/function.h"

/* ---- truth ---- */

static Truth
truth_of_negation(Truth truth)
{
	switch (truth)
	{
		case TRUTH_TRUE:
			return TRUTH_FALSE;
		case TRUTH_FALSE:
			return TRUTH_TRUE;
		case TRUTH_NOT_TRUE:
			return TRUTH_NOT_FALSE;
		case TRUTH_NOT_FALSE:
			return TRUTH_NOT_TRUE;
		default:
			return truth;
	}
}

static Truth
truth_opposite(Truth truth)
{
	switch (truth)
	{
		case TRUTH_TRUE:
			return TRUTH_NOT_TRUE;
		case TRUTH_FALSE:
			return TRUTH_NOT_FALSE;
		case TRUTH_UNKNOWN:
			return TRUTH_NOT_UNKNOWN;
		case TRUTH_NOT_TRUE:
			return TRUTH_TRUE;
		case TRUTH_NOT_FALSE:
			return TRUTH_FALSE;
		default:
			return TRUTH_UNKNOWN;
	}
}

/* ---- column-free expressions ---- */

static bool
truth_holds(Truth truth, ValueState state, bool value)
{
	switch (truth)
	{
		case TRUTH_TRUE:
			return state == VALUE_KNOWN && value;
		case TRUTH_FALSE:
			return state == VALUE_KNOWN && !value;
		case TRUTH_UNKNOWN:
			return state == VALUE_NULL;
		default:
			return !truth_holds(truth_opposite(truth), state, value);
	}
}

/*
 * A value not known yet is only shown, as a comparison with true or false; it
 * is taken for not NULL.
 */
static Condition *
condition_of_unknown(ConditionBuilder *builder, Expr *expr, Truth truth)
{
	AttributeValue *wanted;

	if (truth == TRUTH_UNKNOWN || truth == TRUTH_NOT_UNKNOWN)
		return condition_constant(truth == TRUTH_NOT_UNKNOWN);
	wanted = attribute_make_bool(truth == TRUTH_TRUE ||
								 truth == TRUTH_NOT_FALSE);
	return condition_compare(operand_unknown(scope_label(builder->scope,
														 expr)),
							 COMPARISON_EQ, operand_value(wanted));
}

static Condition *
condition_of_column_free(ConditionBuilder *builder, Expr *expr, Truth truth)
{
	Datum		value = (Datum) 0;
	ValueState	state = scope_value(builder->scope, expr, &value);

	if (state == VALUE_UNKNOWN)
		return condition_of_unknown(builder, expr, truth);
	return condition_constant(truth_holds(truth, state,
										  state == VALUE_KNOWN &&
										  DatumGetBool(value)));
}

/* ---- AND, OR, NOT, IS TRUE ---- */

static Condition *
condition_of_junction(ConditionBuilder *builder, BoolExpr *expr, Truth truth)
{
	List	   *parts = NIL;
	bool		all;
	ListCell   *cell;

	if (truth == TRUTH_UNKNOWN)
		return condition_both(condition_of_junction(builder, expr,
													TRUTH_NOT_TRUE),
							  condition_of_junction(builder, expr,
													TRUTH_NOT_FALSE));
	if (truth == TRUTH_NOT_UNKNOWN)
		return condition_either(condition_of_junction(builder, expr,
													  TRUTH_TRUE),
								condition_of_junction(builder, expr,
													  TRUTH_FALSE));

	/* must all arguments have the truth value, or one of them? */
	if (expr->boolop == AND_EXPR)
		all = truth == TRUTH_TRUE || truth == TRUTH_NOT_FALSE;
	else
		all = truth == TRUTH_FALSE || truth == TRUTH_NOT_TRUE;

	/*
	 * Once the answer is certain nothing more is evaluated, as in PostgreSQL:
	 * in $1 = 0 OR c > 10 / $1 there is no division by zero.
	 */
	foreach(cell, expr->args)
	{
		Condition  *part = condition_of(builder, (Expr *) lfirst(cell), truth);

		if (part->kind == (all ? CONDITION_FALSE : CONDITION_TRUE))
			return part;
		parts = lappend(parts, part);
	}
	return all ? condition_and(parts) : condition_or(parts);
}

static Condition *
condition_of_bool_expr(ConditionBuilder *builder, BoolExpr *expr, Truth truth)
{
	if (expr->boolop == NOT_EXPR)
		return condition_of(builder, (Expr *) linitial(expr->args),
							truth_of_negation(truth));
	return condition_of_junction(builder, expr, truth);
}

/* IS [NOT] TRUE, FALSE, UNKNOWN */
static Condition *
condition_of_boolean_test(ConditionBuilder *builder, BooleanTest *test,
						  Truth truth)
{
	static const Truth tested[] = {
		[IS_TRUE] = TRUTH_TRUE,
		[IS_NOT_TRUE] = TRUTH_NOT_TRUE,
		[IS_FALSE] = TRUTH_FALSE,
		[IS_NOT_FALSE] = TRUTH_NOT_FALSE,
		[IS_UNKNOWN] = TRUTH_UNKNOWN,
		[IS_NOT_UNKNOWN] = TRUTH_NOT_UNKNOWN
	};
	Truth		asked = tested[test->booltesttype];

	/* the test itself is never unknown */
	if (truth == TRUTH_UNKNOWN || truth == TRUTH_NOT_UNKNOWN)
		return condition_constant(truth == TRUTH_NOT_UNKNOWN);
	if (truth == TRUTH_FALSE || truth == TRUTH_NOT_TRUE)
		asked = truth_opposite(asked);
	return condition_of(builder, test->arg, asked);
}

/* ---- leaves ---- */

/* A column, field or element of type boolean. */
static Condition *
condition_of_boolean_source(ConditionBuilder *builder, Expr *expr, Truth truth)
{
	Source	   *source = source_of(builder->scope, expr);
	ComparedValue value = {
		.state = VALUE_KNOWN,
		.datum = BoolGetDatum(true),
		.type_id = BOOLOID
	};

	if (source == NULL || source->kind != SOURCE_ATTRIBUTE ||
		source->codec->base_type_id != BOOLOID)
		return condition_guess(builder);
	if (truth == TRUTH_UNKNOWN)
		return source_is_null(builder, source);
	return condition_of_value(builder, source, COMPARISON_EQ, &value,
							  InvalidOid, truth);
}

/*
 * coalesce(c, v) operator w: c operator w, or, where c is NULL, v operator w.
 * NULL if the argument is no such coalesce.
 */
static Condition *
condition_of_coalesce(ConditionBuilder *builder, OpExpr *op, int argument,
					  Truth truth)
{
	CoalesceExpr *coalesce = (CoalesceExpr *) list_nth(op->args, argument);
	Expr	   *other = (Expr *) list_nth(op->args, 1 - argument);
	OpExpr	   *on_column;
	OpExpr	   *on_default;
	Node	   *folded;
	Source	   *source;
	Condition  *if_present;
	Condition  *if_absent;

	if (!IsA(coalesce, CoalesceExpr) || list_length(coalesce->args) != 2 ||
		!scope_is_column_free(builder->scope, other) ||
		!scope_is_column_free(builder->scope, lsecond(coalesce->args)))
		return NULL;
	source = source_of(builder->scope, (Expr *) linitial(coalesce->args));
	if (source == NULL)
		return NULL;

	on_column = copyObject(op);
	lfirst(list_nth_cell(on_column->args, argument)) =
		linitial(coalesce->args);
	on_default = copyObject(op);
	lfirst(list_nth_cell(on_default->args, argument)) =
		lsecond(coalesce->args);

	/* that the comparison is true or false says that there is a value */
	if_present = condition_of(builder, (Expr *) on_column, truth);
	if (truth == TRUTH_UNKNOWN)
		if_present = condition_both(source_has_value(builder, source),
									if_present);
	folded = eval_const_expressions(NULL, (Node *) on_default);
	if_absent = condition_both(source_is_null(builder, source),
							   condition_of(builder, (Expr *) folded, truth));
	return condition_either(if_present, if_absent);
}

static Condition *
condition_of_operator(ConditionBuilder *builder, OpExpr *op, Truth truth)
{
	ComparisonParts parts;
	Condition  *condition;
	Oid			function_id = operator_function(op);

	if (list_length(op->args) != 2)
		return condition_guess(builder);
	if (comparison_take_apart(builder->scope, op->opno, op->inputcollid,
							  op->args, &parts))
		return condition_of_comparison(builder, &parts, truth);

	condition = condition_of_pattern(builder, function_id, op->inputcollid,
									 op->args, truth);
	if (condition == NULL)
		condition = condition_of_containment(builder, op, truth);
	if (condition == NULL)
		condition = condition_of_json_key(builder, op, truth);
	if (condition == NULL)
		condition = condition_of_coalesce(builder, op, 0, truth);
	if (condition == NULL)
		condition = condition_of_coalesce(builder, op, 1, truth);
	return condition != NULL ? condition : condition_guess(builder);
}

static Condition *
condition_of_function(ConditionBuilder *builder, FuncExpr *call, Truth truth)
{
	Condition  *condition;

	if (dyn_function(call->funcid) == DYN_ATTRIBUTE_EXISTS)
		return condition_of_existence(builder, call, truth);
	condition = condition_of_pattern(builder, call->funcid, call->inputcollid,
									 call->args, truth);
	return condition != NULL ? condition : condition_guess(builder);
}

/* A condition is NULL where it is unknown. */
static Condition *
condition_of_nullness(ConditionBuilder *builder, NullTest *test, Truth truth)
{
	Condition  *condition = condition_of_null_test(builder, test, truth);
	bool		is_null = (test->nulltesttype == IS_NULL) ==
		(truth == TRUTH_TRUE);

	if (condition != NULL)
		return condition;
	if (exprType((Node *) test->arg) == BOOLOID)
		return condition_of(builder, test->arg,
							is_null ? TRUTH_UNKNOWN : TRUTH_NOT_UNKNOWN);
	return condition_guess(builder);
}

/* truth is TRUE, FALSE or UNKNOWN */
static Condition *
condition_of_leaf(ConditionBuilder *builder, Expr *expr, Truth truth)
{
	switch (nodeTag(expr))
	{
		case T_OpExpr:
			return condition_of_operator(builder, (OpExpr *) expr, truth);
		case T_DistinctExpr:
			return condition_of_distinct(builder, (DistinctExpr *) expr,
										 truth);
		case T_ScalarArrayOpExpr:
			return condition_of_array_test(builder,
										   (ScalarArrayOpExpr *) expr, truth);
		case T_NullTest:
			return condition_of_nullness(builder, (NullTest *) expr, truth);
		case T_FuncExpr:
			return condition_of_function(builder, (FuncExpr *) expr, truth);
		default:
			return condition_of_boolean_source(builder, expr, truth);
	}
}

Condition *
condition_of(ConditionBuilder *builder, Expr *expr, Truth truth)
{
	check_stack_depth();

	if (scope_is_column_free(builder->scope, expr))
		return condition_of_column_free(builder, expr, truth);
	if (IsA(expr, BoolExpr))
		return condition_of_bool_expr(builder, (BoolExpr *) expr, truth);
	if (IsA(expr, BooleanTest))
		return condition_of_boolean_test(builder, (BooleanTest *) expr, truth);

	switch (truth)
	{
		case TRUTH_NOT_TRUE:
			return condition_either(condition_of_leaf(builder, expr,
													  TRUTH_FALSE),
									condition_of_leaf(builder, expr,
													  TRUTH_UNKNOWN));
		case TRUTH_NOT_FALSE:
			return condition_either(condition_of_leaf(builder, expr,
													  TRUTH_TRUE),
									condition_of_leaf(builder, expr,
													  TRUTH_UNKNOWN));
		case TRUTH_NOT_UNKNOWN:
			return condition_either(condition_of_leaf(builder, expr,
													  TRUTH_TRUE),
									condition_of_leaf(builder, expr,
													  TRUTH_FALSE));
		default:
			return condition_of_leaf(builder, expr, truth);
	}
}

/* ---- entry ---- */

/*
 * One of several clauses.  Those without columns PostgreSQL puts above the
 * scan, as gates: it evaluates them whatever rows there are
 * (create_gating_plan() in createplan.c).
 */
static Condition *
condition_of_clause(ConditionBuilder *builder, Expr *clause, bool is_gate)
{
	Scope	   *scope = builder->scope;
	Condition  *condition;

	scope->withheld = false;
	scope->demanded = is_gate;
	condition = condition_of(builder, clause, TRUTH_TRUE);
	scope->demanded = false;
	return scope->withheld ? condition_guess(builder) : condition;
}

/* All of them: gates first, and nothing after what is false. */
static Condition *
condition_of_clauses(ConditionBuilder *builder, List *clauses)
{
	Scope	   *scope = builder->scope;
	List	   *parts = NIL;
	ListCell   *cell;

	for (int round = 0; round < 2; round++)
	{
		bool		column_free = round == 0;

		foreach(cell, clauses)
		{
			Expr	   *clause = (Expr *) lfirst(cell);
			Condition  *part;

			if (scope_is_column_free(scope, clause) != column_free)
				continue;
			part = condition_of_clause(builder, clause,
									   column_free && scope->has_gates);
			if (part->kind == CONDITION_FALSE)
				return part;
			parts = lappend(parts, part);
		}
	}
	return condition_and(parts);
}

Condition *
condition_translate_list(Scope *scope, List *clauses, ConditionSense sense,
						 bool *exact)
{
	ConditionBuilder builder = {
		.scope = scope,
		.sense = sense,
		.exact = true
	};
	Condition  *condition = condition_of_clauses(&builder, clauses);

	if (exact != NULL)
		*exact = builder.exact;
	return condition;
}
