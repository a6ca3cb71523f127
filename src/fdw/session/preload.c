/*
 * preload.c
 *		Tells whoever creates the extension how to have the library loaded when
 *		a session begins.
 *
 * Core refuses the first ON CONFLICT of a session that has not loaded it,
 * since nobody tells it about the key (infer_arbiter_indexes() in plancat.c).
 */
#include "postgres.h"

#include "compat.h"

#include "access/xact.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "fdw/session/preload.h"

static bool is_to_be_told = false;

static void
tell_how_to_preload(void)
{
	const char *others = GetConfigOption("session_preload_libraries", true,
										 false);
	bool		has_others = others != NULL && others[0] != '\0';

	ereport(NOTICE,
			(errmsg("INSERT ... ON CONFLICT needs dynamorm_fdw to be loaded when a session begins"),
			 errhint("Use ALTER DATABASE %s SET session_preload_libraries = %s%sdynamorm_fdw;",
					 quote_identifier(get_database_name(MyDatabaseId)),
					 has_others ? others : "", has_others ? ", " : "")));
}

static void
tell_at_commit(XactEvent event, void *argument)
{
	bool		is_now = is_to_be_told && event == XACT_EVENT_PRE_COMMIT;

	is_to_be_told = false;
	if (is_now)
		tell_how_to_preload();
}

/*
 * Where the extension's script is what loads the library, nothing does so when
 * a session begins.  Below WARNING, nothing that is said during the script
 * gets out (execute_extension_script() in extension.c).
 */
void
preload_register(void)
{
	is_to_be_told = creating_extension;
	if (is_to_be_told)
		RegisterXactCallback(tell_at_commit, NULL);
}
