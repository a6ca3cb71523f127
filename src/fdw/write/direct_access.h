/*
 * direct_access.h
 *		How an UPDATE or DELETE of a single foreign table comes to the items
 *		that it writes.
 */
#ifndef DYNAMORM_FDW_DIRECT_ACCESS_H
#define DYNAMORM_FDW_DIRECT_ACCESS_H

#include "postgres.h"

#include "fdw/read/access.h"
#include "fdw/write/write_statement.h"

typedef struct DirectAccess
{
	const Access *candidates;	/* how they are found, if they are read */
	const KeyLookup *lookup;	/* what the WHERE says of the table's key */
} DirectAccess;

/*
 * The access for the clauses to the table or an index, in the current memory
 * context: with values when execution begins, without for EXPLAIN.
 */
extern DirectAccess direct_access_choose(Scope *scope,
										 const KeySchema *schema,
										 List *clauses);

/*
 * Are items read before they are written, or are the keys all that has to be
 * known of them?  pushed: the write is one request that needs no item.
 */
extern bool direct_access_reads(const DirectAccess *access,
								const WriteStatement *statement, bool pushed);

#endif							/* DYNAMORM_FDW_DIRECT_ACCESS_H */
