/*
 * write_request.h
 *		The requests by which items are written at once.
 *
 * They are started in the current memory context (see request_start()), and
 * say what the writer's table and the write are about.
 */
#ifndef DYNAMORM_FDW_WRITE_REQUEST_H
#define DYNAMORM_FDW_WRITE_REQUEST_H

#include "postgres.h"

#include "fdw/write/writer.h"

/* PutItem, UpdateItem or DeleteItem, of NEXT_WRITE. */
extern Request *write_request_start(const Writer *writer,
									const ItemWrite *write);

/* The TransactWriteItems of NEXT_MOVE. */
extern Request *write_request_start_move(const Writer *writer,
										 const ItemWrite *write);

/* What became of a write that was sent, alone or in a batch. */
extern Outcome write_request_outcome(const ItemWrite *write);

/* The request that its outcome waits for; NULL: none. */
extern Request *write_request_under_way(const ItemWrite *write);

/* Raises the failure of a write that is done, as key_check_raise() does. */
extern void write_request_raise(const ItemWrite *write,
								const char *extra_detail)
			pg_attribute_noreturn();

#endif							/* DYNAMORM_FDW_WRITE_REQUEST_H */
