/*
 * hook.c
 *		The planner's hooks, and who is called from them.
 *
 * Whoever else has taken a hook before comes first.
 */
#include "postgres.h"

#include "compat.h"

#include "optimizer/paths.h"
#include "optimizer/planner.h"

#include "fdw/plan/batch_join_plan.h"
#include "fdw/plan/conflict_plan.h"
#include "fdw/plan/hook.h"
#include "fdw/plan/read_first_plan.h"
#include "fdw/plan/returning_plan.h"
#include "fdw/plan/system_column_plan.h"
#include "fdw/read/batch_join.h"
#include "fdw/read/read_first.h"

static planner_hook_type previous_planner = NULL;
static create_upper_paths_hook_type previous_upper_paths = NULL;
static set_join_pathlist_hook_type previous_join_pathlist = NULL;

/*
 * The paths of a query are complete, and its plan has not been made.
 *
 * System columns come first: they are refused in all queries, and a query that
 * is refused asks DynamoDB nothing, while the conflict clause may have to ask
 * for the key.  The conflict clause comes before the rows are looked at, so
 * that what is wrong with the statement by itself is said before what is wrong
 * with the tables that it reads.  What is put over the rows comes last: it may
 * look at the path as it will be planned, and nobody has to look through it.
 */
static void
upper_paths_made(PlannerInfo *root, UpperRelationKind stage,
				 RelOptInfo *input_rel, RelOptInfo *output_rel, void *extra)
{
	ListCell   *cell;

	if (previous_upper_paths != NULL)
		previous_upper_paths(root, stage, input_rel, output_rel, extra);
	if (stage != UPPERREL_FINAL)
		return;
	system_column_plan_query(root);
	foreach(cell, output_rel->pathlist)
	{
		ModifyTablePath *path = (ModifyTablePath *) lfirst(cell);

		if (!IsA(path, ModifyTablePath))
			continue;
		conflict_plan_path(root, path);
		read_first_plan_path(root, path);
	}
}

static void
join_paths_made(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *outerrel,
				RelOptInfo *innerrel, JoinType type, JoinPathExtraData *extra)
{
	if (previous_join_pathlist != NULL)
		previous_join_pathlist(root, joinrel, outerrel, innerrel, type, extra);
	batch_join_plan_paths(root, joinrel, outerrel, innerrel, type, extra);
}

static PlannedStmt *
prepare_and_plan(PLANNER_HOOK_ARGUMENTS)
{
	PlannedStmt *statement;

	returning_plan_simplify(parse);
	statement = previous_planner != NULL
		? previous_planner(PLANNER_HOOK_VALUES)
		: standard_planner(PLANNER_HOOK_VALUES);
	conflict_plan_finish(statement);
	return statement;
}

void
hook_register(void)
{
	if (PLANNER_HOOK_IS_NEEDED)
	{
		previous_planner = planner_hook;
		planner_hook = prepare_and_plan;
	}
	previous_upper_paths = create_upper_paths_hook;
	create_upper_paths_hook = upper_paths_made;
	previous_join_pathlist = set_join_pathlist_hook;
	set_join_pathlist_hook = join_paths_made;
	read_first_register_methods();
	batch_join_register_methods();
}
