/*
 * key_internal.h
 *		What the files that look for keys share.
 */
#ifndef DYNAMORM_TRANSLATE_KEY_INTERNAL_H
#define DYNAMORM_TRANSLATE_KEY_INTERNAL_H

#include "postgres.h"

#include "translate/condition_internal.h"
#include "translate/key.h"

/* ---- key.c ---- */

/* Can an item have the value as this part of its key? */
extern bool key_can_hold(const Column *column, const Operand *operand);

/* attribute = operand */
extern Condition *key_equals(const Column *column, Operand *operand);

/*
 * The key of these values, in the current memory context; sort NULL: it has no
 * sort key.  NULL if one of them is not known.
 */
extern DynamoItem *key_of_operands(const Table *table,
								   const Operand *partition,
								   const Operand *sort);

/* ---- key_list.c ---- */

/*
 * Do the clauses leave only a list of whole keys?  Then fills the lookup, but
 * for rest.
 */
extern bool key_list_find(Scope *scope, List *clauses, KeyLookup *lookup);

#endif							/* DYNAMORM_TRANSLATE_KEY_INTERNAL_H */
