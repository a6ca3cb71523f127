/*
 * write_failure.h
 *		What a statement whose writes have failed says of them.
 *
 * All writes of the writer's group are at their end by then
 * (writer_finish_after_failure()).
 */
#ifndef DYNAMORM_FDW_WRITE_FAILURE_H
#define DYNAMORM_FDW_WRITE_FAILURE_H

#include "postgres.h"

#include "fdw/write/writer.h"

/*
 * Raises the worst failure, as writer_raise() says; and 23505 for a key that
 * is taken.  The detail is made in the current memory context.
 */
extern void write_failure_raise(const Writer *writer) pg_attribute_noreturn();
extern void write_failure_raise_taken(const Writer *writer,
									  const DynamoItem *key)
			pg_attribute_noreturn();

/*
 * Adds to an error's detail how far the statement came, and which item it is
 * about (NULL: none, or nobody knows), if there is something to tell.
 */
extern void write_failure_tell(const Writer *writer, ErrorData *error,
							   const char *readable_key);

#endif							/* DYNAMORM_FDW_WRITE_FAILURE_H */
