/*
 * callbacks.h
 *		Each file of callbacks fills in its own members of the FdwRoutine.
 */
#ifndef DYNAMORM_FDW_CALLBACKS_H
#define DYNAMORM_FDW_CALLBACKS_H

#include "postgres.h"

#include "foreign/fdwapi.h"

extern void scan_plan_set_callbacks(FdwRoutine *routine);
extern void modify_plan_set_callbacks(FdwRoutine *routine);
extern void scan_set_callbacks(FdwRoutine *routine);
extern void row_lock_set_callbacks(FdwRoutine *routine);
extern void modify_set_callbacks(FdwRoutine *routine);
extern void direct_set_callbacks(FdwRoutine *routine);
extern void analyze_set_callbacks(FdwRoutine *routine);
extern void truncate_set_callbacks(FdwRoutine *routine);
extern void import_set_callbacks(FdwRoutine *routine);
extern void explain_set_callbacks(FdwRoutine *routine);

#endif							/* DYNAMORM_FDW_CALLBACKS_H */
