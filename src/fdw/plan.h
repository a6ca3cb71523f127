/*
 * plan.h
 *		What planning leaves for execution in ForeignScan.fdw_private.
 */
#ifndef DYNAMORM_FDW_PLAN_H
#define DYNAMORM_FDW_PLAN_H

#include "postgres.h"

#include "nodes/bitmapset.h"
#include "nodes/pathnodes.h"
#include "nodes/pg_list.h"

/* fdw_private of a scan; fdw_exprs holds its clauses */
enum ScanPrivate
{
	SCAN_PRIVATE_WANTED,		/* integer list: wanted columns, see
								 * access_projection() */
	SCAN_PRIVATE_INSIDE,		/* list: see projection_inside() */
	SCAN_PRIVATE_COUNT
};

/* Is at most one item of a base relation read? */
extern bool plan_reads_one_item(const RelOptInfo *baserel);

/* A set of numbers as an integer list that can be copied, and back. */
extern List *plan_list_from_set(const Bitmapset *set);
extern Bitmapset *plan_set_from_list(const List *list);

#endif							/* DYNAMORM_FDW_PLAN_H */
