/*
 * item_key.h
 *		The key of a table's items, for all who need not know what it is made
 *		of: nobody above asks for a partition key or a sort key.
 */
#ifndef DYNAMORM_TRANSLATE_ITEM_KEY_H
#define DYNAMORM_TRANSLATE_ITEM_KEY_H

#include "postgres.h"

#include "client/wire/expression.h"
#include "translate/key/key_schema.h"
#include "translate/table/table.h"

/* Is an attribute of this name part of the key? */
extern bool key_has_attribute(const Table *table, const char *name);

/*
 * The key of a row, in the current memory context.  NULL if a column of it has
 * no value that a key can have; *missing is that column then.
 */
extern DynamoItem *key_of_row(const Table *table, const Datum *values,
							  const bool *nulls, const Column **missing);

/*
 * A key as PostgreSQL shows one of an index, "(day, page)=(2026-01-01, x)",
 * in the server's encoding.  Source: BuildIndexValueDescription() in genam.c.
 */
extern char *key_describe(const Table *table, const DynamoItem *key);

/* Does a key have this value of the partition key? */
extern bool key_in_partition(const Table *table, const DynamoItem *key,
							 const AttributeValue *partition);

/*
 * Does one key come before, or at, another of its partition in the order of
 * the sort key?  False if that is not known, or there is none.
 */
extern bool key_is_before(const Table *table, const DynamoItem *key,
						  const DynamoItem *other);

/*
 * The item is there, and is a row; there is none, a row or not.  By its kind
 * alone it would be a row, be it expired or not.
 */
extern Condition *condition_item_exists(const Table *table);
extern Condition *condition_item_absent(const Table *table);
extern Condition *condition_item_of_kind(const Table *table);

/*
 * There is no item, or one of which of_row is true and which is a row: of an
 * upsert by UpdateItem, which keeps what it does not set.
 */
extern Condition *condition_absent_or_row(const Table *table,
										  Condition *of_row);

/*
 * There is no item, or a row that has expired: of a PutItem, which leaves
 * nothing of it.  Where the table hides none: there is no item.
 */
extern Condition *condition_key_is_free(const Table *table);

/* The same of a table that hides them, whatever the setting is by now. */
extern Condition *condition_absent_or_expired(const Table *table);

/*
 * The item is a row, as far as attributes say that may be named in a filter
 * (hidden tells, by attnum - 1, which may not; NULL: all may).  queried: what
 * a Query finds it by, whose key condition says the rest; NULL: of a Scan.
 */
extern Condition *condition_item_is_row(const Table *table,
										const bool *hidden,
										const KeySchema *queried);

/*
 * Raises 23505 for an item that is no row, where one is to be made.
 */
extern void key_raise_other_item(const Table *table, const char *readable_key,
								 const DynamoItem *item)
			pg_attribute_noreturn();

#endif							/* DYNAMORM_TRANSLATE_ITEM_KEY_H */
