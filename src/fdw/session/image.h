/*
 * image.h
 *		Images of an item: as it was read, and as the transaction leaves it.
 *
 * An image is an item as raw attributes, or NULL: there is none.  Of the
 * attributes that it was read with the transaction depends on some, which it
 * has seen: these must be the same when it is committed.
 */
#ifndef DYNAMORM_FDW_IMAGE_H
#define DYNAMORM_FDW_IMAGE_H

#include "postgres.h"

#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"

#include "client/wire/expression.h"
#include "translate/table/table.h"

/* The bytes that DynamoDB counts for an item. */
extern Size image_size(const DynamoItem *image);

/*
 * The actions that make the attributes of one image those of another of the
 * same key, and on those that were assigned (a list of names) also where they
 * are the same: somebody else may have changed them since.  NIL: there are
 * none.  Nothing is copied.
 */
extern List *image_difference(const DynamoItem *before,
							  const DynamoItem *after,
							  const List *assigned);

/*
 * Condition: there is the item, it is of the kind of the table's rows, and the
 * seen attributes (a list of names) are what they are in it.
 */
extern Condition *image_unchanged(const Table *table, const DynamoItem *image,
								  const List *seen);

/*
 * Adds to a list of names of attributes, in the current memory context, those
 * of columns (see column_set.h), where shown is what is looked at: an
 * attribute that is another there than in base was made by the transaction,
 * and says nothing of base.  A document column stands for all attributes that
 * no column maps.  Where the table hides what has expired, the time of that is
 * looked at, too.  The key is never among them.
 */
extern List *image_add_seen(List *seen, const Table *table,
							const DynamoItem *base, const DynamoItem *shown,
							const Bitmapset *columns);

/*
 * Adds to a list of names of attributes, in the current memory context, those
 * that actions (of UpdateAction, each on a whole attribute) are about.
 */
extern List *image_add_assigned(List *names, const List *actions);

/*
 * Adds all attributes of base, and all that columns map.
 */
extern List *image_add_all(List *seen, const Table *table,
						   const DynamoItem *base);

/*
 * The first of the seen attributes that is another in an item; NULL: none is.
 */
extern const char *image_find_change(const DynamoItem *base,
									 const DynamoItem *now, const List *seen);

#endif							/* DYNAMORM_FDW_IMAGE_H */
