/*
 * dynamorm_fdw.c
 *		Module entry: the magic block, the settings and the handler.
 */
#include "postgres.h"

#include "compat.h"

#include "foreign/fdwapi.h"

#include "client/request/statistics.h"
#include "client/request/unit_limit.h"
#include "fdw/callbacks.h"
#include "fdw/catalog/option.h"
#include "fdw/catalog/settings.h"
#include "fdw/command/explain_option.h"
#include "fdw/plan/hook.h"
#include "fdw/read/open_scan.h"
#include "fdw/session/parallel.h"
#include "fdw/session/planning.h"
#include "fdw/session/preload.h"
#include "fdw/session/running_query.h"
#include "fdw/session/transaction.h"
#include "fdw/session/written.h"
#include "fdw/write/write_behind.h"

MODULE_MAGIC("dynamorm_fdw", "1.2");

extern PGDLLEXPORT void _PG_init(void);

PG_FUNCTION_INFO_V1(dynamorm_fdw_handler);

void
_PG_init(void)
{
	settings_define();
	option_register();
	transaction_register();
	planning_register();
	preload_register();
	statistics_register();
	unit_limit_register();
	open_scan_register();
	written_register();
	parallel_register();
	running_query_register();
	hook_register();
	explain_option_register();
	write_behind_register();
}

/*
 * Source: PostgreSQL documentation, "Foreign Data Wrapper Callback Routines".
 */
Datum
dynamorm_fdw_handler(PG_FUNCTION_ARGS)
{
	FdwRoutine *routine = makeNode(FdwRoutine);

	scan_plan_set_callbacks(routine);
	modify_plan_set_callbacks(routine);
	scan_set_callbacks(routine);
	row_lock_set_callbacks(routine);
	modify_set_callbacks(routine);
	direct_set_callbacks(routine);
	analyze_set_callbacks(routine);
	truncate_set_callbacks(routine);
	import_set_callbacks(routine);
	explain_set_callbacks(routine);

	PG_RETURN_POINTER(routine);
}
