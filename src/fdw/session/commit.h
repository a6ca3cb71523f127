/*
 * commit.h
 *		COMMIT of what is buffered: one TransactWriteItems.
 */
#ifndef DYNAMORM_FDW_COMMIT_H
#define DYNAMORM_FDW_COMMIT_H

#include "postgres.h"

/*
 * Sends what the write buffer holds, before PostgreSQL commits; nothing, if
 * nothing is to be sent.  Returns how many items were written or checked.
 * Raises 40001 if an item was changed meanwhile, 23505 if a key that was
 * inserted is taken, 08007 if nobody knows whether it was carried out, and
 * what request_raise() raises.  Nothing was written then, but for 08007.
 */
extern int	commit_send(void);

/*
 * The token of the transaction's commit, in the transaction's memory; made at
 * the first call.
 */
extern const char *transaction_token(void);

/* At the end of a transaction. */
extern void commit_forget(void);

#endif							/* DYNAMORM_FDW_COMMIT_H */
