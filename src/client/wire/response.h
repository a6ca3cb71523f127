/*
 * response.h
 *		The decoded answer to one DynamoDB request.
 *
 * One decoder serves all operations that carry items.  It reads the body once,
 * in place, without building a JSON tree (a page holds up to 1 MB).
 */
#ifndef DYNAMORM_CLIENT_RESPONSE_H
#define DYNAMORM_CLIENT_RESPONSE_H

#include "postgres.h"

#include "client/wire/attribute.h"

/*
 * Why one action of a cancelled transaction, or one statement of a batch, was
 * refused.
 */
typedef struct CancellationReason
{
	const char *code;			/* "None", "ConditionalCheckFailed", ... */
	const char *message;		/* what DynamoDB says of it; NULL: nothing */
	DynamoItem *item;			/* the item that failed its condition; NULL:
								 * there is none, or it was not sent */
} CancellationReason;

/* Why a request was throttled. */
typedef struct ThrottlingReason
{
	const char *reason;			/* as in TableReadKeyRangeThroughputExceeded */
	const char *resource;		/* an ARN; NULL: not told */
} ThrottlingReason;

/*
 * A page holds at most 1 MB of items, and looks at no more: no item is smaller
 * than a byte.
 */
#define PAGE_ITEM_LIMIT		(1024 * 1024)

/* What a request has consumed of one table. */
typedef struct TableCapacity
{
	const char *table;			/* its name, UTF-8 */
	double		units;
} TableCapacity;

typedef struct Response
{
	DynamoItem *item;			/* Item or Attributes of the answer (also the
								 * Item of a failed condition); NULL: none */
	int			item_count;		/* number of items of a Query or Scan page, or
								 * of a BatchGetItem or TransactGetItems
								 * answer */
	DynamoItem *items;			/* array of item_count */
	bool		has_items;		/* there is a member for them, maybe empty */
	int			part_count;		/* TransactGetItems: keys that the answer
								 * speaks of, with an item or without;
								 * BatchExecuteStatement: statements; -1: it is
								 * none to such a request */
	CancellationReason *part_errors;	/* BatchExecuteStatement: array of
										 * part_count; code NULL: that
										 * statement was carried out, "": it
										 * was not, for no reason given.  NULL:
										 * all were carried out */
	DynamoItem *last_key;		/* LastEvaluatedKey; NULL: the last page */
	const char *batch_table;	/* BatchGetItem, BatchWriteItem: the table that
								 * the answer is about; NULL: not told */
	int			unprocessed_count;	/* of them: keys left over, of items to be
									 * read or deleted */
	DynamoItem *unprocessed;	/* array of unprocessed_count */
	int64		count;			/* Count, up to PAGE_ITEM_LIMIT; -1 if
								 * absent */
	int64		scanned_count;	/* ScannedCount; -1 if absent */
	int			body_length;	/* bytes */
	bool		has_capacity;	/* there is ConsumedCapacity */
	double		capacity_units; /* sum of ConsumedCapacity.CapacityUnits; not
								 * negative */
	int			capacity_count; /* of several tables: those whose part of it
								 * is told */
	TableCapacity *capacities;	/* array of capacity_count */
	int			reason_count;	/* of a cancelled transaction */
	CancellationReason *reasons;	/* array of reason_count, in the order of
									 * its actions */
	int			throttling_count;	/* of a request that was throttled */
	ThrottlingReason *throttling;	/* array of throttling_count */
	char	   *error_code;		/* __type without prefix and suffix; NULL */
	char	   *error_message;	/* message or Message; NULL */
} Response;

/*
 * Decodes a body in place: body is changed and must live as long as the
 * response; body[length] must be a writable NUL.  Everything else is allocated
 * in the current memory context.  Unknown members are skipped.
 *
 * Returns NULL if the body is not the JSON object it should be (syntax,
 * invalid UTF-8, an AttributeValue with no or two types, nesting deeper than
 * DynamoDB allows, counts and capacity that no page can have, a batch of two
 * tables, something left over that is neither a read nor a deletion, more
 * parts than a transaction can have); *problem then says why, for the error's
 * detail.
 */
extern Response *response_decode(char *body, int length, const char **problem);

/*
 * What an answer that is not decoded says of the capacity consumed, and
 * nothing else of it; body stays as it is.  In the current memory context.
 * NULL: it is not a JSON object, or there is no such capacity.
 */
extern Response *response_decode_capacity(const char *body, int length);

/* Does it say that the right to ask is lacking?  NULL: it says nothing. */
extern bool response_is_denied(const Response *response);

#endif							/* DYNAMORM_CLIENT_RESPONSE_H */
