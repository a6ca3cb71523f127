/*
 * unit_limit.c
 *		Capacity units a second that a table or a role may use: requests that
 *		would be more wait.
 */
#include "postgres.h"

#include "compat.h"

#include "access/parallel.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "utils/memutils.h"

#include "client/http/clock.h"
#include "client/request/answer.h"
#include "client/request/request_count.h"
#include "client/request/request_state.h"
#include "client/request/unit_bucket_table.h"
#include "client/request/unit_limit.h"

#define SHARED_NAME			"dynamorm_fdw limits"

/* Buckets that are not full at a time, of less than half a kilobyte each. */
#define MOST_BUCKETS		1000

/*
 * Milliseconds after which it is looked again when a request may leave: what
 * others give back, or a higher rate, brings it forward.
 */
#define LONGEST_LOOK		100

/* What one write unit writes. */
#define WRITE_UNIT_BYTES	1024

/* A page of a Scan that is not consistent, of which there is much more. */
#define SCAN_PAGE_UNITS		128

/* The place that a request has in one bucket. */
typedef struct UnitClaim
{
	UnitBucketKey key;
	double		rate;
	const char *table_name;		/* whose part of the price it pays; NULL: all
								 * of it */
	int			parts;			/* of the request, that are the table's */
	bool		is_local;		/* the bucket is the session's own */
	bool		is_taken;
	uint64		number;			/* of the bucket */
	double		place;
	double		units;			/* taken */
} UnitClaim;

typedef struct UnitClaims
{
	int64		waits_since;	/* microseconds; 0: it does not */
	bool		has_places;		/* one of them is taken */
	int			count;
	UnitClaim	claims[FLEXIBLE_ARRAY_MEMBER];
} UnitClaims;

/* The shared ones, with what keeps others out. */
typedef struct SharedBuckets
{
	LWLock	   *lock;
	UnitBucketTable *table;
} SharedBuckets;

int			unit_limit_role_reads = 0;
int			unit_limit_role_writes = 0;

static SharedBuckets *shared = NULL;
static UnitBucketTable *local = NULL;
static shmem_request_hook_type previous_request = NULL;
static shmem_startup_hook_type previous_startup = NULL;

/* ---- the memory ---- */

static Size
shared_buckets_size(void)
{
	return MAXALIGN(sizeof(SharedBuckets)) +
		unit_bucket_table_size(MOST_BUCKETS);
}

static void
request_buckets(void)
{
	if (previous_request != NULL)
		previous_request();
	RequestAddinShmemSpace(shared_buckets_size());
	RequestNamedLWLockTranche(SHARED_NAME, 1);
}

static void
make_shared_buckets(void)
{
	bool		found;

	if (previous_startup != NULL)
		previous_startup();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	shared = ShmemInitStruct(SHARED_NAME, shared_buckets_size(), &found);
	if (!found)
	{
		shared->lock = &GetNamedLWLockTranche(SHARED_NAME)->lock;
		shared->table =
			unit_bucket_table_init((char *) shared +
								   MAXALIGN(sizeof(SharedBuckets)),
								   MOST_BUCKETS);
	}
	LWLockRelease(AddinShmemInitLock);
}

void
unit_limit_register(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	previous_request = shmem_request_hook;
	shmem_request_hook = request_buckets;
	previous_startup = shmem_startup_hook;
	shmem_startup_hook = make_shared_buckets;
}

/* The session's own buckets, if there is memory for them. */
static bool
make_local_buckets(void)
{
	void	   *memory;

	if (local != NULL)
		return true;
	memory = MemoryContextAllocExtended(TopMemoryContext,
										unit_bucket_table_size(MOST_BUCKETS),
										MCXT_ALLOC_NO_OOM);
	if (memory != NULL)
		local = unit_bucket_table_init(memory, MOST_BUCKETS);
	return local != NULL;
}

/* A parallel worker's session has been told by another process. */
static void
warn_of_local_buckets(void)
{
	static bool warned = false;

	if (warned || IsParallelWorker())
		return;
	warned = true;
	if (shared == NULL)
		ereport(WARNING,
				(errmsg("limits of capacity units a second hold for this session alone"),
				 errhint("Add dynamorm_fdw to shared_preload_libraries, so that all sessions share them.")));
	else
		ereport(WARNING,
				(errmsg("a limit of capacity units a second holds for this session alone"),
				 errdetail("Shared memory has room for %d limits that are in use at once.",
						   MOST_BUCKETS)));
}

static void
lock_buckets(void)
{
	if (shared != NULL)
		LWLockAcquire(shared->lock, LW_EXCLUSIVE);
}

static void
unlock_buckets(void)
{
	if (shared != NULL)
		LWLockRelease(shared->lock);
}

/* ---- which limits apply ---- */

bool
unit_limit_is_of(const char *operation)
{
	static const char *const operations[] = {
		"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan",
		"BatchGetItem", "BatchWriteItem", "TransactGetItems",
		"TransactWriteItems", "ExecuteStatement", "BatchExecuteStatement",
		"ExecuteTransaction"
	};

	for (int i = 0; i < (int) lengthof(operations); i++)
		if (strcmp(operation, operations[i]) == 0)
			return true;
	return false;
}

static int
rate_of_role(const RequestSpec *spec)
{
	int			rate = spec->kind == REQUEST_READ ? unit_limit_role_reads
		: unit_limit_role_writes;

	return rate > 0 && unit_limit_is_of(spec->operation) ? rate : 0;
}

bool
unit_limit_applies(const RequestSpec *spec)
{
	return spec->table_rate > 0 || spec->share_count > 0 ||
		rate_of_role(spec) > 0;
}

static UnitClaim *
add_claim(Request *request, int rate, int parts)
{
	UnitClaim  *claim = &request->claims->claims[request->claims->count++];

	claim->rate = rate;
	claim->parts = parts;
	claim->is_local = shared == NULL;
	claim->key.writes = request->spec.kind != REQUEST_READ;
	return claim;
}

static UnitClaim *
add_claim_of_table(Request *request, const char *table_name, int rate,
				   int parts)
{
	UnitClaim  *claim = add_claim(request, rate, parts);
	size_t		length = strlen(table_name);
	size_t		beyond = length > LIMITED_NAME_LENGTH
		? length - LIMITED_NAME_LENGTH : 0;

	claim->key.database_id = MyDatabaseId;
	claim->key.server_id = request->connection->settings.server_id;
	strlcpy(claim->key.table_name, table_name + beyond,
			sizeof(claim->key.table_name));
	return claim;
}

/*
 * The role is the session's own, for which the settings were made: SET ROLE
 * and SECURITY DEFINER do not get around its limit.
 */
void
unit_limit_begin(Request *request)
{
	const RequestSpec *spec = &request->spec;
	int			parts = Max(spec->parts, 1);
	int			of_role = rate_of_role(spec);

	if (!unit_limit_applies(spec))
		return;
	request->claims = palloc0(offsetof(UnitClaims, claims) +
							  (spec->share_count + 2) * sizeof(UnitClaim));
	if (of_role > 0)
		add_claim(request, of_role, parts)->key.role_id = GetSessionUserId();
	if (spec->table_rate > 0)
		add_claim_of_table(request, spec->table, spec->table_rate, parts);
	for (int i = 0; i < spec->share_count; i++)
		add_claim_of_table(request, spec->shares[i].table,
						   spec->shares[i].rate, spec->shares[i].parts)
			->table_name = spec->shares[i].table;
}

/* ---- waiting ---- */

/*
 * What a part of the request will cost, as far as that is known: of the first
 * one of its kind, what it does at least.
 */
static double
expected_price(const Request *request)
{
	const RequestSpec *spec = &request->spec;
	double		price = *statistics_price(request->statistics);
	double		size = spec->body_length / Max(spec->parts, 1);

	if (price > 0)
		return price;
	if (strcmp(spec->operation, "Scan") == 0)
		return SCAN_PAGE_UNITS;
	price = spec->kind == REQUEST_READ ? 1
		: Max(size / WRITE_UNIT_BYTES, 1);
	return strncmp(spec->operation, "Transact", 8) == 0 ? 2 * price : price;
}

static UnitBucketEntry *
bucket_of_claim(const UnitClaim *claim, int64 now)
{
	UnitBucketTable *table = claim->is_local ? local : shared->table;

	return table == NULL ? NULL
		: unit_bucket_table_get(table, &claim->key, claim->rate, now);
}

/* Is there room for the bucket? */
static bool
take_place(UnitClaim *claim, double price, int64 now)
{
	UnitBucketEntry *entry = bucket_of_claim(claim, now);

	if (entry == NULL)
		return false;
	unit_bucket_set_rate(&entry->bucket, claim->rate, now);
	claim->units = price * claim->parts;
	claim->place = unit_bucket_take(&entry->bucket, claim->units, now);
	claim->number = entry->number;
	claim->is_taken = true;
	return true;
}

/* Takes the places that it has not; with the lock.  Is there room for all? */
static bool
take_places(Request *request, int64 now)
{
	UnitClaims *claims = request->claims;
	double		price = expected_price(request);
	bool		all = true;

	for (int i = 0; i < claims->count; i++)
		if (!claims->claims[i].is_taken)
			all = take_place(&claims->claims[i], price, now) && all;
	claims->has_places = true;
	return all;
}

/* A bucket that was full meanwhile, and made room, has let it go. */
static int64
delay_of_claim(const UnitClaim *claim, int64 now)
{
	UnitBucketEntry *entry = bucket_of_claim(claim, now);

	return entry == NULL || entry->number != claim->number ? 0
		: unit_bucket_delay(&entry->bucket, claim->place, now);
}

static int64
longest_delay(const UnitClaims *claims, int64 now)
{
	int64		delay = 0;

	for (int i = 0; i < claims->count; i++)
		delay = Max(delay, delay_of_claim(&claims->claims[i], now));
	return delay;
}

/* What finds no room in shared memory is limited here. */
static void
make_claims_local(UnitClaims *claims)
{
	if (!make_local_buckets())
		return;
	for (int i = 0; i < claims->count; i++)
		if (!claims->claims[i].is_taken)
			claims->claims[i].is_local = true;
	warn_of_local_buckets();
}

/* Of what may have been carried out, no time is to be lost. */
static bool
is_urgent(const Request *request)
{
	return request->in_doubt || request->spec.settles;
}

static void
end_wait(Request *request, int64 now)
{
	UnitClaims *claims = request->claims;

	if (claims->waits_since == 0)
		return;
	count_add(request, &(RequestCounters) {
		.limit_waits = 1,
		.limit_time = now - claims->waits_since
	});
	claims->waits_since = 0;
}

long
unit_limit_delay(Request *request)
{
	UnitClaims *claims = request->claims;
	int64		now = monotonic_microseconds();
	int64		delay;
	bool		has_room;

	if (shared == NULL)
		make_claims_local(claims);
	lock_buckets();
	has_room = take_places(request, now);
	delay = longest_delay(claims, now);
	unlock_buckets();
	if (!has_room)
	{
		make_claims_local(claims);
		delay = Max(delay, LONGEST_LOOK * 1000);
	}
	if (delay == 0 || is_urgent(request))
	{
		end_wait(request, now);
		return 0;
	}
	if (claims->waits_since == 0)
		claims->waits_since = now;
	return (long) Min((delay + 999) / 1000, LONGEST_LOOK);
}

bool
unit_limit_delays(const Request *request)
{
	return request->claims != NULL && request->claims->waits_since != 0;
}

/* ---- paying ---- */

static void
settle_claim(UnitClaim *claim, double used, int64 now)
{
	UnitBucketEntry *entry;

	if (!claim->is_taken)
		return;
	claim->is_taken = false;
	entry = bucket_of_claim(claim, now);
	if (entry != NULL)
		unit_bucket_settle(&entry->bucket, claim->units, used);
}

/* The part of the price that is of the claim's table. */
static double
price_of_claim(const Request *request, const UnitClaim *claim,
			   const Response *response)
{
	double		units = 0;
	bool		found = false;

	if (claim->table_name == NULL)
		return response->capacity_units;
	for (int i = 0; i < response->capacity_count; i++)
	{
		const TableCapacity *capacity = &response->capacities[i];

		if (!answer_names_table(claim->table_name, capacity->table))
			continue;
		units += capacity->units;
		found = true;
	}
	return found ? units : response->capacity_units * claim->parts /
		Max(request->spec.parts, 1);
}

/* What no answer (NULL) tells is what was taken, unless it is free. */
static void
pay(Request *request, const Response *response, bool is_free)
{
	UnitClaims *claims = request->claims;
	int64		now;

	if (claims == NULL || !claims->has_places)
		return;
	claims->has_places = false;
	now = monotonic_microseconds();
	end_wait(request, now);
	lock_buckets();
	for (int i = 0; i < claims->count; i++)
	{
		UnitClaim  *claim = &claims->claims[i];

		settle_claim(claim, is_free ? 0 : response == NULL ? claim->units
					 : price_of_claim(request, claim, response), now);
	}
	unlock_buckets();
}

void
unit_limit_pay_nothing(Request *request)
{
	pay(request, NULL, true);
}

void
unit_limit_pay_unknown(Request *request)
{
	pay(request, NULL, false);
}

/*
 * Source: Developer Guide, "Read and write operations": writes whose condition
 * is false, and conflicts of transactions, use units, and do not tell them.
 */
void
unit_limit_pay_refused(Request *request, const ErrorClass *class)
{
	if (class->outcome == OUTCOME_CONDITION_FAILED ||
		class->action == ERROR_CONTENDED || class->action == ERROR_SERVER)
		unit_limit_pay_unknown(request);
	else
		unit_limit_pay_nothing(request);
}

void
unit_limit_pay_told(Request *request, const Response *response)
{
	double	   *price;
	double		told;

	if (request->claims != NULL && response != NULL && response->has_capacity)
	{
		price = statistics_price(request->statistics);
		told = response->capacity_units / Max(request->spec.parts, 1);
		*price = *price > 0 ? (*price + told) / 2 : told;
		pay(request, response, false);
	}
	else
		unit_limit_pay_unknown(request);
}
