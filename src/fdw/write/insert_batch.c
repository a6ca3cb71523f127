/*
 * insert_batch.c
 *		New items of a statement that are written several in one request.
 *
 * What if it is sent twice?  A row leaves again only after an answer that says
 * that it was not written.  What if no answer comes?  Then the outcome of each
 * row is unknown, and none is looked at.
 */
#include "postgres.h"

#include "compat.h"

#include "utils/memutils.h"

#include "fdw/catalog/option.h"
#include "fdw/write/insert_batch.h"
#include "fdw/write/write_request.h"
#include "translate/partiql.h"

/* Of a writer. */
struct InsertBatches
{
	int			max_requests;
	MemoryContext context;		/* of the statement that was made last */
	const char *statement;		/* NULL: it cannot be said */
	int			name_count;		/* of the attributes that it names; -1: there
								 * is none yet */
	char	  **names;
};

void
insert_batch_begin(Writer *writer)
{
	struct InsertBatches *batches;

	if (writer->batches != NULL)
		return;
	batches = MemoryContextAllocZero(writer->context,
									 sizeof(struct InsertBatches));
	batches->max_requests = option_max_concurrency(writer->table->server_id);
	batches->context = AllocSetContextCreate(writer->context,
											 "dynamorm_fdw insert statement",
											 ALLOCSET_SMALL_SIZES);
	batches->name_count = -1;
	writer->batches = batches;
}

bool
insert_batch_gathers(const Writer *writer, const ItemWrite *write)
{
	return writer->gathers && write->next == NEXT_WRITE &&
		write->kind == WRITE_PUT;
}

/* ---- a write and its request ---- */

static void
release_batch(InsertBatch *batch)
{
	if (--batch->references > 0)
		return;
	batch_insert_free(batch->insert);
	pfree(batch);
}

void
insert_batch_leave(ItemWrite *write)
{
	if (write->batch != NULL)
		release_batch(write->batch);
	write->batch = NULL;
	if (write->request != NULL)
		request_free(write->request);
	write->request = NULL;
}

void
insert_batch_replace(ItemWrite *write, Request *request)
{
	insert_batch_leave(write);
	write->request = request;
}

/* ---- sending ---- */

/* Nearly always the attributes are those of the row before. */
static bool
names_same_attributes(const struct InsertBatches *batches,
					  const DynamoItem *item)
{
	if (item->count != batches->name_count)
		return false;
	for (int i = 0; i < item->count; i++)
		if (strcmp(item->attributes[i].name, batches->names[i]) != 0)
			return false;
	return true;
}

/* The statement of a row; NULL: it goes by a PutItem. */
static const char *
statement_of_item(const Writer *writer, const DynamoItem *item)
{
	struct InsertBatches *batches = writer->batches;
	MemoryContext old;

	if (names_same_attributes(batches, item))
		return batches->statement;
	batches->name_count = -1;
	MemoryContextReset(batches->context);
	old = MemoryContextSwitchTo(batches->context);
	batches->statement = partiql_insert(writer->table->table_name, item);
	batches->names = palloc(sizeof(char *) * Max(item->count, 1));
	for (int i = 0; i < item->count; i++)
		batches->names[i] = pstrdup(item->attributes[i].name);
	batches->name_count = item->count;
	MemoryContextSwitchTo(old);
	return batches->statement;
}

/* The requests under way, of all kinds. */
static int
count_requests(const Writer *writer)
{
	const InsertBatch *last = NULL;
	int			count = 0;
	ListCell   *cell;

	foreach(cell, writer->writes)
	{
		const ItemWrite *write = (const ItemWrite *) lfirst(cell);

		if ((write->state == ITEM_READING || write->state == ITEM_WRITING) &&
			(write->batch == NULL || write->batch != last))
			count++;
		last = write->batch;
	}
	return count;
}

static void
send_alone(Writer *writer, ItemWrite *write)
{
	MemoryContext old = MemoryContextSwitchTo(write->context);

	insert_batch_replace(write, write_request_start(writer, write));
	write->state = ITEM_WRITING;
	MemoryContextSwitchTo(old);
}

/* Adds the write to the batch, unless it is to be sent alone. */
static void
join_batch(const Writer *writer, InsertBatch *batch, ItemWrite *write)
{
	const char *statement = write->is_alone ? NULL
		: statement_of_item(writer, write->new_item);

	if (statement == NULL ||
		!batch_insert_add(batch->insert, statement, write->new_item,
						  write->readable_key))
		write->is_alone = true;
	else
		batch->writes[batch->count++] = write;
}

static InsertBatch *
make_batch(const Writer *writer)
{
	InsertBatch *batch = palloc0(sizeof(InsertBatch));
	BatchInsertSpec spec = {
		.connection = writer->connection,
		.table = writer->table->table_name,
		.table_rate = writer->table->write_rate,
		.counters = writer->counters
	};

	batch->insert = batch_insert_make(&spec);
	return batch;
}

/* A batch of one is a PutItem: it has more to say if it fails. */
static void
send_together(Writer *writer, InsertBatch *batch)
{
	if (batch->count <= 1)
	{
		batch_insert_free(batch->insert);
		if (batch->count == 1)
			send_alone(writer, batch->writes[0]);
		pfree(batch);
		return;
	}
	batch_insert_send(batch->insert);
	batch->references = batch->count;
	for (int i = 0; i < batch->count; i++)
	{
		ItemWrite  *write = batch->writes[i];

		insert_batch_leave(write);
		write->batch = batch;
		write->place = i;
		write->state = ITEM_WRITING;
	}
}

/*
 * Sends as many of the gathered rows as make a batch, from a place in the list
 * of writes on, and returns the place behind the last of them.
 */
static int
send_some(Writer *writer, int place)
{
	InsertBatch *batch = make_batch(writer);

	for (; place < list_length(writer->writes) &&
		 batch->count < BATCH_INSERT_MAX_ROWS; place++)
	{
		ItemWrite  *write = (ItemWrite *) list_nth(writer->writes, place);

		if (write->state == ITEM_GATHERED)
			join_batch(writer, batch, write);
	}
	send_together(writer, batch);
	return place;
}

/* Has a row gathered that can be in a batch, or one that cannot? */
static ItemWrite *
find_gathered(const Writer *writer, bool is_alone, int *place)
{
	for (; *place < list_length(writer->writes); (*place)++)
	{
		ItemWrite  *write = (ItemWrite *) list_nth(writer->writes, *place);

		if (write->state == ITEM_GATHERED && write->is_alone == is_alone)
			return write;
	}
	return NULL;
}

void
insert_batch_send(Writer *writer)
{
	bool		has_batches = connection_takes_batches(writer->connection);
	int			room;
	int			place = 0;
	ItemWrite  *write;

	if (writer->batches == NULL)
		return;
	room = writer->batches->max_requests - count_requests(writer);
	for (; room > 0 && (write = find_gathered(writer, false, &place)) != NULL;
		 room--)
	{
		if (has_batches)
			place = send_some(writer, place);
		else
			send_alone(writer, write);
	}
	place = 0;
	for (; room > 0 && (write = find_gathered(writer, true, &place)) != NULL;
		 room--)
		send_alone(writer, write);
}

/* ---- answers ---- */

/*
 * The user is told once for each connection, of what he can do something
 * about: that an emulator lacks the operation is as it is.
 */
static void
note_denial(const Writer *writer, const char *denial)
{
	bool		lacks_right = strcmp(denial, "AccessDeniedException") == 0;

	if (!connection_note_no_batches(writer->connection))
		return;
	ereport(lacks_right ? NOTICE : DEBUG1,
			(errmsg("rows are inserted into foreign table \"%s\" one by one",
					writer->table->relation_name),
			 errdetail("DynamoDB refused BatchExecuteStatement, by which 25 rows are one request: %s.",
					   denial),
			 errhint("Allow the action dynamodb:PartiQLInsert on the table, or set dynamorm_fdw.enable_batch_insert to off.")));
}

void
insert_batch_take_answer(Writer *writer, InsertBatch *batch)
{
	batch->references++;
	batch_insert_take_answer(batch->insert);
	for (int i = 0; i < batch->count; i++)
	{
		ItemWrite  *write = batch->writes[i];

		if (write->batch != batch || write->state != ITEM_WRITING ||
			batch_insert_outcome(batch->insert, i) != OUTCOME_VALIDATION)
			continue;
		insert_batch_leave(write);
		write->is_alone = true;
		write->state = ITEM_GATHERED;
	}
	if (batch_insert_denial(batch->insert) != NULL)
		note_denial(writer, batch_insert_denial(batch->insert));
	release_batch(batch);
}
