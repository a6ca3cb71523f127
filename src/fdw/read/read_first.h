/*
 * read_first.h
 *		Execution of "Read Before Write": see read_first_plan.h.
 */
#ifndef DYNAMORM_FDW_READ_FIRST_H
#define DYNAMORM_FDW_READ_FIRST_H

#include "postgres.h"

#include "nodes/extensible.h"

/* As EXPLAIN shows it. */
#define READ_FIRST_NAME "Read Before Write"

extern const CustomScanMethods read_first_scan_methods;

/* Makes the node known by its name; called once. */
extern void read_first_register_methods(void);

#endif							/* DYNAMORM_FDW_READ_FIRST_H */
