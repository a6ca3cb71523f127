/*
 * interrupt.c
 *		Interrupts, as whatever waits for the network or a process checks for
 *		them.
 *
 * What waits lies below the requests (credentials are fetched while one of
 * them is being sent), so it cannot ask them what is in flight: they leave a
 * function here.
 */
#include "postgres.h"

#include "compat.h"

#include "miscadmin.h"

#include "client/http/interrupt.h"

static InterruptWarning warn_of_writes = NULL;

void
interrupt_set_warning(InterruptWarning warning)
{
	warn_of_writes = warning;
}

void
interrupt_check(void)
{
	if (warn_of_writes != NULL &&
		InterruptPending && InterruptHoldoffCount == 0 &&
		CritSectionCount == 0 &&
		(ProcDiePending || ClientConnectionLost || transaction_timed_out ||
		 (QueryCancelPending && QueryCancelHoldoffCount == 0)))
		warn_of_writes();
	CHECK_FOR_INTERRUPTS();
}
