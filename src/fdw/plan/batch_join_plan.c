/*
 * batch_join_plan.c
 *		Plans joins on the whole key of a DynamoDB table.
 *
 * Core offers each pair of relations that it joins.  Where the clauses give
 * the inner one's key from the outer rows, a path is added for each way to
 * read the outer rows, whose order it keeps; core chooses by cost.
 *
 * Source: PostgreSQL documentation, "Writing a Custom Scan Provider", and
 * add_paths_to_joinrel() in joinpath.c.
 */
#include "postgres.h"

#include "compat.h"

#include "access/sysattr.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"
#include "parser/parsetree.h"
#include "utils/selfuncs.h"

#include "fdw/catalog/option.h"
#include "fdw/catalog/settings.h"
#include "fdw/column_set.h"
#include "fdw/plan/batch_join_plan.h"
#include "fdw/plan/scan_plan.h"
#include "fdw/read/batch_join.h"

/* custom_private of the path */
enum PathPrivate
{
	PATH_PRIVATE_INNER,			/* RelOptInfo of the DynamoDB table */
	PATH_PRIVATE_TYPE,			/* integer: JoinType */
	PATH_PRIVATE_CLAUSES		/* list of RestrictInfo: of the join */
};

/* The clauses of a join, by what they do. */
typedef struct JoinClauses
{
	List	   *match;			/* an item must satisfy them to be joined */
	List	   *others;			/* of an outer join: its rows must */
} JoinClauses;

/* ---- clauses ---- */

/*
 * What a lower security level checks comes first: a function of the user's
 * must not see rows that a policy or a view hides.  Core orders the clauses of
 * its own nodes by cost within a level (order_qual_clauses() in createplan.c);
 * here the order within a level stays.
 */
static List *
order_by_security(PlannerInfo *root, List *clauses)
{
	List	   *ordered = NIL;
	ListCell   *cell;
	Index		level;

	for (level = 0; level <= root->qual_security_level; level++)
		foreach(cell, clauses)
			if (lfirst_node(RestrictInfo, cell)->security_level == level)
				ordered = lappend(ordered, lfirst(cell));
	return ordered;
}

/*
 * Of an outer join only its own clauses decide whether an item is joined.
 * What has come down to it from above, as a WHERE does, is checked on the row
 * that comes of it, NULLs included: see extract_actual_join_clauses() in
 * restrictinfo.c.  The restrictions of the inner table are below the join in
 * core's plans, so that they too decide on joining.
 */
static JoinClauses
split_clauses(PlannerInfo *root, Relids join_relids, RelOptInfo *inner,
			  JoinType type, List *join_clauses)
{
	List	   *match = list_copy(inner->baserestrictinfo);
	List	   *others = NIL;
	ListCell   *cell;

	foreach(cell, join_clauses)
	{
		RestrictInfo *clause = lfirst_node(RestrictInfo, cell);

		if (IS_OUTER_JOIN(type) && RINFO_IS_PUSHED_DOWN(clause, join_relids))
			others = lappend(others, clause);
		else
			match = lappend(match, clause);
	}
	return (JoinClauses) {
		.match = extract_actual_clauses(order_by_security(root, match), false),
		.others = extract_actual_clauses(order_by_security(root, others),
										 false)
	};
}

/*
 * The look-up of the inner table's whole key by values of the outer rows, or
 * NULL.
 */
static KeyLookup *
find_lookup(RelOptInfo *inner, List *match)
{
	Scope		scope = {
		.table = scan_plan_table(inner),
		.varno = inner->relid,
		.others_are_values = true
	};
	KeyLookup  *lookup = key_lookup(&scope, key_schema_of_table(scope.table),
									match);

	if (lookup->access != KEY_ACCESS_ITEM || lookup->from_list)
		return NULL;
	return contain_var_clause((Node *) lookup->values) ? lookup : NULL;
}

/* ---- which joins ---- */

static bool
is_batch_join_type(JoinType type)
{
	return type == JOIN_INNER || type == JOIN_LEFT || type == JOIN_SEMI ||
		type == JOIN_ANTI || type == JOIN_UNIQUE_OUTER;
}

/* Expressions of the inner relation that must be evaluated below the join. */
static bool
has_special_columns(const RelOptInfo *rel)
{
	ListCell   *cell;

	foreach(cell, rel->reltarget->exprs)
	{
		Node	   *expr = (Node *) lfirst(cell);

		if (!IsA(expr, Var))
			return true;
		if (((Var *) expr)->varattno < 0 &&
			((Var *) expr)->varattno != TableOidAttributeNumber)
			return true;
	}
	return false;
}

/* The row identity of several tables, which no scan tuple can have. */
static bool
has_merged_row_identity(const RelOptInfo *rel)
{
	ListCell   *cell;

	foreach(cell, rel->reltarget->exprs)
		if (IsA(lfirst(cell), Var) &&
			((Var *) lfirst(cell))->varno == ROWID_VAR)
			return true;
	return false;
}

/* Conditions that are true or false once for the whole plan. */
static bool
has_pseudoconstants(const List *restrictions)
{
	ListCell   *cell;

	foreach(cell, restrictions)
		if (lfirst_node(RestrictInfo, cell)->pseudoconstant)
			return true;
	return false;
}

static bool
is_candidate(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *inner)
{
	RangeTblEntry *rte;

	if (inner->reloptkind != RELOPT_BASEREL ||
		inner->rtekind != RTE_RELATION || inner->fdwroutine == NULL ||
		inner->fdw_private == NULL || IS_DUMMY_REL(inner) ||
		!bms_is_empty(inner->lateral_relids))
		return false;
	rte = planner_rt_fetch(inner->relid, root);
	return option_is_ours(rte->relid) && !has_special_columns(inner) &&
		!scan_plan_locks_rows(root, inner) &&
		!has_merged_row_identity(joinrel) &&
		!has_pseudoconstants(inner->baserestrictinfo);
}

/* ---- paths ---- */

static const CustomPathMethods path_methods;

/*
 * The outer rows, items for their different keys, and the joining.
 *
 * Under a LIMIT core compares paths by the cost of a first part of their rows,
 * taken in proportion between startup and total cost
 * (compare_fractional_path_costs() in pathnode.c).  The first row comes when
 * enough outer rows for one request have been read, and that has come: so both
 * are in the startup cost.
 */
static void
estimate_join_cost(PlannerInfo *root, CustomPath *path, RelOptInfo *inner,
				   const Path *outer, const KeyLookup *lookup,
				   const JoinClauses *clauses)
{
	double		keys = estimate_num_groups(root, lookup->values, outer->rows,
										   NULL, NULL);
	Cost		all_items = scan_plan_cost_of_items(inner, keys);
	double		first = Min(1.0, BATCH_GET_MAX_KEYS / Max(keys, 1.0));
	QualCost	match;
	QualCost	others;

	cost_qual_eval(&match, clauses->match, root);
	cost_qual_eval(&others, clauses->others, root);
	path->path.startup_cost = outer->startup_cost + match.startup +
		others.startup + first * (outer->total_cost - outer->startup_cost) +
		scan_plan_cost_of_items(inner, Min(keys, BATCH_GET_MAX_KEYS));
	path->path.total_cost = outer->total_cost + match.startup +
		others.startup + all_items +
		outer->rows * (cpu_tuple_cost + match.per_tuple + others.per_tuple);
}

static void
add_batch_join(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *inner,
			   JoinType type, Path *outer, JoinPathExtraData *extra)
{
	Relids		required = PATH_REQ_OUTER(outer);
	CustomPath *path = makeNode(CustomPath);
	List	   *join_clauses = list_copy(extra->restrictlist);
	JoinClauses clauses;
	KeyLookup  *lookup;

	/* as try_nestloop_path() does */
	if (bms_overlap(required, inner->relids) ||
		(!bms_is_empty(required) &&
		 !bms_overlap(required, extra->param_source_rels)))
		return;

	path->path.pathtype = T_CustomScan;
	path->path.parent = joinrel;
	path->path.pathtarget = joinrel->reltarget;
	path->path.param_info =
		get_joinrel_parampathinfo(root, joinrel, outer,
								  inner->cheapest_total_path, extra->sjinfo,
								  bms_copy(required), &join_clauses);
	clauses = split_clauses(root, joinrel->relids, inner, type, join_clauses);
	lookup = find_lookup(inner, clauses.match);
	if (lookup == NULL)
		return;

	path->path.rows = path->path.param_info != NULL
		? path->path.param_info->ppi_rows : joinrel->rows;
	path->path.pathkeys = outer->pathkeys;
	path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
	path->custom_paths = list_make1(outer);
	path->custom_private = list_make3(inner, makeInteger(type), join_clauses);
	path->methods = &path_methods;
	estimate_join_cost(root, path, inner, outer, lookup, &clauses);
	add_path(joinrel, &path->path);
}

void
batch_join_plan_paths(PlannerInfo *root, RelOptInfo *joinrel,
					  RelOptInfo *outerrel, RelOptInfo *innerrel,
					  JoinType type, JoinPathExtraData *extra)
{
	ListCell   *cell;

	if (!enable_batch_join || !is_batch_join_type(type) ||
		!is_candidate(root, joinrel, innerrel))
		return;

	if (type == JOIN_UNIQUE_OUTER)
	{
		Path	   *outer = outerrel->cheapest_total_path;

		if (outer->param_info == NULL)
			outer = make_unique_path(root, outerrel, outer, extra->sjinfo);
		else
			outer = NULL;
		if (outer != NULL)
			add_batch_join(root, joinrel, innerrel, JOIN_INNER, outer, extra);
		return;
	}
	foreach(cell, outerrel->pathlist)
		add_batch_join(root, joinrel, innerrel, type, lfirst(cell), extra);
}

/* ---- outer joins ---- */

static const Node *
find_known(const List *known, const Node *node)
{
	ListCell   *cell;

	foreach(cell, known)
	{
		const Node *other = (const Node *) lfirst(cell);

		if (nodeTag(other) != nodeTag(node))
			continue;
		if (IsA(node, Var)
			? ((const Var *) other)->varno == ((const Var *) node)->varno &&
			((const Var *) other)->varattno == ((const Var *) node)->varattno
			: ((const PlaceHolderVar *) other)->phid ==
			((const PlaceHolderVar *) node)->phid)
			return other;
	}
	return NULL;
}

static Node *
adopt_nulling_of(Node *node, void *argument)
{
	Node	   *copy;
	const Node *known;

	if (node == NULL)
		return NULL;
	copy = expression_tree_mutator(node, adopt_nulling_of, argument);
	if (!IsA(node, Var) && !IsA(node, PlaceHolderVar))
		return copy;
	known = find_known((const List *) argument, node);
	if (known != NULL && IsA(node, Var))
		copy_var_nulling((Var *) copy, (const Var *) known);
	else if (known != NULL)
		copy_placeholder_nulling((PlaceHolderVar *) copy,
								 (const PlaceHolderVar *) known);
	return copy;
}

/*
 * A column says from PostgreSQL 16 on which outer joins may have made it NULL
 * (Var.varnullingrels), and so differs below a join and above it.  For its own
 * joins core forgives that where it looks for a column in the tuples of their
 * inputs; in a custom scan's tuple it wants the very same one, or fails with
 * "wrong varnullingrels" (set_customscan_references() in setrefs.c, which
 * passes NRM_EQUAL).  This node has one tuple for what is below the join and
 * above it, so its columns are all made to be those that the nodes above know.
 */
static List *
adopt_nulling(List *expressions, List *known)
{
	return (List *) adopt_nulling_of((Node *) expressions, known);
}

/*
 * The columns as the nodes above know them; those that only this node looks
 * at, as the conditions above the join do, and then those within it.  The
 * first that is found counts (find_known()).
 */
static List *
known_columns(List *above, const JoinClauses *clauses)
{
	List	   *all = list_make3(above, clauses->others, clauses->match);

	return list_concat(pull_var_clause((Node *) above,
									   PVC_RECURSE_AGGREGATES |
									   PVC_RECURSE_WINDOWFUNCS |
									   PVC_INCLUDE_PLACEHOLDERS),
					   pull_var_clause((Node *) all,
									   PVC_RECURSE_AGGREGATES |
									   PVC_RECURSE_WINDOWFUNCS |
									   PVC_RECURSE_PLACEHOLDERS));
}

/* ---- the plan ---- */

/* The columns of the relation in the expressions, each once. */
static List *
columns_of_relation(List *expressions, Index relid)
{
	List	   *columns = NIL;
	ListCell   *cell;

	foreach(cell, pull_var_clause((Node *) expressions,
								  PVC_RECURSE_AGGREGATES |
								  PVC_RECURSE_WINDOWFUNCS |
								  PVC_RECURSE_PLACEHOLDERS))
	{
		Var		   *var = lfirst_node(Var, cell);

		if ((Index) var->varno == relid)
			columns = list_append_unique(columns, var);
	}
	return columns;
}

/* The columns of the plan below, and those of the item. */
static List *
scan_target_list(List *below, const List *columns)
{
	List	   *target_list = NIL;
	ListCell   *cell;

	foreach(cell, below)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, cell);

		target_list = lappend(target_list,
							  makeTargetEntry(copyObject(entry->expr),
											  list_length(target_list) + 1,
											  NULL, false));
	}
	foreach(cell, columns)
		target_list = lappend(target_list,
							  makeTargetEntry(copyObject(lfirst(cell)),
											  list_length(target_list) + 1,
											  NULL, false));
	return target_list;
}

static List *
wanted_attributes(List *columns, Index relid)
{
	Bitmapset  *wanted = NULL;

	pull_varattnos((Node *) columns, relid, &wanted);
	return column_set_to_list(wanted);
}

/* Where in the list those clauses are that the key does not say. */
static List *
positions_of_rest(const List *match, const List *used)
{
	List	   *positions = NIL;
	int			i;

	for (i = 0; i < list_length(match); i++)
		if (!list_member_ptr(used, list_nth(match, i)))
			positions = lappend_int(positions, i);
	return positions;
}

static List *
numbers_of_columns(const List *columns)
{
	List	   *numbers = NIL;
	ListCell   *cell;

	foreach(cell, columns)
		numbers = lappend_int(numbers, ((Column *) lfirst(cell))->attnum);
	return numbers;
}

static Plan *
batch_join_plan_make(PlannerInfo *root, RelOptInfo *joinrel, CustomPath *path,
					 List *tlist, List *ignored, List *custom_plans)
{
	RelOptInfo *inner = list_nth(path->custom_private, PATH_PRIVATE_INNER);
	JoinType	type = intVal(list_nth(path->custom_private,
									   PATH_PRIVATE_TYPE));
	JoinClauses clauses =
		split_clauses(root, joinrel->relids, inner, type,
					  list_nth(path->custom_private, PATH_PRIVATE_CLAUSES));
	KeyLookup  *lookup = find_lookup(inner, clauses.match);
	CustomScan *scan = makeNode(CustomScan);
	Plan	   *below = linitial(custom_plans);
	List	   *known = known_columns(list_make3(tlist,
												 joinrel->reltarget->exprs,
												 below->targetlist),
									  &clauses);
	List	   *columns;

	scan->scan.plan.targetlist = tlist;
	scan->scan.plan.qual = adopt_nulling(clauses.others, known);
	scan->custom_exprs =
		adopt_nulling(list_make2(lookup->values, clauses.match), known);
	columns = columns_of_relation(list_make4(tlist, joinrel->reltarget->exprs,
											 scan->scan.plan.qual,
											 scan->custom_exprs),
								  inner->relid);
	scan->flags = path->flags;
	scan->custom_plans = custom_plans;
	scan->custom_scan_tlist =
		scan_target_list(adopt_nulling(below->targetlist, known), columns);
	Assert(list_length(scan->custom_exprs) == BATCH_JOIN_EXPRESSION_COUNT);

	scan->custom_private =
		list_make5(makeInteger(type),
				   makeInteger(bms_member_index(joinrel->relids,
												inner->relid)),
				   list_make1_oid(inner->userid),
				   numbers_of_columns(lookup->value_columns),
				   lookup->collations);
	scan->custom_private = lappend(scan->custom_private,
								   wanted_attributes(columns, inner->relid));
	scan->custom_private = lappend(scan->custom_private,
								   positions_of_rest(clauses.match,
													 lookup->used));
	Assert(list_length(scan->custom_private) == BATCH_JOIN_PRIVATE_COUNT);
	scan->methods = batch_join_methods(type);
	return &scan->scan.plan;
}

static const CustomPathMethods path_methods = {
	.CustomName = "Batch Join",
	.PlanCustomPath = batch_join_plan_make
};
