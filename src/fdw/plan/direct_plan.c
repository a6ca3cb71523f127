/*
 * direct_plan.c
 *		Plans UPDATE and DELETE so that the foreign scan does them itself.
 *
 * Everything on a single foreign table that core lets through is done this
 * way, pushed or computed: which of the two is decided when the values are
 * known.
 */
#include "postgres.h"

#include "compat.h"

#include "access/sysattr.h"
#include "catalog/pg_proc.h"
#include "foreign/fdwapi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/appendinfo.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/planmain.h"
#include "parser/parsetree.h"
#include "utils/rel.h"

#include "fdw/catalog/description.h"
#include "fdw/column_set.h"
#include "fdw/plan/read_first_plan.h"
#include "fdw/plan/scan_plan.h"
#include "fdw/read/scan.h"
#include "fdw/user_function.h"
#include "fdw/write/constraint.h"
#include "fdw/write/direct.h"
#include "fdw/write/stamp.h"
#include "fdw/write/write_behind.h"
#include "translate/function.h"
#include "translate/key/item_key.h"
#include "translate/key/key.h"
#include "translate/table/table_template.h"
#include "translate/update/made_update.h"

/* ---- the scan below the ModifyTable ---- */

/*
 * The assignments to an inherited target are computed above the Append, where
 * those to a partitioned one go below it, to each of its tables
 * (apply_scanjoin_target_to_paths() in planner.c).  They can go there, too:
 * then each table is a scan of its own.
 */
static void
push_assignments_down(PlannerInfo *root, ModifyTable *plan)
{
	Plan	   *above = outerPlan(plan);
	Append	   *append;
	ListCell   *cell;

	if (!IsA(above, Result) || ((Result *) above)->resconstantqual != NULL ||
		outerPlan(above) == NULL || !IsA(outerPlan(above), Append))
		return;
	append = (Append *) outerPlan(above);
	if (root->append_rel_array == NULL ||
		root->append_rel_array[linitial_int(plan->resultRelations)] == NULL ||
		list_length(append->appendplans) != list_length(plan->resultRelations))
		return;
	foreach(cell, append->appendplans)
	{
		Plan	   *child = (Plan *) lfirst(cell);
		Index		target = list_nth_int(plan->resultRelations,
										  foreach_current_index(cell));
		AppendRelInfo *appendrel = root->append_rel_array[target];
		List	   *targetlist = (List *)
			adjust_appendrel_attrs(root, (Node *) above->targetlist, 1,
								   &appendrel);

		lfirst(cell) = change_plan_targetlist(child, targetlist,
											  child->parallel_safe);
	}
	append->plan.targetlist = above->targetlist;
	outerPlan(plan) = &append->plan;
}

/*
 * Finds the foreign scan of the result relation: directly below, under the
 * Append of a partitioned or inherited target, or under the Result that gates
 * it by conditions without columns.  Those conditions are taken over.  Of
 * several targets each keeps what reads its rows first.
 */
static ForeignScan *
find_scan(ModifyTable *plan, Index result_relation, int subplan_index,
		  List **gating_clauses)
{
	Plan	   *rows = write_behind_rows(plan);
	Plan	   *below = read_first_plan_direct(rows);

	*gating_clauses = NIL;
	if (below != rows && IsA(below, Append))
		return NULL;
	if (IsA(below, Append))
	{
		Append	   *append = (Append *) below;

		if (subplan_index >= list_length(append->appendplans))
			return NULL;
		below = (Plan *) list_nth(append->appendplans, subplan_index);
	}
	else if (IsA(below, Result) && outerPlan(below) != NULL &&
			 IsA(outerPlan(below), ForeignScan) &&
			 ((Result *) below)->resconstantqual != NULL)
	{
		*gating_clauses = (List *) ((Result *) below)->resconstantqual;
		outerPlan(below)->targetlist = below->targetlist;
		below = outerPlan(below);
	}

	if (!IsA(below, ForeignScan) ||
		((ForeignScan *) below)->scan.scanrelid != result_relation)
		return NULL;
	return (ForeignScan *) below;
}

/*
 * The scan projects its target list from the row that was written.  The
 * assigned expressions must not be evaluated on that, so NULLs take their
 * places; row identities ("wholerow", tableoid) stay.  Source: ExecScan() and
 * ExecModifyTable().
 */
static void
blank_target_list(ForeignScan *scan)
{
	ListCell   *cell;

	foreach(cell, scan->scan.plan.targetlist)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, cell);

		/* below an Append the entries are not marked as junk */
		if (IsA(entry->expr, Var) && ((Var *) entry->expr)->varattno <= 0)
			continue;
		entry->expr = (Expr *)
			makeNullConst(exprType((Node *) entry->expr),
						  exprTypmod((Node *) entry->expr),
						  exprCollation((Node *) entry->expr));
	}
}

/* ---- WHERE ---- */

static bool
is_upsert_call(Node *clause)
{
	return IsA(clause, FuncExpr) &&
		dyn_function(((FuncExpr *) clause)->funcid) == DYN_UPSERT;
}

static void
refuse_upsert(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("dyn_upsert() cannot be used here"),
			 errdetail("The table, or the view, has row triggers, a check option, stored generated columns or children, or the statement has another table.")));
}

/*
 * With row triggers, check options or stored generated columns the executor
 * hands over the rows that exist: dyn_upsert() would find none, and say
 * nothing.
 */
void
direct_refuse_upsert(PlannerInfo *root, Index result_relation)
{
	RelOptInfo *target = root->simple_rel_array[result_relation];
	ListCell   *cell;

	if (target == NULL)
		return;
	foreach(cell, target->baserestrictinfo)
	{
		if (is_upsert_call((Node *) lfirst_node(RestrictInfo, cell)->clause))
			refuse_upsert();
	}
}

static bool
returned_upsert_walker(Node *node, void *context)
{
	return node != NULL &&
		(is_upsert_call(node) ||
		 expression_tree_walker(node, returned_upsert_walker, context));
}

/* It would raise its error when the row has been written. */
void
direct_refuse_returned_upsert(List *returning)
{
	if (returned_upsert_walker((Node *) returning, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("dyn_upsert() cannot be used in RETURNING"),
				 errhint("Use it in the WHERE of the UPDATE.")));
}

static List *
take_upsert(List *clauses, bool *upsert)
{
	List	   *others = NIL;
	ListCell   *cell;

	*upsert = false;
	foreach(cell, clauses)
	{
		if (is_upsert_call(lfirst(cell)))
			*upsert = true;
		else
			others = lappend(others, lfirst(cell));
	}
	return others;
}

static void
check_upsert(const Table *table, const ModifyTable *plan, Index relid,
			 List *clauses)
{
	Scope		scope = {.table = table, .varno = relid};
	KeyLookup  *lookup = key_lookup(&scope, key_schema_of_table(table),
									clauses);

	/* nobody says in which of several tables the row shall be made */
	if (list_length(plan->resultRelations) > 1)
		refuse_upsert();
	if (plan->operation != CMD_UPDATE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("dyn_upsert() can be used only in the WHERE of an UPDATE")));
	/* no equality fixes such a key */
	key_check_writable(table);
	/* of a list that is not known yet nobody can say that it has one key */
	if (!lookup->from_list && (lookup->access == KEY_ACCESS_ITEM ||
							   lookup->access == KEY_ACCESS_NOTHING))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("dyn_upsert() needs a WHERE that fixes the whole key of foreign table \"%s\"",
					table->relation_name),
			 key_fields(table).count > 1
			 ? errhint("Add equalities on columns %s.",
					   key_field_names(table, false))
			 : errhint("Add an equality on column %s.",
					   key_field_names(table, false))));
}

/* ---- PlanDirectModify ---- */

/* What SET says, stamps included. */
typedef struct DirectChanges
{
	List	   *assigned;		/* integer list of attribute numbers */
	List	   *expressions;	/* assigned to them */
	List	   *multi_selects;	/* sub-selects of several columns */
} DirectChanges;

/* Splits the target list into assigned expressions and sub-selects. */
static void
split_target_list(PlannerInfo *root, Index result_relation,
				  DirectChanges *changes)
{
	List	   *target_list;
	List	   *attnums;
	ListCell   *cell;
	int			i = 0;

	get_translated_update_targetlist(root, result_relation, &target_list,
									 &attnums);
	foreach(cell, target_list)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (i < list_length(attnums))
		{
			changes->assigned = lappend_int(changes->assigned,
											list_nth_int(attnums, i));
			changes->expressions = lappend(changes->expressions, entry->expr);
		}
		else if (IsA(entry->expr, SubPlan))
			changes->multi_selects = lappend(changes->multi_selects,
											 entry->expr);
		i++;
	}
}

/* The assigned columns, and those that are made of them. */
static List *
with_made_columns(const Table *table, List *assigned)
{
	List	   *all = list_copy(assigned);

	for (int i = 0; i < table->made_count; i++)
	{
		const Column *made = table->made[i];

		if (made->attnum != 0 && made_is_assigned(made, assigned))
			all = lappend_int(all, made->attnum);
	}
	return all;
}

/*
 * The columns that WHERE and SET look at, and those that constraints do, as
 * pull_varattnos() gives them.
 */
static Bitmapset *
columns_read(const Table *table, Index relid, List *clauses,
			 const DirectChanges *changes, Bitmapset *by_constraints)
{
	Bitmapset  *read = bms_copy(by_constraints);

	pull_varattnos((Node *) clauses, relid, &read);
	pull_varattnos((Node *) changes->expressions, relid, &read);
	pull_varattnos((Node *) changes->multi_selects, relid, &read);

	read = made_add_fields(table, changes->assigned, read);

	/* an assigned document is written over the one that is stored */
	if (table->document != NULL &&
		list_member_int(changes->assigned, table->document->attnum))
		read = bms_add_member(read, table->document->attnum -
							  FirstLowInvalidHeapAttributeNumber);
	return read;
}

static Bitmapset *
columns_returned(const ModifyTable *plan, Index relid, int subplan_index)
{
	Bitmapset  *returned = NULL;

	if (plan->returningLists == NIL)
		return NULL;
	direct_refuse_returned_upsert(plan->returningLists);
	pull_varattnos(list_nth(plan->returningLists, subplan_index), relid,
				   &returned);
	return returned;
}

/*
 * Makes the scan the modification.  set_plan_refs() comes after this, so that
 * what is put into fdw_exprs is prepared as a qualification would be
 * (set_foreignscan_references() in setrefs.c); and the qualification has to
 * go, for the executor would check it on the row that was written.
 */
static void
make_direct(ForeignScan *scan, const ModifyTable *plan, Index result_relation,
			List *clauses, const DirectChanges *changes, List *private)
{
	/* it may be below an Append, which must not go on before it has written */
	scan->scan.plan.async_capable = false;
	scan->operation = plan->operation;
	scan->resultRelation = result_relation;
	scan->scan.plan.qual = NIL;
	scan->fdw_exprs = list_concat(list_concat(list_copy(clauses),
											  changes->expressions),
								  changes->multi_selects);
	private = lappend(private, list_nth(scan->fdw_private,
										SCAN_PRIVATE_INDEX));
	private = lappend(private, list_nth(scan->fdw_private,
										SCAN_PRIVATE_NOT_USED));
	scan->fdw_private = private;
	Assert(list_length(scan->fdw_private) == DIRECT_PRIVATE_COUNT);
	blank_target_list(scan);
}

static int
direct_flags(const PlannerInfo *root, const ModifyTable *plan,
			 Plan *rows_before, bool upsert, bool check_locally)
{
	int			flags = 0;

	if (read_first_plan_direct(rows_before) != rows_before)
		flags |= DIRECT_FLAG_CALLS_STABLE;
	if (upsert)
		flags |= DIRECT_FLAG_UPSERT;
	if (check_locally)
		flags |= DIRECT_FLAG_CHECK_LOCALLY;
	if (plan->returningLists != NIL)
		flags |= DIRECT_FLAG_RETURNING;
	if (root->qual_security_level == 0)
		flags |= DIRECT_FLAG_REPORTABLE;
	if (plan->canSetTag)
		flags |= DIRECT_FLAG_SET_PROCESSED;
	return flags;
}

/*
 * A function of the user's may look at what was written before the row for
 * which it is called, and may do something each time that it is called: the
 * row path calls it once a row, and not before the last one was written.
 */
static bool
must_go_row_by_row(PlannerInfo *root, Index result_relation)
{
	return !scan_plan_reads_one_item(find_base_rel(root, result_relation)) &&
		user_function_in_statement(root, PROVOLATILE_VOLATILE);
}

bool
direct_plan(PlannerInfo *root, ModifyTable *plan, Index result_relation,
			int subplan_index)
{
	RangeTblEntry *rte = planner_rt_fetch(result_relation, root);
	DirectChanges changes = {0};
	List	   *gating;
	List	   *clauses;
	Bitmapset  *by_constraints = NULL;
	Bitmapset  *returned;
	Bitmapset  *read;
	ForeignScan *scan;
	Table	   *table;
	Plan	   *rows;
	bool		upsert;
	int			flags;

	if (plan->operation != CMD_UPDATE && plan->operation != CMD_DELETE)
		return false;
	push_assignments_down(root, plan);
	scan = find_scan(plan, result_relation, subplan_index, &gating);
	if (scan == NULL || must_go_row_by_row(root, result_relation))
		return false;
	rows = outerPlan(plan);
	outerPlan(plan) = read_first_plan_take_out(rows);
	table = description_of_table(rte->relid,
								 planned_user(root,
											  find_base_rel(root,
															result_relation),
											  rte));

	clauses = list_concat(list_copy(scan->scan.plan.qual), gating);
	clauses = take_upsert(clauses, &upsert);
	if (upsert)
		check_upsert(table, plan, result_relation, clauses);
	if (plan->operation == CMD_UPDATE)
	{
		split_target_list(root, result_relation, &changes);
		stamp_assignments(table, result_relation, &changes.assigned,
						  &changes.expressions);
		by_constraints =
			constraint_columns(rte->relid,
							   with_made_columns(table, changes.assigned));
	}
	returned = columns_returned(plan, result_relation, subplan_index);
	read = columns_read(table, result_relation, clauses, &changes,
						by_constraints);
	flags = direct_flags(root, plan, rows, upsert, by_constraints != NULL);
	make_direct(scan, plan, result_relation, clauses, &changes,
				list_make5(makeInteger(list_length(clauses)),
						   changes.assigned, makeInteger(flags),
						   column_set_to_list(read),
						   column_set_to_list(returned)));
	if (gating != NIL)
		outerPlan(plan) = (Plan *) scan;
	return true;
}
