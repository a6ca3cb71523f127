/*
 * plan.c
 *		Sizes, paths and plans of foreign scans.
 *
 * Every clause is rechecked locally, so the plan keeps them all as its
 * qualification; a copy goes to fdw_exprs, from which execution makes the key
 * condition and the filter, with the values it then has.
 */
#include "postgres.h"

#include "compat.h"

#include <math.h>

#include "access/sysattr.h"
#include "nodes/makefuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/planmain.h"
#include "optimizer/prep.h"
#include "optimizer/restrictinfo.h"
#include "parser/parsetree.h"

#include "client/batch_get.h"
#include "fdw/access.h"
#include "fdw/callbacks.h"
#include "fdw/description.h"
#include "fdw/plan.h"
#include "fdw/projection.h"

/* Costs, in units of a sequential page read. */
#define REQUEST_COST			100.0	/* of one round trip */
#define ITEM_COST				0.05	/* of one item sent and decoded */
#define PAGE_COST				100.0	/* of 1 MB that DynamoDB reads */
#define PAGE_BYTES				1048576.0

/* What a read of a single item counts for at least. */
#define SINGLE_READ_BYTES		4096.0

/* Guesses, where nothing is known of a table. */
#define DEFAULT_ITEM_COUNT		1000000.0
#define DEFAULT_ITEM_BYTES		500.0
#define DEFAULT_PARTITION_SIZE	100.0

/* The same of a table that DynamoDB has not counted yet: it is rather new. */
#define UNCOUNTED_ITEM_COUNT	1000.0

/* What planning keeps for a base relation in RelOptInfo.fdw_private. */
typedef struct RelationPlan
{
	Table	   *table;
	Access	   *access;
	double		item_bytes;		/* of an item on average */
	double		partition_items;	/* items of the partition of a Query */
} RelationPlan;

List *
plan_list_from_set(const Bitmapset *set)
{
	List	   *list = NIL;
	int			member = -1;

	while ((member = bms_next_member(set, member)) >= 0)
		list = lappend_int(list, member);
	return list;
}

Bitmapset *
plan_set_from_list(const List *list)
{
	Bitmapset  *set = NULL;
	ListCell   *cell;

	foreach(cell, list)
		set = bms_add_member(set, lfirst_int(cell));
	return set;
}

bool
plan_reads_one_item(const RelOptInfo *baserel)
{
	KeyAccess	access = ((const RelationPlan *) baserel->fdw_private)->access->lookup->access;

	return access == KEY_ACCESS_ITEM || access == KEY_ACCESS_NOTHING;
}

/*
 * Sets the number of items and their size: DynamoDB's own numbers, else those
 * of the last ANALYZE, else guesses.  A statement of one item does not ask.
 */
static void
estimate_items(RelOptInfo *baserel, RelationPlan *plan, Oid user_id)
{
	const TableDescription *description = NULL;

	if (plan->access->lookup->access == KEY_ACCESS_QUERY ||
		plan->access->lookup->access == KEY_ACCESS_SCAN)
		description = description_ask(plan->table, user_id);
	plan->item_bytes = DEFAULT_ITEM_BYTES;
	if (description != NULL && description->item_count > 0)
	{
		baserel->tuples = description->item_count;
		plan->item_bytes = Max((double) description->size /
							   (double) description->item_count, 1);
	}
	else if (baserel->tuples <= 0)
		baserel->tuples = description != NULL ? UNCOUNTED_ITEM_COUNT
			: DEFAULT_ITEM_COUNT;
}

/* Does the clause look at nothing but the partition key? */
static bool
is_about_partition(const RelOptInfo *baserel, const Table *table,
				   RestrictInfo *clause)
{
	Bitmapset  *columns = NULL;
	int			member;

	pull_varattnos((Node *) clause->clause, baserel->relid, &columns);
	return bms_get_singleton_member(columns, &member) &&
		member + FirstLowInvalidHeapAttributeNumber ==
		table->partition_key->attnum;
}

/*
 * Rows of a Query.  How many items a partition has, only ANALYZE can tell.
 */
static void
estimate_query(PlannerInfo *root, RelOptInfo *baserel, RelationPlan *plan,
			   bool analyzed)
{
	List	   *about_partition = NIL;
	List	   *others = NIL;
	ListCell   *cell;

	foreach(cell, baserel->baserestrictinfo)
	{
		RestrictInfo *clause = lfirst_node(RestrictInfo, cell);

		if (is_about_partition(baserel, plan->table, clause))
			about_partition = lappend(about_partition, clause);
		else
			others = lappend(others, clause);
	}
	plan->partition_items = analyzed
		? baserel->tuples * clauselist_selectivity(root, about_partition, 0,
												   JOIN_INNER, NULL)
		: Min(DEFAULT_PARTITION_SIZE, baserel->tuples);
	baserel->rows = clamp_row_est(plan->partition_items *
								  clauselist_selectivity(root, others, 0,
														 JOIN_INNER, NULL));
}

static void
get_relation_size(PlannerInfo *root, RelOptInfo *baserel, Oid relation_id)
{
	RangeTblEntry *rte = planner_rt_fetch(baserel->relid, root);
	RelationPlan *plan = palloc0(sizeof(RelationPlan));
	Scope		scope = {.varno = baserel->relid};
	Oid			user_id = planned_user(root, baserel, rte);
	bool		analyzed;

	(void) rte;
	plan->table = description_of_table(relation_id, user_id);
	scope.table = plan->table;
	plan->access = access_choose(&scope,
								 extract_actual_clauses(baserel->baserestrictinfo,
														false));
	baserel->fdw_private = plan;

	/* core has told what the last ANALYZE found, if there was one */
	analyzed = baserel->tuples > 0;
	estimate_items(baserel, plan, user_id);
	set_baserel_size_estimates(root, baserel);

	switch (plan->access->lookup->access)
	{
		case KEY_ACCESS_NOTHING:
		case KEY_ACCESS_ITEM:
			baserel->rows = 1;
			break;
		case KEY_ACCESS_ITEMS:
			baserel->rows = clamp_row_est(Min(baserel->rows,
											  plan->access->lookup->key_count));
			break;
		case KEY_ACCESS_QUERY:
			estimate_query(root, baserel, plan, analyzed);
			break;
		case KEY_ACCESS_SCAN:
			break;
	}
}

static void
get_paths(PlannerInfo *root, RelOptInfo *baserel, Oid relation_id)
{
	RelationPlan *plan = (RelationPlan *) baserel->fdw_private;
	double		item_bytes = plan->item_bytes;
	double		requests = 1;
	double		items_read;
	double		pages;
	Cost		total;

	switch (plan->access->lookup->access)
	{
		case KEY_ACCESS_NOTHING:
			items_read = 0;
			break;
		case KEY_ACCESS_ITEM:
			items_read = 1;
			break;
		case KEY_ACCESS_ITEMS:
			items_read = plan->access->lookup->key_count;
			item_bytes = Max(item_bytes, SINGLE_READ_BYTES);
			requests = items_read / BATCH_GET_MAX_KEYS;
			break;
		case KEY_ACCESS_QUERY:
			items_read = plan->partition_items;
			break;
		default:
			items_read = baserel->tuples;
			break;
	}

	pages = items_read * item_bytes / PAGE_BYTES;
	total = REQUEST_COST * Max(1.0, Max(ceil(pages), ceil(requests))) +
		PAGE_COST * pages + baserel->rows * (ITEM_COST + cpu_tuple_cost) +
		baserel->baserestrictcost.startup +
		baserel->rows * baserel->baserestrictcost.per_tuple;
	add_path(baserel, (Path *) make_foreign_path(root, baserel, baserel->rows,
												 REQUEST_COST, total));
}

/*
 * Core would lock nothing and say nothing.  Source: get_plan_rowmark() and
 * the row marks of foreign tables in preptlist.c.
 */
static void
refuse_row_locks(PlannerInfo *root, RelOptInfo *baserel)
{
	PlanRowMark *mark = get_plan_rowmark(root->rowMarks, baserel->relid);

	if (mark != NULL && mark->strength != LCS_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("row locks are not supported on DynamoDB tables"),
				 errhint("Put the condition that must hold into the WHERE of the UPDATE or DELETE: it is checked atomically with the write.")));
}

/* All columns that the scan must return or check. */
static Bitmapset *
wanted_columns(RelOptInfo *baserel, List *clauses)
{
	Bitmapset  *wanted = NULL;

	pull_varattnos((Node *) baserel->reltarget->exprs, baserel->relid,
				   &wanted);
	pull_varattnos((Node *) clauses, baserel->relid, &wanted);
	return wanted;
}

static ForeignScan *
get_plan(PlannerInfo *root, RelOptInfo *baserel, Oid relation_id,
		 ForeignPath *best_path, List *target_list, List *scan_clauses,
		 Plan *outer_plan)
{
	RelationPlan *plan = (RelationPlan *) baserel->fdw_private;
	List	   *clauses = extract_actual_clauses(scan_clauses, false);
	List	   *private;

	refuse_row_locks(root, baserel);

	private = list_make2(plan_list_from_set(wanted_columns(baserel, clauses)),
						 projection_inside(root, baserel, plan->table));
	Assert(list_length(private) == SCAN_PRIVATE_COUNT);

	return make_foreignscan(target_list, clauses, baserel->relid,
							copyObject(clauses), private,
							NIL, NIL, outer_plan);
}

void
plan_set_callbacks(FdwRoutine *routine)
{
	routine->GetForeignRelSize = get_relation_size;
	routine->GetForeignPaths = get_paths;
	routine->GetForeignPlan = get_plan;
}
