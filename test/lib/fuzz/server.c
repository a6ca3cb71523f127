/*
 * server.c
 *		What the server would bring to a fuzz target: memory, and errors.
 */
#include "postgres.h"

#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>

#include "mb/pg_wchar.h"

#include "server.h"

/*
 * ---- memory: as a context that is reset after each input ----
 *
 * Taken from one area, which is faster than malloc().  What is not allocated
 * is poisoned, a gap behind each chunk too.
 */

#define AREA_SIZE		(64 * 1024 * 1024)
#define GAP				16

typedef struct Chunk
{
	Size		size;
	Size		padding;		/* what follows is aligned */
} Chunk;

static char area[AREA_SIZE] __attribute__((aligned(16)));
static Size used = 0;

void *
palloc(Size size)
{
	Size		needed = sizeof(Chunk) + ((size + 15) & ~(Size) 15) + GAP;
	Chunk	   *chunk = (Chunk *) (area + used);

	if (needed > AREA_SIZE - used)
	{
		fprintf(stderr, "broken: memory is bounded\n");
		abort();
	}
	if (used == 0)
		ASAN_POISON_MEMORY_REGION(area, AREA_SIZE);
	used += needed;
	ASAN_UNPOISON_MEMORY_REGION(chunk, sizeof(Chunk));
	chunk->size = size;
	ASAN_POISON_MEMORY_REGION(chunk, sizeof(Chunk));
	ASAN_UNPOISON_MEMORY_REGION(chunk + 1, size);
	return chunk + 1;
}

void *
palloc0(Size size)
{
	return memset(palloc(size), 0, size);
}

static Size
size_of(void *memory)
{
	Chunk	   *chunk = (Chunk *) memory - 1;
	Size		size;

	ASAN_UNPOISON_MEMORY_REGION(chunk, sizeof(Chunk));
	size = chunk->size;
	ASAN_POISON_MEMORY_REGION(chunk, sizeof(Chunk));
	return size;
}

void *
repalloc(void *memory, Size size)
{
	void	   *other = palloc(size);

	memcpy(other, memory, Min(size, size_of(memory)));
	pfree(memory);
	return other;
}

void
pfree(void *memory)
{
	ASAN_POISON_MEMORY_REGION(memory, size_of(memory));
}

static MemoryContextCallback *callbacks = NULL;

MemoryContext CurrentMemoryContext = NULL;

/* There is one context, whatever is named. */
void
MemoryContextRegisterResetCallback(MemoryContext context,
								   MemoryContextCallback *callback)
{
	callback->next = callbacks;
	callbacks = callback;
}

void
server_reset_memory(void)
{
	for (; callbacks != NULL; callbacks = callbacks->next)
		callbacks->func(callbacks->arg);
	ASAN_POISON_MEMORY_REGION(area, used);
	used = GAP;					/* all is poisoned from now on */
}

char *
pstrdup(const char *text)
{
	return pnstrdup(text, strlen(text));
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

/* ---- errors: their texts are made, and thrown away ---- */

jmp_buf		server_catch;
bool		server_catches = false;

bool
errstart(int level, const char *domain)
{
	return true;
}

bool
errstart_cold(int level, const char *domain)
{
	return true;
}

int
errcode(int sqlstate)
{
	return 0;
}

int
errmsg(const char *format,...)
{
	return 0;
}

int
errdetail(const char *format,...)
{
	return 0;
}

int
errhint(const char *format,...)
{
	return 0;
}

void
errfinish(const char *file, int line, const char *function)
{
	if (!server_catches)
		abort();
	longjmp(server_catch, 1);
}

/* ---- for the targets ---- */

char *
server_copy(const void *data, size_t length)
{
	char	   *copy = palloc(length + 1);

	memcpy(copy, data, length);
	copy[length] = '\0';
	return copy;
}

void
server_demand(bool holds, const char *property, const char *text)
{
	if (holds)
		return;
	fprintf(stderr, "broken: %s\n%s\n", property, text);
	abort();
}
