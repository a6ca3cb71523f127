/*
 * item_set.h
 *		A set of keys: of the items that a statement has written, so that it
 *		writes none of them again, or of those that it asks for.
 */
#ifndef DYNAMORM_TRANSLATE_ITEM_SET_H
#define DYNAMORM_TRANSLATE_ITEM_SET_H

#include "postgres.h"

#include "client/attribute.h"

typedef struct ItemSet ItemSet;

/* An empty set, in the current memory context. */
extern ItemSet *item_set_make(void);

/*
 * key holds the key attributes alone, in the order of the table's
 * description.
 */
extern void item_set_add(ItemSet *set, const DynamoItem *key);
extern bool item_set_has(const ItemSet *set, const DynamoItem *key);

/*
 * The hash and match functions of a dynahash table whose entries begin with a
 * pointer to the JSON text of a key; size is not looked at.
 */
extern uint32 item_text_hash(const void *key, Size size);
extern int	item_text_match(const void *a, const void *b, Size size);

#endif							/* DYNAMORM_TRANSLATE_ITEM_SET_H */
