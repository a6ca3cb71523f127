/*
 * key_internal.h
 *		What the files that look for keys share.
 */
#ifndef DYNAMORM_TRANSLATE_KEY_INTERNAL_H
#define DYNAMORM_TRANSLATE_KEY_INTERNAL_H

#include "postgres.h"

#include "translate/condition/condition_internal.h"
#include "translate/key/key.h"

/* ---- key.c ---- */

/* attribute = operand */
extern Condition *key_equals(const Column *column, Operand *operand);

/*
 * The key of these values, in the current memory context; sort NULL: it has no
 * sort key.  NULL if one of them is not known.
 */
extern DynamoItem *key_of_operands(const Table *table,
								   const Operand *partition,
								   const Operand *sort);

/* ---- key_value.c ---- */

/* Bytes of an S or B. */
extern int	key_value_length(const AttributeValue *value);

/*
 * Can an item have the value as this part of its key, or that of an index?
 * What is not known yet can be.
 */
extern bool key_can_hold(const Column *column, bool is_sort,
						 const Operand *operand);

/* Can it stand in a key condition? */
extern bool key_can_be_bound(bool is_sort, const Operand *operand);

/* ---- key_list.c ---- */

/*
 * Do the clauses leave only a list of whole keys?  Then fills the lookup, but
 * for rest.
 */
extern bool key_list_find(Scope *scope, List *clauses, KeyLookup *lookup);

#endif							/* DYNAMORM_TRANSLATE_KEY_INTERNAL_H */
