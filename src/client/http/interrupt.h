/*
 * interrupt.h
 *		Interrupts, as whatever waits for the network or a process checks for
 *		them.
 */
#ifndef DYNAMORM_CLIENT_INTERRUPT_H
#define DYNAMORM_CLIENT_INTERRUPT_H

#include "postgres.h"

/*
 * Who has writes in flight says here how the user is warned of them.  The
 * function raises no errors; there is one, and setting it again is no harm.
 * ends_session: no error follows that anybody could add to.
 */
typedef void (*InterruptWarning) (bool ends_session);

extern void interrupt_set_warning(InterruptWarning warning);

/*
 * CHECK_FOR_INTERRUPTS() that first warns of the writes in flight, if it is
 * about to end the statement or the session.
 */
extern void interrupt_check(void);

/*
 * Is the error an interrupt, or one of the machine or of PostgreSQL itself?
 * It is passed on as it is and at once: an interrupt does not wait, and the
 * others may have left locks for the abort to release.
 */
extern bool interrupt_is_reason(const ErrorData *error);

#endif							/* DYNAMORM_CLIENT_INTERRUPT_H */
