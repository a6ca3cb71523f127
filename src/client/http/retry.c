/*
 * retry.c
 *		When a request is sent again.
 */
#include "postgres.h"

#include "compat.h"

#include "common/pg_prng.h"

#include "client/http/retry.h"

#define BUCKET_CAPACITY		500
#define RETRY_PRICE			14
#define THROTTLED_PRICE		5
#define SUCCESS_REFUND		1

/* milliseconds */
#define BASE_DELAY			25
#define THROTTLED_DELAY		1000
#define MAX_DELAY			20000
#define MAX_SERVER_DELAY	5000	/* beyond our own */
#define LAST_CHANCE			1000	/* for the last attempt in time */

/*
 * A token is good for ten minutes after its first use.  An attempt may be five
 * minutes on its way, for as long as its signature is good, so that none is
 * started in the last five.  Source: API Reference, "TransactWriteItems".
 */
#define TOKEN_LIFETIME		(5 * 60 * 1000)

void
retry_bucket_init(RetryBucket *bucket)
{
	bucket->tokens = BUCKET_CAPACITY;
}

bool
retry_take(RetryBucket *bucket, bool throttled, int *price)
{
	*price = throttled ? THROTTLED_PRICE : RETRY_PRICE;
	if (bucket->tokens < *price)
		return false;
	bucket->tokens -= *price;
	return true;
}

void
retry_give_back(RetryBucket *bucket, int price)
{
	bucket->tokens = Min(BUCKET_CAPACITY,
						 bucket->tokens + Max(price, SUCCESS_REFUND));
}

long
retry_delay(int n, bool throttled, int server_asks)
{
	long		ceiling = throttled ? THROTTLED_DELAY : BASE_DELAY;
	long		delay;

	while (--n > 0 && ceiling < MAX_DELAY)
		ceiling *= 2;
	delay = (long) (pg_prng_double(&pg_global_prng_state) *
					Min(ceiling, MAX_DELAY));
	return Min(Max(delay, server_asks), delay + MAX_SERVER_DELAY);
}

long
retry_delay_before(long delay, int64 left)
{
	if (delay < left)
		return delay;
	return left > LAST_CHANCE ? (long) (left - LAST_CHANCE) : -1;
}

/* The wall clock may have been set back meanwhile: nobody knows how far. */
bool
retry_token_is_good(const Moment *used_at, const Moment *now)
{
	return now->monotonic - used_at->monotonic < TOKEN_LIFETIME &&
		now->boot - used_at->boot < TOKEN_LIFETIME &&
		Abs(now->wall - used_at->wall) < TOKEN_LIFETIME;
}
