/*
 * rate_limiter.c
 *		The rate at which a client that DynamoDB throttles sends.
 */
#include "postgres.h"

#include "compat.h"

#include <math.h>

#include "client/http/rate_limiter.h"

#define SMALLEST_RATE		0.5
#define SMALLEST_CAPACITY	1.0
#define INTERVAL			0.5	/* seconds, of one measurement */
#define SMOOTHING			0.8
#define DECREASE			0.7	/* of the rate, by a throttled answer */
#define SCALE				0.4 /* of the cubic function */

void
rate_limiter_init(RateLimiter *limiter, double now)
{
	memset(limiter, 0, sizeof(RateLimiter));
	limiter->filled_at = now;
	limiter->measured_at = floor(now / INTERVAL) * INTERVAL;
	limiter->throttled_at = now;
}

static void
fill_bucket(RateLimiter *limiter, double now)
{
	limiter->tokens = Min(limiter->capacity, limiter->tokens +
						  (now - limiter->filled_at) * limiter->fill_rate);
	limiter->filled_at = now;
}

double
rate_limiter_take(RateLimiter *limiter, double now)
{
	if (!limiter->limits)
		return 0;
	fill_bucket(limiter, now);
	if (limiter->tokens < 1)
		return (1 - limiter->tokens) / limiter->fill_rate;
	limiter->tokens -= 1;
	return 0;
}

/* The rate of answers, by whole half seconds. */
static void
measure_rate(RateLimiter *limiter, double now)
{
	double		interval = floor(now / INTERVAL) * INTERVAL;

	limiter->answers++;
	if (interval <= limiter->measured_at)
		return;
	limiter->measured_rate = limiter->measured_rate * (1 - SMOOTHING) +
		limiter->answers / (interval - limiter->measured_at) * SMOOTHING;
	limiter->answers = 0;
	limiter->measured_at = interval;
}

/*
 * Through DECREASE of the last rate at the time of throttling, and through
 * that rate itself some seconds later, steeper and steeper from there on.
 */
static double
cubic_rate(const RateLimiter *limiter, double now)
{
	double		flat = cbrt(limiter->last_rate * (1 - DECREASE) / SCALE);

	return SCALE * pow(now - limiter->throttled_at - flat, 3) +
		limiter->last_rate;
}

void
rate_limiter_note(RateLimiter *limiter, bool throttled, double now)
{
	double		rate;

	measure_rate(limiter, now);
	if (throttled)
	{
		limiter->last_rate = limiter->limits
			? Min(limiter->measured_rate, limiter->fill_rate)
			: limiter->measured_rate;
		limiter->throttled_at = now;
		limiter->limits = true;
		rate = limiter->last_rate * DECREASE;
	}
	else
		rate = cubic_rate(limiter, now);
	rate = Min(rate, 2 * limiter->measured_rate);

	fill_bucket(limiter, now);
	limiter->fill_rate = Max(rate, SMALLEST_RATE);
	limiter->capacity = Max(rate, SMALLEST_CAPACITY);
	limiter->tokens = Min(limiter->tokens, limiter->capacity);
}
