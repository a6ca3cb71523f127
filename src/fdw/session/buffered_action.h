/*
 * buffered_action.h
 *		What COMMIT sends for a buffered item.
 */
#ifndef DYNAMORM_FDW_BUFFERED_ACTION_H
#define DYNAMORM_FDW_BUFFERED_ACTION_H

#include "postgres.h"

#include "fdw/session/buffered_item.h"

/*
 * The action of a transaction, in the current memory context, and the bytes
 * that DynamoDB counts for it.  0: there is nothing to be sent, since the item
 * was not there, and is not to be.  If the condition fails, the item shall
 * come with the failure (wants_old_item).  Raises 54000 for what no action can
 * hold.
 */
extern Size buffered_action_make(const BufferedItem *item, bool wants_old_item,
								 WriteOperation *operation);

#endif							/* DYNAMORM_FDW_BUFFERED_ACTION_H */
