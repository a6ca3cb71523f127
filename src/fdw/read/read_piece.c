/*
 * read_piece.c
 *		A bounded piece of a table, in place of the whole.
 */
#include "postgres.h"

#include "compat.h"

#include "nodes/plannodes.h"
#include "utils/memutils.h"

#include "fdw/read/read_piece.h"

static ReadPiece *current = NULL;

void
read_piece_set(ReadPiece *piece)
{
	current = piece;
}

ReadPiece *
read_piece_of(const EState *estate, Index relid)
{
	if (current == NULL || estate->es_plannedstmt != current->statement ||
		estate->es_epq_active != NULL || relid != current->relid)
		return NULL;
	return current;
}

void
read_piece_check(const Table *table, const Access *access)
{
	if (access->lookup->access == KEY_ACCESS_SCAN ||
		access->lookup->access == KEY_ACCESS_NOTHING)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("the statement of a backfill must scan its table"),
			 errdetail("Its WHERE fixes the partition key of foreign table \"%s\", so that it needs a %s.",
					   table->relation_name, access_operation(access)),
			 errhint("Execute it as it is, without dyn_backfill().")));
}

int
read_piece_left(const ReadPiece *piece)
{
	return (int) (piece->limit - piece->scanned);
}

bool
read_piece_end_page(ReadPiece *piece, const Response *page,
					const char *next_key)
{
	bool		is_last;

	/* an engine need not tell how many items it has looked at */
	piece->scanned += Max(page->scanned_count, page->item_count);
	is_last = next_key == NULL || read_piece_left(piece) <= 0;
	if (is_last)
		piece->next_key = next_key == NULL ? NULL
			: MemoryContextStrdup(piece->context, next_key);
	return is_last;
}
