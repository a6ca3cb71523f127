/*
 * unit_bucket.c
 *		So many capacity units a second: a bucket that is paid when the answer
 *		tells the price.
 */
#include "postgres.h"

#include "compat.h"

#include <math.h>

#include "client/request/unit_bucket.h"

#define MICROSECONDS		1e6

/* What a second brings, and at least the smallest write. */
static double
capacity(const UnitBucket *bucket)
{
	return Max(bucket->rate, 1);
}

static void
fill(UnitBucket *bucket, int64 now)
{
	/* another process may have looked at the clock a little later */
	if (now > bucket->filled_at)
	{
		bucket->filled += (now - bucket->filled_at) / MICROSECONDS *
			bucket->rate;
		bucket->filled_at = now;
	}
	bucket->filled = Min(bucket->filled, bucket->taken + capacity(bucket));
}

void
unit_bucket_init(UnitBucket *bucket, double rate, int64 now)
{
	bucket->rate = rate;
	bucket->taken = 0;
	bucket->filled = capacity(bucket);
	bucket->filled_at = now;
}

void
unit_bucket_set_rate(UnitBucket *bucket, double rate, int64 now)
{
	if (bucket->rate == rate)
		return;
	fill(bucket, now);
	bucket->rate = rate;
}

double
unit_bucket_take(UnitBucket *bucket, double units, int64 now)
{
	double		place = bucket->taken;

	fill(bucket, now);
	bucket->taken += units;
	return place;
}

int64
unit_bucket_delay(UnitBucket *bucket, double place, int64 now)
{
	double		missing;

	fill(bucket, now);
	missing = place - bucket->filled;
	return missing <= 0 ? 0
		: (int64) ceil(missing / bucket->rate * MICROSECONDS);
}

void
unit_bucket_settle(UnitBucket *bucket, double taken, double used)
{
	bucket->filled += taken - used;
}

bool
unit_bucket_is_full(UnitBucket *bucket, int64 now)
{
	fill(bucket, now);
	return bucket->filled >= bucket->taken + capacity(bucket);
}
