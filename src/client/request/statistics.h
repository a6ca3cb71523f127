/*
 * statistics.h
 *		What requests are counted by: of a plan's node, of a statement, and of
 *		the session by server, table and operation.
 *
 * A call is what a statement asked for; it becomes one request, or more where
 * it is retried.
 */
#ifndef DYNAMORM_CLIENT_STATISTICS_H
#define DYNAMORM_CLIENT_STATISTICS_H

#include "postgres.h"

#include "port/atomics.h"

typedef struct RequestCounters
{
	/* where what is counted here is counted too */
	struct RequestCounters *total;	/* of the statement; NULL: nowhere */
	pg_atomic_uint64 *shared_units; /* thousandths of read units, of all
									 * processes of a scan; NULL: nowhere */

	struct RequestTrace *trace; /* keeps what is sent; NULL: nothing does */

	int			moments;		/* at which lists of keys were read at once */

	int64		calls;			/* that have ended */
	int64		requests;		/* HTTP requests sent, retries included */
	int64		retries;
	int64		throttles;
	int64		unknown_outcomes;	/* writes of which nobody knows whether
									 * they were carried out */
	int64		items_scanned;
	int64		items_returned;
	double		capacity_units;
	double		read_units;		/* those of them that reads have used, half a
								 * unit for each at least */
	double		write_units;	/* those that writes have used */
	int64		time;			/* of the calls, microseconds */
	int64		max_time;		/* of one of them */
	int64		limit_waits;	/* requests that units a second made wait */
	int64		limit_time;		/* for so long, microseconds */
} RequestCounters;

/* The operation of kinds of requests for which there was no room. */
#define OTHER_KINDS			"(other)"

/* Of the session; what requests of one kind have counted. */
typedef struct RequestStatistics
{
	Oid			server_id;		/* InvalidOid: of all kinds for which there was
								 * no room */
	const char *table_name;		/* UTF-8; "": none */
	const char *operation;
	RequestCounters counters;
} RequestStatistics;

/*
 * Adds what is counted to counters (NULL: there are none), and to where those
 * are counted too.
 */
extern void counters_add(RequestCounters *counters,
						 const RequestCounters *counted);

/*
 * The read units that the statement has used: those of other processes of the
 * same scan are among them.
 */
extern double counters_read_units(const RequestCounters *counters);

/*
 * The session's counters for requests of one kind, for one request; they are
 * good until statistics_leave() is called, once.  table_name in UTF-8, at most
 * 255 bytes of it count; NULL: none.  Only so many kinds are told apart:
 * further ones are counted together, as operation "(other)" of no server and
 * no table.  Raises 53200 when memory is short.
 */
extern RequestCounters *statistics_join(Oid server_id, const char *table_name,
										const char *operation);
extern void statistics_leave(RequestCounters *counters);

/*
 * What a part of such a request has cost lately, in units; 0: not known yet.
 * For unit_limit.c, which sets it; good as long as the counters.
 */
extern double *statistics_price(RequestCounters *counters);

/*
 * What the counters that statistics_join() has given are for: the names, in
 * UTF-8 (""), as long as the counters are good.
 */
extern void statistics_names(const RequestCounters *counters,
							 const char **table_name, const char **operation);

/*
 * What there is of the session's statistics, in no order: an array in the
 * current memory context, with its length in *count.
 */
extern RequestStatistics *statistics_get(int *count);

/* Begins anew. */
extern void statistics_reset(void);

/*
 * For _PG_init(): where the server is starting, the statistics of all sessions
 * will be kept too (shared_statistics.h).
 */
extern void statistics_register(void);

/*
 * Adds what the session has asked for to the statistics of all sessions, if
 * there are any.  That is done whenever a transaction ends, and in a longer
 * one when a request ends, but not more often than once a second: now is in
 * milliseconds of the monotonic clock.  Raises nothing.
 */
extern void statistics_flush(void);
extern void statistics_flush_in_time(int64 now);

#endif							/* DYNAMORM_CLIENT_STATISTICS_H */
