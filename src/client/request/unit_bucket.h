/*
 * unit_bucket.h
 *		So many capacity units a second: a bucket that is paid when the answer
 *		tells the price.
 *
 * What a request costs is known only when it has been answered, and others
 * leave meanwhile.  So it takes its place with what it will cost as far as
 * that can be told, and what the answer says more or less is settled then:
 * over any time no more is used than has come in, but for what one second
 * brings and what was told too low of the requests under way.
 *
 * Units come in at the rate and are handed out in the order in which places
 * were taken: nobody waits for ever, and nobody keeps others from leaving.  A
 * price beyond what there is makes a debt, which those with later places wait
 * for; none is too high to be paid.
 *
 * Pure: the time, in microseconds of any clock that does not go back, is told.
 */
#ifndef DYNAMORM_CLIENT_UNIT_BUCKET_H
#define DYNAMORM_CLIENT_UNIT_BUCKET_H

#include "postgres.h"

typedef struct UnitBucket
{
	double		rate;			/* units a second */
	double		filled;			/* units that have come in since the start, but
								 * for those that found no room */
	double		taken;			/* the place of who comes next: the units of
								 * all who have come */
	int64		filled_at;
} UnitBucket;

/* A full one: what a second brings. */
extern void unit_bucket_init(UnitBucket *bucket, double rate, int64 now);

/* The rate from now on: also for those who wait. */
extern void unit_bucket_set_rate(UnitBucket *bucket, double rate, int64 now);

/* Takes a place, which is returned, with as many units. */
extern double unit_bucket_take(UnitBucket *bucket, double units, int64 now);

/* Microseconds until the place's turn, as it looks now; 0: it is. */
extern int64 unit_bucket_delay(UnitBucket *bucket, double place, int64 now);

/*
 * What was taken with so many units has used others: 0 if it has not left.
 * Those who wait are better off by the difference, or worse.
 */
extern void unit_bucket_settle(UnitBucket *bucket, double taken, double used);

/* Is it as a new one would be? */
extern bool unit_bucket_is_full(UnitBucket *bucket, int64 now);

#endif							/* DYNAMORM_CLIENT_UNIT_BUCKET_H */
