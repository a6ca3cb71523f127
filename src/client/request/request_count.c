/*
 * request_count.c
 *		What a request is counted as: for EXPLAIN, for
 *		dynamorm_fdw.max_read_units, and for the session.
 */
#include "postgres.h"

#include "compat.h"

#include "client/http/clock.h"
#include "client/request/request_count.h"
#include "client/request/request_state.h"
#include "client/request/slow_request.h"

/* What a page is counted as at least: the smallest read. */
#define LEAST_READ_UNITS	0.5

void
count_add(Request *request, const RequestCounters *counted)
{
	counters_add(request->spec.counters, counted);
	counters_add(request->statistics, counted);
}

int
count_writes(const RequestSpec *spec)
{
	return spec->keys != NULL ? spec->parts : 1;
}

void
count_end(Request *request, bool unknown)
{
	int64		now = monotonic_microseconds();
	int64		time = now - request->started_at;

	count_add(request, &(RequestCounters) {
		.calls = 1,
		.unknown_outcomes = unknown ? count_writes(&request->spec) : 0,
		.time = time,
		.max_time = time
	});
	slow_request_note(request, time);
	statistics_flush_in_time(now / 1000);
}

void
count_answer(Request *request)
{
	const Response *response = request->response;
	bool		is_read = request->spec.kind == REQUEST_READ;
	int			single = is_read && response->item != NULL ? 1 : 0;

	count_add(request, &(RequestCounters) {
		.capacity_units = response->capacity_units,
		.read_units = is_read ? Max(response->capacity_units, LEAST_READ_UNITS)
			: 0,
		.write_units = is_read ? 0 : response->capacity_units,
		.items_returned = response->item_count + single,
		/* BatchGetItem, which has no filter, has no such count */
		.items_scanned = single + (response->scanned_count >= 0
								   ? response->scanned_count
								   : response->item_count)
	});
}
