/*
 * credential_fetch.c
 *		HTTP exchanges with the services that give credentials.
 *
 * They are rare, so each has a transport of its own, which goes away with the
 * memory context of the exchange.
 */
#include "postgres.h"

#include "compat.h"

#include "miscadmin.h"
#include "storage/latch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "client/credential/credential_fetch.h"
#include "client/http/http.h"
#include "client/http/http_transport.h"
#include "client/http/interrupt.h"
#include "client/http/retry.h"

/* The longest answer: credentials take some kilobytes. */
#define MAX_ANSWER_LENGTH	(256 * 1024)

/* An exchange under way, freed with its memory context. */
typedef struct Fetch
{
	HttpTransport *transport;
	HttpExchange *exchange;
	MemoryContextCallback callback;
} Fetch;

static void
release_fetch(void *argument)
{
	Fetch	   *fetch = (Fetch *) argument;

	if (fetch->exchange != NULL)
		http_free(fetch->exchange);
	http_close(fetch->transport);
}

static Fetch *
start_fetch(const FetchRequest *request)
{
	static const char *const none[] = {NULL};
	HttpSettings settings = {
		.endpoint = request->base,
		.ca_file = request->ca_file,
		.proxy = request->proxy.proxy,
		.no_proxy = request->proxy.no_proxy,
		.max_connections = 1,
		.connect_timeout = request->timeout,
		.request_timeout = request->timeout
	};
	HttpRequest http = {
		.method = request->method,
		.path = request->path,
		.headers = request->headers != NULL ? request->headers : none,
		.body = request->body != NULL ? request->body : "",
		.body_length = request->body != NULL ? strlen(request->body) : 0
	};
	Fetch	   *fetch = palloc0(sizeof(Fetch));

	fetch->transport = http_open(&settings);
	fetch->callback.func = release_fetch;
	fetch->callback.arg = fetch;
	MemoryContextRegisterResetCallback(CurrentMemoryContext,
									   &fetch->callback);
	if (http_make_room(fetch->transport) != HTTP_ROOM_NOW)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
				 errmsg("could not get file descriptors to fetch credentials"),
				 errhint("Raise the server's max_files_per_process and/or \"ulimit -n\" limits, or close cursors.")));
	fetch->exchange = http_start(fetch->transport, &http);
	if (fetch->exchange == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	return fetch;
}

/*
 * Waits for the answer.  One that came before an interrupt goes before it:
 * what is in it may be given once.  It may still lie in the socket, for the
 * latch that the interrupt sets ends a wait as well.
 */
static const HttpResult *
await_answer(const Fetch *fetch)
{
	for (;;)
	{
		bool		interrupted = InterruptPending;
		const HttpResult *result;

		if (interrupted)
			http_wait(fetch->transport, 0, WAIT_FOR_CREDENTIALS);
		result = http_result(fetch->exchange);
		if (result != NULL)
			return result;
		if (interrupted)
			interrupt_check();
		http_wait(fetch->transport, -1, WAIT_FOR_CREDENTIALS);
	}
}

/* One attempt, in a memory context of its own. */
static void
attempt_fetch(const FetchRequest *request, FetchAnswer *answer)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "dynamorm_fdw fetch",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Fetch	   *fetch = start_fetch(request);
	const HttpResult *result = await_answer(fetch);

	MemoryContextSwitchTo(old);

	answer->status = result->delivery == HTTP_ANSWERED ? result->status : 0;
	answer->body = pstrdup("");
	answer->problem = result->delivery == HTTP_ANSWERED ? NULL
		: pstrdup(result->problem);
	if (result->body_length > MAX_ANSWER_LENGTH)
	{
		answer->status = 0;
		answer->problem = "the answer is too large";
	}
	else if (result->body != NULL)
		answer->body = pstrdup(result->body);
	answer->sent = result->delivery != HTTP_NOT_SENT;
	MemoryContextDelete(context);
}

/* Waits before attempt number n + 1. */
static void
back_off_fetch(int n)
{
	TimestampTz end = TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
												  retry_delay(n, false, 0));
	long		left;

	while ((left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(),
												   end)) > 0)
	{
		if (WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
					  left, wait_event(WAIT_FOR_CREDENTIALS)) & WL_LATCH_SET)
		{
			ResetLatch(MyLatch);
			interrupt_check();
		}
	}
}

static bool
is_final(const FetchRequest *request, const FetchAnswer *answer)
{
	if (answer->status == 0 || answer->status == 429 || answer->status >= 500)
		return false;
	return answer->status == 200 || request->transient == NULL ||
		strstr(answer->body, request->transient) == NULL;
}

FetchAnswer *
credential_fetch(const FetchRequest *request)
{
	FetchAnswer *answer = palloc0(sizeof(FetchAnswer));
	int			n;

	for (n = 1;; n++)
	{
		attempt_fetch(request, answer);
		if (is_final(request, answer) || n >= request->attempts)
			return answer;
		back_off_fetch(n);
	}
}

void
fetch_append_field(StringInfo form, const char *name, const char *value)
{
	static const char digits[] = "0123456789ABCDEF";
	static const char unreserved[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
	const unsigned char *place;

	appendStringInfo(form, "%s%s=", form->len > 0 ? "&" : "", name);
	for (place = (const unsigned char *) value; *place; place++)
	{
		if (strchr(unreserved, *place) != NULL)
			appendStringInfoChar(form, *place);
		else
		{
			appendStringInfoChar(form, '%');
			appendStringInfoChar(form, digits[*place >> 4]);
			appendStringInfoChar(form, digits[*place & 0x0f]);
		}
	}
}
