/*
 * unit_limit.h
 *		Capacity units a second that a table or a role may use: requests that
 *		would be more wait.
 *
 * The limit of a table is told with each request (request_spec.h), that of the
 * role whose session it is by settings.  It is kept in buckets
 * (unit_bucket.h) in shared memory, for all sessions of the server, or, if the
 * library is not in shared_preload_libraries, for this session alone, which
 * then is warned once.
 *
 * A request takes its place in each bucket with what requests of its kind have
 * cost so far, waits for its turn in all of them, and settles the difference
 * when ConsumedCapacity comes; an answer without it has cost what was thought.
 * What is under way, or done, goes on meanwhile.  One that finds out what
 * became of a transaction, or is sent again since it may have been carried
 * out, pays but does not wait.
 */
#ifndef DYNAMORM_CLIENT_UNIT_LIMIT_H
#define DYNAMORM_CLIENT_UNIT_LIMIT_H

#include "postgres.h"

#include "client/request/error.h"
#include "client/request/request.h"

/*
 * dynamorm_fdw.read_units_per_second, dynamorm_fdw.write_units_per_second: of
 * the role that the session belongs to; 0: as many as it likes.
 */
extern int	unit_limit_role_reads;
extern int	unit_limit_role_writes;

/* For _PG_init(): where the server is starting, takes shared memory. */
extern void unit_limit_register(void);

/* Is it an operation that uses units, and tells them if it is asked to? */
extern bool unit_limit_is_of(const char *operation);

/* Will a request with such a specification be limited? */
extern bool unit_limit_applies(const RequestSpec *spec);

/*
 * For request.c.  Finds the limits that apply to a request that is about to be
 * started; if there are none its claims stay NULL, and there is nothing to
 * wait for.
 */
extern void unit_limit_begin(Request *request);

/*
 * Of one that has claims: milliseconds until an attempt may leave, or it
 * should be asked again whether it may; 0: it leaves now.
 */
extern long unit_limit_delay(Request *request);

/* Is it such a limit that it waits for? */
extern bool unit_limit_delays(const Request *request);

/*
 * What has become of the attempt, or of the wish to make one: it was not
 * carried out, and cost nothing; it may have been; it was refused, which costs
 * what a failed condition does, or nothing; or it was carried out, as the
 * answer tells (NULL: it does not).  Only the first one of them counts.
 */
extern void unit_limit_pay_nothing(Request *request);
extern void unit_limit_pay_unknown(Request *request);
extern void unit_limit_pay_refused(Request *request, const ErrorClass *class);
extern void unit_limit_pay_told(Request *request, const Response *response);

#endif							/* DYNAMORM_CLIENT_UNIT_LIMIT_H */
