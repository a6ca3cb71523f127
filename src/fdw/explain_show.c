/*
 * explain_show.c
 *		What all nodes show in EXPLAIN.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/rls.h"

#include "compat.h"

#include "client/request/request_trace.h"
#include "fdw/explain_show.h"
#include "fdw/statement_counters.h"

const char *
explain_batch_operation(const Table *table)
{
	return table->reads_at_once ? "TransactGetItems" : "BatchGetItem";
}

void
explain_show_operation(const char *operation, const Table *table,
					   ExplainState *es)
{
	ExplainPropertyText("DynamoDB Operation",
						operation == NULL ? "none: nothing can match"
						: psprintf("%s on %s", operation, table->table_name),
						es);
}

static void
show_request_counts(const char *prefix, const RequestCounters *counters,
					ExplainState *es)
{
	ExplainPropertyInteger(psprintf("%sDynamoDB Requests", prefix), NULL,
						   counters->requests, es);
	if (counters->retries > 0 || es->verbose)
		ExplainPropertyInteger(psprintf("%sDynamoDB Retries", prefix), NULL,
							   counters->retries, es);
	if (counters->throttles > 0 || es->verbose)
		ExplainPropertyInteger(psprintf("%sDynamoDB Throttles", prefix), NULL,
							   counters->throttles, es);
}

bool
explain_shows_requests(ExplainState *es)
{
	const bool *shows = explain_extension_state(es);

	return shows != NULL && *shows;
}

void
explain_set_shows_requests(ExplainState *es, bool shows)
{
	bool	   *kept = palloc(sizeof(bool));

	*kept = shows;
	set_explain_extension_state(es, kept);
}

/*
 * A request may hold what a view, a policy or a column's privilege keeps from
 * the user: the key of an item that was read and left out, a whole item that
 * is moved, a hidden row's value that its policy asks for.  So he has to be
 * somebody who could read all of it.
 */
static bool
may_see_requests(const ExplainState *es)
{
	Oid			user_id = GetUserId();
	bool		reads_all = has_privs_of_role(user_id, ROLE_PG_READ_ALL_DATA);
	ListCell   *cell;

	if (es->pstmt == NULL)
		return false;
	foreach(cell, es->pstmt->rtable)
	{
		const RangeTblEntry *entry = lfirst_node(RangeTblEntry, cell);

		if (!OidIsValid(entry->relid))
			continue;
		if (check_enable_rls(entry->relid, user_id, true) == RLS_ENABLED)
			return false;
		if (!reads_all &&
			(entry->relkind == RELKIND_VIEW ||
			 pg_class_aclcheck(entry->relid, user_id,
							   ACL_SELECT) != ACLCHECK_OK))
			return false;
	}
	return true;
}

static void
show_requests(const RequestCounters *counters, ExplainState *es)
{
	List	   *texts;
	ListCell   *cell;

	if (counters->trace == NULL || !explain_shows_requests(es))
		return;
	texts = request_trace_texts(counters->trace, may_see_requests(es));
	if (es->format != EXPLAIN_FORMAT_TEXT)
	{
		ExplainPropertyList("DynamoDB Sent", texts, es);
		return;
	}
	foreach(cell, texts)
		ExplainPropertyText("DynamoDB Sent", lfirst(cell), es);
}

void
explain_show_counters(const RequestCounters *counters, ExplainState *es)
{
	const RequestCounters *total;

	if (!es->analyze)
		return;
	show_requests(counters, es);
	show_request_counts("", counters, es);
	ExplainPropertyInteger("Items Scanned", NULL, counters->items_scanned, es);
	ExplainPropertyInteger("Items Returned", NULL, counters->items_returned,
						   es);
	ExplainPropertyFloat("Capacity Units", NULL, counters->capacity_units, 1,
						 es);

	total = statement_counters_to_show(counters, es);
	if (total == NULL)
		return;
	show_request_counts("Total ", total, es);
	ExplainPropertyFloat("Total Capacity Units", NULL, total->capacity_units,
						 1, es);
}

void
explain_show_read_ahead(int64 items, ExplainState *es)
{
	if (es->analyze && items > 0)
		ExplainPropertyInteger("Items Read Ahead", NULL, items, es);
}
