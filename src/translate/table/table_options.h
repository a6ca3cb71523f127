/*
 * table_options.h
 *		The options of a foreign table and of its columns, as whoever knows
 *		them hands them over.
 */
#ifndef DYNAMORM_TRANSLATE_TABLE_OPTIONS_H
#define DYNAMORM_TRANSLATE_TABLE_OPTIONS_H

#include "postgres.h"

#include "utils/rel.h"

#include "client/wire/table_details.h"
#include "translate/table/table_column.h"

/* What reads see. */
typedef enum ReadMode
{
	READ_EVENTUAL,				/* items that may be old by a moment */
	READ_CONSISTENT,			/* each item as it is */
	READ_AT_ONCE				/* and all those of a list of keys as they are
								 * at one moment */
} ReadMode;

/* How writes take part in transactions. */
typedef enum TransactionMode
{
	TRANSACTION_IMMEDIATE,		/* each is done at once */
	TRANSACTION_ATOMIC			/* COMMIT sends them all */
} TransactionMode;

/* Texts are in the server's encoding. */
typedef struct ColumnOptions
{
	bool		is_given;		/* there is one */
	const char *attribute_name; /* NULL: the column's own name */
	const char *type;			/* NULL: the one that belongs to the SQL
								 * type */
	const char *unit;			/* NULL: seconds */
	const char *format;			/* NULL: our own spelling */
	const char *template;		/* NULL: the attribute is the value */
	KeyRole		key;
	bool		version;
	bool		created_at;
	bool		updated_at;
	bool		ttl;
	bool		hide_expired;
	bool		document;
} ColumnOptions;

/* How dyn_create_table() makes the table; nothing else looks at it. */
typedef struct StorageOptions
{
	BillingMode billing_mode;
	int			read_capacity_units;	/* 0: not given, as the next */
	int			write_capacity_units;
	int			max_read_request_units;
	int			max_write_request_units;
	TableClass	table_class;
	StreamView	stream;
	bool		deletion_protection;
	bool		point_in_time_recovery;
	const char *indexes;		/* JSON; NULL: none, as the next */
	const char *tags;
} StorageOptions;

typedef struct TableOptions
{
	Oid			server_id;
	const char *table_name;		/* of DynamoDB; valid */
	ReadMode	read_mode;		/* option "consistent_read" */
	bool		updatable;
	TransactionMode transaction_mode;
	int			read_units_per_second;	/* 0: no limit, as the next */
	int			write_units_per_second;
	StorageOptions storage;
	ColumnOptions *columns;		/* indexed by attnum - 1 */
} TableOptions;

/*
 * Reads the options of a foreign table from the catalogs, into the current
 * memory context, where they live as long as the description made of them.
 */
typedef const TableOptions *(*TableOptionsReader) (Relation relation);

#endif							/* DYNAMORM_TRANSLATE_TABLE_OPTIONS_H */
