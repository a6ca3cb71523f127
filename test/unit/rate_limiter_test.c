/*
 * rate_limiter_test.c
 *		The rate of a client that is throttled, on a clock that is set.
 *
 * The expected rates are those of the SDKs' own specification: of answers at
 * these times.
 *
 * Links: src/client/http/rate_limiter.c test/lib/unit/server.c -lpgcommon
 * Links: -lpgport -lm
 */
#include "postgres.h"

#include "compat.h"

#include <math.h>

#include "client/http/rate_limiter.h"
#include "server.h"

static void
check_number(double got, double expected, const char *what, double at)
{
	char		name[100];

	snprintf(name, sizeof(name), "%s at %.2f s: %.6f, got %.6f", what, at,
			 expected, got);
	report(fabs(got - expected) < 5e-7, name);
}

static void
test_course(void)
{
	static const struct
	{
		double		at;
		bool		throttled;
		double		measured;
		double		fill_rate;
	}			answers[] = {
		{0.2, false, 0, 0.5},
		{0.4, false, 0, 0.5},
		{0.6, false, 4.8, 0.5},
		{0.8, false, 4.8, 0.5},
		{1.0, false, 4.16, 0.5},
		{1.2, false, 4.16, 0.6912},
		{1.4, false, 4.16, 1.0976},
		{1.6, false, 5.632, 1.6384},
		{1.8, false, 5.632, 2.3328},
		{2.0, true, 4.3264, 3.02848},
		{2.2, false, 4.3264, 3.486639},
		{2.4, false, 4.3264, 3.821874},
		{2.6, false, 5.66528, 4.053386},
		{2.8, false, 5.66528, 4.200373},
		{3.0, false, 4.333056, 4.282037}
	};
	RateLimiter limiter;

	rate_limiter_init(&limiter, 0);
	for (int i = 0; i < (int) lengthof(answers); i++)
	{
		rate_limiter_note(&limiter, answers[i].throttled, answers[i].at);
		check_number(limiter.measured_rate, answers[i].measured,
					 "measured rate", answers[i].at);
		check_number(limiter.fill_rate, answers[i].fill_rate,
					 "rate", answers[i].at);
	}
}

/* 10 a second were too many at second 5: how it comes back. */
static void
test_cubic(void)
{
	static const double expected[] = {
		7.0, 9.648936, 10.000031, 10.453285, 13.408697, 21.266268, 36.425999
	};
	RateLimiter limiter;

	for (int i = 0; i < (int) lengthof(expected); i++)
	{
		rate_limiter_init(&limiter, 5);
		limiter.limits = true;
		limiter.last_rate = 10;
		limiter.throttled_at = 5;
		limiter.measured_rate = 1000;
		/* in the half second that is being measured: that stays as it is */
		limiter.measured_at = 5 + i;
		rate_limiter_note(&limiter, false, 5 + i);
		check_number(limiter.fill_rate, expected[i], "cubic rate", 5 + i);
	}
}

static void
test_waits(void)
{
	RateLimiter limiter;
	double		at = 100;

	rate_limiter_init(&limiter, at);
	for (int i = 0; i < 1000; i++)
		if (rate_limiter_take(&limiter, at) != 0)
			break;
	check_number(rate_limiter_take(&limiter, at), 0,
				 "without throttling nobody waits", at);

	/* the lowest rate: one every two seconds */
	rate_limiter_note(&limiter, true, at);
	check_number(limiter.fill_rate, 0.5, "the lowest rate", at);
	check_number(rate_limiter_take(&limiter, at), 2, "the first one waits", at);
	check_number(rate_limiter_take(&limiter, at), 2,
				 "one that does not leave takes nothing", at);
	at += 1.5;
	check_number(rate_limiter_take(&limiter, at), 0.5, "for the rest", at);
	at += 0.5;
	check_number(rate_limiter_take(&limiter, at), 0, "and leaves", at);
	check_number(rate_limiter_take(&limiter, at), 2, "the next one waits", at);
	at += 60;
	check_number(rate_limiter_take(&limiter, at), 0,
				 "one that comes much later does not wait", at);
	check_number(rate_limiter_take(&limiter, at), 2,
				 "but no more than one was saved up", at);
}

/* The rate does not go to nothing, and not beyond twice what is measured. */
static void
test_bounds(void)
{
	RateLimiter limiter;
	double		at = 0;

	rate_limiter_init(&limiter, at);
	for (int i = 0; i < 1000; i++)
		rate_limiter_note(&limiter, true, at += 0.01);
	check_number(limiter.fill_rate, 0.5, "after many refusals", at);
	for (int i = 0; i < 1000; i++)
		rate_limiter_note(&limiter, false, at += 1);
	check_number(limiter.fill_rate, 2, "after many successes", at);
}

int
main(void)
{
	test_course();
	test_cubic();
	test_waits();
	test_bounds();
	return report_end();
}
