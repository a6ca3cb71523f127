/*
 * canned.c
 *		An HTTP server that gives every request the same answer, that of an
 *		increment, as fast as it can: what is left is what the client costs.
 *
 *	canned
 *
 * Listens on a free port of the loopback interface and prints its number.  It
 * is one thread; requests of a connection may not overlap.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* The CRC is that of the body. */
static const char answer[] =
"HTTP/1.1 200 OK\r\n"
"Content-Type: application/x-amz-json-1.0\r\n"
"x-amzn-RequestId: 00000000-0000-0000-0000-000000000000\r\n"
"x-amz-crc32: 3100911187\r\n"
"Content-Length: 58\r\n"
"\r\n"
"{\"Attributes\":{\"id\":{\"S\":\"x\"},\"view_count\":{\"N\":\"12345\"}}}";

/* What has been read of a connection's next request. */
typedef struct Connection
{
	int			socket;			/* its file descriptor */
	size_t		length;			/* bytes in the buffer */
	char		buffer[16384];	/* zero-terminated, to be searched */
} Connection;

/*
 * The length of the first request in the buffer, 0 if it is not complete.
 */
static size_t
request_length(Connection *connection)
{
	char	   *end = strstr(connection->buffer, "\r\n\r\n");
	char	   *field;
	size_t		length;

	if (end == NULL)
		return 0;
	length = end + 4 - connection->buffer;
	field = strcasestr(connection->buffer, "\r\ncontent-length:");
	if (field != NULL && field < end)
		length += strtoul(field + strlen("\r\ncontent-length:"), NULL, 10);
	return length <= connection->length ? length : 0;
}

/*
 * Reads what there is and answers it; false when the connection is over.
 */
static int
serve(Connection *connection)
{
	size_t		room = sizeof(connection->buffer) - 1 - connection->length;
	ssize_t		got = read(connection->socket,
						   connection->buffer + connection->length, room);
	size_t		length;

	if (got <= 0)
		return 0;
	connection->length += got;
	connection->buffer[connection->length] = '\0';
	while ((length = request_length(connection)) > 0)
	{
		if (write(connection->socket, answer, sizeof(answer) - 1) < 0)
			return 0;
		connection->length -= length;
		memmove(connection->buffer, connection->buffer + length,
				connection->length + 1);
	}
	return 1;
}

static void
fail(const char *what)
{
	perror(what);
	exit(1);
}

static int
listen_anywhere(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t	size = sizeof(address);
	int			listener = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (listener < 0 ||
		bind(listener, (struct sockaddr *) &address, size) < 0 ||
		listen(listener, 128) < 0 ||
		getsockname(listener, (struct sockaddr *) &address, &size) < 0)
		fail("listen");
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	return listener;
}

int
main(void)
{
	Connection	listener = {.socket = listen_anywhere()};
	struct epoll_event event = {.events = EPOLLIN,.data.ptr = &listener};
	int			epoll = epoll_create1(0);
	int			one = 1;

	if (epoll < 0 ||
		epoll_ctl(epoll, EPOLL_CTL_ADD, listener.socket, &event) < 0)
		fail("epoll");
	while (epoll_wait(epoll, &event, 1, -1) == 1)
	{
		Connection *connection = event.data.ptr;

		if (connection != &listener)
		{
			if (!serve(connection))
			{
				close(connection->socket);
				free(connection);
			}
			continue;
		}
		connection = calloc(1, sizeof(Connection));
		if (connection == NULL)
			fail("memory");
		connection->socket = accept(listener.socket, NULL, NULL);
		setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one,
				   sizeof(one));
		event.data.ptr = connection;
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, connection->socket, &event) < 0)
			fail("epoll");
	}
	fail("epoll_wait");
}
