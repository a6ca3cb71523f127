/*
 * batch_reader.h
 *		Reads the items of a list of keys, 100 in a BatchGetItem, several
 *		requests under way at once.
 */
#ifndef DYNAMORM_FDW_BATCH_READER_H
#define DYNAMORM_FDW_BATCH_READER_H

#include "postgres.h"

#include "client/request/batch_get.h"
#include "nodes/pg_list.h"
#include "translate/table/table.h"

/* How many requests may be under way without filling the memory. */
typedef struct BatchWindow
{
	int			limit;			/* requests */
	int			max_concurrency;	/* the server's */
	int			largest_answer; /* bytes; 0: there was none */
} BatchWindow;

typedef struct BatchReader BatchReader;

/*
 * What a BatchGetItem on the table says beside its keys, as
 * BatchGetSpec.members; projection is that of access_projection().
 */
extern char *batch_request_members(const Table *table, List *projection);

extern BatchWindow batch_window_make(const Connection *connection);

/* Notes an answer, after which the limit is another one. */
extern void batch_window_note(BatchWindow *window, const Response *answer);

/*
 * Opens a reader in the current memory context, and sends nothing yet.  keys
 * is a list of DynamoItem, all distinct, which must live as long as the reader.
 */
extern BatchReader *batch_reader_open(Connection *connection,
									  const Table *table, List *projection,
									  List *keys, RequestCounters *counters);

/*
 * The next item that there is, in no order, or NULL at the end.  It lives
 * until the next call.  Raises what batch_get_next() raises, and 53400 when
 * the statement has used more than dynamorm_fdw.max_read_units.
 */
extern const DynamoItem *batch_reader_next(BatchReader *reader);

/* Abandons what is under way.  (The memory goes with its context.) */
extern void batch_reader_close(BatchReader *reader);

#endif							/* DYNAMORM_FDW_BATCH_READER_H */
