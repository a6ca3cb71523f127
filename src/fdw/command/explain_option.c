/*
 * explain_option.c
 *		The option DYNAMODB of EXPLAIN, which PostgreSQL 18 and later have:
 *		requests as they were sent.
 */
#include "postgres.h"

#include "compat.h"

#include "commands/defrem.h"

#include "fdw/command/explain_option.h"
#include "fdw/explain_show.h"

#if EXPLAIN_HAS_OPTIONS

static explain_validate_options_hook_type previous_validate = NULL;

static void
apply_option(ExplainState *es, DefElem *option, ParseState *pstate)
{
	explain_set_shows_requests(es, defGetBoolean(option));
}

/* What is not run sends nothing. */
static void
validate_options(ExplainState *es, List *options, ParseState *pstate)
{
	if (previous_validate != NULL)
		previous_validate(es, options, pstate);
	if (explain_shows_requests(es) && !es->analyze)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("EXPLAIN option %s requires ANALYZE", "DYNAMODB")));
}

void
explain_option_register(void)
{
	register_explain_option("dynamodb", apply_option);
	previous_validate = explain_validate_options_hook;
	explain_validate_options_hook = validate_options;
}

#else

void
explain_option_register(void)
{
}

#endif
