/*
 * identity.c
 *		Who may receive what is signed with the machine's credentials.
 *
 * The rule, for each use of a connection:
 *
 * 1. The credentials of the machine that PostgreSQL runs on are for
 *    superusers, and for the users of mappings whose option
 *    credentials_required a superuser has set to false.  So is a profile that
 *    a mapping names, even beside keys of its own: it is in files that are
 *    private to the machine.
 * 2. What is signed with the machine's credentials goes only to where the
 *    machine's configuration says (its environment, its shared files), to the
 *    region's own endpoint, or to one that a server names which a superuser
 *    owns.  What is signed with keys of a user goes where the server says.
 * 3. Region, endpoint and certificates that neither the server nor the
 *    environment names are looked for in the shared files for those of 1, and
 *    for the users of a server that a superuser owns.
 *
 * Services that give credentials are not in it: where they are is up to the
 * machine's configuration and the region alone, whoever asks.  Nor are
 * proxies, which only the machine's environment and superusers name: by HTTPS
 * they see nothing of what is signed, and the rest is in the clear for all.
 */
#include "postgres.h"

#include "compat.h"

#include "miscadmin.h"

#include "fdw/catalog/identity.h"

/* Asked at each use: somebody may cease to be a superuser. */
static bool
may_use_machine(const Identity *identity, Oid user_id)
{
	return identity->set_free || superuser_arg(user_id);
}

/* Has the server's owner chosen where requests go? */
static bool
is_chosen_by_server(EndpointOrigin origin)
{
	switch (origin)
	{
		case ENDPOINT_OF_SERVER:
		case ENDPOINT_OF_SERVER_LOCAL:
			return true;
		case ENDPOINT_NOT_CHOSEN:
		case ENDPOINT_OF_ENVIRONMENT:
		case ENDPOINT_OF_PROFILE:
		case ENDPOINT_OF_MACHINE_LOCAL:
		case ENDPOINT_OF_REGION:
			return false;
	}
	return true;
}

void
identity_check(const Identity *identity, const char *server_name, Oid user_id)
{
	bool		of_machine = identity->credentials == CREDENTIALS_OF_MACHINE;

	if (of_machine && !may_use_machine(identity, user_id))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("user mapping for server \"%s\" has no credentials",
						server_name),
				 errdetail("Only superusers may use the credentials of the machine that PostgreSQL runs on."),
				 errhint("Set the options access_key_id and secret_access_key of the user mapping, or have a superuser set its option credentials_required to false.")));
	if (identity->names_profile && !may_use_machine(identity, user_id))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to use the profile that the user mapping for server \"%s\" names",
						server_name),
				 errdetail("Only superusers may use the shared files of the machine that PostgreSQL runs on."),
				 errhint("Drop option \"profile\" of the user mapping, or have a superuser set its option credentials_required to false.")));
	if (of_machine && is_chosen_by_server(identity->endpoint) &&
		!superuser_arg(identity->server_owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to use the machine's credentials at the endpoint of server \"%s\"",
						server_name),
				 errdetail("The server's owner has chosen the endpoint, and is not a superuser."),
				 identity->endpoint == ENDPOINT_OF_SERVER_LOCAL
				 ? errhint("Set option \"region\" of the server to a region of DynamoDB, make a superuser its owner, or set the options access_key_id and secret_access_key of the user mapping.")
				 : errhint("Drop option \"endpoint\" of the server, make a superuser its owner, or set the options access_key_id and secret_access_key of the user mapping.")));
}

bool
identity_may_read_files(const Identity *identity, Oid user_id)
{
	return may_use_machine(identity, user_id) ||
		superuser_arg(identity->server_owner);
}
