/*
 * settings.c
 *		The settings (GUCs) dynamorm_fdw.*.
 */
#include "postgres.h"

#include "compat.h"

#include <limits.h>

#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"

#include "client/credential/session_tag.h"
#include "client/request/commit_marker.h"
#include "client/request/shared_statistics.h"
#include "client/request/slow_request.h"
#include "client/request/unit_limit.h"
#include "fdw/catalog/settings.h"
#include "translate/table/table_expiry.h"
#include "translate/table/table_options.h"

/* Entries of less than half a kilobyte. */
#define MOST_STAT_OPERATIONS	1000000

/* A token is good for ten minutes, and clocks differ. */
#define MOST_COMMIT_TIMEOUT		300000

int			transaction_mode_setting = -1;
int			commit_timeout = MOST_COMMIT_TIMEOUT;
char	   *idempotency_key = "";
int			max_read_units = 1000000;
bool		report_conditions = false;
char	   *session_tags = "";
bool		enable_batch_insert = true;
bool		enable_batch_join = true;
bool		enable_concurrent_writes = true;

static const struct config_enum_entry transaction_modes[] = {
	{"", -1, true},
	{"immediate", TRANSACTION_IMMEDIATE, false},
	{"atomic", TRANSACTION_ATOMIC, false},
	{NULL, 0, false}
};

/* It becomes part of the key of an item. */
static bool
check_idempotency_key(char **newval, void **extra, GucSource source)
{
	if (*newval == NULL || strlen(*newval) <= COMMIT_KEY_LIMIT)
		return true;
	GUC_check_errdetail("An idempotency key has at most %d bytes.",
						COMMIT_KEY_LIMIT);
	return false;
}

static bool
check_session_tags(char **newval, void **extra, GucSource source)
{
	const char *problem = *newval == NULL ? NULL
		: session_tag_problem(*newval, false);

	if (problem == NULL || strcmp(*newval, SESSION_TAG_REFUSED) == 0)
		return true;
	GUC_check_errdetail("%s", problem);
	return false;
}

static void
define_transactions(void)
{
	DefineCustomEnumVariable("dynamorm_fdw.transaction_mode",
							 "How writes to DynamoDB take part in transactions.",
							 "An empty value leaves it to the options of the table and the server.",
							 &transaction_mode_setting,
							 -1,
							 transaction_modes,
							 PGC_USERSET,
							 0,
							 NULL,
							 NULL,
							 NULL);

	DefineCustomIntVariable("dynamorm_fdw.commit_timeout",
							"The longest time for which COMMIT tries to send what was written.",
							"statement_timeout does not end a COMMIT.",
							&commit_timeout,
							MOST_COMMIT_TIMEOUT,
							100,
							MOST_COMMIT_TIMEOUT,
							PGC_USERSET,
							GUC_UNIT_MS,
							NULL,
							NULL,
							NULL);

	DefineCustomStringVariable("dynamorm_fdw.idempotency_key",
							   "What the transaction does is done once under this key.",
							   "Another transaction that commits under it gets a unique violation.",
							   &idempotency_key,
							   "",
							   PGC_USERSET,
							   0,
							   check_idempotency_key,
							   NULL,
							   NULL);
}

/*
 * The memory is taken when the server starts, by the libraries that are loaded
 * then.  For others the setting only is known, and means nothing.
 */
static void
define_observation(void)
{
	DefineCustomIntVariable("dynamorm_fdw.log_min_duration",
							"Logs requests to DynamoDB that take at least so long.",
							"-1 logs none, 0 all.",
							&slow_request_duration,
							-1,
							-1,
							INT_MAX,
							PGC_SUSET,
							GUC_UNIT_MS,
							NULL,
							NULL,
							NULL);

	DefineCustomIntVariable("dynamorm_fdw.max_stat_operations",
							"The most rows of dyn_stat_operations, for which shared memory is taken.",
							NULL,
							&shared_statistics_limit,
							5000,
							100,
							MOST_STAT_OPERATIONS,
							process_shared_preload_libraries_in_progress
							? PGC_POSTMASTER : PGC_SIGHUP,
							0,
							NULL,
							NULL,
							NULL);
}

/* Where that comes from which RESET brings back. */
static GucSource
source_of_reset(const char *name)
{
	int			count;
	struct config_generic **settings = all_settings(&count);

	for (int i = 0; i < count; i++)
		if (pg_strcasecmp(settings[i]->name, name) == 0)
			return settings[i]->reset_source;
	return PGC_S_DEFAULT;
}

/*
 * What was set before the library was loaded is applied now, if who has set it
 * may set this (define_custom_variable() in guc.c).  A client who may not has
 * hidden with it what is set for his role.  So tags that are refused take its
 * place, which parallel workers get as well.
 */
static void
define_session_tags(void)
{
	const char *name = "dynamorm_fdw.session_tags";
	GucSource	source = source_of_reset(name);

	DefineCustomStringVariable(name,
							   "Tags of the sessions of roles that user mappings assume.",
							   "They go before those of the user mapping's option session_tags.",
							   &session_tags,
							   "",
							   PGC_SUSET,
							   0,
							   check_session_tags,
							   NULL,
							   NULL);
	if (source_of_reset(name) != source)
		SetConfigOption(name, SESSION_TAG_REFUSED, PGC_SUSET, source);
}

static void
define_reads(void)
{
	DefineCustomIntVariable("dynamorm_fdw.max_read_units",
							"The most read units that one statement may consume.",
							"0 means that there is no limit.",
							&max_read_units,
							1000000,
							0,
							INT_MAX,
							PGC_SUSET,
							0,
							NULL,
							NULL,
							NULL);

	DefineCustomBoolVariable("dynamorm_fdw.show_expired",
							 "Shows items that foreign tables with the option \"hide_expired\" hide.",
							 NULL,
							 &show_expired,
							 false,
							 PGC_USERSET,
							 0,
							 NULL,
							 NULL,
							 NULL);
}

static void
define_rates(void)
{
	DefineCustomIntVariable("dynamorm_fdw.read_units_per_second",
							"The most read units that the sessions of a role may use a second.",
							"0 means that there is no limit.",
							&unit_limit_role_reads,
							0,
							0,
							INT_MAX,
							PGC_SUSET,
							0,
							NULL,
							NULL,
							NULL);

	DefineCustomIntVariable("dynamorm_fdw.write_units_per_second",
							"The most write units that the sessions of a role may use a second.",
							"0 means that there is no limit.",
							&unit_limit_role_writes,
							0,
							0,
							INT_MAX,
							PGC_SUSET,
							0,
							NULL,
							NULL,
							NULL);
}

static void
define_execution(void)
{
	DefineCustomBoolVariable("dynamorm_fdw.enable_batch_insert",
							 "Enables the insertion of several rows by one request.",
							 NULL,
							 &enable_batch_insert,
							 true,
							 PGC_USERSET,
							 GUC_EXPLAIN,
							 NULL,
							 NULL,
							 NULL);

	DefineCustomBoolVariable("dynamorm_fdw.enable_batch_join",
							 "Enables the planner's use of batch joins.",
							 NULL,
							 &enable_batch_join,
							 true,
							 PGC_USERSET,
							 GUC_EXPLAIN,
							 NULL,
							 NULL,
							 NULL);

	DefineCustomBoolVariable("dynamorm_fdw.enable_concurrent_writes",
							 "Enables several writes at once of rows that come from joins.",
							 NULL,
							 &enable_concurrent_writes,
							 true,
							 PGC_USERSET,
							 GUC_EXPLAIN,
							 NULL,
							 NULL,
							 NULL);
}

void
settings_define(void)
{
	define_transactions();
	define_observation();
	define_session_tags();
	define_reads();
	define_rates();

	DefineCustomBoolVariable("dynamorm_fdw.report_conditions",
							 "Reports why an UPDATE or DELETE of one key changed no row.",
							 NULL,
							 &report_conditions,
							 false,
							 PGC_USERSET,
							 0,
							 NULL,
							 NULL,
							 NULL);

	define_execution();
	MarkGUCPrefixReserved("dynamorm_fdw");
}
