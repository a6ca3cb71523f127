/*
 * upsert.h
 *		INSERT ... ON CONFLICT DO UPDATE as one conditional update.
 *
 * On an item that is missing, an UpdateItem must leave the row to be inserted;
 * on one that exists, what SET makes of it.  For each attribute an action is
 * looked for that does both.
 */
#ifndef DYNAMORM_TRANSLATE_UPSERT_H
#define DYNAMORM_TRANSLATE_UPSERT_H

#include "postgres.h"

#include "client/wire/expression.h"
#include "translate/scope.h"

typedef struct UpsertTranslation
{
	const char *obstacle;		/* why one request cannot do both; NULL: it
								 * can */
	List	   *actions;		/* of UpdateAction; right for both */
	Condition  *condition;		/* there is no item, or WHERE and the guards
								 * are true of it */
} UpsertTranslation;

/*
 * inserted holds for each column (by attnum - 1) the value to be inserted;
 * NULL: none.  clauses is the WHERE of DO UPDATE, assignments its SET (of
 * Assignment).  Allocated in the current memory context.
 */
extern UpsertTranslation *upsert_translate(Scope *scope,
										   Operand *const *inserted,
										   List *clauses, List *assignments);

#endif							/* DYNAMORM_TRANSLATE_UPSERT_H */
