/*
 * unit_bucket_test.c
 *		So many units a second, on a clock that is set.
 *
 * Links: src/client/request/unit_bucket.c
 * Links: src/client/request/unit_bucket_table.c test/lib/unit/server.c
 * Links: -lpgcommon -lpgport -lm
 */
#include "postgres.h"

#include "compat.h"

#include <math.h>

#include "client/request/unit_bucket.h"
#include "client/request/unit_bucket_table.h"
#include "server.h"

#define SECOND		INT64CONST(1000000)
#define START		(1000 * SECOND)

static void
check_delay(UnitBucket *bucket, double place, int64 now, double seconds,
			const char *what)
{
	double		got = (double) unit_bucket_delay(bucket, place, now) / SECOND;
	char		name[200];

	snprintf(name, sizeof(name), "%s: %.6f s, got %.6f", what, seconds, got);
	report(fabs(got - seconds) < 2e-6, name);
}

/* ---- one after the other ---- */

static void
test_course(void)
{
	UnitBucket	bucket;
	double		places[15];

	unit_bucket_init(&bucket, 10, START);
	for (int i = 0; i < (int) lengthof(places); i++)
		places[i] = unit_bucket_take(&bucket, 1, START);
	check_delay(&bucket, places[0], START, 0, "the first one leaves");
	check_delay(&bucket, places[10], START, 0, "and as many as there are");
	check_delay(&bucket, places[11], START, 0.1, "the next one waits");
	check_delay(&bucket, places[14], START, 0.4, "in the order of places");
	check_delay(&bucket, places[11], START + SECOND / 10, 0, "it leaves");
	check_delay(&bucket, places[14], START + SECOND / 10, 0.3, "and no other");
	check_delay(&bucket, places[14], START + SECOND / 20, 0.3,
				"a clock that is a little late takes nothing");
}

static void
test_saved_up(void)
{
	UnitBucket	bucket;
	double		place = 0;

	unit_bucket_init(&bucket, 10, START);
	for (int i = 0; i < 12; i++)
		place = unit_bucket_take(&bucket, 1, START + 3600 * SECOND);
	check_delay(&bucket, place, START + 3600 * SECOND, 0.1,
				"an idle hour brings what one second does");
	report(!unit_bucket_is_full(&bucket, START + 3601 * SECOND),
		   "with a debt it is not full");
	report(unit_bucket_is_full(&bucket, START + 3602 * SECOND),
		   "and is, later");
	unit_bucket_init(&bucket, 0.1, START);
	(void) unit_bucket_take(&bucket, 1, START);
	place = unit_bucket_take(&bucket, 1, START);
	check_delay(&bucket, place, START, 0, "the smallest write finds room");
	place = unit_bucket_take(&bucket, 1, START);
	check_delay(&bucket, place, START, 10, "and is waited for");
}

/* A page of 256 units that were thought to be one. */
static void
test_debt(void)
{
	UnitBucket	bucket;
	double		waiting;
	double		next;

	unit_bucket_init(&bucket, 10, START);
	(void) unit_bucket_take(&bucket, 1, START);
	waiting = unit_bucket_take(&bucket, 1, START);
	check_delay(&bucket, waiting, START, 0, "before the answer");
	unit_bucket_settle(&bucket, 1, 256);
	check_delay(&bucket, waiting, START, (256 - 10) / 10.0,
				"who waits is told again");
	next = unit_bucket_take(&bucket, 1, START + SECOND);
	check_delay(&bucket, next, START + SECOND, (256 + 1 - 20) / 10.0,
				"a debt is paid to its end");

	/* it was thought to be 256, and was nothing */
	unit_bucket_init(&bucket, 10, START);
	(void) unit_bucket_take(&bucket, 256, START);
	waiting = unit_bucket_take(&bucket, 1, START);
	check_delay(&bucket, waiting, START, 24.6, "after a dear one");
	unit_bucket_settle(&bucket, 256, 0.5);
	check_delay(&bucket, waiting, START, 0, "that was a cheap one");

	/* one that waited was cancelled */
	unit_bucket_init(&bucket, 10, START);
	(void) unit_bucket_take(&bucket, 10, START);
	(void) unit_bucket_take(&bucket, 10, START);
	waiting = unit_bucket_take(&bucket, 1, START);
	check_delay(&bucket, waiting, START, 1, "behind another");
	unit_bucket_settle(&bucket, 10, 0);
	check_delay(&bucket, waiting, START, 0, "that does not leave");
	report(unit_bucket_is_full(&bucket, START + 2 * SECOND),
		   "what is given back is not saved up");
}

static void
test_rate(void)
{
	UnitBucket	bucket;
	double		place;

	unit_bucket_init(&bucket, 10, START);
	(void) unit_bucket_take(&bucket, 110, START);
	place = unit_bucket_take(&bucket, 1, START);
	check_delay(&bucket, place, START, 10, "at the old rate");
	unit_bucket_set_rate(&bucket, 100, START + 5 * SECOND);
	check_delay(&bucket, place, START + 5 * SECOND, 0.5,
				"the new one is for those who wait, too");
	unit_bucket_set_rate(&bucket, 1, START + 5 * SECOND);
	check_delay(&bucket, place, START + 5 * SECOND, 50, "a lower one as well");

	unit_bucket_init(&bucket, 1000, START);
	unit_bucket_set_rate(&bucket, 10, START);
	(void) unit_bucket_take(&bucket, 10, START);
	place = unit_bucket_take(&bucket, 1, START);
	check_delay(&bucket, place, START, 0, "a lower rate keeps its own second");
	place = unit_bucket_take(&bucket, 1, START);
	check_delay(&bucket, place, START, 0.1, "of what was saved up");
}

/* ---- many at once ---- */

#define SESSIONS	8
#define UNDER_WAY	16
#define MINUTE		60000		/* milliseconds */

typedef struct Client
{
	double		place;
	double		taken;
	int			leaves_at;		/* milliseconds; 0: it has not left */
	double		price;
	int			turns;
} Client;

static uint32 seed;

static double
random_price(double least, double most)
{
	seed = seed * 1664525 + 1013904223;
	return least + (most - least) * (seed >> 8) / (1 << 24);
}

/*
 * Sessions with many requests under way, each answered after 12 ms, and each
 * price thought to be as told; what they use in a minute.
 */
static void
run_minute(double rate, double least, double most, double thought,
		   const char *what)
{
	Client		clients[SESSIONS * UNDER_WAY] = {0};
	UnitBucket	bucket;
	double		used = 0;
	int			fewest = MINUTE;
	int			most_turns = 0;
	char		name[200];

	seed = 1;
	unit_bucket_init(&bucket, rate, START);
	for (int i = 0; i < (int) lengthof(clients); i++)
		clients[i].place = unit_bucket_take(&bucket,
											clients[i].taken = thought, START);
	for (int at = 0; at < MINUTE; at++)
		for (int i = 0; i < (int) lengthof(clients); i++)
		{
			Client	   *client = &clients[i];
			int64		now = START + at * SECOND / 1000;

			if (client->leaves_at > 0 && at >= client->leaves_at + 12)
			{
				unit_bucket_settle(&bucket, client->taken, client->price);
				client->taken = thought;
				client->place = unit_bucket_take(&bucket, thought, now);
				client->leaves_at = 0;
			}
			else if (client->leaves_at == 0 &&
					 unit_bucket_delay(&bucket, client->place, now) == 0)
			{
				client->leaves_at = at + 1;
				client->price = random_price(least, most);
				used += client->price;
				client->turns++;
			}
		}
	for (int i = 0; i < (int) lengthof(clients); i++)
	{
		fewest = Min(fewest, clients[i].turns);
		most_turns = Max(most_turns, clients[i].turns);
	}
	snprintf(name, sizeof(name), "%s: within 5 %% of %.0f, got %.0f", what,
			 rate * 60, used);
	report(fabs(used / (rate * 60) - 1) < 0.05, name);
	snprintf(name, sizeof(name), "%s: each has its turns: %d to %d", what,
			 fewest, most_turns);
	report(most_turns - fewest <= 1, name);
}

static void
test_many(void)
{
	run_minute(1000, 1, 1, 1, "what is foreseen");
	run_minute(50, 1, 1, 1, "less than clients");
	run_minute(1000, 1, 9, 5, "on the average");
	run_minute(1000, 4, 6, 1, "told too low");
	run_minute(1000, 0.5, 1.5, 10, "told too high");
	run_minute(1000, 100, 150, 125, "pages");
}

/* ---- of many tables ---- */

static UnitBucketKey
key_of(int n)
{
	UnitBucketKey key;

	memset(&key, 0, sizeof(key));
	key.server_id = 7;
	snprintf(key.table_name, sizeof(key.table_name), "table %d", n);
	return key;
}

static void
test_table(void)
{
	enum
	{
		ROOM = 5
	};
	UnitBucketTable *table =
		unit_bucket_table_init(palloc(unit_bucket_table_size(ROOM)), ROOM);
	UnitBucketEntry *entries[ROOM];
	UnitBucketKey key;
	uint64		number;
	bool		same = true;

	for (int i = 0; i < ROOM; i++)
	{
		key = key_of(i);
		entries[i] = unit_bucket_table_get(table, &key, 10, START);
		(void) unit_bucket_take(&entries[i]->bucket, i == 3 ? 5 : 100, START);
	}
	for (int i = 0; i < ROOM; i++)
	{
		key = key_of(i);
		same = same &&
			unit_bucket_table_get(table, &key, 10, START) == entries[i];
	}
	report(same, "each table has its bucket");
	key.writes = 1;
	report(unit_bucket_table_get(table, &key, 10, START) == NULL,
		   "read and write units are apart; and there is no room");
	number = entries[3]->number;
	report(unit_bucket_table_get(table, &key, 10, START + SECOND) ==
		   entries[3], "a bucket that is full makes room");
	report(entries[3]->number != number, "and is another one then");
	(void) unit_bucket_take(&entries[3]->bucket, 100, START + SECOND);
	key = key_of(3);
	report(unit_bucket_table_get(table, &key, 10, START + SECOND) == NULL,
		   "the old one is gone");
	report(unit_bucket_table_get(table, &key, 10, START + 20 * SECOND) != NULL,
		   "and comes back");

	/* whatever the chains are */
	same = true;
	for (int i = 0; i < 1000; i++)
	{
		UnitBucketEntry *entry;

		key = key_of(i);
		entry = unit_bucket_table_get(table, &key, 10, START + 3600 * SECOND);
		same = same && entry != NULL &&
			entry == unit_bucket_table_get(table, &key, 10, START);
	}
	report(same, "many come and go");
}

int
main(void)
{
	test_course();
	test_saved_up();
	test_debt();
	test_rate();
	test_many();
	test_table();
	return report_end();
}
