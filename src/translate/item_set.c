/*
 * item_set.c
 *		A set of keys: of the items that a statement has written, so that it
 *		writes none of them again, or of those that it asks for.
 *
 * A key is looked up by its JSON text, which tells all keys apart.
 */
#include "postgres.h"

#include "compat.h"

#include "common/hashfn.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "translate/item_set.h"

struct ItemSet
{
	HTAB	   *keys;			/* of char *, the JSON texts */
	MemoryContext context;		/* of the texts */
};

uint32
item_text_hash(const void *key, Size size)
{
	const char *text = *(const char *const *) key;

	return DatumGetUInt32(hash_any((const unsigned char *) text,
								   strlen(text)));
}

int
item_text_match(const void *a, const void *b, Size size)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

ItemSet *
item_set_make(void)
{
	ItemSet    *set = palloc0(sizeof(ItemSet));
	HASHCTL		control = {
		.keysize = sizeof(char *),
		.entrysize = sizeof(char *),
		.hash = item_text_hash,
		.match = item_text_match,
		.hcxt = CurrentMemoryContext
	};

	set->context = CurrentMemoryContext;
	set->keys = hash_create("dynamorm_fdw keys", 64, &control,
							HASH_ELEM | HASH_FUNCTION | HASH_COMPARE |
							HASH_CONTEXT);
	return set;
}

static const char *
text_of_key(const DynamoItem *key)
{
	StringInfoData text;

	initStringInfo(&text);
	json_append_item(&text, key);
	return text.data;
}

void
item_set_add(ItemSet *set, const DynamoItem *key)
{
	MemoryContext old = MemoryContextSwitchTo(set->context);
	const char *text = text_of_key(key);

	hash_search(set->keys, &text, HASH_ENTER, NULL);
	MemoryContextSwitchTo(old);
}

bool
item_set_has(const ItemSet *set, const DynamoItem *key)
{
	const char *text = text_of_key(key);

	return hash_search(set->keys, &text, HASH_FIND, NULL) != NULL;
}
