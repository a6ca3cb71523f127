/*
 * item_get.h
 *		A GetItem of one whole item, as it is now.
 *
 * This is how a write, or a lock, that needs the item reads it.  What a query
 * reads comes by a reader (reader.h).
 */
#ifndef DYNAMORM_FDW_ITEM_GET_H
#define DYNAMORM_FDW_ITEM_GET_H

#include "postgres.h"

#include "client/request/request.h"
#include "translate/table/table.h"

/*
 * Starts a consistent GetItem of a whole item, in the current memory context.
 * Whoever has waited for it, and has found that it was successful, takes the
 * item by item_get_result().
 */
extern Request *item_get_start(Connection *connection, const Table *table,
							   const DynamoItem *key, const char *readable_key,
							   RequestCounters *counters);

/*
 * The item that such a GetItem has brought, be it a row or not; NULL: there is
 * none.  It lives as long as the request.
 */
extern const DynamoItem *item_get_result(const Request *request);

#endif							/* DYNAMORM_FDW_ITEM_GET_H */
