/*
 * made_update.h
 *		Attributes that are made of columns, where an update sets these.
 */
#ifndef DYNAMORM_TRANSLATE_MADE_UPDATE_H
#define DYNAMORM_TRANSLATE_MADE_UPDATE_H

#include "postgres.h"

#include "translate/key/key_schema.h"
#include "translate/update/update.h"

/* The attribute numbers of assigned columns: an integer list. */
extern List *made_assigned_numbers(const List *assignments);

/* Does a list of attribute numbers have a column that it is made of? */
extern bool made_is_assigned(const Column *made, const List *assigned);

/* Is a part of the key made of one of the columns? */
extern bool made_is_part_of(const KeySchema *schema, const List *assigned);

/*
 * Values that the item which is there has, if it fulfils the guards: those of
 * the values that are used are added to them.
 */
typedef struct KnownFields
{
	Operand   **operands;		/* by attnum - 1; NULL: not known */
	List	  **guards;			/* of Condition */
} KnownFields;

/*
 * Adds an action for each attribute, but those of the key, that is made of
 * assigned columns.  A field that is not assigned must be known otherwise: by
 * an equality of the clauses, or by known (NULL: nothing is).  Returns why it
 * cannot be said (a column name), or NULL.
 */
extern const char *made_update_actions(Scope *scope, const List *assignments,
									   List *clauses,
									   const KnownFields *known,
									   List **actions);

/*
 * Adds what an item has that an upsert makes, beside its key: constants, the
 * columns that the key is made of, of which the clauses tell, and what is made
 * of them alone.  Returns a column of which they must tell and do not, or
 * NULL.
 */
extern const char *made_creation_actions(Scope *scope, List *clauses,
										 List **actions);

/* Those of the clauses that an item which is made so fulfils. */
extern List *made_creation_clauses(Scope *scope, List *clauses);

#endif							/* DYNAMORM_TRANSLATE_MADE_UPDATE_H */
