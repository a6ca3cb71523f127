/*
 * read_first_plan.h
 *		A statement sees each table as it was before the statement.
 *
 * PostgreSQL's snapshots give that to ordinary tables.  Here a write is seen
 * by whatever is read after it.  So where a statement also reads a table that
 * it writes, other than to find the rows to be written, a plan node of our
 * own, "Read Before Write", reads all rows to be written, with their new
 * values, before the first of them is.
 */
#ifndef DYNAMORM_FDW_READ_FIRST_PLAN_H
#define DYNAMORM_FDW_READ_FIRST_PLAN_H

#include "postgres.h"

#include "nodes/pathnodes.h"
#include "nodes/plannodes.h"

/*
 * Puts the node over the rows of a statement that needs it.  Called when the
 * paths are complete (hook.c): the library is loaded by then, for the tables
 * that the statement reads have been looked at.  Raises 0A000 for reads that
 * no order of reading and writing can serve: outside a WITH query that writes
 * the table, and in RETURNING.
 */
extern void read_first_plan_path(PlannerInfo *root, ModifyTablePath *path);

/*
 * The plan that a direct modification may be made of: the one below the node,
 * where that is there only for STABLE functions whose values can be told
 * before the first row is written.
 */
extern Plan *read_first_plan_direct(Plan *plan);

/* That plan, made the one that the modification stands on. */
extern Plan *read_first_plan_take_out(Plan *plan);

/*
 * A foreign table that a query, its target apart, reads and that is the same
 * DynamoDB table as one; InvalidOid: there is none.
 */
extern Oid	read_first_plan_find_read(Query *query, Oid relation_id);

#endif							/* DYNAMORM_FDW_READ_FIRST_PLAN_H */
