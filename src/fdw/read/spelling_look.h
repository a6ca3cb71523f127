/*
 * spelling_look.h
 *		Whether the keys of a table are spelled as its columns would spell
 *		them.
 *
 * Where others write the table, a key that is looked for may be there in
 * another spelling, and one that is made may be there already.  Until an item
 * of the session has shown how they are spelled, a miss is looked into.
 */
#ifndef DYNAMORM_FDW_SPELLING_LOOK_H
#define DYNAMORM_FDW_SPELLING_LOOK_H

#include "postgres.h"

#include "client/request/request.h"
#include "translate/table/table.h"

/*
 * If that is not known yet, reads one item of the table; nothing is known of
 * an empty one, and of one that may not be scanned, but they are not looked at
 * again.  Raises HV00A if the key has another spelling, and what
 * request_raise() raises.
 */
extern void spelling_look(const Table *table, Connection *connection,
						  RequestCounters *counters);

#endif							/* DYNAMORM_FDW_SPELLING_LOOK_H */
