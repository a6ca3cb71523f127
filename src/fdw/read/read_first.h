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

/* Members of CustomScan.custom_private. */
enum
{
	READ_FIRST_PRIVATE_BY_FUNCTIONS,	/* integer: it is there only for STABLE
										 * functions whose values can be told
										 * before the first row is written */
	READ_FIRST_PRIVATE_RELATIONS	/* OID list: foreign tables that are
									 * written, or may be */
};

extern const CustomScanMethods read_first_scan_methods;

/* Makes the node known by its name; called once. */
extern void read_first_register_methods(void);

#endif							/* DYNAMORM_FDW_READ_FIRST_H */
