/*
 * http.c
 *		HTTP exchanges, several at once, waited for with the backend's latch.
 *
 * The only file that uses libcurl.  Its rules:
 * - No callback of libcurl throws: no palloc that may fail, no ereport, no
 *   CHECK_FOR_INTERRUPTS.  A longjmp out of libcurl leaves it in pieces.
 * - libcurl's resolver runs in a thread, which inherits the signal mask of its
 *   creator; all signals are blocked around calls that may start it, so that
 *   PostgreSQL's handlers never run there.
 * - The request body is read through a callback that cannot seek.  libcurl
 *   sends a request anew on its own when a reused connection dies early; with
 *   a body that it cannot rewind it gives up instead (CURLE_SEND_FAIL_REWIND).
 */
#include "postgres.h"

#include "compat.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "storage/fd.h"
#include "utils/wait_event.h"

#include "client/http.h"

/* An answer larger than this is not DynamoDB's: a page holds 1 MB. */
#define MAX_BODY_LENGTH		(64 * 1024 * 1024)

/*
 * Seconds after which an idle connection is not used again.  DynamoDB closes
 * them after about a minute.
 */
#define MAX_IDLE_SECONDS	20

#define MAX_EVENTS			16

struct HttpTransport
{
	CURLM	   *multi;
	int			epoll_fd;		/* curl's sockets and the timer */
	int			timer_fd;		/* curl's timer */
	int			external_fds;	/* accounted for with fd.c */
	WaitEventSet *wait_set;		/* latch, postmaster, epoll_fd */
	HttpExchange *idle;			/* whose handles can be used again */
	int			completed;		/* exchanges done and not yet noticed */
	char	   *url;
	char	   *ca_file;
	HttpSettings settings;
};

struct HttpExchange
{
	HttpTransport *transport;
	HttpExchange *next_idle;
	CURL	   *easy;
	struct curl_slist *headers;
	const char *body;			/* of the request */
	int			body_length;
	int			body_sent;		/* handed to libcurl */
	bool		under_way;		/* the handle is in the multi */
	bool		done;
	bool		out_of_bounds;	/* the answer was too large */
	size_t		capacity;		/* of result.body */
	char		error[CURL_ERROR_SIZE];
	HttpResult	result;
};

static bool curl_ready = false;

/* ---- callbacks of libcurl: none may throw ---- */

static size_t
read_body(char *buffer, size_t size, size_t count, void *argument)
{
	HttpExchange *exchange = (HttpExchange *) argument;
	size_t		length = exchange->body_length - exchange->body_sent;

	if (length > size * count)
		length = size * count;
	memcpy(buffer, exchange->body + exchange->body_sent, length);
	exchange->body_sent += (int) length;
	return length;
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

static int
watch_socket(CURL *easy, curl_socket_t socket, int what, void *argument,
			 void *known)
{
	HttpTransport *transport = (HttpTransport *) argument;
	struct epoll_event event = {.data.fd = socket};

	if (what == CURL_POLL_REMOVE)
	{
		(void) epoll_ctl(transport->epoll_fd, EPOLL_CTL_DEL, socket, &event);
		(void) curl_multi_assign(transport->multi, socket, NULL);
		return 0;
	}
	if (what & CURL_POLL_IN)
		event.events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		event.events |= EPOLLOUT;
	if (known != NULL)
		return epoll_ctl(transport->epoll_fd, EPOLL_CTL_MOD, socket,
						 &event) == 0 ? 0 : -1;
	(void) curl_multi_assign(transport->multi, socket, transport);
	return epoll_ctl(transport->epoll_fd, EPOLL_CTL_ADD, socket,
					 &event) == 0 ? 0 : -1;
}

/* A timer that is off stays silent; 0 means at once, which is 1 ns here. */
static int
set_timer(CURLM *multi, long timeout, void *argument)
{
	HttpTransport *transport = (HttpTransport *) argument;
	struct itimerspec when = {0};

	if (timeout == 0)
		when.it_value.tv_nsec = 1;
	else if (timeout > 0)
	{
		when.it_value.tv_sec = timeout / 1000;
		when.it_value.tv_nsec = (timeout % 1000) * 1000000;
	}
	return timerfd_settime(transport->timer_fd, 0, &when, NULL) == 0 ? 0 : -1;
}

/* ---- signals ---- */

static void
block_signals(sigset_t *old)
{
	sigset_t	all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, old);
}

static void
restore_signals(const sigset_t *old)
{
	pthread_sigmask(SIG_SETMASK, old, NULL);
}

/* ---- opening and closing ---- */

static void
raise_descriptors(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
			 errmsg("could not get file descriptors for a DynamoDB connection: %m"),
			 errhint("Raise the server's max_files_per_process and/or \"ulimit -n\" limits.")));
}

static void
raise_curl(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_SYSTEM_ERROR),
			 errmsg("could not set up a DynamoDB connection: %s failed",
					what)));
}

static void
open_descriptors(HttpTransport *transport)
{
	struct epoll_event event = {.events = EPOLLIN};

	for (; transport->external_fds < 2; transport->external_fds++)
		if (!AcquireExternalFD())
			raise_descriptors();
	transport->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (transport->epoll_fd < 0)
		raise_descriptors();
	transport->timer_fd = timerfd_create(CLOCK_MONOTONIC,
										 TFD_NONBLOCK | TFD_CLOEXEC);
	if (transport->timer_fd < 0)
		raise_descriptors();
	event.data.fd = transport->timer_fd;
	if (epoll_ctl(transport->epoll_fd, EPOLL_CTL_ADD, transport->timer_fd,
				  &event) != 0)
		raise_descriptors();

	transport->wait_set = create_session_wait_event_set(3);
	AddWaitEventToSet(transport->wait_set, WL_LATCH_SET, PGINVALID_SOCKET,
					  MyLatch, NULL);
	AddWaitEventToSet(transport->wait_set, WL_EXIT_ON_PM_DEATH,
					  PGINVALID_SOCKET, NULL, NULL);
	AddWaitEventToSet(transport->wait_set, WL_SOCKET_READABLE,
					  transport->epoll_fd, NULL, NULL);
}

static void
open_multi(HttpTransport *transport)
{
	CURLM	   *multi = curl_multi_init();

	if (multi == NULL)
		raise_curl("curl_multi_init");
	transport->multi = multi;
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, transport);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(multi, CURLMOPT_TIMERDATA, transport);
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS,
					  (long) transport->settings.max_connections);
	curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS,
					  (long) transport->settings.max_connections);
}

HttpTransport *
http_open(const HttpSettings *settings)
{
	HttpTransport *transport;

	if (!curl_ready && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		raise_curl("curl_global_init");
	curl_ready = true;

	transport = calloc(1, sizeof(HttpTransport));
	if (transport == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	transport->epoll_fd = -1;
	transport->timer_fd = -1;
	PG_TRY();
	{
		transport->settings = *settings;
		transport->url = strdup(settings->endpoint);
		if (settings->ca_file != NULL)
			transport->ca_file = strdup(settings->ca_file);
		if (transport->url == NULL ||
			(settings->ca_file != NULL && transport->ca_file == NULL))
			ereport(ERROR,
					(errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
		open_descriptors(transport);
		open_multi(transport);
	}
	PG_CATCH();
	{
		http_close(transport);
		PG_RE_THROW();
	}
	PG_END_TRY();
	return transport;
}

void
http_close(HttpTransport *transport)
{
	while (transport->idle != NULL)
	{
		HttpExchange *exchange = transport->idle;

		transport->idle = exchange->next_idle;
		curl_easy_cleanup(exchange->easy);
		free(exchange);
	}
	if (transport->multi != NULL)
		curl_multi_cleanup(transport->multi);
	if (transport->wait_set != NULL)
		FreeWaitEventSet(transport->wait_set);
	if (transport->timer_fd >= 0)
		close(transport->timer_fd);
	if (transport->epoll_fd >= 0)
		close(transport->epoll_fd);
	for (; transport->external_fds > 0; transport->external_fds--)
		ReleaseExternalFD();
	free(transport->url);
	free(transport->ca_file);
	free(transport);
}

/* ---- exchanges ---- */

/* What is the same for every request of a transport. */
static void
set_constant_options(HttpExchange *exchange)
{
	HttpTransport *transport = exchange->transport;
	CURL	   *easy = exchange->easy;
	bool		tls = pg_strncasecmp(transport->url, "https:", 6) == 0;

	curl_easy_setopt(easy, CURLOPT_URL, transport->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, tls ? "https" : "http");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long) MAX_IDLE_SECONDS);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "dynamorm_fdw/1.0");
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
					 (long) transport->settings.connect_timeout);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
					 (long) transport->settings.request_timeout);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (transport->ca_file != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, transport->ca_file);

	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_body);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, write_body);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, read_header);
	curl_easy_setopt(easy, CURLOPT_READDATA, exchange);
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
	exchange->easy = curl_easy_init();
	if (exchange->easy == NULL)
	{
		free(exchange);
		return NULL;
	}
	set_constant_options(exchange);
	return exchange;
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

HttpExchange *
http_start(HttpTransport *transport, const char *const *headers,
		   const char *body, int body_length)
{
	HttpExchange *exchange = take_exchange(transport);
	bool		complete;
	sigset_t	signals;

	if (exchange == NULL)
		return NULL;
	exchange->body = body;
	exchange->body_length = body_length;
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
					 (curl_off_t) body_length);

	block_signals(&signals);
	exchange->under_way =
		curl_multi_add_handle(transport->multi, exchange->easy) == CURLM_OK;
	restore_signals(&signals);
	if (!exchange->under_way)
	{
		http_free(exchange);
		return NULL;
	}
	return exchange;
}

const HttpResult *
http_result(const HttpExchange *exchange)
{
	return exchange->done ? &exchange->result : NULL;
}

void
http_free(HttpExchange *exchange)
{
	HttpTransport *transport = exchange->transport;
	sigset_t	signals;

	if (exchange->under_way)
	{
		block_signals(&signals);
		curl_multi_remove_handle(transport->multi, exchange->easy);
		restore_signals(&signals);
		exchange->under_way = false;
	}
	curl_slist_free_all(exchange->headers);
	exchange->headers = NULL;
	free(exchange->result.body);
	memset(&exchange->result, 0, sizeof(HttpResult));
	exchange->capacity = 0;
	exchange->body_sent = 0;
	exchange->done = false;
	exchange->out_of_bounds = false;
	exchange->error[0] = '\0';
	exchange->next_idle = transport->idle;
	transport->idle = exchange;
}

/* ---- results ---- */

static HttpPhase
failed_phase(CURLcode code)
{
	switch (code)
	{
		case CURLE_COULDNT_RESOLVE_HOST:
		case CURLE_URL_MALFORMAT:
			return HTTP_PHASE_RESOLVE;
		case CURLE_COULDNT_CONNECT:
			return HTTP_PHASE_CONNECT;
		case CURLE_SSL_CONNECT_ERROR:
		case CURLE_PEER_FAILED_VERIFICATION:
		case CURLE_SSL_CACERT_BADFILE:
		case CURLE_SSL_CERTPROBLEM:
		case CURLE_SSL_CIPHER:
		case CURLE_SSL_ISSUER_ERROR:
			return HTTP_PHASE_TLS;
		default:
			return HTTP_PHASE_TRANSFER;
	}
}

/*
 * Only libcurl's count of bytes tells that nothing has left: its codes do not.
 */
static void
complete_exchange(HttpExchange *exchange, CURLcode code)
{
	HttpResult *result = &exchange->result;
	long		status = 0;
	long		request_size = 0;

	exchange->done = true;
	exchange->transport->completed++;
	curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &request_size);
	result->status = (int) status;
	if (code == CURLE_OK && status != 0)
	{
		result->delivery = HTTP_ANSWERED;
		return;
	}
	result->delivery = request_size == 0 && exchange->body_sent == 0
		? HTTP_NOT_SENT : HTTP_UNKNOWN;
	result->phase = failed_phase(code);
	if (result->delivery == HTTP_NOT_SENT &&
		result->phase == HTTP_PHASE_TRANSFER)
		result->phase = HTTP_PHASE_CONNECT;
	if (exchange->out_of_bounds)
		result->problem = "the answer is too large";
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
		curl_multi_remove_handle(transport->multi, easy);
		exchange->under_way = false;
	}
}

/* Does what can be done without waiting; false if there was nothing. */
static bool
drive(HttpTransport *transport)
{
	struct epoll_event events[MAX_EVENTS];
	int			count;
	int			i;
	int			running;
	sigset_t	signals;

	count = epoll_wait(transport->epoll_fd, events, MAX_EVENTS, 0);
	if (count <= 0)
		return false;

	block_signals(&signals);
	for (i = 0; i < count; i++)
	{
		int			fd = events[i].data.fd;
		int			mask = 0;
		uint64		expirations;

		if (fd == transport->timer_fd)
		{
			if (read(fd, &expirations, sizeof(expirations)) > 0)
				curl_multi_socket_action(transport->multi, CURL_SOCKET_TIMEOUT,
										 0, &running);
			continue;
		}
		if (events[i].events & EPOLLIN)
			mask |= CURL_CSELECT_IN;
		if (events[i].events & EPOLLOUT)
			mask |= CURL_CSELECT_OUT;
		if (events[i].events & (EPOLLERR | EPOLLHUP))
			mask |= CURL_CSELECT_ERR;
		curl_multi_socket_action(transport->multi, fd, mask, &running);
	}
	collect_completed(transport);
	restore_signals(&signals);
	return true;
}

void
http_wait(HttpTransport *transport, long timeout)
{
	WaitEvent	event;

	while (drive(transport))
	{
		if (transport->completed > 0)
		{
			transport->completed = 0;
			return;
		}
	}

	if (WaitEventSetWait(transport->wait_set, timeout, &event, 1,
						 PG_WAIT_EXTENSION) == 1 &&
		(event.events & WL_LATCH_SET))
	{
		ResetLatch(MyLatch);
		return;
	}
	(void) drive(transport);
	transport->completed = 0;
}
