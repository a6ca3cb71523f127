/*
 * evaluate.c
 *		Values of column-free expressions, by PostgreSQL's executor.
 */
#include "postgres.h"

#include "compat.h"

#include "access/xact.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"

#include "fdw/evaluate.h"
#include "fdw/evaluate_ahead.h"
#include "fdw/user_function.h"

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

/*
 * Where a key or a gate is asked for, PostgreSQL would evaluate it, too,
 * before it has a row.  In parallel mode no subtransaction can begin: what
 * calls functions of the user's is left to the rows; what calls only those of
 * PostgreSQL itself is not, though an error may come that no row asked for.
 */
static Foresight
foresee(const Evaluator *evaluator, Expr *expr)
{
	Foresight	foresight;

	if (evaluator->scope.demanded)
		return AHEAD_ALWAYS;
	foresight = evaluate_foresee(expr, evaluator->plan_state,
								 evaluator->for_write, true);
	if (foresight == AHEAD_TRY && IsInParallelMode())
		return evaluate_calls_others((Node *) expr) ? AHEAD_NEVER
			: AHEAD_ALWAYS;
	return foresight;
}

/*
 * What the plan of a sub-select holds, it gives back when the statement ends:
 * it belongs to the statement, whoever evaluates it (read_ahead.c).
 */
static Knowledge
evaluate_with_owner(Evaluator *evaluator, Expr *expr, bool try, Datum *value,
					bool *isnull)
{
	ExprState  *state = evaluate_prepare(expr, evaluator->plan_state);
	ResourceOwner before = CurrentResourceOwner;

	if (evaluate_waits_for_sub_select(expr, evaluator->plan_state->state))
		CurrentResourceOwner = evaluator->owner;
	if (!try)
		*value = ExecEvalExpr(state, evaluator->context, isnull);
	else
		evaluate_settle_sub_selects(expr, evaluator->context);
	CurrentResourceOwner = before;
	return !try || evaluate_try(state, evaluator->context, value, isnull)
		? VALUE_IS_KNOWN : VALUE_IS_NOT_FOR_NOW;
}

static Knowledge
evaluate_expression(Scope *scope, Expr *expr, Datum *value, bool *isnull)
{
	Evaluator  *evaluator = (Evaluator *) scope;

	switch (foresee(evaluator, expr))
	{
		case AHEAD_ALWAYS:
			return evaluate_with_owner(evaluator, expr, false, value, isnull);
		case AHEAD_TRY:
			return evaluate_with_owner(evaluator, expr, true, value, isnull);
		case AHEAD_NEVER:
			break;
	}
	return VALUE_IS_NOT_FOR_NOW;
}

Evaluator *
evaluator_make(const Table *table, Index varno, PlanState *plan_state,
			   ExprContext *context, bool for_write)
{
	Evaluator  *evaluator = palloc0(sizeof(Evaluator));

	evaluator->scope.table = table;
	evaluator->scope.varno = varno;
	evaluator->scope.evaluate = evaluate_expression;
	evaluator->plan_state = plan_state;
	evaluator->context = context;
	evaluator->for_write = for_write;
	evaluator->owner = CurrentResourceOwner;
	return evaluator;
}

static Node *
make_constant(Node *node, Datum value, bool isnull)
{
	Oid			type_id = exprType(node);
	int16		length;
	bool		by_value;

	get_typlenbyval(type_id, &length, &by_value);
	return (Node *) makeConst(type_id, exprTypmod(node), exprCollation(node),
							  length, value, isnull, by_value);
}

/* Which parts of an expression are replaced by their values. */
typedef struct Replacement
{
	Evaluator  *evaluator;
	bool		(*is_replaced) (Node *node);
	bool		keeps_failing;	/* one that fails stays as it is */
} Replacement;

static Node *
replace_by_value(Node *node, void *context)
{
	const Replacement *replacement = (const Replacement *) context;
	Evaluator  *evaluator = replacement->evaluator;
	ExprState  *state;
	bool		isnull;
	Datum		value;

	if (node == NULL)
		return NULL;
	if (!replacement->is_replaced(node))
		return expression_tree_mutator(node, replace_by_value, context);
	state = evaluate_prepare((Expr *) node, evaluator->plan_state);
	if (!replacement->keeps_failing)
		value = ExecEvalExpr(state, evaluator->context, &isnull);
	else if (!evaluate_try(state, evaluator->context, &value, &isnull))
		return copyObject(node);
	return make_constant(node, value, isnull);
}

List *
evaluate_plain_volatile(Evaluator *evaluator, List *expressions)
{
	Replacement replacement = {
		.evaluator = evaluator,
		.is_replaced = evaluate_is_plain_volatile
	};

	return (List *) replace_by_value((Node *) expressions, &replacement);
}

List *
evaluate_constant_calls(Evaluator *evaluator, List *expressions)
{
	Replacement replacement = {
		.evaluator = evaluator,
		.is_replaced = user_function_is_constant,
		.keeps_failing = true
	};

	return (List *) replace_by_value((Node *) expressions, &replacement);
}
