/*
 * key_schema.h
 *		What the key of a table, or of one of its indexes, is made of.
 */
#ifndef DYNAMORM_TRANSLATE_KEY_SCHEMA_H
#define DYNAMORM_TRANSLATE_KEY_SCHEMA_H

#include "postgres.h"

#include "client/wire/expression.h"
#include "client/wire/table_description.h"
#include "translate/table/table_column.h"

/* As many columns may make up a key; and be said to have values, with it. */
#define KEY_FIELD_LIMIT		(2 * KEY_TEMPLATE_LIMIT)
#define KEY_VALUE_LIMIT		(KEY_FIELD_LIMIT + 2)

/*
 * The columns of a key: the one of the partition key first.  One that others
 * are read out of need not be a column in SQL.
 */
typedef struct KeyColumns
{
	int			count;			/* 0: the key is not known yet (table.h) */
	const Column *columns[2];
} KeyColumns;

extern KeyColumns key_columns(const Table *table);

/*
 * The columns by whose values a row is told: those of the key, or, where an
 * attribute of it is made of the values of others, these.
 */
typedef struct KeyFields
{
	int			count;
	const Column *columns[KEY_FIELD_LIMIT];
} KeyFields;

extern KeyFields key_fields(const Table *table);

/*
 * The names of those columns, for messages: user_id, order_id as identifiers
 * of SQL, or "user_id" and "order_id" in quotes.
 */
extern char *key_field_names(const Table *table, bool as_identifiers);

/*
 * The key of what is read: the table, or one of its indexes.  An index holds
 * only the items that have all attributes of its key.
 */
typedef struct KeySchema
{
	const char *index_name;		/* UTF-8; NULL: the table */
	bool		is_global;		/* a global index: never read consistently */
	bool		without_products;	/* of the table: large products of lists
									 * are not looked up key by key */
	int			partition_count;
	const Column *partition[KEY_PART_LIMIT];
	int			sort_count;		/* maybe 0 */
	const Column *sort[KEY_PART_LIMIT];
	const bool *projected;		/* of an index: the columns that it holds, by
								 * attnum - 1; NULL: all */
} KeySchema;

/* The key of the table itself. */
extern KeySchema *key_schema_of_table(const Table *table);

/* Is the column part of the key? */
extern bool key_schema_has(const KeySchema *schema, const Column *column);

#endif							/* DYNAMORM_TRANSLATE_KEY_SCHEMA_H */
