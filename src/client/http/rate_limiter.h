/*
 * rate_limiter.h
 *		The rate at which a client that DynamoDB throttles sends: the AWS SDKs'
 *		retry mode "adaptive".
 *
 * A bucket of tokens, one for each attempt, is filled at a rate that falls to
 * seven tenths when an answer says that there were too many, and rises again
 * by a cubic function of the time since then.  Before the first such answer
 * there is no limit.
 *
 * Pure: the time, in seconds of any clock that does not go back, is told.
 *
 * Source: AWS SDKs and Tools Reference Guide, "Retry behavior"; for the
 * constants, the client rate limiter that the SDKs share.
 */
#ifndef DYNAMORM_CLIENT_RATE_LIMITER_H
#define DYNAMORM_CLIENT_RATE_LIMITER_H

#include "postgres.h"

typedef struct RateLimiter
{
	bool		limits;			/* there was such an answer */
	double		fill_rate;		/* tokens a second */
	double		capacity;
	double		tokens;
	double		filled_at;
	double		measured_rate;	/* of answers, a second */
	double		measured_at;	/* the end of the half second that is the last
								 * in it */
	int			answers;		/* since then */
	double		last_rate;		/* at the last such answer */
	double		throttled_at;	/* when that was */
} RateLimiter;

extern void rate_limiter_init(RateLimiter *limiter, double now);

/*
 * Takes a token for an attempt that leaves now, and returns 0; or else the
 * seconds until there is one to be taken.
 */
extern double rate_limiter_take(RateLimiter *limiter, double now);

/* An answer has come; throttled: it says that there were too many requests. */
extern void rate_limiter_note(RateLimiter *limiter, bool throttled,
							  double now);

#endif							/* DYNAMORM_CLIENT_RATE_LIMITER_H */
