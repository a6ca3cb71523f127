/*
 * error.h
 *		What DynamoDB's errors mean: one table for SQLSTATE, retry and hint.
 */
#ifndef DYNAMORM_CLIENT_ERROR_H
#define DYNAMORM_CLIENT_ERROR_H

#include "postgres.h"

#include "compat.h"

#include "client/http/http_types.h"
#include "client/request/request_spec.h"

typedef enum ErrorAction
{
	ERROR_FINAL,				/* repeating it would give the same */
	ERROR_THROTTLED,			/* nothing was done; wait and repeat */
	ERROR_CONTENDED,			/* nothing was done, because of another
								 * transaction; wait and repeat */
	ERROR_LIMITED,				/* nothing was done; few repetitions: what
								 * makes room is not only time */
	ERROR_CLOCK,				/* repeat once the clock is corrected */
	ERROR_CREDENTIALS,			/* repeat once the credentials are renewed */
	ERROR_SERVER				/* may or may not have been done */
} ErrorAction;

typedef struct ErrorClass
{
	const char *code;			/* of the exception; NULL ends the table */
	Outcome		outcome;
	ErrorAction action;
	int			sqlstate;
	const char *message;		/* primary message */
	const char *hint;			/* NULL: none, or that of throttling.h */
	bool		secret;			/* DynamoDB's own message must not be shown: it
								 * may echo the signed request */
} ErrorClass;

/* A failure in full, for error_raise(). */
typedef struct Failure
{
	const ErrorClass *class;
	const RequestSpec *spec;
	const char *endpoint;
	const char *code;			/* the exception; NULL: none */
	const char *message;		/* DynamoDB's, or libcurl's; NULL: none */
	const char *hint;			/* NULL: that of the class */
	const Response *response;	/* DynamoDB's, for its reasons; NULL: none */
	const char *request_id;		/* "": none */
	int			attempts;
} Failure;

/* The class of an exception; an unknown one has a class of its own. */
extern const ErrorClass *error_class(const char *code, int http_status);

/*
 * The class of a cancelled transaction, by its reasons: what will not change
 * by itself goes before what may.
 */
extern const ErrorClass *error_class_cancelled(const RequestSpec *spec,
											   const Response *response);

/* The classes of failures that are none of DynamoDB's. */
extern const ErrorClass *error_class_unsent(HttpPhase phase);
extern const ErrorClass *error_class_unknown(const RequestSpec *spec);

/* That of an answer which is none to the request: a write's is unknown. */
extern const ErrorClass *error_class_no_answer(const RequestSpec *spec);
extern const ErrorClass *error_class_credentials(void);

/* ... which units a second have kept from being sent until its deadline. */
extern const ErrorClass *error_class_units(void);

/*
 * What an endpoint has said, as it can be shown: in the server's encoding, and
 * not too long.
 */
extern char *error_remote_text(const char *text);

/*
 * Raises a failure: the one place where a remote failure becomes an ereport.
 */
extern void error_raise(const Failure *failure, const char *extra_detail)
			pg_attribute_noreturn();

#endif							/* DYNAMORM_CLIENT_ERROR_H */
