/*
 * decoder.c
 *		Fuzz target: the decoder of DynamoDB's answers, without a server.
 *
 * Links: src/client/response.c src/client/json_reader.c
 * Links: src/client/attribute.c -lpgcommon -lpgport
 *
 * A body that is refused must give a reason.  Of one that is decoded, each
 * item is copied, written as JSON and decoded again: all three must be equal,
 * and written in the same way.
 */
#include "postgres.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "client/json_reader.h"
#include "client/response.h"

/* ---- memory: as a context that is reset after each input ---- */

typedef struct Chunk
{
	struct Chunk *next;			/* all that are allocated, the last one first */
	struct Chunk *previous;
	Size		padding[2];		/* what follows is aligned */
} Chunk;

static Chunk chunks = {.next = &chunks,.previous = &chunks};

static void *
link_chunk(Chunk *chunk)
{
	if (chunk == NULL)
		abort();
	chunk->next = chunks.next;
	chunk->previous = &chunks;
	chunk->next->previous = chunk;
	chunks.next = chunk;
	return chunk + 1;
}

static Chunk *
unlink_chunk(void *memory)
{
	Chunk	   *chunk = (Chunk *) memory - 1;

	chunk->next->previous = chunk->previous;
	chunk->previous->next = chunk->next;
	return chunk;
}

void *
palloc(Size size)
{
	return link_chunk(malloc(sizeof(Chunk) + size));
}

void *
palloc0(Size size)
{
	return link_chunk(calloc(1, sizeof(Chunk) + size));
}

void *
repalloc(void *memory, Size size)
{
	return link_chunk(realloc(unlink_chunk(memory), sizeof(Chunk) + size));
}

void
pfree(void *memory)
{
	free(unlink_chunk(memory));
}

char *
pnstrdup(const char *text, Size length)
{
	Size		size = strnlen(text, length);
	char	   *copy = palloc(size + 1);

	memcpy(copy, text, size);
	copy[size] = '\0';
	return copy;
}

static void
reset_memory(void)
{
	while (chunks.next != &chunks)
		free(unlink_chunk(chunks.next + 1));
}

/* ---- what else the server would bring ---- */

int
GetDatabaseEncoding(void)
{
	return PG_UTF8;
}

int
pg_encoding_mbcliplen(int encoding, const char *text, int length, int limit)
{
	int			clipped = 0;

	for (;;)
	{
		int			size;

		if (clipped >= length)
			return clipped;
		size = pg_utf_mblen((const unsigned char *) text + clipped);
		if (clipped + size > length || clipped + size > limit)
			return clipped;
		clipped += size;
	}
}

/* ---- properties ---- */

static void
demand(bool holds, const char *property, const char *text)
{
	if (holds)
		return;
	fprintf(stderr, "broken: %s\n%s\n", property, text);
	abort();
}

static bool
items_equal(const DynamoItem *a, const DynamoItem *b)
{
	AttributeValue map_a = {.type = ATTRIBUTE_M,.length = a->count,
	.u.entries = a->attributes};
	AttributeValue map_b = {.type = ATTRIBUTE_M,.length = b->count,
	.u.entries = b->attributes};

	return attribute_equal(&map_a, &map_b);
}

/* A body is decoded in place, and a NUL stands behind it. */
static Response *
decode(const char *text, size_t length, const char **problem)
{
	char	   *body = palloc(length + 1);

	memcpy(body, text, length);
	body[length] = '\0';
	return response_decode(body, (int) length, problem);
}

static void
check_item(const DynamoItem *item)
{
	const char *problem = NULL;
	StringInfoData body;
	StringInfoData again;
	StringInfoData readable;
	Response   *response;

	initStringInfo(&body);
	appendStringInfoString(&body, "{\"Item\":");
	json_append_item(&body, item);
	appendStringInfoChar(&body, '}');

	demand(items_equal(item, item_copy(item)), "a copy is equal", body.data);
	response = decode(body.data, body.len, &problem);
	demand(response != NULL && response->item != NULL,
		   "what was decoded, and written as JSON, can be decoded", body.data);
	demand(items_equal(item, response->item),
		   "what was written as JSON is decoded to the same", body.data);

	initStringInfo(&again);
	appendStringInfoString(&again, "{\"Item\":");
	json_append_item(&again, response->item);
	appendStringInfoChar(&again, '}');
	demand(again.len == body.len && memcmp(again.data, body.data, body.len) == 0,
		   "the same is written in the same way", body.data);

	initStringInfo(&readable);
	for (int i = 0; i < item->count; i++)
		attribute_append_readable(&readable, &item->attributes[i].value);
	demand(strlen(readable.data) == (size_t) readable.len,
		   "what is shown has no NUL", body.data);
}

/* The keys that are asked for again are sent as they are. */
static void
check_unprocessed_keys(const char *text)
{
	const char *problem = NULL;
	StringInfoData body;

	initStringInfo(&body);
	appendStringInfo(&body, "{\"RequestItems\":%s}", text);
	demand(decode(body.data, body.len, &problem) != NULL,
		   "unprocessed keys are JSON", text);
}

static void
check_response(const Response *response)
{
	demand(response->count >= -1 && response->scanned_count >= -1,
		   "a count is no less than 0, or -1", "");
	if (response->item != NULL)
		check_item(response->item);
	if (response->last_key != NULL)
		check_item(response->last_key);
	for (int i = 0; i < response->item_count; i++)
		check_item(&response->items[i]);
	for (int i = 0; i < response->reason_count; i++)
	{
		demand(response->reasons[i].code != NULL, "a reason has a code", "");
		if (response->reasons[i].item != NULL)
			check_item(response->reasons[i].item);
	}
	if (response->unprocessed_keys != NULL)
		check_unprocessed_keys(response->unprocessed_keys);
	if (response->error_code != NULL)
		demand(strchr(response->error_code, '#') == NULL &&
			   strchr(response->error_code, ':') == NULL,
			   "a code has neither prefix nor suffix", response->error_code);
}

extern int	LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const char *problem = NULL;
	Response   *response = decode((const char *) data, size, &problem);

	if (response != NULL)
		check_response(response);
	else
		demand(problem != NULL, "who refuses says why", "");
	reset_memory();
	return 0;
}
