/*
 * reader.c
 *		Reads items: one GetItem, a list of keys, or the pages of a Query or
 *		Scan.
 */
#include "postgres.h"

#include "compat.h"

#include "fdw/catalog/key_check.h"
#include "utils/memutils.h"
#include "utils/plancache.h"

#include "client/request/operation.h"
#include "client/request/page_course.h"
#include "fdw/catalog/description.h"
#include "fdw/read/batch_reader.h"
#include "fdw/read/budget.h"
#include "fdw/read/item_spool.h"
#include "fdw/read/overlay.h"
#include "fdw/read/reader.h"
#include "fdw/read/spelling_look.h"
#include "fdw/session/written.h"
#include "translate/key/item_key.h"

/* Under a LIMIT pages begin small and grow by this. */
#define PAGE_GROWTH			4
#define FIRST_PAGE_SIZE		50	/* at least, where some rows may not qualify */

/* After so many items of a page, what is on its way is looked after. */
#define ITEMS_PER_POLL		64

/* One sequence of pages: a GetItem, a Query, a Scan or a segment of one. */
typedef struct Stream
{
	int			segment;
	PageCourse	course;			/* where the next page begins */
	StringInfoData body;		/* of its request */
	Request    *request;		/* for the next page; NULL: not asked for
								 * yet */
} Stream;

/* What was read ahead of a write. */
typedef struct ItemsAhead
{
	ItemSpool  *spool;
	ItemSource	source;			/* where they, and what follows, come from */
	MemoryContext context;		/* of the item that came out last */
	int64		count;			/* added so far */
	Request    *page;			/* that was read before; NULL: none */
} ItemsAhead;

struct Reader
{
	ReaderSpec	spec;
	const Access *access;
	bool		counting;		/* only how many items there are: they do not
								 * go out (item_exit.h) */
	bool		finished;		/* or closed */
	int64		met;			/* items that have come out, or were counted */
	ItemSource	source;			/* of what reader_next() hands out */
	Overlay    *overlay;		/* of what is buffered; NULL: nothing is */
	StringInfoData body;		/* the request, without what is of one page,
								 * and without its closing brace */
	char	   *readable_key;	/* GetItem: for messages */
	BatchReads	batch_reads;
	BatchReader *batches;		/* of a list of keys; NULL: it is none */
	int			page_size;		/* Limit of the next request; 0: none */
	SegmentQueue whole;			/* where spec.segments is NULL */
	List	   *streams;		/* of Stream, not at their ends */
	Request    *page;			/* that is read; NULL: before the first */
	int			next_item;		/* of that page */
	int64		pages;			/* read so far */
	bool		has_uncounted;	/* the page has not been counted yet */
	int64		counted_ahead;	/* on pages that were read ahead of a write */
	ItemsAhead *ahead;			/* NULL: nothing was read ahead */
	bool		is_all_ahead;	/* it, or the count, is all that there is */
	bool		bound_is_exact; /* no more than spec.bound items come out */
	MemoryContext context;		/* of the reader */
};

static bool
reads_consistently(const Reader *reader)
{
	return reader->spec.table->consistent_read || reader->spec.consistent;
}

static void
build_body(Reader *reader, const Access *access)
{
	const KeyLookup *lookup = access->lookup;
	const KeySchema *schema = access->schema;
	const Table *table = reader->spec.table;
	ReadOperation operation = {
		.table_name = table->table_name,
		.consistent = reads_consistently(reader) && !schema->is_global,
		.projection = access_projection_to_send(access,
												reader->spec.projection)
	};

	if (lookup->access == KEY_ACCESS_ITEM)
	{
		operation.key = lookup->key;
		reader->readable_key = table_readable_key(table, lookup->key);
	}
	else
	{
		PageSize	size = reader_page_size(access, reader->spec.bound);

		reader->counting = reader->spec.count_only && access->exact &&
			reader->overlay == NULL;
		reader->page_size = size.items;
		reader->bound_is_exact = size.items > 0 && size.exact &&
			reader->spec.bound_is_limit && reader->overlay == NULL;
		operation.filter = access->filter;
		operation.count_only = reader->counting;
	}
	if (lookup->access == KEY_ACCESS_QUERY)
	{
		operation.key_condition = lookup->condition;
		operation.index_name = schema->index_name;
		operation.backward = reader->spec.backward;
	}
	initStringInfo(&reader->body);
	operation_begin_read(&reader->body, &operation);
}

bool
reader_counts(const Reader *reader)
{
	return reader->counting;
}

bool
reader_reads_pages(const Access *access)
{
	return access->lookup->access == KEY_ACCESS_QUERY ||
		access->lookup->access == KEY_ACCESS_SCAN;
}

/*
 * Where every item is a row, as many as are wanted.  Else some more, but no
 * page of 1 MB, which may be read for nothing.
 */
PageSize
reader_page_size(const Access *access, int64 bound)
{
	PageSize	size = {
		.exact = access->exact && access->filter->kind == CONDITION_TRUE
	};

	if (reader_reads_pages(access) && bound > 0 && bound <= PG_INT32_MAX / 2)
		size.items = size.exact ? (int) bound
			: Max((int) bound * 2, FIRST_PAGE_SIZE);
	return size;
}

void
segment_queue_init(SegmentQueue *queue, int count)
{
	queue->count = count;
	pg_atomic_init_u32(&queue->next, 0);
}

/* ---- asking ---- */

/*
 * An index that a plan relies on may be gone: what is known of indexes is
 * forgotten, and plans are made anew.
 */
static void
raise_failed_page(const Reader *reader, const Request *request)
{
	if (reader->access->schema->index_name != NULL &&
		request_outcome(request) == OUTCOME_VALIDATION)
	{
		description_forget();
		ResetPlanCache();
	}
	key_check_raise(reader->spec.table, reader->spec.connection, request,
					NULL);
}

/* Asks for the next page of a stream. */
static void
start_page(Reader *reader, Stream *stream)
{
	StringInfo	body = &stream->body;
	RequestSpec spec = {
		.operation = access_operation(reader->access),
		.kind = REQUEST_READ,
		.table = reader->spec.table->table_name,
		.key = reader->readable_key,
		.counters = reader->spec.counters,
		.table_rate = reader->spec.table->read_rate,
		.wants_count = reader->counting
	};
	ReadPage	page = {
		.segment_count = reader->spec.segments->count,
		.segment = stream->segment,
		.limit = reader->spec.piece != NULL
		? read_piece_left(reader->spec.piece) : reader->page_size,
		.start_key = stream->course.next_key
	};

	if (reader->spec.table->reads_at_once && !reader->spec.consistent &&
		reader->access->lookup->access == KEY_ACCESS_ITEM)
		batch_read_take_moment(reader->spec.table, reader->spec.counters, 1);
	resetStringInfo(body);
	appendBinaryStringInfo(body, reader->body.data, reader->body.len);
	operation_end_read(body, &page);
	if (reader->page_size > 0)
		reader->page_size = reader->page_size > PG_INT32_MAX / PAGE_GROWTH
			? 0 : reader->page_size * PAGE_GROWTH;
	spec.body = body->data;
	spec.body_length = body->len;
	stream->request = request_start(reader->spec.connection, &spec);
}

/* Begins with the next segment; false if all are taken. */
static bool
add_stream(Reader *reader)
{
	SegmentQueue *queue = reader->spec.segments;
	Stream	   *stream;
	uint32		segment = pg_atomic_fetch_add_u32(&queue->next, 1);

	if (segment >= (uint32) queue->count)
		return false;
	stream = palloc0(sizeof(Stream));
	stream->segment = segment;
	initStringInfo(&stream->body);
	if (reader->spec.piece != NULL)
	{
		/* nor does another segment follow */
		pg_atomic_write_u32(&queue->next, queue->count);
		if (reader->spec.piece->start_key != NULL)
			stream->course.next_key = pstrdup(reader->spec.piece->start_key);
	}
	reader->streams = lappend(reader->streams, stream);
	start_page(reader, stream);
	return true;
}

/*
 * Asks ahead, once one page has been read to its end: who wants few rows does
 * not pay for more.
 */
static void
ask_for_pages_ahead(Reader *reader)
{
	ListCell   *cell;

	if (reader->spec.bound > 0 || reader->pages < 1)
		return;
	foreach(cell, reader->streams)
	{
		Stream	   *stream = (Stream *) lfirst(cell);

		if (stream->request == NULL)
			start_page(reader, stream);
	}
	while (list_length(reader->streams) < Max(reader->spec.max_streams, 1) &&
		   add_stream(reader))
		;
}

/* Asks for the next page of each stream; false: all are at their ends. */
static bool
ask_for_pages(Reader *reader)
{
	ListCell   *cell;

	ask_for_pages_ahead(reader);
	if (reader->streams == NIL && !add_stream(reader))
		return false;
	foreach(cell, reader->streams)
	{
		Stream	   *stream = (Stream *) lfirst(cell);

		if (stream->request == NULL)
			start_page(reader, stream);
	}
	return true;
}

/* A stream whose next page has come; NULL: there is none yet. */
static Stream *
find_ready_stream(const Reader *reader)
{
	ListCell   *cell;

	foreach(cell, reader->streams)
	{
		Stream	   *stream = (Stream *) lfirst(cell);

		if (stream->request != NULL &&
			request_outcome(stream->request) != OUTCOME_PENDING)
			return stream;
	}
	return NULL;
}

static void
wait_for_page(const Reader *reader)
{
	int			count = 0;
	Request   **requests = palloc(list_length(reader->streams) *
								  sizeof(Request *));
	ListCell   *cell;

	foreach(cell, reader->streams)
		requests[count++] = ((Stream *) lfirst(cell))->request;
	(void) request_wait_any(requests, count);
	pfree(requests);
}

/* Takes the page that has come. */
static void
take_next_page(Reader *reader, Stream *stream)
{
	const Response *response;
	bool		is_last;

	if (request_outcome(stream->request) != OUTCOME_SUCCESS)
		raise_failed_page(reader, stream->request);
	reader->page = stream->request;
	reader->next_item = 0;
	stream->request = NULL;

	response = request_response(reader->page);
	page_course_advance(&stream->course, response->last_key,
						reader->spec.table->table_name);
	is_last = reader->spec.piece != NULL
		? read_piece_end_page(reader->spec.piece, response,
							  stream->course.next_key)
		: response->last_key == NULL;
	if (is_last)
	{
		reader->streams = list_delete_ptr(reader->streams, stream);
		pfree(stream->body.data);
		pfree(stream);
	}
	ask_for_pages_ahead(reader);
}

/*
 * Goes on to the next page.  False: there is none (finished is set then), or,
 * if it is not to wait, none yet.
 */
static bool
next_page(Reader *reader, bool wait)
{
	MemoryContext old = MemoryContextSwitchTo(reader->context);
	Stream	   *stream = NULL;

	if (reader->page != NULL)
	{
		request_free(reader->page);
		reader->page = NULL;
		reader->pages++;
	}
	if (ask_for_pages(reader))
	{
		request_poll(reader->spec.connection);
		stream = find_ready_stream(reader);
		if (stream == NULL && wait)
		{
			wait_for_page(reader);
			stream = find_ready_stream(reader);
		}
		if (stream != NULL)
			take_next_page(reader, stream);
	}
	else
		reader->finished = true;
	MemoryContextSwitchTo(old);
	if (stream != NULL)
		budget_check_used(reader->spec.table, reader->spec.counters,
						  reader->access->lookup->access == KEY_ACCESS_SCAN);
	return stream != NULL;
}

/* ---- reading ---- */

static bool
has_item(const Reader *reader)
{
	return reader->page != NULL &&
		reader->next_item < request_response(reader->page)->item_count;
}

/* The next item of the pages of a Query or Scan. */
static const DynamoItem *
fetch_of_pages(void *state)
{
	Reader	   *reader = (Reader *) state;

	/* a page may be empty and not the last */
	while (!has_item(reader))
		if (!next_page(reader, true))
			return NULL;
	if (reader->next_item % ITEMS_PER_POLL == 0 && reader->streams != NIL)
		request_poll(reader->spec.connection);
	return &request_response(reader->page)->items[reader->next_item++];
}

/* The item of a GetItem. */
static const DynamoItem *
fetch_single(void *state)
{
	Reader	   *reader = (Reader *) state;

	if (reader->finished)
		return NULL;
	if (reader->page == NULL)
		(void) next_page(reader, true);
	reader->finished = true;
	return request_response(reader->page)->item;
}

/* A key that was looked for in vain may be there in another spelling. */
static void
look_into_miss(const Reader *reader)
{
	const KeyLookup *lookup = reader->access->lookup;
	int64		wanted = lookup->access == KEY_ACCESS_ITEMS
		? lookup->key_count : 1;

	if (lookup->access != KEY_ACCESS_SCAN &&
		lookup->access != KEY_ACCESS_NOTHING && reader->met < wanted &&
		reader->access->schema->index_name == NULL)
		spelling_look(reader->spec.table, reader->spec.connection,
					  reader->spec.counters);
}

const DynamoItem *
reader_next(Reader *reader)
{
	const DynamoItem *item;

	if (reader_is_finished(reader))
		return NULL;
	item = item_exit_next(&reader->source);
	if (item != NULL)
		reader->met++;
	else
	{
		reader->finished = true;
		look_into_miss(reader);
	}
	return item;
}

const DynamoItem *
reader_next_stored(Reader *reader)
{
	return reader_is_finished(reader) ? NULL
		: reader->source.fetch(reader->source.state);
}

bool
reader_gives_image(const Reader *reader, const DynamoItem *item)
{
	return reader->spec.whole_by_key && reads_consistently(reader) &&
		!reader_reads_pages(reader->access) &&
		(reader->overlay == NULL || !overlay_has(reader->overlay, item));
}

int64
reader_next_count(Reader *reader)
{
	int64		count = reader->counted_ahead;

	if (count > 0)
	{
		reader->counted_ahead = 0;
		return count;
	}
	if (reader->finished ||
		(!reader->has_uncounted && !next_page(reader, true)))
	{
		look_into_miss(reader);
		return -1;
	}
	reader->has_uncounted = false;
	reader->met += request_response(reader->page)->count;
	return request_response(reader->page)->count;
}

bool
reader_is_ready(Reader *reader)
{
	bool		is_keyed = reader->access->lookup->access == KEY_ACCESS_ITEM;

	/* a list of keys has a reader of its own, which waits */
	if (reader->finished || reader->batches != NULL ||
		reader->overlay != NULL || reader->ahead != NULL || has_item(reader) ||
		reader->has_uncounted || (is_keyed && reader->page != NULL))
		return true;
	while (next_page(reader, false))
	{
		if (is_keyed || reader->counting || has_item(reader))
		{
			reader->has_uncounted = reader->counting;
			return true;
		}
	}
	return reader->finished;
}

/* ---- reading ahead of a write ---- */

/* Will no request follow, and is none under way? */
static bool
has_all_pages(const Reader *reader)
{
	SegmentQueue *queue = reader->spec.segments;

	return reader->streams == NIL &&
		pg_atomic_read_u32(&queue->next) >= (uint32) queue->count;
}

/* Does a Query of the table go past the key, or has it done so? */
static bool
query_leaves_out(const Reader *reader, const DynamoItem *key)
{
	const Table *table = reader->spec.table;
	const KeyLookup *lookup = reader->access->lookup;
	const DynamoItem *last = reader->page == NULL ? NULL
		: request_response(reader->page)->last_key;

	if (lookup->partition == NULL)
		return false;
	if (!key_in_partition(table, key, lookup->partition))
		return true;
	return last != NULL && (reader->spec.backward
							? key_is_before(table, last, key)
							: key_is_before(table, key, last));
}

static bool
may_meet_key(const Reader *reader, const DynamoItem *key)
{
	const KeyLookup *lookup = reader->access->lookup;
	ListCell   *cell;

	switch (lookup->access)
	{
		case KEY_ACCESS_NOTHING:
			return false;
		case KEY_ACCESS_ITEM:
			return reader->page == NULL &&
				table_key_equal(reader->spec.table, lookup->key, key);
		case KEY_ACCESS_ITEMS:
			foreach(cell, lookup->keys)
				if (table_key_equal(reader->spec.table,
									(const DynamoItem *) lfirst(cell), key))
					return true;
			return false;
		case KEY_ACCESS_QUERY:
			return !has_all_pages(reader) && !query_leaves_out(reader, key);
		case KEY_ACCESS_SCAN:
			return !has_all_pages(reader);
	}
	return true;
}

bool
reader_may_meet(const Reader *reader, const WrittenKeys *written)
{
	int			i;

	if (reader->finished || reader->is_all_ahead)
		return false;
	for (i = 0; i < written->count; i++)
		if (may_meet_key(reader, written->keys[i]))
			return true;
	return written->count == 0;
}

static bool
key_written_since(const Table *table, const DynamoItem *key,
				  CommandId command_id)
{
	ReadItems	items = {.table = table, .key = key};

	return written_since(&items, command_id);
}

bool
reader_meets_written(const Reader *reader, CommandId command_id)
{
	const KeyLookup *lookup = reader->access->lookup;
	ReadItems	items = {
		.table = reader->spec.table,
		.partition = lookup->partition
	};
	ListCell   *cell;

	switch (lookup->access)
	{
		case KEY_ACCESS_NOTHING:
			return false;
		case KEY_ACCESS_ITEM:
			return key_written_since(items.table, lookup->key, command_id);
		case KEY_ACCESS_ITEMS:
			foreach(cell, lookup->keys)
				if (key_written_since(items.table,
									  (const DynamoItem *) lfirst(cell),
									  command_id))
					return true;
			return false;
		case KEY_ACCESS_QUERY:
		case KEY_ACCESS_SCAN:
			break;
	}
	return written_since(&items, command_id);
}

/*
 * The next item of those that were read ahead; after them, where not all were
 * or it failed, as ever.
 */
static const DynamoItem *
fetch_ahead(void *state)
{
	Reader	   *reader = (Reader *) state;
	ItemsAhead *ahead = reader->ahead;
	const DynamoItem *item;
	MemoryContext old;

	MemoryContextReset(ahead->context);
	old = MemoryContextSwitchTo(ahead->context);
	item = item_spool_next(ahead->spool);
	MemoryContextSwitchTo(old);
	if (item != NULL || reader->is_all_ahead)
		return item;
	return ahead->source.fetch(ahead->source.state);
}

/*
 * What comes next goes through a spool.  The page that is read stays, for the
 * sake of its item that was handed out last.
 */
static void
begin_ahead(Reader *reader, ResourceOwner owner)
{
	ItemsAhead *ahead = palloc0(sizeof(ItemsAhead));
	ResourceOwner before = CurrentResourceOwner;

	CurrentResourceOwner = owner;
	ahead->spool = item_spool_make();
	CurrentResourceOwner = before;
	ahead->source = reader->source;
	ahead->context = AllocSetContextCreate(reader->context,
										   "dynamorm_fdw item read ahead",
										   ALLOCSET_DEFAULT_SIZES);
	reader->ahead = ahead;
	reader->source.fetch = fetch_ahead;
	reader->source.state = reader;
	if (reader->batches != NULL)
		batch_reader_keep_answer(reader->batches);
	if (reader->page == NULL)
		return;
	while (has_item(reader))
	{
		item_spool_add(ahead->spool,
					   &request_response(reader->page)->items[reader->next_item++]);
		ahead->count++;
	}
	ahead->page = reader->page;
	reader->page = NULL;
	reader->pages++;
}

static int64
read_items_ahead(Reader *reader, ResourceOwner owner)
{
	ItemsAhead *ahead;
	const DynamoItem *item;
	int64		before;

	if (reader->ahead == NULL)
		begin_ahead(reader, owner);
	ahead = reader->ahead;
	before = ahead->count;
	while (!reader->bound_is_exact || ahead->count < reader->spec.bound)
	{
		item = ahead->source.fetch(ahead->source.state);
		if (item == NULL)
		{
			reader->is_all_ahead = true;
			reader->finished = false;
			break;
		}
		item_spool_add(ahead->spool, item);
		ahead->count++;
	}
	return ahead->count - before;
}

static int64
count_ahead(Reader *reader)
{
	int64		sum = 0;
	int64		count;

	while ((count = reader_next_count(reader)) >= 0)
		sum += count;
	reader->counted_ahead = sum;
	return sum;
}

int64
reader_read_ahead(Reader *reader, ResourceOwner owner)
{
	MemoryContext old = MemoryContextSwitchTo(reader->context);
	int64		count = reader->counting ? count_ahead(reader)
		: read_items_ahead(reader, owner);

	MemoryContextSwitchTo(old);
	return count;
}

bool
reader_is_finished(const Reader *reader)
{
	return reader->finished &&
		(reader->overlay == NULL || overlay_is_drained(reader->overlay));
}

bool
reader_scans_table(const Reader *reader)
{
	return reader->access->lookup->access == KEY_ACCESS_SCAN &&
		reader->access->schema->index_name == NULL;
}

/* ---- open and close ---- */

/* Those that are buffered are not asked for. */
static void
open_batches(Reader *reader, List *keys)
{
	DynamoItem **array = palloc(sizeof(DynamoItem *) *
								Max(list_length(keys), 1));
	int			count = 0;
	ListCell   *cell;

	foreach(cell, keys)
		if (reader->overlay == NULL ||
			!overlay_has(reader->overlay, lfirst(cell)))
			array[count++] = (DynamoItem *) lfirst(cell);
	batch_reads_init(&reader->batch_reads, reader->spec.connection,
					 reader->spec.table, reader->spec.consistent
					 ? READ_CONSISTENT : batch_read_mode(reader->spec.table),
					 reader->spec.projection, reader->spec.counters);
	reader->batches = batch_reader_open(&reader->batch_reads, array, count);
	reader->source = batch_reader_source(reader->batches);
}

/* What is buffered of what is read, if anything is. */
static void
open_overlay(Reader *reader)
{
	OverlaySpec spec = {
		.table = reader->spec.table,
		.access = reader->access,
		.snapshot = reader->spec.snapshot,
		.columns = reader->spec.columns,
		.ordered = reader->access->lookup->access == KEY_ACCESS_QUERY,
		.backward = reader->spec.backward
	};

	reader->overlay = overlay_open(&spec);
	if (reader->overlay != NULL && spec.ordered)
		reader->spec.projection = overlay_projection(reader->access->schema,
													 reader->spec.projection);
}

/* Prepares the reader for one item, or for pages. */
static void
open_pages(Reader *reader, const Access *access)
{
	bool		is_keyed = access->lookup->access == KEY_ACCESS_ITEM;

	reader->source.fetch = is_keyed ? fetch_single : fetch_of_pages;
	reader->finished = is_keyed && reader->overlay != NULL;
	build_body(reader, access);
	if (reader->spec.piece != NULL)
	{
		segment_queue_init(&reader->whole,
						   reader->spec.piece->segment_count);
		pg_atomic_write_u32(&reader->whole.next, reader->spec.piece->segment);
		reader->spec.segments = &reader->whole;
	}
	else if (reader->spec.segments == NULL ||
		access->lookup->access != KEY_ACCESS_SCAN)
	{
		segment_queue_init(&reader->whole, 1);
		reader->spec.segments = &reader->whole;
	}
}

static Reader *
open_access(const ReaderSpec *spec, const Access *access)
{
	Reader	   *reader = palloc0(sizeof(Reader));

	reader->spec = *spec;
	if (spec->piece != NULL)
		read_piece_check(spec->table, access);
	if (spec->whole_by_key && !reader_reads_pages(access))
		reader->spec.projection = NIL;
	reader->access = access;
	reader->context = CurrentMemoryContext;
	reader->source.table = spec->table;
	reader->source.state = reader;
	reader->finished = access->lookup->access == KEY_ACCESS_NOTHING;
	if (reader->finished)
		return reader;
	open_overlay(reader);
	if (access->lookup->access == KEY_ACCESS_ITEMS)
		open_batches(reader, access->lookup->keys);
	else
		open_pages(reader, access);
	if (reader->overlay != NULL)
		reader->source = overlay_lay(reader->overlay, reader->source);
	return reader;
}

Reader *
reader_open(const ReaderSpec *spec)
{
	Access	   *access = access_choose(spec->scope, spec->schema,
									   spec->clauses);

	if (spec->ordered && access->schema != spec->schema)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("index \"%s\" of foreign table \"%s\" cannot be asked for a key that is empty or too long",
						spec->schema->index_name,
						spec->table->relation_name)));
	return open_access(spec, access);
}

Reader *
reader_open_keys(const ReaderSpec *spec, List *keys)
{
	Access	   *access = palloc0(sizeof(Access));

	access->schema = key_schema_of_table(spec->table);
	access->lookup = palloc0(sizeof(KeyLookup));
	access->lookup->access = KEY_ACCESS_ITEMS;
	access->lookup->keys = keys;
	access->lookup->key_count = list_length(keys);
	access->filter = condition_constant(true);
	return open_access(spec, access);
}

void
reader_close(Reader *reader)
{
	ListCell   *cell;

	foreach(cell, reader->streams)
	{
		Stream	   *stream = (Stream *) lfirst(cell);

		if (stream->request != NULL)
			request_free(stream->request);
	}
	reader->streams = NIL;
	if (reader->page != NULL)
		request_free(reader->page);
	reader->page = NULL;
	if (reader->batches != NULL)
		batch_reader_close(reader->batches);
	if (reader->ahead != NULL)
	{
		if (reader->ahead->page != NULL)
			request_free(reader->ahead->page);
		item_spool_end(reader->ahead->spool);
		reader->ahead = NULL;
	}
	reader->finished = true;
}
