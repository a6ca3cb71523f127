/*
 * transaction.c
 *		What a PostgreSQL transaction means for writes that are done at once.
 *
 * The counts form a stack, one entry for each nesting level that wrote: on
 * commit a level's count goes to the level above it, on rollback it is told
 * to the user and dropped.
 */
#include "postgres.h"

#include "compat.h"

#include "access/xact.h"
#include "utils/memutils.h"

#include "fdw/session/transaction.h"
#include "fdw/session/written.h"

typedef struct WriteCount
{
	int			nest_level;		/* of the transaction that wrote */
	int64		writes;
	struct WriteCount *outer;
} WriteCount;

static WriteCount *innermost = NULL;

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

static void
transaction_end(XactEvent event, void *arg)
{
	int64		writes = 0;

	switch (event)
	{
		case XACT_EVENT_PRE_PREPARE:
			if (innermost != NULL)
				ereport(ERROR,
						(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						 errmsg("cannot PREPARE a transaction that has written to DynamoDB")));
			break;

		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PARALLEL_COMMIT:
		case XACT_EVENT_PREPARE:
			while (innermost != NULL)
				pop_count();
			written_forget();
			break;

		case XACT_EVENT_ABORT:
		case XACT_EVENT_PARALLEL_ABORT:
			while (innermost != NULL)
			{
				writes += innermost->writes;
				pop_count();
			}
			written_forget();
			if (writes > 0)
				warn_of_rollback(writes, "transaction");
			break;

		case XACT_EVENT_PRE_COMMIT:
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
			pop_count();
		}
		else
			innermost->nest_level = level - 1;
	}
}

void
transaction_register(void)
{
	RegisterXactCallback(transaction_end, NULL);
	RegisterSubXactCallback(subtransaction_end, NULL);
}

void
transaction_count_write(void)
{
	int			level = GetCurrentTransactionNestLevel();

	if (innermost == NULL || innermost->nest_level < level)
	{
		WriteCount *count = MemoryContextAlloc(TopMemoryContext,
											   sizeof(WriteCount));

		count->nest_level = level;
		count->writes = 0;
		count->outer = innermost;
		innermost = count;
	}
	innermost->writes++;
}
