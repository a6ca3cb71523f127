/*
 * read_piece.h
 *		A bounded piece of a table, in place of the whole: how a statement that
 *		scans its target is run bit by bit (backfill.c).
 *
 * A piece is a number of items of one segment of a Scan, from where the last
 * one has ended.  It is about the scan of the target of one statement that is
 * being executed, told by its plan, and about nothing that the statement calls
 * or reads besides.
 */
#ifndef DYNAMORM_FDW_READ_PIECE_H
#define DYNAMORM_FDW_READ_PIECE_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "client/wire/response.h"
#include "fdw/read/access.h"

typedef struct ReadPiece
{
	/* set by whoever runs the statement */
	const PlannedStmt *statement;
	Index		relid;			/* of its target, in the range table */
	int			segment_count;	/* of the Scan */
	int			segment;		/* from 0 */
	const char *start_key;		/* ExclusiveStartKey, as JSON; NULL: the
								 * beginning of the segment */
	int			limit;			/* items to look at; a page may end before */
	MemoryContext context;		/* of next_key */

	/* set by the reader: where the piece has ended */
	int64		scanned;		/* items looked at */
	char	   *next_key;		/* where the next one begins, as start_key;
								 * NULL: the segment has ended, or nothing had
								 * to be read of the table */
} ReadPiece;

/*
 * From now on the statement reads this piece (NULL: none does).  The piece
 * must be there until then.
 */
extern void read_piece_set(ReadPiece *piece);

/*
 * The piece that a scan of the relation in the range table has to keep to;
 * NULL: it reads all that it wants.
 */
extern ReadPiece *read_piece_of(const EState *estate, Index relid);

/*
 * Raises 0A000 if the piece is not read by a Scan of the table itself: an
 * index moves its items about while they are written, and for a key, or a
 * partition, no pieces are needed.
 */
extern void read_piece_check(const Table *table, const Access *access);

/*
 * Takes notice of a page that has come; next_key: where the next one begins,
 * NULL: nowhere.  True: it was the last of the piece.
 */
extern bool read_piece_end_page(ReadPiece *piece, const Response *page,
								const char *next_key);

/* Items that are left to look at. */
extern int	read_piece_left(const ReadPiece *piece);

#endif							/* DYNAMORM_FDW_READ_PIECE_H */
