/*
 * key.h
 *		Which part of a key a WHERE fixes: GetItem, BatchGetItem, Query or
 *		Scan.
 *
 * What keys are made of is in key_schema.h, their values are in key_value.h,
 * and what a look-up has found is in key_lookup.h.
 */
#ifndef DYNAMORM_TRANSLATE_KEY_H
#define DYNAMORM_TRANSLATE_KEY_H

#include "postgres.h"

#include "translate/key/key_lookup.h"
#include "translate/key/key_schema.h"
#include "translate/key/key_value.h"
#include "translate/scope.h"

/*
 * An upsert by the key that was looked up would store it: raises what an
 * INSERT of a key does that DynamoDB or the columns cannot hold (22003, 23514,
 * 54000, 22001 and so on).
 */
extern void key_check_upsert(const Table *table, const KeyLookup *lookup);

/*
 * Looks through an implicitly ANDed list of clauses for equalities on the key
 * columns, lists of them, and a range on the sort key.  A clause that
 * contradicts another (id = 'a' AND id = 'b') stays in rest.  An index is
 * never read by ITEM or ITEMS.  Allocated in the current memory context.
 */
extern KeyLookup *key_lookup(Scope *scope, const KeySchema *schema,
							 List *clauses);

/*
 * Does what is stored as this part of a key order items as the column is
 * ordered under the collation?
 */
extern bool key_order_is_plain(const Column *column, Oid collation);

/*
 * The same of a column that a part of the key is made of, as the last that is
 * not fixed.
 */
extern bool field_order_is_plain(const Column *column, Oid collation);

#endif							/* DYNAMORM_TRANSLATE_KEY_H */
