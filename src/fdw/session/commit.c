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

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "client/http/clock.h"
#include "client/request/request.h"
#include "fdw/catalog/settings.h"
#include "fdw/session/buffered_action.h"
#include "fdw/session/commit.h"
#include "fdw/session/image.h"
#include "fdw/session/write_buffer.h"
#include "translate/key/item_key.h"
#include "translate/table/table.h"

#define MOST_ACTIONS	100

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

static char *token = NULL;

const char *
commit_token(void)
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
make_commit(void)
{
	Commit	   *commit = palloc0(sizeof(Commit));
	BufferedItem *item = NULL;
	bool		wants_old = wants_old_items();

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

/* Is the item what it was, as far as that is known and matters? */
static bool
is_unchanged(const BufferedItem *item, const DynamoItem *now)
{
	if (item->base == NULL || now == NULL)
		return item->base == NULL && now == NULL;
	return image_find_change(item->base, now, item->seen) == NULL;
}

static void
raise_key_taken(const BufferedItem *item)
{
	const Table *table = item->table;

	ereport(ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("duplicate key value violates the key of foreign table \"%s\"",
					table->relation_name),
			 errdetail("Key %s already exists.",
					   key_describe(table, item->key)),
			 errtableconstraint(RelationIdGetRelation(table->relation_id),
								table_key_constraint(table))));
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
		(reason->item != NULL || item->base == NULL);

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
raise_failed_condition(const Commit *commit, const Response *response)
{
	for (int i = 0; i < commit->count; i++)
		if (has_code(&response->reasons[i], "ConditionalCheckFailed") &&
			inserts(commit->items[i]))
			raise_key_taken(commit->items[i]);
	for (int i = 0; i < commit->count; i++)
		if (has_code(&response->reasons[i], "ConditionalCheckFailed"))
			raise_changed(commit->items[i], &response->reasons[i]);
}

/*
 * Gives up the blind writes whose conditions have failed of items that have
 * not changed, if nothing else stands against the transaction.
 */
static bool
give_up_false_guards(const Commit *commit, const Response *response)
{
	bool		given_up = false;

	for (int i = 0; i < commit->count; i++)
	{
		const CancellationReason *reason = &response->reasons[i];
		BufferedItem *item = commit->items[i];

		if (has_code(reason, "None"))
			continue;
		if (!has_code(reason, "ConditionalCheckFailed") ||
			item->blind == NULL || !is_unchanged(item, reason->item))
			return false;
	}
	for (int i = 0; i < commit->count; i++)
		if (!has_code(&response->reasons[i], "None"))
		{
			write_buffer_give_up_blind(commit->items[i]);
			given_up = true;
		}
	return given_up;
}

/* Returns if it is to be sent anew, under another token. */
static void
take_refusal(const Commit *commit, const Request *request)
{
	const Response *response = request_response(request);

	if (request_outcome(request) == OUTCOME_CONDITION_FAILED &&
		response != NULL && response->reason_count >= commit->count)
	{
		if (give_up_false_guards(commit, response))
			return;
		raise_failed_condition(commit, response);
	}
	if (request_outcome(request) == OUTCOME_VALIDATION &&
		give_up_all_blind(commit))
		return;
	request_raise(request, NULL);
}

static Request *
run_commit(const Commit *commit)
{
	RequestSpec spec = {
		.operation = "TransactWriteItems",
		.kind = REQUEST_IDEMPOTENT,
		.table = table_of_all(commit),
		.parts = commit->count
	};
	StringInfoData body;

	initStringInfo(&body);
	operation_append_transaction(&body, commit->operations, commit->count,
								 commit_token());
	spec.body = body.data;
	spec.body_length = body.len;
	return request_run(write_buffer_connection(), &spec);
}

int
commit_send(void)
{
	MemoryContext context;
	MemoryContext old;
	int			count = 0;

	if (write_buffer_is_empty())
		return 0;
	context = AllocSetContextCreate(TopTransactionContext,
									"dynamorm_fdw commit",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	write_buffer_close();
	for (;;)
	{
		Commit	   *commit = make_commit();
		Request    *request;

		count = commit->count;
		if (count == 0)
			break;
		request = run_commit(commit);
		if (request_outcome(request) == OUTCOME_SUCCESS)
			break;
		take_refusal(commit, request);
		token = NULL;
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return count;
}
