/*
 * direct.h
 *		UPDATE and DELETE done by the foreign scan itself: what planning leaves
 *		for execution, and the state that EXPLAIN shows.
 *
 * fdw_exprs holds, one after the other: the clauses of the WHERE, the assigned
 * expressions (stamps included), and the sub-selects of multi-column
 * assignments, whose parameters the expressions read.
 */
#ifndef DYNAMORM_FDW_DIRECT_H
#define DYNAMORM_FDW_DIRECT_H

#include "postgres.h"

#include "nodes/pathnodes.h"
#include "nodes/plannodes.h"

#include "fdw/write/compute.h"
#include "fdw/read/item_spool.h"
#include "fdw/read/open_scan.h"
#include "fdw/write/writer.h"
#include "translate/key/item_set.h"

/* fdw_private of a direct modification */
enum DirectPrivate
{
	DIRECT_PRIVATE_CLAUSE_COUNT,	/* integer: clauses in fdw_exprs */
	DIRECT_PRIVATE_ASSIGNED,	/* integer list: attribute numbers of the
								 * assigned expressions */
	DIRECT_PRIVATE_FLAGS,		/* integer: DIRECT_FLAG_... */
	DIRECT_PRIVATE_READ,		/* integer list: columns read by WHERE and
								 * SET, as pull_varattnos() */
	DIRECT_PRIVATE_RETURNED,	/* integer list: columns of RETURNING */
	DIRECT_PRIVATE_INDEX,		/* as SCAN_PRIVATE_INDEX: for the candidates */
	DIRECT_PRIVATE_NOT_USED,	/* as SCAN_PRIVATE_NOT_USED */
	DIRECT_PRIVATE_COUNT
};

#define DIRECT_FLAG_RETURNING		0x01
#define DIRECT_FLAG_UPSERT			0x02
#define DIRECT_FLAG_CHECK_LOCALLY	0x04
#define DIRECT_FLAG_SET_PROCESSED	0x08	/* counts for the command tag */
#define DIRECT_FLAG_REPORTABLE		0x10	/* no security barrier's clause */
#define DIRECT_FLAG_CALLS_STABLE	0x20	/* functions, whose values are told
											 * before it writes */

/* The parts of fdw_exprs and fdw_private, taken apart again. */
typedef struct DirectPlan
{
	List	   *clauses;
	List	   *expressions;	/* assigned */
	List	   *assigned;		/* integer list of their attribute numbers */
	List	   *multi_selects;	/* SubPlans to be evaluated first */
	int			flags;
	Bitmapset  *read_columns;
	Bitmapset  *returned_columns;
	const KeySchema *schema;	/* by which candidates are found */
	List	   *not_used;		/* indexes, see SCAN_PRIVATE_NOT_USED */
} DirectPlan;

extern DirectPlan *direct_plan_of(const ForeignScan *plan,
								  const Table *table);

/* The expressions with their columns, as a list of Assignment. */
extern List *direct_assignments(const Table *table, List *assigned,
								List *expressions);

/*
 * What is sent for each row; made once for a statement, or, where it has
 * volatile parts, for each row.
 */
typedef struct RowPlan
{
	const char *expressions;	/* of the pushed request; NULL: computed */
	const Computation *computation;
} RowPlan;

typedef struct DirectState
{
	WriteStatement statement;
	Writer	   *writer;
	Oid			user_id;		/* whose rights count */
	DirectPlan *plan;
	const KeyLookup *lookup;	/* what the WHERE says of the table's key;
								 * NULL: not started */
	const KeySchema *schema_read;	/* of what the candidates come from */
	struct Reader *reader;		/* of candidates; NULL: the keys are fixed */
	OpenScan	open;			/* that, in the session's registry */
	int			next_key;		/* of the list of keys, without a reader */
	ItemSpool  *spool;			/* all candidates, where the key by which they
								 * are found is assigned; NULL: they come from
								 * the reader */
	ItemSet    *started;		/* of those that come from an index; NULL: an
								 * item comes only once */
	RowPlan    *row_plan;		/* NULL: made for each row */
	bool		reportable;		/* what the WHERE says may be shown */
	ItemWrite  *returned;		/* whose item was returned last */
	bool	   *returned_columns;	/* of column_set_to_flags() */
	MemoryContext context;		/* of the execution */
	RequestCounters counters;
} DirectState;

/* PlanDirectModify; in direct_plan.c */
extern bool direct_plan(PlannerInfo *root, ModifyTable *plan,
						Index result_relation, int subplan_index);

/*
 * Raises 0A000 if the WHERE of an UPDATE or DELETE that is not direct has
 * dyn_upsert().
 */
extern void direct_refuse_upsert(PlannerInfo *root, Index result_relation);

/* Raises 0A000 if RETURNING has dyn_upsert(). */
extern void direct_refuse_returned_upsert(List *returning);

#endif							/* DYNAMORM_FDW_DIRECT_H */
