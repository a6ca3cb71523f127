/*
 * description.h
 *		What DynamoDB says of a table: its key, its indexes, its size.
 *
 * DescribeTable is asked only where it matters, and its answer is kept in the
 * session for some minutes.  Not everybody may ask: then a table has no
 * indexes here and its size is not known, but it can be read all the same.
 */
#ifndef DYNAMORM_FDW_DESCRIPTION_H
#define DYNAMORM_FDW_DESCRIPTION_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "client/request.h"
#include "translate/table.h"

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
	List	   *projected;		/* SOME: names of the attributes more (char *,
								 * UTF-8) */
	int64		item_count;		/* -1: not told */
	int64		size;			/* bytes; -1: not told */
} IndexDescription;

typedef struct TableDescription
{
	const char *partition_key;	/* UTF-8; NULL: not told */
	const char *sort_key;		/* NULL: none */
	AttributeType partition_type;	/* S, N or B */
	AttributeType sort_type;	/* the same, if there is a sort key */
	int64		item_count;		/* up to six hours old, so that 0 may be that
								 * of a table not counted yet; -1: not told */
	int64		size;			/* bytes; as old; -1: not told */
	List	   *indexes;		/* of IndexDescription */
} TableDescription;

/*
 * A foreign table with its key, used as a user.  It is the session's cached
 * one.  DynamoDB is asked only where no column has the option "key".  Raises
 * what table_describe(), table_set_key() and request_raise() raise.
 */
extern Table *description_of_table(Oid relation_id, Oid user_id);

/*
 * What DynamoDB says of the table, in the current memory context; at most some
 * minutes old.  NULL if it does not say.
 */
extern const TableDescription *description_ask(const Table *table,
											   Oid user_id);

/*
 * What DynamoDB says now of a table that may have no foreign table.  NULL if it
 * does not say: *refusal is then the request that failed.
 */
extern const TableDescription *description_fetch(Connection *connection,
												 const char *table_name,
												 Request **refusal);

/* The names of all tables, as a list of char *. */
extern List *description_list_tables(Connection *connection);

/*
 * The attribute that is the table's time to live, in UTF-8; NULL: there is
 * none, or DynamoDB does not say (that is a right of its own too).
 */
extern const char *description_time_to_live(Connection *connection,
											const char *table_name);

/* Forgets all that was said: this session has changed some table. */
extern void description_forget(void);

#endif							/* DYNAMORM_FDW_DESCRIPTION_H */
