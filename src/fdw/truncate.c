/*
 * truncate.c
 *		TRUNCATE: the keys of all items, deleted 25 at a time.
 *
 * DynamoDB has nothing like it.  A deletion whose outcome is unknown is not
 * sent again, as no write is: an item of the same key may have been put since.
 * Only what DynamoDB says it has left undone is.
 */
#include "postgres.h"

#include "compat.h"

#include <json-c/json.h>

#include "access/sysattr.h"
#include "foreign/fdwapi.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "fdw/callbacks.h"
#include "fdw/description.h"
#include "fdw/option.h"
#include "fdw/reader.h"
#include "fdw/transaction.h"
#include "translate/key.h"

/* DynamoDB's limit of a BatchWriteItem. */
#define BATCH_SIZE		25

/* The deletion of some items. */
typedef struct Batch
{
	MemoryContext context;		/* everything of this batch */
	int			count;			/* items not deleted yet */
	int			repetitions;	/* requests for items left over, one after the
								 * other, none of which were deleted */
} Batch;

typedef struct Truncation
{
	const Table *table;
	Connection *connection;
	RequestCounters counters;
	int			max_concurrency;
	int			under_way;
	Batch	   *batches;		/* array of max_concurrency */
	Request   **requests;		/* of each of them, array */
	Request    *failed;			/* the one to be told of; NULL: none */
	int64		deleted;
} Truncation;

/* items: the value of RequestItems. */
static void
send_batch(Truncation *truncation, int i, const char *items)
{
	MemoryContext old = MemoryContextSwitchTo(truncation->batches[i].context);
	StringInfoData body;
	RequestSpec spec = {
		.operation = "BatchWriteItem",
		.kind = REQUEST_WRITE,
		.table = truncation->table->table_name,
		.counters = &truncation->counters,
		.repetition = truncation->batches[i].repetitions
	};

	initStringInfo(&body);
	appendStringInfo(&body, "{\"RequestItems\":%s,\"ReturnConsumedCapacity\":\"TOTAL\"}",
					 items);
	spec.body = body.data;
	spec.body_length = body.len;
	truncation->requests[i] = request_start(truncation->connection, &spec);
	MemoryContextSwitchTo(old);
}

/* How many deletions are in the text of UnprocessedItems. */
static int
count_left(const char *unprocessed)
{
	struct json_object *tables = json_tokener_parse(unprocessed);
	int			count = 0;

	if (tables != NULL)
	{
		json_object_object_foreach(tables, name, requests)
		{
			(void) name;
			count += (int) json_object_array_length(requests);
		}
		json_object_put(tables);
	}
	return count;
}

static void
count_deleted(Truncation *truncation, int count)
{
	for (int i = 0; i < count; i++)
		transaction_count_write();
	truncation->deleted += count;
}

/* Waits for one batch; what it has left over is sent again. */
static void
advance(Truncation *truncation)
{
	Request    *request = request_wait_any(truncation->requests,
										   truncation->under_way);
	const char *left = NULL;
	int			i = 0;
	Batch	   *batch;

	while (truncation->requests[i] != request)
		i++;
	batch = &truncation->batches[i];
	if (request_outcome(request) == OUTCOME_SUCCESS)
	{
		int			left_count;

		left = request_response(request)->unprocessed_keys;
		left_count = left == NULL ? 0 : count_left(left);
		count_deleted(truncation, batch->count - left_count);
		batch->repetitions = left_count < batch->count ? 1
			: batch->repetitions + 1;
		batch->count = left_count;
	}
	if (request_outcome(request) != OUTCOME_SUCCESS ||
		(left != NULL && batch->repetitions >
		 connection_settings(truncation->connection)->max_attempts))
	{
		/* the others are waited for, and then the worst one is told of */
		if (truncation->failed == NULL ||
			request_outcome(request) == OUTCOME_UNKNOWN)
			truncation->failed = request;
		left = NULL;
	}
	if (left != NULL && truncation->failed == NULL)
	{
		send_batch(truncation, i, left);
		request_free(request);
		return;
	}
	if (truncation->failed != request)
		MemoryContextDelete(batch->context);
	truncation->under_way--;
	truncation->batches[i] = truncation->batches[truncation->under_way];
	truncation->requests[i] = truncation->requests[truncation->under_way];
}

/* Waits for all batches, and raises a failure. */
static void
finish(Truncation *truncation)
{
	while (truncation->under_way > 0)
		advance(truncation);
	if (truncation->failed == NULL)
		return;
	if (request_outcome(truncation->failed) == OUTCOME_SUCCESS)
		request_raise_unprocessed(truncation->failed);
	request_raise(truncation->failed,
				  psprintf("%lld items of the table were deleted.",
						   (long long) truncation->deleted));
}

/* Sends the batch in items, which becomes empty; waits if too many are. */
static void
start_batch(Truncation *truncation, StringInfo items, int count)
{
	int			i;

	while (truncation->under_way == truncation->max_concurrency &&
		   truncation->failed == NULL)
		advance(truncation);
	if (truncation->failed != NULL)
		finish(truncation);
	i = truncation->under_way++;
	truncation->batches[i].context =
		AllocSetContextCreate(CurrentMemoryContext, "dynamorm_fdw batch",
							  ALLOCSET_SMALL_SIZES);
	truncation->batches[i].count = count;
	truncation->batches[i].repetitions = 0;
	appendStringInfoString(items, "]}");
	send_batch(truncation, i, items->data);
	resetStringInfo(items);
}

static void
append_deletion(StringInfo items, const Table *table, const DynamoItem *item)
{
	DynamoItem *key = table_key_of_item(table, item);

	if (items->len == 0)
	{
		appendStringInfoChar(items, '{');
		json_append_string(items, table->table_name,
						   strlen(table->table_name));
		appendStringInfoString(items, ":[");
	}
	else
		appendStringInfoChar(items, ',');
	appendStringInfoString(items, "{\"DeleteRequest\":{\"Key\":");
	json_append_item(items, key);
	appendStringInfoString(items, "}}");
	pfree(key->attributes);
	pfree(key);
}

static void
delete_items(Truncation *truncation)
{
	const Table *table = truncation->table;
	Scope		scope = {.table = table, .varno = 1};
	ReaderSpec	spec = {
		.connection = truncation->connection,
		.table = table,
		.scope = &scope,
		.schema = key_schema_of_table(table),
		.projection = access_projection(table, NULL, NIL),
		.counters = &truncation->counters
	};
	Reader	   *reader = reader_open(&spec);
	const DynamoItem *item;
	StringInfoData items;
	int			count = 0;

	initStringInfo(&items);
	while ((item = reader_next(reader)) != NULL)
	{
		append_deletion(&items, table, item);
		if (++count == BATCH_SIZE)
		{
			start_batch(truncation, &items, count);
			count = 0;
		}
	}
	reader_close(reader);
	if (count > 0)
		start_batch(truncation, &items, count);
	finish(truncation);
}

static void
truncate_table(Relation relation)
{
	Oid			relation_id = RelationGetRelid(relation);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "dynamorm_fdw truncation",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Truncation	truncation = {
		.table = description_of_table(relation_id, GetUserId())
	};

	truncation.connection = option_connection(truncation.table->server_id,
											  GetUserId());
	truncation.max_concurrency =
		connection_settings(truncation.connection)->max_concurrency;
	truncation.batches = palloc0(truncation.max_concurrency * sizeof(Batch));
	truncation.requests = palloc0(truncation.max_concurrency *
								  sizeof(Request *));
	delete_items(&truncation);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/*
 * Core has checked the privilege, and cares for identity columns itself;
 * nothing refers to a foreign table, so that CASCADE finds nothing more.
 */
static void
exec_truncate(List *relations, DropBehavior behavior, bool restart_sequences)
{
	ListCell   *cell;

	/* nothing is deleted if one of them may not be */
	foreach(cell, relations)
	{
		Relation	relation = (Relation) lfirst(cell);

		if (!option_updatable(RelationGetRelid(relation)))
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("foreign table \"%s\" does not allow truncates",
							RelationGetRelationName(relation)),
					 errhint("Set option \"updatable\" of the table or the server to true.")));
	}
	foreach(cell, relations)
		truncate_table((Relation) lfirst(cell));
}

void
truncate_set_callbacks(FdwRoutine *routine)
{
	routine->ExecForeignTruncate = exec_truncate;
}
