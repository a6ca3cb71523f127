/*
 * stat_function.c
 *		The session's statistics as SQL: the function behind the view
 *		dyn_stat_requests, and its reset.
 */
#include "postgres.h"

#include "compat.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "client/request/statistics.h"
#include "translate/table/identifier.h"

#define STATISTICS_COLUMNS	11

PG_FUNCTION_INFO_V1(dyn_stat_get_requests);
PG_FUNCTION_INFO_V1(dyn_stat_reset);

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

static HeapTuple
make_statistics_row(TupleDesc descriptor, const RequestStatistics *one)
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
	return heap_form_tuple(descriptor, values, nulls);
}

Datum
dyn_stat_get_requests(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext old;
		int			count;

		call = SRF_FIRSTCALL_INIT();
		old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		if (get_call_result_type(fcinfo, NULL, &call->tuple_desc) !=
			TYPEFUNC_COMPOSITE)
			elog(ERROR, "dyn_stat_get_requests does not return rows");
		call->user_fctx = statistics_get(&count);
		call->max_calls = count;
		MemoryContextSwitchTo(old);
	}
	call = SRF_PERCALL_SETUP();
	if (call->call_cntr < call->max_calls)
	{
		RequestStatistics *statistics = call->user_fctx;
		HeapTuple	row = make_statistics_row(call->tuple_desc,
												&statistics[call->call_cntr]);

		SRF_RETURN_NEXT(call, HeapTupleGetDatum(row));
	}
	SRF_RETURN_DONE(call);
}

Datum
dyn_stat_reset(PG_FUNCTION_ARGS)
{
	statistics_reset();
	PG_RETURN_VOID();
}
