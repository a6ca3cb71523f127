/*
 * transaction.c
 *		What a PostgreSQL transaction means for writes to DynamoDB.
 *
 * The counts form a stack, one entry for each nesting level that wrote: on
 * commit a level's count goes to the level above it, on rollback it is told
 * to the user and dropped.
 */
#include "postgres.h"

#include "compat.h"

#include "access/xact.h"
#include "utils/memutils.h"

#include "fdw/catalog/settings.h"
#include "fdw/session/commit.h"
#include "fdw/session/transaction.h"
#include "fdw/session/write_buffer.h"
#include "fdw/session/written.h"
#include "translate/table/table_options.h"

typedef struct WriteCount
{
	int			nest_level;		/* of the transaction that wrote */
	int64		writes;
	bool		has_items;		/* not only tables */
	struct WriteCount *outer;
} WriteCount;

/* Our callback is registered with one of them, or for a moment with both. */
static char registrations[2];
static int	registered = 0;

static WriteCount *innermost = NULL;
static int	committed = 0;		/* items, in DynamoDB, before PostgreSQL */

static void
pop_count(void)
{
	WriteCount *done = innermost;

	innermost = done->outer;
	pfree(done);
}

static void
warn_of_rollback(int64 writes, const char *what)
{
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg_plural("%lld DynamoDB write of the rolled back %s stays",
						   "%lld DynamoDB writes of the rolled back %s stay",
						   (unsigned long) writes,
						   (long long) writes, what),
			 errdetail("In transaction mode \"immediate\" each statement writes to DynamoDB at once, and a rollback does not undo it.")));
}

/* DynamoDB's part is done, and PostgreSQL's has failed after it. */
static void
warn_of_half_commit(void)
{
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("the DynamoDB part of the rolled back transaction is committed"),
			 errdetail_plural("%d item was written or checked before PostgreSQL failed to commit.",
							  "%d items were written or checked before PostgreSQL failed to commit.",
							  committed, committed)));
}

/*
 * Another extension's callback has made the transaction's first write in mode
 * "atomic", when ours would have had to be called already.
 */
static void
warn_of_lost_writes(void)
{
	if (write_buffer_is_empty() || committed > 0 || write_buffer_is_closed())
		return;
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("writes to DynamoDB are lost that were made while the transaction was being committed")));
}

static void
forget_transaction(void)
{
	while (innermost != NULL)
		pop_count();
	committed = 0;
	write_buffer_forget();
	commit_forget();
	written_forget();
}

static void
roll_back(void)
{
	bool		half_committed = committed > 0;
	int64		writes = 0;

	for (WriteCount *count = innermost; count != NULL; count = count->outer)
		writes += count->writes;
	if (half_committed)
		warn_of_half_commit();
	forget_transaction();
	if (writes > 0)
		warn_of_rollback(writes, "transaction");
}

static void
transaction_end(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_PREPARE:
			if (innermost != NULL || !write_buffer_is_empty())
				ereport(ERROR,
						(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						 errmsg("cannot PREPARE a transaction that has written to DynamoDB")));
			break;

		case XACT_EVENT_PRE_COMMIT:
			committed = commit_send();
			break;

		case XACT_EVENT_COMMIT:
			warn_of_lost_writes();
			forget_transaction();
			break;

		case XACT_EVENT_PARALLEL_COMMIT:
		case XACT_EVENT_PREPARE:
			forget_transaction();
			break;

		case XACT_EVENT_ABORT:
		case XACT_EVENT_PARALLEL_ABORT:
			roll_back();
			break;

		case XACT_EVENT_PARALLEL_PRE_COMMIT:
			break;
	}
}

static void
subtransaction_end(SubXactEvent event, SubTransactionId my_id,
				   SubTransactionId parent_id, void *arg)
{
	int			level = GetCurrentTransactionNestLevel();
	int64		writes;

	if (event == SUBXACT_EVENT_ABORT_SUB)
		write_buffer_abort_sub(my_id);
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		write_buffer_commit_sub(my_id, parent_id);
	if (innermost == NULL || innermost->nest_level < level)
		return;

	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		writes = innermost->writes;
		pop_count();
		warn_of_rollback(writes, "subtransaction");
	}
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		if (innermost->outer != NULL &&
			innermost->outer->nest_level == level - 1)
		{
			innermost->outer->writes += innermost->writes;
			innermost->outer->has_items |= innermost->has_items;
			pop_count();
		}
		else
			innermost->nest_level = level - 1;
	}
}

void
transaction_register(void)
{
	RegisterXactCallback(transaction_end, &registrations[registered]);
	RegisterSubXactCallback(subtransaction_end, NULL);
}

bool
transaction_is_atomic(const Table *table)
{
	return transaction_mode_setting == -1 ? table->is_atomic
		: transaction_mode_setting == TRANSACTION_ATOMIC;
}

static void
refuse_mixture(const char *first, const char *second)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("cannot write in transaction mode \"%s\" after the transaction has written in mode \"%s\"",
					second, first),
			 errhint("Set dynamorm_fdw.transaction_mode before the first write, or write in a transaction of its own.")));
}

/*
 * Callbacks of transactions are called in the order opposite to that of their
 * registration.  Ours, which may well fail, shall come before those of other
 * wrappers that commit elsewhere.  It is never unregistered meanwhile, also if
 * memory is short: no COMMIT would send anything any more.
 */
static void
go_before_others(void)
{
	RegisterXactCallback(transaction_end, &registrations[1 - registered]);
	UnregisterXactCallback(transaction_end, &registrations[registered]);
	registered = 1 - registered;
}

static bool
has_written_at_once(void)
{
	for (WriteCount *count = innermost; count != NULL; count = count->outer)
		if (count->has_items)
			return true;
	return false;
}

void
transaction_check_mode(bool atomic)
{
	if (atomic && has_written_at_once())
		refuse_mixture("immediate", "atomic");
	if (!atomic && !write_buffer_is_empty())
		refuse_mixture("atomic", "immediate");
	if (!atomic && idempotency_key[0] != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("an idempotency key needs transaction mode \"atomic\""),
				 errhint("Set dynamorm_fdw.transaction_mode to \"atomic\", or reset dynamorm_fdw.idempotency_key.")));
}

void
transaction_begin_write(bool atomic)
{
	transaction_check_mode(atomic);
	if (atomic)
		go_before_others();
}

static void
add_count(bool is_item)
{
	int			level = GetCurrentTransactionNestLevel();

	if (innermost == NULL || innermost->nest_level < level)
	{
		WriteCount *count = MemoryContextAllocZero(TopMemoryContext,
												   sizeof(WriteCount));

		count->nest_level = level;
		count->outer = innermost;
		innermost = count;
	}
	innermost->writes++;
	innermost->has_items |= is_item;
}

void
transaction_count_write(void)
{
	add_count(true);
}

void
transaction_count_table(void)
{
	add_count(false);
}
