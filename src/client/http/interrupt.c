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

/* In the order of ProcessInterrupts() (postgres.c). */
void
interrupt_check(void)
{
	bool		cancels = QueryCancelPending && QueryCancelHoldoffCount == 0;
	bool		ends_session = ProcDiePending || ClientConnectionLost ||
		(transaction_timed_out && !cancels);

	if (warn_of_writes != NULL &&
		InterruptPending && InterruptHoldoffCount == 0 &&
		CritSectionCount == 0 && (cancels || ends_session))
		warn_of_writes(ends_session);
	CHECK_FOR_INTERRUPTS();
}

bool
interrupt_is_reason(const ErrorData *error)
{
	int			category = ERRCODE_TO_CATEGORY(error->sqlerrcode);

	return error->sqlerrcode == ERRCODE_QUERY_CANCELED ||
		error->sqlerrcode == ERRCODE_ADMIN_SHUTDOWN ||
		error->sqlerrcode == ERRCODE_CRASH_SHUTDOWN ||
		category == ERRCODE_SYSTEM_ERROR || category == ERRCODE_INTERNAL_ERROR;
}
