/*
 * item_set.c
 *		A set of keys: of the items that a statement has written, so that it
 *		writes none of them again, or of those that it asks for.
 *
 * A statement may write millions of items, so their keys are not kept, but 128
 * bits of a hash of each.  Two keys with the same ones would have one row
 * skipped in silence: the hash has a secret of the session, without which
 * nobody can look for such keys, and by chance they do not come up.  (With
 * 10^9 keys the odds are 10^20 to one against it.)
 *
 * The table is 45 to 90 % full: a key costs 19 to 38 bytes, and, while the
 * table is copied into one of twice its size, 57.
 */
#include "postgres.h"

#include "compat.h"

#include "common/hmac.h"
#include "common/sha2.h"

#include "translate/key/item_set.h"

#define SECRET_BYTES	32

/* An entry; it has no member that would have to be aligned. */
typedef struct DigestEntry
{
	ItemDigest	digest;
	char		status;			/* simplehash's own */
} DigestEntry;

static uint32
digest_hash(const ItemDigest *digest)
{
	uint32		hash;

	memcpy(&hash, digest->bytes, sizeof(hash));
	return hash;
}

#define SH_PREFIX digests
#define SH_ELEMENT_TYPE DigestEntry
#define SH_KEY_TYPE ItemDigest
#define SH_KEY digest
#define SH_HASH_KEY(table, key) digest_hash(&(key))
#define SH_EQUAL(table, a, b) (memcmp(&(a), &(b), sizeof(ItemDigest)) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
/* no key can be chosen to lie beside others: only what is full grows */
#define SH_GROW_MAX_DIB PG_INT32_MAX
#define SH_GROW_MAX_MOVE PG_INT32_MAX
#include "lib/simplehash.h"

/* What the first batch of a statement needs. */
#define FIRST_SIZE		16

struct ItemSet
{
	digests_hash *digests;
};

static const uint8 *
session_secret(void)
{
	static uint8 secret[SECRET_BYTES];
	static bool drawn = false;

	if (!drawn && !pg_strong_random(secret, sizeof(secret)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate random values")));
	drawn = true;
	return secret;
}

ItemDigest
item_digest_of_text(const char *text, int length)
{
	const uint8 *secret = session_secret();
	pg_hmac_ctx *hmac = pg_hmac_create(PG_SHA256);
	uint8		hash[PG_SHA256_DIGEST_LENGTH];
	ItemDigest	digest;
	bool		done;

	done = hmac != NULL &&
		pg_hmac_init(hmac, secret, SECRET_BYTES) >= 0 &&
		pg_hmac_update(hmac, (const uint8 *) text, length) >= 0 &&
		pg_hmac_final(hmac, hash, sizeof(hash)) >= 0;
	pg_hmac_free(hmac);
	if (!done)
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not compute the hash of a key")));
	memcpy(digest.bytes, hash, ITEM_DIGEST_BYTES);
	return digest;
}

ItemDigest
item_digest(const DynamoItem *key)
{
	StringInfoData text;
	ItemDigest	digest;

	initStringInfo(&text);
	json_append_item(&text, key);
	digest = item_digest_of_text(text.data, text.len);
	pfree(text.data);
	return digest;
}

ItemSet *
item_set_make(void)
{
	ItemSet    *set = palloc(sizeof(ItemSet));

	set->digests = digests_create(CurrentMemoryContext, FIRST_SIZE, NULL);
	return set;
}

void
item_set_free(ItemSet *set)
{
	digests_destroy(set->digests);
	pfree(set);
}

bool
item_set_add(ItemSet *set, const DynamoItem *key)
{
	bool		found;

	(void) digests_insert(set->digests, item_digest(key), &found);
	return !found;
}

bool
item_set_has(const ItemSet *set, const DynamoItem *key)
{
	return digests_lookup(set->digests, item_digest(key)) != NULL;
}
