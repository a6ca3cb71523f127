/*
 * transaction.h
 *		What a PostgreSQL transaction means for writes that are done at once.
 *
 * In immediate mode a rollback cannot take back what DynamoDB has already
 * written.  This file counts the writes of each (sub)transaction and says so
 * with a WARNING, and refuses PREPARE TRANSACTION after a write.
 */
#ifndef DYNAMORM_FDW_TRANSACTION_H
#define DYNAMORM_FDW_TRANSACTION_H

#include "postgres.h"

/* Registers the callbacks; called once, when the library is loaded. */
extern void transaction_register(void);

/* Notes one item written, or deleted, by the current (sub)transaction. */
extern void transaction_count_write(void);

#endif							/* DYNAMORM_FDW_TRANSACTION_H */
