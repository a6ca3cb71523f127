/*
 * local_function.h
 *		What the local definitions of the dyn_ functions share.
 */
#ifndef DYNAMORM_FDW_LOCAL_FUNCTION_H
#define DYNAMORM_FDW_LOCAL_FUNCTION_H

#include "postgres.h"

#include "fmgr.h"

/*
 * Raises 22004 if the argument with this number (from 0) is NULL.
 */
extern void refuse_null_argument(FunctionCallInfo fcinfo, int number,
								 const char *name);

/* Raises 2202E if a list index, DynamoDB's from 0, is negative. */
extern void refuse_negative_index(int32 index);

#endif							/* DYNAMORM_FDW_LOCAL_FUNCTION_H */
