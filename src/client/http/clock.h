/*
 * clock.h
 *		A clock that nobody sets, for durations.
 */
#ifndef DYNAMORM_CLIENT_CLOCK_H
#define DYNAMORM_CLIENT_CLOCK_H

#include "postgres.h"

#include <time.h>

static inline int64
monotonic_microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static inline int64
monotonic_milliseconds(void)
{
	return monotonic_microseconds() / 1000;
}

#endif							/* DYNAMORM_CLIENT_CLOCK_H */
