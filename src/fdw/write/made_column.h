/*
 * made_column.h
 *		Columns whose attributes are made of other columns, in the rows that
 *		are written.
 */
#ifndef DYNAMORM_FDW_MADE_COLUMN_H
#define DYNAMORM_FDW_MADE_COLUMN_H

#include "postgres.h"

#include "executor/tuptable.h"
#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"

#include "client/wire/expression.h"
#include "translate/table/table_template.h"

/* A row's values, column_count each. */
typedef struct RowValues
{
	Datum	   *values;
	bool	   *nulls;
} RowValues;

static inline RowValues
row_values_of(const TupleTableSlot *slot)
{
	return (RowValues) {slot->tts_values, slot->tts_isnull};
}

/*
 * The assigned columns (a list of attribute numbers), and those that are made
 * of them.
 */
extern List *made_column_assigned(const Table *table, List *assigned);

/*
 * Adds, as pull_varattnos() gives them, the columns without which it is not
 * known what is made of the assigned ones, and of generated ones, which may
 * depend on them.
 */
extern void made_column_add_read(const Table *table, List *assigned,
								 Bitmapset **read);

/*
 * Fills in the columns of a row that is inserted.  Raises 428C9 if one is
 * given that is not what its template makes, 23502 for a field that is NULL in
 * the key or where another's value would be lost, and what
 * table_make_attribute() raises.
 */
extern void made_column_fill(const Table *table, RowValues row);

/*
 * Fills in those columns of an updated row of which a field is assigned (an
 * integer list of attribute numbers), or has changed; of the others, 428C9 if
 * they have.  Raises what made_column_fill() raises.
 */
extern void made_column_fill_again(const Table *table, const List *assigned,
								   RowValues old, RowValues row);

/*
 * Is a column assigned that the attribute is made of, or has one changed?  One
 * that is assigned its own value may have an attribute that others have left
 * as it was.
 */
extern bool made_column_is_due(const Column *made, const List *assigned,
							   RowValues old, RowValues row);

/*
 * What has to be written of an attribute that is made of values of the row: an
 * UpdateAction.
 */
extern UpdateAction *made_column_action(const Table *table,
										const Column *made, RowValues row);

#endif							/* DYNAMORM_FDW_MADE_COLUMN_H */
