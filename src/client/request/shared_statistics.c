/*
 * shared_statistics.c
 *		What all sessions have asked DynamoDB for, in shared memory: there only
 *		if the library is in shared_preload_libraries.
 *
 * A table of so many entries, found by chains of those with the same hash, and
 * in the order in which they were added to.  All links are numbers of entries.
 * (PostgreSQL's own shared hash tables are made differently by each major.)
 */
#include "postgres.h"

#include "compat.h"

#include "common/hashfn.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

#include "client/request/shared_statistics.h"

#define SHARED_NAME			"dynamorm_fdw"
#define NO_ENTRY			(-1)

StaticAssertDecl(sizeof(SharedKey) ==
				 offsetof(SharedKey, operation) + MAX_OPERATION + 1,
				 "a key is compared as bytes, and has none that are nobody's");

typedef struct SharedEntry
{
	SharedKey	key;
	SharedCounters counters;
	int			next;			/* in its chain; NO_ENTRY: none */
	int			newer;			/* by when they were added to */
	int			older;
} SharedEntry;

typedef struct SharedTable
{
	LWLock	   *lock;			/* for all that follows */
	SharedCounters others;		/* of entries that had to make room */
	int			limit;			/* of entries; there are as many chains */
	int			used;			/* entries: the first ones */
	int			newest;
	int			oldest;
	int		   *chains;			/* the first entry of each */
	SharedEntry *entries;
} SharedTable;

int			shared_statistics_limit = 5000;

static SharedTable *table = NULL;
static shmem_request_hook_type previous_request = NULL;
static shmem_startup_hook_type previous_startup = NULL;

/* ---- the memory ---- */

static Size
chains_offset(void)
{
	return MAXALIGN(sizeof(SharedTable));
}

static Size
entries_offset(void)
{
	return add_size(chains_offset(),
					MAXALIGN(mul_size(shared_statistics_limit, sizeof(int))));
}

static Size
table_size(void)
{
	return add_size(entries_offset(),
					mul_size(shared_statistics_limit, sizeof(SharedEntry)));
}

static void
request_memory(void)
{
	if (previous_request != NULL)
		previous_request();
	RequestAddinShmemSpace(table_size());
	RequestNamedLWLockTranche(SHARED_NAME, 1);
}

static void
clear_table(void)
{
	memset(&table->others, 0, sizeof(SharedCounters));
	table->used = 0;
	table->newest = NO_ENTRY;
	table->oldest = NO_ENTRY;
	for (int i = 0; i < table->limit; i++)
		table->chains[i] = NO_ENTRY;
}

/* Every process has the memory at the same address. */
static void
make_shared_table(void)
{
	bool		found;

	if (previous_startup != NULL)
		previous_startup();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	table = ShmemInitStruct(SHARED_NAME, table_size(), &found);
	if (!found)
	{
		table->lock = &GetNamedLWLockTranche(SHARED_NAME)->lock;
		table->limit = shared_statistics_limit;
		table->chains = (int *) ((char *) table + chains_offset());
		table->entries = (SharedEntry *) ((char *) table + entries_offset());
		clear_table();
	}
	LWLockRelease(AddinShmemInitLock);
}

void
shared_statistics_register(void)
{
	previous_request = shmem_request_hook;
	shmem_request_hook = request_memory;
	previous_startup = shmem_startup_hook;
	shmem_startup_hook = make_shared_table;
}

bool
shared_statistics_exist(void)
{
	return table != NULL;
}

/* ---- entries ---- */

static int *
chain_of(const SharedKey *key)
{
	uint32		hash = hash_bytes((const unsigned char *) key,
								  sizeof(SharedKey));

	return &table->chains[hash % table->limit];
}

static int
find_shared(const SharedKey *key)
{
	int			i = *chain_of(key);

	while (i != NO_ENTRY &&
		   memcmp(&table->entries[i].key, key, sizeof(SharedKey)) != 0)
		i = table->entries[i].next;
	return i;
}

/* Takes it out of the order. */
static void
unlink_entry(int i)
{
	const SharedEntry *entry = &table->entries[i];

	if (entry->newer != NO_ENTRY)
		table->entries[entry->newer].older = entry->older;
	else
		table->newest = entry->older;
	if (entry->older != NO_ENTRY)
		table->entries[entry->older].newer = entry->newer;
	else
		table->oldest = entry->newer;
}

static void
link_as_newest(int i)
{
	SharedEntry *entry = &table->entries[i];

	entry->newer = NO_ENTRY;
	entry->older = table->newest;
	if (table->newest != NO_ENTRY)
		table->entries[table->newest].newer = i;
	else
		table->oldest = i;
	table->newest = i;
}

static void
sum_counters(SharedCounters *sum, const SharedCounters *counters)
{
	sum->calls += counters->calls;
	sum->requests += counters->requests;
	sum->retries += counters->retries;
	sum->throttles += counters->throttles;
	sum->unknown_outcomes += counters->unknown_outcomes;
	sum->read_units += counters->read_units;
	sum->write_units += counters->write_units;
	sum->time += counters->time;
	sum->max_time = Max(sum->max_time, counters->max_time);
	sum->limit_waits += counters->limit_waits;
	sum->limit_time += counters->limit_time;
}

/* The oldest entry, which nobody finds any more. */
static int
take_oldest(void)
{
	int			oldest = table->oldest;
	SharedEntry *entry = &table->entries[oldest];
	int		   *link = chain_of(&entry->key);

	while (*link != oldest)
		link = &table->entries[*link].next;
	*link = entry->next;
	unlink_entry(oldest);
	sum_counters(&table->others, &entry->counters);
	return oldest;
}

static int
add_entry(const SharedKey *key)
{
	int			i = table->used < table->limit ? table->used++ : take_oldest();
	SharedEntry *entry = &table->entries[i];
	int		   *chain = chain_of(key);

	entry->key = *key;
	memset(&entry->counters, 0, sizeof(SharedCounters));
	entry->next = *chain;
	*chain = i;
	return i;
}

/* ---- adding and reading ---- */

void
shared_counters_add(SharedCounters *sum, const RequestCounters *counted)
{
	bool		are_reads = counted->read_units > 0;

	sum_counters(sum, &(SharedCounters) {
		.calls = counted->calls,
		.requests = counted->requests,
		.retries = counted->retries,
		.throttles = counted->throttles,
		.unknown_outcomes = counted->unknown_outcomes,
		.read_units = are_reads ? counted->capacity_units : 0,
		.write_units = are_reads ? 0 : counted->capacity_units,
		.time = counted->time,
		.max_time = counted->max_time,
		.limit_waits = counted->limit_waits,
		.limit_time = counted->limit_time
	});
}

void
shared_statistics_begin(void)
{
	LWLockAcquire(table->lock, LW_EXCLUSIVE);
}

void
shared_statistics_add(const SharedKey *key, const RequestCounters *counted)
{
	int			i = find_shared(key);

	if (i == NO_ENTRY)
		i = add_entry(key);
	else
		unlink_entry(i);
	link_as_newest(i);
	shared_counters_add(&table->entries[i].counters, counted);
}

void
shared_statistics_end(void)
{
	LWLockRelease(table->lock);
}

SharedStatistics *
shared_statistics_get(Oid role_id, int *count)
{
	/* there is room before the lock is held, which is not for long */
	SharedStatistics *result = palloc(mul_size(table->limit + 1,
											   sizeof(SharedStatistics)));
	int			kept = 0;

	LWLockAcquire(table->lock, LW_SHARED);
	for (int i = 0; i < table->used; i++)
	{
		const SharedEntry *entry = &table->entries[i];

		if (OidIsValid(role_id) && entry->key.role_id != role_id)
			continue;
		result[kept].key = entry->key;
		result[kept].counters = entry->counters;
		kept++;
	}
	if (table->others.requests > 0 && !OidIsValid(role_id))
	{
		memset(&result[kept].key, 0, sizeof(SharedKey));
		result[kept].counters = table->others;
		strlcpy(result[kept].key.operation, OTHER_KINDS,
				sizeof(result[kept].key.operation));
		kept++;
	}
	LWLockRelease(table->lock);
	*count = kept;
	return result;
}

void
shared_statistics_reset(void)
{
	LWLockAcquire(table->lock, LW_EXCLUSIVE);
	clear_table();
	LWLockRelease(table->lock);
}
