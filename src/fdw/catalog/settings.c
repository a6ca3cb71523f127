/*
 * settings.c
 *		The settings (GUCs) dynamorm_fdw.*.
 */
#include "postgres.h"

#include "compat.h"

#include <limits.h>

#include "utils/guc.h"

#include "fdw/catalog/option.h"
#include "fdw/catalog/settings.h"

int			transaction_mode_setting = -1;
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

/* Refuses the mode that is planned but does not work yet. */
static bool
check_transaction_mode(int *newval, void **extra, GucSource source)
{
	if (*newval == TRANSACTION_ATOMIC)
	{
		GUC_check_errcode(ERRCODE_FEATURE_NOT_SUPPORTED);
		GUC_check_errmsg("transaction mode \"atomic\" is not supported yet");
		return false;
	}
	return true;
}

void
settings_define(void)
{
	DefineCustomEnumVariable("dynamorm_fdw.transaction_mode",
							 "How writes to DynamoDB take part in transactions.",
							 "An empty value leaves it to the options of the table and the server.",
							 &transaction_mode_setting,
							 -1,
							 transaction_modes,
							 PGC_USERSET,
							 0,
							 check_transaction_mode,
							 NULL,
							 NULL);

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
