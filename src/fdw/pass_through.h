/*
 * pass_through.h
 *		Custom scan nodes that hand on the rows of the plan below, and do
 *		something besides.
 */
#ifndef DYNAMORM_FDW_PASS_THROUGH_H
#define DYNAMORM_FDW_PASS_THROUGH_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "nodes/extensible.h"
#include "nodes/plannodes.h"

/* A node whose columns are those of the plan below. */
extern CustomScan *pass_through_plan(Plan *below,
									 const CustomScanMethods *methods);

/* Starts the plan below. */
extern void pass_through_begin(CustomScanState *node, EState *estate,
							   int eflags);

extern PlanState *pass_through_below(const CustomScanState *node);

/* A row of the plan below as one of the node. */
extern TupleTableSlot *pass_through_row(CustomScanState *node,
										TupleTableSlot *row);

/* Before EvalPlanQual() runs the plan below again for one row. */
extern void pass_through_rescan(CustomScanState *node);

#endif							/* DYNAMORM_FDW_PASS_THROUGH_H */
