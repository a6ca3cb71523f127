/*
 * open_scan.h
 *		The scans that are open in the session: what a write of the session has
 *		to know of before it changes what they have yet to read.
 *
 * A scan is entered when the executor begins it and leaves when it ends it.
 * Those of cursors are here as long as the cursor is, fetched from or not;
 * those of a statement that fails go with the executor's memory, which is
 * reset without ending them.  In a parallel worker there are only its own.
 */
#ifndef DYNAMORM_FDW_OPEN_SCAN_H
#define DYNAMORM_FDW_OPEN_SCAN_H

#include "postgres.h"

#include "lib/ilist.h"
#include "nodes/execnodes.h"

#include "translate/table/table.h"

struct Reader;

/* A member of the scan's state, which lives in the executor's memory. */
typedef struct OpenScan
{
	dlist_node	node;			/* in the registry */
	bool		is_open;
	PlanState  *plan_state;		/* a foreign scan, or a batch join */
	const Table *table;
	CommandId	command_id;		/* of its statement's snapshot: it shall not
								 * see what this command and later ones of the
								 * transaction write */
	struct Reader *reader;		/* that is read; NULL: not started, or a batch
								 * join, whose readers are its batches' */
	MemoryContextCallback callback;
} OpenScan;

/* Enters a scan, which must not be open. */
extern void open_scan_enter(OpenScan *scan, PlanState *plan_state,
							const Table *table);

/* Takes it out, if it is in. */
extern void open_scan_leave(OpenScan *scan);

/*
 * The open scan that was entered before another one, beginning with the latest
 * (NULL); NULL at the end.
 */
extern OpenScan *open_scan_next(const OpenScan *scan);

#endif							/* DYNAMORM_FDW_OPEN_SCAN_H */
