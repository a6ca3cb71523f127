/*
 * option.h
 *		Options in use: turned into the settings of connections, and into the
 *		descriptions of tables.
 */
#ifndef DYNAMORM_FDW_OPTION_H
#define DYNAMORM_FDW_OPTION_H

#include "postgres.h"

#include "client/request/connection.h"
#include "translate/table/table_options.h"

/*
 * The session's connection for a server as a user (the user whose rights
 * count: a view's owner for a view); made if there is none.  Raises 42704 if
 * there is no user mapping, 28000 if it lacks keys, HV00J if the server has no
 * region and no endpoint, and what identity_check(), role_session_read() and
 * configured_read() raise.
 */
extern Connection *option_connection(Oid server_id, Oid user_id);

/* Lets table_describe() read options; when the library is loaded. */
extern void option_register(void);

/* Is the foreign table one of this extension? */
extern bool option_is_ours(Oid relation_id);

/*
 * The connection that option_connection() gives, for planning, which comes
 * before privileges are checked: NULL if there is no user mapping.
 */
extern Connection *option_connection_if_mapped(Oid server_id, Oid user_id);

/* May the foreign table be written (options "updatable" of table, server)? */
extern bool option_updatable(Oid relation_id);

/* The server's commit_table; NULL: it has none. */
extern const char *option_commit_table(Oid server_id);

/* The server's max_concurrency. */
extern int	option_max_concurrency(Oid server_id);

/* How a foreign table's options say that its DynamoDB table is made. */
extern StorageOptions option_storage(Oid relation_id);

#endif							/* DYNAMORM_FDW_OPTION_H */
