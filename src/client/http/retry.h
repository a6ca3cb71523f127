/*
 * retry.h
 *		When a request is sent again: exponential back-off with full jitter,
 *		and a bucket of tokens that keeps retries from making an outage worse.
 *
 * Source: AWS SDKs and Tools Reference Guide, "Retry behavior".
 */
#ifndef DYNAMORM_CLIENT_RETRY_H
#define DYNAMORM_CLIENT_RETRY_H

#include "postgres.h"

#include "client/http/clock.h"

/* The tokens of one connection. */
typedef struct RetryBucket
{
	int			tokens;
} RetryBucket;

extern void retry_bucket_init(RetryBucket *bucket);

/*
 * Takes the price of one retry; false if the bucket lacks it.  *price is what
 * was taken.
 */
extern bool retry_take(RetryBucket *bucket, bool throttled, int *price);

/* After a success: gives back what the last retry took, or a little. */
extern void retry_give_back(RetryBucket *bucket, int price);

/*
 * Milliseconds to wait before retry number n (from 1), at least what the
 * server asked for.
 */
extern long retry_delay(int n, bool throttled, int server_asks);

/*
 * Milliseconds until such a retry that has to be done before a deadline, of
 * which as many are left; -1: there is no time for it.  A wait that is too
 * long is cut, so that there is time for a last attempt.
 */
extern long retry_delay_before(long delay, int64 left);

/*
 * Is a transaction's token still known when an attempt leaves now, of which an
 * earlier one that may have been carried out was started then?  Not if any of
 * the clocks doubts it: a machine that slept has one that did not.
 */
extern bool retry_token_is_good(const Moment *used_at, const Moment *now);

#endif							/* DYNAMORM_CLIENT_RETRY_H */
