/*
 * key_list.h
 *		WHERE clauses that leave a list of keys.
 */
#ifndef DYNAMORM_TRANSLATE_KEY_LIST_H
#define DYNAMORM_TRANSLATE_KEY_LIST_H

#include "postgres.h"

#include "translate/key/key_lookup.h"
#include "translate/scope.h"

/*
 * Do the clauses leave only a list of whole keys?  Then fills the lookup, but
 * for rest.
 */
extern bool key_list_find(Scope *scope, List *clauses, KeyLookup *lookup);

#endif							/* DYNAMORM_TRANSLATE_KEY_LIST_H */
