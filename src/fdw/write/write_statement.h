/*
 * write_statement.h
 *		An UPDATE or DELETE that this extension runs itself, as its rows are
 *		computed: direct modifications, and ON CONFLICT DO UPDATE.
 */
#ifndef DYNAMORM_FDW_WRITE_STATEMENT_H
#define DYNAMORM_FDW_WRITE_STATEMENT_H

#include "postgres.h"

#include "compat.h"

#include "nodes/execnodes.h"

#include "fdw/evaluate.h"
#include "translate/key/key.h"
#include "translate/update/update.h"

/* What all rows of one statement share. */
typedef struct WriteStatement
{
	CmdType		operation;		/* CMD_UPDATE or CMD_DELETE */
	const Table *table;
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
	double		expected_rows;	/* by the planner */
	bool		upsert;			/* dyn_upsert() was given */
	bool		check_locally;	/* constraints need the whole new row */
	bool		generates;		/* the table has stored generated columns */
	bool		assigns_key;	/* SET assigns a key column */
	bool		has_volatile;	/* each row has values of its own */
	bool		report;			/* say why nothing was changed: report.h */
	Bitmapset  *read_columns;	/* in WHERE and SET, as pull_varattnos() */
	const bool *loaded_columns; /* decoded into old_slot; NULL: all */
	TupleTableSlot *old_slot;	/* for local evaluation */
	TupleTableSlot *new_slot;
} WriteStatement;

#endif							/* DYNAMORM_FDW_WRITE_STATEMENT_H */
