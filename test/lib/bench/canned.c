/*
 * canned.c
 *		An HTTP server that answers as DynamoDB would, from nothing and as fast
 *		as it can: what is left is what the client costs.
 *
 *	canned ITEMS [DELAY]
 *
 * Scan returns ITEMS items, in pages of a thousand; whatever item is asked for
 * by its key is there; whatever is written is taken, and forgotten.  The key
 * is "id", and its value "item-000000" or "x".  With a DELAY, in milliseconds,
 * each answer waits so long, beside the others.
 *
 * Listens on a free port of the loopback interface and prints its number.  It
 * is one thread; requests of a connection may not overlap.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PAGE_SIZE 1000
#define ITEM_KEY "{\"S\":\"item-"

/* The counter's answer is a constant.  The CRC is that of its body. */
static const char counter_answer[] =
"HTTP/1.1 200 OK\r\n"
"Content-Type: application/x-amz-json-1.0\r\n"
"x-amzn-RequestId: 00000000-0000-0000-0000-000000000000\r\n"
"x-amz-crc32: 3100911187\r\n"
"Content-Length: 58\r\n"
"\r\n"
"{\"Attributes\":{\"id\":{\"S\":\"x\"},\"view_count\":{\"N\":\"12345\"}}}";

typedef struct Connection
{
	int			socket;			/* its file descriptor */
	size_t		length;			/* bytes in the buffer */
	char	   *answer;			/* malloc()ed, while it waits to be sent */
	size_t		answer_length;
	long long	due;			/* when it is sent, in nanoseconds */
	TAILQ_ENTRY(Connection) waiting;
	char		buffer[1 << 20];	/* of the next request; zero-terminated */
} Connection;

static TAILQ_HEAD(, Connection) waiting = TAILQ_HEAD_INITIALIZER(waiting);
static long item_count;
static long delay;				/* in milliseconds */

static void
fail(const char *what)
{
	perror(what);
	exit(1);
}

static long long
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/*
 * The number that follows a text in a request, or a default.
 */
static long
number_after(const char *request, const char *text, long otherwise)
{
	const char *found = strstr(request, text);

	return found ? strtol(found + strlen(text), NULL, 10) : otherwise;
}

static void
write_item(FILE *body, long number)
{
	fprintf(body, "{\"id\":{\"S\":\"item-%06ld\"},\"seq\":{\"N\":\"%ld\"},"
			"\"name\":{\"S\":\"a name of some length, %ld\"},"
			"\"price\":{\"N\":\"%ld.%02ld\"},\"active\":{\"BOOL\":%s},"
			"\"created\":{\"S\":\"2026-01-01T00:00:00.%06ldZ\"},"
			"\"tags\":{\"SS\":[\"tag %ld\",\"common\"]}}",
			number, number, number * 7, number % 1000, 1 + number % 99,
			number % 2 ? "true" : "false", number, number % 10);
}

/*
 * The pages of a segment are those whose number divided by that of the
 * segments leaves the segment's own.
 */
static void
write_page(FILE *body, const char *request)
{
	long		segments = number_after(request, "\"TotalSegments\":", 1);
	long		last = number_after(request, "\"ExclusiveStartKey\":{\"id\":" ITEM_KEY, -1);
	long		page = last < 0 ? number_after(request, "\"Segment\":", 0) :
		last / PAGE_SIZE + segments;
	long		first = page * PAGE_SIZE;
	long		left = item_count > first ? item_count - first : 0;
	long		count = left < PAGE_SIZE ? left : PAGE_SIZE;
	long		end = first + count;

	fprintf(body, "{\"Count\":%ld,\"ScannedCount\":%ld,\"Items\":[", count, count);
	for (long number = first; number < end; number++)
	{
		if (number > first)
			putc(',', body);
		write_item(body, number);
	}
	putc(']', body);
	if ((page + segments) * PAGE_SIZE < item_count)
		fprintf(body, ",\"LastEvaluatedKey\":{\"id\":" ITEM_KEY "%06ld\"}}", end - 1);
	putc('}', body);
}

static void
write_batch_of_items(FILE *body, const char *request)
{
	const char *table = strstr(request, "\"RequestItems\":{\"");
	const char *key = request;
	const char *separator = "";

	table = table ? table + strlen("\"RequestItems\":{\"") : "\"";
	fprintf(body, "{\"Responses\":{\"%.*s\":[", (int) strcspn(table, "\""), table);
	while ((key = strstr(key, ITEM_KEY)) != NULL)
	{
		key += strlen(ITEM_KEY);
		fputs(separator, body);
		write_item(body, strtol(key, NULL, 10));
		separator = ",";
	}
	fputs("]},\"UnprocessedKeys\":{}}", body);
}

static void
write_batch_of_statements(FILE *body, const char *request)
{
	const char *separator = "";

	fputs("{\"Responses\":[", body);
	while ((request = strstr(request, "\"Statement\":")) != NULL)
	{
		request += strlen("\"Statement\":");
		fprintf(body, "%s{\"TableName\":\"t\"}", separator);
		separator = ",";
	}
	fputs("]}", body);
}

static void
write_body(FILE *body, const char *operation, const char *request)
{
	size_t		length = strcspn(operation, "\r");
	long		item = number_after(request, ITEM_KEY, 0);

#define IS(name) \
	(length == strlen(name) && memcmp(operation, name, length) == 0)
	if (IS("Scan"))
		write_page(body, request);
	else if (IS("BatchGetItem"))
		write_batch_of_items(body, request);
	else if (IS("BatchExecuteStatement"))
		write_batch_of_statements(body, request);
	else if (IS("BatchWriteItem"))
		fputs("{\"UnprocessedItems\":{}}", body);
	else if (IS("GetItem") || IS("UpdateItem"))
	{
		fputs(IS("GetItem") ? "{\"Item\":" : "{\"Attributes\":", body);
		write_item(body, item);
		putc('}', body);
	}
	else
		fputs("{}", body);
#undef IS
}

/*
 * Some clients write JSON with blanks.  No value that is looked at has any.
 */
static void
remove_blanks(char *body)
{
	char	   *to = body;

	for (; *body != '\0'; body++)
		if (*body != ' ')
			*to++ = *body;
	*to = '\0';
}

/*
 * Makes the answer to a request; its body is zero-terminated.
 */
static void
make_answer(Connection *connection, const char *body)
{
	static const char target[] = "\r\nx-amz-target: DynamoDB_20120810.";
	const char *operation = strcasestr(connection->buffer, target);
	char	   *text;
	size_t		length;
	FILE	   *stream;

	operation = operation ? operation + strlen(target) : "\r";
	if (strncmp(operation, "UpdateItem\r", strlen("UpdateItem\r")) == 0 &&
		strstr(body, "{\"S\":\"x\"}") != NULL)
	{
		connection->answer = strdup(counter_answer);
		connection->answer_length = strlen(counter_answer);
		return;
	}
	stream = open_memstream(&text, &length);
	write_body(stream, operation, body);
	fclose(stream);
	connection->answer_length =
		asprintf(&connection->answer,
				 "HTTP/1.1 200 OK\r\n"
				 "Content-Type: application/x-amz-json-1.0\r\n"
				 "x-amzn-RequestId: 00000000-0000-0000-0000-000000000000\r\n"
				 "Content-Length: %zu\r\n\r\n%s", length, text);
	free(text);
}

static bool
send_answer(Connection *connection)
{
	size_t		sent = 0;

	while (sent < connection->answer_length)
	{
		ssize_t		count = write(connection->socket,
								  connection->answer + sent,
								  connection->answer_length - sent);

		if (count <= 0)
			break;
		sent += count;
	}
	free(connection->answer);
	connection->answer = NULL;
	return sent == connection->answer_length;
}

/*
 * Takes the request in the buffer, if it is complete; false when the
 * connection is over.
 */
static bool
take_request(Connection *connection)
{
	static const char field[] = "\r\ncontent-length:";
	char	   *end = strstr(connection->buffer, "\r\n\r\n");
	char	   *found;
	size_t		length;
	char		next;

	if (end == NULL)
		return true;
	length = end + 4 - connection->buffer;
	found = strcasestr(connection->buffer, field);
	if (found != NULL && found < end)
		length += strtoul(found + strlen(field), NULL, 10);
	if (length > connection->length)
		return true;

	next = connection->buffer[length];
	connection->buffer[length] = '\0';
	remove_blanks(end + 4);
	make_answer(connection, end + 4);
	connection->buffer[length] = next;
	connection->length -= length;
	memmove(connection->buffer, connection->buffer + length,
			connection->length + 1);
	if (delay == 0)
		return send_answer(connection);
	connection->due = now() + delay * 1000000LL;
	TAILQ_INSERT_TAIL(&waiting, connection, waiting);
	return true;
}

static bool
serve(Connection *connection)
{
	size_t		room = sizeof(connection->buffer) - 1 - connection->length;
	ssize_t		got = read(connection->socket,
						   connection->buffer + connection->length, room);

	if (got <= 0)
		return false;
	connection->length += got;
	connection->buffer[connection->length] = '\0';
	return connection->answer != NULL || take_request(connection);
}

static void
end_connection(Connection *connection)
{
	if (connection->answer != NULL)
	{
		TAILQ_REMOVE(&waiting, connection, waiting);
		free(connection->answer);
	}
	close(connection->socket);
	free(connection);
}

/*
 * Sends the answers whose time has come, and returns how many milliseconds
 * there are until that of the next, -1 for ever.
 */
static int
send_due_answers(void)
{
	Connection *connection;

	while ((connection = TAILQ_FIRST(&waiting)) != NULL)
	{
		long long	left = connection->due - now();

		if (left > 0)
			return (left + 999999) / 1000000;
		TAILQ_REMOVE(&waiting, connection, waiting);
		if (!send_answer(connection))
			end_connection(connection);
	}
	return -1;
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

static void
accept_connection(int epoll, int listener)
{
	Connection *connection = calloc(1, sizeof(Connection));
	struct epoll_event event = {.events = EPOLLIN,.data.ptr = connection};
	int			one = 1;

	if (connection == NULL)
		fail("memory");
	connection->socket = accept(listener, NULL, NULL);
	setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &one,
			   sizeof(one));
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, connection->socket, &event) < 0)
		fail("epoll");
}

int
main(int argc, char **argv)
{
	struct epoll_event event = {.events = EPOLLIN,.data.ptr = NULL};
	int			epoll = epoll_create1(0);
	int			count = 0;
	int			listener;

	if (argc < 2)
	{
		fprintf(stderr, "usage: canned ITEMS [DELAY]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	listener = listen_anywhere();
	item_count = atol(argv[1]);
	delay = argc > 2 ? atol(argv[2]) : 0;
	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) < 0)
		fail("epoll");
	while (count >= 0)
	{
		count = epoll_wait(epoll, &event, 1, send_due_answers());
		if (count != 1)
			continue;
		if (event.data.ptr == NULL)
			accept_connection(epoll, listener);
		else if (!serve(event.data.ptr))
			end_connection(event.data.ptr);
	}
	fail("epoll_wait");
}
