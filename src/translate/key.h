/*
 * key.h
 *		Which part of the key a WHERE fixes: GetItem, BatchGetItem, Query or
 *		Scan.
 */
#ifndef DYNAMORM_TRANSLATE_KEY_H
#define DYNAMORM_TRANSLATE_KEY_H

#include "postgres.h"

#include "translate/expression.h"
#include "translate/scope.h"

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
	List	   *used;			/* clauses that the key condition says exactly */
	List	   *rest;			/* all other clauses */
} KeyLookup;

/*
 * Looks through an implicitly ANDed list of clauses for equalities on the key
 * columns, lists of them, and a range on the sort key.  A clause that contradicts another (id
 * = 'a' AND id = 'b') stays in rest.  Allocated in the current memory context.
 */
extern KeyLookup *key_lookup(Scope *scope, List *clauses);

#endif							/* DYNAMORM_TRANSLATE_KEY_H */
