/*
 * conflict.c
 *		Executes INSERT ... ON CONFLICT (key) DO UPDATE, and DO SELECT.
 *
 * A row begins as the one request, or as a PutItem that must not find its key;
 * what follows is decided on the item that was there: an UpdateItem, or none
 * where the WHERE is not true.  For DO SELECT nothing follows.
 */
#include "postgres.h"

#include "compat.h"

#include "executor/executor.h"
#include "optimizer/optimizer.h"
#include "utils/rel.h"

#include "client/request/operation.h"
#include "fdw/read/row_lock.h"
#include "fdw/system_column.h"
#include "fdw/write/buffered_write.h"
#include "fdw/write/conflict.h"
#include "fdw/write/constraint.h"
#include "fdw/write/made_column.h"
#include "fdw/write/old_row.h"
#include "fdw/write/own_write.h"

/*
 * WCO_VIEW_CONFLICT_CHECK, of the minor releases that have it, the last of its
 * enum.  In others no check is of this kind, and core itself lets a view's
 * ON CONFLICT change what the view hides.
 */
#define VIEW_CONFLICT_CHECK		((WCOKind) (WCO_RLS_MERGE_DELETE_CHECK + 1))

struct ConflictState
{
	WriteStatement statement;	/* of the UPDATE */
	Writer	   *writer;
	ConflictClauses *clauses;
	const Computation *computation; /* NULL: made for each row, which has
									 * volatile parts */
	MemoryContext context;		/* of the statement */
	bool		tells_updated;	/* see conflict_tells_updated() */
	bool		prepared;		/* see prepare_conflict() */
	bool		takes_two;		/* see conflict_obstacle() */
	bool		selects;		/* DO SELECT: nothing is updated */
	ItemLock	lock;			/* of what is selected */
	OldRow	   *old;			/* RETURNING wants it; NULL: it does not */
	const ModifyTable *plan;
};

/* ---- begin ---- */

static List *
expressions_of(List *assignments)
{
	List	   *expressions = NIL;
	ListCell   *cell;

	foreach(cell, assignments)
		expressions = lappend(expressions,
							  ((Assignment *) lfirst(cell))->expr);
	return expressions;
}

ConflictState *
conflict_begin(ModifyTableState *mtstate, ResultRelInfo *info,
			   Writer *writer, ConflictPlan conflict)
{
	const Table *table = writer->table;
	ConflictState *state = palloc0(sizeof(ConflictState));
	WriteStatement *statement = &state->statement;
	EState	   *estate = mtstate->ps.state;
	TupleDesc	descriptor = RelationGetDescr(info->ri_RelationDesc);
	Index		varno = info->ri_RangeTableIndex;

	state->clauses = conflict_clauses((ModifyTable *) mtstate->ps.plan, table,
									  varno,
									  conflict.action == CONFLICT_SELECT);
	state->tells_updated =
		system_column_returns_xmax((ModifyTable *) mtstate->ps.plan, varno);
	state->writer = writer;
	state->plan = (ModifyTable *) mtstate->ps.plan;
	state->context = CurrentMemoryContext;
	state->selects = conflict.action == CONFLICT_SELECT;
	state->lock = row_lock_of_strength(conflict.lock);
	if (state->lock != ITEM_LOCK_NONE)
		row_lock_check_mode(table);
	state->old = old_row_begin(mtstate, info, table);

	statement->operation = CMD_UPDATE;
	statement->table = table;
	statement->estate = estate;
	statement->result_info = info;
	statement->evaluator = evaluator_make(table, varno, &mtstate->ps,
										  CreateExprContext(estate), true);
	statement->evaluator->scope.values_varno = INNER_VAR;
	statement->clauses = state->clauses->where;
	statement->assignments = state->clauses->assignments;
	statement->multi_selects = state->clauses->multi_selects;
	statement->old_slot = ExecInitExtraTupleSlot(estate, descriptor,
												 &TTSOpsVirtual);
	statement->new_slot = ExecInitExtraTupleSlot(estate, descriptor,
												 &TTSOpsVirtual);
	return state;
}

bool
conflict_tells_updated(const ConflictState *state)
{
	return state->tells_updated;
}

/*
 * The rest of the preparation, with the first row: RETURNING and check options
 * are not there yet when the statement begins.
 */
static void
prepare_conflict(ConflictState *state)
{
	WriteStatement *statement = &state->statement;
	ConflictClauses *clauses = state->clauses;
	ResultRelInfo *info = statement->result_info;
	TupleConstr *constraints = RelationGetDescr(info->ri_RelationDesc)->constr;
	Index		varno = statement->evaluator->scope.varno;
	List	   *expressions = expressions_of(clauses->assignments);
	MemoryContext old = MemoryContextSwitchTo(state->context);
	ListCell   *cell;

	state->writer->returning = info->ri_projectReturning != NULL ||
		info->ri_WithCheckOptions != NIL;
	statement->read_columns =
		constraint_columns(statement->table->relation_id,
						   made_column_assigned(statement->table,
												clauses->assigned));
	statement->check_locally = info->ri_WithCheckOptions != NIL ||
		statement->read_columns != NULL;
	statement->generates = statement->check_locally && constraints != NULL &&
		constraints->has_generated_stored;
	foreach(cell, info->ri_WithCheckOptions)
		pull_varattnos(lfirst_node(WithCheckOption, cell)->qual, varno,
					   &statement->read_columns);
	statement->has_volatile =
		contain_volatile_functions((Node *) clauses->where) ||
		contain_volatile_functions((Node *) expressions);
	pull_varattnos((Node *) clauses->where, varno, &statement->read_columns);
	pull_varattnos((Node *) expressions, varno, &statement->read_columns);
	pull_varattnos((Node *) clauses->multi_selects, varno,
				   &statement->read_columns);
	made_column_add_read(statement->table, clauses->assigned,
						 &statement->read_columns);
	/* what is shown of the old row is what the write replaces */
	old_row_add_columns(state->plan, statement->table, varno,
						&statement->read_columns);
	statement->loaded_columns =
		compute_loaded_columns(statement->table, statement->read_columns,
							   statement->check_locally);
	state->writer->read_columns = statement->read_columns;
	pull_varattnos((Node *) state->plan->returningLists, varno,
				   &state->writer->returned_columns);
	if (!statement->has_volatile)
		state->computation = computation_make(statement, clauses->where,
											  clauses->assignments);
	state->takes_two = state->selects ||
		conflict_obstacle(state->plan, info, statement->table,
						  clauses) != NULL;
	state->prepared = true;
	MemoryContextSwitchTo(old);
}

/* ---- what is sent ---- */

/* The proposed row's values as operands, by column. */
static Operand **
inserted_operands(const Table *table, const DynamoItem *item)
{
	Operand   **inserted = palloc0(sizeof(Operand *) * table->column_count);
	int			i;

	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];
		AttributeValue *value;

		if (column->name == NULL)
			continue;
		if (column->is_document)
		{
			/* its attributes are not looked at one by one */
			if (item->count > 0 &&
				!table_maps_attribute(table,
									  item->attributes[item->count - 1].name))
				inserted[i] = operand_unknown(column->name);
			continue;
		}
		value = item_find(item, column->attribute_name);
		if (value != NULL)
			inserted[i] = operand_value(value);
	}
	return inserted;
}

/* The one request; NULL if it takes two. */
static const char *
upsert_expressions(ConflictState *state, const ProposedRow *row)
{
	WriteStatement *statement = &state->statement;
	UpsertTranslation *upsert;

	if (state->takes_two)
		return NULL;
	upsert = upsert_translate(&statement->evaluator->scope,
							  inserted_operands(statement->table, row->item),
							  row->where, row->assignments);
	return upsert->obstacle != NULL ? NULL
		: operation_expressions(upsert->actions, upsert->condition, true);
}

/* Expressions see the row as "excluded". */
static void
look_at_proposed(const ProposedRow *row)
{
	row->conflict->statement.evaluator->context->ecxt_innertuple = row->slot;
}

static void
evaluate_volatile_calls(ConflictState *state, ProposedRow *row)
{
	Evaluator  *evaluator = state->statement.evaluator;
	ListCell   *cell;

	row->where = evaluate_plain_volatile(evaluator, state->clauses->where);
	row->assignments = NIL;
	foreach(cell, state->clauses->assignments)
	{
		Assignment *assignment = palloc(sizeof(Assignment));
		const Assignment *given = (const Assignment *) lfirst(cell);

		assignment->column = given->column;
		assignment->expr = linitial(evaluate_plain_volatile(evaluator,
															list_make1(given->expr)));
		row->assignments = lappend(row->assignments, assignment);
	}
	row->computation = computation_make(&state->statement, row->where,
										row->assignments);
}

/*
 * A row that the view hides is not updated through it.  This is checked before
 * the WHERE, which would tell of the row by what it raises.
 */
static void
refuse_hidden_row(const WriteStatement *statement)
{
	if (statement->result_info->ri_WithCheckOptions != NIL)
		ExecWithCheckOptions(VIEW_CONFLICT_CHECK, statement->result_info,
							 statement->old_slot, statement->estate);
}

/* The item is known: it is updated, or, where there is none, put. */
static void
decide_conflict(ItemWrite *write, const DynamoItem *item)
{
	ProposedRow *row = (ProposedRow *) write;
	const WriteStatement *statement = &row->conflict->statement;

	write->next = NEXT_WRITE;
	row->conflicting = NULL;
	if (item == NULL)
	{
		write->kind = WRITE_PUT;
		write->expressions = row->put_expressions;
		return;
	}
	look_at_proposed(row);
	compute_load(statement, item, write->key, write->readable_key);
	refuse_hidden_row(statement);
	if (!compute_where(statement, row->computation))
	{
		write->next = NEXT_NOTHING;
		return;
	}
	if (row->conflict->selects || row->conflict->old != NULL)
		row->conflicting = item_copy(item);
	if (row->conflict->selects)
	{
		if (row->conflict->lock != ITEM_LOCK_NONE)
			buffered_write_lock(write->writer, write, row->conflict->lock);
		write->next = NEXT_NOTHING;
		return;
	}
	write->kind = WRITE_UPDATE;
	if (write->writer->is_atomic)
	{
		ComputedImage *computed = compute_image(statement, row->computation,
												item, write->key,
												write->readable_key);

		write->image = item_copy(computed->image);
		write->seen = computed->seen;
		write->assigned = computed->assigned;
	}
	else
		write->expressions = compute_write(statement, row->computation, item,
										   write->key,
										   write->readable_key)->expressions;
}

static void
raise_second_time(const ConflictState *state, const char *readable_key)
{
	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 state->selects
			 ? errmsg("ON CONFLICT DO SELECT command cannot affect row a second time")
			 : errmsg("ON CONFLICT DO UPDATE command cannot affect row a second time"),
			 errdetail("Item %s of table \"%s\".", readable_key,
					   state->statement.table->table_name),
			 errhint("Ensure that no rows proposed for insertion within the same command have the same key.")));
}

bool
conflict_found(const ProposedRow *row)
{
	return row->conflicting != NULL && row->conflict->selects;
}

void
conflict_show_old(ConflictState *state, const ProposedRow *row)
{
	if (state->old != NULL)
		old_row_show(state->old, row->conflicting);
}

void
conflict_begin_row(ConflictState *state, ProposedRow *row,
				   const char *put_expressions)
{
	ItemWrite  *write = &row->write;

	if (!state->prepared)
		prepare_conflict(state);
	if ((!state->selects || state->lock != ITEM_LOCK_NONE) &&
		own_write_has(state->writer, write->key))
		raise_second_time(state, write->readable_key);
	row->conflict = state;
	row->where = state->clauses->where;
	row->assignments = state->clauses->assignments;
	row->computation = state->computation;
	row->put_expressions = put_expressions;
	look_at_proposed(row);
	if (state->statement.has_volatile)
		evaluate_volatile_calls(state, row);

	write->decide = decide_conflict;
	write->creates = true;
	write->may_be_there = true;
	write->new_item = row->item;
	write->next = NEXT_WRITE;
	write->expressions = upsert_expressions(state, row);
	write->kind = WRITE_UPDATE;
	write->speculative = true;
	if (write->expressions == NULL)
	{
		write->kind = WRITE_PUT;
		write->expressions = put_expressions;
		write->speculative = false;
	}
}
