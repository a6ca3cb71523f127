/*
 * retry_test.c
 *		The delays between attempts, and the tokens that they cost.
 *
 * Links: src/client/http/retry.c
 */
#include <stdarg.h>
#include <stdio.h>

#include "postgres.h"

#include "compat.h"

#include "common/pg_prng.h"

#include "client/http/retry.h"

/* the server's own are not linked */
#undef printf
#undef vprintf

static int	tests = 0;
static int	failures = 0;

/* What the next random number is; retry.c shall use no other. */
static double fraction = 0;

pg_prng_state pg_global_prng_state;

double
pg_prng_double(pg_prng_state *state)
{
	return fraction;
}

static void
is(long got, long expected, const char *format,...)
{
	va_list		arguments;

	printf("%sok %d - ", got == expected ? "" : "not ", ++tests);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	if (got != expected)
	{
		failures++;
		printf("# got %ld, expected %ld\n", got, expected);
	}
}

static void
test_delays(void)
{
	static const long ordinary[] = {25, 50, 100, 200, 400, 800, 1600, 3200,
	6400, 12800, 20000, 20000};
	static const long throttled[] = {1000, 2000, 4000, 8000, 16000, 20000,
	20000};
	int			n;

	for (n = 1; n <= (int) lengthof(ordinary); n++)
	{
		fraction = 0;
		is(retry_delay(n, false, 0), 0, "retry %d: from nothing", n);
		fraction = 0.5;
		is(retry_delay(n, false, 0), ordinary[n - 1] / 2,
		   "retry %d: over the middle", n);
		fraction = 1 - 1e-9;
		is(retry_delay(n, false, 0), ordinary[n - 1] - 1,
		   "retry %d: to its ceiling", n);
	}
	for (n = 1; n <= (int) lengthof(throttled); n++)
	{
		fraction = 1 - 1e-9;
		is(retry_delay(n, true, 0), throttled[n - 1] - 1,
		   "retry %d after throttling: to its ceiling", n);
	}
	fraction = 1 - 1e-9;
	is(retry_delay(1000000, false, 0), 19999, "retry 1000000: no overflow");
}

static void
test_server_asks(void)
{
	fraction = 0.4;
	is(retry_delay(1, false, 300), 300, "the server asks for more");
	is(retry_delay(3, true, 300), 1600, "the server asks for less");
	is(retry_delay(1, false, 60000), 5010, "the server asks for too much");
}

static void
test_tokens(void)
{
	RetryBucket bucket;
	int			price;
	int			taken = 0;

	retry_bucket_init(&bucket);
	while (retry_take(&bucket, false, &price))
		taken++;
	is(taken, 35, "tokens for 35 retries at 14");
	is(price, 14, "the price of a retry");
	is(retry_take(&bucket, true, &price), true, "one more that was throttled");
	is(price, 5, "the price of one that was throttled");
	is(retry_take(&bucket, true, &price), true, "and one more");
	is(retry_take(&bucket, true, &price), false, "the bucket is empty");

	retry_give_back(&bucket, 14);
	is(retry_take(&bucket, false, &price), true,
	   "a success gives back what its retry took");
	is(retry_take(&bucket, false, &price), false, "and no more");
	for (taken = 0; taken < 14; taken++)
		retry_give_back(&bucket, 0);
	is(retry_take(&bucket, false, &price), true,
	   "14 successes at once give one retry");

	retry_bucket_init(&bucket);
	for (taken = 0; taken < 1000; taken++)
		retry_give_back(&bucket, 14);
	for (taken = 0; retry_take(&bucket, true, &price); taken++)
		;
	is(taken, 100, "the bucket holds no more than at first");
}

/* As if each clock had gone on by so many milliseconds. */
static bool
is_good_after(int64 monotonic, int64 wall, int64 boot)
{
	Moment		used_at = {
		.monotonic = INT64CONST(1) << 40,
		.wall = INT64CONST(1) << 41,
		.boot = INT64CONST(1) << 42
	};
	Moment		now = {
		.monotonic = used_at.monotonic + monotonic,
		.wall = used_at.wall + wall,
		.boot = used_at.boot + boot
	};

	return retry_token_is_good(&used_at, &now);
}

static void
test_tokens_of_transactions(void)
{
	is(is_good_after(0, 0, 0), true, "a token that was just used");
	is(is_good_after(299999, 299999, 299999), true,
	   "one that was used 299.999 s ago");
	is(is_good_after(300000, 300000, 300000), false,
	   "one that was used 300 s ago");
	is(is_good_after(3600000, 3600000, 3600000), false,
	   "one that was used an hour ago");
	is(is_good_after(300000, 0, 0), false, "the monotonic clock alone says so");
	is(is_good_after(0, 300000, 0), false, "the wall clock alone says so");
	is(is_good_after(0, 0, 300000), false, "the clock since boot alone says so");
	is(is_good_after(1000, -299999, 1000), true,
	   "the wall clock was set back a little");
	is(is_good_after(1000, -300000, 1000), false, "and far");
}

static void
test_deadlines(void)
{
	is(retry_delay_before(0, 1), 0, "a retry at once, just in time");
	is(retry_delay_before(0, 0), -1, "and just too late");
	is(retry_delay_before(0, -5), -1, "or long since");
	is(retry_delay_before(400, 401), 400, "a wait that ends in time");
	is(retry_delay_before(400, 400), -1,
	   "one that does not, with no time for another attempt");
	is(retry_delay_before(20000, 5000), 4000,
	   "one that does not is cut, a second before the deadline");
	is(retry_delay_before(20000, 1000), -1, "but not within that second");
	is(retry_delay_before(20000, 1001), 1, "only before it");
}

int
main(void)
{
	test_delays();
	test_server_asks();
	test_tokens();
	test_tokens_of_transactions();
	test_deadlines();
	printf("1..%d\n", tests);
	return failures != 0;
}
