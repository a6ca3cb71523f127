/*
 * item_exit.h
 *		The one place at which items that were read go out to whoever makes
 *		rows, candidates or new values of them.
 *
 * What a read is made of is a source here: a GetItem, the pages of a Query or
 * Scan, the batches of a list of keys or of a join.  A source knows what
 * DynamoDB has.  What goes out is the table as the statement is to see it:
 * without the items that are no rows of it (table_template.h).  Writes that
 * the transaction has made and DynamoDB
 * does not have yet would be laid between them: an item is replaced by what it
 * will be, does not go out where it was deleted, and one that was added goes
 * out in its place in the order of the source, or at its end.
 *
 * So this much is promised of what goes out, and no more: it is a whole item,
 * or what the projection asked for of it, with its key; it lives until the
 * next call; and it is for the receiver to check all clauses that it must
 * satisfy, since a filter of DynamoDB's was applied to what DynamoDB stores.
 *
 * Three kinds of items do not come by.  Counts (ReaderSpec.count_only) have no
 * items: where something is laid between, they have to be switched off, and
 * the bound on pages with them, which counts what DynamoDB has.  Samples
 * (sample.h) are for estimates.  And what comes back with a write, or with its
 * failed condition, or is read for one, is the writer's: where it makes an
 * item, it has to know of those that are no rows.
 */
#ifndef DYNAMORM_FDW_ITEM_EXIT_H
#define DYNAMORM_FDW_ITEM_EXIT_H

#include "postgres.h"

#include "client/wire/attribute.h"
#include "translate/table/table.h"

typedef struct ItemSource
{
	const Table *table;

	/*
	 * The next item that DynamoDB has, or NULL at the end.  It lives until the
	 * next call.
	 */
	const DynamoItem *(*fetch) (void *state);
	void	   *state;
} ItemSource;

/* The next item that goes out, or NULL at the end.  Raises what fetch does. */
extern const DynamoItem *item_exit_next(const ItemSource *source);

#endif							/* DYNAMORM_FDW_ITEM_EXIT_H */
