/*
 * key_lookup.h
 *		What a look-up of keys has found.
 */
#ifndef DYNAMORM_TRANSLATE_KEY_LOOKUP_H
#define DYNAMORM_TRANSLATE_KEY_LOOKUP_H

#include "postgres.h"

#include "client/wire/expression.h"
#include "translate/key/key_value.h"

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
	int			key_count;		/* ITEMS: how many there are, or probably
								 * are */
	bool		from_list;		/* ITEM, ITEMS, NOTHING: found in a list */
	bool		is_product;		/* ITEMS: of each value of one part with each
								 * of the other, of which most may be in no
								 * table */
	Condition  *condition;		/* ITEM, QUERY: partition = value [AND sort
								 * ...], as a key condition, also readable;
								 * from_list: only if the scope has labels, to
								 * be shown */
	const AttributeValue *partition;	/* QUERY of the table's own key: what
										 * its partition key equals; NULL: not
										 * known yet */
	List	   *values;			/* ITEM, if not from_list: the expressions that
								 * the parts of the key, or the columns that
								 * they are made of, are equal to */
	List	   *value_columns;	/* of Column: those */
	List	   *collations;		/* OID list: of these equalities */
	List	   *by;				/* clauses by which the key is found */
	List	   *used;			/* those of them, and others, that need not be
								 * checked any more */
	List	   *rest;			/* all other clauses */
	List	   *on_partition;	/* clauses that fix the partition key */
	List	   *on_sort;		/* clauses that the key condition takes from
								 * the sort key, exactly or not */
	const Column *ordered_by;	/* QUERY: the column that the next attribute of
								 * the sort key is made of, if it comes in the
								 * order of it; NULL: none */
	bool		may_be_others;	/* QUERY: the key condition does not say of all
								 * attributes that it could that they begin as
								 * their templates say, as clauses on them
								 * do not */
	int			sort_fixed;		/* attributes of the sort key that are fixed by
								 * equalities */
	const Column *impossible_column;	/* NOTHING: part of the key that shall
										 * equal what no item can have there;
										 * NULL: for another reason */
	KeyValue	impossible_value;	/* that */
	const Column *unmade;		/* NOTHING: an attribute of the key that the
								 * values cannot make; NULL: for another
								 * reason */
	const TemplatePart *unmade_field;
	TemplateProblem unmade_problem;
	const Column *unfit;		/* NOTHING: an attribute of the key whose text
								 * is too long for one; NULL: for another
								 * reason */
	const AttributeValue *unfit_value;
	const Column *misfit;		/* NOTHING: an attribute of the key that is
								 * given, and not as its template makes it;
								 * NULL: for another reason */
} KeyLookup;

#endif							/* DYNAMORM_TRANSLATE_KEY_LOOKUP_H */
