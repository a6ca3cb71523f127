/*
 * connection.h
 *		Connections to DynamoDB, one for each user mapping, kept for the
 *		session.
 *
 * A connection is the settings that were in force when it was made, the
 * provider of its credentials, and an HTTP transport with its keep-alive
 * sockets.  ALTER or DROP of the server or the user mapping marks it invalid;
 * it is then replaced at its next use once nothing is in flight on it.
 */
#ifndef DYNAMORM_CLIENT_CONNECTION_H
#define DYNAMORM_CLIENT_CONNECTION_H

#include "postgres.h"

#include "client/request/connection_settings.h"

typedef struct Connection Connection;

/*
 * A number that changes with every server or user mapping; to be asked before
 * settings are read.
 */
extern uint64 connection_catalog_version(void);

/*
 * The session's connection for a user mapping, made with settings that the
 * caller accepts; NULL if there is none yet, or a catalog row has changed.
 */
typedef bool (*ConnectionTest) (const ConnectionSettings *settings,
								const void *argument);

extern Connection *connection_find(Oid user_mapping_id, ConnectionTest accepts,
								   const void *argument);

/*
 * Makes a connection (no network traffic yet).  Settings are copied.  Of one
 * user mapping only so many are kept: the one that was used longest ago goes.
 * Raises what http_open() raises.
 */
extern Connection *connection_create(Oid user_mapping_id,
									 const ConnectionSettings *settings);

/* The settings of a connection; they live as long as it does. */
extern const ConnectionSettings *connection_settings(const Connection *connection);

/*
 * In retry mode "adaptive": has throttling lowered the rate of requests?  The
 * milliseconds until an attempt may leave (0: it leaves now); and what an
 * answer says of the rate.
 */
extern bool connection_is_limited(const Connection *connection);
extern long connection_rate_delay(Connection *connection);
extern void connection_note_rate(Connection *connection, bool throttled);

/*
 * Does the engine send the old item with a failed condition?  DynamoDB does
 * (ReturnValuesOnConditionCheckFailure); some emulators do not.  False until
 * it is known: from the start for the endpoints of AWS, after
 * connection_note_old_item() for others.
 */
extern bool connection_sends_old_item(const Connection *connection);
extern void connection_note_old_item(Connection *connection);

/*
 * May rows be inserted in batches?  True until connection_note_no_batches(),
 * which is true the first time: the user need be told only once.
 */
extern bool connection_takes_batches(const Connection *connection);
extern bool connection_note_no_batches(Connection *connection);

/*
 * The time by the service's clock, as far as it is known, in seconds since
 * 1970.
 */
extern int64 connection_time(const Connection *connection);

/* Calls a function for each connection that there is. */
extern void connection_for_each(void (*function) (Connection *connection,
												  void *argument),
								void *argument);

#endif							/* DYNAMORM_CLIENT_CONNECTION_H */
