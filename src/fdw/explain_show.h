/*
 * explain_show.h
 *		What all nodes show in EXPLAIN.
 */
#ifndef DYNAMORM_FDW_EXPLAIN_SHOW_H
#define DYNAMORM_FDW_EXPLAIN_SHOW_H

#include "postgres.h"

#include "compat.h"

#include "client/request/request.h"
#include "translate/table/table.h"

/* By which lists of keys of the table are read. */
extern const char *explain_batch_operation(const Table *table);

/* operation NULL: nothing is sent. */
extern void explain_show_operation(const char *operation, const Table *table,
								   ExplainState *es);

/* Does EXPLAIN show the requests themselves?  Its option DYNAMODB says so. */
extern bool explain_shows_requests(ExplainState *es);
extern void explain_set_shows_requests(ExplainState *es, bool shows);

/*
 * With ANALYZE: requests, items and units; with the first of several nodes
 * those of the statement too.  With DYNAMODB the first requests, as they
 * were sent.
 */
extern void explain_show_counters(const RequestCounters *counters,
								  ExplainState *es);

/* With ANALYZE: items that were read ahead of a write, if some were. */
extern void explain_show_read_ahead(int64 items, ExplainState *es);

#endif							/* DYNAMORM_FDW_EXPLAIN_SHOW_H */
