/*
 * back_off.c
 *		How an optimistic write waits before it is tried again.
 */
#include "postgres.h"

#include "compat.h"

#include "common/pg_prng.h"
#include "miscadmin.h"

#include "client/http/interrupt.h"
#include "client/http/wait_event.h"
#include "fdw/write/back_off.h"

/*
 * As often an optimistic write waits, and is tried, before it gives up.  What
 * was read before the wait is old after it, so each round is two tries: one
 * with that, and at once another with what the first has met.
 */
#define MAX_ROUNDS			20

/* Back-off before a round, in milliseconds: from four times base to cap. */
#define BACK_OFF_BASE		2
#define BACK_OFF_CAP		250

void
back_off(const Table *table, const char *readable_key, int tries)
{
	int			ceiling;
	long		delay;

	if (tries % 2 != 0)
		return;
	if (tries >= 2 * MAX_ROUNDS)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not update an item of table \"%s\" because others kept changing it",
						table->table_name),
				 errdetail("Item %s was changed between reading and writing %d times.",
						   readable_key, tries),
				 errhint("Retry the statement.")));

	ceiling = Min(BACK_OFF_CAP, BACK_OFF_BASE << Min(tries, 10));
	delay = (long) (pg_prng_double(&pg_global_prng_state) * ceiling);
	if (delay <= 0)
		return;
	(void) WaitLatch(MyLatch,
					 WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
					 delay, wait_event(WAIT_BEFORE_RETRY));
	ResetLatch(MyLatch);
	interrupt_check();
}
