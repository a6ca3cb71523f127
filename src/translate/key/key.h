/*
 * key.h
 *		Which part of a key a WHERE fixes: GetItem, BatchGetItem, Query or
 *		Scan.
 */
#ifndef DYNAMORM_TRANSLATE_KEY_H
#define DYNAMORM_TRANSLATE_KEY_H

#include "postgres.h"

#include "client/wire/expression.h"
#include "translate/scope.h"

/*
 * The key of what is read: the table, or one of its indexes.  An index holds
 * only the items that have all attributes of its key.
 */
typedef struct KeySchema
{
	const char *index_name;		/* UTF-8; NULL: the table */
	bool		is_global;		/* a global index: never read consistently */
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

/* A value of a part of a key. */
typedef struct KeyValue
{
	Datum		datum;
	bool		isnull;
	Oid			type_id;
	Oid			collation;		/* of the equality */
} KeyValue;

typedef enum KeyAccess
{
	KEY_ACCESS_NOTHING,			/* the key values are impossible: no row */
	KEY_ACCESS_ITEM,			/* the whole key: GetItem, UpdateItem, ... */
	KEY_ACCESS_ITEMS,			/* a list of whole keys: BatchGetItem */
	KEY_ACCESS_QUERY,			/* the partition key: Query */
	KEY_ACCESS_SCAN				/* no partition key */
} KeyAccess;

typedef struct KeyLookup
{
	KeyAccess	access;
	DynamoItem *key;			/* ITEM: the key; NULL if not all values are
								 * known yet */
	List	   *keys;			/* ITEMS: of DynamoItem, each once; NIL if not
								 * all values are known yet */
	int			key_count;		/* ITEMS: how many there are, or probably are */
	bool		from_list;		/* ITEM, ITEMS, NOTHING: found in a list */
	Condition  *condition;		/* ITEM, QUERY: partition = value [AND sort
								 * ...], as a key condition, also readable;
								 * from_list: only if the scope has labels, to
								 * be shown */
	List	   *values;			/* ITEM, if not from_list: the expressions that
								 * the parts of the key are equal to */
	List	   *collations;		/* OID list: of these equalities */
	List	   *used;			/* clauses that the key condition says exactly */
	List	   *rest;			/* all other clauses */
	List	   *on_partition;	/* clauses that fix the partition key */
	List	   *on_sort;		/* clauses that the key condition takes from
								 * the sort key, exactly or not */
	int			sort_fixed;		/* attributes of the sort key that are fixed by
								 * equalities */
	const Column *impossible_column;	/* NOTHING: part of the key that shall
										 * equal what no item can have there;
										 * NULL: for another reason */
	KeyValue	impossible_value;	/* that */
} KeyLookup;

/*
 * Are keys equal in SQL only where they are in DynamoDB?  (Not under a
 * collation that takes other bytes for the same.)
 */
extern bool key_equality_is_plain(const Table *table);

/*
 * Raises HV004 if they are not: nothing would keep keys unique, nor find an
 * item by the key that it has in SQL.
 */
extern void key_check_writable(const Table *table);

/*
 * Raises what is wrong with an encoded value for a part of the table's key:
 * 23514 if it is empty, 54000 if it is too long.
 */
extern void key_check_value(const Table *table, const Column *column,
							const AttributeValue *value);

/*
 * An upsert by the key that was looked up would store it: raises what an
 * INSERT of a key does that DynamoDB or the columns cannot hold (22003, 23514,
 * 54000, 22001 and so on).
 */
extern void key_check_upsert(const Table *table, const KeyLookup *lookup);

/*
 * The key with these values, of which the equalities are such that
 * key_lookup() has used them: the partition key's, and the sort key's if there
 * is one.  NULL if no item can have it.  Allocated in the current memory
 * context.
 */
extern DynamoItem *key_of_values(const Table *table, const KeyValue *values);

/*
 * Looks through an implicitly ANDed list of clauses for equalities on the key
 * columns, lists of them, and a range on the sort key.  A clause that
 * contradicts another (id = 'a' AND id = 'b') stays in rest.  An index is never
 * read by ITEM or ITEMS.  Allocated in the current memory context.
 */
extern KeyLookup *key_lookup(Scope *scope, const KeySchema *schema,
							 List *clauses);

/*
 * Does what is stored as this part of a key order items as the column is
 * ordered under the collation?
 */
extern bool key_order_is_plain(const Column *column, Oid collation);

#endif							/* DYNAMORM_TRANSLATE_KEY_H */
