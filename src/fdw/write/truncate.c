/*
 * truncate.c
 *		TRUNCATE: the keys of all rows, deleted 25 at a time.
 *
 * Where an attribute outside the key says which items are rows, each is
 * deleted by itself, on condition that it still is one.
 *
 * DynamoDB has nothing like it.  A deletion whose outcome is unknown is not
 * sent again, as no write is: an item of the same key may have been put since.
 * Only what DynamoDB says it has left undone is, and only if it was asked for.
 */
#include "postgres.h"

#include "compat.h"

#include "access/sysattr.h"
#include "fdw/catalog/key_check.h"
#include "foreign/fdwapi.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "client/request/operation.h"
#include "fdw/callbacks.h"
#include "fdw/catalog/description.h"
#include "fdw/catalog/option.h"
#include "fdw/read/read_ahead.h"
#include "fdw/read/reader.h"
#include "fdw/session/transaction.h"
#include "translate/key/item_key.h"
#include "translate/key/key.h"
#include "translate/table/table_template.h"

/* DynamoDB's limit of a BatchWriteItem. */
#define BATCH_SIZE		25

/* The deletion of some items. */
typedef struct Batch
{
	MemoryContext context;		/* everything of this batch */
	int			count;			/* items not deleted yet */
	DynamoItem *keys[BATCH_SIZE];	/* of each of them */
	char	   *texts[BATCH_SIZE];	/* the same, see table_key_text() */
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
	bool		is_no_answer;	/* it failed by what its answer leaves over */
	const char *row_condition;	/* of deletions one by one; NULL: by batches */
	int64		deleted;
} Truncation;

static void
send_batch(Truncation *truncation, int i)
{
	const Table *table = truncation->table;
	Batch	   *batch = &truncation->batches[i];
	MemoryContext old = MemoryContextSwitchTo(batch->context);
	StringInfoData body;
	RequestSpec spec = {
		.operation = "BatchWriteItem",
		.kind = REQUEST_WRITE,
		.table = table->table_name,
		.counters = &truncation->counters,
		.table_rate = table->write_rate,
		.parts = batch->count,
		.repetition = batch->repetitions
	};

	initStringInfo(&body);
	if (truncation->row_condition == NULL)
		operation_append_batch_delete(&body, table->table_name, batch->keys,
									  batch->count);
	else
	{
		WriteOperation operation = {
			.kind = WRITE_DELETE,
			.table_name = table->table_name,
			.item = batch->keys[0],
			.expressions = truncation->row_condition
		};

		spec.operation = operation_name(WRITE_DELETE);
		spec.key = table_readable_key(table, batch->keys[0]);
		spec.parts = 0;
		operation_append_write(&body, &operation);
	}
	spec.body = body.data;
	spec.body_length = body.len;
	truncation->requests[i] = request_start(truncation->connection, &spec);
	MemoryContextSwitchTo(old);
}

/*
 * Makes the keys that the answer has left over those of the batch.  False if
 * one of them was not asked for, or is there twice.
 */
static bool
keep_left_over(const Table *table, Batch *batch, const Response *response)
{
	int			count = response->unprocessed_count;

	for (int i = 0; i < count; i++)
	{
		char	   *text = table_key_text_if_any(table,
												 &response->unprocessed[i]);
		DynamoItem *key;
		int			n = i;

		while (n < batch->count &&
			   (text == NULL || strcmp(batch->texts[n], text) != 0))
			n++;
		if (n == batch->count)
			return false;
		key = batch->keys[n];
		batch->keys[n] = batch->keys[i];
		batch->keys[i] = key;
		batch->texts[n] = batch->texts[i];
		batch->texts[i] = text;
	}
	batch->count = count;
	return true;
}

static void
count_deleted(Truncation *truncation, int count)
{
	for (int i = 0; i < count; i++)
		transaction_count_write();
	truncation->deleted += count;
}

/* The one item is deleted, or it is no row any more. */
static bool
take_deletion_answer(Truncation *truncation, Batch *batch,
					 const Request *request)
{
	Outcome		outcome = request_outcome(request);

	batch->count = 0;
	if (outcome == OUTCOME_SUCCESS)
		count_deleted(truncation, 1);
	return outcome == OUTCOME_SUCCESS || outcome == OUTCOME_CONDITION_FAILED;
}

/*
 * Takes the answer of a batch: false if it ends what can be done, by a failure
 * or by leaving over the same time after time.
 */
static bool
take_batch_answer(Truncation *truncation, Batch *batch, Request *request)
{
	int			asked = batch->count;
	MemoryContext old;
	bool		kept;

	if (truncation->row_condition != NULL)
		return take_deletion_answer(truncation, batch, request);
	if (request_outcome(request) != OUTCOME_SUCCESS)
		return false;
	old = MemoryContextSwitchTo(batch->context);
	kept = keep_left_over(truncation->table, batch, request_response(request));
	MemoryContextSwitchTo(old);
	if (!kept)
	{
		truncation->failed = request;
		truncation->is_no_answer = true;
		return false;
	}
	count_deleted(truncation, asked - batch->count);
	batch->repetitions = batch->count < asked ? 1 : batch->repetitions + 1;
	return batch->count == 0 || batch->repetitions <=
		connection_settings(truncation->connection)->max_attempts;
}

/* Waits for one batch; what it has left over is sent again. */
static void
advance(Truncation *truncation)
{
	Request    *request = request_wait_any(truncation->requests,
										   truncation->under_way);
	int			i = 0;
	Batch	   *batch;

	while (truncation->requests[i] != request)
		i++;
	batch = &truncation->batches[i];
	if (!take_batch_answer(truncation, batch, request))
	{
		/* the others are waited for, and then the worst one is told of */
		if (truncation->failed == NULL ||
			(request_outcome(request) == OUTCOME_UNKNOWN &&
			 !truncation->is_no_answer))
			truncation->failed = request;
	}
	else if (batch->count > 0 && truncation->failed == NULL)
	{
		send_batch(truncation, i);
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
	if (truncation->is_no_answer)
		request_raise_no_answer(truncation->failed,
								"what is left over was not asked for");
	if (request_outcome(truncation->failed) == OUTCOME_SUCCESS)
		request_raise_unprocessed(truncation->failed);
	key_check_raise(truncation->table, truncation->connection,
					truncation->failed,
					psprintf("%lld items of the table were deleted.",
							 (long long) truncation->deleted));
}

/* A batch that has no keys yet; waits if too many are under way. */
static int
add_batch(Truncation *truncation)
{
	Batch	   *batch;

	while (truncation->under_way == truncation->max_concurrency &&
		   truncation->failed == NULL)
		advance(truncation);
	if (truncation->failed != NULL)
		finish(truncation);
	batch = &truncation->batches[truncation->under_way];
	batch->context = AllocSetContextCreate(CurrentMemoryContext,
										   "dynamorm_fdw batch",
										   ALLOCSET_SMALL_SIZES);
	batch->count = 0;
	batch->repetitions = 0;
	return truncation->under_way;
}

static void
add_key(const Table *table, Batch *batch, const DynamoItem *item)
{
	DynamoItem *key = table_key_of_item(table, item);
	MemoryContext old = MemoryContextSwitchTo(batch->context);

	batch->keys[batch->count] = item_copy(key);
	batch->texts[batch->count++] = table_key_text(table, key);
	MemoryContextSwitchTo(old);
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
	const DynamoItem *item = reader_next(reader);
	int			size = truncation->row_condition == NULL ? BATCH_SIZE : 1;

	while (item != NULL)
	{
		int			i = add_batch(truncation);

		while (item != NULL && truncation->batches[i].count < size)
		{
			add_key(table, &truncation->batches[i], item);
			item = reader_next(reader);
		}
		send_batch(truncation, i);
		truncation->under_way++;
	}
	reader_close(reader);
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
	if (table_has_discriminator(truncation.table))
		truncation.row_condition =
			operation_expressions(NIL,
								  condition_item_of_kind(truncation.table),
								  false);
	truncation.batches = palloc0(truncation.max_concurrency * sizeof(Batch));
	truncation.requests = palloc0(truncation.max_concurrency *
								  sizeof(Request *));
	read_ahead_of_any(truncation.table, NULL);
	delete_items(&truncation);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/*
 * All items of a table are mostly more than a transaction can have, and others
 * may be made before it commits.
 */
static void
check_truncatable(Relation relation)
{
	if (transaction_is_atomic(table_describe(RelationGetRelid(relation))))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot truncate foreign table \"%s\" in transaction mode \"atomic\"",
						RelationGetRelationName(relation)),
				 errhint("Use DELETE for up to 100 items, or set dynamorm_fdw.transaction_mode to \"immediate\".")));
	transaction_begin_write(false);
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
		check_truncatable((Relation) lfirst(cell));
	foreach(cell, relations)
		truncate_table((Relation) lfirst(cell));
}

void
truncate_set_callbacks(FdwRoutine *routine)
{
	routine->ExecForeignTruncate = exec_truncate;
}
