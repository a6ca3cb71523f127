/*
 * item_get.c
 *		A GetItem of one whole item, as it is now.
 */
#include "postgres.h"

#include "compat.h"

#include "client/request/operation.h"
#include "fdw/read/item_get.h"

Request *
item_get_start(Connection *connection, const Table *table,
			   const DynamoItem *key, const char *readable_key,
			   RequestCounters *counters)
{
	StringInfoData body;
	RequestSpec spec = {
		.operation = "GetItem",
		.kind = REQUEST_READ,
		.table = table->table_name,
		.key = readable_key,
		.counters = counters,
		.table_rate = table->read_rate
	};
	ReadOperation operation = {
		.table_name = table->table_name,
		.consistent = true,
		.key = key
	};

	initStringInfo(&body);
	operation_begin_read(&body, &operation);
	operation_end_read(&body, &(ReadPage) {0});
	spec.body = body.data;
	spec.body_length = body.len;
	return request_start(connection, &spec);
}

const DynamoItem *
item_get_result(const Request *request)
{
	return request_response(request)->item;
}
