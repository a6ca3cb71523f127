/*
 * row_write.c
 *		The write of one item: pushed if it can be, computed where it must be.
 */
#include "postgres.h"

#include "compat.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

#include "fdw/read/reader.h"
#include "fdw/session/transaction.h"
#include "fdw/write/key_change.h"
#include "fdw/write/report.h"
#include "fdw/write/row_write.h"

/*
 * As often an optimistic write waits, and is tried, before it gives up.  What
 * was read before the wait is old after it, so each round is two tries: one
 * with that, and at once another with what the first has met.
 */
#define MAX_ROUNDS			20

/* Back-off before a round, in milliseconds: from four times base to cap. */
#define BACK_OFF_BASE		2
#define BACK_OFF_CAP		250

void
row_write_back_off(const Table *table, const char *readable_key, int failures)
{
	int			ceiling;
	long		delay;

	if (failures % 2 != 0)
		return;
	if (failures >= 2 * MAX_ROUNDS)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not update an item of table \"%s\" because others kept changing it",
						table->table_name),
				 errdetail("Item %s was changed between reading and writing %d times.",
						   readable_key, failures),
				 errhint("Retry the statement.")));

	ceiling = Min(BACK_OFF_CAP, BACK_OFF_BASE << Min(failures, 10));
	delay = (long) (random_fraction() * ceiling);
	if (delay <= 0)
		return;
	(void) WaitLatch(MyLatch,
					 WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
					 delay, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	request_check_for_interrupts();
}

static void
replace_request(RowWrite *row, Request *request)
{
	if (row->request != NULL)
		request_free(row->request);
	row->request = request;
}

static void
send_pushed(RowWrite *row)
{
	row->state = ROW_PUSHED;
	replace_request(row, write_request_start(row->statement, row->key,
											 row->readable_key, row->plan->tail));
}

static void
send_read(RowWrite *row)
{
	row->state = ROW_READING;
	replace_request(row, reader_start_get(row->statement->connection,
										  row->statement->table, row->key,
										  row->readable_key,
										  row->statement->counters));
}

/*
 * The item is known: no row, WHERE not true, or a write computed from it.
 * item may belong to the row's request, which therefore stays until the new
 * one is made.
 */
static void
decide(RowWrite *row, const DynamoItem *item)
{
	WriteStatement *statement = row->statement;
	ComputedWrite *write;

	if (item == NULL && !statement->upsert)
	{
		if (statement->report)
			report_unchanged(statement, NULL, row->readable_key);
		row->state = ROW_SKIPPED;
		return;
	}

	compute_load(statement, item, row->key, row->readable_key);
	if (!compute_where(statement, row->plan->computation))
	{
		if (statement->report)
			report_unchanged(statement, item, row->readable_key);
		row->state = ROW_SKIPPED;
		return;
	}

	if (row->tries > 0)
		row_write_back_off(statement->table, row->readable_key, row->tries);
	write = compute_write(statement, row->plan->computation, item, row->key,
						  row->readable_key);
	row->tries++;
	row->state = ROW_COMPUTED;
	row->new_item = write->new_item == NULL ? NULL
		: item_copy(write->new_item);
	replace_request(row, row->new_item != NULL
					? key_change_start(statement, item, row->readable_key,
									   row->new_item)
					: write_request_start(statement, row->key,
										  row->readable_key, write->tail));
}

RowWrite *
row_write_start(WriteStatement *statement, const RowPlan *plan,
				const DynamoItem *key, const DynamoItem *base)
{
	RowWrite   *row = palloc0(sizeof(RowWrite));

	row->statement = statement;
	row->context = CurrentMemoryContext;
	row->plan = plan;
	row->key = item_copy(key);
	row->readable_key = table_readable_key(statement->table, row->key);

	if (plan->tail != NULL)
		send_pushed(row);
	else if (base != NULL)
		decide(row, item_copy(base));
	else
		send_read(row);
	return row;
}

bool
row_write_done(const RowWrite *row)
{
	return row->state == ROW_WRITTEN || row->state == ROW_SKIPPED ||
		row->state == ROW_FAILED;
}

static void
note_written(RowWrite *row)
{
	row->state = ROW_WRITTEN;
	if (row->statement->returning)
		row->item = row->new_item != NULL ? row->new_item
			: request_response(row->request)->item;
	row->statement->written++;
	transaction_count_write();
}

/*
 * A failed condition.  The old item comes with the failure if there is one,
 * unless the engine is one that never sends it: then it is read.
 */
static void
condition_failed(RowWrite *row)
{
	const Response *response = request_response(row->request);
	Connection *connection = row->statement->connection;
	const DynamoItem *item;

	if (row->new_item != NULL)
		item = key_change_current_item(row->statement->table, row->request,
									   row->new_item);
	else
		item = response != NULL ? response->item : NULL;
	if (item != NULL)
	{
		connection_note_old_item(connection);
		decide(row, item);
	}
	else if (connection_sends_old_item(connection))
		decide(row, NULL);
	else
		send_read(row);
}

static void
step(RowWrite *row)
{
	Outcome		outcome = request_outcome(row->request);

	switch (row->state)
	{
		case ROW_PUSHED:
			if (outcome == OUTCOME_SUCCESS)
				note_written(row);
			else if (outcome == OUTCOME_CONDITION_FAILED)
				condition_failed(row);
			else if (outcome == OUTCOME_VALIDATION)
				/* nothing was written; the computed path knows why */
				send_read(row);
			else
				row->state = ROW_FAILED;
			break;

		case ROW_READING:
			if (outcome == OUTCOME_SUCCESS)
				decide(row, request_response(row->request)->item);
			else
				row->state = ROW_FAILED;
			break;

		case ROW_COMPUTED:
			if (outcome == OUTCOME_SUCCESS)
				note_written(row);
			else if (outcome == OUTCOME_CONDITION_FAILED)
				condition_failed(row);
			else
				row->state = ROW_FAILED;
			break;

		case ROW_WRITTEN:
		case ROW_SKIPPED:
		case ROW_FAILED:
			break;
	}
}

void
row_write_step(RowWrite *row)
{
	MemoryContext old = MemoryContextSwitchTo(row->context);

	step(row);
	MemoryContextSwitchTo(old);
}

void
row_write_settle(RowWrite *row)
{
	Outcome		outcome = request_outcome(row->request);

	if (row->state != ROW_READING && outcome == OUTCOME_SUCCESS)
		note_written(row);
	else if (outcome == OUTCOME_UNKNOWN)
		row->state = ROW_FAILED;
	else
		row->state = ROW_SKIPPED;
}

void
row_write_free(RowWrite *row)
{
	MemoryContextDelete(row->context);
}
