/*
 * backfill_repeat.c
 *		May a statement be run again over rows that it has changed already?
 *
 * In the WHERE each column that SET assigns is replaced by what it will be,
 * as it will be read back, and constants are folded.  If a condition of the
 * AND is then FALSE or NULL for whatever row, no row qualifies twice.  A
 * deletion cannot be done twice.  In a WHERE with volatile functions a row
 * would have another chance.
 */
#include "postgres.h"

#include "compat.h"

#include "access/relation.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "fdw/function/backfill_repeat.h"

/* ---- what a column will be ---- */

/*
 * A value as it is read back.  What is stored as no attribute at all, such as
 * an empty set or a JSON null, comes back as NULL.
 */
static Expr *
stored_constant(const Table *table, const Column *column, Const *value)
{
	Const	   *stored = copyObject(value);
	CodecPlace	place = table_place(table, column, NULL);
	AttributeValue *attribute;

	if (value->constisnull)
		return (Expr *) stored;
	attribute = codec_encode(column->codec, value->constvalue, &place);
	stored->constvalue = codec_decode(column->codec, attribute,
									  &stored->constisnull, &place);
	return (Expr *) stored;
}

/* May a value of the column that is not NULL be read back as NULL? */
static bool
may_become_null(const Column *column)
{
	return column->codec->kind == CODEC_SET ||
		column->codec->kind == CODEC_JSON ||
		column->codec->kind == CODEC_COMPOSITE;
}

/* A search and replacement in the WHERE of a statement. */
typedef struct Replacement
{
	const Query *query;
	const Table *table;
} Replacement;

/* What SET makes of a column; NULL: it is not assigned, or nobody knows. */
static Expr *
value_to_be(const Replacement *replacement, const Var *var)
{
	const Column *column = table_column(replacement->table, var->varattno);
	ListCell   *cell;

	if (column == NULL || column->codec == NULL)
		return NULL;
	foreach(cell, replacement->query->targetList)
	{
		const TargetEntry *entry = lfirst_node(TargetEntry, cell);
		Node	   *value;

		if (entry->resjunk || entry->resno != var->varattno)
			continue;
		value = eval_const_expressions(NULL, (Node *) entry->expr);
		if (IsA(value, Const))
			return stored_constant(replacement->table, column,
								   (Const *) value);
		return may_become_null(column) ? NULL : (Expr *) value;
	}
	return NULL;
}

/* ---- is it NULL? ---- */

static bool is_never_null(const Node *node);

static bool
any_is_never_null(const List *nodes)
{
	ListCell   *cell;

	foreach(cell, nodes)
		if (is_never_null((const Node *) lfirst(cell)))
			return true;
	return false;
}

/* Functions that are called on the way to many a value of a backfill. */
static bool
function_is_never_null(Oid function_id)
{
	switch (function_id)
	{
		case F_NOW:
		case F_TRANSACTION_TIMESTAMP:
		case F_STATEMENT_TIMESTAMP:
		case F_CLOCK_TIMESTAMP:
		case F_GEN_RANDOM_UUID:
		case F_NEXTVAL:
			return true;
		default:
			return false;
	}
}

/* The times alone: there may be no current schema. */
static bool
keyword_is_never_null(SQLValueFunctionOp op)
{
	return op >= SVFOP_CURRENT_DATE && op <= SVFOP_LOCALTIMESTAMP_N;
}

static bool
is_never_null(const Node *node)
{
	switch (nodeTag(node))
	{
		case T_Const:
			return !((const Const *) node)->constisnull;
		case T_CoalesceExpr:
			return any_is_never_null(((const CoalesceExpr *) node)->args);
		case T_SQLValueFunction:
			return keyword_is_never_null(((const SQLValueFunction *) node)->op);
		case T_FuncExpr:
			return function_is_never_null(((const FuncExpr *) node)->funcid);
		case T_RelabelType:
			return is_never_null((const Node *) ((const RelabelType *) node)->arg);
		case T_CoerceViaIO:
			return is_never_null((const Node *) ((const CoerceViaIO *) node)->arg);
		case T_ArrayExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_DistinctExpr:
			return true;
		default:
			return false;
	}
}

/* ---- the WHERE ---- */

static Node *
replace_assigned(Node *node, void *context)
{
	const Replacement *replacement = (const Replacement *) context;

	if (node == NULL)
		return NULL;
	if (IsA(node, Var))
	{
		Var		   *var = (Var *) node;
		Expr	   *value = NULL;

		if (var->varno == replacement->query->resultRelation &&
			var->varlevelsup == 0)
			value = value_to_be(replacement, var);
		return value != NULL ? (Node *) value : (Node *) copyObject(var);
	}
	node = expression_tree_mutator(node, replace_assigned, context);
	if (IsA(node, NullTest) && ((NullTest *) node)->nulltesttype == IS_NULL &&
		!((NullTest *) node)->argisrow &&
		is_never_null((Node *) ((NullTest *) node)->arg))
		return makeBoolConst(false, false);
	return node;
}

static bool
is_never_true(const Node *condition)
{
	const Const *constant = (const Const *) condition;

	return IsA(condition, Const) &&
		(constant->constisnull || !DatumGetBool(constant->constvalue));
}

static bool
makes_where_false(const Query *query, const Table *table)
{
	Replacement replacement = {.query = query, .table = table};
	Node	   *where = replace_assigned(query->jointree->quals, &replacement);
	ListCell   *cell;

	if (where == NULL)
		return false;
	foreach(cell, make_ands_implicit((Expr *)
									 eval_const_expressions(NULL, where)))
		if (is_never_true((const Node *) lfirst(cell)))
			return true;
	return false;
}

/* A trigger that may change the row once SET has. */
static bool
has_before_trigger(Oid relation_id)
{
	Relation	relation = relation_open(relation_id, NoLock);
	bool		has = relation->trigdesc != NULL &&
		relation->trigdesc->trig_update_before_row;

	relation_close(relation, NoLock);
	return has;
}

static void
refuse_unrepeatable(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("the statement of a backfill might change a row twice"),
			 errdetail_internal("%s", detail),
			 errhint("Name a text column that each write sets to the name of the job, by the argument job_column.")));
}

void
backfill_check_repeatable(const Query *query, const Table *table,
						  bool triggers_hold)
{
	if (contain_volatile_functions(query->jointree->quals))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the WHERE of a backfill cannot call volatile functions"),
				 errdetail("After an interruption rows of which it was not true would have another chance.")));
	if (query->commandType == CMD_DELETE)
		return;
	if (!makes_where_false(query, table))
		refuse_unrepeatable(_("Its SET does not make its WHERE false, as in SET state = 'new' WHERE state IS NULL, and after an interruption it looks at rows again."));
	if (!triggers_hold && has_before_trigger(table->relation_id))
		refuse_unrepeatable(psprintf(_("A BEFORE trigger of foreign table \"%s\" may change what SET has assigned."),
									 table->relation_name));
}
