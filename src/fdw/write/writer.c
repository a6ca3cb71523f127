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
#include "fdw/write/own_write.h"
#include "fdw/write/write_request.h"
#include "fdw/write/writer.h"
#include "translate/key/item_key.h"
#include "translate/key/key.h"
#include "translate/table/table_template.h"

static void send_next(Writer *writer, ItemWrite *write);
static void raise_taken(Writer *writer, const DynamoItem *key)
			pg_attribute_noreturn();

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
			request_outcome(write->request) != OUTCOME_CONDITION_FAILED &&
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

static bool
is_unknown(const ItemWrite *write)
{
	return write->state == ITEM_FAILED && write->request != NULL &&
		request_outcome(write->request) == OUTCOME_UNKNOWN;
}

/* ---- sending: the one place from which a write leaves ---- */

static void
replace_request(ItemWrite *write, Request *request)
{
	if (write->request != NULL)
		request_free(write->request);
	write->request = request;
}

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
	replace_request(write, item_get_start(writer->connection, writer->table,
										  write->key, write->readable_key,
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
			replace_request(write, write_request_start(writer, write));
			write->state = ITEM_WRITING;
			break;
		case NEXT_MOVE:
			replace_request(write, write_request_start_move(writer, write));
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
	const Response *response = request_response(write->request);
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
	Outcome		outcome = request_outcome(write->request);
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

/* ---- failure ---- */

static void
settle_write(Writer *writer, ItemWrite *write)
{
	Outcome		outcome;

	if (is_done(write))
		return;
	if (write->state == ITEM_WAITING)
	{
		write->state = ITEM_SKIPPED;
		return;
	}
	request_wait(write->request);
	outcome = request_outcome(write->request);
	if (write->state == ITEM_READING)
		write->state = ITEM_SKIPPED;
	else if (outcome == OUTCOME_SUCCESS)
		note_written(writer, write);
	else if (outcome == OUTCOME_CONDITION_FAILED)
		write->state = write->decide == NULL && !write->skips_taken
			? ITEM_TAKEN : ITEM_SKIPPED;
	else
		write->state = ITEM_FAILED;
}

void
writer_finish_after_failure(Writer *writer)
{
	ListCell   *writer_cell;
	ListCell   *cell;

	foreach(writer_cell, writer->group->writers)
	{
		Writer	   *one = (Writer *) lfirst(writer_cell);

		one->exhausted = true;
		foreach(cell, one->writes)
			settle_write(one, (ItemWrite *) lfirst(cell));
	}
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

/* All writes of the group, as a list of ItemWrite. */
static List *
writes_of_all(const Writer *writer)
{
	List	   *all = NIL;
	ListCell   *cell;

	foreach(cell, writer->group->writers)
		all = list_concat(all, ((Writer *) lfirst(cell))->writes);
	return all;
}

static int64
written_by_all(const Writer *writer)
{
	int64		written = 0;
	ListCell   *cell;

	foreach(cell, writer->group->writers)
		written += ((Writer *) lfirst(cell))->written;
	return written;
}

/* Appends a sentence, two spaces after the one before. */
static void
begin_sentence(StringInfo text)
{
	if (text->len > 0)
		appendStringInfoString(text, "  ");
}

/*
 * How far the statement came, but for the write that is raised (NULL: none
 * is); empty if there is nothing to tell.
 */
static void
append_progress(StringInfo text, const Writer *writer, const ItemWrite *raised)
{
	StringInfoData unknown;
	int64		written = writer->is_atomic ? 0 : written_by_all(writer);
	int			count = 0;
	ListCell   *cell;

	initStringInfo(&unknown);
	foreach(cell, writes_of_all(writer))
	{
		const ItemWrite *write = (const ItemWrite *) lfirst(cell);

		if (write != raised && is_unknown(write))
			appendStringInfo(&unknown, "%s%s", count++ > 0 ? ", " : "",
							 write->readable_key);
	}
	if (written > 0 || count > 0)
	{
		begin_sentence(text);
		appendStringInfo(text,
						 ngettext("Before that, the statement wrote %lld item.",
								  "Before that, the statement wrote %lld items.",
								  (unsigned long) written),
						 (long long) written);
	}
	if (count > 0)
	{
		begin_sentence(text);
		appendStringInfo(text,
						 ngettext("The outcome is unknown of the write of %s too.",
								  "The outcome is unknown of the writes of %s too.",
								  count),
						 unknown.data);
	}
}

static void
raise_taken(Writer *writer, const DynamoItem *key)
{
	StringInfoData detail;

	initStringInfo(&detail);
	appendStringInfo(&detail, "Key %s already exists.",
					 key_describe(writer->table, key));
	append_progress(&detail, writer, NULL);
	ereport(ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("duplicate key value violates the key of foreign table \"%s\"",
					writer->table->relation_name),
			 errdetail_internal("%s", detail.data),
			 errtableconstraint(RelationIdGetRelation(writer->table->relation_id),
								table_key_constraint(writer->table))));
}

void
writer_raise_taken(Writer *writer, const DynamoItem *key)
{
	note_failure(writer);
	raise_taken(writer, key);
}

void
writer_raise(Writer *writer)
{
	const ItemWrite *unknown = NULL;
	const ItemWrite *refused = NULL;
	StringInfoData detail;
	ListCell   *cell;

	MemoryContextSwitchTo(writer->context);
	note_failure(writer);
	foreach(cell, writes_of_all(writer))
	{
		const ItemWrite *write = (const ItemWrite *) lfirst(cell);

		if (unknown == NULL && is_unknown(write))
			unknown = write;
		else if (refused == NULL && !is_unknown(write) &&
				 (write->state == ITEM_FAILED || write->state == ITEM_TAKEN))
			refused = write;
	}
	Assert(unknown != NULL || refused != NULL);

	if (unknown == NULL && refused->state == ITEM_TAKEN)
		raise_taken(refused->writer, refused->next == NEXT_MOVE
					? refused->new_item : refused->key);
	initStringInfo(&detail);
	if (unknown != NULL && refused != NULL)
		appendStringInfo(&detail, "The write of %s has failed.",
						 refused->readable_key);
	append_progress(&detail, writer, unknown);
	write_request_raise(unknown != NULL ? unknown : refused,
						detail.len > 0 ? detail.data : NULL);
}

void
writer_rethrow(Writer *writer, const char *readable_key)
{
	ErrorData  *error;
	StringInfoData detail;
	StringInfoData progress;

	MemoryContextSwitchTo(writer->context);
	error = CopyErrorData();
	if (writer->has_failed || interrupt_is_reason(error))
		PG_RE_THROW();

	FlushErrorState();
	note_failure(writer);
	initStringInfo(&progress);
	append_progress(&progress, writer, NULL);
	if (progress.len > 0)
	{
		initStringInfo(&detail);
		if (error->detail != NULL)
			appendStringInfoString(&detail, error->detail);
		if (readable_key != NULL &&
			(error->detail == NULL ||
			 strstr(error->detail, readable_key) == NULL))
		{
			begin_sentence(&detail);
			appendStringInfo(&detail, "It was item %s.", readable_key);
		}
		begin_sentence(&detail);
		appendStringInfoString(&detail, progress.data);
		error->detail = detail.data;
	}
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

		if (write->state == ITEM_READING || write->state == ITEM_WRITING)
			requests[count++] = write->request;
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

		if (done != NULL && write->request == done)
			return write;
	}
	return NULL;
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
		write = wait_for_any(writer);
		if (write != NULL)
			take_answer(writer, write);
		if (writer->moves && !writer->group->is_failing)
			send_waiting(writer);
	}
	PG_CATCH();
	{
		if (write != NULL && !is_done(write) &&
			request_outcome(write->request) != OUTCOME_PENDING)
			write->state = ITEM_SKIPPED;
		writer_rethrow(writer, write == NULL ? NULL : write->readable_key);
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
