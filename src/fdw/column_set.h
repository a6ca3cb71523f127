/*
 * column_set.h
 *		Sets of columns, as plans keep them.
 */
#ifndef DYNAMORM_FDW_COLUMN_SET_H
#define DYNAMORM_FDW_COLUMN_SET_H

#include "postgres.h"

#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"

#include "translate/table/table.h"

/*
 * A set, such as pull_varattnos() gives, as an integer list, and back.  What
 * stands in fdw_private or custom_private must be a node that copyObject()
 * and the functions for reading and writing nodes know: a Bitmapset has been
 * one since PostgreSQL 16.
 */
extern List *column_set_to_list(const Bitmapset *set);
extern Bitmapset *column_set_from_list(const List *list);

/*
 * The columns of a table as an array of column_count flags.  The set has
 * attribute numbers, offset by FirstLowInvalidHeapAttributeNumber as
 * pull_varattnos() does; a whole-row reference stands for all columns.
 */
extern bool *column_set_to_flags(const Table *table, const Bitmapset *set);

#endif							/* DYNAMORM_FDW_COLUMN_SET_H */
