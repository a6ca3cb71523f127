/*
 * read_first_plan.c
 *		Plans statements that read what they write: "Read Before Write".
 *
 * The node is a custom scan over the plan whose rows are to be written.  Its
 * execution is in read_first.c.
 *
 * Source: PostgreSQL documentation, "Writing a Custom Scan Provider".
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_proc.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/tlist.h"
#include "parser/parsetree.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"

#include "fdw/catalog/option.h"
#include "fdw/catalog/same_table.h"
#include "fdw/pass_through.h"
#include "fdw/plan/read_first_plan.h"
#include "fdw/plan/scan_plan.h"
#include "fdw/read/read_first.h"
#include "fdw/user_function.h"
#include "translate/table/table.h"

/* ---- does it read what it writes? ---- */

/* A search for scans of the DynamoDB tables that are written. */
typedef struct ReadSearch
{
	List	   *written;		/* of Table */
	List	   *targets;		/* range table entries that are written, whose
								 * own scan does not count */
	const Node *skipped;		/* a query that does not count; NULL: none */
	Oid			found;			/* a foreign table that is read */
} ReadSearch;

/*
 * A foreign table of ours, locked: the planner locks neither partitions that
 * it has pruned nor those that rows may be routed to.
 */
static bool
lock_ours(Oid relation_id)
{
	if (get_rel_relkind(relation_id) != RELKIND_FOREIGN_TABLE ||
		!option_is_ours(relation_id))
		return false;
	LockRelationOid(relation_id, AccessShareLock);
	/* dropped meanwhile? */
	if (get_rel_relkind(relation_id) == RELKIND_FOREIGN_TABLE)
		return true;
	UnlockRelationOid(relation_id, AccessShareLock);
	return false;
}

static bool
is_written(const ReadSearch *search, Oid relation_id)
{
	const Table *table;
	ListCell   *cell;

	if (!lock_ours(relation_id))
		return false;
	table = table_describe(relation_id);
	foreach(cell, search->written)
		if (same_table((const Table *) lfirst(cell), table))
			return true;
	return false;
}

/* A table, or one of its partitions or children. */
static bool
entry_reads(ReadSearch *search, const RangeTblEntry *rte)
{
	List	   *relations;
	ListCell   *cell;

	/* "excluded" is said to be of this kind, and reads nothing */
	if (rte->rtekind != RTE_RELATION ||
		rte->relkind == RELKIND_COMPOSITE_TYPE ||
		list_member_ptr(search->targets, rte))
		return false;
	relations = rte->inh ? find_all_inheritors(rte->relid, NoLock, NULL)
		: list_make1_oid(rte->relid);
	foreach(cell, relations)
	{
		if (is_written(search, lfirst_oid(cell)))
		{
			search->found = lfirst_oid(cell);
			return true;
		}
	}
	return false;
}

static bool
find_reads(Node *node, void *argument)
{
	ReadSearch *search = (ReadSearch *) argument;

	if (node == NULL || node == search->skipped)
		return false;
	if (IsA(node, RangeTblEntry))
		return entry_reads(search, (RangeTblEntry *) node);
	if (IsA(node, Query))
	{
		Query	   *query = (Query *) node;

		if (query->resultRelation != 0)
			search->targets = lappend(search->targets,
									  rt_fetch(query->resultRelation,
											   query->rtable));
		return query_tree_walker(query, find_reads, search,
								 QTW_EXAMINE_RTES_BEFORE);
	}
	return expression_tree_walker(node, find_reads, search);
}

/* Those of ours that a path writes; of a partitioned table, or may write. */
static List *
written_relations(PlannerInfo *root, const ModifyTablePath *path)
{
	const RangeTblEntry *target = planner_rt_fetch(root->parse->resultRelation,
												   root);
	List	   *candidates = NIL;
	List	   *ours = NIL;
	ListCell   *cell;

	if (target->relkind == RELKIND_PARTITIONED_TABLE)
		candidates = find_all_inheritors(target->relid, NoLock, NULL);
	else
		foreach(cell, path->resultRelations)
			candidates = lappend_oid(candidates,
									 planner_rt_fetch(lfirst_int(cell),
													  root)->relid);
	foreach(cell, candidates)
	{
		if (lock_ours(lfirst_oid(cell)))
			ours = lappend_oid(ours, lfirst_oid(cell));
	}
	return ours;
}

static ReadSearch *
make_search(PlannerInfo *root, const List *relations)
{
	ReadSearch *search = palloc0(sizeof(ReadSearch));
	ListCell   *cell;
	int			rti = -1;

	foreach(cell, relations)
		search->written = lappend(search->written,
								  table_describe(lfirst_oid(cell)));
	while ((rti = bms_next_member(root->all_result_relids, rti)) >= 0)
		search->targets = lappend(search->targets,
								  planner_rt_fetch(rti, root));
	return search;
}

/* At most one row is written: then nothing is read after it. */
static bool
writes_one_row(const ModifyTablePath *path)
{
	const Path *rows = path->subpath;

	while (IsA(rows, ProjectionPath))
		rows = ((const ProjectionPath *) rows)->subpath;
	if (IsA(rows, GroupResultPath))
		return true;
	return path->operation != CMD_INSERT && IsA(rows, ForeignPath) &&
		scan_plan_is_ours(rows->parent) &&
		scan_plan_reads_one_item(rows->parent);
}

/* The statement, its sub-selects and WITH queries. */
static bool
reads_what_it_writes(PlannerInfo *root, ReadSearch *search)
{
	ListCell   *cell;

	if (find_reads((Node *) root->parse, search))
		return true;
	foreach(cell, root->glob->subroots)
	{
		PlannerInfo *subroot = (PlannerInfo *) lfirst(cell);

		if (subroot != NULL && subroot->parse->commandType == CMD_SELECT &&
			find_reads((Node *) subroot->parse, search))
			return true;
	}
	return false;
}

Oid
read_first_plan_find_read(Query *query, Oid relation_id)
{
	ReadSearch	search = {.written = list_make1(table_describe(relation_id))};

	(void) find_reads((Node *) query, &search);
	return search.found;
}

/* ---- what is refused ---- */

/*
 * The rows of a WITH query that writes come one by one, or after all else:
 * what is read beside it would see some of its writes.
 */
static void
refuse_reads_beside(PlannerInfo *root, const ReadSearch *search)
{
	PlannerInfo *parent = root->parent_root;
	ReadSearch	beside = {.written = search->written};
	CommonTableExpr *own;

	if (parent == NULL)
		return;
	/* SS_process_ctes() plans them in order, and notes each when it is done */
	own = list_nth_node(CommonTableExpr, parent->parse->cteList,
						list_length(parent->cte_plan_ids));
	beside.skipped = own->ctequery;
	if (!find_reads((Node *) parent->parse, &beside))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("WITH query \"%s\" changes a DynamoDB table that the statement also reads as foreign table \"%s\"",
					own->ctename, get_rel_name(beside.found)),
			 errdetail("The read would see some of the changes."),
			 errhint("Use two statements, or the rows that the WITH query returns.")));
}

typedef struct SubselectSearch
{
	PlannerInfo *root;
	Bitmapset  *found;			/* plan ids, as in SubPlan */
} SubselectSearch;

/* Finds the sub-selects of an expression, also those evaluated once. */
static bool
subselect_walker(Node *node, void *argument)
{
	SubselectSearch *search = (SubselectSearch *) argument;
	ListCell   *cell;

	if (node == NULL)
		return false;
	if (IsA(node, SubPlan))
		search->found = bms_add_member(search->found,
									   ((SubPlan *) node)->plan_id);
	if (IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXEC)
	{
		foreach(cell, search->root->init_plans)
		{
			SubPlan    *plan = lfirst_node(SubPlan, cell);

			if (list_member_int(plan->setParam, ((Param *) node)->paramid))
				search->found = bms_add_member(search->found, plan->plan_id);
		}
	}
	return expression_tree_walker(node, subselect_walker, search);
}

/* RETURNING is evaluated when its row has been written. */
static void
refuse_reads_in_returning(PlannerInfo *root, const ReadSearch *search)
{
	SubselectSearch subselects = {.root = root};
	int			id = -1;

	subselect_walker((Node *) root->parse->returningList, &subselects);
	while ((id = bms_next_member(subselects.found, id)) >= 0)
	{
		PlannerInfo *subroot = list_nth(root->glob->subroots, id - 1);
		ReadSearch	returned = {.written = search->written};

		if (subroot != NULL &&
			find_reads((Node *) subroot->parse, &returned))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("RETURNING cannot read foreign table \"%s\", which the statement changes",
							get_rel_name(returned.found)),
					 errdetail("The read would see some of the changes."),
					 errhint("Read the table in a statement of its own.")));
	}
}

/* ---- the path and the plan ---- */

static Plan *
read_first_plan_make(PlannerInfo *root, RelOptInfo *rel, CustomPath *path,
					 List *tlist, List *clauses, List *custom_plans)
{
	CustomScan *scan = pass_through_plan(linitial(custom_plans),
										 &read_first_scan_methods);

	scan->custom_private = path->custom_private;
	return &scan->scan.plan;
}

Plan *
read_first_plan_direct(Plan *plan)
{
	const CustomScan *scan = (const CustomScan *) plan;

	if (!IsA(plan, CustomScan) || scan->methods != &read_first_scan_methods ||
		intVal(list_nth(scan->custom_private,
						READ_FIRST_PRIVATE_BY_FUNCTIONS)) == 0)
		return plan;
	return linitial(scan->custom_plans);
}

Plan *
read_first_plan_take_out(Plan *plan)
{
	Plan	   *below = read_first_plan_direct(plan);

	/* names, and what is junk, were given to the node on top alone */
	if (below != plan)
		apply_tlist_labeling(below->targetlist, plan->targetlist);
	return below;
}

static const CustomPathMethods path_methods = {
	.CustomName = READ_FIRST_NAME,
	.PlanCustomPath = read_first_plan_make
};

/*
 * The rows have been checked below.  A condition without columns is checked by
 * a Result (create_gating_plan()), which core would put on top of our node as
 * well: it would ask for columns of a partitioned table, while those of its
 * one partition come from below.
 */
static RelOptInfo *
without_conditions(const RelOptInfo *rel)
{
	RelOptInfo *copy = makeNode(RelOptInfo);

	*copy = *rel;
	copy->baserestrictinfo = NIL;
	return copy;
}

static Path *
read_first_path(Path *rows, List *relations, bool by_functions)
{
	CustomPath *path = makeNode(CustomPath);

	path->path = *rows;
	path->path.parent = without_conditions(rows->parent);
	path->path.type = T_CustomPath;
	path->path.pathtype = T_CustomScan;
	path->path.param_info = NULL;
	path->path.parallel_aware = false;
	path->path.parallel_safe = false;
	path->path.parallel_workers = 0;
	path->path.startup_cost = rows->total_cost;
	path->path.total_cost = rows->total_cost +
		rows->rows * 2 * cpu_operator_cost;
	path->custom_paths = list_make1(rows);
	path->custom_private = list_make2(makeInteger(by_functions), relations);
	path->methods = &path_methods;
	return &path->path;
}

void
read_first_plan_path(PlannerInfo *root, ModifyTablePath *path)
{
	bool		one_row = writes_one_row(path);
	List	   *relations;
	ReadSearch *search;

	/* reads nothing beside the row itself: the common case */
	if (one_row && root->parent_root == NULL && root->glob->subplans == NIL)
		return;
	relations = written_relations(root, path);
	if (relations == NIL)
		return;
	search = make_search(root, relations);
	refuse_reads_beside(root, search);
	refuse_reads_in_returning(root, search);
	if (one_row)
		return;

	/* a STABLE function sees what its statement sees, whatever it reads */
	if (reads_what_it_writes(root, search) ||
		user_function_stable_of_rows(root))
		path->subpath = read_first_path(path->subpath, relations, false);
	else if (user_function_in_statement(root, PROVOLATILE_STABLE))
		path->subpath = read_first_path(path->subpath, relations, true);
}
