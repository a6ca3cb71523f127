/*
 * request_trace.c
 *		The first requests of a plan's node, as they were sent, for EXPLAIN.
 */
#include "postgres.h"

#include "compat.h"

#include "client/request/request_trace.h"
#include "client/wire/attribute.h"

/* As many as tell how the others look. */
#define MOST_REQUESTS	5

/* Of each as many bytes: the item of a PutItem may have 400 KB. */
#define MOST_BYTES		4096

typedef struct TracedRequest
{
	const char *operation;
	char	   *body;			/* UTF-8, not NUL-terminated */
	int			length;			/* of what is kept */
	int			full_length;
} TracedRequest;

struct RequestTrace
{
	MemoryContext context;
	int			count;
	TracedRequest requests[MOST_REQUESTS];
};

RequestTrace *
request_trace_make(MemoryContext context)
{
	RequestTrace *trace = MemoryContextAllocZero(context,
												 sizeof(RequestTrace));

	trace->context = context;
	return trace;
}

void
request_trace_add(RequestTrace *trace, const RequestSpec *spec)
{
	TracedRequest *request;

	if (trace->count == MOST_REQUESTS)
		return;
	request = &trace->requests[trace->count];
	request->operation = spec->operation;
	request->full_length = spec->body_length;
	request->length = Min(spec->body_length, MOST_BYTES);
	/* not within a character */
	while (request->length < spec->body_length &&
		   (spec->body[request->length] & 0xC0) == 0x80)
		request->length--;
	request->body = MemoryContextAlloc(trace->context, request->length + 1);
	memcpy(request->body, spec->body, request->length);
	trace->count++;
}

List *
request_trace_texts(const RequestTrace *trace, bool with_bodies)
{
	List	   *texts = NIL;

	for (int i = 0; i < trace->count; i++)
	{
		const TracedRequest *request = &trace->requests[i];
		StringInfoData text;

		initStringInfo(&text);
		appendStringInfo(&text, "%s ", request->operation);
		if (with_bodies)
			attribute_append_server_text(&text, request->body,
										 request->length);
		if (!with_bodies || request->length < request->full_length)
			appendStringInfo(&text, "... (%d bytes)", request->full_length);
		texts = lappend(texts, text.data);
	}
	return texts;
}
