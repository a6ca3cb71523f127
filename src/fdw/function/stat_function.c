/*
 * stat_function.c
 *		Statistics as SQL: the functions behind the views dyn_stat_requests, of
 *		the session, and dyn_stat_operations, of all sessions; their resets.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_authid.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "client/request/shared_statistics.h"
#include "client/request/statistics.h"
#include "translate/table/identifier.h"

#define STATISTICS_COLUMNS	13
#define OPERATIONS_COLUMNS	17

PG_FUNCTION_INFO_V1(dyn_stat_get_requests);
PG_FUNCTION_INFO_V1(dyn_stat_reset);
PG_FUNCTION_INFO_V1(dyn_stat_get_operations);
PG_FUNCTION_INFO_V1(dyn_stat_operations_reset);

static Datum
milliseconds(int64 microseconds)
{
	return Float8GetDatum((double) microseconds / 1000);
}

/* NULL: none was named, or the database's encoding cannot show it. */
static Datum
table_name_datum(const char *name, bool *is_null)
{
	const char *text = identifier_to_server(name);

	*is_null = name[0] == '\0' || text == NULL;
	return *is_null ? (Datum) 0 : CStringGetTextDatum(text);
}

/* Of the session; added to the rows that the function returns. */
static void
add_requests_row(ReturnSetInfo *result, const RequestStatistics *one)
{
	const RequestCounters *counters = &one->counters;
	Datum		values[STATISTICS_COLUMNS];
	bool		nulls[STATISTICS_COLUMNS] = {false};

	values[0] = ObjectIdGetDatum(one->server_id);
	values[1] = table_name_datum(one->table_name, &nulls[1]);
	values[2] = CStringGetTextDatum(one->operation);
	values[3] = Int64GetDatum(counters->calls);
	values[4] = Int64GetDatum(counters->requests);
	values[5] = Int64GetDatum(counters->retries);
	values[6] = Int64GetDatum(counters->throttles);
	values[7] = Int64GetDatum(counters->unknown_outcomes);
	values[8] = Float8GetDatum(counters->capacity_units);
	values[9] = milliseconds(counters->time);
	values[10] = milliseconds(counters->max_time);
	values[11] = Int64GetDatum(counters->limit_waits);
	values[12] = milliseconds(counters->limit_time);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
dyn_stat_get_requests(PG_FUNCTION_ARGS)
{
	const RequestStatistics *statistics;
	int			count;

	InitMaterializedSRF(fcinfo, 0);
	statistics = statistics_get(&count);
	for (int i = 0; i < count; i++)
		add_requests_row((ReturnSetInfo *) fcinfo->resultinfo, &statistics[i]);
	return (Datum) 0;
}

Datum
dyn_stat_reset(PG_FUNCTION_ARGS)
{
	statistics_reset();
	PG_RETURN_VOID();
}

/* ---- of all sessions ---- */

/* The session's own, where nothing is shared: of no role, and no statement. */
static SharedStatistics *
own_operations(int *count)
{
	const RequestStatistics *own = statistics_get(count);
	SharedStatistics *result = palloc0(*count * sizeof(SharedStatistics));

	for (int i = 0; i < *count; i++)
	{
		SharedKey  *key = &result[i].key;

		key->database_id = MyDatabaseId;
		key->server_id = own[i].server_id;
		strlcpy(key->table_name, own[i].table_name, sizeof(key->table_name));
		strlcpy(key->operation, own[i].operation, sizeof(key->operation));
		shared_counters_add(&result[i].counters, &own[i].counters);
	}
	return result;
}

/* As pg_stat_statements has it, rows of other roles are for some alone. */
static SharedStatistics *
visible_operations(int *count)
{
	Oid			of_role = GetUserId();

	if (!shared_statistics_exist())
		return own_operations(count);
	statistics_flush();
	if (has_privs_of_role(of_role, ROLE_PG_READ_ALL_STATS))
		of_role = InvalidOid;
	return shared_statistics_get(of_role, count);
}

/* NULL: there is none. */
static Datum
oid_datum(Oid oid, bool *is_null)
{
	*is_null = !OidIsValid(oid);
	return ObjectIdGetDatum(oid);
}

static void
add_operations_row(ReturnSetInfo *result, const SharedStatistics *one)
{
	const SharedKey *key = &one->key;
	const SharedCounters *counters = &one->counters;
	Datum		values[OPERATIONS_COLUMNS];
	bool		nulls[OPERATIONS_COLUMNS] = {false};

	values[0] = oid_datum(key->database_id, &nulls[0]);
	values[1] = oid_datum(key->role_id, &nulls[1]);
	values[2] = oid_datum(key->server_id, &nulls[2]);
	values[3] = table_name_datum(key->table_name, &nulls[3]);
	values[4] = CStringGetTextDatum(key->operation);
	values[5] = Int64GetDatum((int64) key->query_id);
	values[6] = Int64GetDatum(counters->calls);
	values[7] = Int64GetDatum(counters->requests);
	values[8] = Int64GetDatum(counters->retries);
	values[9] = Int64GetDatum(counters->throttles);
	values[10] = Int64GetDatum(counters->unknown_outcomes);
	values[11] = Float8GetDatum(counters->read_units);
	values[12] = Float8GetDatum(counters->write_units);
	values[13] = milliseconds(counters->time);
	values[14] = milliseconds(counters->max_time);
	values[15] = Int64GetDatum(counters->limit_waits);
	values[16] = milliseconds(counters->limit_time);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
dyn_stat_get_operations(PG_FUNCTION_ARGS)
{
	const SharedStatistics *statistics;
	int			count;

	InitMaterializedSRF(fcinfo, 0);
	statistics = visible_operations(&count);
	for (int i = 0; i < count; i++)
		add_operations_row((ReturnSetInfo *) fcinfo->resultinfo,
						   &statistics[i]);
	return (Datum) 0;
}

/* What this session has not added yet goes too. */
Datum
dyn_stat_operations_reset(PG_FUNCTION_ARGS)
{
	if (shared_statistics_exist())
	{
		statistics_flush();
		shared_statistics_reset();
	}
	else
		statistics_reset();
	PG_RETURN_VOID();
}
