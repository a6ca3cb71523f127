/*
 * request_spec.h
 *		The values of requests: what is asked of DynamoDB, and how that can
 *		end.
 */
#ifndef DYNAMORM_CLIENT_REQUEST_SPEC_H
#define DYNAMORM_CLIENT_REQUEST_SPEC_H

#include "postgres.h"

#include "client/request/statistics.h"
#include "client/wire/response.h"

typedef enum RequestKind
{
	REQUEST_READ,				/* may be sent again */
	REQUEST_WRITE,				/* PutItem, UpdateItem, DeleteItem: never */
	REQUEST_IDEMPOTENT,			/* TransactWriteItems with its token: may be;
								 * after doubt only a success is believed */
	REQUEST_REPEATABLE			/* a write that is the same when it is done
								 * again, and whose answer then tells all:
								 * may be */
} RequestKind;

typedef enum Outcome
{
	OUTCOME_PENDING,
	OUTCOME_SUCCESS,
	OUTCOME_CONDITION_FAILED,	/* ConditionalCheckFailedException */
	OUTCOME_VALIDATION,			/* ValidationException: nothing was written */
	OUTCOME_NOT_FOUND,			/* ResourceNotFoundException */
	OUTCOME_FAILED,				/* any other definite failure */
	OUTCOME_UNKNOWN				/* a write that may or may not be applied */
} Outcome;

/*
 * Reads an answer that is not made of items, of length bytes, in place:
 * returns what it was read to, allocated in the current memory context, or
 * NULL with *problem set.  It raises nothing but 53200.
 */
typedef void *(*AnswerReader) (char *answer, int length, const char **problem);

/* Of a request about several tables, the part that is about one of them. */
typedef struct TableShare
{
	const char *table;			/* of DynamoDB, UTF-8 */
	int			rate;			/* units a second that it may use */
	int			parts;			/* of the request's parts */
} TableShare;

typedef struct RequestSpec
{
	const char *operation;		/* "UpdateItem"; a constant */
	RequestKind kind;
	const char *body;			/* JSON, NUL-terminated; must live until the
								 * request is done */
	int			body_length;
	const char *table;			/* for messages; NULL if none */
	const char *key;			/* readable key, for messages; NULL if none */
	const char *const *keys;	/* of a batch of writes: that of each part, as
								 * long as the request lives; NULL: it is
								 * none */
	RequestCounters *counters;	/* added to; may be NULL */
	int			table_rate;		/* units a second that the table may use, read
								 * units of REQUEST_READ, else write units; 0:
								 * it has no limit, or shares say it */
	const TableShare *shares;	/* array, of tables that have a limit; must
								 * live until the request is done */
	int			share_count;
	int			max_attempts;	/* 0: as many as the connection allows */
	int64		deadline;		/* of monotonic_milliseconds(): until then it
								 * is tried, however often, and is done at the
								 * latest; 0: none, attempts are counted */
	int64		lock_deadline;	/* so: until then it is tried again because of
								 * another transaction on its items, unless it
								 * is in doubt; 0: as because of all else */
	const char *commit_token;	/* it is what COMMIT sends, under this token:
								 * its unknown outcome is 08007, which tells
								 * the token; NULL: it is not */
	bool		is_marked;		/* ... and leaves a marker (commit_marker.h) */
	bool		settles;		/* it finds out what became of such a
								 * transaction, which is in doubt meanwhile */
	bool		wants_item;		/* a success brings an item: else it is none */
	bool		wants_count;	/* of a page only the number of items */
	int			parts;			/* keys or statements of a batch, actions of a
								 * transaction: as many as an answer may speak
								 * of; 0: it is none of them */
	bool		raw;			/* do not decode: the answer's JSON text is
								 * wanted (dyn_request) */
	AnswerReader read;			/* reads the answer instead; NULL: it is made
								 * of items */
	int			repetition;		/* n > 0: asks for what n answers have left
								 * undone; waits before it is sent, and
								 * counts, as the n-th retry does */
} RequestSpec;

#endif							/* DYNAMORM_CLIENT_REQUEST_SPEC_H */
