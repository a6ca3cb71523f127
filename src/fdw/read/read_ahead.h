/*
 * read_ahead.h
 *		A running read is insensitive: what it has yet to read is read before
 *		the session changes it.
 *
 * In PostgreSQL an open cursor, a loop over a query, a query beside a function
 * that writes do not see what is written after they began.  DynamoDB knows no
 * snapshots, so whatever such a scan has yet to read, and could meet of a
 * write, is read before the write leaves, and kept for the scan, on disk
 * beyond work_mem.
 */
#ifndef DYNAMORM_FDW_READ_AHEAD_H
#define DYNAMORM_FDW_READ_AHEAD_H

#include "postgres.h"

#include "fdw/read/open_scan.h"

/*
 * To be called before items of the table are written by a statement with that
 * executor state (NULL: scans of the statement itself count, too) and command
 * id.  An error of another scan's reading is kept for that scan; raised here
 * are only interrupts, errors of the machine and of PostgreSQL itself.  Costs
 * next to nothing where no other scan is open.
 */
extern void read_ahead(const EState *estate, CommandId command_id,
					   const Table *table, const WrittenKeys *written);

/*
 * The same before items are written by something that is no statement on a
 * foreign table: one, whose key has its attributes in any order, or (NULL)
 * whatever items of the table (NULL: of any table).
 */
extern void read_ahead_of_any(const Table *table, const DynamoItem *key);

#endif							/* DYNAMORM_FDW_READ_AHEAD_H */
