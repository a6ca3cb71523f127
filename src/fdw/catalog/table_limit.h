/*
 * table_limit.h
 *		The limit of capacity units a second of a table that is named without a
 *		foreign table.
 */
#ifndef DYNAMORM_FDW_TABLE_LIMIT_H
#define DYNAMORM_FDW_TABLE_LIMIT_H

#include "postgres.h"

/*
 * The lowest limit of write (else read) units that a foreign table of the
 * server says of DynamoDB's table of that name, in the server's encoding; 0:
 * none does.
 */
extern int	table_limit_find(Oid server_id, const char *table_name,
							 bool writes);

#endif							/* DYNAMORM_FDW_TABLE_LIMIT_H */
