/*
 * insert.h
 *		The insertion of rows, as the callbacks in modify.c use it.
 */
#ifndef DYNAMORM_FDW_INSERT_H
#define DYNAMORM_FDW_INSERT_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "client/request/request.h"
#include "fdw/write/conflict.h"
#include "translate/table/table.h"

typedef struct InsertState InsertState;

/* Prepares insertions as a user, in the current memory context. */
extern InsertState *insert_begin(ModifyTableState *mtstate,
								 ResultRelInfo *info, Oid user_id,
								 ConflictPlan conflict);

/*
 * Inserts *count rows, all at once.  Returns the slots of those written, in an
 * array that is good until the next call; *count becomes their number, which
 * is less only with ON CONFLICT.  Raises 23505 if a key is taken, and what
 * checks, codecs and request_raise() raise; what was written until then stays.
 * Of a COPY rows may be kept to be written with later ones: an error may be
 * about them too.
 */
extern TupleTableSlot **insert_rows(InsertState *state, EState *estate,
									ResultRelInfo *info,
									TupleTableSlot **slots, int *count);

/* Writes what is kept, when no more rows come.  Raises as insert_rows(). */
extern void insert_end(InsertState *state);

/*
 * Do the rows of the statement leave in batches (insert_batch.h), if there are
 * several?
 */
extern bool insert_sends_batches(const ModifyTableState *mtstate,
								 const ResultRelInfo *info,
								 const Table *table, ConflictAction action);

/* As many rows as may be handed to insert_rows() at once. */
extern int	insert_batch_size(const InsertState *state,
							  const ResultRelInfo *info, int max_concurrency);

/* For EXPLAIN. */
extern const RequestCounters *insert_counters(const InsertState *state);

#endif							/* DYNAMORM_FDW_INSERT_H */
