/*
 * http_socket.c
 *		What libcurl waits for: its sockets, its timer, its resolver's thread.
 *
 * An exchange should cost little more than its send and its receive.  So the
 * socket of a connection that libcurl stops watching stays registered
 * ("parked") until it is closed or stirs, and the timer is only ever set to
 * ring earlier: when it rings too early it is set anew.
 *
 * libcurl's resolver runs in a thread, which inherits the signal mask of its
 * creator; all signals are blocked when it is started, so that PostgreSQL's
 * handlers never run there.
 */
#include "postgres.h"

#include "compat.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "miscadmin.h"

#include "client/http/clock.h"
#include "client/http/http_socket.h"

#define MAX_EVENTS			16

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

/* The signal mask to restore after a call of libcurl; see start_resolver() */
static bool signals_blocked = false;
static sigset_t unblocked_signals;

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

void
http_restore_signals(void)
{
	if (!signals_blocked)
		return;
	pthread_sigmask(SIG_SETMASK, &unblocked_signals, NULL);
	signals_blocked = false;
}

static WatchedSocket *
find_socket(HttpSockets *sockets, int fd)
{
	WatchedSocket *socket;

	for (socket = sockets->watched; socket != NULL; socket = socket->next)
		if (socket->fd == fd)
			return socket;
	return NULL;
}

static void
unregister_socket(HttpSockets *sockets, WatchedSocket *socket)
{
	struct epoll_event event = {0};

	if (socket->events != 0)
		(void) epoll_ctl(sockets->epoll_fd, EPOLL_CTL_DEL, socket->fd,
						 &event);
	socket->events = 0;
}

static void
forget_socket(HttpSockets *sockets, int fd)
{
	WatchedSocket **link;

	for (link = &sockets->watched; *link != NULL; link = &(*link)->next)
	{
		WatchedSocket *socket = *link;

		if (socket->fd != fd)
			continue;
		unregister_socket(sockets, socket);
		*link = socket->next;
		free(socket);
		return;
	}
}

static WatchedSocket *
remember_socket(HttpSockets *sockets, int fd)
{
	WatchedSocket *socket = calloc(1, sizeof(WatchedSocket));

	if (socket == NULL)
		return NULL;
	socket->fd = fd;
	socket->next = sockets->watched;
	sockets->watched = socket;
	return socket;
}

static void
register_socket(HttpSockets *sockets, WatchedSocket *socket,
				uint32 events)
{
	struct epoll_event event = {.events = events, .data.fd = socket->fd};
	int			operation = socket->events == 0 ? EPOLL_CTL_ADD
		: EPOLL_CTL_MOD;

	if (socket->events != events &&
		epoll_ctl(sockets->epoll_fd, operation, socket->fd, &event) == 0)
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
	HttpSockets *sockets = (HttpSockets *) argument;
	WatchedSocket *socket = find_socket(sockets, fd);
	uint32		events = 0;

	if (what == CURL_POLL_REMOVE || what == CURL_POLL_NONE)
	{
		if (socket != NULL && socket->connection)
			socket->parked = true;
		else
			forget_socket(sockets, fd);
		return 0;
	}
	if (what & CURL_POLL_IN)
		events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		events |= EPOLLOUT;

	if (socket == NULL)
		socket = remember_socket(sockets, fd);
	if (socket != NULL)
	{
		socket->parked = false;
		register_socket(sockets, socket, events);
	}
	return 0;
}

static curl_socket_t
open_socket(void *argument, curlsocktype purpose,
			struct curl_sockaddr *address)
{
	HttpSockets *sockets = (HttpSockets *) argument;
	WatchedSocket *watched;
	int			fd = socket(address->family,
							address->socktype | SOCK_CLOEXEC,
							address->protocol);

	if (fd < 0)
	{
		if (errno == EMFILE || errno == ENFILE)
			sockets->starved = true;
		return CURL_SOCKET_BAD;
	}
	watched = remember_socket(sockets, fd);
	if (watched == NULL)
	{
		close(fd);
		return CURL_SOCKET_BAD;
	}
	watched->connection = true;
	sockets->open_count++;
	return fd;
}

/*
 * A descriptor's number may be used again, so it is forgotten with its socket.
 */
static int
close_socket(void *argument, curl_socket_t fd)
{
	HttpSockets *sockets = (HttpSockets *) argument;

	forget_socket(sockets, fd);
	sockets->open_count--;
	return close(fd);
}

/* Only noted here: arm_timer() does it before a wait. */
static int
note_timer(CURLM *multi, long timeout, void *argument)
{
	HttpSockets *sockets = (HttpSockets *) argument;

	sockets->timer_at = timeout < 0 ? 0
		: monotonic_milliseconds() + timeout;
	return 0;
}

/* ---- the timer ---- */

/* Arms the timer for a time, unless it goes off before that. */
static void
arm_timer(HttpSockets *sockets, int64 at)
{
	struct itimerspec when = {0};

	if (at == 0 ||
		(sockets->timer_set != 0 && sockets->timer_set <= at))
		return;
	when.it_value.tv_sec = at / 1000;
	when.it_value.tv_nsec = (at % 1000) * 1000000;
	(void) timerfd_settime(sockets->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
	sockets->timer_set = at;
}

/* Calls libcurl if its time has come; true if it had. */
static bool
run_timer(HttpSockets *sockets)
{
	int			running;

	if (sockets->timer_at == 0 ||
		sockets->timer_at > monotonic_milliseconds())
		return false;
	sockets->timer_at = 0;
	curl_multi_socket_action(sockets->multi, CURL_SOCKET_TIMEOUT, 0,
							 &running);
	http_restore_signals();
	return true;
}

/* ---- opening and closing ---- */

void
http_sockets_init(HttpSockets *sockets)
{
	memset(sockets, 0, sizeof(HttpSockets));
	sockets->epoll_fd = -1;
	sockets->timer_fd = -1;
}

static void
close_descriptors(HttpSockets *sockets)
{
	if (sockets->timer_fd >= 0)
		close(sockets->timer_fd);
	if (sockets->epoll_fd >= 0)
		close(sockets->epoll_fd);
	sockets->timer_fd = -1;
	sockets->epoll_fd = -1;
}

/* Opens both, if the kernel would give a third one too: for the wait set. */
static bool
open_descriptors(HttpSockets *sockets)
{
	struct epoll_event event = {.events = EPOLLIN};

	sockets->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	sockets->timer_fd = timerfd_create(CLOCK_MONOTONIC,
									   TFD_NONBLOCK | TFD_CLOEXEC);
	event.data.fd = sockets->timer_fd;
	if (sockets->epoll_fd >= 0 && sockets->timer_fd >= 0 &&
		!descriptors_are_exhausted() &&
		epoll_ctl(sockets->epoll_fd, EPOLL_CTL_ADD, sockets->timer_fd,
				  &event) == 0)
		return true;
	close_descriptors(sockets);
	return false;
}

bool
http_sockets_open(HttpSockets *sockets, CURLM *multi)
{
	sockets->multi = multi;
	while (!open_descriptors(sockets))
	{
		if (!descriptors_close_idle(&sockets->holder))
			return false;
	}

	/* that acquires one by itself, but fails with an internal error */
	descriptors_release(&sockets->holder, 1);
	sockets->wait_set = create_session_wait_event_set(3);
	AddWaitEventToSet(sockets->wait_set, WL_LATCH_SET, PGINVALID_SOCKET,
					  MyLatch, NULL);
	if (IsUnderPostmaster)
		AddWaitEventToSet(sockets->wait_set, WL_EXIT_ON_PM_DEATH,
						  PGINVALID_SOCKET, NULL, NULL);
	AddWaitEventToSet(sockets->wait_set, WL_SOCKET_READABLE,
					  sockets->epoll_fd, NULL, NULL);
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, sockets);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, note_timer);
	curl_multi_setopt(multi, CURLMOPT_TIMERDATA, sockets);
	return true;
}

void
http_sockets_serve(HttpSockets *sockets, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, start_resolver);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, sockets);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, sockets);
}

void
http_sockets_close(HttpSockets *sockets)
{
	bool		(*close_idle) (DescriptorHolder *) = sockets->holder.close_idle;

	while (sockets->watched != NULL)
		forget_socket(sockets, sockets->watched->fd);
	if (sockets->wait_set != NULL)
		FreeWaitEventSet(sockets->wait_set);
	close_descriptors(sockets);
	descriptors_release(&sockets->holder, sockets->holder.count);
	descriptors_forget(&sockets->holder);
	http_sockets_init(sockets);
	sockets->holder.close_idle = close_idle;
}

/* ---- running and waiting ---- */

/* What epoll has seen of one socket is told to libcurl. */
static void
run_socket(HttpSockets *sockets, const struct epoll_event *event)
{
	int			fd = event->data.fd;
	WatchedSocket *socket = find_socket(sockets, fd);
	int			mask = 0;
	int			running;

	if (socket == NULL)
		return;
	if (socket->parked)
	{
		/* an idle connection that was closed by the other side, usually */
		unregister_socket(sockets, socket);
		return;
	}
	if (event->events & EPOLLIN)
		mask |= CURL_CSELECT_IN;
	if (event->events & EPOLLOUT)
		mask |= CURL_CSELECT_OUT;
	if (event->events & (EPOLLERR | EPOLLHUP))
		mask |= CURL_CSELECT_ERR;
	curl_multi_socket_action(sockets->multi, fd, mask, &running);
	http_restore_signals();
}

bool
http_sockets_run(HttpSockets *sockets)
{
	struct epoll_event events[MAX_EVENTS];
	bool		progress = false;
	int			count;
	int			i;

	count = epoll_wait(sockets->epoll_fd, events, MAX_EVENTS, 0);
	for (i = 0; i < count; i++)
	{
		uint64		expirations;

		if (events[i].data.fd != sockets->timer_fd)
			run_socket(sockets, &events[i]);
		else if (read(sockets->timer_fd, &expirations,
					  sizeof(expirations)) > 0)
			sockets->timer_set = 0;
		progress = true;
	}

	/* after the sockets: what has come in time is not too late */
	return run_timer(sockets) || progress;
}

bool
http_sockets_wait(HttpSockets *sockets, long timeout, uint32 wait_event)
{
	WaitEvent	event;

	arm_timer(sockets, sockets->timer_at);
	if (WaitEventSetWait(sockets->wait_set, timeout, &event, 1,
						 wait_event) != 1 ||
		!(event.events & WL_LATCH_SET))
		return true;
	ResetLatch(MyLatch);
	return false;
}

int
http_sockets_copy_descriptor(const HttpSockets *sockets)
{
	return fcntl(sockets->epoll_fd, F_DUPFD_CLOEXEC, 0);
}

void
http_sockets_ring(HttpSockets *sockets, long timeout)
{
	arm_timer(sockets, sockets->timer_at);
	if (timeout >= 0)
		arm_timer(sockets, monotonic_milliseconds() + timeout);
}
