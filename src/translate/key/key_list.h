/*
 * key_list.h
 *		WHERE clauses that leave a list of keys.
 */
#ifndef DYNAMORM_TRANSLATE_KEY_LIST_H
#define DYNAMORM_TRANSLATE_KEY_LIST_H

#include "postgres.h"

#include "translate/key/key_lookup.h"
#include "translate/key/key_schema.h"
#include "translate/scope.h"

/*
 * Do the clauses leave only a list of whole keys?  Then fills the lookup, but
 * for rest.  The schema is the table's, and may be without large products.
 */
extern bool key_list_find(Scope *scope, const KeySchema *schema,
						  List *clauses, KeyLookup *lookup);

/*
 * Is it a list of each value of one part with each of the other that is dearer
 * than it looks?
 */
extern bool key_list_is_large_product(const KeyLookup *lookup);

#endif							/* DYNAMORM_TRANSLATE_KEY_LIST_H */
