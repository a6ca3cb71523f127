/*
 * stored_table.h
 *		All that DynamoDB tells of a table now: how it is made, and its state.
 */
#ifndef DYNAMORM_FDW_STORED_TABLE_H
#define DYNAMORM_FDW_STORED_TABLE_H

#include "postgres.h"

#include "client/request/request.h"
#include "client/wire/table_details.h"

/*
 * What DescribeTable tells, in the current memory context.  NULL if DynamoDB
 * does not tell: *refusal is then the request that failed.
 */
extern TableDetails *stored_table_describe(Connection *connection,
										   const char *table_name,
										   Request **refusal);

/*
 * Adds what has requests, and rights, of their own: each is left out where
 * DynamoDB does not tell it.  Raises nothing but a cancel.
 */
extern void stored_table_add_time_to_live(Connection *connection,
										  const char *table_name,
										  TableDetails *details);
extern void stored_table_add_recovery(Connection *connection,
									  const char *table_name,
									  TableDetails *details);
extern void stored_table_add_tags(Connection *connection,
								  const char *table_name,
								  TableDetails *details);

#endif							/* DYNAMORM_FDW_STORED_TABLE_H */
