/*
 * unit_bucket_table.h
 *		The buckets there are, by what they limit: in memory of a size that is
 *		fixed, which may be shared.
 *
 * A bucket that is full is as good as none, and makes room for another one.
 * Whoever shares a table keeps others out while it uses it.
 */
#ifndef DYNAMORM_CLIENT_UNIT_BUCKET_TABLE_H
#define DYNAMORM_CLIENT_UNIT_BUCKET_TABLE_H

#include "postgres.h"

#include "client/request/unit_bucket.h"

/* The end of longer names, of ARNs, is enough. */
#define LIMITED_NAME_LENGTH	255

/*
 * Of a table, or of a role.  Compared as bytes: what is left free is zero, and
 * there is none between members.
 */
typedef struct UnitBucketKey
{
	Oid			database_id;	/* of the server; InvalidOid: of a role */
	Oid			server_id;
	Oid			role_id;		/* InvalidOid: of a table */
	int			writes;			/* 1: write units; 0: read units */
	char		table_name[LIMITED_NAME_LENGTH + 1];	/* UTF-8 */
} UnitBucketKey;

typedef struct UnitBucketEntry
{
	UnitBucketKey key;
	UnitBucket	bucket;
	uint64		number;			/* another one when it is made anew: places in
								 * the one before mean nothing */
	int			next;			/* of its chain; -1: none */
} UnitBucketEntry;

typedef struct UnitBucketTable UnitBucketTable;

extern Size unit_bucket_table_size(int room);

/* Makes an empty table in as much memory. */
extern UnitBucketTable *unit_bucket_table_init(void *memory, int room);

/*
 * The entry of a key, if need be a new one with a bucket of that rate, at this
 * time; NULL: there is no room, since no bucket is full.
 */
extern UnitBucketEntry *unit_bucket_table_get(UnitBucketTable *table,
											  const UnitBucketKey *key,
											  double rate, int64 now);

#endif							/* DYNAMORM_CLIENT_UNIT_BUCKET_TABLE_H */
