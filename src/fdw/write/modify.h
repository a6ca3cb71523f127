/*
 * modify.h
 *		The state of a modification row by row; shared with explain.c.
 */
#ifndef DYNAMORM_FDW_MODIFY_H
#define DYNAMORM_FDW_MODIFY_H

#include "postgres.h"

#include "fdw/write/insert.h"
#include "fdw/write/row_change.h"

/* fdw_private of a modification of single rows */
enum ModifyPrivate
{
	MODIFY_PRIVATE_CONFLICT,	/* integer: ConflictAction of an INSERT */
	MODIFY_PRIVATE_LOCK,		/* integer: LockClauseStrength of DO SELECT */
	MODIFY_PRIVATE_COUNT
};

/* What ON CONFLICT says; of COPY and of rows routed to a table nothing. */
extern ConflictPlan modify_conflict(const List *private);

typedef struct ModifyState
{
	InsertState *insert;		/* NULL: UPDATE or DELETE */
	RowChange  *change;			/* NULL: INSERT */
} ModifyState;

#endif							/* DYNAMORM_FDW_MODIFY_H */
