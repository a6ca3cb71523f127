/*
 * http_socket.h
 *		What libcurl waits for: its sockets and its timer, gathered in one
 *		epoll descriptor that is waited for together with the backend's latch.
 *
 * The inside of http.c and http_transport.c, the only other files that know
 * libcurl.
 */
#ifndef DYNAMORM_CLIENT_HTTP_SOCKET_H
#define DYNAMORM_CLIENT_HTTP_SOCKET_H

#include "postgres.h"

#include <curl/curl.h>

#include "storage/latch.h"

#include "client/http/descriptor.h"

/*
 * Descriptors beside those of the sockets: what http_sockets_open() takes, and
 * the pair by which a multi handle can be woken.
 */
#define HTTP_SOCKETS_DESCRIPTORS	5

struct WatchedSocket;

typedef struct HttpSockets
{
	DescriptorHolder holder;	/* of the descriptors counted; its owner sets
								 * close_idle */
	CURLM	   *multi;			/* whose they are */
	int			epoll_fd;		/* curl's sockets and the timer; -1: none */
	int			timer_fd;		/* rings at timer_at, or earlier; -1: none */
	int64		timer_set;		/* what it is set to; 0: not set */
	int64		timer_at;		/* when curl wants to be called, in
								 * milliseconds of the monotonic clock; 0: not
								 * at all */
	struct WatchedSocket *watched;
	int			open_count;		/* connections, also idle ones */
	bool		starved;		/* a socket was refused for want of
								 * descriptors */
	WaitEventSet *wait_set;		/* latch, postmaster, epoll_fd */
} HttpSockets;

/* Makes it one that http_sockets_close() may be called for. */
extern void http_sockets_init(HttpSockets *sockets);

/*
 * Takes the descriptors, which the holder has acquired, and gives the multi
 * handle its callbacks.  The struct must not move until it is closed.  False
 * if the kernel has no more, though idle ones were closed.
 *
 * Errors: 53200; what has been taken is for http_sockets_close(), in any case.
 */
extern bool http_sockets_open(HttpSockets *sockets, CURLM *multi);

/*
 * After the multi handle was cleaned up: that closes sockets.  The holder has
 * nothing then.
 */
extern void http_sockets_close(HttpSockets *sockets);

/* Gives an easy handle its callbacks. */
extern void http_sockets_serve(HttpSockets *sockets, CURL *easy);

/* To be called after every call of libcurl that may have started a thread. */
extern void http_restore_signals(void);

/*
 * Tells libcurl what its sockets and its timer have to say, without waiting.
 * False if there was nothing.
 */
extern bool http_sockets_run(HttpSockets *sockets);

/*
 * Waits until there is something to say, or for timeout milliseconds (-1: for
 * ever).  False if it was the latch that ended the wait; it is reset.
 */
extern bool http_sockets_wait(HttpSockets *sockets, long timeout,
							  uint32 wait_event);

/*
 * A copy of the descriptor that becomes readable when there is something to
 * say; -1 with errno set.
 */
extern int	http_sockets_copy_descriptor(const HttpSockets *sockets);

/*
 * Lets it become readable in timeout milliseconds (-1: not for that reason).
 */
extern void http_sockets_ring(HttpSockets *sockets, long timeout);

#endif							/* DYNAMORM_CLIENT_HTTP_SOCKET_H */
