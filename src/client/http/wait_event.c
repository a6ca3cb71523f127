/*
 * wait_event.c
 *		What a session that waits is shown to wait for, in pg_stat_activity.
 */
#include "postgres.h"

#include "compat.h"

#include "utils/wait_event.h"

#include "client/http/wait_event.h"

static const char *const names[] = {
	[WAIT_FOR_ANSWER] = "DynamoDBRequest",
	[WAIT_BEFORE_RETRY] = "DynamoDBRetry",
	[WAIT_FOR_UNITS] = "DynamoDBLimit",
	[WAIT_FOR_CREDENTIALS] = "DynamoDBCredentials",
	[WAIT_FOR_COMMIT] = "DynamoDBCommit"
};

static uint32 events[lengthof(names)];	/* 0: not prepared */

void
wait_event_prepare(void)
{
	for (int i = 0; i < (int) lengthof(names); i++)
		if (events[i] == 0)
			events[i] = make_wait_event(names[i]);
}

uint32
wait_event(WaitReason reason)
{
	return events[reason];
}
