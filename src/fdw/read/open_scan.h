/*
 * open_scan.h
 *		The scans that are open in the session: what a write of the session has
 *		to know of before it changes what they have yet to read.
 *
 * A scan is entered when the executor begins it and leaves when it ends it.
 * Those of cursors are here as long as the cursor is, fetched from or not;
 * those of a statement that fails go with its resources, or with the
 * executor's memory, which is reset without ending them.  In a parallel worker
 * there are only its own.
 */
#ifndef DYNAMORM_FDW_OPEN_SCAN_H
#define DYNAMORM_FDW_OPEN_SCAN_H

#include "postgres.h"

#include "lib/ilist.h"
#include "nodes/execnodes.h"
#include "utils/portal.h"
#include "utils/resowner.h"

#include "translate/table/table.h"

struct Reader;
struct OpenScan;

/* Keys whose items are about to be written. */
typedef struct WrittenKeys
{
	int			count;			/* 0: any of the table may be */
	const DynamoItem *keys[2];	/* the old and the new one */
} WrittenKeys;

/* What a scan does before items of its table are written. */
typedef struct ReadAheadMethods
{
	/*
	 * May it, of what it can read by now, still read one of the items?  Raises
	 * no errors.
	 */
	bool		(*may_meet) (struct OpenScan *scan,
							 const WrittenKeys *written);

	/*
	 * Reads all of that, and keeps it; returns how many items it is.  If the
	 * scan is started only by this, it may turn out that it meets none.
	 */
	int64		(*read) (struct OpenScan *scan, const WrittenKeys *written);
} ReadAheadMethods;

/* A member of the scan's state, which lives in the executor's memory. */
typedef struct OpenScan
{
	dlist_node	node;			/* in the registry */
	bool		is_open;
	uint64		visited;		/* by which of the searches of read_ahead() */
	PlanState  *plan_state;		/* a foreign scan, or a batch join */
	const Table *table;
	CommandId	command_id;		/* of its statement's snapshot: it shall not
								 * see what this command and later ones of the
								 * transaction write */
	CommandId	hidden;			/* the first of those that is another
								 * statement's: for what it reads of what it
								 * writes planning has seen to */
	Portal		cursor;			/* whose scan it is; NULL: of none with a
								 * name */
	ResourceOwner owner;		/* of what the statement holds */
	ResourceOwner owner_ahead;	/* below it, of what reading ahead holds; NULL:
								 * nothing was read ahead */
	Oid			user_id;		/* who runs it, and how */
	int			security_context;
	const ReadAheadMethods *ahead;
	int64		items_ahead;	/* read ahead of writes */
	ErrorData  *error;			/* that reading ahead came to: raised when the
								 * next row is asked for; NULL: none */
	struct Reader *reader;		/* that is read; NULL: not started, or a batch
								 * join, whose readers are its batches' */
	MemoryContextCallback callback;
} OpenScan;

/* For _PG_init(). */
extern void open_scan_register(void);

/* Enters a scan, which must not be open; it may have been before. */
extern void open_scan_enter(OpenScan *scan, PlanState *plan_state,
							const Table *table, const ReadAheadMethods *ahead);

/*
 * Raises that what the scan shall see is not there any more: 0A000, unless it
 * only serves an estimate.
 */
extern void open_scan_raise_hidden(const OpenScan *scan);

/* Raises 0A000 if rows that it should see wait to be written. */
extern void open_scan_check_waiting(const OpenScan *scan);

/* Raises the error that reading ahead came to, if it did. */
extern void open_scan_raise(const OpenScan *scan);

/* Takes it out, if it is in. */
extern void open_scan_leave(OpenScan *scan);

/*
 * The open scan that was entered before another one, beginning with the latest
 * (NULL); NULL at the end.
 */
extern OpenScan *open_scan_next(const OpenScan *scan);

#endif							/* DYNAMORM_FDW_OPEN_SCAN_H */
