/*
 * batch_reader.c
 *		Reads the items of a list of keys, 100 in a BatchGetItem, several
 *		requests under way at once.
 */
#include "postgres.h"

#include "compat.h"

#include "common/hashfn.h"
#include "fdw/catalog/key_check.h"
#include "utils/memutils.h"

#include "client/request/operation.h"
#include "client/wire/expression.h"
#include "fdw/read/batch_reader.h"
#include "fdw/read/budget.h"

/* Requests under way before the size of an answer is known. */
#define FIRST_WINDOW		4

/* Bytes that the answers of all requests under way should not exceed. */
#define WINDOW_BYTES		(16 * 1024 * 1024)

/* A key whose item may come. */
typedef struct AwaitedKey
{
	uint32		hash;			/* of its text */
	const char *text;			/* see table_key_text() */
} AwaitedKey;

struct BatchReader
{
	BatchReads *reads;
	DynamoItem *const *keys;
	int			key_count;
	int			next_key;		/* the first that was not asked for */
	int			oldest_key;		/* the first that the oldest batch asks for */
	const BatchGet *awaited_batch;	/* the oldest, if its keys are awaited */
	int			awaited_count;	/* of the oldest batch: keys whose items have
								 * not come */
	AwaitedKey	awaited[BATCH_GET_MAX_KEYS];
	MemoryContext awaited_context;	/* of their texts, and of an item's */
	List	   *batches;		/* of BatchGet, under way, oldest first */
	const Response *answer;		/* of the oldest batch; NULL: none yet */
	BatchGet   *kept;			/* whose answer is kept; NULL: none */
	int			next_item;		/* of the answer */
	MemoryContext context;		/* of the reader */
};

/* ---- what readers share ---- */

ReadMode
batch_read_mode(const Table *table)
{
	if (table->reads_at_once)
		return READ_AT_ONCE;
	return table->consistent_read ? READ_CONSISTENT : READ_EVENTUAL;
}

void
batch_reads_init(BatchReads *reads, Connection *connection,
				 const Table *table, ReadMode mode, List *projection,
				 RequestCounters *counters)
{
	int			max_concurrency =
		connection_settings(connection)->max_concurrency;
	List	   *paths = projection_within_limits(projection,
												 placeholders_make(false));

	reads->table = table;
	reads->request = (BatchGetSpec) {
		.connection = connection,
		.table = table->table_name,
		.members = operation_batch_members(mode == READ_CONSISTENT, paths),
		.at_once = mode == READ_AT_ONCE,
		.counters = counters,
		.table_rate = table->read_rate
	};
	reads->window = (BatchWindow) {
		.limit = Min(FIRST_WINDOW, max_concurrency),
		.max_concurrency = max_concurrency
	};
}

/* Notes an answer, after which the limit is another one. */
static void
note_answer(BatchWindow *window, const Response *answer)
{
	window->largest_answer = Max(window->largest_answer, answer->body_length);
	window->limit = Min(window->max_concurrency,
						WINDOW_BYTES / Max(window->largest_answer, 1));
	window->limit = Max(window->limit, 1);
}

/* ---- a reader ---- */

BatchReader *
batch_reader_open(BatchReads *reads, DynamoItem *const *keys, int count)
{
	BatchReader *reader = palloc0(sizeof(BatchReader));

	reader->reads = reads;
	reader->keys = keys;
	reader->key_count = count;
	reader->context = CurrentMemoryContext;
	reader->awaited_context =
		AllocSetContextCreate(CurrentMemoryContext,
							  "dynamorm_fdw keys awaited",
							  ALLOCSET_DEFAULT_SIZES);
	return reader;
}

void
batch_read_take_moment(const Table *table, RequestCounters *counters,
					   int key_count)
{
	RequestCounters *total = counters->total != NULL ? counters->total
		: counters;

	if (key_count > BATCH_GET_MAX_KEYS || total->moments++ > 0)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("statement reads more items than DynamoDB shows at one moment"),
				 errdetail("With option consistent_read 'transaction' a statement reads at most %d items by their keys, of one table.",
						   BATCH_GET_MAX_KEYS),
				 errhint("Read fewer items, or set the option of table \"%s\" to true.",
						 table->relation_name)));
}

void
batch_reader_start(BatchReader *reader)
{
	MemoryContext old = MemoryContextSwitchTo(reader->context);

	while (reader->next_key < reader->key_count &&
		   list_length(reader->batches) < reader->reads->window.limit)
	{
		int			count = Min(reader->key_count - reader->next_key,
								BATCH_GET_MAX_KEYS);

		if (reader->reads->request.at_once)
			batch_read_take_moment(reader->reads->table,
								   reader->reads->request.counters,
								   reader->key_count);
		reader->batches = lappend(reader->batches,
								  batch_get_start(&reader->reads->request,
												  reader->keys + reader->next_key,
												  count));
		reader->next_key += count;
	}
	MemoryContextSwitchTo(old);
}

/* Awaits the items of the batch that has become the oldest. */
static void
await_keys(BatchReader *reader)
{
	MemoryContext old;

	MemoryContextReset(reader->awaited_context);
	old = MemoryContextSwitchTo(reader->awaited_context);
	reader->awaited_count = Min(reader->key_count - reader->oldest_key,
								BATCH_GET_MAX_KEYS);
	for (int i = 0; i < reader->awaited_count; i++)
	{
		AwaitedKey *awaited = &reader->awaited[i];

		awaited->text = table_key_text(reader->reads->table,
									   reader->keys[reader->oldest_key + i]);
		awaited->hash = hash_bytes((const unsigned char *) awaited->text,
								   strlen(awaited->text));
	}
	MemoryContextSwitchTo(old);
}

/*
 * An item that was not asked for is none of those that the plan is about, and
 * one that comes twice would be written twice.
 */
static void
check_item(BatchReader *reader, const DynamoItem *item)
{
	MemoryContext old = MemoryContextSwitchTo(reader->awaited_context);
	char	   *text = table_key_text_if_any(reader->reads->table, item);
	uint32		hash = text == NULL ? 0
		: hash_bytes((const unsigned char *) text, strlen(text));
	int			i = 0;

	MemoryContextSwitchTo(old);
	while (i < reader->awaited_count &&
		   (text == NULL || reader->awaited[i].hash != hash ||
			strcmp(reader->awaited[i].text, text) != 0))
		i++;
	if (i == reader->awaited_count)
		batch_get_raise_no_answer(linitial(reader->batches),
								  "an item was not asked for, or came twice");
	reader->awaited[i] = reader->awaited[--reader->awaited_count];
	pfree(text);
}

static void
refuse_other_key(const BatchReads *reads, const Request *failed)
{
	if (failed != NULL)
		key_check_refusal(reads->table, reads->request.connection, failed,
						  NULL);
}

/* The next answer of the oldest batch that has one; false at the end. */
static bool
next_answer(BatchReader *reader)
{
	for (;;)
	{
		BatchGet   *oldest;

		batch_reader_start(reader);
		if (reader->batches == NIL)
			return false;
		oldest = linitial(reader->batches);
		if (oldest != reader->awaited_batch)
		{
			await_keys(reader);
			reader->awaited_batch = oldest;
		}
		refuse_other_key(reader->reads, batch_get_failure(oldest));
		reader->answer = batch_get_next(oldest);
		if (reader->answer != NULL)
			break;
		if (oldest != reader->kept)
			batch_get_free(oldest);
		reader->batches = list_delete_first(reader->batches);
		reader->awaited_batch = NULL;
		reader->oldest_key += BATCH_GET_MAX_KEYS;
	}
	reader->next_item = 0;
	note_answer(&reader->reads->window, reader->answer);
	budget_check_used(reader->reads->table, reader->reads->request.counters,
					  false);
	return true;
}

static const DynamoItem *
fetch_of_batches(void *state)
{
	BatchReader *reader = (BatchReader *) state;

	/* an answer may be empty: its keys have no items, or are left over */
	while (reader->answer == NULL ||
		   reader->next_item >= reader->answer->item_count)
	{
		if (!next_answer(reader))
			return NULL;
	}
	check_item(reader, &reader->answer->items[reader->next_item]);
	return &reader->answer->items[reader->next_item++];
}

ItemSource
batch_reader_source(BatchReader *reader)
{
	return (ItemSource) {
		.table = reader->reads->table,
		.fetch = fetch_of_batches,
		.state = reader
	};
}

void
batch_reader_keep_answer(BatchReader *reader)
{
	if (reader->answer == NULL || reader->batches == NIL)
		return;
	reader->kept = linitial(reader->batches);
	batch_get_keep_answer(reader->kept);
}

void
batch_reader_close(BatchReader *reader)
{
	ListCell   *cell;

	if (reader->kept != NULL &&
		!list_member_ptr(reader->batches, reader->kept))
		batch_get_free(reader->kept);
	reader->kept = NULL;
	foreach(cell, reader->batches)
		batch_get_free((BatchGet *) lfirst(cell));
	reader->batches = NIL;
	reader->answer = NULL;
	reader->key_count = 0;
}
