/*
 * index.h
 *		Which indexes of a table may answer a query.
 *
 * An index holds only the items that have all attributes of its key, and only
 * some of their attributes.  A global one lags behind its table.
 */
#ifndef DYNAMORM_FDW_INDEX_H
#define DYNAMORM_FDW_INDEX_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "fdw/catalog/description.h"
#include "translate/key/key.h"

/*
 * The keys of the indexes that can be asked, as a list of KeySchema: those
 * that are ready, and whose key attributes all have columns that store them as
 * the index declares them.
 */
extern List *index_schemas(const Table *table,
						   const TableDescription *description);

/*
 * Does every row that the clauses select have all attributes of the index's
 * key, so that it is in the index?  varno is the table's in the clauses.
 */
extern bool index_holds_rows(const KeySchema *schema, List *clauses,
							 Index varno);

/*
 * Does the index hold all columns that are wanted, by attnum - 1?
 */
extern bool index_holds_columns(const KeySchema *schema, const Table *table,
								const bool *wanted);

/* An index as a list that can be copied, and back; NIL: the table itself. */
extern List *index_to_list(const KeySchema *schema, const Table *table);
extern KeySchema *index_from_list(const List *list, const Table *table);

#endif							/* DYNAMORM_FDW_INDEX_H */
