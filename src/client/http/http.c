/*
 * http.c
 *		HTTP exchanges, several at once, waited for with the backend's latch.
 *
 * No other files use libcurl but http_transport.c, which has its handles, and
 * http_socket.c, which waits for it.  The rules:
 * - No callback of libcurl throws: no palloc that may fail, no ereport, no
 *   CHECK_FOR_INTERRUPTS.  A longjmp out of libcurl leaves it in pieces.
 * - libcurl sends a request anew on its own when a reused connection dies
 *   early.  It asks before each sending, and is told no the second time.
 *
 * The time-out of an exchange is ours, for libcurl would end an exchange whose
 * time is over although its answer lies in the socket.  It is counted in the
 * time that somebody has waited: a cursor, say, may ask for its next page and
 * be left alone for an hour.
 */
#include "postgres.h"

#include "compat.h"

#include "miscadmin.h"
#include "storage/latch.h"
#include "utils/pg_crc.h"

#include "client/http/clock.h"
#include "client/http/http.h"
#include "client/http/http_handle.h"
#include "client/http/http_transport.h"

/* An answer larger than this is not DynamoDB's: a page holds 1 MB. */
#define MAX_BODY_LENGTH		(64 * 1024 * 1024)

/*
 * Seconds after which an idle connection is not used again.  DynamoDB closes
 * them after about a minute.
 */
#define MAX_IDLE_SECONDS	20

/* ---- callbacks of libcurl: none may throw ---- */

/*
 * Called by libcurl when it has a connection and is about to send the request:
 * a second time only if it wants to repeat it by itself.
 */
static int
permit_sending(void *argument, char *remote_ip, char *local_ip,
			   int remote_port, int local_port)
{
	HttpExchange *exchange = (HttpExchange *) argument;

	if (exchange->sent)
		return CURL_PREREQFUNC_ABORT;
	exchange->sent = true;
	return CURL_PREREQFUNC_OK;
}

static size_t
write_body(char *data, size_t size, size_t count, void *argument)
{
	HttpExchange *exchange = (HttpExchange *) argument;
	HttpResult *result = &exchange->result;
	size_t		length = size * count;
	size_t		needed = result->body_length + length + 1;

	if (needed > MAX_BODY_LENGTH)
	{
		exchange->out_of_bounds = true;
		return 0;
	}
	if (needed > exchange->capacity)
	{
		size_t		capacity = exchange->capacity * 2;
		char	   *body;

		if (capacity < needed)
			capacity = needed < 4096 ? 4096 : needed;
		body = realloc(result->body, capacity);
		if (body == NULL)
		{
			exchange->out_of_bounds = true;
			return 0;
		}
		result->body = body;
		exchange->capacity = capacity;
	}
	memcpy(result->body + result->body_length, data, length);
	result->body_length += (int) length;
	result->body[result->body_length] = '\0';
	return length;
}

/*
 * The value of a header line, cut to fit, if the line is of that name.
 */
static bool
header_value(const char *line, size_t length, const char *name,
			 char *value, size_t size)
{
	size_t		name_length = strlen(name);

	if (length <= name_length || line[name_length] != ':' ||
		pg_strncasecmp(line, name, name_length) != 0)
		return false;
	line += name_length + 1;
	length -= name_length + 1;
	while (length > 0 && (*line == ' ' || *line == '\t'))
	{
		line++;
		length--;
	}
	while (length > 0 && strchr(" \t\r\n", line[length - 1]) != NULL)
		length--;
	if (length >= size)
		length = size - 1;
	memcpy(value, line, length);
	value[length] = '\0';
	return true;
}

static size_t
read_header(char *line, size_t size, size_t count, void *argument)
{
	HttpResult *result = &((HttpExchange *) argument)->result;
	size_t		length = size * count;
	char		value[64];

	if (header_value(line, length, "x-amz-crc32", value, sizeof(value)))
	{
		result->has_crc32 = true;
		result->crc32 = (uint32) strtoul(value, NULL, 10);
	}
	else if (header_value(line, length, "date", value, sizeof(value)))
		result->date = Max(curl_getdate(value, NULL), 0);
	else if (header_value(line, length, "x-amz-retry-after", value,
						  sizeof(value)))
		result->retry_after = Max(atoi(value), 0);
	else if (!header_value(line, length, "x-amzn-requestid",
						   result->request_id, sizeof(result->request_id)))
		(void) header_value(line, length, "x-amzn-errortype",
							result->error_type, sizeof(result->error_type));
	return length;
}

/* ---- exchanges ---- */

static bool
uses_tls(const HttpTransport *transport)
{
	return pg_strncasecmp(transport->url, "https:", 6) == 0;
}

/*
 * Without a proxy of ours libcurl must not look for one in the environment,
 * nor for exceptions from ours.  What a proxy answers to CONNECT is none of
 * the endpoint's headers.
 */
static void
set_proxy(const HttpTransport *transport, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_PROXY,
					 transport->proxy != NULL ? transport->proxy : "");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, transport->no_proxy);
	if (transport->proxy == NULL)
		return;
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (transport->ca_file != NULL)
		curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, transport->ca_file);
}

/* What is the same for every request of a transport. */
static void
set_constant_options(HttpExchange *exchange)
{
	HttpTransport *transport = exchange->transport;
	CURL	   *easy = exchange->easy;

	curl_easy_setopt(easy, CURLOPT_URL, transport->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
					 uses_tls(transport) ? "https" : "http");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long) MAX_IDLE_SECONDS);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, transport->user_agent);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
					 (long) transport->settings.connect_timeout);
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
					 (curl_off_t) MAX_BODY_LENGTH);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (transport->ca_file != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, transport->ca_file);
	set_proxy(transport, easy);

	http_sockets_serve(&transport->sockets, easy);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, permit_sending);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, write_body);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, read_header);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error);
}

static HttpExchange *
take_exchange(HttpTransport *transport)
{
	HttpExchange *exchange = transport->idle;

	if (exchange != NULL)
	{
		transport->idle = exchange->next_idle;
		return exchange;
	}
	exchange = calloc(1, sizeof(HttpExchange));
	if (exchange == NULL)
		return NULL;
	exchange->transport = transport;
	exchange->moves = transport->moves;
	exchange->easy = curl_easy_init();
	if (exchange->easy == NULL)
	{
		free(exchange);
		return NULL;
	}
	set_constant_options(exchange);
	return exchange;
}

bool
http_header_can_hold(const char *text)
{
	for (; *text; text++)
	{
		if (*text <= ' ' || *text > '~')
			return false;
	}
	return true;
}

static bool
add_header(HttpExchange *exchange, const char *header)
{
	struct curl_slist *longer = curl_slist_append(exchange->headers, header);

	if (longer == NULL)
		return false;
	exchange->headers = longer;
	return true;
}

/*
 * Another method than POST, and another path than /, are set where asked; such
 * a handle is not used again.
 */
static bool
set_target(HttpExchange *exchange, const HttpRequest *request)
{
	CURL	   *easy = exchange->easy;

	exchange->special = request->method != NULL || request->path != NULL;
	if (request->method != NULL)
	{
		if (strcmp(request->method, "GET") == 0)
			curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
		else
			curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	}
	if (request->path != NULL)
	{
		size_t		length = strlen(exchange->transport->url) +
			strlen(request->path) + 1;
		char	   *url = malloc(length);

		if (url == NULL)
			return false;
		snprintf(url, length, "%s%s", exchange->transport->url, request->path);
		/* libcurl copies it */
		curl_easy_setopt(easy, CURLOPT_URL, url);
		free(url);
	}
	return true;
}

HttpExchange *
http_start(HttpTransport *transport, const HttpRequest *request)
{
	HttpExchange *exchange = take_exchange(transport);
	const char *const *headers = request->headers;
	bool		complete;

	if (exchange == NULL)
		return NULL;
	complete = add_header(exchange, "Expect:");
	for (; complete && *headers != NULL; headers++)
		complete = add_header(exchange, *headers);
	if (!complete)
	{
		http_free(exchange);
		return NULL;
	}
	curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, exchange->headers);
	curl_easy_setopt(exchange->easy, CURLOPT_POSTFIELDSIZE_LARGE,
					 (curl_off_t) request->body_length);
	curl_easy_setopt(exchange->easy, CURLOPT_POSTFIELDS, request->body);
	if (!set_target(exchange, request))
	{
		http_free(exchange);
		return NULL;
	}

	exchange->under_way =
		curl_multi_add_handle(transport->multi, exchange->easy) == CURLM_OK;
	http_restore_signals();
	if (!exchange->under_way)
	{
		http_free(exchange);
		return NULL;
	}
	dlist_push_tail(&transport->under_way, &exchange->node);
	transport->under_way_count++;
	exchange->connecting = transport->next_connecting;
	transport->next_connecting = 0;
	exchange->deadline = transport->waited +
		transport->settings.request_timeout;
	return exchange;
}

const HttpResult *
http_result(const HttpExchange *exchange)
{
	return exchange->done ? &exchange->result : NULL;
}

bool
http_body_is_whole(const HttpResult *result)
{
	pg_crc32	crc;

	if (!result->has_crc32)
		return true;
	INIT_TRADITIONAL_CRC32(crc);
	COMP_TRADITIONAL_CRC32(crc, result->body, result->body_length);
	FIN_TRADITIONAL_CRC32(crc);
	return crc == result->crc32;
}

bool
http_may_be_sent(const HttpExchange *exchange)
{
	return exchange->sent;
}

/*
 * Takes it from libcurl, which closes its connection if there is more to come.
 */
static void
end_exchange(HttpExchange *exchange)
{
	curl_multi_remove_handle(exchange->transport->multi, exchange->easy);
	http_restore_signals();
	dlist_delete(&exchange->node);
	exchange->transport->under_way_count--;
	http_end_connecting(exchange);
	exchange->under_way = false;
}

void
http_free(HttpExchange *exchange)
{
	HttpTransport *transport = exchange->transport;

	if (exchange->under_way)
	{
		end_exchange(exchange);
		http_settle_connected(transport);
	}
	curl_slist_free_all(exchange->headers);
	exchange->headers = NULL;
	free(exchange->result.body);
	memset(&exchange->result, 0, sizeof(HttpResult));
	exchange->capacity = 0;
	exchange->sent = false;
	exchange->done = false;
	exchange->out_of_bounds = false;
	exchange->error[0] = '\0';
	if (exchange->special || exchange->moves != transport->moves)
	{
		curl_easy_cleanup(exchange->easy);
		free(exchange);
		return;
	}
	exchange->next_idle = transport->idle;
	transport->idle = exchange;
}

/* ---- results ---- */

/* How far an exchange came that ended before it was sent. */
static HttpPhase
unsent_phase(const HttpExchange *exchange)
{
	CURL	   *easy = exchange->easy;
	curl_off_t	found = 0;
	long		connects = 0;

	curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &found);
	curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
	if (found == 0)
		return HTTP_PHASE_RESOLVE;
	return connects > 0 && uses_tls(exchange->transport)
		? HTTP_PHASE_TLS : HTTP_PHASE_CONNECT;
}

static HttpPhase
failed_phase(const HttpExchange *exchange, CURLcode code)
{
	switch (code)
	{
		case CURLE_COULDNT_RESOLVE_HOST:
		case CURLE_COULDNT_RESOLVE_PROXY:
		case CURLE_URL_MALFORMAT:
			return HTTP_PHASE_RESOLVE;
		case CURLE_COULDNT_CONNECT:
			return HTTP_PHASE_CONNECT;
		case CURLE_SSL_CONNECT_ERROR:
		case CURLE_SSL_CERTPROBLEM:
		case CURLE_SSL_CIPHER:
			return HTTP_PHASE_TLS;
		case CURLE_PEER_FAILED_VERIFICATION:
		case CURLE_SSL_CACERT_BADFILE:
		case CURLE_SSL_ISSUER_ERROR:
			return HTTP_PHASE_CERTIFICATE;
		case CURLE_OPERATION_TIMEDOUT:
			return unsent_phase(exchange);
		default:
			return HTTP_PHASE_TRANSFER;
	}
}

/*
 * Was it for want of descriptors that it was not sent?  libcurl's codes do not
 * tell.  Then idle ones are closed for the next attempt.
 */
static void
look_for_descriptors(HttpExchange *exchange)
{
	HttpSockets *sockets = &exchange->transport->sockets;

	if (!sockets->starved && !descriptors_are_exhausted())
		return;
	sockets->starved = false;
	exchange->result.phase = HTTP_PHASE_DESCRIPTORS;
	while (descriptors_close_idle(&sockets->holder))
		;
}

/* What a proxy has answered to CONNECT; 0: nothing, or it was not asked. */
static long
status_of_proxy(const HttpExchange *exchange)
{
	long		status = 0;

	curl_easy_getinfo(exchange->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	return status;
}

/* Has a proxy refused, or not understood, that it should connect? */
static bool
proxy_has_refused(const HttpExchange *exchange)
{
	long		status = status_of_proxy(exchange);

	return status != 0 && status / 100 != 2;
}

/*
 * Is there a new connection to a proxy, which has not answered what comes
 * before TLS?
 */
static bool
proxy_is_silent(const HttpExchange *exchange)
{
	long		connects = 0;

	curl_easy_getinfo(exchange->easy, CURLINFO_NUM_CONNECTS, &connects);
	return exchange->transport->proxy != NULL &&
		uses_tls(exchange->transport) && !exchange->sent &&
		connects > 0 && status_of_proxy(exchange) == 0;
}

/*
 * Notes that an exchange is done without an answer.  Nothing has left if
 * libcurl never was about to send it: its codes do not tell.  Of the bytes
 * that have left, those of a CONNECT are not the request's.
 */
static void
note_exchange_failure(HttpExchange *exchange, CURLcode code)
{
	HttpResult *result = &exchange->result;
	long		request_size = 0;

	exchange->done = true;
	exchange->transport->completed++;
	curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &request_size);
	if (exchange->transport->proxy != NULL && uses_tls(exchange->transport))
		request_size = 0;
	result->delivery = request_size == 0 && !exchange->sent
		? HTTP_NOT_SENT : HTTP_UNKNOWN;
	result->phase = failed_phase(exchange, code);
	/* there was a connection, and nothing but TLS has gone over it */
	if (result->delivery == HTTP_NOT_SENT &&
		result->phase == HTTP_PHASE_TRANSFER)
		result->phase = uses_tls(exchange->transport) &&
			!proxy_has_refused(exchange)
			? HTTP_PHASE_TLS : HTTP_PHASE_CONNECT;
	if (proxy_is_silent(exchange))
		result->phase = HTTP_PHASE_CONNECT;
	if (result->delivery == HTTP_NOT_SENT)
		look_for_descriptors(exchange);
}

/* Says who has let the time run out. */
static void
tell_time_out(HttpExchange *exchange, int timeout)
{
	snprintf(exchange->error, sizeof(exchange->error),
			 proxy_is_silent(exchange)
			 ? "The proxy did not answer within %d milliseconds."
			 : "No answer came within %d milliseconds.", timeout);
	exchange->result.problem = exchange->error;
}

static void
complete_exchange(HttpExchange *exchange, CURLcode code)
{
	HttpResult *result = &exchange->result;
	long		status = 0;

	curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
	result->status = (int) status;
	if (code == CURLE_OK && status != 0)
	{
		exchange->done = true;
		exchange->transport->completed++;
		result->delivery = HTTP_ANSWERED;
		return;
	}
	note_exchange_failure(exchange, code);
	if (exchange->out_of_bounds || code == CURLE_FILESIZE_EXCEEDED)
		result->problem = "The answer is too large.";
	else if (code == CURLE_ABORTED_BY_CALLBACK && exchange->sent)
		result->problem = "The connection was lost before an answer came.";
	else if (code == CURLE_OPERATION_TIMEDOUT && proxy_is_silent(exchange))
		tell_time_out(exchange,
					  exchange->transport->settings.connect_timeout);
	else
		result->problem = exchange->error[0] != '\0' ? exchange->error
			: curl_easy_strerror(code);
}

static void
collect_completed(HttpTransport *transport)
{
	CURLMsg    *message;
	int			left;

	while ((message = curl_multi_info_read(transport->multi, &left)) != NULL)
	{
		CURL	   *easy = message->easy_handle;
		CURLcode	code = message->data.result;
		HttpExchange *exchange;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **) &exchange);
		complete_exchange(exchange, code);
		end_exchange(exchange);
	}
}

/*
 * Ends the exchanges whose time is over.  Returns the milliseconds until the
 * next one's is; -1: none is under way.
 */
static long
end_overdue(HttpTransport *transport, int64 waited)
{
	dlist_mutable_iter iter;
	long		next = -1;

	dlist_foreach_modify(iter, &transport->under_way)
	{
		HttpExchange *exchange = dlist_container(HttpExchange, node, iter.cur);
		long		left = (long) (exchange->deadline - waited);

		if (left > 0)
		{
			if (next < 0 || left < next)
				next = left;
			continue;
		}
		note_exchange_failure(exchange, CURLE_OPERATION_TIMEDOUT);
		tell_time_out(exchange, transport->settings.request_timeout);
		end_exchange(exchange);
	}
	return next;
}

/* Does what can be done without waiting; false if there was nothing. */
static bool
drive_transport(HttpTransport *transport)
{
	bool		progress = http_sockets_run(&transport->sockets);

	collect_completed(transport);
	return progress;
}

/*
 * Waits once.  What has come is looked at before it is decided that something
 * came too late.
 */
static void
wait_for_something(HttpTransport *transport, long timeout, int64 start,
				   WaitReason reason)
{
	long		left;

	while (drive_transport(transport) && transport->completed == 0)
		;
	if (transport->completed > 0)
		return;
	left = end_overdue(transport, transport->waited +
					   monotonic_milliseconds() - start);
	if (transport->completed > 0)
		return;
	if (left >= 0 && (timeout < 0 || left < timeout))
		timeout = left;

	if (http_sockets_wait(&transport->sockets, timeout, wait_event(reason)))
		(void) drive_transport(transport);
}

/* Only for the latch, or the time: no exchange is under way. */
static void
wait_resting(long timeout, WaitReason reason)
{
	int			events = WL_LATCH_SET | WL_EXIT_ON_PM_DEATH |
		(timeout >= 0 ? WL_TIMEOUT : 0);

	if (WaitLatch(MyLatch, events, timeout, wait_event(reason)) & WL_LATCH_SET)
		ResetLatch(MyLatch);
}

void
http_wait(HttpTransport *transport, long timeout, WaitReason reason)
{
	int64		start = monotonic_milliseconds();

	if (transport->multi == NULL)
	{
		wait_resting(timeout, reason);
		return;
	}
	transport->rung_at = 0;
	wait_for_something(transport, timeout, start, reason);
	transport->waited += monotonic_milliseconds() - start;
	transport->completed = 0;
	http_settle_connected(transport);
}

/*
 * As in http_wait(), what has come is looked at before it is decided that
 * something came too late.
 */
void
http_poll(HttpTransport *transport)
{
	if (transport->multi == NULL)
		return;
	if (transport->rung_at != 0)
		transport->waited += monotonic_milliseconds() - transport->rung_at;
	transport->rung_at = 0;
	(void) drive_transport(transport);
	(void) end_overdue(transport, transport->waited);
	transport->completed = 0;
	http_settle_connected(transport);
}

/*
 * Between this and http_poll() is time spent waiting.  If nobody polls before
 * the next time, others were served meanwhile, and it is not counted.
 */
void
http_ring(HttpTransport *transport, long timeout)
{
	dlist_iter	iter;

	if (transport->multi == NULL)
		return;
	dlist_foreach(iter, &transport->under_way)
	{
		HttpExchange *exchange = dlist_container(HttpExchange, node, iter.cur);
		long		left = (long) Max(exchange->deadline - transport->waited, 0);

		if (timeout < 0 || left < timeout)
			timeout = left;
	}
	transport->rung_at = monotonic_milliseconds();
	http_sockets_ring(&transport->sockets, timeout);
}
