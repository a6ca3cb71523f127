/*
 * sample.c
 *		Items from all over a table: random segments of it, each read whole.
 *
 * The segments to read are drawn beforehand, so that none is preferred, not
 * even those that answer first.
 */
#include "postgres.h"

#include "compat.h"

#include <math.h>

#include "common/pg_prng.h"
#include "utils/sampling.h"

#include "client/request/operation.h"
#include "client/request/page_course.h"
#include "fdw/read/budget.h"
#include "fdw/read/sample.h"

/* Segments to be read for the items that are wanted. */
#define SEGMENTS_READ		50

/* DynamoDB's limit. */
#define MOST_SEGMENTS		1000000

/* Segments that estimate a table, and how many of them are looked at. */
#define PROBE_SEGMENTS		4096
#define PROBES				16

/* A segment whose next page is under way. */
typedef struct Segment
{
	int			number;
	StringInfoData body;		/* of the request */
	PageCourse	course;			/* where the page begins */
} Segment;

typedef struct SampleReader
{
	const SampleSpec *spec;
	SampleResult result;
	int			total;			/* segments of the table */
	bool		is_estimate;	/* no items are taken, and only first pages
								 * looked at */
	int			done;			/* segments read to their ends */
	BlockSamplerData chosen;	/* those to be read */
	int			count;			/* under way */
	Segment    *segments;		/* array */
	Request   **requests;		/* of each of them, array */
} SampleReader;

/* The most items that are taken: some segments are larger than others. */
static int64
item_limit(const SampleReader *reader)
{
	return (int64) reader->spec->wanted * (reader->total == 1 ? 1 : 2);
}

/* Sends the request for the first page of a segment, or for the next one. */
static void
ask_segment(SampleReader *reader, int i)
{
	const SampleSpec *spec = reader->spec;
	StringInfo	body = &reader->segments[i].body;
	ReadOperation operation = {
		.table_name = spec->table_name,
		.projection = spec->projection
	};
	ReadPage	page = {
		.segment_count = reader->total,
		.segment = reader->segments[i].number,
		.limit = (int) Max(item_limit(reader) - reader->result.items, 1),
		.start_key = reader->segments[i].course.next_key
	};
	RequestSpec request = {
		.operation = "Scan",
		.kind = REQUEST_READ,
		.table = spec->table_name,
		.counters = spec->counters,
		.table_rate = spec->table_rate
	};

	resetStringInfo(body);
	operation_begin_read(body, &operation);
	operation_end_read(body, &page);
	request.body = body->data;
	request.body_length = body->len;
	reader->requests[i] = request_start(spec->connection, &request);
}

/* Starts to read one more of the segments chosen, if there is one. */
static void
start_segment(SampleReader *reader)
{
	Segment    *segment = &reader->segments[reader->count];

	if (!BlockSampler_HasMore(&reader->chosen))
		return;
	segment->number = (int) BlockSampler_Next(&reader->chosen);
	ask_segment(reader, reader->count++);
}

static int
find_request(const SampleReader *reader, const Request *request)
{
	int			i = 0;

	while (reader->requests[i] != request)
		i++;
	return i;
}

static void
take_items(const SampleSpec *spec, const Response *page)
{
	for (int n = 0; n < page->item_count; n++)
		spec->take(&page->items[n], spec->argument);
}

/* Takes a page that has come, and asks for what comes after it. */
static void
take_segment_page(SampleReader *reader, Request *request)
{
	const SampleSpec *spec = reader->spec;
	const Response *page = request_response(request);
	int			i = find_request(reader, request);

	if (!reader->is_estimate)
		take_items(spec, page);
	reader->result.items += page->item_count;

	page_course_advance(&reader->segments[i].course, page->last_key,
						spec->table_name);
	if (page->last_key != NULL && !reader->is_estimate)
		ask_segment(reader, i);
	else
	{
		Segment		ended = reader->segments[i];

		/* the last one takes its place */
		reader->done++;
		reader->count--;
		reader->segments[i] = reader->segments[reader->count];
		reader->requests[i] = reader->requests[reader->count];
		reader->segments[reader->count] = ended;
		start_segment(reader);
	}
	request_free(request);
}

/* Starts to read random segments. */
static void
start_segments(SampleReader *reader, int chosen)
{
	int			at_once =
		Min(connection_settings(reader->spec->connection)->max_concurrency,
			chosen);

	reader->done = 0;
	reader->count = 0;
	reader->segments = palloc0(at_once * sizeof(Segment));
	reader->requests = palloc0(at_once * sizeof(Request *));
	for (int i = 0; i < at_once; i++)
		initStringInfo(&reader->segments[i].body);
	BlockSampler_Init(&reader->chosen, reader->total, chosen,
					  (uint32) (pg_prng_double(&pg_global_prng_state) *
								PG_UINT32_MAX));
	for (int i = 0; i < at_once; i++)
		start_segment(reader);
}

/* How many segments to cut the table into, and how many to read. */
static int
choose_segments(SampleReader *reader)
{
	double		item_count = reader->result.item_count;
	double		wanted = reader->spec->wanted;
	double		segments = item_count / wanted * SEGMENTS_READ;

	reader->total = 1;
	if (item_count <= wanted)
		return 1;
	reader->total = (int) Min(Min(segments, item_count), MOST_SEGMENTS);
	reader->total = Max(reader->total, 1);
	return (int) Max(ceil(wanted / item_count * reader->total), 1);
}

/* Waits for a page; NULL: the right to scan is lacking. */
static Request *
wait_for_sample_page(SampleReader *reader)
{
	Request    *request = request_wait_any(reader->requests, reader->count);

	if (response_is_denied(request_response(request)))
	{
		reader->result.is_denied = true;
		return NULL;
	}
	if (request_outcome(request) != OUTCOME_SUCCESS)
		request_raise(request, NULL);
	return request;
}

static void
read_segments(SampleReader *reader)
{
	Request    *request;

	while (reader->count > 0 && !reader->result.is_limited &&
		   reader->result.items < item_limit(reader) &&
		   (request = wait_for_sample_page(reader)) != NULL)
	{
		take_segment_page(reader, request);
		reader->result.is_limited = budget_is_spent(reader->spec->counters);
	}
	for (int i = 0; i < reader->count; i++)
		request_free(reader->requests[i]);
}

/*
 * Is all of the table in its first page?  Then that has been taken.  Else its
 * items are no sample, since they lie together; they are taken only if there
 * are to be no others.
 */
static bool
take_only_page(SampleReader *reader)
{
	Request    *request;
	const Response *page;
	bool		is_taken;

	reader->total = 1;
	start_segments(reader, 1);
	request = wait_for_sample_page(reader);
	if (request == NULL)
		return true;
	page = request_response(request);
	reader->result.is_limited = budget_is_spent(reader->spec->counters);
	reader->result.item_count = page->item_count;
	is_taken = page->last_key == NULL || reader->result.is_limited;
	if (is_taken)
	{
		take_items(reader->spec, page);
		reader->result.items = page->item_count;
		reader->result.fraction = page->last_key == NULL ? 1 : 0;
	}
	request_free(request);
	return is_taken;
}

/* At least what the first page had: segments may be of more than a page. */
static void
estimate_item_count(SampleReader *reader)
{
	SampleResult *result = &reader->result;

	reader->total = PROBE_SEGMENTS;
	reader->is_estimate = true;
	start_segments(reader, PROBES);
	read_segments(reader);
	reader->is_estimate = false;
	if (reader->done > 0)
		result->item_count = Max(result->item_count,
								 (double) result->items / reader->done *
								 PROBE_SEGMENTS);
	result->items = 0;
}

SampleResult
sample_read(const SampleSpec *spec)
{
	SampleReader reader = {
		.spec = spec,
		.result.item_count = spec->item_count
	};

	if (spec->item_count <= 0)
	{
		if (take_only_page(&reader))
			return reader.result;
		estimate_item_count(&reader);
		if (reader.result.is_limited)
			return reader.result;
	}
	start_segments(&reader, choose_segments(&reader));
	read_segments(&reader);
	if (reader.count == 0 && reader.total == 1)
		reader.result.fraction = 1;
	else if (reader.total > 1)
		reader.result.fraction = (double) reader.done / reader.total;
	return reader.result;
}
