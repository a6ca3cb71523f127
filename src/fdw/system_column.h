/*
 * system_column.h
 *		System columns of foreign tables, where a user names them.
 *
 * An item has no ctid, xmin, xmax, cmin or cmax.  What core reads in their
 * place is the same for every row, so that WHERE ctid = ... is true of all of
 * them, or an error after the write (RETURNING).  So they are refused before,
 * with 0A000.  tableoid works.
 *
 * What core itself adds to target lists is not looked at: tableoid, wholerow,
 * and the ctid of a partitioned table that has local partitions too.
 */
#ifndef DYNAMORM_FDW_SYSTEM_COLUMN_H
#define DYNAMORM_FDW_SYSTEM_COLUMN_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"

/*
 * The system columns, other than tableoid, that an expression names, or a
 * query outside its sub-selects in FROM and WITH queries: a list of Var.
 */
extern List *system_column_find(Node *expression);
extern List *system_column_find_in_query(Query *query);

/*
 * Raises 0A000 for one of a foreign table of ours.  named is what the user has
 * named: that table, or a parent of it.
 */
extern void system_column_refuse(AttrNumber attnum, Oid relation_id,
								 Oid named) pg_attribute_noreturn();

/*
 * Refuses them in an INSERT.  Its target is not looked at before the plan is
 * made, which may be what loads the library: this is for PlanForeignModify.
 * (Reads, updates and deletes: see plan/system_column_plan.h.)
 */
extern void system_column_refuse_in_insert(PlannerInfo *root,
										   Index result_relation);

/*
 * Refuses them where a statement that inserts into, or updates, a partitioned
 * table comes to a partition of ours: only then is it known that it does.
 */
extern void system_column_refuse_routed(const ModifyTableState *mtstate,
										const ResultRelInfo *info);

/*
 * Refuses row triggers for what the statement does whose WHEN names system
 * columns: that of an AFTER trigger is evaluated when the row is written.
 */
extern void system_column_refuse_in_triggers(const ResultRelInfo *info,
											 CmdType operation);

/*
 * Does RETURNING of INSERT ... ON CONFLICT DO UPDATE name xmax?  There, and
 * only there, it may stand, for (xmax = 0) is how inserted rows are told from
 * updated ones.
 */
extern bool system_column_returns_xmax(const ModifyTable *plan,
									   Index result_relation);

/*
 * Gives a row that was written xmax as core would: 0, or this transaction for
 * one that was updated.  The slot is one that core made for a foreign table.
 */
extern void system_column_set_xmax(TupleTableSlot *slot, bool updated);

#endif							/* DYNAMORM_FDW_SYSTEM_COLUMN_H */
