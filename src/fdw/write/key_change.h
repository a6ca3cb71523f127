/*
 * key_change.h
 *		An UPDATE that gives an item another key.
 *
 * DynamoDB cannot change a key.  The item is deleted and put anew in one
 * TransactWriteItems: all or nothing, on condition that the item still is what
 * was read, and that no item has the new key.
 */
#ifndef DYNAMORM_FDW_KEY_CHANGE_H
#define DYNAMORM_FDW_KEY_CHANGE_H

#include "postgres.h"

#include "fdw/write/write_statement.h"

/*
 * Does any of the actions (of column_actions()) give a key attribute
 * another value than it has in the item?  If not, those on key attributes are
 * taken out of the list.
 */
extern bool key_change_wanted(const Table *table, const DynamoItem *item,
							  List **actions);

/*
 * The item with the actions applied, each of which sets or removes a whole
 * attribute.  Attributes that no column maps stay.  Not copied deeply.
 */
extern DynamoItem *key_change_new_item(const DynamoItem *item, List *actions);

/*
 * Starts the transaction.  Its memory is allocated in the current context.
 * Raises 54000 if the item has more attributes than a condition can hold.
 */
extern Request *key_change_start(const WriteStatement *statement,
								 const DynamoItem *item,
								 const char *readable_key,
								 const DynamoItem *new_item);

/*
 * After OUTCOME_CONDITION_FAILED.  If the item still was what it had been, and
 * the failed condition that of the new key, raises 23505.  Else returns the
 * item as it is now, in the request's memory; NULL: it is gone, or the engine
 * did not send it.
 */
extern const DynamoItem *key_change_current_item(const Table *table,
												 const Request *request,
												 const DynamoItem *new_item);

#endif							/* DYNAMORM_FDW_KEY_CHANGE_H */
