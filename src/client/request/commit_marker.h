/*
 * commit_marker.h
 *		Markers: the items by which it can be told, for a day at least, what
 *		became of a transaction.
 *
 * They stand in a table of their own, whose key is id, a string:
 *
 *	{id: "t#" token, state: "committed", at, expires}	is put by the
 *		transaction itself, on condition that there is none;
 *	{id: "t#" token, state: "aborted", at, expires}		the seal: is put, on
 *		the same condition, by whoever wants to know.  Then the transaction
 *		can never be carried out any more;
 *	{id: "k#" database "#" key, token, at, expires}		is put by the
 *		transaction too, if it has an idempotency key: as long as the item is
 *		there, no other one with this key can be carried out.
 *
 * at is a time as text, for whoever looks; expires, in seconds since 1970, is
 * for DynamoDB's TTL.  In the database's name % and # are written as %25 and
 * %23, so that no two of name and key are the same.  All texts are UTF-8.
 *
 * A seal may be put again: it is the same.  When nobody knows whether it was
 * put, the next one tells.
 */
#ifndef DYNAMORM_CLIENT_COMMIT_MARKER_H
#define DYNAMORM_CLIENT_COMMIT_MARKER_H

#include "postgres.h"

#include "client/request/operation.h"
#include "client/request/request.h"

typedef enum CommitState
{
	COMMIT_STATE_UNKNOWN,		/* there is no marker: it is still under way,
								 * was never sent, or was long ago */
	COMMIT_STATE_COMMITTED,
	COMMIT_STATE_ABORTED		/* it can never be carried out any more */
} CommitState;

/*
 * With it, an id is no longer than a key may be: 2048 bytes, of which a
 * database's name takes up to three times 63.
 */
#define COMMIT_KEY_LIMIT	1800

/* What a transaction leaves behind. */
typedef struct CommitMarker
{
	const char *table_name;
	const char *database;		/* as far as an idempotency key is good */
	const char *idempotency_key;	/* at most COMMIT_KEY_LIMIT bytes; NULL:
									 * none */
} CommitMarker;

/* The most actions that markers take of a transaction's 100. */
#define COMMIT_MARKER_MOST_ACTIONS	2

/* As many actions do those of this one take; NULL: none. */
extern int	commit_marker_action_count(const CommitMarker *marker);

/*
 * Writes as many operations to the array: first that of the token, then that
 * of the key.  now is connection_time().  In the current memory context.
 */
extern void commit_marker_actions(const CommitMarker *marker,
								  const char *token, int64 now,
								  WriteOperation *operations);

/*
 * Is it too late to commit under the token?  Somebody may have sealed it, and
 * been told that it is aborted for good, and the seal may be gone.
 */
extern bool commit_marker_is_late(Connection *connection, const char *token);

/* Whose marker is looked for, and how. */
typedef struct CommitSearch
{
	Connection *connection;
	const char *table_name;
	const char *token;
	int64		deadline;		/* as a request's; 0: none */
	bool		settles;		/* a COMMIT waits for it: see request_spec.h */
	RequestCounters *counters;	/* added to; may be NULL */
} CommitSearch;

/*
 * Reads the marker, consistently.  Like the next two it returns NULL, or the
 * request that has failed, for request_raise(); in the current memory context.
 */
extern Request *commit_marker_read(const CommitSearch *search,
								   CommitState *state);

/*
 * Seals the transaction, unless there is a marker of it: *state is committed
 * or aborted afterwards, unknown only if there is an item that is no marker.
 * It must be known that no marker of it can have expired.
 */
extern Request *commit_marker_put_seal(const CommitSearch *search,
									   CommitState *state);

/*
 * The token of the transaction that has the idempotency key, of a failed Put's
 * old item (NULL: it was not sent, so it is read); NULL if there is none, "?"
 * if its item does not tell.
 */
extern Request *commit_marker_key_token(const CommitSearch *search,
										const CommitMarker *marker,
										const DynamoItem *item,
										const char **token);

/*
 * For functions that users call: what became of the transaction with a token,
 * which may be any text.  The first one only reads.  The second one seals, so
 * that the state is committed or aborted afterwards; unknown only of a token
 * that is none or is older than the markers of its transaction must live, and
 * has none.  Both raise what request_raise() raises; afterwards they may be
 * called again.
 */
extern CommitState commit_marker_status(Connection *connection,
										const char *table_name,
										const char *token);
extern CommitState commit_marker_seal(Connection *connection,
									  const char *table_name,
									  const char *token);

#endif							/* DYNAMORM_CLIENT_COMMIT_MARKER_H */
