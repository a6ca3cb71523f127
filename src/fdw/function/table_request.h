/*
 * table_request.h
 *		Requests that make, drop and change tables of DynamoDB.
 */
#ifndef DYNAMORM_FDW_TABLE_REQUEST_H
#define DYNAMORM_FDW_TABLE_REQUEST_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "client/request/request.h"

/*
 * Runs a request that changes a table, which is not sent again; its failure is
 * for the caller to raise.
 */
extern Request *table_request_run(Connection *connection,
								  const char *table_name,
								  const char *operation, StringInfo body);

/*
 * Makes a table by the body of a CreateTable, and waits until it can be used.
 * Raises 42P07 for one that is there, and what request_raise() raises.
 */
extern void table_request_create(Connection *connection,
								 const char *table_name, StringInfo body);

/*
 * Waits until the table is active, or (gone) is not there any more.  It takes
 * as long as it takes; a cancel ends it.
 */
extern void table_request_wait(Connection *connection, const char *table_name,
							   bool gone);

/*
 * Gives a new table point-in-time recovery, as soon as it can have it.  failed
 * goes to the detail of the error that is raised if it cannot.
 */
extern void table_request_set_recovery(Connection *connection,
									   const char *table_name,
									   const char *failed);

/* Gives a new table a time to live, in the attribute. */
extern void table_request_set_ttl(Connection *connection,
								  const char *table_name,
								  const char *attribute_name);

#endif							/* DYNAMORM_FDW_TABLE_REQUEST_H */
