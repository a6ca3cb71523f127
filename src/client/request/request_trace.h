/*
 * request_trace.h
 *		The first requests of a plan's node, as they were sent, for EXPLAIN.
 */
#ifndef DYNAMORM_CLIENT_REQUEST_TRACE_H
#define DYNAMORM_CLIENT_REQUEST_TRACE_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "client/request/request_spec.h"

typedef struct RequestTrace RequestTrace;

/* In the memory context, in which all that is kept will be, too. */
extern RequestTrace *request_trace_make(MemoryContext context);

/* Keeps a request that is started, unless there are enough of them. */
extern void request_trace_add(RequestTrace *trace, const RequestSpec *spec);

/*
 * What was kept, as a list of texts in the server's encoding, in the current
 * memory context: operation and JSON, which is cut where it is long; or in
 * place of the JSON only how many bytes it has.
 */
extern List *request_trace_texts(const RequestTrace *trace, bool with_bodies);

#endif							/* DYNAMORM_CLIENT_REQUEST_TRACE_H */
