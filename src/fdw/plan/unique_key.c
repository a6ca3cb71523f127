/*
 * unique_key.c
 *		Tells the planner that the key of a table is unique.
 *
 * Core knows that from unique indexes, and a foreign table has none: it would
 * guess that a join on the key gives thousands of rows for each.  So the
 * relation gets the description of a hypothetical index.  Core looks at it for
 * estimates and proofs, but makes no paths of a foreign table's indexes.
 *
 * Source: has_unique_index() in plancat.c, relation_has_unique_index_for() in
 * indxpath.c.
 */
#include "postgres.h"

#include "compat.h"

#include "catalog/pg_am.h"
#include "utils/typcache.h"

#include "fdw/plan/unique_key.h"
#include "translate/key/item_key.h"
#include "translate/key/key.h"

static void
add_index_column(IndexOptInfo *index, const Column *column)
{
	int			i = index->nkeycolumns++;

	index->indexkeys[i] = column->attnum;
	index->indexcollations[i] = column->codec->collation;
	index->opcintype[i] = column->codec->base_type_id;
	index->opfamily[i] = lookup_type_cache(column->codec->base_type_id,
										   TYPECACHE_BTREE_OPFAMILY)->btree_opf;
}

void
unique_key_tell(RelOptInfo *baserel, const Table *table)
{
	KeyFields	key = key_fields(table);
	IndexOptInfo *index;

	if (key.count == 0 || !key_equality_is_plain(table))
		return;
	index = makeNode(IndexOptInfo);
	index->rel = baserel;
	index->relam = BTREE_AM_OID;
	index->indexkeys = palloc(sizeof(int) * key.count);
	index->indexcollations = palloc(sizeof(Oid) * key.count);
	index->opcintype = palloc(sizeof(Oid) * key.count);
	index->opfamily = palloc(sizeof(Oid) * key.count);
	for (int i = 0; i < key.count; i++)
		add_index_column(index, key.columns[i]);
	index->ncolumns = index->nkeycolumns;
	index->unique = true;
	index->immediate = true;
	index->hypothetical = true;
	baserel->indexlist = lappend(baserel->indexlist, index);
}
