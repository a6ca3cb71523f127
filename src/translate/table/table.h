/*
 * table.h
 *		What a foreign table says about its DynamoDB table: names, keys and the
 *		codec of each column.
 *
 * Reads the catalogs only.  Where no column carries the option "key", the key
 * must be asked of DynamoDB, which is the caller's work (description.c).
 */
#ifndef DYNAMORM_TRANSLATE_TABLE_H
#define DYNAMORM_TRANSLATE_TABLE_H

#include "postgres.h"

#include "translate/codec/codec.h"
#include "translate/table/table_column.h"
#include "translate/table/table_item.h"
#include "translate/table/table_options.h"

/* Says how options are read; before a table is described. */
extern void table_set_options_reader(TableOptionsReader reader);

/*
 * Describes a foreign table, which the caller has locked.  Descriptions are
 * kept for the session and shared: one is good until the end of the
 * transaction, even if the catalogs change, and must not be freed.  It hides
 * what has expired, or shows it, by the setting of now.  Raises
 * what codec_create() refuses as HV004 (invalid data type), though the
 * validator has refused most of it at DDL time.
 */
extern Table *table_describe(Oid relation_id);

/*
 * Sets the key of a table whose columns do not name it; sort_key NULL: none.
 * Raises HV005 if no column maps a key attribute.
 */
extern void table_set_key(Table *table, const char *partition_key,
						  const char *sort_key);

/*
 * The name that the key would have, were it a constraint: for the fields of
 * errors.  Source: ChooseIndexName() in indexcmds.c.
 */
extern char *table_key_constraint(const Table *table);

#endif							/* DYNAMORM_TRANSLATE_TABLE_H */
