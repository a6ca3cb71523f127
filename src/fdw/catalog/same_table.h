/*
 * same_table.h
 *		Whether two foreign tables are one table of DynamoDB.
 */
#ifndef DYNAMORM_FDW_SAME_TABLE_H
#define DYNAMORM_FDW_SAME_TABLE_H

#include "postgres.h"

#include "translate/table/table.h"

/*
 * May they be?  True for tables of one name, unless their servers surely keep
 * different tables.
 */
extern bool same_table(const Table *table, const Table *other);

#endif							/* DYNAMORM_FDW_SAME_TABLE_H */
