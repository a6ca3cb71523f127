/*
 * reader.h
 *		Reads items: one GetItem, a list of keys, or the pages of a Query or
 *		Scan.
 *
 * Memory is one page at a time.
 */
#ifndef DYNAMORM_FDW_READER_H
#define DYNAMORM_FDW_READER_H

#include "postgres.h"

#include "client/request.h"
#include "fdw/access.h"

typedef struct ReaderSpec
{
	Connection *connection;
	const Table *table;
	Scope	   *scope;			/* with values */
	List	   *clauses;		/* implicitly ANDed; rechecking is the
								 * caller's */
	List	   *projection;		/* of access_projection(); NIL: whole items */
	RequestCounters *counters;
} ReaderSpec;

typedef struct Reader Reader;

/*
 * Opens a reader in the current memory context; evaluates the clauses' values
 * and sends nothing yet.
 */
extern Reader *reader_open(const ReaderSpec *spec);

/*
 * The next item, or NULL at the end.  It lives until the next call.  Raises
 * what request_raise() raises, and 53400 when the statement has used more
 * than dynamorm_fdw.max_read_units.
 */
extern const DynamoItem *reader_next(Reader *reader);

/*
 * Frees the reader's requests.  (Its memory goes with its context.)
 */
extern void reader_close(Reader *reader);

/*
 * Raises 53400 if the reads counted have used more than
 * dynamorm_fdw.max_read_units; scans: they are a Scan's.
 */
extern void reader_check_units(const Table *table,
							   const RequestCounters *counters, bool scans);

/*
 * Starts a consistent GetItem of a whole item.
 */
extern Request *reader_start_get(Connection *connection, const Table *table,
								 const DynamoItem *key,
								 const char *readable_key,
								 RequestCounters *counters);

#endif							/* DYNAMORM_FDW_READER_H */
