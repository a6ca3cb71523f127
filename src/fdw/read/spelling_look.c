/*
 * spelling_look.c
 *		Whether the keys of a table are spelled as its columns would spell
 *		them.
 */
#include "postgres.h"

#include "compat.h"

#include "utils/memutils.h"

#include "client/request/operation.h"
#include "client/request/request.h"
#include "fdw/read/access.h"
#include "fdw/read/spelling_look.h"
#include "translate/table/table_template.h"

static Request *
scan_one_item(const Table *table, Connection *connection,
			  RequestCounters *counters)
{
	ReadOperation operation = {
		.table_name = table->table_name,
		.projection = access_projection(table, NULL, NIL)
	};
	const ReadPage page = {.limit = 1};
	RequestSpec spec = {
		.operation = "Scan",
		.kind = REQUEST_READ,
		.table = table->table_name,
		.counters = counters,
		.table_rate = table->read_rate
	};
	StringInfoData body;

	initStringInfo(&body);
	operation_begin_read(&body, &operation);
	operation_end_read(&body, &page);
	spec.body = body.data;
	spec.body_length = body.len;
	return request_run(connection, &spec);
}

/* Decoding checks the key. */
static void
check_key_of_item(const Table *table, const DynamoItem *item)
{
	bool	   *columns = palloc0(table->column_count * sizeof(bool));

	if (!table_is_row(table, item))
		return;
	for (int i = 0; i < table->column_count; i++)
		columns[i] = table->columns[i].in_key;
	table_decode_item(table, item, columns,
					  palloc(table->column_count * sizeof(Datum)),
					  palloc(table->column_count * sizeof(bool)));
}

static void
look(const Table *table, Connection *connection, RequestCounters *counters)
{
	Request    *request = scan_one_item(table, connection, counters);

	if (request_outcome(request) == OUTCOME_SUCCESS)
	{
		const Response *page = request_response(request);

		if (page->item_count > 0)
			check_key_of_item(table, &page->items[0]);
	}
	else if (!response_is_denied(request_response(request)))
		request_raise(request, NULL);
	request_free(request);
	table_confirm_key(table);
}

void
spelling_look(const Table *table, Connection *connection,
			  RequestCounters *counters)
{
	MemoryContext context;
	MemoryContext old;

	if (!table->key_in_doubt)
		return;
	context = AllocSetContextCreate(CurrentMemoryContext,
									"dynamorm_fdw spelling",
									ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	look(table, connection, counters);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}
