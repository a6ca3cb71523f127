/*
 * direct_access.c
 *		How an UPDATE or DELETE of a single foreign table comes to the items
 *		that it writes.
 */
#include "postgres.h"

#include "compat.h"

#include "fdw/write/direct_access.h"
#include "translate/key/key_list.h"

/*
 * What the WHERE says of the item's own key holds as long as the item is
 * there; what an index says of it may not hold any more.
 */
DirectAccess
direct_access_choose(Scope *scope, const KeySchema *schema, List *clauses)
{
	Access	   *access = access_choose(scope, schema, clauses);

	return (DirectAccess) {
		.candidates = access,
		.lookup = access->schema->index_name == NULL ? access->lookup
			: key_lookup(scope, key_schema_of_table(scope->table), clauses)
	};
}

/*
 * A write of an item that is not there costs as much as one of an item that
 * is: for a product of lists it is cheaper to read first which are.
 */
static bool
is_mostly_in_vain(const KeyLookup *lookup, const WriteStatement *statement)
{
	return key_list_is_large_product(lookup) &&
		lookup->key_count > 2 * statement->expected_rows;
}

bool
direct_access_reads(const DirectAccess *access,
					const WriteStatement *statement, bool pushed)
{
	switch (access->lookup->access)
	{
		case KEY_ACCESS_ITEM:
			return false;
		case KEY_ACCESS_ITEMS:
			/* each write needs a look at its item, or a key of its own */
			return !pushed || statement->has_volatile ||
				statement->assigns_key ||
				is_mostly_in_vain(access->lookup, statement);
		default:
			return true;
	}
}
