/*
 * pushed_write.h
 *		A WHERE and SET as one conditional request.
 */
#ifndef DYNAMORM_FDW_PUSHED_WRITE_H
#define DYNAMORM_FDW_PUSHED_WRITE_H

#include "postgres.h"

#include "fdw/write/write_statement.h"

typedef struct PushedWrite
{
	const char *obstacle;		/* what keeps it from being pushed, as a phrase
								 * for EXPLAIN; NULL: it is pushed */
	List	   *actions;		/* of UpdateAction; NIL for DELETE */
	Condition  *condition;
} PushedWrite;

/*
 * Translates WHERE and SET.  clauses is what is left of the WHERE once the key
 * is fixed (KeyLookup.rest).
 */
extern PushedWrite *pushed_write_make(Scope *scope,
									  const WriteStatement *statement,
									  List *clauses, List *assignments);

/*
 * For EXPLAIN: which of DynamoDB's limits keeps a write from being sent as it
 * was translated; NULL: none, as far as its values are known.
 */
extern const char *pushed_write_limit(List *actions,
									  const Condition *condition);

#endif							/* DYNAMORM_FDW_PUSHED_WRITE_H */
