/*
 * same_table.c
 *		Whether two foreign tables are one table of DynamoDB.
 */
#include "postgres.h"

#include "compat.h"

#include "foreign/foreign.h"

#include "fdw/catalog/option_definition.h"
#include "fdw/catalog/same_table.h"
#include "translate/table/table_template.h"

/*
 * Do two servers surely keep different tables?  Servers that differ in other
 * options than the place, or whose place is not said by their options, may
 * well be one: then it is better to read first in vain.  So may one that is
 * gone: of what the transaction has written, nobody asks the server any more.
 * A table belongs to a region; region "local" stands for an engine that knows
 * none.
 */
static bool
servers_are_apart(Oid server_id, Oid other_id)
{
	const ForeignServer *one = GetForeignServerExtended(server_id,
														FSV_MISSING_OK);
	const ForeignServer *two = GetForeignServerExtended(other_id,
														FSV_MISSING_OK);
	ServerOptions server;
	ServerOptions other;

	if (one == NULL || two == NULL)
		return false;
	server = option_read_server(one->options);
	other = option_read_server(two->options);

	if (server.region == NULL || other.region == NULL ||
		strcmp(server.region, other.region) == 0 ||
		strcmp(server.region, "local") == 0 ||
		strcmp(other.region, "local") == 0)
		return false;
	return server.endpoint == NULL || other.endpoint == NULL ||
		strcmp(server.endpoint, other.endpoint) != 0;
}

bool
same_table(const Table *table, const Table *other)
{
	return strcmp(table->table_name, other->table_name) == 0 &&
		!table_rows_are_disjoint(table, other) &&
		(table->server_id == other->server_id ||
		 !servers_are_apart(table->server_id, other->server_id));
}
