/*
 * statistics.c
 *		What requests are counted by: of a plan's node, of a statement, and of
 *		the session by server, table and operation.
 */
#include "postgres.h"

#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "client/request/statistics.h"

/* The longest name that DynamoDB allows, and that an operation may have. */
#define MAX_TABLE_NAME		255
#define MAX_OPERATION		63

/*
 * Servers, tables and operations that are told apart: names of tables that do
 * not exist count too, and take half a kilobyte each.
 */
#define MOST_KINDS			1000
#define OTHER_KINDS			"(other)"

/* Compared as bytes: what a name leaves free is zero. */
typedef struct StatisticsKey
{
	Oid			server_id;
	char		table_name[MAX_TABLE_NAME + 1];
	char		operation[MAX_OPERATION + 1];
} StatisticsKey;

typedef struct StatisticsEntry
{
	StatisticsKey key;			/* first, as HTAB wants it */
	int			requests;		/* under way, which count here */
	RequestCounters counters;
} StatisticsEntry;

static HTAB *statistics = NULL;

static void
add_counters(RequestCounters *sum, const RequestCounters *counted)
{
	sum->calls += counted->calls;
	sum->requests += counted->requests;
	sum->retries += counted->retries;
	sum->throttles += counted->throttles;
	sum->unknown_outcomes += counted->unknown_outcomes;
	sum->items_scanned += counted->items_scanned;
	sum->items_returned += counted->items_returned;
	sum->capacity_units += counted->capacity_units;
	sum->read_units += counted->read_units;
	sum->time += counted->time;
	sum->max_time = Max(sum->max_time, counted->max_time);
}

void
counters_add(RequestCounters *counters, const RequestCounters *counted)
{
	if (counters == NULL)
		return;
	add_counters(counters, counted);
	if (counters->total != NULL)
		add_counters(counters->total, counted);
	if (counters->shared_units != NULL && counted->read_units > 0)
		pg_atomic_fetch_add_u64(counters->shared_units,
								(int64) (counted->read_units * 1000));
}

double
counters_read_units(const RequestCounters *counters)
{
	double		units = counters->total != NULL
		? counters->total->read_units : counters->read_units;

	if (counters->shared_units != NULL)
		units += (double) pg_atomic_read_u64(counters->shared_units) / 1000 -
			counters->read_units;
	return units;
}

static void
create_statistics(void)
{
	HASHCTL		control = {
		.keysize = sizeof(StatisticsKey),
		.entrysize = sizeof(StatisticsEntry),
		.hcxt = TopMemoryContext
	};

	statistics = hash_create("dynamorm_fdw statistics", 16, &control,
							 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static void
set_statistics_key(StatisticsKey *key, Oid server_id, const char *table_name,
				   const char *operation)
{
	memset(key, 0, sizeof(StatisticsKey));
	key->server_id = server_id;
	if (table_name != NULL)
		strlcpy(key->table_name, table_name, sizeof(key->table_name));
	strlcpy(key->operation, operation, sizeof(key->operation));
}

RequestCounters *
statistics_join(Oid server_id, const char *table_name, const char *operation)
{
	StatisticsKey key;
	StatisticsEntry *entry;
	bool		found;

	if (statistics == NULL)
		create_statistics();
	set_statistics_key(&key, server_id, table_name, operation);
	entry = hash_search(statistics, &key, HASH_FIND, &found);
	if (!found)
	{
		if (hash_get_num_entries(statistics) >= MOST_KINDS)
			set_statistics_key(&key, InvalidOid, NULL, OTHER_KINDS);
		entry = hash_search(statistics, &key, HASH_ENTER, &found);
	}
	if (!found)
	{
		entry->requests = 0;
		memset(&entry->counters, 0, sizeof(RequestCounters));
	}
	entry->requests++;
	return &entry->counters;
}

void
statistics_leave(RequestCounters *counters)
{
	StatisticsEntry *entry = (StatisticsEntry *)
		((char *) counters - offsetof(StatisticsEntry, counters));

	entry->requests--;
}

RequestStatistics *
statistics_get(int *count)
{
	RequestStatistics *result;
	HASH_SEQ_STATUS status;
	StatisticsEntry *entry;

	*count = 0;
	if (statistics == NULL)
		return NULL;
	result = palloc(hash_get_num_entries(statistics) *
					sizeof(RequestStatistics));
	hash_seq_init(&status, statistics);
	while ((entry = hash_seq_search(&status)) != NULL)
	{
		RequestStatistics *one = &result[*count];

		/* has been reset, or nothing was sent */
		if (entry->counters.calls == 0 && entry->counters.requests == 0)
			continue;
		one->server_id = entry->key.server_id;
		one->table_name = pstrdup(entry->key.table_name);
		one->operation = pstrdup(entry->key.operation);
		one->counters = entry->counters;
		(*count)++;
	}
	return result;
}

void
statistics_reset(void)
{
	HASH_SEQ_STATUS status;
	StatisticsEntry *entry;

	if (statistics == NULL)
		return;
	hash_seq_init(&status, statistics);
	while ((entry = hash_seq_search(&status)) != NULL)
	{
		if (entry->requests == 0)
			(void) hash_search(statistics, &entry->key, HASH_REMOVE, NULL);
		else
			memset(&entry->counters, 0, sizeof(RequestCounters));
	}
}
