/*
 * item_set.h
 *		A set of keys: of the items that a statement has written, so that it
 *		writes none of them again, or of those that it asks for.
 *
 * A key costs less than 64 bytes, whatever its length.
 */
#ifndef DYNAMORM_TRANSLATE_ITEM_SET_H
#define DYNAMORM_TRANSLATE_ITEM_SET_H

#include "postgres.h"

#include "client/wire/attribute.h"

#define ITEM_DIGEST_BYTES	16

/*
 * A hash of a key, with a secret of the session: of the key's JSON text (see
 * json_append_item()), which tells all keys apart.
 */
typedef struct ItemDigest
{
	uint8		bytes[ITEM_DIGEST_BYTES];
} ItemDigest;

typedef struct ItemSet ItemSet;

extern ItemDigest item_digest(const DynamoItem *key);
extern ItemDigest item_digest_of_text(const char *text, int length);

/* An empty set, in the current memory context. */
extern ItemSet *item_set_make(void);
extern void item_set_free(ItemSet *set);

/*
 * key holds the key attributes alone, in the order of the table's
 * description.  item_set_add() is false if the set had it already.
 */
extern bool item_set_add(ItemSet *set, const DynamoItem *key);
extern bool item_set_has(const ItemSet *set, const DynamoItem *key);

#endif							/* DYNAMORM_TRANSLATE_ITEM_SET_H */
