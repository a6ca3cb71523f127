/*
 * clock.h
 *		Clocks: one that nobody sets, for durations, and all of them, for what
 *		goes on while this machine sleeps.
 */
#ifndef DYNAMORM_CLIENT_CLOCK_H
#define DYNAMORM_CLIENT_CLOCK_H

#include "postgres.h"

#include <time.h>

static inline int64
clock_microseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static inline int64
monotonic_microseconds(void)
{
	return clock_microseconds(CLOCK_MONOTONIC);
}

static inline int64
monotonic_milliseconds(void)
{
	return monotonic_microseconds() / 1000;
}

/* One moment, by each clock, in milliseconds. */
typedef struct Moment
{
	int64		monotonic;		/* stands still while the machine sleeps */
	int64		wall;			/* goes on, or is set when it wakes up */
	int64		boot;			/* goes on meanwhile, if it knows of it */
} Moment;

static inline Moment
moment_now(void)
{
	Moment		now = {
		.monotonic = monotonic_milliseconds(),
		.wall = clock_microseconds(CLOCK_REALTIME) / 1000
	};

#ifdef CLOCK_BOOTTIME
	now.boot = clock_microseconds(CLOCK_BOOTTIME) / 1000;
#else
	now.boot = now.monotonic;
#endif
	return now;
}

#endif							/* DYNAMORM_CLIENT_CLOCK_H */
