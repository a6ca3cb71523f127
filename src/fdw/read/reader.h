/*
 * reader.h
 *		Reads items: one GetItem, a list of keys, or the pages of a Query or
 *		Scan.
 *
 * While a page is read the next one is on its way, and a Scan may have several
 * segments under way.  Memory is one page for each, and the one that is read.
 */
#ifndef DYNAMORM_FDW_READER_H
#define DYNAMORM_FDW_READER_H

#include "postgres.h"

#include "port/atomics.h"
#include "utils/resowner.h"

#include "client/request/request.h"
#include "fdw/read/access.h"
#include "fdw/read/item_exit.h"
#include "fdw/read/open_scan.h"
#include "fdw/read/read_piece.h"

/* The segments of a Scan, from which readers take one after the other. */
typedef struct SegmentQueue
{
	int			count;			/* of segments; 1: the whole table */
	pg_atomic_uint32 next;		/* the first that nobody has taken */
} SegmentQueue;

/* Begins anew, with the first segment. */
extern void segment_queue_init(SegmentQueue *queue, int count);

typedef struct ReaderSpec
{
	Connection *connection;
	const Table *table;
	Scope	   *scope;			/* with values */
	const KeySchema *schema;	/* of the table, or of the index to ask */
	List	   *clauses;		/* implicitly ANDed; rechecking is the
								 * caller's */
	List	   *projection;		/* of access_projection(); NIL: whole items */
	bool		ordered;		/* items must come in the order of the sort
								 * key */
	bool		backward;		/* from its end */
	bool		count_only;		/* only how many there are, if the clauses can
								 * be said exactly */
	int64		bound;			/* no more items than this are likely to be
								 * wanted; 0: all are */
	bool		bound_is_limit; /* no more than that can be */
	int			max_streams;	/* segments under way at once; 0 is 1 */
	SegmentQueue *segments;		/* of a Scan; NULL: the whole table */
	ReadPiece  *piece;			/* of the table, which is all that is read;
								 * NULL: there is no such bound */
	bool		consistent;		/* even where the table's option says no */
	bool		whole_by_key;	/* items that are read by key come whole,
								 * whatever the projection */
	CommandId	snapshot;		/* what commands before it have buffered is
								 * seen */
	const Bitmapset *columns;	/* that are wanted of what is buffered */
	RequestCounters *counters;
} ReaderSpec;

typedef struct Reader Reader;

/*
 * Opens a reader in the current memory context; evaluates the clauses' values
 * and sends nothing yet.  Raises 22023 if an index that is read for its order
 * cannot be asked for one of them.
 */
extern Reader *reader_open(const ReaderSpec *spec);

/*
 * The same of the items of a list of keys, all distinct; the clauses, and what
 * is said of pages, do not count.
 */
extern Reader *reader_open_keys(const ReaderSpec *spec, List *keys);

/* Does it count (reader_next_count()), or give items (reader_next())? */
extern bool reader_counts(const Reader *reader);

/*
 * The next item, or NULL at the end, as it goes out (item_exit.h): it lives
 * until the next call.  Raises
 * what request_raise() raises, 0A000 for a sort key that DynamoDB keeps out of
 * order, and 53400 when the statement has used more than
 * dynamorm_fdw.max_read_units.
 */
extern const DynamoItem *reader_next(Reader *reader);

/* The same, but for those left out that are no rows. */
extern const DynamoItem *reader_next_stored(Reader *reader);

/*
 * Is an item that has come an image: whole, consistently read, and as DynamoDB
 * has it?  False where that is not known.
 */
extern bool reader_gives_image(const Reader *reader, const DynamoItem *item);

/*
 * Asks for what comes next, and tells without waiting whether it has come:
 * then reader_next() or reader_next_count() will not wait.
 */
extern bool reader_is_ready(Reader *reader);

/* Has the last item been read? */
extern bool reader_is_finished(const Reader *reader);

/*
 * The number of items on the next page, or -1 at the end: what DynamoDB has,
 * which no exit has seen (item_exit.h).  Raises what reader_next() raises.
 */
extern int64 reader_next_count(Reader *reader);

/* Is an access read page by page, by a Query or a Scan? */
extern bool reader_reads_pages(const Access *access);

typedef struct PageSize
{
	int			items;			/* of the first page; 0: as many as there
								 * are */
	bool		exact;			/* each of them is a row */
} PageSize;

/*
 * What the first page is asked for, where so many rows are likely to be wanted
 * (0: all).
 */
extern PageSize reader_page_size(const Access *access, int64 bound);

/* Does it scan the table itself? */
extern bool reader_scans_table(const Reader *reader);

/*
 * Has one of the items that it is going to read been written by that command
 * of the transaction, or by a later one?
 */
extern bool reader_meets_written(const Reader *reader, CommandId command_id);

/*
 * May one of these items still come from DynamoDB, and not from what has been
 * read already?
 */
extern bool reader_may_meet(const Reader *reader, const WrittenKeys *written);

/*
 * Reads what there is yet to read, as far as it can be wanted, and keeps it,
 * in files of the given owner if it is much: from now on items come from
 * there.  The item that was handed out last stays as it is.  Returns how many
 * were read.  If it fails, what was read until then is kept, and it can be
 * called again.  Raises what reader_next() raises.
 */
extern int64 reader_read_ahead(Reader *reader, ResourceOwner owner);

/*
 * Frees the reader's requests.  (Its memory goes with its context.)
 */
extern void reader_close(Reader *reader);

#endif							/* DYNAMORM_FDW_READER_H */
