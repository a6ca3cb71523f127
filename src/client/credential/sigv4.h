/*
 * sigv4.h
 *		AWS Signature Version 4.
 *
 * Pure: no PostgreSQL headers, so that it can be tested and fuzzed by itself.
 *
 * Source: AWS General Reference, "Signature Version 4 signing process".
 */
#ifndef DYNAMORM_CLIENT_SIGV4_H
#define DYNAMORM_CLIENT_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define SIGV4_DIGEST_LENGTH			32
#define SIGV4_DATE_LENGTH			8	/* YYYYMMDD */
#define SIGV4_TIMESTAMP_LENGTH		16	/* YYYYMMDDTHHMMSSZ */

/* Who signs, and the key derived for a day; the strings are the caller's. */
typedef struct SigV4Signer
{
	const char *access_key_id;
	const char *secret_access_key;
	const char *session_token;	/* NULL: none */
	const char *region;
	const char *service;		/* "dynamodb" */
	char		key_date[SIGV4_DATE_LENGTH + 1];	/* of the derived key; "":
													 * none yet */
	unsigned char key[SIGV4_DIGEST_LENGTH];
} SigV4Signer;

/* What is signed of a request: POST / with these headers and this body. */
typedef struct SigV4Request
{
	const char *host;			/* with its port, if not the scheme's own */
	const char *target;			/* X-Amz-Target; NULL: none */
	const char *content_type;
	const char *body;
	size_t		body_length;
} SigV4Request;

/*
 * The host of an endpoint as requests are signed for it: without the port that
 * its scheme implies; malloc'ed, NULL if memory is short.
 */
extern char *sigv4_host(const char *endpoint);

/*
 * Signs a request as of a time (seconds since 1970; corrected for the skew of
 * this machine's clock by the caller).  Writes the X-Amz-Date into timestamp
 * and the value of the Authorization header, malloc'ed, into *authorization.
 * False if OpenSSL failed or memory is short.
 */
extern bool sigv4_sign(SigV4Signer *signer, const SigV4Request *request,
					   time_t now,
					   char timestamp[SIGV4_TIMESTAMP_LENGTH + 1],
					   char **authorization);

#endif							/* DYNAMORM_CLIENT_SIGV4_H */
