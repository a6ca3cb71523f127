/*
 * unit_bucket_table.c
 *		The buckets there are, by what they limit: in memory of a size that is
 *		fixed, which may be shared.
 *
 * An entry is found by its chain, those with the same hash.  Shared memory is
 * at the same address in every process.
 */
#include "postgres.h"

#include "compat.h"

#include "common/hashfn.h"

#include "client/request/unit_bucket_table.h"

#define NO_ENTRY			(-1)

struct UnitBucketTable
{
	int			room;			/* entries; there are as many chains */
	int			used;			/* entries: the first ones */
	int			hand;			/* where room is looked for next */
	uint64		last_number;
	int		   *chains;			/* the first entry of each */
	UnitBucketEntry *entries;
};

static Size
bucket_chains_offset(void)
{
	return MAXALIGN(sizeof(UnitBucketTable));
}

static Size
bucket_entries_offset(int room)
{
	return bucket_chains_offset() + MAXALIGN(room * sizeof(int));
}

Size
unit_bucket_table_size(int room)
{
	return bucket_entries_offset(room) + room * sizeof(UnitBucketEntry);
}

UnitBucketTable *
unit_bucket_table_init(void *memory, int room)
{
	UnitBucketTable *table = (UnitBucketTable *) memory;

	table->room = room;
	table->used = 0;
	table->hand = 0;
	table->last_number = 0;
	table->chains = (int *) ((char *) memory + bucket_chains_offset());
	table->entries = (UnitBucketEntry *) ((char *) memory +
										  bucket_entries_offset(room));
	for (int i = 0; i < room; i++)
		table->chains[i] = NO_ENTRY;
	return table;
}

static int *
bucket_chain(UnitBucketTable *table, const UnitBucketKey *key)
{
	uint32		hash = hash_bytes((const unsigned char *) key,
								  sizeof(UnitBucketKey));

	return &table->chains[hash % table->room];
}

static void
unlink_bucket(UnitBucketTable *table, int i)
{
	int		   *link = bucket_chain(table, &table->entries[i].key);

	while (*link != i)
		link = &table->entries[*link].next;
	*link = table->entries[i].next;
}

/* An entry that nobody finds; NO_ENTRY: there is no room. */
static int
room_for_bucket(UnitBucketTable *table, int64 now)
{
	if (table->used < table->room)
		return table->used++;
	for (int n = 0; n < table->room; n++)
	{
		int			i = table->hand;

		table->hand = (i + 1) % table->room;
		if (unit_bucket_is_full(&table->entries[i].bucket, now))
		{
			unlink_bucket(table, i);
			return i;
		}
	}
	return NO_ENTRY;
}

UnitBucketEntry *
unit_bucket_table_get(UnitBucketTable *table, const UnitBucketKey *key,
					  double rate, int64 now)
{
	int		   *chain = bucket_chain(table, key);
	int			i = *chain;
	UnitBucketEntry *entry;

	while (i != NO_ENTRY &&
		   memcmp(&table->entries[i].key, key, sizeof(UnitBucketKey)) != 0)
		i = table->entries[i].next;
	if (i != NO_ENTRY)
		return &table->entries[i];

	i = room_for_bucket(table, now);
	if (i == NO_ENTRY)
		return NULL;
	entry = &table->entries[i];
	entry->key = *key;
	entry->number = ++table->last_number;
	unit_bucket_init(&entry->bucket, rate, now);
	entry->next = *chain;
	*chain = i;
	return entry;
}
