/*
 * table_column.h
 *		A described table and its columns, by number and by attribute.
 */
#ifndef DYNAMORM_TRANSLATE_TABLE_COLUMN_H
#define DYNAMORM_TRANSLATE_TABLE_COLUMN_H

#include "postgres.h"

#include "access/attnum.h"
#include "translate/codec/codec_types.h"
#include "translate/table/template.h"

typedef enum KeyRole
{
	KEY_NONE,
	KEY_PARTITION,
	KEY_SORT
} KeyRole;

typedef struct Column
{
	AttrNumber	attnum;			/* 0: of an attribute that only others are read
								 * out of, and which is no column in SQL */
	const char *name;			/* column name; NULL for one that is dropped,
								 * or computed when it is read (VIRTUAL) */
	const char *attribute_name; /* UTF-8 */
	int			attribute_name_length;
	KeyRole		key;			/* of its attribute */
	bool		in_key;			/* its value is part of the table's key: as
								 * that attribute, or in its text */
	bool		not_null;		/* declared so: holds of what is written */
	bool		never_null;		/* ... and of all rows: not NOT VALID */
	bool		is_version;		/* option "version" */
	bool		is_created_at;	/* option "created_at" */
	bool		is_updated_at;	/* option "updated_at" */
	bool		is_ttl;			/* option "ttl" */
	bool		is_document;	/* option "document" */
	Template   *template;		/* its attribute is made by it; NULL: it is the
								 * column's value */
	struct Column *source;		/* whose attribute it is read out of; NULL: it
								 * has one of its own */
	Codec	   *codec;			/* NULL where there is no name */
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
	Column	   *expiry;			/* by which items expire that are hidden then
								 * (table_expiry.h); NULL: none are */
	bool		hides_expired;	/* they are: not while show_expired is on */
	bool		key_in_doubt;	/* the key may be spelled otherwise by others,
								 * and no item of the session has shown yet how
								 * it is */
	bool		consistent_read;
	bool		reads_at_once;	/* consistent_read 'transaction' */
	bool		updatable;
	bool		is_atomic;		/* option "transaction_mode" */
	int			read_rate;		/* units a second that may be used; 0: no
								 * limit, as the next */
	int			write_rate;
	int			made_count;
	Column	  **made;			/* those with a template, also the ones that
								 * are no columns in SQL; constants first */
	int			constant_count; /* of them */
	uint32		name_mask;		/* size of names, a power of 2, less 1 */
	Column	  **names;			/* open hash of attribute names; NULL: free */
} Table;

/*
 * For who describes a table: makes names, once the columns are there.  Raises
 * HV007 for two columns of one attribute, unless they are read out of it.
 */
extern void table_build_names(Table *table);

/* The column, or NULL for system columns, whole rows and dropped columns. */
extern Column *table_column(const Table *table, AttrNumber attnum);

/*
 * The column that has an attribute, whose name need not end with a NUL, or the
 * one that others are read out of; NULL if none does but, maybe, the document
 * column.
 */
extern Column *table_find_attribute(const Table *table, const char *name,
									int length);

/* Does a column other than the document column map the attribute? */
extern bool table_maps_attribute(const Table *table, const char *name);

/* The key of an item is spelled as its columns would spell it. */
extern void table_confirm_key(const Table *table);

/* Fills a place for messages about a column; key may be NULL. */
extern CodecPlace table_place(const Table *table, const Column *column,
							  const char *readable_key);

#endif							/* DYNAMORM_TRANSLATE_TABLE_COLUMN_H */
