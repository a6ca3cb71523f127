/*
 * operation.h
 *		The bodies of requests about items, as values.
 *
 * What is to be written of one item can go out as a request of its own or as
 * one of the actions of a transaction; a read can be carried on page by page.
 * No other file spells such a body.  Everything is appended to a StringInfo,
 * whose memory is the caller's.
 *
 * Source: DynamoDB API Reference, "PutItem", "UpdateItem", "DeleteItem",
 * "TransactWriteItems", "BatchWriteItem", "BatchExecuteStatement", "GetItem",
 * "Query", "Scan", "BatchGetItem", "TransactGetItems".
 */
#ifndef DYNAMORM_CLIENT_OPERATION_H
#define DYNAMORM_CLIENT_OPERATION_H

#include "postgres.h"

#include "client/wire/attribute.h"
#include "client/wire/expression.h"

/* Begins a body that names a table: {"TableName":"...". */
extern void operation_begin(StringInfo body, const char *table_name);

/* ---- writes ---- */

typedef enum WriteKind
{
	WRITE_PUT,
	WRITE_UPDATE,
	WRITE_DELETE,
	WRITE_CONDITION_CHECK		/* only as an action of a transaction */
} WriteKind;

typedef struct WriteOperation
{
	WriteKind	kind;
	const char *table_name;
	const DynamoItem *item;		/* of WRITE_PUT all of it, else the key */
	const char *expressions;	/* of operation_expressions(); NULL: none */
	bool		wants_item;		/* as written; of WRITE_DELETE, as deleted */
} WriteOperation;

/*
 * The members of a request that say what a list of UpdateAction (NIL: nothing)
 * does and under which condition (constant true: none), with their
 * placeholders; they do for any number of operations.  wants_old_item: if the
 * condition fails, the item shall come with the failure.  NULL if one of the
 * expressions is beyond DynamoDB's limits.  In the current memory context.
 */
extern char *operation_expressions(List *actions, const Condition *condition,
								   bool wants_old_item);

/* Are they within the limits?  Values need not be known yet (EXPLAIN). */
extern bool operation_expressions_fit(List *actions,
									  const Condition *condition);

/* "PutItem" and so on: the name of the request. */
extern const char *operation_name(WriteKind kind);

/* The write as a request of its own. */
extern void operation_append_write(StringInfo body,
								   const WriteOperation *operation);

/*
 * Characters of a token: hexadecimal digits, of which the first tell when it
 * was made, by this machine's clock, and the others are random.
 */
#define OPERATION_TOKEN_LENGTH	32

/*
 * A token that no transaction has had, in the current memory context.  Raises
 * XX000 if there are no random values to be had.
 */
extern char *operation_token(void);

/*
 * When the token was made, in seconds since 1970; -1 if it is none: any text
 * will do.
 */
extern int64 operation_token_time(const char *token);

/*
 * All of the writes or none: 1 to 100 of them, of distinct items.  The body
 * may be sent again, since it has a token.
 */
extern void operation_append_transaction(StringInfo body,
										 const WriteOperation *operations,
										 int count, const char *token);

/* Deletes up to 25 items, without conditions. */
extern void operation_append_batch_delete(StringInfo body,
										  const char *table_name,
										  DynamoItem *const *keys, int count);

/*
 * A statement in PartiQL whose parameters are the values of the item, in the
 * order in which it has them.
 */
extern void operation_append_statement(StringInfo out, const char *statement,
									   const DynamoItem *parameters);

/* Up to 25 of them, each as it was appended, with commas between them. */
extern void operation_append_batch_statements(StringInfo body,
											  const char *statements,
											  int length);

/* ---- reads ---- */

typedef struct ReadOperation
{
	const char *table_name;
	const char *index_name;		/* NULL: the table itself */
	bool		consistent;
	const DynamoItem *key;		/* of GetItem; else NULL */
	const Condition *key_condition; /* of Query; else NULL */
	const Condition *filter;	/* NULL or constant true: none */
	List	   *projection;		/* of DocumentPath; NIL: whole items */
	bool		count_only;		/* not items, but how many */
	bool		backward;		/* from the end of the sort key's order */
} ReadOperation;

/*
 * Begins a read: all but what is of one page, which operation_end_read() adds.
 */
extern void operation_begin_read(StringInfo body,
								 const ReadOperation *operation);

typedef struct ReadPage
{
	int			segment_count;	/* of a Scan in parallel; 0 or 1: none */
	int			segment;
	int			limit;			/* of items looked at; 0: none */
	const char *start_key;		/* ExclusiveStartKey, as JSON; NULL: none */
} ReadPage;

extern void operation_end_read(StringInfo body, const ReadPage *page);

/*
 * The members that ask a batch for a projection (NIL: whole items), as
 * operation_append_batch_get() takes them.  In the current memory context.
 */
extern char *operation_batch_members(bool consistent, List *projection);

/* Up to 100 items of one table. */
extern void operation_append_batch_get(StringInfo body,
									   const char *table_name,
									   DynamoItem *const *keys, int count,
									   const char *members);

/*
 * Up to 100 items of one table as they are at one moment.  The members are
 * those of operation_batch_members(false, ...): such a read has no choice of
 * being consistent, and refuses the member that would make it.
 */
extern void operation_append_transact_get(StringInfo body,
										  const char *table_name,
										  DynamoItem *const *keys, int count,
										  const char *members);

#endif							/* DYNAMORM_CLIENT_OPERATION_H */
