/*
 * own_write.h
 *		What a statement's own command, or one inside it, has written already.
 *
 * PostgreSQL tells this by the command that a row is marked with; here it is
 * what the session has noted (written.h), or has kept until COMMIT.
 */
#ifndef DYNAMORM_FDW_OWN_WRITE_H
#define DYNAMORM_FDW_OWN_WRITE_H

#include "postgres.h"

#include "fdw/write/writer.h"

/*
 * Has the statement made or changed the item, by this writer or another, or by
 * a command inside it?  So it is still there for it, even if it has expired by
 * that: what a statement lets expire is gone for the next one.
 */
extern bool own_write_has(const Writer *writer, const DynamoItem *key);

/*
 * Is the item none that the statement changes: since it has written it
 * already, or does not see it, which a command inside it has made?
 */
extern bool own_write_passes_over(const Writer *writer,
								  const DynamoItem *key);

/*
 * The same of a write that is about to be sent.  Raises 27000 if a command
 * inside the statement has changed the item: neither of the two changes may
 * get lost.
 */
extern bool own_write_skips(const Writer *writer, const ItemWrite *write);

/*
 * Raises 27000 if a command inside the statement has written what an update
 * was decided on.
 */
extern void own_write_check_decided(const Writer *writer,
									const ItemWrite *write);

/*
 * Might a put, or a move, take the place of an item that the statement has let
 * expire itself?
 */
extern bool own_write_has_new_key(const Writer *writer,
								  const ItemWrite *write);

#endif							/* DYNAMORM_FDW_OWN_WRITE_H */
