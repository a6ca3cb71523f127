/*
 * table_expiry.h
 *		Items whose time to live is over, where a table hides them (option
 *		"hide_expired").
 *
 * DynamoDB deletes such an item some time later, up to days.  Until then it
 * stays, and is as though it were gone: no row, and a new one replaces it
 * whole.
 *
 * What counts as now is the start of the transaction, as now() has it.  So a
 * row neither vanishes within a statement or a cursor, nor between what a
 * transaction has read and what its writes, or its COMMIT, ask for, and
 * "expires > now()" is true of the rows and of no other item.
 *
 * Source: DynamoDB Developer Guide, "Using time to live (TTL)": only a number
 * counts, of seconds since 1970, and one that is more than five years past
 * does not.
 */
#ifndef DYNAMORM_TRANSLATE_TABLE_EXPIRY_H
#define DYNAMORM_TRANSLATE_TABLE_EXPIRY_H

#include "postgres.h"

#include "translate/table/table_column.h"

/*
 * The setting dynamorm_fdw.show_expired: expired items are as all others.  A
 * statement takes it when it begins, with its table (Table.hides_expired); a
 * plan, which may be kept for long, must depend on Table.expiry alone.
 */
extern bool show_expired;

/*
 * Has the item expired?  Whether the table hides such items is for the caller
 * to ask; without an expiry column none has.
 */
extern bool table_has_expired(const Table *table, const DynamoItem *item);

/*
 * The earliest and the latest time of those that are over, as N, in the
 * current memory context.
 */
extern AttributeValue *expiry_earliest(void);
extern AttributeValue *expiry_latest(void);

#endif							/* DYNAMORM_TRANSLATE_TABLE_EXPIRY_H */
