/*
 * transaction.h
 *		What a PostgreSQL transaction means for writes to DynamoDB.
 *
 * In mode "immediate" each is done at once, and a rollback cannot take it
 * back: this file counts the writes of each (sub)transaction and says so with
 * a WARNING.  In mode "atomic" they are kept (write_buffer.h), and sent at
 * COMMIT (commit.h).  A transaction writes in one of the modes.
 */
#ifndef DYNAMORM_FDW_TRANSACTION_H
#define DYNAMORM_FDW_TRANSACTION_H

#include "postgres.h"

#include "translate/table/table.h"

/* Registers the callbacks; called once, when the library is loaded. */
extern void transaction_register(void);

/*
 * In which mode a statement that begins now writes a table: by the setting
 * dynamorm_fdw.transaction_mode, or else by the options.
 */
extern bool transaction_is_atomic(const Table *table);

/*
 * A statement is about to write in a mode.  Raises 55000 if the transaction
 * has written in the other one, or has an idempotency key, and writes at once.
 */
extern void transaction_begin_write(bool atomic);

/* The same check, before each write. */
extern void transaction_check_mode(bool atomic);

/* Notes one item written, or deleted, at once by the (sub)transaction. */
extern void transaction_count_write(void);

/*
 * The same of a table, which is made or dropped at once in both modes: a
 * transaction may make one and fill it.
 */
extern void transaction_count_table(void);

#endif							/* DYNAMORM_FDW_TRANSACTION_H */
