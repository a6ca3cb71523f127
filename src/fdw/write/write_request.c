/*
 * write_request.c
 *		The requests by which items are written at once.
 */
#include "postgres.h"

#include "compat.h"

#include "fdw/catalog/key_check.h"
#include "fdw/write/insert_batch.h"
#include "fdw/write/write_request.h"
#include "translate/key/item_key.h"

Request *
write_request_start(const Writer *writer, const ItemWrite *write)
{
	bool		puts = write->kind == WRITE_PUT;
	WriteOperation operation = {
		.kind = write->kind,
		.table_name = writer->table->table_name,
		.item = puts ? write->new_item : write->key,
		.expressions = write->expressions,
		.wants_item = writer->returning && !puts
	};
	RequestSpec spec = {
		.operation = operation_name(write->kind),
		.kind = REQUEST_WRITE,
		.table = writer->table->table_name,
		.key = write->readable_key,
		.counters = writer->counters,
		.table_rate = writer->table->write_rate,
		.wants_item = operation.wants_item
	};
	StringInfoData body;

	initStringInfo(&body);
	operation_append_write(&body, &operation);
	spec.body = body.data;
	spec.body_length = body.len;
	return request_start(writer->connection, &spec);
}

/*
 * DynamoDB cannot change a key.  The item is deleted and put anew: all or
 * nothing, on condition that it still is what was read, and that no item has
 * the new key.
 */
Request *
write_request_start_move(const Writer *writer, const ItemWrite *write)
{
	char	   *key_is_free =
		operation_expressions(NIL, condition_key_is_free(writer->table), true);
	WriteOperation operations[] = {
		{
			.kind = WRITE_DELETE,
			.table_name = writer->table->table_name,
			.item = write->key,
			.expressions = write->expressions
		},
		{
			.kind = WRITE_PUT,
			.table_name = writer->table->table_name,
			.item = write->new_item,
			.expressions = key_is_free
		}
	};
	RequestSpec spec = {
		.operation = "TransactWriteItems",
		.kind = REQUEST_IDEMPOTENT,
		.table = writer->table->table_name,
		.key = write->readable_key,
		.counters = writer->counters,
		.table_rate = writer->table->write_rate,
		.parts = lengthof(operations)
	};
	StringInfoData body;

	initStringInfo(&body);
	operation_append_transaction(&body, operations, lengthof(operations),
								 operation_token());
	spec.body = body.data;
	spec.body_length = body.len;
	return request_start(writer->connection, &spec);
}

Outcome
write_request_outcome(const ItemWrite *write)
{
	return write->batch != NULL
		? batch_insert_outcome(write->batch->insert, write->place)
		: request_outcome(write->request);
}

Request *
write_request_under_way(const ItemWrite *write)
{
	return write->batch != NULL ? batch_insert_request(write->batch->insert)
		: write->request;
}

void
write_request_raise(const ItemWrite *write, const char *extra_detail)
{
	if (write->batch != NULL)
		batch_insert_raise(write->batch->insert, write->place, extra_detail);
	key_check_raise(write->writer->table, write->writer->connection,
					write->request, extra_detail);
}
