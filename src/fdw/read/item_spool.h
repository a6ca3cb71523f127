/*
 * item_spool.h
 *		Items set aside until all have been read; on disk beyond work_mem.
 */
#ifndef DYNAMORM_FDW_ITEM_SPOOL_H
#define DYNAMORM_FDW_ITEM_SPOOL_H

#include "postgres.h"

#include "client/wire/attribute.h"

typedef struct ItemSpool ItemSpool;

/* An empty spool, in the current memory context. */
extern ItemSpool *item_spool_make(void);

extern void item_spool_add(ItemSpool *spool, const DynamoItem *item);

/*
 * The next item in the order in which they were added, in the current memory
 * context; NULL at the end.
 */
extern DynamoItem *item_spool_next(ItemSpool *spool);

extern void item_spool_end(ItemSpool *spool);

#endif							/* DYNAMORM_FDW_ITEM_SPOOL_H */
