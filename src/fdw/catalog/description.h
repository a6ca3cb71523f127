/*
 * description.h
 *		What DynamoDB says of a table: its key, its indexes, its size.
 *
 * DescribeTable is asked only where it matters, and its answer is kept in the
 * session for some minutes.  Not everybody may ask: then a table has no
 * indexes here and its size is not known, but it can be read all the same.
 */
#ifndef DYNAMORM_FDW_DESCRIPTION_H
#define DYNAMORM_FDW_DESCRIPTION_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "client/request/request.h"
#include "client/wire/table_description.h"
#include "translate/table/table.h"

/*
 * A foreign table with its key, used as a user.  It is the session's cached
 * one.  DynamoDB is asked only where no column has the option "key".  Raises
 * what table_describe(), table_set_key() and request_raise() raise.
 */
extern Table *description_of_table(Oid relation_id, Oid user_id);

/*
 * What DynamoDB says of the table, in the current memory context; at most some
 * minutes old.  NULL if it does not say.
 */
extern const TableDescription *description_ask(const Table *table,
											   Oid user_id);

/*
 * Runs an operation that reads, and takes the name of a table and nothing
 * else.  attempts: at most; 0: as many as usual.
 */
extern Request *description_request(Connection *connection,
									const char *operation, AnswerReader read,
									const char *table_name, int attempts);

/*
 * Can the table be used now?  False with *unseen set: DynamoDB does not know
 * it (yet, or any more).  Raises what request_raise() raises.
 */
extern bool description_is_active(Connection *connection,
								  const char *table_name, Request **unseen);

/* Is it protected against deletion?  False also if DynamoDB does not say. */
extern bool description_is_protected(Connection *connection,
									 const char *table_name);

/*
 * The names of all tables, as a list of char *.  Raises HV000 where their
 * pages do not end, and what request_raise() raises.
 */
extern List *description_list_tables(Connection *connection);

/* Forgets all that was said: this session has changed some table. */
extern void description_forget(void);

#endif							/* DYNAMORM_FDW_DESCRIPTION_H */
