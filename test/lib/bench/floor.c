/*
 * floor.c
 *		The least that a request over HTTP can cost: one libcurl easy handle
 *		that sends the same one again and again over one connection, and throws
 *		the answers away.
 *
 *	floor URL OPERATION WARM_UP COUNT <BODY
 *
 * Prints wall time and CPU time (user and system) in nanoseconds.  The
 * signature is made up once: it has the size of a real one, and emulators do
 * not check it.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static size_t
discard(char *data, size_t size, size_t count, void *user)
{
	(void) data;
	(void) user;
	return size * count;
}

static long long
wall_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long
cpu_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void
send_requests(CURL *curl, long count)
{
	for (long i = 0; i < count; i++)
	{
		CURLcode	code = curl_easy_perform(curl);
		long		status = 0;

		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
		if (code != CURLE_OK || status != 200)
		{
			fprintf(stderr, "floor: %s, status %ld\n",
					curl_easy_strerror(code), status);
			exit(1);
		}
	}
}

int
main(int argc, char **argv)
{
	static const char *const headers[] = {
		"Content-Type: application/x-amz-json-1.0",
		"X-Amz-Date: 20260101T000000Z",
		"Authorization: AWS4-HMAC-SHA256 "
		"Credential=test/20260101/us-east-1/dynamodb/aws4_request, "
		"SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
		"Signature=00000000000000000000000000000000"
		"00000000000000000000000000000000",
	};
	struct curl_slist *list = NULL;
	char		target[128];
	char		body[65536];
	size_t		length;
	CURL	   *curl;
	long long	wall;
	long long	cpu;

	if (argc != 5)
	{
		fprintf(stderr, "usage: floor URL OPERATION WARM_UP COUNT <BODY\n");
		return 2;
	}
	length = fread(body, 1, sizeof(body), stdin);
	snprintf(target, sizeof(target), "X-Amz-Target: DynamoDB_20120810.%s", argv[2]);
	list = curl_slist_append(list, target);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		list = curl_slist_append(list, headers[i]);

	curl_global_init(CURL_GLOBAL_DEFAULT);
	curl = curl_easy_init();
	curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long) length);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, discard);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);

	send_requests(curl, atol(argv[3]));
	wall = wall_time();
	cpu = cpu_time();
	send_requests(curl, atol(argv[4]));
	printf("%lld %lld\n", wall_time() - wall, cpu_time() - cpu);

	curl_easy_cleanup(curl);
	curl_slist_free_all(list);
	return 0;
}
