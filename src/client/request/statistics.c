/*
 * statistics.c
 *		What requests are counted by: of a plan's node, of a statement, and of
 *		the session by server, table and operation.
 *
 * Where the statistics of all sessions are kept, those of this one that are
 * not there yet are kept by role and statement too: they are pending, until
 * the transaction ends or has gone on for a while.
 */
#include "postgres.h"

#include "compat.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "utils/backend_status.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "client/http/clock.h"
#include "client/request/shared_statistics.h"
#include "client/request/statistics.h"

/*
 * Servers, tables and operations that are told apart: names of tables that do
 * not exist count too, and take half a kilobyte each.
 */
#define MOST_KINDS			1000

/* Milliseconds after which a transaction shows what it has asked for. */
#define FLUSH_INTERVAL		1000

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
	int			users;			/* requests under way and pending entries that
								 * count here */
	double		price;			/* see statistics_price() */
	RequestCounters counters;
} StatisticsEntry;

/* Compared as bytes. */
typedef struct PendingKey
{
	StatisticsEntry *kind;
	uint64		query_id;
	Oid			role_id;
	int			unused;			/* 0 */
} PendingKey;

typedef struct PendingEntry
{
	PendingKey	key;			/* first, as HTAB wants it */
	int			users;			/* requests under way */
	RequestCounters counters;	/* which count for the session too */
} PendingEntry;

static HTAB *statistics = NULL;
static HTAB *pending = NULL;
static int64 flushed_at = 0;	/* milliseconds of the monotonic clock */

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
	sum->write_units += counted->write_units;
	sum->time += counted->time;
	sum->max_time = Max(sum->max_time, counted->max_time);
	sum->limit_waits += counted->limit_waits;
	sum->limit_time += counted->limit_time;
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

/* ---- of the session ---- */

static HTAB *
create_table_of(const char *name, Size key_size, Size entry_size)
{
	HASHCTL		control = {
		.keysize = key_size,
		.entrysize = entry_size,
		.hcxt = TopMemoryContext
	};

	return hash_create(name, 16, &control,
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

static StatisticsEntry *
find_kind(Oid server_id, const char *table_name, const char *operation)
{
	StatisticsKey key;
	StatisticsEntry *entry;
	bool		found;

	if (statistics == NULL)
		statistics = create_table_of("dynamorm_fdw statistics",
									 sizeof(StatisticsKey),
									 sizeof(StatisticsEntry));
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
		entry->users = 0;
		entry->price = 0;
		memset(&entry->counters, 0, sizeof(RequestCounters));
	}
	return entry;
}

/* ---- pending for the statistics of all sessions ---- */

static void
flush_at_exit(int code, Datum argument)
{
	statistics_flush();
}

/* The transaction has ended, in whatever way. */
static void
flush_at_end(XactEvent event, void *argument)
{
	if (event != XACT_EVENT_PRE_COMMIT &&
		event != XACT_EVENT_PARALLEL_PRE_COMMIT &&
		event != XACT_EVENT_PRE_PREPARE)
		statistics_flush();
}

void
statistics_register(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	shared_statistics_register();
	RegisterXactCallback(flush_at_end, NULL);
}

/* What else there is to count goes with one of these. */
static bool
has_counted(const RequestCounters *counters)
{
	return counters->calls != 0 || counters->requests != 0 ||
		counters->throttles != 0 || counters->capacity_units != 0 ||
		counters->unknown_outcomes != 0 || counters->limit_waits != 0;
}

static PendingEntry *
find_pending(StatisticsEntry *kind)
{
	PendingKey	key = {
		.kind = kind,
		.query_id = (uint64) pgstat_get_my_query_id(),
		.role_id = GetUserId()
	};
	PendingEntry *entry;
	bool		found;

	if (pending == NULL)
	{
		pending = create_table_of("dynamorm_fdw pending statistics",
								  sizeof(PendingKey), sizeof(PendingEntry));
		on_shmem_exit(flush_at_exit, 0);
		flushed_at = monotonic_milliseconds();
	}
	entry = hash_search(pending, &key, HASH_ENTER, &found);
	if (!found)
	{
		entry->users = 0;
		memset(&entry->counters, 0, sizeof(RequestCounters));
		entry->counters.total = &kind->counters;
		kind->users++;
	}
	return entry;
}

static void
share_counters(const PendingEntry *entry)
{
	const StatisticsEntry *kind = entry->key.kind;
	SharedKey	key;

	memset(&key, 0, sizeof(key));
	key.query_id = entry->key.query_id;
	key.database_id = MyDatabaseId;
	key.role_id = entry->key.role_id;
	key.server_id = kind->key.server_id;
	memcpy(key.table_name, kind->key.table_name, sizeof(key.table_name));
	memcpy(key.operation, kind->key.operation, sizeof(key.operation));
	shared_statistics_add(&key, &entry->counters);
}

static void
flush_entry(PendingEntry *entry)
{
	StatisticsEntry *kind = entry->key.kind;

	if (has_counted(&entry->counters))
		share_counters(entry);
	memset(&entry->counters, 0, sizeof(RequestCounters));
	entry->counters.total = &kind->counters;
	if (entry->users == 0)
	{
		kind->users--;
		(void) hash_search(pending, &entry->key, HASH_REMOVE, NULL);
	}
}

void
statistics_flush(void)
{
	HASH_SEQ_STATUS status;
	PendingEntry *entry;

	if (pending == NULL || hash_get_num_entries(pending) == 0)
		return;
	hash_seq_init(&status, pending);
	shared_statistics_begin();
	while ((entry = hash_seq_search(&status)) != NULL)
		flush_entry(entry);
	shared_statistics_end();
	flushed_at = monotonic_milliseconds();
}

void
statistics_flush_in_time(int64 now)
{
	if (pending != NULL && now - flushed_at >= FLUSH_INTERVAL)
		statistics_flush();
}

/* ---- for one request ---- */

RequestCounters *
statistics_join(Oid server_id, const char *table_name, const char *operation)
{
	StatisticsEntry *kind = find_kind(server_id, table_name, operation);
	PendingEntry *entry;

	if (!shared_statistics_exist())
	{
		kind->users++;
		return &kind->counters;
	}
	entry = find_pending(kind);
	entry->users++;
	return &entry->counters;
}

void
statistics_leave(RequestCounters *counters)
{
	if (shared_statistics_exist())
		((PendingEntry *) ((char *) counters -
						   offsetof(PendingEntry, counters)))->users--;
	else
		((StatisticsEntry *) ((char *) counters -
							  offsetof(StatisticsEntry, counters)))->users--;
}

/* What counters are a part of. */
static StatisticsEntry *
kind_of_counters(const RequestCounters *counters)
{
	char	   *address = unconstify(char *, (const char *) counters);

	return shared_statistics_exist()
		? ((PendingEntry *) (address -
							 offsetof(PendingEntry, counters)))->key.kind
		: (StatisticsEntry *) (address - offsetof(StatisticsEntry, counters));
}

double *
statistics_price(RequestCounters *counters)
{
	return &kind_of_counters(counters)->price;
}

void
statistics_names(const RequestCounters *counters, const char **table_name,
				 const char **operation)
{
	const StatisticsEntry *kind = kind_of_counters(counters);

	*table_name = kind->key.table_name;
	*operation = kind->key.operation;
}

/* ---- shown ---- */

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
		if (entry->users == 0)
			(void) hash_search(statistics, &entry->key, HASH_REMOVE, NULL);
		else
			memset(&entry->counters, 0, sizeof(RequestCounters));
	}
}
