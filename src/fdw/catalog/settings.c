/*
 * settings.c
 *		The settings (GUCs) dynamorm_fdw.*.
 */
#include "postgres.h"

#include "compat.h"

#include <limits.h>

#include "utils/guc.h"

#include "client/request/commit_marker.h"
#include "fdw/catalog/settings.h"
#include "translate/table/table_expiry.h"
#include "translate/table/table_options.h"

/* A token is good for ten minutes, and clocks differ. */
#define MOST_COMMIT_TIMEOUT		300000

int			transaction_mode_setting = -1;
int			commit_timeout = MOST_COMMIT_TIMEOUT;
char	   *idempotency_key = "";
int			max_read_units = 1000000;
bool		report_conditions = false;
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
							PGC_USERSET,
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

void
settings_define(void)
{
	define_transactions();
	define_reads();

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

	MarkGUCPrefixReserved("dynamorm_fdw");
}
