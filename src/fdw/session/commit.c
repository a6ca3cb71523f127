/*
 * commit.c
 *		COMMIT of what is buffered: one TransactWriteItems.
 *
 * It is called before PostgreSQL commits, when errors still abort everything.
 * There is no snapshot then, and the current memory context may be any.
 *
 * A condition that fails says that an item is not what it was read as, or, of
 * a blind write, that one of its guards is false: of an item that has not
 * changed that will not get better by a retry of the transaction, so what the
 * executor has computed is sent instead, once.
 */
#include "postgres.h"

#include "compat.h"

#include "commands/dbcommands.h"
#include "fdw/catalog/key_check.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "client/http/clock.h"
#include "client/request/commit_request.h"
#include "fdw/catalog/settings.h"
#include "fdw/session/buffered_action.h"
#include "fdw/session/commit.h"
#include "fdw/session/image.h"
#include "fdw/session/write_buffer.h"
#include "translate/key/item_key.h"
#include "translate/table/table.h"

/*
 * Items as they were come with failed conditions, unless these may be too
 * much: an engine refuses the whole answer beyond 4 MB.
 */
#define MOST_OLD_BYTES	(1024 * 1024)

/* What is sent, in order. */
typedef struct Commit
{
	int			count;
	WriteOperation operations[MOST_ACTIONS];
	BufferedItem *items[MOST_ACTIONS];
} Commit;

/* Until when it is tried, in milliseconds of the monotonic clock. */
typedef struct CommitTime
{
	int64		deadline;
	int64		lock_deadline;	/* while other transactions have an item; 0:
								 * that one */
} CommitTime;

/* What has been tried, each only once. */
typedef struct CommitTries
{
	bool		another_token;
	bool		no_old_items;	/* come with failed conditions */
} CommitTries;

static char *token = NULL;

const char *
transaction_token(void)
{
	if (token == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);

		token = operation_token();
		MemoryContextSwitchTo(old);
	}
	return token;
}

void
commit_forget(void)
{
	token = NULL;
}

/* ---- what is sent ---- */

static char *
utf8_text(const char *text)
{
	return pg_server_to_any(text, strlen(text), PG_UTF8);
}

static bool
wants_old_items(void)
{
	BufferedItem *item = NULL;
	Size		size = 0;

	while ((item = write_buffer_next(item)) != NULL)
		size += item->base == NULL ? 0 : image_size(item->base);
	return size < MOST_OLD_BYTES;
}

static Commit *
make_commit(const CommitTries *tries)
{
	Commit	   *commit = palloc0(sizeof(Commit));
	BufferedItem *item = NULL;
	bool		wants_old = !tries->no_old_items && wants_old_items();

	while ((item = write_buffer_next(item)) != NULL)
	{
		WriteOperation operation;

		if (buffered_action_make(item, wants_old, &operation) == 0)
			continue;
		if (commit->count == MOST_ACTIONS)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("a transaction writes and locks at most %d items",
							MOST_ACTIONS)));
		commit->items[commit->count] = item;
		commit->operations[commit->count++] = operation;
	}
	return commit;
}

/* That of all actions; NULL: there are several. */
static const char *
table_of_all(const Commit *commit)
{
	const char *name = commit->operations[0].table_name;

	for (int i = 1; i < commit->count; i++)
		if (strcmp(commit->operations[i].table_name, name) != 0)
			return NULL;
	return name;
}

static TableShare *
find_share(TableShare *shares, int count, const char *table_name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(shares[i].table, table_name) == 0)
			return &shares[i];
	return NULL;
}

/*
 * The tables that have a limit, with their actions.  Foreign tables of one
 * table that say different ones: the lowest holds.
 */
static TableShare *
limited_tables(const Commit *commit, int *count)
{
	TableShare *shares = NULL;

	*count = 0;
	for (int i = 0; i < commit->count; i++)
	{
		const Table *table = commit->items[i]->table;
		TableShare *share = find_share(shares, *count, table->table_name);

		if (table->write_rate == 0)
			continue;
		if (shares == NULL)
			shares = palloc(commit->count * sizeof(TableShare));
		if (share == NULL)
		{
			share = &shares[(*count)++];
			*share = (TableShare) {
				.table = table->table_name,
				.rate = table->write_rate
			};
		}
		share->rate = Min(share->rate, table->write_rate);
		share->parts++;
	}
	return shares;
}

/* ---- what a refusal means ---- */

/* Gives up the blind writes; false if there is none. */
static bool
give_up_all_blind(const Commit *commit)
{
	bool		given_up = false;

	for (int i = 0; i < commit->count; i++)
		if (commit->items[i]->blind != NULL)
		{
			write_buffer_give_up_blind(commit->items[i]);
			given_up = true;
		}
	return given_up;
}

/*
 * Is the item what it was, as far as that is known and matters?  One that was
 * not sent may be, and blind writes are given up only once.
 */
static bool
is_unchanged(const BufferedItem *item, const DynamoItem *now)
{
	if (now == NULL && item->base != NULL &&
		!connection_sends_old_item(write_buffer_connection()))
		return true;
	if (item->base == NULL || now == NULL)
		return item->base == NULL && now == NULL;
	return image_find_change(item->base, now, item->seen) == NULL;
}

/* The foreign table may have been dropped since. */
static void
raise_key_taken(const BufferedItem *item)
{
	const Table *table = item->table;
	Relation	relation = RelationIdGetRelation(table->relation_id);

	ereport(ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("duplicate key value violates the key of foreign table \"%s\"",
					table->relation_name),
			 errdetail("Key %s already exists.",
					   key_describe(table, item->key)),
			 relation == NULL ? 0
			 : errtableconstraint(relation, table_key_constraint(table))));
}

/* What has changed, as a sentence. */
static char *
describe_change(const BufferedItem *item, const DynamoItem *now)
{
	const char *name;
	const Column *column;
	StringInfoData text;

	if (now == NULL)
		return pstrdup("It is not there any more.");
	if (item->base == NULL)
		return pstrdup("It is there by now.");
	name = image_find_change(item->base, now, item->seen);
	if (name == NULL)
		return pstrdup("It is no row any more.");
	column = table_find_attribute(item->table, name, strlen(name));
	if (column != NULL && column->attnum != 0)
		return psprintf("Column \"%s\" has changed since it was read.",
						column->name);
	initStringInfo(&text);
	appendStringInfoString(&text, "Attribute \"");
	attribute_append_server_text(&text, name, strlen(name));
	appendStringInfoString(&text, "\" has changed since it was read.");
	return text.data;
}

static void
raise_changed(const BufferedItem *item, const CancellationReason *reason)
{
	bool		tells = report_conditions &&
		(reason->item != NULL || item->base == NULL ||
		 connection_sends_old_item(write_buffer_connection()));

	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not commit because an item of table \"%s\" was changed meanwhile",
					item->table->table_name),
			 errdetail("Item %s.%s%s", item->readable_key,
					   tells ? "  " : "",
					   tells ? describe_change(item, reason->item) : ""),
			 errhint("Retry the transaction.")));
}

static bool
has_code(const CancellationReason *reason, const char *code)
{
	return strcmp(reason->code, code) == 0;
}

static bool
inserts(const BufferedItem *item)
{
	return item->base == NULL && item->blind == NULL && !item->skips_taken;
}

/*
 * Of conditions that failed, a key that is taken goes before all others: it is
 * what a row is for that makes a request unique.
 */
static void
raise_failed_condition(const Commit *commit,
					   const CancellationReason *reasons)
{
	for (int i = 0; i < commit->count; i++)
		if (reasons[i].item != NULL)
			connection_note_old_item(write_buffer_connection());
	for (int i = 0; i < commit->count; i++)
		if (has_code(&reasons[i], "ConditionalCheckFailed") &&
			inserts(commit->items[i]))
			raise_key_taken(commit->items[i]);
	/* a guard that is false of an item that has not changed is not why */
	for (int i = 0; i < commit->count; i++)
		if (has_code(&reasons[i], "ConditionalCheckFailed") &&
			(commit->items[i]->blind == NULL ||
			 !is_unchanged(commit->items[i], reasons[i].item)))
			raise_changed(commit->items[i], &reasons[i]);
}

/*
 * Gives up the blind writes whose conditions have failed of items that have
 * not changed, if nothing else stands against the transaction.
 */
static bool
give_up_false_guards(const Commit *commit,
					 const CancellationReason *reasons)
{
	bool		given_up = false;

	for (int i = 0; i < commit->count; i++)
	{
		const CancellationReason *reason = &reasons[i];
		BufferedItem *item = commit->items[i];

		if (has_code(reason, "None"))
			continue;
		if (!has_code(reason, "ConditionalCheckFailed") ||
			item->blind == NULL || !is_unchanged(item, reason->item))
			return false;
	}
	for (int i = 0; i < commit->count; i++)
		if (!has_code(&reasons[i], "None"))
		{
			write_buffer_give_up_blind(commit->items[i]);
			given_up = true;
		}
	return given_up;
}

/*
 * A token that nobody has used before is said to have been used for another
 * transaction: nothing was done, and another one may do.
 */
static bool
is_mismatch(const CommitResult *result)
{
	const char *code = request_error_code(result->request);

	return result->outcome == COMMIT_REFUSED && code != NULL &&
		strcmp(code, "IdempotentParameterMismatchException") == 0;
}

/*
 * Something in the transaction is not valid: can it be done without?  An
 * engine says so too where the items that failed their conditions are too much
 * for its answer, though they were few when they were read.
 */
static bool
leave_out_invalid(const Commit *commit, const CommitResult *result,
				  CommitTries *tries)
{
	const char *message = request_error_message(result->request);

	if (give_up_all_blind(commit))
		return true;
	if (tries->no_old_items || message == NULL ||
		strstr(message, "ayload in response") == NULL)
		return false;
	tries->no_old_items = true;
	return true;
}

/* One of the tables may have another key than its foreign table says. */
static void
refuse_other_keys(const Commit *commit, const Request *request)
{
	const Table *checked = NULL;

	for (int i = 0; i < commit->count; i++)
	{
		const Table *table = commit->items[i]->table;

		if (table != checked)
			key_check_refusal(table, write_buffer_connection(), request,
							  NULL);
		checked = table;
	}
}

/* Returns if it is to be sent anew, under another token. */
static void
take_refusal(const Commit *commit, const CommitResult *result,
			 CommitTries *tries)
{
	Outcome		outcome = request_outcome(result->request);

	if (!tries->another_token && is_mismatch(result))
	{
		tries->another_token = true;
		return;
	}

	if (result->outcome == COMMIT_REFUSED && result->reason_count > 0 &&
		outcome == OUTCOME_CONDITION_FAILED)
	{
		if (give_up_false_guards(commit, result->reasons))
			return;
		raise_failed_condition(commit, result->reasons);
	}
	if (result->outcome == COMMIT_REFUSED && outcome == OUTCOME_VALIDATION &&
		leave_out_invalid(commit, result, tries))
		return;
	if (result->outcome == COMMIT_REFUSED)
		refuse_other_keys(commit, result->request);
	commit_raise(result, NULL);
}

static void
check_token_age(void)
{
	if (commit_marker_is_late(write_buffer_connection(), transaction_token()))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not commit the DynamoDB transaction because its token is older than a day"),
				 errdetail("Nothing was written, and nothing will be.  Transaction token %s.",
						   transaction_token()),
				 errhint("Retry the transaction.")));
}

/* By which its outcome can be told; NULL: by nothing. */
static const CommitMarker *
marker_of_transaction(void)
{
	CommitMarker *marker;

	if (write_buffer_commit_table() == NULL)
		return NULL;
	check_token_age();
	marker = palloc0(sizeof(CommitMarker));
	marker->table_name = write_buffer_commit_table();
	marker->database = utf8_text(get_database_name(MyDatabaseId));
	if (write_buffer_mark_count() > 1)
		marker->idempotency_key = utf8_text(idempotency_key);
	if (marker->idempotency_key != NULL &&
		strlen(marker->idempotency_key) > COMMIT_KEY_LIMIT)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("idempotency key is too long"),
				 errdetail("It has at most %d bytes in UTF-8.",
						   COMMIT_KEY_LIMIT)));
	return marker;
}

static CommitResult *
run_commit(const Commit *commit, const CommitMarker *marker,
		   const char *request_token, const CommitTime *time)
{
	CommitSpec *spec = palloc0(sizeof(CommitSpec));

	spec->connection = write_buffer_connection();
	spec->operations = commit->operations;
	spec->count = commit->count;
	spec->token = transaction_token();
	spec->request_token = request_token;
	spec->deadline = time->deadline;
	spec->lock_deadline = time->lock_deadline;
	spec->table = table_of_all(commit);
	spec->marker = marker;
	spec->shares = limited_tables(commit, &spec->share_count);
	return commit_run(spec);
}

/* Sends the transaction until it is done; returns how many actions it has. */
static int
send_transaction(void)
{
	const CommitMarker *marker = marker_of_transaction();
	int64		now = monotonic_milliseconds();
	CommitTime	time = {
		.deadline = now + commit_timeout,
		.lock_deadline = LockTimeout > 0 ? now + LockTimeout : 0
	};
	const char *request_token = transaction_token();
	CommitTries tries = {0};

	for (;;)
	{
		Commit	   *commit = make_commit(&tries);
		CommitResult *result;

		if (commit->count == 0)
			return 0;
		result = run_commit(commit, marker, request_token, &time);
		if (result->outcome == COMMIT_DONE)
			return commit->count;
		take_refusal(commit, result, &tries);
		request_token = operation_token();
	}
}

int
commit_send(void)
{
	MemoryContext context;
	MemoryContext old;
	int			count;

	write_buffer_close();
	if (write_buffer_is_empty())
		return 0;
	context = AllocSetContextCreate(TopTransactionContext,
									"dynamorm_fdw commit",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	write_buffer_check_limits();
	count = send_transaction();
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return count;
}
