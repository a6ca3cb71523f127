/*
 * scan_plan.c
 *		Sizes, paths and plans of foreign scans.
 *
 * Every clause is rechecked locally, so the plan keeps them all as its
 * qualification; a copy goes to fdw_exprs, from which execution makes the key
 * condition and the filter, with the values it then has.
 */
#include "postgres.h"

#include "compat.h"

#include <math.h>

#include "access/stratnum.h"
#include "access/sysattr.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/planmain.h"
#include "optimizer/prep.h"
#include "optimizer/restrictinfo.h"
#include "parser/parsetree.h"
#include "utils/typcache.h"

#include "client/request/batch_get.h"
#include "fdw/callbacks.h"
#include "fdw/catalog/description.h"
#include "fdw/catalog/index.h"
#include "fdw/catalog/key_check.h"
#include "fdw/column_set.h"
#include "fdw/plan/plan_parameter.h"
#include "fdw/plan/scan_plan.h"
#include "fdw/plan/unique_key.h"
#include "fdw/read/access.h"
#include "fdw/read/projection.h"
#include "fdw/read/scan.h"
#include "translate/key/key_list.h"
#include "translate/table/table_template.h"

/*
 * Costs, in units of a sequential page read.
 *
 * add_path() keeps one of two paths whose costs differ by less than 1 %, and
 * looks at smaller differences only where order, rows and parallel safety are
 * the same (compare_path_costs_fuzzily() and add_path() in pathnode.c).  So
 * INDEX_COST decides between ways that are otherwise equal, and only there.
 */
#define REQUEST_COST			100.0	/* of one round trip */
#define ITEM_COST				0.05	/* of one item sent and decoded */
#define FETCH_COST				0.4 /* of one item that a local index has to
									 * fetch from its table */
#define INDEX_COST				0.01	/* so that the table is preferred */
#define PAGE_COST				100.0	/* of 1 MB that DynamoDB reads */
#define PAGE_BYTES				1048576.0

/* What a read of a single item counts for at least. */
#define SINGLE_READ_BYTES		4096.0

/* A Scan has a segment under way for each so many bytes. */
#define SEGMENT_BYTES			8388608.0
#define MAX_STREAMS				8

/* Guesses, where nothing is known of a table. */
#define DEFAULT_ITEM_COUNT		1000000.0
#define DEFAULT_ITEM_BYTES		500.0
#define DEFAULT_ROW_SHARE		0.1 /* of the items, where not all are rows */
#define DEFAULT_PARTITION_SIZE	100.0
#define DEFAULT_PARTITION_SHARE	0.1 /* of a table's items, at most */

/* One way to read a relation. */
typedef struct AccessPlan
{
	Access	   *access;
	bool		fetches;		/* a local index lacks some columns */
	double		items;			/* that DynamoDB reads for it */
	double		rows;			/* those of them that qualify */
} AccessPlan;

/* What planning keeps for a base relation in RelOptInfo.fdw_private. */
typedef struct RelationPlan
{
	Table	   *table;
	List	   *clauses;		/* of the relation alone */
	bool		analyzed;		/* there are statistics of its columns */
	bool		uncounted;		/* it is there, but whether it has few items or
								 * many is not known: its segments would cost
								 * a request each, of maybe nothing */
	double		items_per_row;	/* items of the table, of which maybe not all
								 * are rows, by its rows */
	double		item_bytes;		/* of an item on average */
	List	   *accesses;		/* of AccessPlan; the table's own is first */
	List	   *inconsistent;	/* of AccessPlan: indexes that would serve if
								 * reads need not be consistent */
} RelationPlan;

/* fdw_private of a path */
enum PathPrivate
{
	PATH_PRIVATE_INDEX,			/* list: see index_to_list() */
	PATH_PRIVATE_BACKWARD,		/* integer: from the end of the sort key */
	PATH_PRIVATE_STREAMS,		/* integer: segments under way at once, in each
								 * process */
	PATH_PRIVATE_COUNT
};

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

bool
scan_plan_reads_one_item(const RelOptInfo *baserel)
{
	const RelationPlan *plan = (const RelationPlan *) baserel->fdw_private;
	const AccessPlan *table = (const AccessPlan *) linitial(plan->accesses);

	return table->access->lookup->access == KEY_ACCESS_ITEM ||
		table->access->lookup->access == KEY_ACCESS_NOTHING;
}

/* ---- estimates ---- */

/*
 * Sets the number of items and their size: DynamoDB's own numbers, else those
 * of the last ANALYZE, else guesses.  DynamoDB counts every six hours: a table
 * of no items may be a large one by now.
 */
static void
estimate_table(RelOptInfo *baserel, RelationPlan *plan,
			   const TableDescription *description)
{
	/* core has told what the last ANALYZE found, if there was one */
	plan->analyzed = baserel->tuples > 0;
	plan->item_bytes = DEFAULT_ITEM_BYTES;
	plan->items_per_row = 1;
	if (description != NULL && description->item_count > 0)
	{
		double		items = (double) description->item_count;

		if (!table_has_other_items(plan->table))
			baserel->tuples = items;
		else if (!plan->analyzed)
			baserel->tuples = items * DEFAULT_ROW_SHARE;
		plan->items_per_row = Max(items / baserel->tuples, 1);
		/* an emulator may count the items alone */
		if (description->size > 0)
			plan->item_bytes = Max((double) description->size /
								   (double) description->item_count, 1);
	}
	else if (baserel->tuples <= 0)
	{
		baserel->tuples = DEFAULT_ITEM_COUNT;
		plan->uncounted = description != NULL;
	}
}

static double
selectivity(PlannerInfo *root, List *clauses)
{
	return clauselist_selectivity(root, clauses, 0, JOIN_INNER, NULL);
}

/* How many items a partition has, only ANALYZE can tell. */
static double
partition_items(PlannerInfo *root, const RelOptInfo *baserel,
				const RelationPlan *plan, const KeyLookup *lookup)
{
	if (plan->analyzed)
		return baserel->tuples *
			clauselist_selectivity(root, lookup->on_partition, baserel->relid,
								   JOIN_INNER, NULL);
	return Min(DEFAULT_PARTITION_SIZE,
			   baserel->tuples * DEFAULT_PARTITION_SHARE);
}

/*
 * The items that DynamoDB reads, and, in *rows, those that qualify.
 */
static double
estimate_items(PlannerInfo *root, RelOptInfo *baserel,
			   const RelationPlan *plan, const Access *access, double *rows)
{
	const KeyLookup *lookup = access->lookup;
	double		items = baserel->tuples;

	switch (lookup->access)
	{
		case KEY_ACCESS_NOTHING:
			*rows = 1;
			return 0;
		case KEY_ACCESS_ITEM:
			*rows = 1;
			return 1;
		case KEY_ACCESS_ITEMS:
			*rows = clamp_row_est(Min(items * selectivity(root, plan->clauses),
									  lookup->key_count));
			return lookup->key_count;
		case KEY_ACCESS_SCAN:
			*rows = clamp_row_est(items * selectivity(root, plan->clauses));
			return items * plan->items_per_row;
		case KEY_ACCESS_QUERY:
			break;
	}
	items = partition_items(root, baserel, plan, lookup);
	*rows = clamp_row_est(items *
						  selectivity(root,
									  list_difference_ptr(plan->clauses,
														  lookup->on_partition)));
	return clamp_row_est(items * selectivity(root, lookup->on_sort));
}

/* What a Scan reads. */
static double
table_bytes(const RelOptInfo *baserel, const RelationPlan *plan)
{
	return baserel->tuples * plan->items_per_row * plan->item_bytes;
}

/* Segments that a process has under way at once. */
static int
count_streams(const RelOptInfo *baserel, const RelationPlan *plan,
			  const Access *access)
{
	if (access->lookup->access != KEY_ACCESS_SCAN || plan->uncounted)
		return 1;
	return (int) Min(Max(table_bytes(baserel, plan) / SEGMENT_BYTES, 1),
					 MAX_STREAMS);
}

/*
 * What this machine does with the rows that come: it decodes them and checks
 * the clauses, all of them again (RelOptInfo.baserestrictcost).
 */
static Cost
estimate_local_cost(const RelOptInfo *baserel)
{
	return baserel->rows * (ITEM_COST + cpu_tuple_cost +
							baserel->baserestrictcost.per_tuple);
}

const Table *
scan_plan_table(const RelOptInfo *baserel)
{
	return ((const RelationPlan *) baserel->fdw_private)->table;
}

Cost
scan_plan_cost_of_items(const RelOptInfo *baserel, double items)
{
	const RelationPlan *plan = (const RelationPlan *) baserel->fdw_private;
	double		item_bytes = Max(plan->item_bytes, SINGLE_READ_BYTES);

	return REQUEST_COST * ceil(items / BATCH_GET_MAX_KEYS) +
		PAGE_COST * items * item_bytes / PAGE_BYTES;
}

/*
 * The cost of items that lie together, of which so many streams come at once.
 */
static Cost
cost_of_pages(const RelationPlan *plan, double items, int streams)
{
	double		pages = items * plan->item_bytes / PAGE_BYTES;

	return REQUEST_COST * Max(1.0, ceil(pages)) / streams + PAGE_COST * pages;
}

/* Of the keys of a product few are there; the others cost a read, too. */
static Cost
cost_of_product(const RelOptInfo *baserel, const RelationPlan *plan,
				const AccessPlan *access_plan)
{
	double		keys = access_plan->items;
	double		found = Min(keys, access_plan->rows);
	double		bytes = (keys - found) * SINGLE_READ_BYTES +
		found * Max(plan->item_bytes, SINGLE_READ_BYTES);

	return REQUEST_COST * ceil(keys / BATCH_GET_MAX_KEYS) +
		PAGE_COST * bytes / PAGE_BYTES;
}

static Cost
estimate_scan_cost(const RelOptInfo *baserel, const RelationPlan *plan,
				   const AccessPlan *access_plan)
{
	const Access *access = access_plan->access;
	Cost		cost;

	if (access->lookup->access == KEY_ACCESS_ITEMS &&
		access->lookup->is_product)
		cost = cost_of_product(baserel, plan, access_plan);
	else if (access->lookup->access == KEY_ACCESS_ITEM ||
			 access->lookup->access == KEY_ACCESS_ITEMS)
		cost = scan_plan_cost_of_items(baserel, access_plan->items);
	else
		cost = cost_of_pages(plan, access_plan->items,
							 count_streams(baserel, plan, access));
	cost += baserel->baserestrictcost.startup + estimate_local_cost(baserel);
	if (access->schema->index_name != NULL)
		cost += INDEX_COST;
	if (access_plan->fetches)
		cost += FETCH_COST * access_plan->items;
	return cost;
}

/* ---- how many rows are wanted ---- */

/*
 * Do the rows of the query come one by one from those of its only relation, in
 * the order in which they are read?
 */
static bool
passes_rows_on(PlannerInfo *root, const List *pathkeys)
{
	const Query *query = root->parse;

	return bms_membership(root->all_baserels) == BMS_SINGLETON &&
		!query->hasAggs && !query->hasWindowFuncs && !query->hasTargetSRFs &&
		query->groupClause == NIL && query->groupingSets == NIL &&
		query->distinctClause == NIL && query->setOperations == NULL &&
		query->havingQual == NULL &&
		pathkeys_contained_in(root->sort_pathkeys, unconstify(List *, pathkeys));
}

/*
 * The expressions that tell how many rows are likely to be wanted: LIMIT and
 * OFFSET, or 1 for EXISTS.  They only choose the size of pages: whoever wants
 * more rows gets them.
 */
static List *
find_bounds(PlannerInfo *root, const List *pathkeys)
{
	List	   *bounds = NIL;

	if (!passes_rows_on(root, pathkeys))
		return NIL;
	if (root->parse->limitCount != NULL)
	{
		bounds = lappend(bounds, root->parse->limitCount);
		if (root->parse->limitOffset != NULL)
			bounds = lappend(bounds, root->parse->limitOffset);
	}
	else if (root->tuple_fraction >= 1)
		bounds = list_make1(makeConst(INT8OID, -1, InvalidOid, sizeof(int64),
									  Int64GetDatum((int64) root->tuple_fraction),
									  false, FLOAT8PASSBYVAL));
	if (contain_volatile_functions((Node *) bounds) ||
		contain_subplans((Node *) bounds))
		return NIL;
	return (List *) copyObject(bounds);
}

/* ---- ways to read ---- */

static AccessPlan *
make_access_plan(PlannerInfo *root, RelOptInfo *baserel,
				 const RelationPlan *plan, Access *access, bool fetches)
{
	AccessPlan *access_plan = palloc0(sizeof(AccessPlan));

	access_plan->access = access;
	access_plan->fetches = fetches;
	access_plan->items = estimate_items(root, baserel, plan, access,
										&access_plan->rows);
	return access_plan;
}

/*
 * Adds the index, if it can give the answer: it must have all rows that are
 * asked for.  A local index fetches from the table what it lacks of them.
 */
static void
consider_index(PlannerInfo *root, RelOptInfo *baserel, RelationPlan *plan,
			   KeySchema *schema, Bitmapset *wanted)
{
	Scope		scope = {.table = plan->table, .varno = baserel->relid};
	bool	   *columns = column_set_to_flags(plan->table, wanted);
	bool		fetches;
	Access	   *access;
	AccessPlan *access_plan;

	table_mark_always_read(plan->table, columns);
	fetches = !index_holds_columns(schema, plan->table, columns);
	if ((fetches && schema->is_global) ||
		!index_holds_rows(schema, plan->clauses, baserel->relid))
		return;
	access = access_choose(&scope, schema, plan->clauses);
	if (access->lookup->access != KEY_ACCESS_QUERY ||
		access->schema != schema)
		return;
	access_plan = make_access_plan(root, baserel, plan, access, fetches);
	if (schema->is_global && plan->table->consistent_read)
		plan->inconsistent = lappend(plan->inconsistent, access_plan);
	else
	{
		plan->accesses = lappend(plan->accesses, access_plan);
		baserel->rows = Min(baserel->rows, access_plan->rows);
	}
}

/*
 * Adds the other way to find what a product of lists asks for: each key of it
 * costs, in the table or not, and the table may have fewer items than that.
 */
static void
consider_without_products(PlannerInfo *root, RelOptInfo *baserel,
					   RelationPlan *plan)
{
	Scope		scope = {.table = plan->table, .varno = baserel->relid};
	KeySchema  *schema = key_schema_of_table(plan->table);
	Access	   *access;

	schema->without_products = true;
	access = access_choose(&scope, schema, plan->clauses);
	plan->accesses = lappend(plan->accesses,
							 make_access_plan(root, baserel, plan, access,
											  false));
}

static void
get_relation_size(PlannerInfo *root, RelOptInfo *baserel, Oid relation_id)
{
	RangeTblEntry *rte = planner_rt_fetch(baserel->relid, root);
	RelationPlan *plan = palloc0(sizeof(RelationPlan));
	Oid			user_id = planned_user(root, baserel, rte);
	Scope		scope = {.varno = baserel->relid};
	const TableDescription *description = NULL;
	AccessPlan *access_plan;
	Access	   *access;
	ListCell   *cell;

	baserel->fdw_private = plan;
	plan->table = description_of_table(relation_id, user_id);
	plan->clauses = extract_actual_clauses(baserel->baserestrictinfo, false);
	scope.table = plan->table;
	access = access_choose(&scope, key_schema_of_table(plan->table),
						   plan->clauses);

	/* a statement of one item does not ask, nor one of any items */
	if (access->lookup->access == KEY_ACCESS_QUERY ||
		key_list_is_large_product(access->lookup) ||
		(access->lookup->access == KEY_ACCESS_SCAN &&
		 (plan->clauses != NIL || find_bounds(root, NIL) == NIL)))
		description = key_check_description(plan->table, user_id);
	estimate_table(baserel, plan, description);
	unique_key_tell(baserel, plan->table);
	set_baserel_size_estimates(root, baserel);

	access_plan = make_access_plan(root, baserel, plan, access, false);
	plan->accesses = list_make1(access_plan);
	baserel->rows = access_plan->rows;
	if (key_list_is_large_product(access->lookup))
	{
		/* what a Scan costs is known only of a table that was counted */
		if (description != NULL && description->item_count > 0)
			consider_without_products(root, baserel, plan);
	}
	else if (description != NULL)
	{
		Bitmapset  *wanted = wanted_columns(baserel, plan->clauses);

		foreach(cell, index_schemas(plan->table, description))
			consider_index(root, baserel, plan, lfirst(cell), wanted);
	}
}

/* ---- paths ---- */

/* Does the path key order by the column, as its type does by default? */
static bool
orders_by(const PathKey *pathkey, RelOptInfo *baserel, const Column *column)
{
	TypeCacheEntry *type = lookup_type_cache(column->codec->base_type_id,
											 TYPECACHE_BTREE_OPFAMILY);
	ListCell   *cell;

	if (pathkey->pk_opfamily != type->btree_opf)
		return false;
	foreach(cell, pathkey->pk_eclass->ec_members)
	{
		EquivalenceMember *member = (EquivalenceMember *) lfirst(cell);
		Node	   *expr = (Node *) member->em_expr;

		while (IsA(expr, RelabelType))
			expr = (Node *) ((RelabelType *) expr)->arg;
		if (IsA(expr, Var) &&
			(Index) ((Var *) expr)->varno == baserel->relid &&
			((Var *) expr)->varattno == column->attnum)
			return true;
	}
	return false;
}

/* Is nothing left of the attribute that could be ordered by? */
static bool
orders_whole(const Column *column)
{
	return column->template == NULL;
}

/*
 * Do the items come in the order of the path key, where all attributes of the
 * sort key before this one are fixed?  One that is made of columns may be in
 * the order of the first of them that is not.
 */
static bool
gives_order_of(const Access *access, int number, const PathKey *pathkey,
			   RelOptInfo *baserel)
{
	const Column *column = access->schema->sort[number];
	Oid			collation = pathkey->pk_eclass->ec_collation;
	const Column *field = access->lookup->ordered_by;

	if (column->attnum != 0 && orders_by(pathkey, baserel, column))
		return key_order_is_plain(column, collation);
	return number == access->lookup->sort_fixed && field != NULL &&
		orders_by(pathkey, baserel, field) &&
		field_order_is_plain(field, collation);
}

/*
 * The path keys of the query, as far as a Query gives its rows in their order:
 * that of the sort key, from one end or the other.
 */
static List *
path_keys_of_query(PlannerInfo *root, RelOptInfo *baserel,
				   const Access *access, bool *backward)
{
	const KeySchema *schema = access->schema;
	List	   *pathkeys = NIL;
	int			next = access->lookup->sort_fixed;
	ListCell   *cell;

	*backward = false;
	if (access->lookup->access != KEY_ACCESS_QUERY)
		return NIL;
	foreach(cell, root->query_pathkeys)
	{
		PathKey    *pathkey = (PathKey *) lfirst(cell);
		bool		descending = pathkey_is_descending(pathkey);

		if (next == schema->sort_count ||
			!gives_order_of(access, next, pathkey, baserel) ||
			(pathkeys != NIL && descending != *backward))
			break;
		*backward = descending;
		pathkeys = lappend(pathkeys, pathkey);
		next = orders_whole(access->schema->sort[next]) ? next + 1
			: schema->sort_count;
	}
	return pathkeys;
}

/*
 * A Scan whose segments several processes share.  It divides the work of this
 * machine; DynamoDB has as much to read as before.  Source: cost_seqscan().
 */
static void
add_parallel_path(PlannerInfo *root, RelOptInfo *baserel,
				  const RelationPlan *plan, const ForeignPath *whole)
{
	double		bytes = table_bytes(baserel, plan);
	Cost		local_cost = estimate_local_cost(baserel);
	int			workers;
	double		processes;
	ForeignPath *path;

	if (!baserel->consider_parallel || baserel->lateral_relids != NULL ||
		bytes < SEGMENT_BYTES || plan->uncounted ||
		find_bounds(root, whole->path.pathkeys) != NIL)
		return;
	workers = compute_parallel_worker(baserel, bytes / BLCKSZ, -1,
									  max_parallel_workers_per_gather);
	if (workers <= 0)
		return;
	processes = workers + (parallel_leader_participation ?
						   Max(1.0 - 0.3 * workers, 0) : 0);
	path = make_foreign_path(root, baserel,
							 clamp_row_est(baserel->rows / processes),
							 REQUEST_COST,
							 whole->path.total_cost - local_cost +
							 local_cost / processes,
							 NIL, NULL, whole->fdw_private);
	path->path.parallel_aware = true;
	path->path.parallel_workers = workers;
	add_partial_path(baserel, (Path *) path);
}

/*
 * Adds a path that is read again for each row of the outer relations, if their
 * values are of use to find the items.
 */
static void
add_parameterized_path(PlannerInfo *root, RelOptInfo *baserel,
					   RelationPlan *plan, Relids outer)
{
	ParamPathInfo *info = get_baserel_parampathinfo(root, baserel, outer);
	List	   *clauses = extract_actual_clauses(info->ppi_clauses, false);
	Scope		scope = {
		.table = plan->table,
		.varno = baserel->relid,
		.others_are_values = true
	};
	KeyLookup  *lookup;
	double		rows = info->ppi_rows;
	Cost		cost;
	ForeignPath *path;

	lookup = key_lookup(&scope, key_schema_of_table(plan->table),
						list_concat_copy(plan->clauses, clauses));
	if (list_difference_ptr(lookup->by, plan->clauses) == NIL)
		return;
	switch (lookup->access)
	{
		case KEY_ACCESS_ITEM:
			rows = 1;
			cost = scan_plan_cost_of_items(baserel, 1);
			break;
		case KEY_ACCESS_ITEMS:
			cost = scan_plan_cost_of_items(baserel, lookup->key_count);
			break;
		case KEY_ACCESS_QUERY:
			cost = cost_of_pages(plan, Max(rows,
										   partition_items(root, baserel, plan,
														   lookup)), 1);
			break;
		default:
			return;
	}
	cost += rows * (ITEM_COST + cpu_tuple_cost +
					baserel->baserestrictcost.per_tuple);
	path = make_foreign_path(root, baserel, rows, REQUEST_COST, cost, NIL,
							 outer, list_make3(NIL, makeInteger(false),
											   makeInteger(1)));
	/* several processes would read at several moments, and none would know */
	if (plan->table->reads_at_once)
		path->path.parallel_safe = false;
	add_path(baserel, (Path *) path);
}

static void
get_paths(PlannerInfo *root, RelOptInfo *baserel, Oid relation_id)
{
	RelationPlan *plan = (RelationPlan *) baserel->fdw_private;
	ListCell   *cell;

	foreach(cell, plan->accesses)
	{
		AccessPlan *access_plan = (AccessPlan *) lfirst(cell);
		Access	   *access = access_plan->access;
		bool		backward;
		List	   *pathkeys = path_keys_of_query(root, baserel, access,
												  &backward);
		List	   *private = list_make3(index_to_list(access->schema,
													   plan->table),
										 makeInteger(backward),
										 makeInteger(count_streams(baserel,
																   plan,
																   access)));
		ForeignPath *path;

		Assert(list_length(private) == PATH_PRIVATE_COUNT);
		/*
		 * All have the rows of the relation, however they are found:
		 * add_path() takes a path with fewer rows for one that needs more
		 * from outside (pathnode.c), and keeps it beside cheaper ones.
		 */
		path = make_foreign_path(root, baserel, baserel->rows, REQUEST_COST,
								 estimate_scan_cost(baserel, plan,
													access_plan),
								 pathkeys, baserel->lateral_relids, private);

		/*
		 * Several processes would each read all of it, and be billed for
		 * that.  An Append, too, is asynchronous only if it is not
		 * parallel-safe (create_append_plan() in createplan.c).
		 */
		path->path.parallel_safe = false;
		/* each process would look up the keys, if they turn out to be few */
		if (access->lookup->access == KEY_ACCESS_SCAN &&
			!access->schema->without_products)
			add_parallel_path(root, baserel, plan, path);
		add_path(baserel, (Path *) path);
	}
	foreach(cell, plan_parameter_sources(root, baserel, plan->table))
		add_parameterized_path(root, baserel, plan, lfirst(cell));
}

/* ---- plans ---- */

bool
scan_plan_locks_rows(PlannerInfo *root, const RelOptInfo *baserel)
{
	PlanRowMark *mark = get_plan_rowmark(root->rowMarks, baserel->relid);

	return mark != NULL && mark->strength != LCS_NONE;
}

/* The names of indexes that only consistent_read keeps from being cheaper. */
static List *
indexes_not_used(const RelOptInfo *baserel, const Path *path)
{
	const RelationPlan *plan = (const RelationPlan *) baserel->fdw_private;
	List	   *names = NIL;
	ListCell   *cell;

	foreach(cell, plan->inconsistent)
	{
		const AccessPlan *access_plan = (AccessPlan *) lfirst(cell);
		const char *name = access_plan->access->schema->index_name;

		if (estimate_scan_cost(baserel, plan, access_plan) < path->total_cost)
			names = lappend(names, makeString(pstrdup(name)));
	}
	return names;
}

/*
 * Is no column wanted, and can DynamoDB be told all that the clauses say?
 * Then only the number of items has to come.
 */
static bool
only_counts(RelOptInfo *baserel, const RelationPlan *plan,
			const List *index, List *clauses)
{
	Scope		scope = {.table = plan->table, .varno = baserel->relid};
	Access	   *access;

	if (baserel->reltarget->exprs != NIL)
		return false;
	access = access_choose(&scope, index_from_list(index, plan->table),
						   clauses);
	return access->exact &&
		(access->lookup->access == KEY_ACCESS_QUERY ||
		 access->lookup->access == KEY_ACCESS_SCAN);
}

static ForeignScan *
get_plan(PlannerInfo *root, RelOptInfo *baserel, Oid relation_id,
		 ForeignPath *best_path, List *target_list, List *scan_clauses,
		 Plan *outer_plan)
{
	RelationPlan *plan = (RelationPlan *) baserel->fdw_private;
	List	   *clauses = extract_actual_clauses(scan_clauses, false);
	List	   *index = list_nth(best_path->fdw_private, PATH_PRIVATE_INDEX);
	List	   *bounds = find_bounds(root, best_path->path.pathkeys);
	List	   *private = NIL;
	int			flags = 0;

	if (best_path->path.pathkeys != NIL)
		flags |= SCAN_FLAG_ORDERED;
	if (intVal(list_nth(best_path->fdw_private, PATH_PRIVATE_BACKWARD)) != 0)
		flags |= SCAN_FLAG_BACKWARD;

	if (flags == 0 && bounds == NIL &&
		only_counts(baserel, plan, index, clauses))
		flags |= SCAN_FLAG_COUNT;
	/* rows may turn out to be gone when they are to be locked */
	if (root->parse->limitCount != NULL &&
		root->parse->limitOption == LIMIT_OPTION_COUNT &&
		!scan_plan_locks_rows(root, baserel))
		flags |= SCAN_FLAG_LIMIT;
	if (root->tuple_fraction == 0)
		flags |= SCAN_FLAG_TO_END;

	private = list_make5(column_set_to_list(wanted_columns(baserel, clauses)),
						 projection_inside(root, baserel, plan->table),
						 makeInteger(flags),
						 index, indexes_not_used(baserel, &best_path->path));
	private = lappend(private, makeInteger(list_length(bounds)));
	private = lappend(private, bounds != NIL ? makeInteger(1)
					  : list_nth(best_path->fdw_private, PATH_PRIVATE_STREAMS));
	Assert(list_length(private) == SCAN_PRIVATE_COUNT);

	/*
	 * All clauses stay in the qualification, so that EvalPlanQual() has
	 * nothing else to recheck (ForeignRecheck() in nodeForeignscan.c).  Of
	 * rows that are only counted nothing could be checked; those are none
	 * that it looks at, for such a relation has a whole row in its target
	 * list (preprocess_targetlist() in preptlist.c).  fdw_exprs gets a copy:
	 * set_plan_refs() may change each list where it is.
	 */
	return make_foreignscan(target_list,
							flags & SCAN_FLAG_COUNT ? NIL : clauses,
							baserel->relid,
							list_concat(copyObject(clauses), bounds),
							private, NIL, NIL, outer_plan);
}

bool
scan_plan_is_ours(const RelOptInfo *rel)
{
	return rel->fdwroutine != NULL &&
		rel->fdwroutine->GetForeignRelSize == get_relation_size;
}

void
scan_plan_set_callbacks(FdwRoutine *routine)
{
	routine->GetForeignRelSize = get_relation_size;
	routine->GetForeignPaths = get_paths;
	routine->GetForeignPlan = get_plan;
}
