/*
 * stamp.h
 *		The values of version, created_at and updated_at columns.
 *
 * They are expressions, so that pushing and computing them needs nothing of
 * its own.
 */
#ifndef DYNAMORM_FDW_STAMP_H
#define DYNAMORM_FDW_STAMP_H

#include "postgres.h"

#include "nodes/primnodes.h"
#include "translate/table/table.h"

/* now(), as the column can hold it: truncated to its unit. */
extern Expr *stamp_now(const Column *column);

/* A constant of an integer type. */
extern Const *stamp_integer(Oid type_id, int value);

/* coalesce(version, 0) + 1, of the column's own type. */
extern Expr *stamp_next_version(Index relid, const Column *column);

/*
 * Adds to the assignments of an UPDATE (integer list of attribute numbers, and
 * list of expressions) the stamps that it does not assign itself.
 */
extern void stamp_assignments(const Table *table, Index relid,
							  List **assigned, List **expressions);

#endif							/* DYNAMORM_FDW_STAMP_H */
