/*
 * table.h
 *		What a foreign table says about its DynamoDB table: names, keys and the
 *		codec of each column.
 *
 * Reads the catalogs only.  Where no column carries the option "key", the key
 * must be asked of DynamoDB, which is the caller's work (description.c).
 */
#ifndef DYNAMORM_TRANSLATE_TABLE_H
#define DYNAMORM_TRANSLATE_TABLE_H

#include "postgres.h"

#include "access/attnum.h"
#include "access/tupdesc.h"
#include "client/wire/attribute.h"
#include "client/wire/table_description.h"
#include "translate/codec/codec.h"

typedef enum KeyRole
{
	KEY_NONE,
	KEY_PARTITION,
	KEY_SORT
} KeyRole;

typedef struct Column
{
	AttrNumber	attnum;
	const char *name;			/* column name; NULL for a dropped column */
	const char *attribute_name; /* UTF-8 */
	int			attribute_name_length;
	KeyRole		key;
	bool		not_null;
	bool		is_version;		/* option "version" */
	bool		is_created_at;	/* option "created_at" */
	bool		is_updated_at;	/* option "updated_at" */
	bool		is_ttl;			/* option "ttl" */
	bool		is_document;	/* option "document" */
	Codec	   *codec;			/* NULL for a dropped column */
} Column;

typedef struct Table
{
	Oid			relation_id;
	const char *relation_name;	/* for messages */
	Oid			server_id;
	const char *table_name;		/* of DynamoDB, UTF-8 */
	int			column_count;	/* attributes of the relation */
	Column	   *columns;		/* indexed by attnum - 1 */
	Column	   *partition_key;	/* NULL: not known yet, see above */
	Column	   *sort_key;		/* NULL: the key is the partition key alone */
	Column	   *document;		/* NULL: none */
	bool		consistent_read;
	bool		updatable;
} Table;

/*
 * Describes a foreign table, which the caller has locked.  Descriptions are
 * kept for the session and shared: one is good until the end of the
 * transaction, even if the catalogs change, and must not be freed.  Raises
 * what codec_create() refuses as HV004 (invalid data type), though the
 * validator has refused most of it at DDL time.
 */
extern Table *table_describe(Oid relation_id);

/*
 * Sets the key of a table whose columns do not name it; sort_key NULL: none.
 * Raises HV005 if no column maps a key attribute.
 */
extern void table_set_key(Table *table, const char *partition_key,
						  const char *sort_key);

/* The column, or NULL for system columns, whole rows and dropped columns. */
extern Column *table_column(const Table *table, AttrNumber attnum);

/* Does a column other than the document column map the attribute? */
extern bool table_maps_attribute(const Table *table, const char *name);

/* Fills a place for messages about a column; key may be NULL. */
extern CodecPlace table_place(const Table *table, const Column *column,
							  const char *readable_key);

/*
 * The readable form of an item's key, {"id": "page-123"}, for messages; in the
 * server's encoding, in the current memory context.
 */
extern char *table_readable_key(const Table *table, const DynamoItem *item);

/*
 * The key attributes of an item, not copied deeply.  Raises HV000 if the item
 * lacks one (an engine's answer always has them).
 */
extern DynamoItem *table_key_of_item(const Table *table, const DynamoItem *item);

/* Do two items, or keys, have the same key? */
extern bool table_key_equal(const Table *table, const DynamoItem *a,
							const DynamoItem *b);

/*
 * A text that only items with the same key have, however their numbers are
 * spelled.
 */
extern char *table_key_text(const Table *table, const DynamoItem *key);

/* The same of what may be no item of the table: NULL if it lacks a key. */
extern char *table_key_text_if_any(const Table *table, const DynamoItem *item);

/*
 * Decodes an item into values and nulls (column_count entries each).  Only the
 * columns for which wanted[attnum - 1] is true are decoded (wanted NULL: all),
 * the others are NULL.  Raises what codec_decode() raises.  A stored key that
 * is not in its canonical spelling is an error here.
 */
extern void table_decode_item(const Table *table, const DynamoItem *item,
							  const bool *wanted,
							  Datum *values, bool *nulls);

#endif							/* DYNAMORM_TRANSLATE_TABLE_H */
