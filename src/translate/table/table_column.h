/*
 * table_column.h
 *		A described table and its columns, by number and by attribute.
 */
#ifndef DYNAMORM_TRANSLATE_TABLE_COLUMN_H
#define DYNAMORM_TRANSLATE_TABLE_COLUMN_H

#include "postgres.h"

#include "access/attnum.h"
#include "translate/codec/codec_types.h"

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
	Column	   *partition_key;	/* NULL: not known yet, see table.h */
	Column	   *sort_key;		/* NULL: the key is the partition key alone */
	Column	   *document;		/* NULL: none */
	bool		consistent_read;
	bool		updatable;
	uint32		name_mask;		/* size of names, a power of 2, less 1 */
	int16	   *names;			/* open hash of attribute names: index of the
								 * column plus 1; 0: free */
} Table;

/* For who describes a table: makes names, once the columns are there. */
extern void table_build_names(Table *table);

/* The column, or NULL for system columns, whole rows and dropped columns. */
extern Column *table_column(const Table *table, AttrNumber attnum);

/*
 * The column that maps an attribute, whose name need not end with a NUL; NULL
 * if none does but, maybe, the document column.
 */
extern Column *table_find_attribute(const Table *table, const char *name,
									int length);

/* Does a column other than the document column map the attribute? */
extern bool table_maps_attribute(const Table *table, const char *name);

/* Fills a place for messages about a column; key may be NULL. */
extern CodecPlace table_place(const Table *table, const Column *column,
							  const char *readable_key);

#endif							/* DYNAMORM_TRANSLATE_TABLE_COLUMN_H */
