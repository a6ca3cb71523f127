/*
 * request_count.h
 *		What a request is counted as: for EXPLAIN, for
 *		dynamorm_fdw.max_read_units, and for the session.
 */
#ifndef DYNAMORM_CLIENT_REQUEST_COUNT_H
#define DYNAMORM_CLIENT_REQUEST_COUNT_H

#include "postgres.h"

#include "client/request/request.h"
#include "client/request/statistics.h"

/* Adds to what the request has counted. */
extern void count_add(Request *request, const RequestCounters *counted);

/*
 * The writes of which a request may leave the outcome unknown: a transaction
 * counts as one.
 */
extern int	count_writes(const RequestSpec *spec);

/* It has ended; unknown: nobody knows whether it was carried out. */
extern void count_end(Request *request, bool unknown);

/* An answer to it has come, and was decoded. */
extern void count_answer(Request *request);

#endif							/* DYNAMORM_CLIENT_REQUEST_COUNT_H */
