/*
 * batch_join.c
 *		Execution of a batch join: outer rows meet their items.
 *
 * Source: PostgreSQL documentation, "Executing Custom Scans", and the joins of
 * nodeHashjoin.c.
 */
#include "postgres.h"

#include "compat.h"

#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"

#include "fdw/catalog/description.h"
#include "fdw/catalog/option.h"
#include "fdw/column_set.h"
#include "fdw/explain_show.h"
#include "fdw/read/access.h"
#include "fdw/read/batch_join.h"
#include "fdw/statement_counters.h"
#include "translate/key/item_key.h"
#include "translate/key/key_value.h"
#include "translate/key/made_text.h"

static PlanState *
outer_plan_state(CustomScanState *node)
{
	return (PlanState *) linitial(node->custom_ps);
}

/* ---- begin ---- */

/* The range table index of the DynamoDB table. */
static Index
inner_relid_of(const CustomScan *scan)
{
	int			position = intVal(list_nth(scan->custom_private,
										   BATCH_JOIN_PRIVATE_INNER));
	int			relid = -1;

	while (position-- >= 0)
		relid = bms_next_member(scan->custom_relids, relid);
	return relid;
}

/* The columns of the item in the scan tuple, as expressions on its row. */
static List *
inner_target_list(const CustomScan *scan, int outer_count)
{
	List	   *target_list = NIL;
	int			i;

	for (i = outer_count; i < list_length(scan->custom_scan_tlist); i++)
	{
		TargetEntry *entry = list_nth_node(TargetEntry,
										   scan->custom_scan_tlist, i);
		TargetEntry *column = flatCopyTargetEntry(entry);
		Var		   *var = copyObject(castNode(Var, entry->expr));

		var->varno = INNER_VAR;
		column->expr = (Expr *) var;
		column->resno = i - outer_count + 1;
		target_list = lappend(target_list, column);
	}
	return target_list;
}

static void
begin_inner(BatchJoinState *state, EState *estate, int eflags)
{
	CustomScan *scan = (CustomScan *) state->custom.ss.ps.plan;
	Relation	relation = ExecOpenScanRelation(estate, state->inner_relid,
												eflags);
	List	   *target_list = inner_target_list(scan, state->outer_count);
	TupleDesc	descriptor = ExecTypeFromTL(target_list);

	state->item_slot = MakeSingleTupleTableSlot(RelationGetDescr(relation),
												&TTSOpsVirtual);
	state->item_slot->tts_tableOid = RelationGetRelid(relation);
	state->item_context = CreateExprContext(estate);
	state->item_projection =
		ExecBuildProjectionInfo(target_list, state->item_context,
								MakeSingleTupleTableSlot(descriptor,
														 &TTSOpsVirtual),
								NULL, RelationGetDescr(relation));
	state->inner_slot = MakeSingleTupleTableSlot(descriptor,
												 &TTSOpsMinimalTuple);
}

static void
begin_expressions(BatchJoinState *state)
{
	CustomScan *scan = (CustomScan *) state->custom.ss.ps.plan;
	List	   *values = list_nth(scan->custom_exprs, BATCH_JOIN_KEY_VALUES);
	List	   *columns = list_nth(scan->custom_private,
								   BATCH_JOIN_PRIVATE_COLUMNS);
	List	   *collations = list_nth(scan->custom_private,
									  BATCH_JOIN_PRIVATE_COLLATIONS);
	ListCell   *cell;

	foreach(cell, values)
	{
		Expr	   *value = (Expr *) lfirst(cell);
		int			i = state->key_count++;

		state->key_columns =
			lappend(state->key_columns,
					table_column(state->table, list_nth_int(columns, i)));
		state->key_values[i] = ExecInitExpr(value, &state->custom.ss.ps);
		state->key_types[i] = exprType((Node *) value);
		state->key_collations[i] = list_nth_oid(collations, i);
	}
	state->match = ExecInitQual(list_nth(scan->custom_exprs, BATCH_JOIN_MATCH),
								&state->custom.ss.ps);
}

static void
begin_requests(BatchJoinState *state, Oid user_id, Bitmapset *wanted)
{
	statement_counters_attach(&state->counters, state->custom.ss.ps.state);
	batch_reads_init(&state->reads,
					 option_connection(state->table->server_id, user_id),
					 state->table, batch_read_mode(state->table),
					 access_projection(state->table, wanted, NIL),
					 &state->counters);
	state->ahead = 1;
}

static bool
join_may_meet(OpenScan *open, const WrittenKeys *written)
{
	return batch_join_may_meet((BatchJoinState *) open->plan_state, written);
}

/* What has been asked for.  Outer rows are not read ahead. */
static int64
join_read_ahead(OpenScan *open, const WrittenKeys *written)
{
	return batch_join_finish_batches((BatchJoinState *) open->plan_state);
}

static const ReadAheadMethods ahead_methods = {
	.may_meet = join_may_meet,
	.read = join_read_ahead
};

static void
batch_join_begin(CustomScanState *node, EState *estate, int eflags)
{
	BatchJoinState *state = (BatchJoinState *) node;
	CustomScan *scan = (CustomScan *) node->ss.ps.plan;
	List	   *private = scan->custom_private;
	Oid			user_id = linitial_oid(list_nth(private,
												BATCH_JOIN_PRIVATE_USER));
	Bitmapset  *wanted =
		column_set_from_list(list_nth(private, BATCH_JOIN_PRIVATE_WANTED));
	PlanState  *below = ExecInitNode(linitial(scan->custom_plans), estate,
									 eflags & ~(EXEC_FLAG_BACKWARD |
												EXEC_FLAG_MARK));

	node->custom_ps = list_make1(below);
	if (!OidIsValid(user_id))
		user_id = GetUserId();
	state->type = intVal(list_nth(private, BATCH_JOIN_PRIVATE_TYPE));
	state->inner_relid = inner_relid_of(scan);
	state->table =
		description_of_table(exec_rt_fetch(state->inner_relid, estate)->relid,
							 user_id);
	state->wanted_columns = wanted;
	state->wanted = column_set_to_flags(state->table, wanted);
	state->outer_count = ExecGetResultType(below)->natts;
	begin_expressions(state);
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;

	begin_inner(state, estate, eflags);
	state->outer_slot = MakeSingleTupleTableSlot(ExecGetResultType(below),
												 &TTSOpsMinimalTuple);
	state->context = AllocSetContextCreate(estate->es_query_cxt,
										   "dynamorm_fdw batch join",
										   ALLOCSET_DEFAULT_SIZES);
	begin_requests(state, user_id, wanted);
	open_scan_enter(&state->open, &node->ss.ps, state->table, &ahead_methods);
	open_scan_check_waiting(&state->open);
}

/* ---- the scan tuple ---- */

static void
load_inner(BatchJoinState *state, TupleTableSlot *inner)
{
	TupleTableSlot *slot = state->custom.ss.ss_ScanTupleSlot;
	int			inner_count = inner->tts_tupleDescriptor->natts;

	slot_getallattrs(inner);
	memcpy(slot->tts_values + state->outer_count, inner->tts_values,
		   sizeof(Datum) * inner_count);
	memcpy(slot->tts_isnull + state->outer_count, inner->tts_isnull,
		   sizeof(bool) * inner_count);
}

static void
load_no_inner(BatchJoinState *state)
{
	TupleTableSlot *slot = state->custom.ss.ss_ScanTupleSlot;

	memset(slot->tts_isnull + state->outer_count, true,
		   sizeof(bool) *
		   (slot->tts_tupleDescriptor->natts - state->outer_count));
}

/* ---- joining ---- */

/*
 * Joins the loaded outer row with an item (NULL: there is none); false if
 * nothing comes of it.
 */
static bool
join_row(BatchJoinState *state, TupleTableSlot *inner)
{
	ExprContext *context = state->custom.ss.ps.ps_ExprContext;
	bool		matches = false;

	if (inner != NULL)
	{
		load_inner(state, inner);
		matches = ExecQual(state->match, context);
	}
	switch (state->type)
	{
		case JOIN_LEFT:
			break;
		case JOIN_ANTI:
			if (matches)
				return false;
			break;
		default:
			if (!matches)
				return false;
			break;
	}
	if (!matches)
		load_no_inner(state);
	if (ExecQual(state->custom.ss.ps.qual, context))
		return true;
	InstrCountFiltered1(&state->custom.ss, 1);
	return false;
}

/* The scan tuple as the plan above wants it. */
static TupleTableSlot *
project_row(BatchJoinState *state)
{
	ScanState  *scan = &state->custom.ss;

	return scan->ps.ps_ProjInfo == NULL ? scan->ss_ScanTupleSlot
		: ExecProject(scan->ps.ps_ProjInfo);
}

static TupleTableSlot *
next_joined(BatchJoinState *state)
{
	OuterRow   *row;

	while ((row = batch_join_next_row(state)) != NULL)
	{
		TupleTableSlot *inner = NULL;

		ResetExprContext(state->custom.ss.ps.ps_ExprContext);
		ExecStoreMinimalTuple(row->tuple, state->outer_slot, false);
		batch_join_load_outer(state, state->outer_slot);
		if (row->item != NULL && row->item->row != NULL)
			inner = ExecStoreMinimalTuple(row->item->row, state->inner_slot,
										  false);
		if (join_row(state, inner))
			return project_row(state);
	}
	return ExecClearTuple(state->custom.ss.ss_ScanTupleSlot);
}

/* ---- EvalPlanQual ---- */

/*
 * Is this a recheck of the row that the table has in EPQState?
 *
 * EvalPlanQual() runs a copy of the plan for one row of the relation that is
 * changed or locked (EvalPlanQualStart() in execMain.c).  Of that relation,
 * and of others with row marks, the rows are given; those below an InitPlan
 * are read as ever, which extParam tells apart.  ExecScanFetch() in execScan.c
 * does it for a scan of one relation; a custom scan in the place of a join has
 * no scanrelid, and must look by itself.
 */
static bool
is_recheck(const BatchJoinState *state, const EPQState *epqstate)
{
	int			i = state->inner_relid - 1;

	return epqstate != NULL &&
		bms_is_member(epqstate->epqParam,
					  state->custom.ss.ps.plan->extParam) &&
		(epqstate->relsubs_done[i] || epqstate->relsubs_slot[i] != NULL ||
		 epqstate->relsubs_rowmark[i] != NULL);
}

/*
 * The row of the table that is rechecked, or NULL.  As in ExecScanFetch(), one
 * that has been changed is in its slot, and one with a row mark is fetched
 * from the row of the whole plan that is rechecked, which has a copy of it
 * (EvalPlanQualFetchRowMark() in execMain.c).
 */
static TupleTableSlot *
rechecked_row(BatchJoinState *state, EPQState *epqstate)
{
	int			i = state->inner_relid - 1;
	TupleTableSlot *slot = epqstate->relsubs_slot[i];

	if (epqstate->relsubs_done[i])
		return NULL;
	if (slot == NULL)
	{
		slot = ExecClearTuple(state->item_slot);
		if (!EvalPlanQualFetchRowMark(epqstate, state->inner_relid, slot))
			return NULL;
	}
	return TupIsNull(slot) ? NULL : slot;
}

static TupleTableSlot *
next_rechecked(BatchJoinState *state, EPQState *epqstate)
{
	PlanState  *below = outer_plan_state(&state->custom);

	for (;;)
	{
		TupleTableSlot *outer = ExecProcNode(below);
		TupleTableSlot *inner;

		if (TupIsNull(outer))
			break;
		ResetExprContext(state->custom.ss.ps.ps_ExprContext);
		batch_join_load_outer(state, outer);
		inner = rechecked_row(state, epqstate);
		if (inner != NULL)
		{
			ResetExprContext(state->item_context);
			state->item_context->ecxt_innertuple = inner;
			inner = ExecProject(state->item_projection);
		}
		if (join_row(state, inner))
			return project_row(state);
	}
	return ExecClearTuple(state->custom.ss.ss_ScanTupleSlot);
}

static TupleTableSlot *
batch_join_next(CustomScanState *node)
{
	BatchJoinState *state = (BatchJoinState *) node;
	EPQState   *epqstate = node->ss.ps.state->es_epq_active;

	open_scan_raise(&state->open);
	return is_recheck(state, epqstate) ? next_rechecked(state, epqstate)
		: next_joined(state);
}

/* ---- end ---- */

static void
batch_join_end(CustomScanState *node)
{
	BatchJoinState *state = (BatchJoinState *) node;

	open_scan_leave(&state->open);
	if (state->context != NULL)
	{
		ExecClearTuple(node->ss.ss_ScanTupleSlot);
		ExecDropSingleTupleTableSlot(state->outer_slot);
		ExecDropSingleTupleTableSlot(state->item_slot);
		ExecDropSingleTupleTableSlot(state->inner_slot);
		ExecDropSingleTupleTableSlot(state->item_projection->pi_state.resultslot);
		MemoryContextDelete(state->context);
	}
	ExecEndNode(outer_plan_state(node));
}

/* The items that are known stay: a statement sees each as it was first. */
static void
batch_join_rescan(CustomScanState *node)
{
	PlanState  *below = outer_plan_state(node);

	ExecClearTuple(node->ss.ss_ScanTupleSlot);
	batch_join_forget_rows((BatchJoinState *) node);
	if (node->ss.ps.chgParam != NULL)
		UpdateChangedParamSet(below, node->ss.ps.chgParam);
	if (below->chgParam == NULL)
		ExecReScan(below);
}

/* ---- EXPLAIN ---- */

/* The value of a column, as the plan computes it; NULL: it has none. */
static Operand *
shown_value(const BatchJoinState *state, const Column *column,
			List *deparse_context)
{
	CustomScan *scan = (CustomScan *) state->custom.ss.ps.plan;
	List	   *values = list_nth(scan->custom_exprs, BATCH_JOIN_KEY_VALUES);
	ListCell   *cell;

	foreach(cell, state->key_columns)
	{
		Node	   *value = list_nth(values, foreach_current_index(cell));

		if (lfirst(cell) == column)
			return operand_unknown(deparse_expression(value, deparse_context,
													  true, false));
	}
	return NULL;
}

/* That of a part of the key, which may be made of columns. */
static Operand *
shown_part(const BatchJoinState *state, const Column *part,
		   List *deparse_context)
{
	const Template *template = part->template;
	Operand    *operand = shown_value(state, part, deparse_context);
	Operand   **fields;
	TemplateProblem problem;
	const TemplatePart *culprit;

	if (operand != NULL)
		return operand;
	fields = palloc0(template->count * sizeof(Operand *));
	for (int i = 0; i < template->count; i++)
		if (template->parts[i].literal == NULL)
			fields[i] = shown_value(state, template->parts[i].column,
									deparse_context);
	return made_operand(part, fields, &problem, &culprit);
}

static void
show_key(const BatchJoinState *state, List *deparse_context, ExplainState *es)
{
	KeyColumns	columns = key_columns(state->table);
	Condition  *condition = NULL;
	StringInfoData key;

	for (int i = 0; i < columns.count; i++)
	{
		const Column *part = columns.columns[i];
		Operand    *value = shown_part(state, part, deparse_context);
		Condition  *equal = key_equals(part, value);

		condition = condition == NULL ? equal
			: condition_both(condition, equal);
	}
	initStringInfo(&key);
	write_condition(&key, condition, placeholders_make(true));
	ExplainPropertyText("Key", key.data, es);
}

static void
show_filter(const CustomScan *scan, List *deparse_context, ExplainState *es)
{
	List	   *match = list_nth(scan->custom_exprs, BATCH_JOIN_MATCH);
	List	   *clauses = NIL;
	ListCell   *cell;

	foreach(cell, (List *) list_nth(scan->custom_private,
									BATCH_JOIN_PRIVATE_FILTER))
		clauses = lappend(clauses, list_nth(match, lfirst_int(cell)));
	if (clauses != NIL)
		ExplainPropertyText("Join Filter",
							deparse_expression((Node *) make_ands_explicit(clauses),
											   deparse_context, true, false),
							es);
}

static void
batch_join_explain(CustomScanState *node, List *ancestors, ExplainState *es)
{
	BatchJoinState *state = (BatchJoinState *) node;
	CustomScan *scan = (CustomScan *) node->ss.ps.plan;
	List	   *deparse_context = set_deparse_context_plan(es->deparse_cxt,
														   (Plan *) scan,
														   ancestors);

	explain_show_operation(explain_batch_operation(state->table),
						   state->table, es);
	show_key(state, deparse_context, es);
	show_filter(scan, deparse_context, es);
	explain_show_read_ahead(state->open.items_ahead, es);
	explain_show_counters(&state->counters, es);
}

/* ---- methods ---- */

#define JOIN_METHODS(name) \
	{ \
		.CustomName = (name), \
		.BeginCustomScan = batch_join_begin, \
		.ExecCustomScan = batch_join_next, \
		.EndCustomScan = batch_join_end, \
		.ReScanCustomScan = batch_join_rescan, \
		.ExplainCustomScan = batch_join_explain \
	}

static const CustomExecMethods exec_methods[] = {
	[JOIN_INNER] = JOIN_METHODS("Batch Join"),
	[JOIN_LEFT] = JOIN_METHODS("Batch Left Join"),
	[JOIN_SEMI] = JOIN_METHODS("Batch Semi Join"),
	[JOIN_ANTI] = JOIN_METHODS("Batch Anti Join")
};

static Node *
batch_join_create_state(CustomScan *scan)
{
	BatchJoinState *state = palloc0(sizeof(BatchJoinState));

	NodeSetTag(state, T_CustomScanState);
	state->custom.methods =
		&exec_methods[intVal(list_nth(scan->custom_private,
									  BATCH_JOIN_PRIVATE_TYPE))];
	return (Node *) state;
}

#define SCAN_METHODS(name) \
	{ \
		.CustomName = (name), \
		.CreateCustomScanState = batch_join_create_state \
	}

static const CustomScanMethods scan_methods[] = {
	[JOIN_INNER] = SCAN_METHODS("Batch Join"),
	[JOIN_LEFT] = SCAN_METHODS("Batch Left Join"),
	[JOIN_SEMI] = SCAN_METHODS("Batch Semi Join"),
	[JOIN_ANTI] = SCAN_METHODS("Batch Anti Join")
};

const CustomScanMethods *
batch_join_methods(JoinType type)
{
	return &scan_methods[type];
}

void
batch_join_register_methods(void)
{
	int			i;

	for (i = 0; i < (int) lengthof(scan_methods); i++)
		if (scan_methods[i].CustomName != NULL)
			RegisterCustomScanMethods(&scan_methods[i]);
}
