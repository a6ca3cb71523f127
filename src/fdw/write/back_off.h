/*
 * back_off.h
 *		How an optimistic write waits before it is tried again.
 */
#ifndef DYNAMORM_FDW_BACK_OFF_H
#define DYNAMORM_FDW_BACK_OFF_H

#include "postgres.h"

#include "translate/table/table.h"

/*
 * Waits a little, if it is time to after so many tries; interruptible.  Raises
 * 40001 after the last round.
 */
extern void back_off(const Table *table, const char *readable_key, int tries);

#endif							/* DYNAMORM_FDW_BACK_OFF_H */
