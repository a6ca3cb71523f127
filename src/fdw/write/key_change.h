/*
 * key_change.h
 *		An UPDATE that gives an item another key.
 *
 * DynamoDB cannot change a key.  The item is deleted and put anew in one
 * TransactWriteItems (NEXT_MOVE of writer.h): all or nothing, on condition
 * that the item still is what was read, and that no item has the new key.
 */
#ifndef DYNAMORM_FDW_KEY_CHANGE_H
#define DYNAMORM_FDW_KEY_CHANGE_H

#include "postgres.h"

#include "client/wire/expression.h"
#include "translate/table/table.h"

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
 * The expressions of the deletion under the old key: on condition that the
 * item is what was read.  Raises 54000 if it has more attributes than a
 * condition can hold.
 */
extern char *key_change_expressions(const Table *table,
									const DynamoItem *item);

#endif							/* DYNAMORM_FDW_KEY_CHANGE_H */
