/*
 * slow_request.h
 *		Writes slow requests to the server's log.
 */
#ifndef DYNAMORM_CLIENT_SLOW_REQUEST_H
#define DYNAMORM_CLIENT_SLOW_REQUEST_H

#include "postgres.h"

#include "client/request/request.h"

/* dynamorm_fdw.log_min_duration, in milliseconds; -1: none is logged */
extern int	slow_request_duration;

/*
 * Logs a request that has ended, or was given up, after so many microseconds,
 * if it took as long as the setting says.
 */
extern void slow_request_note(const Request *request, int64 time);

#endif							/* DYNAMORM_CLIENT_SLOW_REQUEST_H */
