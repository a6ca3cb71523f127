/*
 * http.c
 *		HTTP exchanges, several at once, waited for with the backend's latch.
 *
 * The only file that uses libcurl.  Its rules:
 * - No callback of libcurl throws: no palloc that may fail, no ereport, no
 *   CHECK_FOR_INTERRUPTS.  A longjmp out of libcurl leaves it in pieces.
 * - libcurl's resolver runs in a thread, which inherits the signal mask of its
 *   creator; all signals are blocked when it is started, so that PostgreSQL's
 *   handlers never run there.
 * - libcurl sends a request anew on its own when a reused connection dies
 *   early.  It asks before each sending, and is told no the second time.
 *
 * An exchange should cost little more than its send and its receive.  So the
 * socket of a connection that libcurl stops watching stays registered
 * ("parked") until it is closed or stirs, and the timer is only ever set to
 * ring earlier: when it rings too early it is set anew.
 *
 * The time-out of an exchange is ours, for libcurl would end an exchange whose
 * time is over although its answer lies in the socket.  It is counted in the
 * time that somebody has waited: a cursor, say, may ask for its next page and
 * be left alone for an hour.
 */
#include "postgres.h"

#include "compat.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "lib/ilist.h"
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

/* Of a transport: the epoll descriptor, the timer and the wait set. */
#define DESCRIPTORS			3

/* A socket of libcurl. */
typedef struct WatchedSocket
{
	struct WatchedSocket *next;
	int			fd;
	uint32		events;			/* in the epoll descriptor; 0: not there */
	bool		connection;		/* made by open_socket(): close_socket() will
								 * tell of its end */
	bool		parked;			/* curl does not want the events for now */
} WatchedSocket;

struct HttpTransport
{
	CURLM	   *multi;
	int			epoll_fd;		/* curl's sockets and the timer */
	int			timer_fd;		/* rings at timer_at, or earlier */
	int64		timer_set;		/* what it is set to; 0: not set */
	int64		timer_at;		/* when curl wants to be called, in
								 * milliseconds of the monotonic clock; 0: not
								 * at all */
	WatchedSocket *sockets;
	int			external_fds;	/* accounted for with fd.c */
	WaitEventSet *wait_set;		/* latch, postmaster, epoll_fd */
	HttpExchange *idle;			/* whose handles can be used again */
	dlist_head	under_way;		/* of HttpExchange */
	int64		waited;			/* milliseconds spent in http_wait() so far */
	int			completed;		/* exchanges done and not yet noticed */
	char	   *url;
	char	   *ca_file;
	HttpSettings settings;
};

struct HttpExchange
{
	HttpTransport *transport;
	HttpExchange *next_idle;
	dlist_node	node;			/* in the transport's under_way */
	CURL	   *easy;
	struct curl_slist *headers;
	int64		deadline;		/* by the transport's waited */
	bool		sent;			/* libcurl was about to send the request */
	bool		under_way;		/* the handle is in the multi */
	bool		done;
	bool		out_of_bounds;	/* the answer was too large */
	bool		special;		/* has another method or path than most */
	size_t		capacity;		/* of result.body */
	char		error[CURL_ERROR_SIZE];
	HttpResult	result;
};

static bool curl_ready = false;

/* The signal mask to restore after a call of libcurl; see start_resolver() */
static bool signals_blocked = false;
static sigset_t unblocked_signals;

static int64
monotonic_milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- callbacks of libcurl: none may throw ---- */

/*
 * Called by libcurl when it is about to start its resolver thread, which is
 * once for each new connection to a host that is named.
 */
static int
start_resolver(void *resolver, void *reserved, void *argument)
{
	sigset_t	all;

	if (signals_blocked)
		return 0;
	sigfillset(&all);
	signals_blocked = pthread_sigmask(SIG_SETMASK, &all,
									  &unblocked_signals) == 0;
	return signals_blocked ? 0 : 1;
}

/* After every call of libcurl that may have started the thread. */
static void
restore_signals(void)
{
	if (!signals_blocked)
		return;
	pthread_sigmask(SIG_SETMASK, &unblocked_signals, NULL);
	signals_blocked = false;
}

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

static WatchedSocket *
find_socket(HttpTransport *transport, int fd)
{
	WatchedSocket *socket;

	for (socket = transport->sockets; socket != NULL; socket = socket->next)
		if (socket->fd == fd)
			return socket;
	return NULL;
}

static void
unregister_socket(HttpTransport *transport, WatchedSocket *socket)
{
	struct epoll_event event = {0};

	if (socket->events != 0)
		(void) epoll_ctl(transport->epoll_fd, EPOLL_CTL_DEL, socket->fd,
						 &event);
	socket->events = 0;
}

static void
forget_socket(HttpTransport *transport, int fd)
{
	WatchedSocket **link;

	for (link = &transport->sockets; *link != NULL; link = &(*link)->next)
	{
		WatchedSocket *socket = *link;

		if (socket->fd != fd)
			continue;
		unregister_socket(transport, socket);
		*link = socket->next;
		free(socket);
		return;
	}
}

static WatchedSocket *
remember_socket(HttpTransport *transport, int fd)
{
	WatchedSocket *socket = calloc(1, sizeof(WatchedSocket));

	if (socket == NULL)
		return NULL;
	socket->fd = fd;
	socket->next = transport->sockets;
	transport->sockets = socket;
	return socket;
}

static void
register_socket(HttpTransport *transport, WatchedSocket *socket,
				uint32 events)
{
	struct epoll_event event = {.events = events, .data.fd = socket->fd};
	int			operation = socket->events == 0 ? EPOLL_CTL_ADD
		: EPOLL_CTL_MOD;

	if (socket->events != events &&
		epoll_ctl(transport->epoll_fd, operation, socket->fd, &event) == 0)
		socket->events = events;
}

/*
 * Only connections are parked.  libcurl has other sockets too, a pair to hear
 * from its resolver, and closes them without a word: their numbers may come
 * again.
 *
 * Reports no failure, for libcurl would never use the multi handle again: an
 * exchange whose socket could not be registered ends with its timeout.
 */
static int
watch_socket(CURL *easy, curl_socket_t fd, int what, void *argument,
			 void *known)
{
	HttpTransport *transport = (HttpTransport *) argument;
	WatchedSocket *socket = find_socket(transport, fd);
	uint32		events = 0;

	if (what == CURL_POLL_REMOVE || what == CURL_POLL_NONE)
	{
		if (socket != NULL && socket->connection)
			socket->parked = true;
		else
			forget_socket(transport, fd);
		return 0;
	}
	if (what & CURL_POLL_IN)
		events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		events |= EPOLLOUT;

	if (socket == NULL)
		socket = remember_socket(transport, fd);
	if (socket != NULL)
	{
		socket->parked = false;
		register_socket(transport, socket, events);
	}
	return 0;
}

static curl_socket_t
open_socket(void *argument, curlsocktype purpose,
			struct curl_sockaddr *address)
{
	WatchedSocket *watched;
	int			fd = socket(address->family,
							address->socktype | SOCK_CLOEXEC,
							address->protocol);

	if (fd < 0)
		return CURL_SOCKET_BAD;
	watched = remember_socket((HttpTransport *) argument, fd);
	if (watched == NULL)
	{
		close(fd);
		return CURL_SOCKET_BAD;
	}
	watched->connection = true;
	return fd;
}

/* A descriptor's number may be used again, so it is forgotten with its socket. */
static int
close_socket(void *argument, curl_socket_t fd)
{
	forget_socket((HttpTransport *) argument, fd);
	return close(fd);
}

/* Only noted here: set_timer() does it before a wait. */
static int
note_timer(CURLM *multi, long timeout, void *argument)
{
	HttpTransport *transport = (HttpTransport *) argument;

	transport->timer_at = timeout < 0 ? 0
		: monotonic_milliseconds() + timeout;
	return 0;
}

/* ---- the timer ---- */

/* Arms the timer for a time, unless it goes off before that. */
static void
arm_timer(HttpTransport *transport, int64 at)
{
	struct itimerspec when = {0};

	if (at == 0 ||
		(transport->timer_set != 0 && transport->timer_set <= at))
		return;
	when.it_value.tv_sec = at / 1000;
	when.it_value.tv_nsec = (at % 1000) * 1000000;
	(void) timerfd_settime(transport->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
	transport->timer_set = at;
}

static void
set_timer(HttpTransport *transport)
{
	arm_timer(transport, transport->timer_at);
}

/* Calls libcurl if its time has come; true if it had. */
static bool
run_timer(HttpTransport *transport)
{
	int			running;

	if (transport->timer_at == 0 ||
		transport->timer_at > monotonic_milliseconds())
		return false;
	transport->timer_at = 0;
	curl_multi_socket_action(transport->multi, CURL_SOCKET_TIMEOUT, 0,
							 &running);
	restore_signals();
	return true;
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

	for (; transport->external_fds < DESCRIPTORS; transport->external_fds++)
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

	/* that acquires one by itself, but fails with an internal error */
	ReleaseExternalFD();
	transport->external_fds--;
	transport->wait_set = create_session_wait_event_set(3);
	AddWaitEventToSet(transport->wait_set, WL_LATCH_SET, PGINVALID_SOCKET,
					  MyLatch, NULL);
	if (IsUnderPostmaster)
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
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, note_timer);
	curl_multi_setopt(multi, CURLMOPT_TIMERDATA, transport);
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS,
					  (long) transport->settings.max_connections);
	curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS,
					  (long) transport->settings.max_connections);
}

bool
http_can_open(int count)
{
	int			acquired = 0;
	bool		can;

	while (acquired < count * DESCRIPTORS && AcquireExternalFD())
		acquired++;
	can = acquired == count * DESCRIPTORS;
	for (; acquired > 0; acquired--)
		ReleaseExternalFD();
	return can;
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
	dlist_init(&transport->under_way);
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
	while (transport->sockets != NULL)
		forget_socket(transport, transport->sockets->fd);
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
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
					 (curl_off_t) MAX_BODY_LENGTH);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (transport->ca_file != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, transport->ca_file);

	curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, start_resolver);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transport);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, transport);
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
	restore_signals();
	if (!exchange->under_way)
	{
		http_free(exchange);
		return NULL;
	}
	dlist_push_tail(&transport->under_way, &exchange->node);
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
http_may_be_sent(const HttpExchange *exchange)
{
	return exchange->sent;
}

/* Takes it from libcurl, which closes its connection if there is more to come. */
static void
end_exchange(HttpExchange *exchange)
{
	curl_multi_remove_handle(exchange->transport->multi, exchange->easy);
	restore_signals();
	dlist_delete(&exchange->node);
	exchange->under_way = false;
}

void
http_free(HttpExchange *exchange)
{
	HttpTransport *transport = exchange->transport;

	if (exchange->under_way)
		end_exchange(exchange);
	curl_slist_free_all(exchange->headers);
	exchange->headers = NULL;
	free(exchange->result.body);
	memset(&exchange->result, 0, sizeof(HttpResult));
	exchange->capacity = 0;
	exchange->sent = false;
	exchange->done = false;
	exchange->out_of_bounds = false;
	exchange->error[0] = '\0';
	if (exchange->special)
	{
		curl_easy_cleanup(exchange->easy);
		free(exchange);
		return;
	}
	exchange->next_idle = transport->idle;
	transport->idle = exchange;
}

/* ---- results ---- */

/* How far an exchange came that ran out of time before it was sent. */
static HttpPhase
timed_out_phase(CURL *easy)
{
	curl_off_t	found = 0;
	long		local_port = 0;

	/* the time of the connect is not there before TLS has been agreed on */
	curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &found);
	curl_easy_getinfo(easy, CURLINFO_LOCAL_PORT, &local_port);
	if (found == 0)
		return HTTP_PHASE_RESOLVE;
	return local_port <= 0 ? HTTP_PHASE_CONNECT : HTTP_PHASE_TLS;
}

static HttpPhase
failed_phase(CURL *easy, CURLcode code)
{
	switch (code)
	{
		case CURLE_COULDNT_RESOLVE_HOST:
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
			return timed_out_phase(easy);
		default:
			return HTTP_PHASE_TRANSFER;
	}
}

/*
 * Notes that an exchange is done without an answer.  Nothing has left if
 * libcurl never was about to send it: its codes do not tell.
 */
static void
note_failure(HttpExchange *exchange, CURLcode code)
{
	HttpResult *result = &exchange->result;
	long		request_size = 0;

	exchange->done = true;
	exchange->transport->completed++;
	curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &request_size);
	result->delivery = request_size == 0 && !exchange->sent
		? HTTP_NOT_SENT : HTTP_UNKNOWN;
	result->phase = failed_phase(exchange->easy, code);
	if (result->delivery == HTTP_NOT_SENT &&
		result->phase == HTTP_PHASE_TRANSFER)
		result->phase = HTTP_PHASE_CONNECT;
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
	note_failure(exchange, code);
	if (exchange->out_of_bounds || code == CURLE_FILESIZE_EXCEEDED)
		result->problem = "The answer is too large.";
	else if (code == CURLE_ABORTED_BY_CALLBACK && exchange->sent)
		result->problem = "The connection was lost before an answer came.";
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
		note_failure(exchange, CURLE_OPERATION_TIMEDOUT);
		snprintf(exchange->error, sizeof(exchange->error),
				 "No answer came within %d milliseconds.",
				 transport->settings.request_timeout);
		exchange->result.problem = exchange->error;
		end_exchange(exchange);
	}
	return next;
}

/* What epoll has seen of one socket is told to libcurl. */
static void
run_socket(HttpTransport *transport, const struct epoll_event *event)
{
	int			fd = event->data.fd;
	WatchedSocket *socket = find_socket(transport, fd);
	int			mask = 0;
	int			running;

	if (socket == NULL)
		return;
	if (socket->parked)
	{
		/* an idle connection that was closed by the other side, usually */
		unregister_socket(transport, socket);
		return;
	}
	if (event->events & EPOLLIN)
		mask |= CURL_CSELECT_IN;
	if (event->events & EPOLLOUT)
		mask |= CURL_CSELECT_OUT;
	if (event->events & (EPOLLERR | EPOLLHUP))
		mask |= CURL_CSELECT_ERR;
	curl_multi_socket_action(transport->multi, fd, mask, &running);
	restore_signals();
}

/* Does what can be done without waiting; false if there was nothing. */
static bool
drive(HttpTransport *transport)
{
	struct epoll_event events[MAX_EVENTS];
	bool		progress = run_timer(transport);
	int			count;
	int			i;

	count = epoll_wait(transport->epoll_fd, events, MAX_EVENTS, 0);
	for (i = 0; i < count; i++)
	{
		uint64		expirations;

		if (events[i].data.fd != transport->timer_fd)
			run_socket(transport, &events[i]);
		else if (read(transport->timer_fd, &expirations,
					  sizeof(expirations)) > 0)
			transport->timer_set = 0;
		progress = true;
	}
	collect_completed(transport);
	return progress;
}

/*
 * Waits once.  What has come is looked at before it is decided that something
 * came too late.
 */
static void
wait_for_something(HttpTransport *transport, long timeout, int64 start)
{
	WaitEvent	event;
	long		left;

	while (drive(transport) && transport->completed == 0)
		;
	if (transport->completed > 0)
		return;
	left = end_overdue(transport, transport->waited +
					   monotonic_milliseconds() - start);
	if (transport->completed > 0)
		return;
	if (left >= 0 && (timeout < 0 || left < timeout))
		timeout = left;

	set_timer(transport);
	if (WaitEventSetWait(transport->wait_set, timeout, &event, 1,
						 PG_WAIT_EXTENSION) == 1 &&
		(event.events & WL_LATCH_SET))
		ResetLatch(MyLatch);
	else
		(void) drive(transport);
}

void
http_wait(HttpTransport *transport, long timeout)
{
	int64		start = monotonic_milliseconds();

	wait_for_something(transport, timeout, start);
	transport->waited += monotonic_milliseconds() - start;
	transport->completed = 0;
}

void
http_poll(HttpTransport *transport)
{
	(void) drive(transport);
	transport->completed = 0;
}

int
http_descriptor(HttpTransport *transport, long timeout)
{
	set_timer(transport);
	if (timeout >= 0)
		arm_timer(transport, monotonic_milliseconds() + timeout);
	return transport->epoll_fd;
}
