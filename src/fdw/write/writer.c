/*
 * writer.c
 *		The one way by which a statement's writes of items leave, and come to
 *		an end.
 */
#include "postgres.h"

#include "compat.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "client/http/interrupt.h"
#include "fdw/catalog/option.h"
#include "fdw/read/item_get.h"
#include "fdw/read/read_ahead.h"
#include "fdw/read/spelling_look.h"
#include "fdw/session/transaction.h"
#include "fdw/session/write_buffer.h"
#include "fdw/write/back_off.h"
#include "fdw/write/buffered_write.h"
#include "fdw/write/insert_batch.h"
#include "fdw/write/own_write.h"
#include "fdw/write/write_failure.h"
#include "fdw/write/write_request.h"
#include "fdw/write/writer.h"
#include "translate/key/item_key.h"
#include "translate/key/key.h"
#include "translate/table/table_template.h"

static void send_next(Writer *writer, ItemWrite *write);

static bool
is_one_of(const Writer *writer, const DynamoItem *key, const ReadItems *items)
{
	if (items->key != NULL)
		return table_key_equal(writer->table, key, items->key);
	return items->partition == NULL ||
		key_in_partition(writer->table, key, items->partition);
}

/* Does a statement write one of the items now?  See written_since(). */
static bool
has_under_way(const RunningWrites *running, const ReadItems *items)
{
	const Writer *writer = (const Writer *)
		((const char *) running - offsetof(Writer, running));
	ListCell   *cell;

	foreach(cell, writer->writes)
	{
		const ItemWrite *write = (const ItemWrite *) lfirst(cell);

		if (write->state == ITEM_WRITING &&
			write_request_outcome(write) != OUTCOME_CONDITION_FAILED &&
			(is_one_of(writer, write->key, items) ||
			 (write->next == NEXT_MOVE &&
			  is_one_of(writer, write->new_item, items))))
			return true;
	}
	return false;
}

Writer *
writer_make(const EState *estate, const Table *table, Oid user_id,
			RequestCounters *counters)
{
	Writer	   *writer = palloc0(sizeof(Writer));

	writer->estate = estate;
	writer->table = table;
	writer->connection = option_connection(table->server_id, user_id);
	writer->user_id = user_id;
	writer->is_atomic = transaction_is_atomic(table);
	writer->counters = counters;
	writer->max_concurrency = 1;
	writer->context = CurrentMemoryContext;
	writer->group = palloc0(sizeof(WriterGroup));
	writer->group->writers = list_make1(writer);

	/* COPY has it nowhere but in itself (CopyFrom() in copyfrom.c) */
	writer->running.command_id = estate->es_output_cid != FirstCommandId
		? estate->es_output_cid : GetCurrentCommandId(true);
	written_settle(table, writer->running.command_id);
	writer->running.table = table;
	writer->running.has_under_way = has_under_way;
	writer->noted = written_begin(&writer->running, writer->context);
	return writer;
}

void
writer_join(Writer *writer, WriterGroup *group)
{
	MemoryContext old = MemoryContextSwitchTo(writer->context);

	group->writers = lappend(group->writers, writer);
	writer->group = group;
	MemoryContextSwitchTo(old);
}

/*
 * Another writer of the statement may come upon an item that is under way, and
 * nobody knows yet whether it is changed: so nothing is, when a row is handed
 * out or asked for.
 */
int
writer_concurrency(const Writer *writer)
{
	return written_is_shared(&writer->running) ? 1 : writer->max_concurrency;
}

static bool
is_done(const ItemWrite *write)
{
	return write->state > ITEM_WRITING;
}

/* ---- sending: the one place from which a write leaves ---- */

static bool
has_key(const Writer *writer, const ItemWrite *write, const DynamoItem *key)
{
	return table_key_equal(writer->table, write->key, key) ||
		(write->next == NEXT_MOVE &&
		 table_key_equal(writer->table, write->new_item, key));
}

/* Do they share a key, old or new, as far as it is known? */
static bool
share_key(const Writer *writer, const ItemWrite *write, const ItemWrite *other)
{
	return has_key(writer, other, write->key) ||
		(write->next == NEXT_MOVE &&
		 has_key(writer, other, write->new_item));
}

/*
 * Must the write wait for another?  For any older one that has its old or new
 * key, or may get it: before its item is read, nobody knows where it goes.
 * And for a younger one that is on its way with the key; which waits for
 * nothing, so that no two wait for each other.
 */
static bool
must_wait(const Writer *writer, const ItemWrite *write)
{
	bool		older = true;
	ListCell   *cell;

	foreach(cell, writer->writes)
	{
		const ItemWrite *other = (const ItemWrite *) lfirst(cell);

		if (other == write)
			older = false;
		else if (is_done(other))
			continue;
		else if (older && other->next == NEXT_READ &&
				 write->next != NEXT_READ)
			return true;
		else if ((older || other->state != ITEM_WAITING) &&
				 share_key(writer, write, other))
			return true;
	}
	return false;
}

/*
 * Other scans of the session do not see what their statements do not.  Nor
 * does the one that brings the rows meet an item again under its new key.
 */
static void
read_others_ahead(const Writer *writer, const ItemWrite *write)
{
	WrittenKeys written = {.count = 1, .keys = {write->key}};

	if (write->next == NEXT_MOVE)
		written.keys[written.count++] =
			table_key_of_item(writer->table, write->new_item);
	read_ahead(write->next == NEXT_MOVE ? NULL : writer->estate,
			   writer->running.command_id, writer->table, &written);
}

static void
start_read(Writer *writer, ItemWrite *write)
{
	insert_batch_replace(write, item_get_start(writer->connection,
											   writer->table, write->key,
											   write->readable_key,
											   writer->counters));
	write->state = ITEM_READING;
}

static void decide_on(Writer *writer, ItemWrite *write,
					  const DynamoItem *item);
static void note_failed(Writer *writer, ItemWrite *write,
						ItemWriteState state);

/*
 * In place of being sent, a write is kept; before, the item is read that it is
 * about, unless it is known.
 */
static void
keep_next(Writer *writer, ItemWrite *write)
{
	const DynamoItem *item;

	if (write->is_decided)
	{
		own_write_check_decided(writer, write);
		if (!buffered_write_keep(writer, write))
		{
			note_failed(writer, write, ITEM_TAKEN);
			return;
		}
		write->state = ITEM_WRITTEN;
		writer->written++;
		return;
	}
	if (write->next == NEXT_WRITE && write->speculative && !writer->returning)
	{
		write->blind = write->expressions;
		write->blind_kind = write->kind;
	}
	write->next = NEXT_READ;
	if (buffered_write_current(writer, write, &item))
		decide_on(writer, write, item);
	else
		start_read(writer, write);
}

/* One that is kept until COMMIT: the item was looked for first. */
static void
decide_plain_put(Writer *writer, ItemWrite *write, const DynamoItem *item)
{
	if (item == NULL)
		send_next(writer, write);
	else if (write->skips_taken)
		write->state = ITEM_SKIPPED;
	else
		note_failed(writer, write, ITEM_TAKEN);
}

static void
send_next(Writer *writer, ItemWrite *write)
{
	if (write->next == NEXT_NOTHING || own_write_skips(writer, write))
	{
		write->state = ITEM_SKIPPED;
		return;
	}
	if (writer->moves && must_wait(writer, write))
	{
		write->state = ITEM_WAITING;
		return;
	}
	if (own_write_has_new_key(writer, write))
	{
		if (write->decide == NULL || write->next == NEXT_MOVE)
		{
			decide_plain_put(writer, write, write->new_item);
			return;
		}

		/* the item decides, unless it is not there any more */
		if (write->tries == 0)
			write->next = NEXT_READ;
	}
	if (writer->is_atomic)
	{
		keep_next(writer, write);
		return;
	}
	if (write->next != NEXT_READ)
		read_others_ahead(writer, write);
	switch (write->next)
	{
		case NEXT_READ:
			start_read(writer, write);
			break;
		case NEXT_WRITE:
			if (insert_batch_gathers(writer, write))
			{
				write->state = ITEM_GATHERED;
				break;
			}
			insert_batch_replace(write, write_request_start(writer, write));
			write->state = ITEM_WRITING;
			break;
		case NEXT_MOVE:
			insert_batch_replace(write,
								 write_request_start_move(writer, write));
			write->state = ITEM_WRITING;
			break;
		case NEXT_NOTHING:
			break;
	}
}

static void
begin_writing(Writer *writer)
{
	transaction_begin_write(writer->is_atomic);
	if (writer->is_atomic)
		write_buffer_check(writer->table, writer->connection, writer->user_id);
	writer->has_begun = true;
}

void
writer_submit(Writer *writer, ItemWrite *write)
{
	MemoryContext old;

	if (writer->group->is_failing)
		writer_raise(writer);
	if (write->creates || write->kind == WRITE_PUT)
		spelling_look(writer->table, writer->connection, writer->counters);
	if (!writer->has_begun)
		begin_writing(writer);
	transaction_check_mode(writer->is_atomic);
	old = MemoryContextSwitchTo(writer->context);
	write->writer = writer;
	writer->writes = lappend(writer->writes, write);
	MemoryContextSwitchTo(write->context);
	send_next(writer, write);
	MemoryContextSwitchTo(old);
}

/* ---- what comes back: the one place where an outcome is read ---- */

/* One that the statement has let expire itself still is. */
static bool
is_row(const Writer *writer, const ItemWrite *write, const DynamoItem *item)
{
	return table_is_row(writer->table, item) ||
		(table_is_expired_row(writer->table, item) &&
		 own_write_has(writer, write->key));
}

/*
 * The item may belong to the request, which therefore stays until the new one
 * is made.
 */
static void
decide_on(Writer *writer, ItemWrite *write, const DynamoItem *item)
{
	if (own_write_skips(writer, write))
	{
		write->state = ITEM_SKIPPED;
		return;
	}

	if (item == NULL)
		spelling_look(writer->table, writer->connection, writer->counters);
	else if (!is_row(writer, write, item))
	{
		if (table_is_expired_row(writer->table, item))
		{
			write->expired = item;
			write->blind = NULL;	/* an UpdateItem would not replace it */
		}
		else if (write->creates)
			key_raise_other_item(writer->table, write->readable_key, item);
		item = NULL;
	}

	/* what is computed is no guess any more */
	write->speculative = false;
	write->base = item;
	write->is_decided = true;
	if (write->decide == NULL)
	{
		write->next = NEXT_WRITE;
		decide_plain_put(writer, write, item);
		return;
	}
	write->decide(write, item);
	if (write->next != NEXT_NOTHING && write->tries > 0)
		back_off(writer->table, write->readable_key, write->tries);
	write->tries++;
	send_next(writer, write);
}

/*
 * An UpdateItem that may have made its item, or changed it, counts as a
 * change: then an error is raised rather than a change lost.
 */
static void
note_written(Writer *writer, ItemWrite *write)
{
	WrittenBy	by = {
		.command_id = writer->running.command_id,
		.how = write->kind == WRITE_PUT ? WRITTEN_MADE
		: write->kind == WRITE_DELETE || write->next == NEXT_MOVE
		? WRITTEN_GONE : WRITTEN_CHANGED
	};

	write->state = ITEM_WRITTEN;
	written_note(writer->noted, write->key, by);
	if (write->next == NEXT_MOVE)
	{
		by.how = WRITTEN_MADE;
		written_note(writer->noted,
					 table_key_of_item(writer->table, write->new_item), by);
	}
	if (write->next == NEXT_MOVE || write->kind == WRITE_PUT)
		write->item = write->new_item;
	else if (writer->returning)
		write->item = request_response(write->request)->item;
	writer->written++;
	transaction_count_write();
}

static void
read_item(Writer *writer, ItemWrite *write)
{
	write->next = NEXT_READ;
	send_next(writer, write);
}

static void
note_failed(Writer *writer, ItemWrite *write, ItemWriteState state)
{
	write->state = state;
	writer->group->is_failing = true;
}

/*
 * A condition has failed: the item comes with the failure if there is one,
 * unless the engine is one that never sends it; then it is read.
 */
static void
condition_failed(Writer *writer, ItemWrite *write)
{
	const Response *response = write->batch != NULL ? NULL
		: request_response(write->request);
	const DynamoItem *item = response != NULL ? response->item : NULL;

	if (write->decide == NULL)
	{
		if (write->skips_taken)
			write->state = ITEM_SKIPPED;
		else
			note_failed(writer, write, ITEM_TAKEN);
		return;
	}
	if (write->next == NEXT_MOVE)
	{
		/* there is a reason for each of the two actions */
		const CancellationReason *reasons = response->reasons;

		if (strcmp(reasons[0].code, "ConditionalCheckFailed") != 0)
		{
			note_failed(writer, write, ITEM_TAKEN);
			return;
		}
		item = reasons[0].item;
	}

	if (item != NULL)
	{
		connection_note_old_item(writer->connection);
		decide_on(writer, write, item);
	}
	else if (connection_sends_old_item(writer->connection) &&
			 (write->next == NEXT_MOVE || write->kind != WRITE_PUT))
		decide_on(writer, write, NULL);
	else
		read_item(writer, write);
}

/* Goes on with a write whose request is done. */
static void
take_answer(Writer *writer, ItemWrite *write)
{
	Outcome		outcome = write_request_outcome(write);
	MemoryContext old = MemoryContextSwitchTo(write->context);

	if (outcome == OUTCOME_SUCCESS && write->state == ITEM_READING)
		decide_on(writer, write, item_get_result(write->request));
	else if (outcome == OUTCOME_SUCCESS)
		note_written(writer, write);
	else if (outcome == OUTCOME_CONDITION_FAILED)
		condition_failed(writer, write);
	else if (outcome == OUTCOME_VALIDATION && write->speculative &&
			 write->state == ITEM_WRITING)
		read_item(writer, write);
	else
		note_failed(writer, write, ITEM_FAILED);
	MemoryContextSwitchTo(old);
}

/* The same for all writes of a batch; those that are left are sent again. */
static void
take_answer_of_batch(Writer *writer, InsertBatch *batch)
{
	bool		some_are_left = false;
	ListCell   *cell;

	insert_batch_take_answer(writer, batch);
	foreach(cell, writer->writes)
	{
		ItemWrite  *write = (ItemWrite *) lfirst(cell);

		if (write->batch != batch || is_done(write))
			continue;
		if (write_request_outcome(write) == OUTCOME_PENDING)
		{
			some_are_left = true;
			continue;
		}
		take_answer(writer, write);
		if (write->batch == batch && write->state != ITEM_FAILED)
			insert_batch_leave(write);
	}
	if (some_are_left && !writer->group->is_failing)
		batch_insert_send_again(batch->insert);
}

/* ---- failure ---- */

/* Waits until a request is done; returns its write, NULL if there is none. */
static ItemWrite *
wait_for_any(Writer *writer)
{
	Request   **requests = palloc(sizeof(Request *) *
								  Max(list_length(writer->writes), 1));
	Request    *done = NULL;
	int			count = 0;
	ListCell   *cell;

	foreach(cell, writer->writes)
	{
		ItemWrite  *write = (ItemWrite *) lfirst(cell);

		if (write->state != ITEM_READING && write->state != ITEM_WRITING)
			continue;
		/* those of a batch have one, and mostly stand together */
		requests[count] = write_request_under_way(write);
		if (requests[count] != NULL &&
			(count == 0 || requests[count - 1] != requests[count]))
			count++;
	}
	if (count == 1)
	{
		done = requests[0];
		request_wait(done);
	}
	else if (count > 1)
		done = request_wait_any(requests, count);
	pfree(requests);

	foreach(cell, writer->writes)
	{
		ItemWrite  *write = (ItemWrite *) lfirst(cell);

		if (done != NULL && write_request_under_way(write) == done)
			return write;
	}
	return NULL;
}

/* Nothing is sent any more, nor looked at: what is known is how it ended. */
static void
settle_write(Writer *writer, ItemWrite *write)
{
	Outcome		outcome;

	if (is_done(write))
		return;
	if (write->state != ITEM_WRITING)
	{
		write->state = ITEM_SKIPPED;
		return;
	}
	outcome = write_request_outcome(write);
	if (outcome == OUTCOME_SUCCESS)
		note_written(writer, write);
	else if (outcome == OUTCOME_CONDITION_FAILED)
		write->state = write->decide == NULL && !write->skips_taken
			? ITEM_TAKEN : ITEM_SKIPPED;
	else
		/* of a batch, what is to be sent again was not written */
		write->state = outcome == OUTCOME_PENDING ? ITEM_SKIPPED : ITEM_FAILED;
}

static void
settle_batch(Writer *writer, InsertBatch *batch)
{
	ListCell   *cell;

	insert_batch_take_answer(writer, batch);
	foreach(cell, writer->writes)
	{
		ItemWrite  *write = (ItemWrite *) lfirst(cell);

		/* those that were refused are in it no more */
		if (write->batch == batch || write->state == ITEM_GATHERED)
			settle_write(writer, write);
	}
}

/*
 * In the order in which answers come: an interrupt finds nothing that has come
 * and was not counted.
 */
static void
settle_writes(Writer *writer)
{
	ItemWrite  *write;
	ListCell   *cell;

	writer->exhausted = true;
	foreach(cell, writer->writes)
	{
		write = (ItemWrite *) lfirst(cell);
		if (write->state == ITEM_WAITING || write->state == ITEM_GATHERED)
			write->state = ITEM_SKIPPED;
	}
	while ((write = wait_for_any(writer)) != NULL)
	{
		if (write->batch != NULL)
			settle_batch(writer, write->batch);
		else
			settle_write(writer, write);
	}

	/* an error came between an answer and what was to be done about it */
	foreach(cell, writer->writes)
		settle_write(writer, (ItemWrite *) lfirst(cell));
}

void
writer_finish_after_failure(Writer *writer)
{
	ListCell   *cell;

	foreach(cell, writer->group->writers)
		settle_writes((Writer *) lfirst(cell));
}

/* An error that tells of all of them is raised. */
static void
note_failure(Writer *writer)
{
	ListCell   *cell;

	writer_finish_after_failure(writer);
	foreach(cell, writer->group->writers)
		((Writer *) lfirst(cell))->has_failed = true;
}

void
writer_raise_taken(Writer *writer, const DynamoItem *key)
{
	note_failure(writer);
	write_failure_raise_taken(writer, key);
}

void
writer_raise(Writer *writer)
{
	MemoryContextSwitchTo(writer->context);
	note_failure(writer);
	write_failure_raise(writer);
}

void
writer_rethrow(Writer *writer, const char *readable_key)
{
	ErrorData  *error;

	MemoryContextSwitchTo(writer->context);
	error = CopyErrorData();
	if (writer->has_failed || interrupt_is_reason(error))
		PG_RE_THROW();

	FlushErrorState();
	note_failure(writer);
	write_failure_tell(writer, error, readable_key);
	ReThrowError(error);
}

/* ---- going on ---- */

/* Sends what has waited, where it need not any more. */
static void
send_waiting(Writer *writer)
{
	ListCell   *cell;

	foreach(cell, writer->writes)
	{
		ItemWrite  *write = (ItemWrite *) lfirst(cell);
		MemoryContext old = MemoryContextSwitchTo(write->context);

		if (write->state == ITEM_WAITING)
			send_next(writer, write);
		MemoryContextSwitchTo(old);
	}
}

/* Goes on with whatever can go on; false if nothing is under way. */
static bool
go_on(Writer *writer)
{
	ItemWrite  *volatile write = NULL;

	PG_TRY();
	{
		while (!writer->exhausted && writer->feed != NULL &&
			   list_length(writer->writes) < writer_concurrency(writer))
			writer->feed(writer->source);
		insert_batch_send(writer);
		write = wait_for_any(writer);
		if (write != NULL && write->batch != NULL)
			take_answer_of_batch(writer, write->batch);
		else if (write != NULL)
			take_answer(writer, write);
		if (writer->moves && !writer->group->is_failing)
			send_waiting(writer);
	}
	PG_CATCH();
	{
		bool		is_single = write != NULL && write->batch == NULL;

		if (is_single && !is_done(write) && write->request != NULL &&
			request_outcome(write->request) != OUTCOME_PENDING)
			write->state = ITEM_SKIPPED;
		writer_rethrow(writer, is_single ? write->readable_key : NULL);
	}
	PG_END_TRY();

	return write != NULL;
}

ItemWrite *
writer_next_done(Writer *writer)
{
	for (;;)
	{
		ItemWrite  *oldest = writer->writes == NIL ? NULL
			: linitial(writer->writes);

		if (writer->group->is_failing)
			writer_raise(writer);
		if (oldest == NULL || !is_done(oldest))
		{
			if (!go_on(writer) && writer->writes == NIL)
				return NULL;
			continue;
		}
		writer->writes = list_delete_first(writer->writes);
		return oldest;
	}
}

ItemWrite *
writer_find(const Writer *writer, const DynamoItem *key)
{
	ListCell   *cell;

	foreach(cell, writer->writes)
	{
		ItemWrite  *write = (ItemWrite *) lfirst(cell);

		if (has_key(writer, write, key))
			return write;
	}
	return NULL;
}
