/*
 * shared_statistics.h
 *		What all sessions have asked DynamoDB for, in shared memory: there only
 *		if the library is in shared_preload_libraries.
 */
#ifndef DYNAMORM_CLIENT_SHARED_STATISTICS_H
#define DYNAMORM_CLIENT_SHARED_STATISTICS_H

#include "postgres.h"

#include "client/request/statistics.h"

/* The longest name that DynamoDB allows, and that an operation may have. */
#define MAX_TABLE_NAME		255
#define MAX_OPERATION		63

/* Compared as bytes: what a name leaves free is zero. */
typedef struct SharedKey
{
	uint64		query_id;		/* of the statement; 0: none is computed */
	Oid			database_id;
	Oid			role_id;
	Oid			server_id;		/* InvalidOid: of kinds for which the session
								 * had no room */
	int			unused;			/* 0 */
	char		table_name[MAX_TABLE_NAME + 1]; /* UTF-8; "": none */
	char		operation[MAX_OPERATION + 1];
} SharedKey;

/* See RequestCounters. */
typedef struct SharedCounters
{
	int64		calls;
	int64		requests;
	int64		retries;
	int64		throttles;
	int64		unknown_outcomes;
	double		read_units;
	double		write_units;
	int64		time;			/* microseconds */
	int64		max_time;
	int64		limit_waits;
	int64		limit_time;		/* microseconds */
} SharedCounters;

typedef struct SharedStatistics
{
	SharedKey	key;			/* without database and role: of all that had
								 * to make room */
	SharedCounters counters;
} SharedStatistics;

/* dynamorm_fdw.max_stat_operations: so many keys there is room for. */
extern int	shared_statistics_limit;

/*
 * For _PG_init(), while the server starts: takes the memory.  The limit is
 * read after that.
 */
extern void shared_statistics_register(void);

/* Is there that memory? */
extern bool shared_statistics_exist(void);

/*
 * Adds what has been counted, between begin and end, which keep all others
 * out.  The key that was added to longest ago makes room for a new one, and is
 * counted on without its key.  None of them raises an error.
 */
extern void shared_statistics_begin(void);
extern void shared_statistics_add(const SharedKey *key,
								  const RequestCounters *counted);
extern void shared_statistics_end(void);

/* Counters of requests as they are counted there. */
extern void shared_counters_add(SharedCounters *sum,
								const RequestCounters *counted);

/*
 * All there is of a role (InvalidOid: of all roles), in no order: an array in
 * the current memory context, with its length in *count.
 */
extern SharedStatistics *shared_statistics_get(Oid role_id, int *count);

/* Begins anew. */
extern void shared_statistics_reset(void);

#endif							/* DYNAMORM_CLIENT_SHARED_STATISTICS_H */
