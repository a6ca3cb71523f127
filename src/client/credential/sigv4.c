/*
 * sigv4.c
 *		AWS Signature Version 4.
 *
 * The only file that uses OpenSSL.
 */
#include "client/credential/sigv4.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEX_LENGTH		(2 * SIGV4_DIGEST_LENGTH)
#define USUAL_TEXT_LENGTH 2047	/* of what is signed, without a token */

static void
to_hex(const unsigned char *digest, char hex[HEX_LENGTH + 1])
{
	static const char digits[] = "0123456789abcdef";
	int			i;

	for (i = 0; i < SIGV4_DIGEST_LENGTH; i++)
	{
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 0x0f];
	}
	hex[HEX_LENGTH] = '\0';
}

/*
 * The algorithms, looked up once: OpenSSL 3 takes its time to find them.
 */
static EVP_MD *sha256 = NULL;
static EVP_MAC_CTX *hmac_context = NULL;

static bool
find_algorithms(void)
{
	OSSL_PARAM	parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
										 (char *) "SHA256", 0),
		OSSL_PARAM_construct_end()
	};
	EVP_MAC    *mac;

	if (hmac_context != NULL)
		return true;
	if (sha256 == NULL)
		sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (sha256 == NULL || mac == NULL)
		return false;
	hmac_context = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	if (hmac_context != NULL &&
		EVP_MAC_CTX_set_params(hmac_context, parameters) != 1)
	{
		EVP_MAC_CTX_free(hmac_context);
		hmac_context = NULL;
	}
	return hmac_context != NULL;
}

static bool
sha256_hex(const char *data, size_t length, char hex[HEX_LENGTH + 1])
{
	unsigned char digest[SIGV4_DIGEST_LENGTH];

	if (EVP_Digest(data, length, digest, NULL, sha256, NULL) != 1)
		return false;
	to_hex(digest, hex);
	return true;
}

static bool
hmac(const void *key, size_t key_length, const char *text,
	 unsigned char digest[SIGV4_DIGEST_LENGTH])
{
	size_t		length;

	return EVP_MAC_init(hmac_context, key, key_length, NULL) == 1 &&
		EVP_MAC_update(hmac_context, (const unsigned char *) text,
					   strlen(text)) == 1 &&
		EVP_MAC_final(hmac_context, digest, &length, SIGV4_DIGEST_LENGTH) == 1;
}

/* printf into fresh memory; NULL if there is none. */
static char *format_text(const char *pattern,...)
			__attribute__((format(printf, 1, 2)));

static char *
format_text(const char *pattern,...)
{
	va_list		arguments;
	char	   *text = malloc(USUAL_TEXT_LENGTH + 1);
	char	   *longer;
	int			length;

	if (text == NULL)
		return NULL;
	va_start(arguments, pattern);
	length = vsnprintf(text, USUAL_TEXT_LENGTH + 1, pattern, arguments);
	va_end(arguments);
	if (length >= 0 && length <= USUAL_TEXT_LENGTH)
		return text;

	longer = length < 0 ? NULL : realloc(text, (size_t) length + 1);
	if (longer == NULL)
	{
		free(text);
		return NULL;
	}
	va_start(arguments, pattern);
	vsnprintf(longer, (size_t) length + 1, pattern, arguments);
	va_end(arguments);
	return longer;
}

/* The key depends on the day only, so it is derived once a day. */
static bool
derive_key(SigV4Signer *signer, const char *date)
{
	unsigned char step[SIGV4_DIGEST_LENGTH];
	char	   *secret;
	bool		done;

	if (strcmp(signer->key_date, date) == 0)
		return true;
	signer->key_date[0] = '\0';
	secret = format_text("AWS4%s", signer->secret_access_key);
	if (secret == NULL)
		return false;
	done = hmac(secret, strlen(secret), date, step) &&
		hmac(step, sizeof(step), signer->region, signer->key) &&
		hmac(signer->key, sizeof(signer->key), signer->service, step) &&
		hmac(step, sizeof(step), "aws4_request", signer->key);
	OPENSSL_cleanse(secret, strlen(secret));
	OPENSSL_cleanse(step, sizeof(step));
	free(secret);
	if (done)
		memcpy(signer->key_date, date, SIGV4_DATE_LENGTH + 1);
	return done;
}

/* Header names are lower case and in order; the token is the last but one. */
static char *
canonical_request(const SigV4Signer *signer, const SigV4Request *request,
				  const char *timestamp, const char *signed_headers)
{
	char		payload[HEX_LENGTH + 1];
	const char *token = signer->session_token;

	if (!sha256_hex(request->body, request->body_length, payload))
		return NULL;
	return format_text("POST\n/\n\n"
					   "content-type:%s\nhost:%s\nx-amz-date:%s\n%s%s%s%s%s%s"
					   "\n%s\n%s",
					   request->content_type, request->host, timestamp,
					   token != NULL ? "x-amz-security-token:" : "",
					   token != NULL ? token : "", token != NULL ? "\n" : "",
					   request->target != NULL ? "x-amz-target:" : "",
					   request->target != NULL ? request->target : "",
					   request->target != NULL ? "\n" : "",
					   signed_headers, payload);
}

static bool
sign_canonical(SigV4Signer *signer, const char *canonical,
			   const char *timestamp, const char *scope,
			   char signature[HEX_LENGTH + 1])
{
	unsigned char digest[SIGV4_DIGEST_LENGTH];
	char		hash[HEX_LENGTH + 1];
	char	   *text;
	bool		done;

	if (!sha256_hex(canonical, strlen(canonical), hash))
		return false;
	text = format_text("AWS4-HMAC-SHA256\n%s\n%s\n%s", timestamp, scope, hash);
	if (text == NULL)
		return false;
	done = hmac(signer->key, sizeof(signer->key), text, digest);
	free(text);
	if (done)
		to_hex(digest, signature);
	return done;
}

char *
sigv4_host(const char *endpoint)
{
	bool		tls = strncasecmp(endpoint, "https://", 8) == 0;
	const char *start = strstr(endpoint, "://") + 3;
	size_t		length = strcspn(start, "/");
	const char *port = tls ? ":443" : ":80";
	size_t		port_length = strlen(port);

	if (length > port_length &&
		strncmp(start + length - port_length, port, port_length) == 0)
		length -= port_length;
	return strndup(start, length);
}

bool
sigv4_sign(SigV4Signer *signer, const SigV4Request *request, time_t now,
		   char timestamp[SIGV4_TIMESTAMP_LENGTH + 1], char **authorization)
{
	char		date[SIGV4_DATE_LENGTH + 1];
	char		signature[HEX_LENGTH + 1];
	struct tm	parts;
	char	   *signed_headers;
	char	   *canonical;
	char	   *scope;

	*authorization = NULL;
	if (!find_algorithms())
		return false;
	if (gmtime_r(&now, &parts) == NULL ||
		strftime(timestamp, SIGV4_TIMESTAMP_LENGTH + 1, "%Y%m%dT%H%M%SZ",
				 &parts) != SIGV4_TIMESTAMP_LENGTH)
		return false;
	memcpy(date, timestamp, SIGV4_DATE_LENGTH);
	date[SIGV4_DATE_LENGTH] = '\0';
	if (!derive_key(signer, date))
		return false;

	scope = format_text("%s/%s/%s/aws4_request", date, signer->region,
						signer->service);
	signed_headers = format_text("content-type;host;x-amz-date%s%s",
								 signer->session_token != NULL
								 ? ";x-amz-security-token" : "",
								 request->target != NULL ? ";x-amz-target" : "");
	canonical = signed_headers == NULL ? NULL
		: canonical_request(signer, request, timestamp, signed_headers);
	if (scope != NULL && canonical != NULL &&
		sign_canonical(signer, canonical, timestamp, scope, signature))
		*authorization = format_text("AWS4-HMAC-SHA256 Credential=%s/%s, "
									 "SignedHeaders=%s, Signature=%s",
									 signer->access_key_id, scope, signed_headers,
									 signature);
	free(scope);
	free(signed_headers);
	free(canonical);
	return *authorization != NULL;
}
