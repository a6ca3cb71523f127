/*
 * http_socket.h
 *		What libcurl waits for: its sockets and its timer, gathered in one epoll
 *		descriptor that is waited for together with the backend's latch.
 *
 * The inside of http.c, which is the only other file that knows libcurl.
 */
#ifndef DYNAMORM_CLIENT_HTTP_SOCKET_H
#define DYNAMORM_CLIENT_HTTP_SOCKET_H

#include "postgres.h"

#include <curl/curl.h>

#include "storage/latch.h"

/* Descriptors that http_sockets_open() takes, beside those of the sockets. */
#define HTTP_SOCKETS_DESCRIPTORS	3

struct WatchedSocket;

typedef struct HttpSockets
{
	CURLM	   *multi;			/* whose they are */
	int			epoll_fd;		/* curl's sockets and the timer; -1: none */
	int			timer_fd;		/* rings at timer_at, or earlier; -1: none */
	int64		timer_set;		/* what it is set to; 0: not set */
	int64		timer_at;		/* when curl wants to be called, in
								 * milliseconds of the monotonic clock; 0: not
								 * at all */
	struct WatchedSocket *watched;
	int			external_fds;	/* accounted for with fd.c */
	WaitEventSet *wait_set;		/* latch, postmaster, epoll_fd */
} HttpSockets;

/* Makes it one that http_sockets_close() may be called for. */
extern void http_sockets_init(HttpSockets *sockets);

/*
 * Takes the descriptors, and gives the multi handle its callbacks.  The struct
 * must not move until it is closed.
 *
 * Errors: 53000 when there are no descriptors left; what has been taken is for
 * http_sockets_close().
 */
extern void http_sockets_open(HttpSockets *sockets, CURLM *multi);

/* After the multi handle was cleaned up: that closes sockets. */
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
extern bool http_sockets_wait(HttpSockets *sockets, long timeout);

/*
 * The descriptor that becomes readable when there is something to say, or in
 * timeout milliseconds (-1: not for that reason).
 */
extern int	http_sockets_descriptor(HttpSockets *sockets, long timeout);

#endif							/* DYNAMORM_CLIENT_HTTP_SOCKET_H */
