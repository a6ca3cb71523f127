/*
 * row_lock.c
 *		SELECT ... FOR UPDATE, NO KEY UPDATE, SHARE and KEY SHARE: which rows a
 *		scan has given, and their locks.
 *
 * Source: PostgreSQL documentation, "FDW Routines for Row Locking", and
 * ExecLockRows() in nodeLockRows.c.
 */
#include "postgres.h"

#include "compat.h"

#include "access/htup_details.h"
#include "common/hashfn.h"
#include "executor/executor.h"
#include "fdw/catalog/key_check.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "fdw/callbacks.h"
#include "fdw/read/budget.h"
#include "fdw/read/item_get.h"
#include "fdw/read/row_lock.h"
#include "fdw/session/image.h"
#include "fdw/session/transaction.h"
#include "fdw/session/write_buffer.h"
#include "translate/table/table_item.h"
#include "translate/table/table_template.h"

/* COMMIT could not send more than this anyway. */
#define MOST_IMAGE_BYTES	(4 * 1024 * 1024)

/* Rows whose numbers have the same block number in their ctid. */
#define ROWS_PER_BLOCK		(1 << 15)

/* A row as it was scanned. */
typedef struct LockableRow
{
	const DynamoItem *key;
	const DynamoItem *image;	/* the item; NULL: it is not known whole */
	uint64		digest;			/* of the wanted columns */
} LockableRow;

/* So that one that is scanned again, as it was, keeps its number. */
typedef struct RowNumber
{
	uint64		id[2];			/* hashes: of the key, and the digest */
	int64		number;
} RowNumber;

struct RowLocks
{
	RowLocksSpec spec;
	TupleDesc	descriptor;
	LockableRow *rows;
	int64		count;
	int64		capacity;
	HTAB	   *numbers;		/* of RowNumber */
	Size		image_bytes;	/* of all images */
	MemoryContext context;		/* all of it */
	MemoryContext scratch;		/* of one row */
};

/* ---- begin ---- */

static ItemLock
lock_of_mark(RowMarkType type)
{
	return type == ROW_MARK_KEYSHARE ? ITEM_LOCK_EXISTS : ITEM_LOCK_UNCHANGED;
}

ItemLock
row_locks_wanted(EState *estate, Index relid)
{
	const ExecRowMark *mark = ExecFindRowMark(estate, relid, true);

	if (mark == NULL || !RowMarkRequiresRowShareLock(mark->markType))
		return ITEM_LOCK_NONE;
	return lock_of_mark(mark->markType);
}

ItemLock
row_lock_of_strength(LockClauseStrength strength)
{
	if (strength == LCS_NONE)
		return ITEM_LOCK_NONE;
	return strength == LCS_FORKEYSHARE ? ITEM_LOCK_EXISTS
		: ITEM_LOCK_UNCHANGED;
}

void
row_lock_check_mode(const Table *table)
{
	if (!transaction_is_atomic(table))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("row locks are not supported on DynamoDB tables"),
				 errdetail("In transaction mode \"immediate\" COMMIT checks nothing."),
				 errhint("Set dynamorm_fdw.transaction_mode to \"atomic\", or put the condition that must hold into the WHERE of the UPDATE or DELETE: it is checked atomically with the write.")));
}

static void
check_lock(const ExecRowMark *mark, const Table *table)
{
	row_lock_check_mode(table);
	if (mark->waitPolicy == LockWaitSkip)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("SKIP LOCKED is not supported on DynamoDB tables"),
				 errdetail("Nothing is locked before COMMIT, so all sessions would take the same rows."),
				 errhint("Take rows by UPDATE ... WHERE owner IS NULL RETURNING ..., which only one session can do.")));
}

/* Of what lives as long as the plan's run, the row mark is at hand. */
static RowLocks *
make_locks(ExecRowMark *mark, const RowLocksSpec *spec)
{
	MemoryContext context =
		AllocSetContextCreate(GetMemoryChunkContext(mark),
							  "dynamorm_fdw lockable rows",
							  ALLOCSET_DEFAULT_SIZES);
	RowLocks   *locks = MemoryContextAllocZero(context, sizeof(RowLocks));
	HASHCTL		control = {
		.keysize = sizeof(uint64[2]),
		.entrysize = sizeof(RowNumber),
		.hcxt = context
	};

	locks->spec = *spec;
	locks->descriptor = RelationGetDescr(mark->relation);
	locks->context = context;
	locks->scratch = AllocSetContextCreate(context, "dynamorm_fdw row to lock",
										   ALLOCSET_SMALL_SIZES);
	locks->numbers = hash_create("dynamorm_fdw lockable rows", 64, &control,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	return locks;
}

RowLocks *
row_locks_begin(EState *estate, Index relid, const RowLocksSpec *spec)
{
	ExecRowMark *mark = ExecFindRowMark(estate, relid, false);

	check_lock(mark, spec->table);
	if (mark->ermExtra == NULL)
		mark->ermExtra = make_locks(mark, spec);
	return (RowLocks *) mark->ermExtra;
}

/* ---- rows that are given ---- */

static uint64
digest_of(HeapTuple tuple)
{
	return hash_bytes_extended((const unsigned char *) tuple->t_data,
							   (int) tuple->t_len, 0);
}

/* A number as a ctid, whose offset begins at 1, and back. */
static void
set_row_number(ItemPointer name, int64 number)
{
	ItemPointerSet(name, (BlockNumber) (number / ROWS_PER_BLOCK),
				   (OffsetNumber) (number % ROWS_PER_BLOCK + 1));
}

static int64
row_number(ItemPointer name)
{
	return (int64) ItemPointerGetBlockNumberNoCheck(name) * ROWS_PER_BLOCK +
		ItemPointerGetOffsetNumberNoCheck(name) - 1;
}

static int64
add_lockable(RowLocks *locks, const DynamoItem *key, uint64 digest)
{
	MemoryContext old = MemoryContextSwitchTo(locks->context);

	if (locks->count == locks->capacity)
	{
		locks->capacity = Max(64, locks->capacity * 2);
		locks->rows = locks->rows == NULL
			? palloc(locks->capacity * sizeof(LockableRow))
			: repalloc_huge(locks->rows,
							locks->capacity * sizeof(LockableRow));
	}
	locks->rows[locks->count] = (LockableRow) {
		.key = item_copy(key),
		.digest = digest
	};
	MemoryContextSwitchTo(old);
	return locks->count++;
}

/* The number of a row: a new one, or that which it already has. */
static int64
number_row(RowLocks *locks, const DynamoItem *key, uint64 digest)
{
	const char *text = table_key_text(locks->spec.table, key);
	uint64		id[2] = {
		hash_bytes_extended((const unsigned char *) text, strlen(text), 0),
		digest
	};
	bool		found;
	RowNumber  *entry = hash_search(locks->numbers, id, HASH_ENTER, &found);

	if (!found || !table_key_equal(locks->spec.table, key,
								   locks->rows[entry->number].key))
		entry->number = add_lockable(locks, key, digest);
	return entry->number;
}

/* An item that is known whole need not be read again to be locked. */
static void
keep_image(RowLocks *locks, LockableRow *row, const DynamoItem *item)
{
	Size		bytes = image_size(item);
	MemoryContext old;

	if (row->image != NULL || locks->image_bytes + bytes > MOST_IMAGE_BYTES)
		return;
	old = MemoryContextSwitchTo(locks->context);
	row->image = item_copy(item);
	MemoryContextSwitchTo(old);
	locks->image_bytes += bytes;
}

void
row_locks_name_row(RowLocks *locks, TupleTableSlot *slot,
				   const DynamoItem *item, bool is_image)
{
	MemoryContext old = MemoryContextSwitchTo(locks->scratch);
	HeapTuple	tuple = heap_form_tuple(locks->descriptor, slot->tts_values,
										slot->tts_isnull);
	DynamoItem *key = table_key_of_item(locks->spec.table, item);
	int64		number = number_row(locks, key, digest_of(tuple));

	if (is_image)
		keep_image(locks, &locks->rows[number], item);
	MemoryContextSwitchTo(old);
	MemoryContextReset(locks->scratch);
	set_row_number(&slot->tts_tid, number);
}

/* ---- rows that are locked ---- */

/* The item as it is now, in the write buffer; NULL: there is none. */
static BufferedItem *
read_to_lock(const RowLocks *locks, const LockableRow *row)
{
	const RowLocksSpec *spec = &locks->spec;
	const char *readable_key = table_readable_key(spec->table, row->key);
	const DynamoItem *image = row->image;

	if (image == NULL)
	{
		Request    *request = item_get_start(spec->connection, spec->table,
											 row->key, readable_key,
											 spec->counters);

		request_wait(request);
		if (request_outcome(request) != OUTCOME_SUCCESS)
			key_check_raise(spec->table, spec->connection, request, NULL);
		image = item_get_result(request);
		budget_check_used(spec->table, spec->counters, false);
	}
	if (image == NULL || !table_is_row(spec->table, image))
		return NULL;
	return write_buffer_enter(spec->table, spec->connection, spec->user_id,
							  row->key, readable_key, image);
}

/* The image of the row that is locked by this; NULL: there is no such row. */
static const DynamoItem *
lock_row(const RowLocks *locks, const LockableRow *row, RowMarkType type,
		 CommandId command_id)
{
	BufferedItem *item = write_buffer_find(locks->spec.table, row->key);

	transaction_begin_write(true);
	if (item == NULL)
		item = read_to_lock(locks, row);

	/* as heap_lock_tuple() has it of rows that were changed since */
	else if (item->newest != NULL && item->newest->command_id >= command_id)
		return NULL;
	if (item == NULL || buffered_image(item) == NULL ||
		!table_is_row(locks->spec.table, buffered_image(item)))
		return NULL;
	write_buffer_lock(item, locks->spec.table, lock_of_mark(type));
	return buffered_image(item);
}

/* Puts an image into the slot; true if it is not the row that was scanned. */
static bool
store_locked(const RowLocks *locks, const LockableRow *row,
			 const DynamoItem *image, ItemPointer name, Oid relation_id,
			 TupleTableSlot *slot)
{
	int			count = locks->descriptor->natts;
	Datum	   *values = palloc(sizeof(Datum) * Max(count, 1));
	bool	   *nulls = palloc(sizeof(bool) * Max(count, 1));
	MemoryContext old;
	HeapTuple	tuple;
	bool		differs;

	table_decode_item(locks->spec.table, image, locks->spec.wanted, values,
					  nulls);
	old = MemoryContextSwitchTo(slot->tts_mcxt);
	tuple = heap_form_tuple(locks->descriptor, values, nulls);
	MemoryContextSwitchTo(old);
	differs = digest_of(tuple) != row->digest;
	tuple->t_self = *name;
	tuple->t_tableOid = relation_id;
	ExecForceStoreHeapTuple(tuple, slot, true);
	return differs;
}

/*
 * An empty slot says that the row is not there (any more), and is left out;
 * *updated, that it is to be checked again.
 */
static void
refetch_row(EState *estate, ExecRowMark *mark, Datum rowid,
			TupleTableSlot *slot, bool *updated)
{
	const RowLocks *locks = (const RowLocks *) mark->ermExtra;
	ItemPointer name = (ItemPointer) DatumGetPointer(rowid);
	int64		number = row_number(name);
	const LockableRow *row;
	const DynamoItem *image;
	MemoryContext old;

	ExecClearTuple(slot);
	if (locks == NULL || number < 0 || number >= locks->count)
		elog(ERROR, "row to be locked was not scanned");
	row = &locks->rows[number];
	old = MemoryContextSwitchTo(locks->scratch);
	image = lock_row(locks, row, mark->markType, estate->es_output_cid);
	if (image != NULL)
		*updated = store_locked(locks, row, image, name, mark->relid, slot);
	MemoryContextSwitchTo(old);
	MemoryContextReset(locks->scratch);
}

/*
 * Rows that are not locked, but may have to be checked again beside one that
 * is, are copied.
 */
static RowMarkType
row_mark_type(RangeTblEntry *rte, LockClauseStrength strength)
{
	switch (strength)
	{
		case LCS_NONE:
			break;
		case LCS_FORKEYSHARE:
			return ROW_MARK_KEYSHARE;
		case LCS_FORSHARE:
			return ROW_MARK_SHARE;
		case LCS_FORNOKEYUPDATE:
			return ROW_MARK_NOKEYEXCLUSIVE;
		case LCS_FORUPDATE:
			return ROW_MARK_EXCLUSIVE;
	}
	return ROW_MARK_COPY;
}

void
row_lock_set_callbacks(FdwRoutine *routine)
{
	routine->GetForeignRowMarkType = row_mark_type;
	routine->RefetchForeignRow = refetch_row;
}
