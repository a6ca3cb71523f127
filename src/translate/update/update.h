/*
 * update.h
 *		SET clauses as DynamoDB update expressions, with their guards.
 *
 * DynamoDB's operators differ from SQL's at the edges, so each pushed form
 * carries guards: conditions under which DynamoDB's answer equals SQL's.  When
 * a guard fails, the caller computes the new row locally.
 */
#ifndef DYNAMORM_TRANSLATE_UPDATE_H
#define DYNAMORM_TRANSLATE_UPDATE_H

#include "postgres.h"

#include "client/wire/expression.h"
#include "translate/scope.h"

/* One SET item. */
typedef struct Assignment
{
	Column	   *column;
	Expr	   *expr;			/* of the column's type; may hold the table's
								 * columns */
} Assignment;

typedef struct UpdateTranslation
{
	const char *obstacle;		/* why it cannot be pushed, for EXPLAIN (a
								 * column name); NULL: it can */
	List	   *actions;		/* of UpdateAction */
	List	   *guards;			/* of Condition */
} UpdateTranslation;

/*
 * Translates a list of Assignment.  Allocated in the current memory context.
 */
extern UpdateTranslation *update_translate(Scope *scope, List *assignments);

/*
 * Does a request with the actions create the item?  Whether one does that only
 * removes differs from engine to engine.
 */
extern bool update_creates_item(const List *actions);

#endif							/* DYNAMORM_TRANSLATE_UPDATE_H */
