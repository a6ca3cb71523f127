/*
 * column_action.h
 *		A column's new value as what is to be written: of an UPDATE that was
 *		computed, or of an INSERT.
 */
#ifndef DYNAMORM_FDW_COLUMN_ACTION_H
#define DYNAMORM_FDW_COLUMN_ACTION_H

#include "postgres.h"

#include "compat.h"

#include "client/wire/expression.h"
#include "translate/table/table.h"

/* Are the old and the new value of a column the same, to the byte? */
extern bool column_datum_unchanged(const Column *column,
								   bool old_isnull, Datum old_value,
								   bool new_isnull, Datum new_value);

/*
 * The actions (of UpdateAction, each on a whole attribute) that give a column
 * its new value.  item is the stored one, or what is known of it: parts of a
 * document that read the same keep the form that they are stored in.  NULL:
 * nothing is known.  Raises what may not be stored: 23502, 23514, 22003 and so
 * on, 0A000 for a set or binary value in a document that would become a list
 * or a string.
 */
extern List *column_actions(const Table *table, const Column *column,
							const DynamoItem *item, bool isnull, Datum value,
							const char *readable_key);

/*
 * Does what column_actions() makes of a new value depend on the stored one?
 * So it is with a document that has sets or binary data, which it keeps; of
 * the document column each attribute is compared with the one stored, and the
 * caller knows that it depends on all of them.
 */
extern bool column_keeps_stored(const Column *column, const DynamoItem *item);

/*
 * A key attribute must be there, and neither be empty nor too long: raises
 * 23502, 23514, 54000.  readable_key is the item's key so far, or NULL.
 * Source: DynamoDB Developer Guide, "Naming rules and data types".
 */
extern void column_check_key(const Table *table, const Column *column,
							 const AttributeValue *value,
							 const char *readable_key);

/*
 * The document column holds a JSON object whose members have no columns of
 * their own: raises 22023.
 */
extern void column_check_document(const Table *table,
								  const AttributeValue *document);

/* Raises 23502 for a column whose value is NULL and must not be. */
extern void column_raise_null(const Table *table, const Column *column,
							  const char *readable_key)
			pg_attribute_noreturn();

#endif							/* DYNAMORM_FDW_COLUMN_ACTION_H */
