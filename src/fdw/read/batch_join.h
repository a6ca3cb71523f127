/*
 * batch_join.h
 *		Joins on the whole key of a DynamoDB table, 100 keys in a BatchGetItem.
 *
 * The plan below gives the outer rows, from wherever they come.  Rows are read
 * ahead until they have 100 different keys, these are asked for at once, and
 * the rows go on, joined, in their order.  An outer row meets at most one
 * item.
 *
 * The node is a custom scan.  Its scan tuple has the columns of the plan below
 * and then those of the item; all its expressions refer to that.
 */
#ifndef DYNAMORM_FDW_BATCH_JOIN_H
#define DYNAMORM_FDW_BATCH_JOIN_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "nodes/extensible.h"

#include "fdw/read/batch_reader.h"
#include "fdw/read/open_scan.h"
#include "translate/key/item_key.h"
#include "translate/key/key.h"

/* custom_exprs of the plan */
enum BatchJoinExpressions
{
	BATCH_JOIN_KEY_VALUES,		/* list: the values by which the key is told */
	BATCH_JOIN_MATCH,			/* list: clauses that an item must satisfy to
								 * be joined, the key's equalities included */
	BATCH_JOIN_EXPRESSION_COUNT
};

/* custom_private of the plan */
enum BatchJoinPrivate
{
	BATCH_JOIN_PRIVATE_TYPE,	/* integer: JoinType */
	BATCH_JOIN_PRIVATE_INNER,	/* integer: which member of custom_relids the
								 * DynamoDB table is; unlike its number that
								 * is not changed by setrefs.c */
	BATCH_JOIN_PRIVATE_USER,	/* OID list of one: whose rights count;
								 * invalid: the current user's */
	BATCH_JOIN_PRIVATE_COLUMNS, /* integer list: attribute numbers of the
								 * columns that have the values */
	BATCH_JOIN_PRIVATE_COLLATIONS,	/* OID list: of the key's equalities */
	BATCH_JOIN_PRIVATE_WANTED,	/* integer list: see access_projection() */
	BATCH_JOIN_PRIVATE_FILTER,	/* integer list: clauses of MATCH that the key
								 * does not say already, by position */
	BATCH_JOIN_PRIVATE_COUNT
};

/* An item that was asked for, or will be. */
typedef struct SoughtItem
{
	const char *key_text;		/* of table_key_text(); first: the hash key */
	MinimalTuple row;			/* its columns; NULL: there is none, or it has
								 * not come yet */
} SoughtItem;

/*
 * What is known of items, so that each is asked for once.  When it has become
 * large the batches to come begin another one.
 */
typedef struct SoughtItems
{
	MemoryContext context;		/* all of it */
	struct HTAB *items;			/* of SoughtItem */
	int			users;			/* batches, and the state if it is the current
								 * one */
} SoughtItems;

/* A row of the plan below. */
typedef struct OuterRow
{
	MinimalTuple tuple;
	SoughtItem *item;			/* NULL: no item can have its key */
} OuterRow;

/* Outer rows that go through together. */
typedef struct JoinBatch
{
	MemoryContext context;		/* all of it */
	int			count;
	int			capacity;
	OuterRow   *rows;
	int			next;			/* the row to be joined next */
	Size		bytes;			/* of the rows */
	DynamoItem *keys[BATCH_GET_MAX_KEYS];	/* to be asked for */
	int			key_count;
	BatchReader *reader;		/* of their items; NULL: all is known */
	SoughtItems *sought;
} JoinBatch;

typedef struct BatchJoinState
{
	CustomScanState custom;		/* must be first */
	JoinType	type;
	Index		inner_relid;	/* the DynamoDB table */
	const Table *table;
	OpenScan	open;			/* in the session's registry */
	BatchReads	reads;			/* of items; not there if only explained */
	Bitmapset  *wanted_columns; /* see column_set.h */
	bool	   *wanted;			/* of column_set_to_flags() */
	int			outer_count;	/* columns of the plan below */
	int			key_count;		/* columns by which the key is told */
	List	   *key_columns;	/* of Column */
	ExprState  *key_values[KEY_VALUE_LIMIT];	/* of each of them */
	Oid			key_types[KEY_VALUE_LIMIT];
	Oid			key_collations[KEY_VALUE_LIMIT];
	ExprState  *match;
	TupleTableSlot *outer_slot; /* to take an OuterRow apart */
	TupleTableSlot *item_slot;	/* an item as a row of its table */
	ExprContext *item_context;	/* item_projection's */
	ProjectionInfo *item_projection;	/* the columns that the join wants */
	TupleTableSlot *inner_slot; /* to take a SoughtItem apart */
	MemoryContext context;		/* of what follows */
	List	   *batches;		/* of JoinBatch, oldest first */
	int			ahead;			/* batches that may be there at once */
	bool		no_more_rows;	/* in the plan below */
	Size		buffered;		/* bytes of the rows of all batches */
	SoughtItems *sought;		/* current; NULL: none yet */
	RequestCounters counters;
} BatchJoinState;

/* ---- batch_join.c ---- */

/* The scan methods of a type of join. */
extern const CustomScanMethods *batch_join_methods(JoinType type);
extern void batch_join_register_methods(void);

/* ---- batch_join_rows.c ---- */

/*
 * Puts the columns of an outer row, and NULLs for the item's, into the scan
 * tuple.
 */
extern TupleTableSlot *batch_join_load_outer(BatchJoinState *state,
											 TupleTableSlot *outer);

/* Are some of the items being read now? */
extern bool batch_join_may_meet(const BatchJoinState *state,
								const WrittenKeys *written);

/* Waits for all items that were asked for; returns how many there are. */
extern int64 batch_join_finish_batches(BatchJoinState *state);

/*
 * The next outer row, with what is known of its item: all there is.  NULL at
 * the end.  It lives until the next call.
 */
extern OuterRow *batch_join_next_row(BatchJoinState *state);

/* Forgets the rows that were read ahead, and what is under way. */
extern void batch_join_forget_rows(BatchJoinState *state);

#endif							/* DYNAMORM_FDW_BATCH_JOIN_H */
