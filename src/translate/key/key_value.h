/*
 * key_value.h
 *		Values that are keys: which an item can have, and the keys made of
 *		them.
 */
#ifndef DYNAMORM_TRANSLATE_KEY_VALUE_H
#define DYNAMORM_TRANSLATE_KEY_VALUE_H

#include "postgres.h"

#include "client/wire/expression.h"
#include "translate/table/table_column.h"

/* A value of a part of a key. */
typedef struct KeyValue
{
	Datum		datum;
	bool		isnull;
	Oid			type_id;
	Oid			collation;		/* of the equality */
} KeyValue;

/*
 * Are keys equal in SQL only where they are in DynamoDB?  (Not under a
 * collation that takes other bytes for the same.)
 */
extern bool key_equality_is_plain(const Table *table);

/*
 * Raises HV004 if they are not: nothing would keep keys unique, nor find an
 * item by the key that it has in SQL.
 */
extern void key_check_writable(const Table *table);

/*
 * Raises what is wrong with an encoded value for a part of the table's key:
 * 23514 if it is empty, 54000 if it is too long.
 */
extern void key_check_value(const Table *table, const Column *column,
							const AttributeValue *value);

/* attribute = operand */
extern Condition *key_equals(const Column *column, Operand *operand);

/*
 * The key of these values, in the current memory context; sort NULL: it has no
 * sort key.  NULL if one of them is not known.
 */
extern DynamoItem *key_of_operands(const Table *table,
								   const Operand *partition,
								   const Operand *sort);

/*
 * The key with these values of columns (a list of Column, by which a key is
 * told), of which the equalities are such that key_lookup() has used them.
 * NULL if no item can have it.  Allocated in the current memory context.
 */
extern DynamoItem *key_of_values(const Table *table, const List *columns,
								 const KeyValue *values);

/*
 * Can an item have the value as this part of its key, or that of an index?
 * What is not known yet can be.
 */
extern bool key_can_hold(const Column *column, bool is_sort,
						 const Operand *operand);

/*
 * Does one value of a sort key come before another of the same type?
 */
extern bool key_value_is_before(const AttributeValue *value,
								const AttributeValue *other);

/* Can it stand in a key condition? */
extern bool key_can_be_bound(bool is_sort, const Operand *operand);

#endif							/* DYNAMORM_TRANSLATE_KEY_VALUE_H */
