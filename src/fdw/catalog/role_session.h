/*
 * role_session.h
 *		What a role is told of the user for whom it is assumed: session tags,
 *		and a source identity.
 *
 * IAM's policies can ask for them, as a second wall between tenants.  So
 * neither the user nor the tenant chooses them: they come from options of the
 * user mapping, from the name of the user, and from the setting
 * dynamorm_fdw.session_tags, which only superusers set, or let others set.
 */
#ifndef DYNAMORM_FDW_ROLE_SESSION_H
#define DYNAMORM_FDW_ROLE_SESSION_H

#include "postgres.h"

#include "fdw/catalog/option_definition.h"

/*
 * Sets them for a user.  Raises 28000 if a tag that is demanded is not set, if
 * what should be set is not known, if the user's name cannot be a value, or if
 * there are tags and no role.
 */
extern void role_session_read(const MappingOptions *mapping, Oid user_id,
							  ConnectionSettings *settings);

/* Are they as they would be set now? */
extern bool role_session_is_current(const ConnectionSettings *settings,
									Oid user_id);

/* Are they the same in both? */
extern bool role_session_is_same(const ConnectionSettings *one,
								 const ConnectionSettings *other);

#endif							/* DYNAMORM_FDW_ROLE_SESSION_H */
