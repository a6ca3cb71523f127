/*
 * overlay.h
 *		What a scan sees of the session's write buffer, laid over what DynamoDB
 *		has.
 *
 * An item that is buffered comes as the commands before the scan's snapshot
 * have left it, and not from DynamoDB.  It is copied when the scan starts: no
 * pointer into the buffer may live over a call into the executor.  Where the
 * scan relies on the order of the sort key, it comes in its place, else at the
 * end.
 *
 * What the scan wants of it is seen then (write_buffer.h): also of one that
 * will turn out not to qualify, which is for the receiver to check.
 */
#ifndef DYNAMORM_FDW_OVERLAY_H
#define DYNAMORM_FDW_OVERLAY_H

#include "postgres.h"

#include "nodes/bitmapset.h"

#include "fdw/read/access.h"
#include "fdw/read/item_exit.h"

typedef struct Overlay Overlay;

typedef struct OverlaySpec
{
	const Table *table;
	const Access *access;		/* what is read */
	CommandId	snapshot;		/* commands before it are seen */
	const Bitmapset *columns;	/* that the scan wants (column_set.h) */
	bool		ordered;		/* by the sort key of what is read */
	bool		backward;
} OverlaySpec;

/*
 * In the current memory context; NULL: nothing that the scan may read is
 * buffered.  Raises what write_buffer_look() raises.
 */
extern Overlay *overlay_open(const OverlaySpec *spec);

/*
 * A source that gives what the source below it gives, with the overlay upon
 * it.
 */
extern ItemSource overlay_lay(Overlay *overlay, ItemSource below);

/* Is the item of the key the overlay's, whether there is one or not? */
extern bool overlay_has(const Overlay *overlay, const DynamoItem *key);

/* Have all its items been given? */
extern bool overlay_is_drained(const Overlay *overlay);

/*
 * The paths of a projection (NIL: whole items), and those by which items are
 * put in order.
 */
extern List *overlay_projection(const KeySchema *schema, List *paths);

/*
 * The image of one item that a scan of the snapshot sees, which is looked at;
 * false: it is not buffered.  *image NULL: there is none.  It lives until the
 * next call into the executor.
 */
extern bool overlay_find(const Table *table, const DynamoItem *key,
						 CommandId snapshot, const Bitmapset *columns,
						 const DynamoItem **image);

#endif							/* DYNAMORM_FDW_OVERLAY_H */
