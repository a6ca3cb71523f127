/*
 * identity.h
 *		Who may receive what is signed with the machine's credentials.
 */
#ifndef DYNAMORM_FDW_IDENTITY_H
#define DYNAMORM_FDW_IDENTITY_H

#include "postgres.h"

#include "client/request/connection.h"

/*
 * Raises 28000 or 42501 if the rule (see identity.c) forbids a user the
 * connection; one whose endpoint is not chosen yet is asked for again later.
 */
extern void identity_check(const Identity *identity, const char *server_name,
						   Oid user_id);

/*
 * May region, endpoint and certificates come from the shared files for a user
 * to whom the rule does not forbid the connection?
 */
extern bool identity_may_read_files(const Identity *identity, Oid user_id);

#endif							/* DYNAMORM_FDW_IDENTITY_H */
