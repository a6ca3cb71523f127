/*
 * http_handle.h
 *		The inside of transports and exchanges, with libcurl's handles; for
 *		http.c and http_transport.c alone.
 */
#ifndef DYNAMORM_CLIENT_HTTP_HANDLE_H
#define DYNAMORM_CLIENT_HTTP_HANDLE_H

#include "postgres.h"

#include <curl/curl.h>

#include "lib/ilist.h"

#include "client/http/http_socket.h"
#include "client/http/http_types.h"

struct HttpTransport
{
	CURLM	   *multi;			/* NULL: it rests */
	HttpSockets sockets;
	HttpExchange *idle;			/* whose handles can be used again */
	dlist_head	under_way;		/* of HttpExchange */
	int			under_way_count;
	int			connecting;		/* descriptors counted beside those of
								 * connections, for what connects */
	int			next_connecting;	/* the part of it that is for the next
									 * exchange */
	int			copies;			/* of its descriptor: it must not rest */
	bool		named;			/* the host, or the proxy's, is not written as
								 * an address */
	int64		waited;			/* milliseconds spent waiting so far */
	int64		rung_at;		/* when others began to wait for it:
								 * http_ring(); 0: they do not */
	int			completed;		/* exchanges done and not yet noticed */
	char	   *url;
	int			moves;			/* how often that has changed */
	char	   *ca_file;
	char	   *proxy;			/* NULL: none */
	char	   *no_proxy;		/* never NULL */
	char	   *user_agent;
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
	int			connecting;		/* its part of the transport's */
	bool		sent;			/* libcurl was about to send the request */
	bool		under_way;		/* the handle is in the multi */
	bool		done;
	bool		out_of_bounds;	/* the answer was too large */
	bool		special;		/* has another method or path than most */
	int			moves;			/* the transport's when it was made */
	size_t		capacity;		/* of result.body */
	char		error[CURL_ERROR_SIZE];
	HttpResult	result;
};

#endif							/* DYNAMORM_CLIENT_HTTP_HANDLE_H */
