/*
 * table_description.h
 *		What DynamoDB says of its tables: the answers to DescribeTable,
 *		ListTables and DescribeTimeToLive.
 *
 * They are read to plain structs by functions that a request is given (see
 * AnswerReader in request.h), so that one that is no such answer is repeated,
 * and told of, as any other is.  They need no server, but for memory.
 *
 * Source: DynamoDB API Reference, "TableDescription", "ListTables",
 * "DescribeTimeToLive".
 */
#ifndef DYNAMORM_CLIENT_TABLE_DESCRIPTION_H
#define DYNAMORM_CLIENT_TABLE_DESCRIPTION_H

#include "postgres.h"

#include "client/wire/attribute.h"

/*
 * Attributes of one part of a key: tables and local indexes have one, global
 * indexes up to four.
 */
#define KEY_PART_LIMIT	4

typedef enum IndexProjection
{
	INDEX_PROJECTS_ALL,
	INDEX_PROJECTS_KEYS,		/* of the index and the table */
	INDEX_PROJECTS_SOME			/* the keys and some attributes more */
} IndexProjection;

/* An attribute of a key, as DynamoDB declares it. */
typedef struct KeyAttribute
{
	const char *name;			/* UTF-8 */
	AttributeType type;			/* S, N or B */
} KeyAttribute;

typedef struct IndexDescription
{
	const char *name;
	bool		is_global;
	bool		is_usable;		/* ACTIVE, and not being filled */
	int			partition_count;	/* attributes of its partition key */
	KeyAttribute partition[KEY_PART_LIMIT];
	int			sort_count;		/* attributes of its sort key, maybe 0 */
	KeyAttribute sort[KEY_PART_LIMIT];
	IndexProjection projection;
	int			projected_count;
	const char **projected;		/* SOME: names of the attributes more, UTF-8 */
} IndexDescription;

typedef struct TableDescription
{
	const char *partition_key;	/* UTF-8; NULL: not told */
	const char *sort_key;		/* NULL: none */
	AttributeType partition_type;	/* S, N or B */
	AttributeType sort_type;	/* of the sort key, if there is one */
	bool		is_active;		/* its status says that it can be used */
	int64		item_count;		/* up to six hours old, so that 0 may be that
								 * of a table not counted yet; -1: not told */
	int64		size;			/* bytes; as old; -1: not told */
	int			index_count;	/* of those whose keys are of a form known
								 * here */
	IndexDescription *indexes;	/* array of index_count */
} TableDescription;

#define SHORTEST_INDEX_NAME	3

/* A page of ListTables. */
typedef struct TableNames
{
	int			count;
	const char **names;			/* array of count, UTF-8 */
	const char *last;			/* where the next page begins; NULL: there is
								 * none */
} TableNames;

/* The answer to DescribeTimeToLive. */
typedef struct TimeToLive
{
	const char *attribute;		/* UTF-8; NULL: there is none */
} TimeToLive;

/*
 * Read an answer of length bytes in place: to a TableDescription, TableNames,
 * TimeToLive.  What they give is in the current memory context, and its texts
 * may be in the answer.  NULL if it is no such answer: *problem, a constant,
 * then says why.
 */
extern void *table_description_read(char *answer, int length,
									const char **problem);
extern void *table_names_read(char *answer, int length, const char **problem);
extern void *time_to_live_read(char *answer, int length, const char **problem);

/*
 * Can this be the name of a table or an index?  Messages and commands hold it.
 * Source: Developer Guide, "Naming rules"; some emulators take names that are
 * shorter than the service's 3 bytes.
 */
extern bool is_dynamodb_name(const char *name, int shortest);

/* A copy of all of it, in the current memory context. */
extern TableDescription *table_description_copy(const TableDescription *description);

#endif							/* DYNAMORM_CLIENT_TABLE_DESCRIPTION_H */
