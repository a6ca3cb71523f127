/*
 * table_item.h
 *		Items of a table: their keys, and their attributes as the values of
 *		columns.
 */
#ifndef DYNAMORM_TRANSLATE_TABLE_ITEM_H
#define DYNAMORM_TRANSLATE_TABLE_ITEM_H

#include "postgres.h"

#include "translate/table/table_column.h"

/*
 * The readable form of an item's key, {"id": "page-123"}, for messages; in the
 * server's encoding, in the current memory context.
 */
extern char *table_readable_key(const Table *table, const DynamoItem *item);

/*
 * The key attributes of an item, not copied deeply.  Raises HV000 if the item
 * lacks one (an engine's answer always has them).
 */
extern DynamoItem *table_key_of_item(const Table *table, const DynamoItem *item);

/* Do two items, or keys, have the same key? */
extern bool table_key_equal(const Table *table, const DynamoItem *a,
							const DynamoItem *b);

/*
 * A text that only items with the same key have, however their numbers are
 * spelled.
 */
extern char *table_key_text(const Table *table, const DynamoItem *key);

/*
 * table_key_text() of what may be no item of the table: NULL if it lacks a
 * key.
 */
extern char *table_key_text_if_any(const Table *table, const DynamoItem *item);

/*
 * The value of a column, which may be read out of another text; NULL: the item
 * has none.
 */
extern AttributeValue *table_column_value(const Column *column,
										  const DynamoItem *item);

/*
 * Decodes an item into values and nulls (column_count entries each).  Only the
 * columns for which wanted[attnum - 1] is true are decoded (wanted NULL: all),
 * the others are NULL.  Raises what codec_decode() raises.  A stored key that
 * is not in its canonical spelling is an error here.
 */
extern void table_decode_item(const Table *table, const DynamoItem *item,
							  const bool *wanted,
							  Datum *values, bool *nulls);

#endif							/* DYNAMORM_TRANSLATE_TABLE_ITEM_H */
