/*
 * planning.c
 *		Whether PostgreSQL is planning.
 */
#include "postgres.h"

#include "compat.h"

#include "optimizer/planner.h"

#include "fdw/session/planning.h"

static planner_hook_type next_planner;
static bool is_planning = false;

static PlannedStmt *
plan_statement(PLANNER_HOOK_ARGUMENTS)
{
	PlannedStmt *volatile statement = NULL;
	bool		before = is_planning;

	is_planning = true;
	PG_TRY();
	{
		statement = next_planner != NULL
			? next_planner(PLANNER_HOOK_VALUES)
			: standard_planner(PLANNER_HOOK_VALUES);
	}
	PG_FINALLY();
	{
		is_planning = before;
	}
	PG_END_TRY();
	return statement;
}

void
planning_register(void)
{
	next_planner = planner_hook;
	planner_hook = plan_statement;
}

bool
planning_is_under_way(void)
{
	return is_planning;
}
