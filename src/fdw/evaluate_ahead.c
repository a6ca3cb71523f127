/*
 * evaluate_ahead.c
 *		Which expressions may be evaluated before it is known whether a row
 *		needs them.
 */
#include "postgres.h"

#include "compat.h"

#include "access/genam.h"
#include "access/stratnum.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_am.h"
#include "catalog/pg_proc.h"
#include "executor/executor.h"
#include "executor/nodeSubplan.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"

#include "fdw/evaluate_ahead.h"
#include "fdw/plan_search.h"

/* ---- functions ---- */

static bool
is_built_in(Oid function, const char *const *names, int count)
{
	const char *name;
	int			i;

	if (function >= FirstUnpinnedObjectId)
		return false;
	name = get_func_name(function);
	for (i = 0; name != NULL && i < count; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Without arguments they have nothing that they could fail of. */
static bool
is_plain_volatile(Oid function)
{
	static const char *const names[] = {
		"random", "gen_random_uuid", "clock_timestamp", "timeofday",
		"uuidv4", "uuidv7"
	};

	return get_func_nargs(function) == 0 &&
		is_built_in(function, names, lengthof(names));
}

bool
evaluate_is_plain_volatile(Node *node)
{
	return IsA(node, FuncExpr) &&
		is_plain_volatile(((FuncExpr *) node)->funcid);
}

static bool
is_not_built_in(Oid function, void *context)
{
	return function >= FirstUnpinnedObjectId;
}

static bool
find_others(Node *node, void *context)
{
	return node != NULL &&
		(check_functions_in_node(node, is_not_built_in, NULL) ||
		 expression_tree_walker(node, find_others, context));
}

bool
evaluate_calls_others(Node *node)
{
	return find_others(node, NULL);
}

static bool
function_has_effects(Oid function, void *context)
{
	return func_volatile(function) == PROVOLATILE_VOLATILE &&
		!is_plain_volatile(function);
}

static bool
find_effects(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (check_functions_in_node(node, function_has_effects, NULL) ||
		IsA(node, NextValueExpr))
		return true;
	return expression_tree_walker(node, find_effects, context);
}

bool
evaluate_has_effects(Node *node)
{
	return find_effects(node, NULL);
}

/*
 * One that is leakproof tells of its arguments by what it returns alone, and
 * so raises no error (CREATE FUNCTION).  The others are known.
 */
static bool
function_may_fail(Oid function, void *context)
{
	static const char *const names[] = {
		"now", "transaction_timestamp", "statement_timestamp",
		"count", "min", "max", "bool_and", "bool_or", "every"
	};

	return !get_func_leakproof(function) && !is_plain_volatile(function) &&
		!is_built_in(function, names, lengthof(names));
}

/* ---- expressions that cannot fail ---- */

/*
 * Nodes of another kind may: what they do is not known here.  A parameter from
 * outside has its value; of one that the plan computes see find_sub_select().
 */
static bool
may_fail(Node *node, void *context)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_Const:
		case T_Var:
		case T_Param:
		case T_CaseTestExpr:
		case T_SQLValueFunction:
			return false;
		case T_List:
		case T_TargetEntry:
		case T_RelabelType:
		case T_BoolExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_CaseExpr:
		case T_CaseWhen:
		case T_CoalesceExpr:
		case T_RowExpr:
		case T_FuncExpr:
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
		case T_ScalarArrayOpExpr:
		case T_Aggref:
		case T_SubPlan:
			return check_functions_in_node(node, function_may_fail, NULL) ||
				expression_tree_walker(node, may_fail, context);
		case T_ArrayExpr:
			return ((ArrayExpr *) node)->multidims ||
				expression_tree_walker(node, may_fail, context);
		default:
			return true;
	}
}

/* ---- sub-selects ---- */

/* Do the conditions fix all columns of an index whose keys are unique? */
static bool
fixes_unique_index(Oid index_id, const List *conditions)
{
	Relation	index = index_open(index_id, AccessShareLock);
	Bitmapset  *fixed = NULL;
	ListCell   *cell;
	bool		result;

	foreach(cell, conditions)
	{
		const OpExpr *op = (const OpExpr *) lfirst(cell);
		const Var  *column;
		Oid			family;

		if (!IsA(op, OpExpr) || list_length(op->args) != 2)
			continue;
		column = (const Var *) linitial(op->args);
		if (!IsA(column, Var) || column->varno != INDEX_VAR)
			continue;
		family = index->rd_opfamily[column->varattno - 1];
		if (get_op_opfamily_strategy(op->opno, family) ==
			BTEqualStrategyNumber)
			fixed = bms_add_member(fixed, column->varattno);
	}
	result = index->rd_rel->relam == BTREE_AM_OID &&
		index->rd_index->indisunique && index->rd_index->indimmediate &&
		bms_num_members(fixed) ==
		IndexRelationGetNumberOfKeyAttributes(index);
	index_close(index, NoLock);
	return result;
}

/* Does a plan end with its first row, whatever it reads? */
static bool
has_one_row(const Plan *plan)
{
	switch (nodeTag(plan))
	{
		case T_IndexScan:
			return fixes_unique_index(((const IndexScan *) plan)->indexid,
									  ((const IndexScan *) plan)->indexqual);
		case T_IndexOnlyScan:
			return fixes_unique_index(((const IndexOnlyScan *) plan)->indexid,
									  ((const IndexOnlyScan *) plan)->indexqual);
		case T_Result:
			return outerPlan(plan) == NULL;
		case T_Agg:
			return ((const Agg *) plan)->numCols == 0 &&
				((const Agg *) plan)->groupingSets == NIL;
		case T_Limit:
			{
				const Const *count =
					(const Const *) ((const Limit *) plan)->limitCount;

				return count != NULL && IsA(count, Const) &&
					!count->constisnull &&
					DatumGetInt64(count->constvalue) <= 1;
			}
		default:
			return false;
	}
}

/* May a plan of local tables fail?  One of another kind may. */
static bool
plan_may_fail(const Plan *plan)
{
	Node	   *own = NULL;

	if (plan == NULL)
		return false;
	check_stack_depth();
	switch (nodeTag(plan))
	{
		case T_Result:
			own = ((const Result *) plan)->resconstantqual;
			break;
		case T_IndexScan:
			own = (Node *) ((const IndexScan *) plan)->indexqual;
			break;
		case T_IndexOnlyScan:
			own = (Node *) ((const IndexOnlyScan *) plan)->indexqual;
			break;
		case T_BitmapIndexScan:
			own = (Node *) ((const BitmapIndexScan *) plan)->indexqual;
			break;
		case T_BitmapHeapScan:
			own = (Node *) ((const BitmapHeapScan *) plan)->bitmapqualorig;
			break;
		case T_Limit:
			if (((const Limit *) plan)->limitOffset != NULL ||
				!has_one_row(plan))
				return true;
			break;
		case T_SeqScan:
		case T_Agg:
		case T_Sort:
			break;
		default:
			return true;
	}
	return plan->initPlan != NIL || may_fail(own, NULL) ||
		may_fail((Node *) plan->qual, NULL) ||
		may_fail((Node *) plan->targetlist, NULL) ||
		plan_may_fail(outerPlan(plan)) || plan_may_fail(innerPlan(plan));
}

typedef struct SubSelectSearch
{
	const EState *estate;
	bool		for_write;
	bool		executing;
} SubSelectSearch;

/* One with nodes that are not known may have some. */
static bool
plan_has_effects(const PlannedStmt *statement, const Plan *plan)
{
	bool		is_complete;

	return plan_search(statement, plan, find_effects, NULL, &is_complete) ||
		!is_complete;
}

static bool
is_noticed(const SubPlan *sub_select, const SubSelectSearch *search)
{
	const Plan *plan = (const Plan *)
		list_nth(search->estate->es_plannedstmt->subplans,
				 sub_select->plan_id - 1);

	if (plan == NULL)
		return true;
	if (!search->for_write)
		return plan_has_effects(search->estate->es_plannedstmt, plan);
	return plan_may_fail(plan) ||
		may_fail(sub_select->testexpr, NULL) ||
		(sub_select->subLinkType != EXISTS_SUBLINK && !has_one_row(plan));
}

static const SubPlan *
find_setter(List *sub_selects, int param)
{
	ListCell   *cell;

	foreach(cell, sub_selects)
	{
		const SubPlan *sub_select = lfirst_node(SubPlan, cell);

		if (list_member_int(sub_select->setParam, param))
			return sub_select;
	}
	return NULL;
}

/*
 * The sub-select that sets a parameter; NULL: none does.  They hang on the top
 * of a query's plan (SS_attach_initplans() in subselect.c).
 */
static const SubPlan *
sub_select_of_param(const PlannedStmt *statement, int param)
{
	const SubPlan *found = find_setter(statement->planTree->initPlan, param);
	ListCell   *cell;

	foreach(cell, statement->subplans)
	{
		const Plan *plan = (const Plan *) lfirst(cell);

		if (found == NULL && plan != NULL)
			found = find_setter(plan->initPlan, param);
	}
	return found;
}

/* What has yet to give a parameter its value; NULL: nothing. */
static SubPlanState *
waiting_sub_select(const Param *param, const EState *estate)
{
	if (param->paramkind != PARAM_EXEC || estate->es_param_exec_vals == NULL)
		return NULL;
	return (SubPlanState *)
		estate->es_param_exec_vals[param->paramid].execPlan;
}

/*
 * When executing, what waits says itself what it is, and what does not wait
 * has a value.
 */
static bool
param_is_noticed(const Param *param, const SubSelectSearch *search)
{
	const SubPlanState *waiting = waiting_sub_select(param, search->estate);
	const SubPlan *setter = NULL;

	if (waiting != NULL)
		setter = waiting->subplan;
	else if (!search->executing && param->paramkind == PARAM_EXEC)
		setter = sub_select_of_param(search->estate->es_plannedstmt,
									 param->paramid);
	return setter != NULL && is_noticed(setter, search);
}

/* Finds a sub-select whose evaluation may be noticed. */
static bool
find_noticed(Node *node, void *context)
{
	const SubSelectSearch *search = (const SubSelectSearch *) context;

	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_AlternativeSubPlan:
			return true;
		case T_SubPlan:
			if (is_noticed((const SubPlan *) node, search))
				return true;
			break;
		case T_Param:
			return param_is_noticed((const Param *) node, search);
		default:
			break;
	}
	return expression_tree_walker(node, find_noticed, context);
}

static bool
has_sub_plan(Node *node, void *context)
{
	return node != NULL &&
		(IsA(node, SubPlan) ||
		 expression_tree_walker(node, has_sub_plan, context));
}

static bool
find_waiting(Node *node, void *context)
{
	const EState *estate = (const EState *) context;

	if (node == NULL)
		return false;
	if (IsA(node, SubPlan) || IsA(node, AlternativeSubPlan) ||
		(IsA(node, Param) &&
		 waiting_sub_select((const Param *) node, estate) != NULL))
		return true;
	return expression_tree_walker(node, find_waiting, context);
}

bool
evaluate_waits_for_sub_select(Expr *expr, const EState *estate)
{
	return find_waiting((Node *) expr, unconstify(EState *, estate));
}

static bool
settle_walker(Node *node, void *context)
{
	ExprContext *expr_context = (ExprContext *) context;

	if (node == NULL)
		return false;
	if (IsA(node, Param))
	{
		SubPlanState *waiting = waiting_sub_select((const Param *) node,
												   expr_context->ecxt_estate);

		if (waiting != NULL)
			ExecSetParamPlan(waiting, expr_context);
		return false;
	}
	return expression_tree_walker(node, settle_walker, context);
}

void
evaluate_settle_sub_selects(Expr *expr, ExprContext *context)
{
	(void) settle_walker((Node *) expr, context);
}

/* Is it set by a sub-select that needs nothing of any row? */
static bool
is_set_alone(const EState *estate, int param)
{
	const SubPlanState *waiting = (const SubPlanState *)
		estate->es_param_exec_vals[param].execPlan;
	const SubPlan *setter = waiting != NULL ? waiting->subplan
		: sub_select_of_param(estate->es_plannedstmt, param);
	const Plan *plan;

	if (setter == NULL || setter->args != NIL)
		return false;
	plan = (const Plan *) list_nth(estate->es_plannedstmt->subplans,
								   setter->plan_id - 1);
	return plan != NULL &&
		evaluate_params_are_sub_selects(estate, plan->extParam);
}

bool
evaluate_params_are_sub_selects(const EState *estate, const Bitmapset *params)
{
	int			param = -1;

	check_stack_depth();
	while ((param = bms_next_member(params, param)) >= 0)
		if (!is_set_alone(estate, param))
			return false;
	return true;
}

/* ---- what to do ---- */

Foresight
evaluate_foresee(Expr *expr, const PlanState *plan_state, bool for_write,
				 bool executing)
{
	SubSelectSearch search = {
		.estate = plan_state->state,
		.for_write = for_write,
		.executing = executing
	};

	if (evaluate_has_effects((Node *) expr) ||
		find_noticed((Node *) expr, &search))
		return AHEAD_NEVER;
	if (!may_fail((Node *) expr, NULL))
		return AHEAD_ALWAYS;
	if (!has_sub_plan((Node *) expr, NULL))
		return AHEAD_TRY;
	return for_write ? AHEAD_NEVER : AHEAD_ALWAYS;
}

/* Is an error not what the expression says, but what became of the session? */
static bool
is_of_session(int sqlerrcode)
{
	switch (ERRCODE_TO_CATEGORY(sqlerrcode))
	{
		case MAKE_SQLSTATE('4', '0', '0', '0', '0'):
		case MAKE_SQLSTATE('5', '3', '0', '0', '0'):
		case MAKE_SQLSTATE('5', '7', '0', '0', '0'):
		case MAKE_SQLSTATE('5', '8', '0', '0', '0'):
		case MAKE_SQLSTATE('X', 'X', '0', '0', '0'):
			return true;
		default:
			return false;
	}
}

static void
evaluate_into(ExprState *state, ExprContext *trial, MemoryContext target,
			  Datum *value, bool *isnull)
{
	int16		length;
	bool		by_value;

	*value = ExecEvalExprSwitchContext(state, trial, isnull);
	if (*isnull)
		return;
	get_typlenbyval(exprType((Node *) state->expr), &length, &by_value);
	MemoryContextSwitchTo(target);
	*value = datumCopy(*value, by_value, length);
}

/*
 * What the expression has begun, such as the query of an SQL function, hangs
 * on the expression context: one of its own goes with the subtransaction.
 */
bool
evaluate_try(ExprState *state, const ExprContext *context,
			 Datum *value, bool *isnull)
{
	MemoryContext old = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ExprContext *trial = CreateExprContext(context->ecxt_estate);
	volatile bool done = false;

	trial->ecxt_scantuple = context->ecxt_scantuple;
	trial->ecxt_innertuple = context->ecxt_innertuple;
	trial->ecxt_outertuple = context->ecxt_outertuple;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(old);
	PG_TRY();
	{
		evaluate_into(state, trial, old, value, isnull);
		FreeExprContext(trial, true);
		ReleaseCurrentSubTransaction();
		done = true;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(old);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		FreeExprContext(trial, false);
		if (is_of_session(error->sqlerrcode))
			ReThrowError(error);
		FreeErrorData(error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(old);
	CurrentResourceOwner = owner;
	return done;
}
