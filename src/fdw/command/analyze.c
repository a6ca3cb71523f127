/*
 * analyze.c
 *		ANALYZE: rows from random segments of the table.
 *
 * What it reads is bounded by the statistics target (300 rows for each of its
 * steps, 30,000 by default) and by dynamorm_fdw.max_read_units.  Items of one
 * partition lie together, so that a sample of segments sees fewer partitions
 * than one of items would: n_distinct of the partition key is estimated low.
 */
#include "postgres.h"

#include "compat.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "foreign/fdwapi.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/sampling.h"

#include "fdw/callbacks.h"
#include "fdw/catalog/description.h"
#include "fdw/catalog/option.h"
#include "fdw/catalog/settings.h"
#include "fdw/read/access.h"
#include "fdw/read/sample.h"
#include "translate/table/table_template.h"

typedef struct RowSample
{
	const Table *table;
	TupleDesc	descriptor;
	HeapTuple  *rows;			/* array of wanted */
	int			wanted;
	int			count;			/* rows kept */
	double		seen;
	double		to_skip;		/* before the next one is kept; -1: not
								 * drawn */
	ReservoirStateData reservoir;
	Datum	   *values;			/* of the row being decoded */
	bool	   *nulls;
	MemoryContext row_context;	/* for decoding */
	MemoryContext rows_context; /* of the rows kept */
} RowSample;

static void
keep_row(RowSample *sample, int place, const DynamoItem *item)
{
	MemoryContext old = MemoryContextSwitchTo(sample->row_context);

	table_decode_item(sample->table, item, NULL, sample->values,
					  sample->nulls);
	MemoryContextSwitchTo(sample->rows_context);
	if (place < sample->count)
		heap_freetuple(sample->rows[place]);
	else
		sample->count++;
	sample->rows[place] = heap_form_tuple(sample->descriptor, sample->values,
										  sample->nulls);
	MemoryContextSwitchTo(old);
	MemoryContextReset(sample->row_context);
}

/*
 * Vitter's reservoir, as ANALYZE itself has it.  Source: acquire_sample_rows()
 * in PostgreSQL's commands/analyze.c.
 */
static void
sample_item(const DynamoItem *item, void *argument)
{
	RowSample  *sample = (RowSample *) argument;

	if (table_leaves_out_items(sample->table) &&
		!table_is_row(sample->table, item))
		return;
	if (sample->count < sample->wanted)
		keep_row(sample, sample->count, item);
	else
	{
		if (sample->to_skip < 0)
			sample->to_skip = reservoir_get_next_S(&sample->reservoir,
												   sample->seen,
												   sample->wanted);
		if (sample->to_skip <= 0)
			keep_row(sample,
					 (int) (sample->wanted *
							sampler_random_fract(&sample->reservoir.randstate)), item);
		sample->to_skip -= 1;
	}
	sample->seen += 1;
}

/* The paths that the columns are at; NIL: all there is. */
static List *
paths_of_columns(const Table *table)
{
	Bitmapset  *wanted =
		bms_make_singleton(0 - FirstLowInvalidHeapAttributeNumber);

	return projection_within_limits(access_projection(table, wanted, NIL),
									placeholders_make(false));
}

/* What DynamoDB says now; plans shall go by it too.  NULL: nothing. */
static const TableDescription *
describe_now(const Table *table, Oid user_id)
{
	description_forget();
	return description_ask(table, user_id);
}

/* Items of the table, of which maybe not all are rows. */
static double
estimate_all_items(const TableDescription *description, SampleResult result)
{
	if (result.fraction >= 1)
		return (double) result.items;
	if (description != NULL && description->item_count > 0)
		return (double) description->item_count;
	return result.fraction > 0 ? result.items / result.fraction
		: Max((double) result.items, result.item_count);
}

static void
report_sample(const Table *table, SampleResult result, int kept, double rows,
			  int elevel)
{
	if (result.is_denied)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("could not look at the items of DynamoDB table \"%s\"",
						table->table_name),
				 errdetail("The right to Scan it is lacking."),
				 errhint("Allow the operation on the table in the IAM policy of the user mapping's access key.")));
	if (result.is_limited)
		ereport(WARNING,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("ANALYZE of \"%s\" has ended early, after %d read units of DynamoDB",
						table->relation_name, max_read_units),
				 errhint("Raise dynamorm_fdw.max_read_units, or lower the statistics target.")));
	ereport(elevel,
			(errmsg("\"%s\": %lld items read from DynamoDB, %d rows in sample, %.0f estimated total rows",
					table->relation_name, (long long) result.items, kept,
					rows)));
}

static int
acquire_rows(Relation relation, int elevel, HeapTuple *rows, int wanted,
			 double *total_rows, double *total_dead_rows)
{
	Oid			user_id = relation->rd_rel->relowner;
	const Table *table = description_of_table(RelationGetRelid(relation),
											  user_id);
	const TableDescription *description = describe_now(table, user_id);
	RequestCounters counters = {0};
	RowSample	sample = {
		.table = table,
		.descriptor = RelationGetDescr(relation),
		.rows = rows,
		.wanted = wanted,
		.to_skip = -1,
		.values = palloc(table->column_count * sizeof(Datum)),
		.nulls = palloc(table->column_count * sizeof(bool)),
		.row_context = AllocSetContextCreate(CurrentMemoryContext,
											 "dynamorm_fdw row",
											 ALLOCSET_DEFAULT_SIZES),
		.rows_context = CurrentMemoryContext
	};
	SampleSpec spec = {
		.connection = option_connection(table->server_id, user_id),
		.table_name = table->table_name,
		.projection = paths_of_columns(table),
		.item_count = description == NULL ? 0
			: (double) description->item_count,
		.wanted = wanted,
		.counters = &counters,
		.table_rate = table->read_rate,
		.take = sample_item,
		.argument = &sample
	};
	SampleResult result;

	reservoir_init_selection_state(&sample.reservoir, wanted);
	result = sample_read(&spec);
	*total_rows = estimate_all_items(description, result);
	if (result.items > 0)
		*total_rows *= sample.seen / (double) result.items;
	*total_dead_rows = 0;
	report_sample(table, result, sample.count, *total_rows, elevel);
	return sample.count;
}

static bool
analyze_table(Relation relation, AcquireSampleRowsFunc *acquire,
			  BlockNumber *pages)
{
	Oid			user_id = relation->rd_rel->relowner;
	const Table *table = description_of_table(RelationGetRelid(relation),
											  user_id);
	const TableDescription *description = describe_now(table, user_id);

	/* core wants at least one page */
	*pages = description == NULL ? 1
		: (BlockNumber) Min(description->size / BLCKSZ + 1, MaxBlockNumber);
	*acquire = acquire_rows;
	return true;
}

void
analyze_set_callbacks(FdwRoutine *routine)
{
	routine->AnalyzeForeignTable = analyze_table;
}
