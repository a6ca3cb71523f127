/*
 * batch_reader.h
 *		Reads the items of a list of keys, 100 in a BatchGetItem, several
 *		requests under way at once.
 */
#ifndef DYNAMORM_FDW_BATCH_READER_H
#define DYNAMORM_FDW_BATCH_READER_H

#include "postgres.h"

#include "client/request/batch_get.h"
#include "fdw/read/item_exit.h"
#include "nodes/pg_list.h"
#include "translate/table/table_options.h"

/* How many requests may be under way without filling the memory. */
typedef struct BatchWindow
{
	int			limit;			/* requests */
	int			max_concurrency;	/* the server's */
	int			largest_answer; /* bytes; 0: there was none */
} BatchWindow;

/* What all batch readers of one scan share. */
typedef struct BatchReads
{
	const Table *table;
	BatchGetSpec request;		/* of each BatchGetItem */
	BatchWindow window;
} BatchReads;

typedef struct BatchReader BatchReader;

/* In which mode lists of keys of a table are read. */
extern ReadMode batch_read_mode(const Table *table);

/*
 * All items that a statement reads at once, by their keys, are those of one
 * moment, or none: a second request would be another moment.  Notes a request;
 * raises 54000 if there was one before, or will be one after it.
 */
extern void batch_read_take_moment(const Table *table,
								   RequestCounters *counters, int key_count);

/*
 * Prepares reads.  What it allocates is in the current memory context;
 * projection is that of access_projection().  The counters must live as long.
 */
extern void batch_reads_init(BatchReads *reads, Connection *connection,
							 const Table *table, ReadMode mode,
							 List *projection, RequestCounters *counters);

/*
 * Opens a reader in the current memory context, and sends nothing yet.  The
 * keys are all distinct; they, the array and reads must live as long as the
 * reader.
 */
extern BatchReader *batch_reader_open(BatchReads *reads,
									  DynamoItem *const *keys, int count);

/*
 * Sends the first requests, as many as the window allows (one always), and
 * does not wait.  Raises 54000 for a second one where all items of a statement
 * shall be those of one moment.
 */
extern void batch_reader_start(BatchReader *reader);

/*
 * Its items, in no order, as they come.  Fetching one raises what
 * batch_get_next() raises, HV000 for an item that was not asked for, and 53400
 * when the statement has used more than dynamorm_fdw.max_read_units.
 */
extern ItemSource batch_reader_source(BatchReader *reader);

/* The answer of which an item was handed out last stays until the end. */
extern void batch_reader_keep_answer(BatchReader *reader);

/* Abandons what is under way.  (The memory goes with its context.) */
extern void batch_reader_close(BatchReader *reader);

#endif							/* DYNAMORM_FDW_BATCH_READER_H */
