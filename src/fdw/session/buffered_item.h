/*
 * buffered_item.h
 *		An item that a transaction in mode "atomic" has written or locked.
 *
 * See write_buffer.h, which keeps them.
 */
#ifndef DYNAMORM_FDW_BUFFERED_ITEM_H
#define DYNAMORM_FDW_BUFFERED_ITEM_H

#include "postgres.h"

#include "lib/ilist.h"
#include "nodes/pg_list.h"

#include "client/request/operation.h"
#include "translate/table/table.h"

/* What COMMIT shall find of an item that was locked. */
typedef enum ItemLock
{
	ITEM_LOCK_NONE,
	ITEM_LOCK_EXISTS,			/* it is there: FOR KEY SHARE */
	ITEM_LOCK_UNCHANGED			/* it is what it was */
} ItemLock;

typedef struct ItemVersion
{
	struct ItemVersion *older;	/* NULL: the base */
	CommandId	command_id;
	SubTransactionId subtransaction;
	const DynamoItem *image;	/* NULL: deleted */
	List	   *assigned;		/* names of attributes that are written, also
								 * where they are what they were in the base */
	bool		is_put;			/* made where there was none: what no column
								 * maps of an item before it is gone */
	MemoryContext context;
} ItemVersion;

typedef struct BufferedItem
{
	dlist_node	node;			/* in the order of the first touch */
	const Table *table;			/* by which it was touched first */
	const DynamoItem *key;
	const char *readable_key;
	const char *key_text;		/* of table_key_text() */
	uint32		hash;			/* of it, and of the table's name */
	const DynamoItem *base;		/* NULL: there was none */
	const DynamoItem *expired;	/* but this, which its table hides; NULL:
								 * nothing was there */
	ItemVersion *newest;		/* NULL: only locked */
	List	   *seen;			/* names of attributes: see image.h */
	const char *blind;			/* expressions of the blind write; NULL: it is
								 * none */
	WriteKind	blind_kind;
	bool		skips_taken;	/* it was inserted by ON CONFLICT: one that is
								 * there at COMMIT is 40001 */
	List	   *locks;			/* of LockedBy, the outermost first */
	Size		bytes;			/* that COMMIT sends for it; 0: nothing */
	bool		is_counted;		/* bytes are those of what it is by now */
	MemoryContext context;
} BufferedItem;

/* Who has locked an item. */
typedef struct LockedBy
{
	ItemLock	lock;
	SubTransactionId subtransaction;
} LockedBy;

/* The image that commands before this one have left. */
extern const DynamoItem *buffered_image_before(const BufferedItem *item,
											   CommandId command_id);

/* The image as it is by now. */
extern const DynamoItem *buffered_image(const BufferedItem *item);

/* The strongest of its locks. */
extern ItemLock buffered_lock(const BufferedItem *item);

#endif							/* DYNAMORM_FDW_BUFFERED_ITEM_H */
