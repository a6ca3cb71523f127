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
extern bool made_is_part_of(const KeySchema *schema,
								  const List *assigned);

/*
 * Adds an action for each attribute, but those of the key, that is made of
 * assigned columns.  A field that is not assigned must be known otherwise: by
 * an equality of the clauses, or by known (by attnum - 1; NULL: nothing is).
 * Returns why it cannot be said (a column name), or NULL.
 */
extern const char *made_update_actions(Scope *scope, const List *assignments,
									   List *clauses, Operand *const *known,
									   List **actions);

/*
 * Adds an action for each attribute that is made of the key's columns alone,
 * and by none of the assignments: an item that an upsert makes has it too.
 * Returns why it cannot be said (a column name), or NULL.
 */
extern const char *made_of_key_actions(Scope *scope, const List *assignments,
									   List *clauses, List **actions);

/*
 * Adds what an item has that an upsert makes, beside its key: constants, and
 * the columns that the key is made of, of which the clauses tell.
 */
extern const char *made_creation_actions(Scope *scope, List *clauses,
										 List **actions);

#endif							/* DYNAMORM_TRANSLATE_MADE_UPDATE_H */
