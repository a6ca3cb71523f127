/*
 * conflict.c
 *		Executes INSERT ... ON CONFLICT (key) DO UPDATE.
 *
 *		one request --condition failed--> decide --WHERE true--> update
 *		     |                             |  ^                     |
 *		     v                             |  +--condition failed---+
 *		  written                          +--no item--> insert
 *		     ^                             +--WHERE false--> skipped
 *		     |
 *		insert -----key is taken-----> decide
 *
 * The rows of a batch go on in step: all requests of a round are made before
 * any is sent, so that an error raised in making one finds none under way.
 */
#include "postgres.h"

#include "compat.h"

#include "executor/executor.h"
#include "optimizer/optimizer.h"
#include "utils/rel.h"

#include "fdw/read/reader.h"
#include "fdw/session/transaction.h"
#include "fdw/system_column.h"
#include "fdw/write/compute.h"
#include "fdw/write/conflict.h"
#include "fdw/write/row_write.h"
#include "translate/key/item_set.h"

typedef enum Step
{
	STEP_UPSERT,				/* the one request */
	STEP_INSERT,				/* PutItem */
	STEP_READ,					/* GetItem */
	STEP_UPDATE,				/* computed UpdateItem */
	STEP_DONE
} Step;

struct ConflictState
{
	WriteStatement statement;	/* of the UPDATE */
	ConflictClauses *clauses;
	const Computation *computation; /* NULL: made for each row, which has
									 * volatile parts */
	ItemSet    *affected;		/* keys of the items written */
	MemoryContext context;		/* of the statement */
	bool		tells_updated;	/* see conflict_tells_updated() */
	bool		prepared;		/* see prepare() */
};

/* A row and its request. */
typedef struct Attempt
{
	ConflictRow *row;
	const DynamoItem *key;
	const char *readable_key;
	const Computation *computation;
	List	   *where;			/* its volatile parts evaluated */
	List	   *assignments;
	Step		step;			/* that the request is, or will be */
	const char *tail;			/* of the request to be sent */
	Request    *request;		/* sent last; NULL: none yet */
	int			tries;			/* requests after the item was known */
} Attempt;

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
			   const Table *table, Connection *connection,
			   RequestCounters *counters)
{
	ConflictState *state = palloc0(sizeof(ConflictState));
	WriteStatement *statement = &state->statement;
	EState	   *estate = mtstate->ps.state;
	TupleDesc	descriptor = RelationGetDescr(info->ri_RelationDesc);
	Index		varno = info->ri_RangeTableIndex;

	state->clauses = conflict_clauses((ModifyTable *) mtstate->ps.plan, table,
									  varno);
	state->tells_updated =
		system_column_returns_xmax((ModifyTable *) mtstate->ps.plan, varno);
	state->affected = item_set_make();
	state->context = CurrentMemoryContext;

	statement->operation = CMD_UPDATE;
	statement->table = table;
	statement->connection = connection;
	statement->estate = estate;
	statement->result_info = info;
	statement->evaluator = evaluator_make(table, varno, &mtstate->ps,
										  CreateExprContext(estate));
	statement->evaluator->scope.values_varno = INNER_VAR;
	statement->clauses = state->clauses->where;
	statement->assignments = state->clauses->assignments;
	statement->multi_selects = state->clauses->multi_selects;
	statement->counters = counters;
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
prepare(ConflictState *state)
{
	WriteStatement *statement = &state->statement;
	ConflictClauses *clauses = state->clauses;
	ResultRelInfo *info = statement->result_info;
	TupleConstr *constraints = RelationGetDescr(info->ri_RelationDesc)->constr;
	Index		varno = statement->evaluator->scope.varno;
	List	   *expressions = expressions_of(clauses->assignments);
	MemoryContext old = MemoryContextSwitchTo(state->context);
	ListCell   *cell;

	statement->returning = info->ri_projectReturning != NULL ||
		info->ri_WithCheckOptions != NIL;
	statement->read_columns =
		compute_dependencies(statement->table->relation_id, clauses->assigned);
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
	statement->loaded_columns =
		compute_loaded_columns(statement->table, statement->read_columns,
							   statement->check_locally);
	if (!statement->has_volatile)
		state->computation = computation_make(statement, clauses->where,
											  clauses->assignments);
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

/* The rest of the one request; NULL if it takes two. */
static const char *
upsert_tail(ConflictState *state, const Attempt *attempt)
{
	WriteStatement *statement = &state->statement;
	UpsertTranslation *upsert;

	if (statement->check_locally || statement->multi_selects != NIL ||
		state->tells_updated)
		return NULL;
	upsert = upsert_translate(&statement->evaluator->scope,
							  inserted_operands(statement->table,
												attempt->row->item),
							  attempt->where, attempt->assignments);
	return upsert->obstacle != NULL ? NULL
		: write_request_tail(statement, upsert->actions, upsert->condition);
}

/* Expressions see the row as "excluded". */
static void
look_at(ConflictState *state, const Attempt *attempt)
{
	state->statement.evaluator->context->ecxt_innertuple = attempt->row->slot;
}

static void
evaluate_volatile(ConflictState *state, Attempt *attempt)
{
	Evaluator  *evaluator = state->statement.evaluator;
	ListCell   *cell;

	attempt->where = evaluate_volatile_parts(evaluator,
											 state->clauses->where);
	attempt->assignments = NIL;
	foreach(cell, state->clauses->assignments)
	{
		Assignment *assignment = palloc(sizeof(Assignment));
		const Assignment *given = (const Assignment *) lfirst(cell);

		assignment->column = given->column;
		assignment->expr = linitial(evaluate_volatile_parts(evaluator,
															list_make1(given->expr)));
		attempt->assignments = lappend(attempt->assignments, assignment);
	}
	attempt->computation = computation_make(&state->statement, attempt->where,
											attempt->assignments);
}

static void
begin_attempt(ConflictState *state, Attempt *attempt, ConflictRow *row)
{
	const Table *table = state->statement.table;

	attempt->row = row;
	attempt->key = table_key_of_item(table, row->item);
	attempt->readable_key = table_readable_key(table, attempt->key);
	attempt->where = state->clauses->where;
	attempt->assignments = state->clauses->assignments;
	attempt->computation = state->computation;
	look_at(state, attempt);
	if (state->statement.has_volatile)
		evaluate_volatile(state, attempt);
	attempt->tail = upsert_tail(state, attempt);
	attempt->step = attempt->tail != NULL ? STEP_UPSERT : STEP_INSERT;
}

static void
send_attempt(ConflictState *state, Attempt *attempt, const char *put_tail)
{
	WriteStatement *statement = &state->statement;

	switch (attempt->step)
	{
		case STEP_UPSERT:
		case STEP_UPDATE:
			attempt->request = write_request_start(statement, attempt->key,
												   attempt->readable_key,
												   attempt->tail);
			break;
		case STEP_INSERT:
			attempt->request = write_put_start(statement->connection,
											   statement->table,
											   attempt->row->item,
											   attempt->readable_key,
											   put_tail, statement->counters);
			break;
		case STEP_READ:
			attempt->request = reader_start_get(statement->connection,
												statement->table,
												attempt->key,
												attempt->readable_key,
												statement->counters);
			break;
		case STEP_DONE:
			break;
	}
}

/* ---- what comes back ---- */

static void
note_written(ConflictState *state, Attempt *attempt)
{
	ConflictRow *row = attempt->row;

	row->written = true;
	row->updated = attempt->step == STEP_UPDATE;
	if (state->statement.returning)
		row->result = attempt->step == STEP_INSERT ? row->item
			: request_response(attempt->request)->item;
	attempt->step = STEP_DONE;
	(void) item_set_add(state->affected, attempt->key);
	state->statement.written++;
	transaction_count_write();
}

/* The item is known; NULL: there is none. */
static void
decide(ConflictState *state, Attempt *attempt, const DynamoItem *item)
{
	WriteStatement *statement = &state->statement;

	if (attempt->tries > 0)
		row_write_back_off(statement->table, attempt->readable_key,
						   attempt->tries);
	attempt->tries++;
	if (item == NULL)
	{
		attempt->step = STEP_INSERT;
		return;
	}
	look_at(state, attempt);
	compute_load(statement, item, attempt->key, attempt->readable_key);
	if (!compute_where(statement, attempt->computation))
	{
		attempt->step = STEP_DONE;
		return;
	}
	attempt->tail = compute_write(statement, attempt->computation, item,
								  attempt->key, attempt->readable_key)->tail;
	attempt->step = STEP_UPDATE;
}

/* A condition has failed: on which item? */
static void
decide_on_old_item(ConflictState *state, Attempt *attempt)
{
	const Response *response = request_response(attempt->request);
	Connection *connection = state->statement.connection;
	bool		exists = attempt->step == STEP_INSERT;

	if (response != NULL && response->item != NULL)
	{
		connection_note_old_item(connection);
		decide(state, attempt, response->item);
	}
	else if (!exists && connection_sends_old_item(connection))
		decide(state, attempt, NULL);
	else
		attempt->step = STEP_READ;
}

/* Goes on after an item was read, or a condition failed. */
static void
go_on(ConflictState *state, Attempt *attempt)
{
	switch (request_outcome(attempt->request))
	{
		case OUTCOME_SUCCESS:
			decide(state, attempt, request_response(attempt->request)->item);
			break;
		case OUTCOME_CONDITION_FAILED:
			decide_on_old_item(state, attempt);
			break;
		default:
			/* it depended on the item: nothing was written */
			attempt->step = STEP_READ;
			break;
	}
}

static bool
has_failed(const Attempt *attempt)
{
	switch (request_outcome(attempt->request))
	{
		case OUTCOME_SUCCESS:
		case OUTCOME_CONDITION_FAILED:
			return false;
		case OUTCOME_VALIDATION:
			return attempt->step != STEP_UPSERT;
		default:
			return true;
	}
}

/*
 * All requests of a round have their answers: raises the first failure, one
 * whose outcome is unknown before all others, and says what else was written or
 * is unknown.
 */
static void
raise_failure(ConflictState *state, Attempt *attempts, int count)
{
	Attempt    *failed = NULL;
	Attempt    *refused = NULL;
	StringInfoData detail;
	int			i;

	initStringInfo(&detail);
	for (i = 0; i < count; i++)
	{
		Attempt    *attempt = &attempts[i];

		if (attempt->step == STEP_DONE)
			continue;
		if (!has_failed(attempt))
		{
			if (attempt->step != STEP_READ &&
				request_outcome(attempt->request) == OUTCOME_SUCCESS)
				note_written(state, attempt);
		}
		else if (request_outcome(attempt->request) != OUTCOME_UNKNOWN)
			refused = refused == NULL ? attempt : refused;
		else if (failed == NULL)
			failed = attempt;
		else
			appendStringInfo(&detail,
							 "The outcome is unknown of the write of %s too.  ",
							 attempt->readable_key);
	}
	if (failed == NULL)
		failed = refused;
	else if (refused != NULL)
		appendStringInfo(&detail, "The write of %s has failed.  ",
						 refused->readable_key);
	appendStringInfo(&detail,
					 ngettext("Before that, the statement wrote %lld item.",
							  "Before that, the statement wrote %lld items.",
							  (unsigned long) state->statement.written),
					 (long long) state->statement.written);
	request_raise(failed->request,
				  state->statement.written > 0 || count > 1 ? detail.data
				  : NULL);
}

/* ---- rounds ---- */

/* Sends all that is to be sent; true if there was something. */
static bool
run_round(ConflictState *state, Attempt *attempts, int count,
		  const char *put_tail)
{
	bool		any = false;
	bool		failed = false;
	int			i;

	for (i = 0; i < count; i++)
	{
		if (attempts[i].step == STEP_DONE)
			continue;
		any = true;
		send_attempt(state, &attempts[i], put_tail);
	}
	for (i = 0; i < count; i++)
	{
		if (attempts[i].step == STEP_DONE)
			continue;
		request_wait(attempts[i].request);
		failed = failed || has_failed(&attempts[i]);
	}
	if (failed)
		raise_failure(state, attempts, count);

	/* what was written is noted before anything can be raised */
	for (i = 0; i < count; i++)
		if (attempts[i].step != STEP_DONE && attempts[i].step != STEP_READ &&
			request_outcome(attempts[i].request) == OUTCOME_SUCCESS)
			note_written(state, &attempts[i]);
	for (i = 0; i < count; i++)
		if (attempts[i].step != STEP_DONE)
			go_on(state, &attempts[i]);
	return any;
}

static void
raise_second_time(const ConflictState *state, const char *readable_key)
{
	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 errmsg("ON CONFLICT DO UPDATE command cannot affect row a second time"),
			 errdetail("Item %s of table \"%s\".", readable_key,
					   state->statement.table->table_name),
			 errhint("Ensure that no rows proposed for insertion within the same command have the same key.")));
}

void
conflict_apply(ConflictState *state, ConflictRow *rows, int count,
			   const char *put_tail)
{
	Attempt    *attempts = palloc0(sizeof(Attempt) * count);
	ItemSet    *under_way = item_set_make();
	int			done = 0;
	int			i;

	if (!state->prepared)
		prepare(state);
	for (i = 0; i < count; i++)
	{
		const DynamoItem *key = table_key_of_item(state->statement.table,
												  rows[i].item);

		/* one of the same key decides first whether it is written */
		if (!item_set_add(under_way, key))
		{
			while (run_round(state, attempts + done, i - done, put_tail))
				;
			done = i;
		}
		if (item_set_has(state->affected, key))
			raise_second_time(state,
							  table_readable_key(state->statement.table, key));
		begin_attempt(state, &attempts[i], &rows[i]);
	}
	while (run_round(state, attempts + done, count - done, put_tail))
		;
}
