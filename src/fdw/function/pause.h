/*
 * pause.h
 *		A pause before something is tried again.
 */
#ifndef DYNAMORM_FDW_PAUSE_H
#define DYNAMORM_FDW_PAUSE_H

#include "postgres.h"

/* Waits that long, or until the session is woken up; interruptible. */
extern void pause_milliseconds(int milliseconds);

#endif							/* DYNAMORM_FDW_PAUSE_H */
