/*
 * table_limit.c
 *		The limit of capacity units a second of a table that is named without a
 *		foreign table.
 */
#include "postgres.h"

#include "compat.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_foreign_table.h"
#include "foreign/foreign.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "fdw/catalog/option_definition.h"
#include "fdw/catalog/table_limit.h"

/* 0: it is another table, or has no limit. */
static int
limit_of_relation(Oid relation_id, const char *table_name, bool writes)
{
	const ServerOptions server = {0};
	TableOptions options = option_read_table(GetForeignTable(relation_id)->options,
											 &server);
	int			limit = writes ? options.write_units_per_second
		: options.read_units_per_second;
	const char *name;

	if (limit == 0)
		return 0;
	name = options.table_name != NULL ? options.table_name
		: get_rel_name(relation_id);
	return name != NULL && strcmp(name, table_name) == 0 ? limit : 0;
}

int
table_limit_find(Oid server_id, const char *table_name, bool writes)
{
	Relation	catalog = table_open(ForeignTableRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, NULL, 0,
										  NULL);
	HeapTuple	tuple;
	int			lowest = 0;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_foreign_table row = (Form_pg_foreign_table) GETSTRUCT(tuple);
		int			limit = row->ftserver != server_id ? 0
			: limit_of_relation(row->ftrelid, table_name, writes);

		if (limit > 0 && (lowest == 0 || limit < lowest))
			lowest = limit;
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return lowest;
}
