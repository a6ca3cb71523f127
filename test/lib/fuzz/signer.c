/*
 * signer.c
 *		Fuzz target: the signer, against another one that follows the words of
 *		the signing process, with a SHA-256 of its own.
 *
 * Links: src/client/credential/sigv4.c -lcrypto
 *
 * The input is a moment and the parts of a request, each of them a length and
 * as many bytes.  Header values are made of visible characters, since options
 * and credentials with others are refused before.
 *
 * Sources: AWS General Reference, "Create a signed request"; FIPS 180-4;
 * RFC 2104.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/credential/sigv4.h"

#define BLOCK_LENGTH	64
#define DIGEST_LENGTH	32
#define HEADER_LIMIT	8
#define SECONDS_PER_DAY 86400

/* ---- SHA-256 ---- */

static const uint32_t round_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

static uint32_t
rotate(uint32_t word, int bits)
{
	return (word >> bits) | (word << (32 - bits));
}

static void
digest_block(uint32_t state[8], const unsigned char *block)
{
	uint32_t	w[64];
	uint32_t	v[8];

	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t) block[4 * i] << 24 |
			(uint32_t) block[4 * i + 1] << 16 |
			(uint32_t) block[4 * i + 2] << 8 | block[4 * i + 3];
	for (int i = 16; i < 64; i++)
		w[i] = w[i - 16] + w[i - 7] +
			(rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) +
			(rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10);

	memcpy(v, state, sizeof(v));
	for (int i = 0; i < 64; i++)
	{
		uint32_t	first = v[7] + round_constants[i] + w[i] +
			(rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) +
			((v[4] & v[5]) ^ (~v[4] & v[6]));
		uint32_t	second =
			(rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) +
			((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += first;
		v[0] = first + second;
	}
	for (int i = 0; i < 8; i++)
		state[i] += v[i];
}

static void
digest_bytes(const void *data, size_t length, unsigned char *digest)
{
	uint32_t	state[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
	};
	size_t		padded = (length + 9 + BLOCK_LENGTH - 1) / BLOCK_LENGTH *
		BLOCK_LENGTH;
	unsigned char *message = calloc(1, padded);

	memcpy(message, data, length);
	message[length] = 0x80;
	for (int i = 0; i < 8; i++)
		message[padded - 1 - i] =
			(unsigned char) ((uint64_t) length * 8 >> 8 * i);
	for (size_t i = 0; i < padded; i += BLOCK_LENGTH)
		digest_block(state, message + i);
	free(message);
	for (int i = 0; i < DIGEST_LENGTH; i++)
		digest[i] = (unsigned char) (state[i / 4] >> 8 * (3 - i % 4));
}

static void
authenticate(const void *key, size_t key_length, const char *text,
			 unsigned char *digest)
{
	size_t		length = strlen(text);
	unsigned char block[BLOCK_LENGTH] = {0};
	unsigned char outer[BLOCK_LENGTH + DIGEST_LENGTH];
	unsigned char *inner = malloc(BLOCK_LENGTH + length);

	if (key_length > BLOCK_LENGTH)
		digest_bytes(key, key_length, block);
	else
		memcpy(block, key, key_length);
	for (int i = 0; i < BLOCK_LENGTH; i++)
	{
		inner[i] = block[i] ^ 0x36;
		outer[i] = block[i] ^ 0x5c;
	}
	memcpy(inner + BLOCK_LENGTH, text, length);
	digest_bytes(inner, BLOCK_LENGTH + length, outer + BLOCK_LENGTH);
	free(inner);
	digest_bytes(outer, sizeof(outer), digest);
}

static void
write_hex(const unsigned char *digest, char *hex)
{
	for (int i = 0; i < DIGEST_LENGTH; i++)
		sprintf(hex + 2 * i, "%02x", digest[i]);
}

/* ---- the signing process ---- */

typedef struct Text
{
	char	   *data;
	size_t		length;
} Text;

static void
append(Text *text, const char *more)
{
	size_t		length = strlen(more);

	text->data = realloc(text->data, text->length + length + 1);
	memcpy(text->data + text->length, more, length + 1);
	text->length += length;
}

typedef struct Header
{
	const char *name;
	const char *value;
} Header;

static int
compare_headers(const void *a, const void *b)
{
	return strcmp(((const Header *) a)->name, ((const Header *) b)->name);
}

/* Year, month and day of a day since 1970, by counting. */
static bool
write_timestamp(int64_t seconds, char *timestamp)
{
	static const int lengths[] =
	{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t		days = seconds / SECONDS_PER_DAY;
	int64_t		rest = seconds % SECONDS_PER_DAY;
	int			year = 1970;
	int			month = 0;

	if (seconds < 0 || seconds > INT64_C(253402300799))
		return false;
	for (;; year++)
	{
		bool		leap =
			(year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

		if (days < 365 + leap)
		{
			for (; days >= lengths[month] + (leap && month == 1); month++)
				days -= lengths[month] + (leap && month == 1);
			break;
		}
		days -= 365 + leap;
	}
	sprintf(timestamp, "%04d%02d%02dT%02d%02d%02dZ", year, month + 1,
			(int) days + 1, (int) (rest / 3600), (int) (rest / 60 % 60),
			(int) (rest % 60));
	return true;
}

static char *
sign_by_the_book(const SigV4Signer *signer, const SigV4Request *request,
				 const char *timestamp)
{
	Header		headers[HEADER_LIMIT];
	int			count = 0;
	unsigned char digest[DIGEST_LENGTH];
	char		hex[2 * DIGEST_LENGTH + 1];
	char		date[9];
	Text		canonical = {0};
	Text		names = {0};
	Text		scope = {0};
	Text		text = {0};
	Text		key = {0};
	Text		result = {0};

	if (request->target != NULL)
		headers[count++] = (Header) {"x-amz-target", request->target};
	if (signer->session_token != NULL)
		headers[count++] =
			(Header) {"x-amz-security-token", signer->session_token};
	headers[count++] = (Header) {"x-amz-date", timestamp};
	headers[count++] = (Header) {"host", request->host};
	headers[count++] = (Header) {"content-type", request->content_type};
	qsort(headers, count, sizeof(Header), compare_headers);

	append(&canonical, "POST\n/\n\n");
	for (int i = 0; i < count; i++)
	{
		append(&canonical, headers[i].name);
		append(&canonical, ":");
		append(&canonical, headers[i].value);
		append(&canonical, "\n");
		append(&names, i > 0 ? ";" : "");
		append(&names, headers[i].name);
	}
	append(&canonical, "\n");
	append(&canonical, names.data);
	append(&canonical, "\n");
	digest_bytes(request->body, request->body_length, digest);
	write_hex(digest, hex);
	append(&canonical, hex);

	memcpy(date, timestamp, 8);
	date[8] = '\0';
	append(&scope, date);
	append(&scope, "/");
	append(&scope, signer->region);
	append(&scope, "/");
	append(&scope, signer->service);
	append(&scope, "/aws4_request");
	append(&text, "AWS4-HMAC-SHA256\n");
	append(&text, timestamp);
	append(&text, "\n");
	append(&text, scope.data);
	append(&text, "\n");
	digest_bytes(canonical.data, canonical.length, digest);
	write_hex(digest, hex);
	append(&text, hex);

	append(&key, "AWS4");
	append(&key, signer->secret_access_key);
	authenticate(key.data, key.length, date, digest);
	authenticate(digest, DIGEST_LENGTH, signer->region, digest);
	authenticate(digest, DIGEST_LENGTH, signer->service, digest);
	authenticate(digest, DIGEST_LENGTH, "aws4_request", digest);
	authenticate(digest, DIGEST_LENGTH, text.data, digest);
	write_hex(digest, hex);

	append(&result, "AWS4-HMAC-SHA256 Credential=");
	append(&result, signer->access_key_id);
	append(&result, "/");
	append(&result, scope.data);
	append(&result, ", SignedHeaders=");
	append(&result, names.data);
	append(&result, ", Signature=");
	append(&result, hex);
	free(canonical.data);
	free(names.data);
	free(scope.data);
	free(text.data);
	free(key.data);
	return result.data;
}

/* ---- inputs ---- */

typedef struct Input
{
	const unsigned char *next;
	size_t		left;			/* bytes */
} Input;

/* The next bytes, after one that says how many; malloc'ed, with a NUL. */
static char *
take_bytes(Input *input, size_t *length)
{
	char	   *bytes;

	*length = 0;
	if (input->left > 0)
	{
		*length = *input->next++;
		input->left--;
	}
	if (*length > input->left)
		*length = input->left;
	bytes = malloc(*length + 1);
	memcpy(bytes, input->next, *length);
	bytes[*length] = '\0';
	input->next += *length;
	input->left -= *length;
	return bytes;
}

/* The same as visible characters. */
static char *
take_value(Input *input)
{
	size_t		length;
	char	   *value = take_bytes(input, &length);

	for (size_t i = 0; i < length; i++)
		value[i] = (char) ('!' + (unsigned char) value[i] % ('~' - '!' + 1));
	return value;
}

static void
demand(bool holds, const char *property, const char *got, const char *wanted)
{
	if (holds)
		return;
	fprintf(stderr, "broken: %s\ngot:    %s\nwanted: %s\n", property, got,
			wanted);
	abort();
}

static void
check_signature(SigV4Signer *signer, const SigV4Request *request, int64_t now)
{
	char		timestamp[SIGV4_TIMESTAMP_LENGTH + 1];
	char		wanted_timestamp[32];
	char	   *authorization = NULL;
	bool		can_sign = write_timestamp(now, wanted_timestamp);
	bool		signed_it = sigv4_sign(signer, request, now, timestamp,
									   &authorization);

	if (can_sign)
	{
		char	   *wanted = sign_by_the_book(signer, request,
											  wanted_timestamp);

		demand(signed_it, "a request can be signed", "", wanted);
		demand(strcmp(timestamp, wanted_timestamp) == 0, "the timestamp",
			   timestamp, wanted_timestamp);
		demand(strcmp(authorization, wanted) == 0, "the authorization",
			   authorization, wanted);
		free(wanted);
	}
	free(authorization);
}

/* The host of an endpoint, of which the parts are known. */
static void
check_host(const char *name, int choice)
{
	static const char *const schemes[] = {"http://", "https://", "HTTPS://"};
	static const char *const ports[] = {"", ":80", ":443", ":8000", ":4430"};
	static const char *const paths[] = {"", "/"};
	int			scheme = choice % 3;
	int			port = choice / 3 % 5;
	bool		implied = port == 0 || port == (scheme == 0 ? 1 : 2);
	size_t		length = strcspn(name, "/:");
	Text		endpoint = {0};
	Text		wanted = {0};
	char	   *shortened = calloc(1, length + 1);
	char	   *host;

	memcpy(shortened, name, length);
	append(&endpoint, schemes[scheme]);
	append(&endpoint, shortened);
	append(&endpoint, ports[port]);
	append(&endpoint, paths[choice / 15 % 2]);
	append(&wanted, shortened);
	append(&wanted, implied ? "" : ports[port]);
	host = sigv4_host(endpoint.data);
	demand(length == 0 || strcmp(host, wanted.data) == 0, "the host", host,
		   wanted.data);
	free(host);
	free(shortened);
	free(endpoint.data);
	free(wanted.data);
}

extern int	LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	Input		input = {data, size};
	int64_t		now = 0;
	int			choice = 0;
	SigV4Signer signer = {0};
	SigV4Request request = {0};
	char	   *parts[8];

	/* a moment of the first 16,000 years or so, sometimes any at all */
	for (int i = 0; i < 8 && input.left > 0; i++, input.left--)
		now = (int64_t) ((uint64_t) now << 8 | *input.next++);
	if (now % 16 != 0)
		now &= INT64_C(0x7fffffffff);
	if (input.left > 0)
	{
		choice = *input.next++;
		input.left--;
	}
	for (int i = 0; i < 7; i++)
		parts[i] = take_value(&input);
	parts[7] = take_bytes(&input, &request.body_length);

	signer.access_key_id = parts[0];
	signer.secret_access_key = parts[1];
	signer.session_token = choice & 1 ? parts[2] : NULL;
	signer.region = parts[3];
	signer.service = parts[4];
	request.host = parts[5];
	request.target = choice & 2 ? parts[6] : NULL;
	request.content_type = "application/x-amz-json-1.0";
	request.body = parts[7];

	/* with a new key, with the key of the day, and with that of another */
	check_signature(&signer, &request, now);
	check_signature(&signer, &request, now);
	check_signature(&signer, &request, now ^ 0x20000);
	check_host(parts[5], choice);
	for (int i = 0; i < 8; i++)
		free(parts[i]);
	return 0;
}
