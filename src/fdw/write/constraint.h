/*
 * constraint.h
 *		What PostgreSQL holds true of a row before it is stored, and which
 *		columns that depends on.
 */
#ifndef DYNAMORM_FDW_CONSTRAINT_H
#define DYNAMORM_FDW_CONSTRAINT_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "translate/table/table.h"

/*
 * Raises HV004 for a stored generated column that looks at one which a
 * template makes: core has computed it before that is.
 */
extern void constraint_check_generated(const Table *table, Relation relation);

/*
 * The columns (as pull_varattnos() gives them) that CHECK and partition
 * constraints and stored generated columns look at; NULL if none of that
 * depends on an assigned column (integer list of attribute numbers).  Else the
 * whole new row must be seen before it is written, and the write depends on
 * these columns too.
 */
extern Bitmapset *constraint_columns(Oid relation_id, List *assigned);

/*
 * Checks the policies of that kind (of a partitioned table; WCO_RLS_...), NOT
 * NULL, CHECK, the partition constraint and a view's check option, which core
 * leaves to the remote side: see ExecInsert() and ExecUpdateAct().  The
 * columns of the key count as NOT NULL.  All of the row must be in the slot;
 * readable_key is the key of the item that is there, for the error, or NULL.
 * Raises 42501, 23502, 23514, 44000.
 */
extern void constraint_check_row(const Table *table, ResultRelInfo *info,
								 TupleTableSlot *slot, EState *estate,
								 WCOKind policies, const char *readable_key);

/* Is the column a stored generated one? */
extern bool constraint_is_generated(TupleDesc descriptor, AttrNumber attnum);

#endif							/* DYNAMORM_FDW_CONSTRAINT_H */
