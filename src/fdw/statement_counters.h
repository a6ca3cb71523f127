/*
 * statement_counters.h
 *		What all nodes of a statement have asked for, for EXPLAIN ANALYZE and
 *		dynamorm_fdw.max_read_units.
 */
#ifndef DYNAMORM_FDW_STATEMENT_COUNTERS_H
#define DYNAMORM_FDW_STATEMENT_COUNTERS_H

#include "postgres.h"

#include "compat.h"

#include "nodes/execnodes.h"

#include "client/request/statistics.h"

/*
 * Lets a node's counters count for the statement too.  They must live as long
 * as what they are used for; the statement's live in the executor's memory.
 */
extern void statement_counters_attach(RequestCounters *counters,
									  EState *estate);

/*
 * The statement's counters, to be shown beside a node's: NULL unless there is
 * more than one node, and this EXPLAIN asks for the first time.
 */
extern const RequestCounters *statement_counters_to_show(const RequestCounters *counters,
														 const ExplainState *es);

/*
 * The statement's counters, while it is executed; NULL: no node has counted.
 */
extern const RequestCounters *statement_counters_of(const EState *estate);

#endif							/* DYNAMORM_FDW_STATEMENT_COUNTERS_H */
