/*
 * evaluate.c
 *		Values of column-free expressions, by PostgreSQL's executor.
 */
#include "postgres.h"

#include "compat.h"

#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"

#include "fdw/evaluate.h"

/*
 * The executor's state before ExecInitExpr().  What that adds for sub-selects,
 * of the plan state and, where they are hashed, slots of the statement, does
 * not live longer than the expression: nobody else may come upon it.  (An
 * empty list is NIL, as it was.)  And nothing is compiled by JIT: an
 * expression is evaluated a few times at most, or once for each request.
 */
typedef struct Before
{
	List	   *subplans;
	int			subplan_count;
	List	   *slots;
	int			slot_count;
	int			jit_flags;
} Before;

static Before
begin_preparing(const PlanState *plan_state)
{
	EState	   *estate = plan_state->state;
	Before		before = {
		.subplans = plan_state->subPlan,
		.subplan_count = list_length(plan_state->subPlan),
		.slots = estate->es_tupleTable,
		.slot_count = list_length(estate->es_tupleTable),
		.jit_flags = estate->es_jit_flags
	};

	estate->es_jit_flags = 0;
	return before;
}

static void
end_preparing(PlanState *plan_state, const Before *before)
{
	EState	   *estate = plan_state->state;

	plan_state->subPlan = list_truncate(before->subplans,
										before->subplan_count);
	estate->es_tupleTable = list_truncate(before->slots, before->slot_count);
	estate->es_jit_flags = before->jit_flags;
}

ExprState *
evaluate_prepare(Expr *expr, PlanState *plan_state)
{
	Before		before = begin_preparing(plan_state);
	ExprState  *state = ExecInitExpr(expr, plan_state);

	end_preparing(plan_state, &before);
	return state;
}

ExprState *
evaluate_prepare_qual(List *clauses, PlanState *plan_state)
{
	Before		before = begin_preparing(plan_state);
	ExprState  *state = ExecInitQual(clauses, plan_state);

	end_preparing(plan_state, &before);
	return state;
}

static bool
evaluate_expression(Scope *scope, Expr *expr, Datum *value, bool *isnull)
{
	Evaluator  *evaluator = (Evaluator *) scope;
	ExprState  *state = evaluate_prepare(expr, evaluator->plan_state);

	*value = ExecEvalExpr(state, evaluator->context, isnull);
	return true;
}

Evaluator *
evaluator_make(const Table *table, Index varno, PlanState *plan_state,
			   ExprContext *context)
{
	Evaluator  *evaluator = palloc0(sizeof(Evaluator));

	evaluator->scope.table = table;
	evaluator->scope.varno = varno;
	evaluator->scope.evaluate = evaluate_expression;
	evaluator->plan_state = plan_state;
	evaluator->context = context;
	return evaluator;
}

static Node *
replace_volatile_parts(Node *node, void *context)
{
	Evaluator  *evaluator = (Evaluator *) context;

	if (node == NULL)
		return NULL;
	if (!IsA(node, List) && !IsA(node, SubPlan) && !IsA(node, CaseWhen) &&
		!is_json_behavior(node) && !contain_var_clause(node) &&
		!scope_has_case_value(node) && contain_volatile_functions(node) &&
		!contain_subplans(node))
	{
		Oid			type_id = exprType(node);
		int16		length;
		bool		by_value;
		bool		isnull;
		Datum		value;

		evaluate_expression(&evaluator->scope, (Expr *) node, &value, &isnull);
		get_typlenbyval(type_id, &length, &by_value);
		return (Node *) makeConst(type_id, exprTypmod(node),
								  exprCollation(node), length, value, isnull,
								  by_value);
	}
	return expression_tree_mutator(node, replace_volatile_parts, context);
}

List *
evaluate_volatile_parts(Evaluator *evaluator, List *expressions)
{
	return (List *) replace_volatile_parts((Node *) expressions, evaluator);
}
