/*
 * in_flight.h
 *		Writes that may have been carried out, and of which nobody will know
 *		any more: the user is told once.
 */
#ifndef DYNAMORM_CLIENT_IN_FLIGHT_H
#define DYNAMORM_CLIENT_IN_FLIGHT_H

#include "postgres.h"

#include "client/request/request.h"

/*
 * From now on an interrupt that ends the statement or the session is preceded
 * by a WARNING that names the writes in flight of all connections.
 */
extern void in_flight_begin(void);

/*
 * Whoever sends the transaction of a COMMIT raises an error that tells of its
 * doubt, if there follows one: only what ends the session is preceded by a
 * WARNING then.  After this call nothing more is said of such requests, which
 * are under way on the connection.
 */
extern void in_flight_commit_is_told(Connection *connection);

/* By its attempt under way, or by one before. */
extern bool in_flight_may_be_carried_out(const Request *request);

/* A WARNING, if it is such a write and the user was not told of it. */
extern void in_flight_warn_of(Request *request);

#endif							/* DYNAMORM_CLIENT_IN_FLIGHT_H */
