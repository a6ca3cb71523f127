/*
 * table_operation.h
 *		The bodies of requests that make a table.
 *
 * Source: DynamoDB API Reference, "CreateTable", "UpdateContinuousBackups",
 * "UpdateTimeToLive".
 */
#ifndef DYNAMORM_CLIENT_TABLE_OPERATION_H
#define DYNAMORM_CLIENT_TABLE_OPERATION_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "client/wire/table_details.h"

/*
 * Appends the body of the request that makes a table, but for what needs
 * requests of its own: the time to live, and point-in-time recovery.
 */
extern void table_operation_create(StringInfo body, const char *table_name,
								   const TableDetails *details);

/* Those requests, which turn it on. */
extern void table_operation_recovery(StringInfo body, const char *table_name);
extern void table_operation_time_to_live(StringInfo body,
										 const char *table_name,
										 const char *attribute_name);

#endif							/* DYNAMORM_CLIENT_TABLE_OPERATION_H */
