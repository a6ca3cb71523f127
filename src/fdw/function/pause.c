/*
 * pause.c
 *		A pause before something is tried again.
 */
#include "postgres.h"

#include "compat.h"

#include "miscadmin.h"
#include "storage/latch.h"

#include "client/http/wait_event.h"
#include "fdw/function/pause.h"

void
pause_milliseconds(int milliseconds)
{
	(void) WaitLatch(MyLatch,
					 WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
					 milliseconds, wait_event(WAIT_BEFORE_RETRY));
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}
