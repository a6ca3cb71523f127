/*
 * sigv4_test.c
 *		The signer against known signatures: three requests signed at
 *		2026-01-02 03:04:05 UTC, as an independent implementation signs them.
 *
 * Links: src/client/credential/sigv4.c -lcrypto
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/credential/sigv4.h"

#define BODY \
	"{\"TableName\":\"Pets\",\"Key\":{\"AnimalType\":{\"S\":\"Dog\"},\"Name\":{\"S\":\"Fido\"}}}"

typedef struct Vector
{
	const char *name;
	const char *host;
	const char *token;
	const char *signature;
} Vector;

static const Vector vectors[] = {
	{"no token", "dynamodb.us-east-1.amazonaws.com", NULL,
	"d1c56a5a0920885276a5eb5b042fd2edd1f8128d66a4c9b317a7a68e5d50a099"},
	{"session token", "dynamodb.us-east-1.amazonaws.com",
		"AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGd",
	"6a409001cf6a09bf3e3b8652ff8e863a12720267e5154e213600d2802607f0dc"},
	{"host with a port", "localhost:8150", NULL,
	"127d59a9755ea52fb5864f131d88f6833fa0734bf0ee04b9a38be4978399d1f2"}
};

int
main(void)
{
	int			failures = 0;
	size_t		i;

	printf("1..%zu\n", sizeof(vectors) / sizeof(vectors[0]));
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
	{
		const Vector *vector = &vectors[i];
		SigV4Signer signer = {
			.access_key_id = "AKIDEXAMPLE",
			.secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
			.session_token = vector->token,
			.region = "us-east-1",
			.service = "dynamodb"
		};
		SigV4Request request = {
			.host = vector->host,
			.target = "DynamoDB_20120810.GetItem",
			.content_type = "application/x-amz-json-1.0",
			.body = BODY,
			.body_length = strlen(BODY)
		};
		char		timestamp[SIGV4_TIMESTAMP_LENGTH + 1];
		char	   *authorization = NULL;
		bool		ok;

		/* twice: the second time with the cached key */
		ok = sigv4_sign(&signer, &request, 1767323045, timestamp,
						&authorization);
		free(authorization);
		ok = ok && sigv4_sign(&signer, &request, 1767323045, timestamp,
							  &authorization) &&
			strcmp(timestamp, "20260102T030405Z") == 0 &&
			strstr(authorization, vector->signature) != NULL;
		printf("%s %zu - %s\n", ok ? "ok" : "not ok", i + 1, vector->name);
		failures += !ok;
		free(authorization);
	}
	return failures == 0 ? 0 : 1;
}
