/*
 * connection_internal.h
 *		The inside of a connection, which connection.c and request.c share.
 */
#ifndef DYNAMORM_CLIENT_CONNECTION_INTERNAL_H
#define DYNAMORM_CLIENT_CONNECTION_INTERNAL_H

#include "postgres.h"

#include "lib/ilist.h"

#include "client/credential/credential.h"
#include "client/credential/sigv4.h"
#include "client/http/http.h"
#include "client/request/connection.h"
#include "client/request/retry.h"

struct Connection
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
	const char *host;			/* the Host header */
	dlist_node	node;			/* in the list of all connections */
	dlist_head	requests;		/* of Request, until they are freed */
	RetryBucket bucket;
	int64		clock_offset;	/* seconds to add to this machine's clock */
	bool		sends_old_item; /* see connection_sends_old_item() */
};

/* Calls a function for each connection that there is. */
extern void connection_for_each(void (*function) (Connection *connection,
												  void *argument),
								void *argument);

#endif							/* DYNAMORM_CLIENT_CONNECTION_INTERNAL_H */
