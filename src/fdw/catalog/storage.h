/*
 * storage.h
 *		The DynamoDB table that a foreign table's options describe, for who
 *		makes it.
 */
#ifndef DYNAMORM_FDW_STORAGE_H
#define DYNAMORM_FDW_STORAGE_H

#include "postgres.h"

#include "client/wire/table_details.h"
#include "translate/table/table.h"
#include "translate/table/table_options.h"

/*
 * Raises HV024 for options that are no JSON of their form, or do not go
 * together.
 */
extern void storage_check(const StorageOptions *options);

/*
 * The table to make, in the current memory context; its key must be known.
 * Raises HV005 for a key attribute of an index that no column maps, HV004 for
 * one whose column cannot be a key, 55000 for a local index of a table without
 * a sort key.
 */
extern TableDetails *storage_of_table(const Table *table,
									  const StorageOptions *options);

#endif							/* DYNAMORM_FDW_STORAGE_H */
