/*
 * write_statement.h
 *		An UPDATE or DELETE that this extension runs itself, and how it is
 *		pushed to DynamoDB.
 */
#ifndef DYNAMORM_FDW_WRITE_STATEMENT_H
#define DYNAMORM_FDW_WRITE_STATEMENT_H

#include "postgres.h"

#include "compat.h"

#include "nodes/execnodes.h"

#include "client/request/request.h"
#include "fdw/evaluate.h"
#include "translate/key/key.h"
#include "translate/update/update.h"

/* What all rows of one statement share. */
typedef struct WriteStatement
{
	CmdType		operation;		/* CMD_UPDATE or CMD_DELETE */
	const Table *table;
	Connection *connection;
	EState	   *estate;
	ResultRelInfo *result_info;
	Evaluator  *evaluator;		/* its context is for whatever is evaluated
								 * here */
	List	   *clauses;		/* the WHERE, without dyn_upsert() */
	List	   *assignments;	/* of Assignment, stamps included */
	List	   *multi_selects;	/* SubPlans that set the parameters in SET
								 * (a, b) = (SELECT ...) */
	Column	   *created_at;		/* to be stamped when an upsert creates the
								 * item; NULL: none, or assigned */
	Expr	   *created_at_value;
	bool		upsert;			/* dyn_upsert() was given */
	bool		returning;		/* the rows written are wanted */
	bool		check_locally;	/* constraints need the whole new row */
	bool		generates;		/* the table has stored generated columns */
	bool		assigns_key;	/* SET assigns a key column */
	bool		has_volatile;	/* each row has values of its own */
	bool		report;			/* say why nothing was changed: report.h */
	Bitmapset  *read_columns;	/* in WHERE and SET, as pull_varattnos() */
	const bool *loaded_columns; /* decoded into old_slot; NULL: all */
	RequestCounters *counters;
	TupleTableSlot *old_slot;	/* for local evaluation */
	TupleTableSlot *new_slot;
	int64		written;		/* items so far */
} WriteStatement;

/* A WHERE and SET as one conditional request. */
typedef struct PushedWrite
{
	const char *obstacle;		/* what keeps it from being pushed; NULL: it
								 * is pushed */
	List	   *actions;		/* of UpdateAction; NIL for DELETE */
	Condition  *condition;
} PushedWrite;

/*
 * Translates WHERE and SET.  clauses is what is left of the WHERE once the key
 * is fixed (KeyLookup.rest).
 */
extern PushedWrite *pushed_write_make(Scope *scope,
									  const WriteStatement *statement,
									  List *clauses, List *assignments);

/*
 * For EXPLAIN: which of DynamoDB's limits keeps a write from being sent as it
 * was translated; NULL: none, as far as its values are known.
 */
extern const char *write_limit_obstacle(List *actions,
										const Condition *condition);

/*
 * The request from after its key to its end.  NULL if an expression is beyond
 * DynamoDB's limits.
 */
extern char *write_request_tail(const WriteStatement *statement,
								List *actions, const Condition *condition);

/*
 * Starts the UpdateItem or DeleteItem of one item.  Its memory is allocated in
 * the current context.
 */
extern Request *write_request_start(const WriteStatement *statement,
									const DynamoItem *key,
									const char *readable_key,
									const char *tail);

/*
 * The same for the PutItem of a new item; tail is the request from after its
 * item to its end.
 */
extern Request *write_put_start(Connection *connection, const Table *table,
								const DynamoItem *item,
								const char *readable_key, const char *tail,
								RequestCounters *counters);

/*
 * Raises 23505 for an item whose key exists; written: items that the statement
 * wrote before.
 */
extern void write_raise_duplicate(const Table *table,
								  const char *readable_key, int64 written)
			pg_attribute_noreturn();

#endif							/* DYNAMORM_FDW_WRITE_STATEMENT_H */
