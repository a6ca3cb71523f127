/*
 * made_update.h
 *		Attributes that are made of columns, where an update sets these.
 */
#ifndef DYNAMORM_TRANSLATE_MADE_UPDATE_H
#define DYNAMORM_TRANSLATE_MADE_UPDATE_H

#include "postgres.h"

#include "translate/update/update.h"

/* Does a list of attribute numbers have a column that it is made of? */
extern bool made_is_assigned(const Column *made, const List *assigned);

/*
 * Adds to the columns that an update reads, as pull_varattnos() gives them:
 * what is made of an assigned column, or is assigned itself, is made of all
 * columns that its template names.
 */
extern Bitmapset *made_add_fields(const Table *table, const List *assigned,
								  Bitmapset *read);

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
