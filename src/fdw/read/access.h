/*
 * access.h
 *		How a set of clauses reads a table: which operation, with which key
 *		condition and filter.
 *
 * Made when planning (for costs), when execution begins (for the request) and
 * for EXPLAIN, by the same rules.
 */
#ifndef DYNAMORM_FDW_ACCESS_H
#define DYNAMORM_FDW_ACCESS_H

#include "postgres.h"

#include "nodes/bitmapset.h"
#include "translate/key/key.h"
#include "translate/scope.h"

typedef struct Access
{
	const KeySchema *schema;	/* of what is read */
	KeyLookup  *lookup;
	Condition  *filter;			/* what DynamoDB filters, as much of it as a
								 * request can hold; true: nothing */
	bool		exact;			/* key condition and filter say all that the
								 * clauses say */
} Access;

/*
 * The access for an implicitly ANDed list of clauses to the table or an index,
 * in the current memory context.  An index whose partition key the clauses do
 * not fix is of no use: then the table is read.
 */
extern Access *access_choose(Scope *scope, const KeySchema *schema,
							 List *clauses);

/*
 * "GetItem", "BatchGetItem", "Query" or "Scan"; NULL where no request is
 * needed.
 */
extern const char *access_operation(const Access *access);

/*
 * The paths that hold all of the wanted columns: a list of DocumentPath; NIL:
 * the whole item.  wanted holds attribute numbers, offset
 * by FirstLowInvalidHeapAttributeNumber as pull_varattnos() does; a whole-row
 * reference wants all columns.  inside tells of columns of which only places
 * inside are wanted (projection.h); NIL: of none.  The key is always asked
 * for.
 */
extern List *access_projection(const Table *table, Bitmapset *wanted,
							   List *inside);

/*
 * Which of these paths to ask for beside the key condition and the filter,
 * which leave less room for them in a request: see projection_within_limits().
 */
extern List *access_projection_to_send(const Access *access, List *paths);

#endif							/* DYNAMORM_FDW_ACCESS_H */
