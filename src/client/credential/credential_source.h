/*
 * credential_source.h
 *		What the sources of credentials share.
 *
 * Each source either finds credentials, or is not set up on this machine (the
 * chain goes on), or fails (the chain ends, and the user is told why).
 */
#ifndef DYNAMORM_CLIENT_CREDENTIAL_SOURCE_H
#define DYNAMORM_CLIENT_CREDENTIAL_SOURCE_H

#include "postgres.h"

#include "client/credential/credential_settings.h"

typedef enum SourceOutcome
{
	SOURCE_FOUND,
	SOURCE_ABSENT,				/* nothing of it is set up here */
	SOURCE_FAILED				/* it is, but did not give credentials */
} SourceOutcome;

/* What a source is asked with, and what it answers. */
typedef struct SourceRequest
{
	const CredentialSettings *settings;
	int64		now;			/* seconds since 1970 */
	Credentials credentials;	/* FOUND: in the current memory context */
	const char *problem;		/* FAILED: a sentence without secrets */
	const char *hint;			/* FAILED: what to do; NULL: see the option */
} SourceRequest;

/* Sets the problem; returns SOURCE_FAILED. */
extern SourceOutcome source_failed(SourceRequest *request,
								   const char *format,...)
			pg_attribute_printf(2, 3);

/* A variable of the server's environment; NULL: not set, or empty. */
extern const char *source_variable(const char *name);

/*
 * Are the credentials found such that a request can be signed with them?  what
 * names their origin, for the problem.
 */
extern SourceOutcome source_check_credentials(SourceRequest *request,
											  const char *what);

/*
 * Takes AccessKeyId, SecretAccessKey, the token (named token_name),
 * Expiration and AccountId out of a JSON object's text, and checks them.
 */
extern SourceOutcome source_credentials_of_json(SourceRequest *request,
												const char *json,
												const char *token_name,
												const char *what);

/*
 * Seconds since 1970 of an ISO 8601 time such as 2026-01-02T03:04:05Z; -1 if
 * it is none.
 */
extern int64 source_parse_time(const char *text);

/* The same in text, of a time from 1970 to 9999. */
extern char *source_format_time(int64 time);

/*
 * The content of a small text file without the white space at its ends; NULL
 * if it cannot be read (errno tells why).
 */
extern char *source_read_file(const char *path);

#endif							/* DYNAMORM_CLIENT_CREDENTIAL_SOURCE_H */
