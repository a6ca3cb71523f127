/*
 * connection_state.h
 *		The inside of a connection, with what its requests share; for
 *		connection.c, request.c and in_flight.c alone.
 */
#ifndef DYNAMORM_CLIENT_CONNECTION_STATE_H
#define DYNAMORM_CLIENT_CONNECTION_STATE_H

#include "postgres.h"

#include "lib/ilist.h"

#include "client/credential/credential.h"
#include "client/credential/sigv4.h"
#include "client/http/http_types.h"
#include "client/http/rate_limiter.h"
#include "client/http/retry.h"
#include "client/request/connection_settings.h"

typedef struct Connection
{
	Oid			user_mapping_id;
	uint32		mapping_hash;	/* of the catalog rows, for invalidation */
	uint32		server_hash;
	bool		valid;			/* no catalog row has changed */
	MemoryContext context;		/* everything of this connection */
	ConnectionSettings settings;
	HttpTransport *transport;
	CredentialProvider *provider;
	int			renewals;		/* of credentials that DynamoDB had refused */
	SigV4Signer signer;
	const char *endpoint;		/* that of the settings, or of the account */
	const char *host;			/* the Host header */
	dlist_node	node;			/* in the list of all connections */
	dlist_head	requests;		/* of Request, until they are freed */
	RetryBucket bucket;
	RateLimiter limiter;		/* of retry mode "adaptive" */
	int64		clock_offset;	/* seconds to add to this machine's clock */
	bool		stays_regional; /* it has to do with tables of any account */
	bool		sends_old_item; /* see connection_sends_old_item() */
	bool		refuses_batches;	/* see connection_takes_batches() */
	bool		tells_capacity; /* an answer has told what was consumed: all
								 * do */
} Connection;

/*
 * Notes what a request with this body names by an ARN: a table of another
 * account is not reached by the endpoint of ours.  From then on the connection
 * goes to the endpoint of the region.  Raises 53200.
 */
extern void connection_note_arns(Connection *connection, const char *body);

/*
 * The signer with the credentials as they are now (seconds since 1970, by the
 * service's clock); what is sent next goes to their account's endpoint, if the
 * settings say so.  NULL if there are none: *problem and *hint are those of
 * credential_get(), which may wait, and may raise.
 */
extern SigV4Signer *connection_signer(Connection *connection, int64 now,
									  const char **problem,
									  const char **hint);

#endif							/* DYNAMORM_CLIENT_CONNECTION_STATE_H */
