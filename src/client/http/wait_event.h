/*
 * wait_event.h
 *		What a session that waits is shown to wait for, in pg_stat_activity.
 */
#ifndef DYNAMORM_CLIENT_WAIT_EVENT_H
#define DYNAMORM_CLIENT_WAIT_EVENT_H

#include "postgres.h"

typedef enum WaitReason
{
	WAIT_FOR_ANSWER,			/* DynamoDBRequest */
	WAIT_BEFORE_RETRY,			/* DynamoDBRetry */
	WAIT_FOR_UNITS,				/* DynamoDBLimit */
	WAIT_FOR_CREDENTIALS,		/* DynamoDBCredentials */
	WAIT_FOR_COMMIT				/* DynamoDBCommit */
} WaitReason;

/*
 * Gives the reasons their events, once in a session, before anything is sent:
 * this may fail, with 54000, where the server has too many.
 */
extern void wait_event_prepare(void);

/* The event of a reason, for the functions of latches; it was prepared. */
extern uint32 wait_event(WaitReason reason);

#endif							/* DYNAMORM_CLIENT_WAIT_EVENT_H */
