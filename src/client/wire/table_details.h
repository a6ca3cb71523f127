/*
 * table_details.h
 *		A table of DynamoDB as it is made: all that CreateTable and the
 *		requests beside it can say of one, and how DynamoDB tells it.
 *
 * The same value is what a foreign table declares, what DynamoDB describes,
 * and what IMPORT FOREIGN SCHEMA writes down.
 *
 * Source: DynamoDB API Reference, "CreateTable", "TableDescription",
 * "DescribeContinuousBackups", "ListTagsOfResource".
 */
#ifndef DYNAMORM_CLIENT_TABLE_DETAILS_H
#define DYNAMORM_CLIENT_TABLE_DETAILS_H

#include "postgres.h"

#include "client/wire/table_description.h"

/* The first of each is what DynamoDB makes if it is told nothing. */
typedef enum BillingMode
{
	BILLING_ON_DEMAND,
	BILLING_PROVISIONED
} BillingMode;

typedef enum TableClass
{
	TABLE_CLASS_STANDARD,
	TABLE_CLASS_INFREQUENT
} TableClass;

typedef enum StreamView
{
	STREAM_NONE,
	STREAM_KEYS,
	STREAM_NEW,
	STREAM_OLD,
	STREAM_BOTH
} StreamView;

/* DynamoDB's names of a table's class, and of a stream; NULL: of none. */
extern const char *table_class_name(TableClass class);
extern const char *stream_view_name(StreamView view);

/* Units a second; 0: not given. */
typedef struct Throughput
{
	int64		read_units;		/* of BILLING_PROVISIONED */
	int64		write_units;
	int64		most_read_units;	/* of BILLING_ON_DEMAND; 0: no maximum */
	int64		most_write_units;
} Throughput;

typedef struct IndexDetails
{
	IndexDescription index;		/* of a local one the partition key is the
								 * table's */
	const char *status;			/* NULL: none is told */
	Throughput	throughput;		/* of a global one */
} IndexDetails;

typedef struct TableTag
{
	const char *key;			/* UTF-8, as the next */
	const char *value;
} TableTag;

/* Names and texts are in UTF-8. */
typedef struct TableDetails
{
	int			key_count;		/* 1, or 2 with a sort key */
	KeyAttribute key[2];
	int			index_count;
	IndexDetails *indexes;		/* by their names */
	BillingMode billing_mode;
	Throughput	throughput;
	TableClass	table_class;
	StreamView	stream;
	bool		deletion_protection;
	bool		point_in_time_recovery;
	const char *time_to_live;	/* an attribute; NULL: none */
	int			tag_count;
	TableTag   *tags;			/* by their keys */

	/* what nobody chooses; NULL, and -1: not told */
	const char *status;
	const char *arn;
	const char *stream_arn;
	int64		item_count;
	int64		size;
	bool		tells_recovery; /* other requests have told it, as the next */
	bool		tells_time_to_live;
	bool		tells_tags;
	const TableDescription *description;	/* what is asked for elsewhere */
} TableDetails;

/* A page of ListTagsOfResource. */
typedef struct TagPage
{
	int			count;
	TableTag   *tags;
	const char *next;			/* NULL: it was the last */
} TagPage;

/* The answer to DescribeContinuousBackups. */
typedef struct ContinuousBackups
{
	bool		point_in_time_recovery;
} ContinuousBackups;

/*
 * Read an answer of length bytes, as those of table_description.h do: to a
 * TableDetails without the members that other requests tell (recovery, time to
 * live, tags), to a TagPage, and to ContinuousBackups.
 */
extern void *table_details_read(char *answer, int length,
								const char **problem);
extern void *tag_page_read(char *answer, int length, const char **problem);
extern void *continuous_backups_read(char *answer, int length,
									 const char **problem);

/* Brings indexes in the order of their names, tags in that of their keys. */
extern void table_details_sort(TableDetails *details);

#endif							/* DYNAMORM_CLIENT_TABLE_DETAILS_H */
