/*
 * budget.h
 *		dynamorm_fdw.max_read_units, before a read begins and while it goes on.
 */
#ifndef DYNAMORM_FDW_BUDGET_H
#define DYNAMORM_FDW_BUDGET_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "client/request/statistics.h"
#include "translate/table/table.h"

/*
 * Raises 53400 if a Scan of the whole table, as a user, would use more than
 * dynamorm_fdw.max_read_units, as far as DynamoDB tells its size.  barred: the
 * indexes that only consistent_read keeps from being asked instead (String).
 */
extern void budget_check_scan(const Table *table, Oid user_id, List *barred);

/* Have the reads counted used more than dynamorm_fdw.max_read_units? */
extern bool budget_is_spent(const RequestCounters *counters);

/* Raises 53400 if they have; scans: they are a Scan's. */
extern void budget_check_used(const Table *table,
							  const RequestCounters *counters, bool scans);

#endif							/* DYNAMORM_FDW_BUDGET_H */
