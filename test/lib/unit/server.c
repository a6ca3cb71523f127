/*
 * server.c
 *		What the server would bring to a unit test: memory, lists, encodings
 *		and errors; and what the tests report by, in TAP.
 */
#include "postgres.h"

#include <stdio.h>
#include <stdlib.h>

#include "mb/pg_wchar.h"
#include "nodes/pg_list.h"
#include "utils/palloc.h"
#include "utils/relcache.h"

#include "server.h"

/* ---- memory: all of it lives as long as the test ---- */

typedef struct Chunk
{
	struct Chunk *next;
	Size		size;
} Chunk;

/* Keeps what was allocated in sight of those who look for leaks. */
static Chunk *chunks = NULL;

MemoryContext CurrentMemoryContext = NULL;

void *
palloc(Size size)
{
	Chunk	   *chunk = malloc(sizeof(Chunk) + size);

	if (chunk == NULL)
		abort();
	chunk->size = size;
	chunk->next = chunks;
	chunks = chunk;
	return chunk + 1;
}

void *
palloc0(Size size)
{
	return memset(palloc(size), 0, size);
}

void *
repalloc(void *memory, Size size)
{
	Chunk	   *chunk = (Chunk *) memory - 1;

	return memcpy(palloc(size), memory, Min(size, chunk->size));
}

void
pfree(void *memory)
{
}

void *
MemoryContextAllocExtended(MemoryContext context, Size size, int flags)
{
	return (flags & MCXT_ALLOC_ZERO) != 0 ? palloc0(size) : palloc(size);
}

void *
MemoryContextAllocZero(MemoryContext context, Size size)
{
	return palloc0(size);
}

char *
pstrdup(const char *text)
{
	return strcpy(palloc(strlen(text) + 1), text);
}

char *
pnstrdup(const char *text, Size length)
{
	char	   *copy = palloc(strnlen(text, length) + 1);

	memcpy(copy, text, strnlen(text, length));
	copy[strnlen(text, length)] = '\0';
	return copy;
}

/* ---- lists ---- */

static List *
make_list(NodeTag type, int length)
{
	List	   *list = palloc0(offsetof(List, initial_elements) +
							   length * sizeof(ListCell));

	list->type = type;
	list->length = length;
	list->max_length = length;
	list->elements = list->initial_elements;
	return list;
}

List *
list_make1_impl(NodeTag type, ListCell first)
{
	List	   *list = make_list(type, 1);

	list->elements[0] = first;
	return list;
}

List *
list_make2_impl(NodeTag type, ListCell first, ListCell second)
{
	List	   *list = make_list(type, 2);

	list->elements[0] = first;
	list->elements[1] = second;
	return list;
}

List *
list_make3_impl(NodeTag type, ListCell first, ListCell second, ListCell third)
{
	List	   *list = make_list(type, 3);

	list->elements[0] = first;
	list->elements[1] = second;
	list->elements[2] = third;
	return list;
}

/* As the server's it changes the list in place. */
List *
lappend(List *list, void *datum)
{
	ListCell	cell = {.ptr_value = datum};

	if (list == NIL)
		return list_make1_impl(T_List, cell);
	if (list->length == list->max_length)
	{
		List	   *larger = make_list(list->type, 2 * list->length);

		memcpy(larger->elements, list->elements,
			   list->length * sizeof(ListCell));
		list->elements = larger->elements;
		list->max_length = larger->max_length;
	}
	list->elements[list->length++] = cell;
	return list;
}

List *
list_truncate(List *list, int length)
{
	if (length <= 0)
		return NIL;
	if (list != NIL && length < list->length)
		list->length = length;
	return list;
}

/* ---- encodings: the database has UTF-8 ---- */

int
GetDatabaseEncoding(void)
{
	return PG_UTF8;
}

char *
pg_any_to_server(const char *text, int length, int encoding)
{
	return unconstify(char *, text);
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

/* ---- errors ---- */

int			server_sqlstate = 0;
char		server_message[1024] = "";
jmp_buf		server_catch;
bool		server_catches = false;

bool
errstart(int level, const char *domain)
{
	server_sqlstate = ERRCODE_INTERNAL_ERROR;
	server_message[0] = '\0';
	return true;
}

bool
errstart_cold(int level, const char *domain)
{
	return errstart(level, domain);
}

int
errcode(int sqlstate)
{
	server_sqlstate = sqlstate;
	return 0;
}

static void
note_message(const char *format, va_list arguments)
{
	vsnprintf(server_message, sizeof(server_message), format, arguments);
}

int
errmsg(const char *format,...)
{
	va_list		arguments;

	va_start(arguments, format);
	note_message(format, arguments);
	va_end(arguments);
	return 0;
}

int
errmsg_internal(const char *format,...)
{
	va_list		arguments;

	va_start(arguments, format);
	note_message(format, arguments);
	va_end(arguments);
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

Relation
RelationIdGetRelation(Oid relation_id)
{
	return NULL;
}

int
errtableconstraint(Relation relation, const char *constraint)
{
	return 0;
}

int
err_generic_string(int field, const char *string)
{
	return 0;
}

void
errfinish(const char *file, int line, const char *function)
{
	if (server_catches)
		longjmp(server_catch, 1);
	printf("Bail out! %s\n", server_message);
	exit(2);
}

/* Its parameters are not the same in all majors, and nobody looks at them. */
extern void assertion_failed(void) __asm__("ExceptionalCondition");

void
assertion_failed(void)
{
	printf("Bail out! an assertion failed\n");
	abort();
}

/* ---- reports ---- */

static int	test_count = 0;
static int	failure_count = 0;

/* TAP gives a meaning to # and to line feeds: others stand for them. */
void
report(bool passed, const char *name)
{
	test_count++;
	if (!passed)
		failure_count++;
	printf("%sok %d - ", passed ? "" : "not ", test_count);
	for (; *name != '\0'; name++)
		putchar((unsigned char) *name < 0x20 || *name == '#' ? '.' : *name);
	putchar('\n');
}

void
report_text(const char *actual, const char *expected, const char *name)
{
	bool		passed = strcmp(actual, expected) == 0;

	report(passed, name == NULL ? expected : name);
	if (!passed)
		printf("# expected: %s\n# got:      %s\n", expected, actual);
}

int
report_end(void)
{
	printf("1..%d\n", test_count);
	return failure_count != 0;
}
