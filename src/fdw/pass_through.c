/*
 * pass_through.c
 *		Custom scan nodes that hand on the rows of the plan below, and do
 *		something besides.
 */
#include "postgres.h"

#include "compat.h"

#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/tlist.h"

#include "fdw/pass_through.h"

/*
 * The node's columns are those of the plan below, which set_plan_refs() finds
 * by comparing expressions (set_customscan_references() in setrefs.c).  Two
 * calls of one volatile function are equal but have different values, and a
 * row identity of several tables is none that may stand in a scan: such
 * columns go by a number, in place of a type modifier.
 */
static Expr *
column_reference(const TargetEntry *entry, List *earlier)
{
	Expr	   *expr = entry->expr;

	if (IsA(expr, Var) && ((Var *) expr)->varno == ROWID_VAR)
		expr = (Expr *) makeNullConst(exprType((Node *) expr), -1, InvalidOid);
	else if (IsA(expr, Const) || !list_member(earlier, expr))
		return expr;
	return (Expr *) makeRelabelType(expr, exprType((Node *) expr),
									entry->resno,
									exprCollation((Node *) expr),
									COERCE_IMPLICIT_CAST);
}

CustomScan *
pass_through_plan(Plan *below, const CustomScanMethods *methods)
{
	CustomScan *scan = makeNode(CustomScan);
	List	   *seen = NIL;
	ListCell   *cell;

	foreach(cell, below->targetlist)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, cell);
		TargetEntry *column = flatCopyTargetEntry(entry);

		column->expr = column_reference(entry, seen);
		seen = lappend(seen, entry->expr);
		scan->scan.plan.targetlist = lappend(scan->scan.plan.targetlist,
											 column);
		scan->custom_scan_tlist = lappend(scan->custom_scan_tlist,
										  copyObject(column));
	}
	scan->custom_plans = list_make1(below);
	scan->methods = methods;
	return scan;
}

void
pass_through_begin(CustomScanState *node, EState *estate, int eflags)
{
	CustomScan *scan = (CustomScan *) node->ss.ps.plan;

	node->custom_ps = list_make1(ExecInitNode(linitial(scan->custom_plans),
											  estate, eflags));
}

PlanState *
pass_through_below(const CustomScanState *node)
{
	return (PlanState *) linitial(node->custom_ps);
}

/* The node's own slot is a virtual one, until PostgreSQL 15 always. */
TupleTableSlot *
pass_through_row(CustomScanState *node, TupleTableSlot *row)
{
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	ProjectionInfo *projection = node->ss.ps.ps_ProjInfo;

	ExecClearTuple(slot);
	if (TupIsNull(row))
		return slot;
	slot_getallattrs(row);
	memcpy(slot->tts_values, row->tts_values,
		   sizeof(Datum) * slot->tts_tupleDescriptor->natts);
	memcpy(slot->tts_isnull, row->tts_isnull,
		   sizeof(bool) * slot->tts_tupleDescriptor->natts);
	ExecStoreVirtualTuple(slot);
	if (projection == NULL)
		return slot;
	ResetExprContext(node->ss.ps.ps_ExprContext);
	node->ss.ps.ps_ExprContext->ecxt_scantuple = slot;
	return ExecProject(projection);
}

void
pass_through_rescan(CustomScanState *node)
{
	PlanState  *below = pass_through_below(node);

	if (node->ss.ps.chgParam != NULL)
		UpdateChangedParamSet(below, node->ss.ps.chgParam);
	if (below->chgParam == NULL)
		ExecReScan(below);
}
