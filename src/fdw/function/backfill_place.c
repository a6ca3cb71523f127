/*
 * backfill_place.c
 *		Where the backfills are: their jobs, and the place in each segment.
 *
 * Names and operators in the SQL are qualified: it runs with the search_path
 * of whoever calls.
 */
#include "postgres.h"

#include "compat.h"

#include "access/htup_details.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "fdw/function/backfill_place.h"

#define MAX_PARAMETERS		8

/* Parameters of a statement. */
typedef struct Parameters
{
	int			count;
	Oid			types[MAX_PARAMETERS];
	Datum		values[MAX_PARAMETERS];
	char		nulls[MAX_PARAMETERS];	/* as SPI has them */
} Parameters;

static void
add_parameter(Parameters *parameters, Oid type, Datum value, bool is_null)
{
	int			i = parameters->count++;

	Assert(i < MAX_PARAMETERS);
	parameters->types[i] = type;
	parameters->values[i] = value;
	parameters->nulls[i] = is_null ? 'n' : ' ';
}

static void
add_integer(Parameters *parameters, int value)
{
	add_parameter(parameters, INT4OID, Int32GetDatum(value), false);
}

static void
add_string(Parameters *parameters, const char *text)
{
	add_parameter(parameters, TEXTOID,
				  text == NULL ? (Datum) 0 : CStringGetTextDatum(text),
				  text == NULL);
}

static void
add_oid(Parameters *parameters, Oid type, Oid value)
{
	add_parameter(parameters, type, ObjectIdGetDatum(value), false);
}

static void
add_float(Parameters *parameters, double value)
{
	add_parameter(parameters, FLOAT8OID, Float8GetDatum(value), false);
}

/*
 * Runs a statement, in which %1$s is the schema.  Rows may hold values that
 * are stored apart, so the caller wants a snapshot until it has read them.
 */
static void
run_sql(const BackfillStore *store, const char *sql, Parameters *parameters)
{
	Oid			user_id;
	int			security_context;
	int			code;

	GetUserIdAndSecContext(&user_id, &security_context);
	SetUserIdAndSecContext(store->owner,
						   security_context | SECURITY_LOCAL_USERID_CHANGE);
	code = SPI_execute_with_args(psprintf(sql, store->schema),
								 parameters->count, parameters->types,
								 parameters->values, parameters->nulls,
								 false, 0);
	SetUserIdAndSecContext(user_id, security_context);
	if (code < 0)
		elog(ERROR, "SPI_execute_with_args returned %d", code);
}

static void
run_alone(const BackfillStore *store, const char *sql, Parameters *parameters)
{
	PushActiveSnapshot(GetTransactionSnapshot());
	run_sql(store, sql, parameters);
	PopActiveSnapshot();
}

/* Frees the rows that run_sql() has brought. */
static void
end_reading(void)
{
	SPI_freetuptable(SPI_tuptable);
	PopActiveSnapshot();
}

/* A value of a row, which lives until end_reading(). */
static Datum
result_value(uint64 row, int column, bool *is_null)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc,
						 column, is_null);
}

static int
result_integer(uint64 row, int column)
{
	bool		is_null;

	return DatumGetInt32(result_value(row, column, &is_null));
}

/* ---- jobs ---- */

BackfillStore *
backfill_store_of(Oid function_id)
{
	BackfillStore *store = palloc(sizeof(BackfillStore));
	Oid			schema_id = get_func_namespace(function_id);
	HeapTuple	tuple;

	store->schema = quote_identifier(get_namespace_name(schema_id));
	store->job_table = get_relname_relid("dyn_backfill_job", schema_id);
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(store->job_table));
	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table \"%s.dyn_backfill_job\" does not exist",
						store->schema)));
	store->owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return store;
}

bool
backfill_job_find(BackfillJob *job)
{
	Parameters	parameters = {0};
	bool		is_null;
	bool		is_there;

	add_string(&parameters, job->name);
	PushActiveSnapshot(GetTransactionSnapshot());
	run_sql(job->store,
			"SELECT id, owner, \"table\", segments, statement, job_column"
			" FROM %1$s.dyn_backfill_job"
			" WHERE job OPERATOR(pg_catalog.=) $1", &parameters);
	is_there = SPI_processed > 0;
	if (is_there)
	{
		job->id = result_integer(0, 1);
		job->owner = DatumGetObjectId(result_value(0, 2, &is_null));
		job->relation_id = DatumGetObjectId(result_value(0, 3, &is_null));
		job->segments = result_integer(0, 4);
		job->statement = SPI_getvalue(SPI_tuptable->vals[0],
									  SPI_tuptable->tupdesc, 5);
		job->job_column = SPI_getvalue(SPI_tuptable->vals[0],
									   SPI_tuptable->tupdesc, 6);
	}
	end_reading();
	if (is_there && !has_privs_of_role(GetUserId(), job->owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("backfill \"%s\" belongs to another role",
						job->name)));
	return is_there;
}

void
backfill_job_make(const BackfillJob *job)
{
	Parameters	parameters = {0};

	add_string(&parameters, job->name);
	add_oid(&parameters, REGROLEOID, job->owner);
	add_oid(&parameters, REGCLASSOID, job->relation_id);
	add_string(&parameters, job->statement);
	add_string(&parameters, job->job_column);
	add_integer(&parameters, job->segments);
	run_alone(job->store,
			  "WITH made AS ("
			  "INSERT INTO %1$s.dyn_backfill_job"
			  " (job, owner, \"table\", statement, job_column, segments)"
			  " VALUES ($1, $2, $3, $4, $5, $6)"
			  " ON CONFLICT (job) DO NOTHING RETURNING id)"
			  " INSERT INTO %1$s.dyn_backfill_place (id, segment)"
			  " SELECT made.id, segment FROM made,"
			  " pg_catalog.generate_series(0, $6 OPERATOR(pg_catalog.-) 1)"
			  " segment", &parameters);
}

void
backfill_job_begin(const BackfillJob *job, int64 items)
{
	Parameters	parameters = {0};

	add_integer(&parameters, job->id);
	add_parameter(&parameters, INT8OID, Int64GetDatum(items), items <= 0);
	run_alone(job->store,
			  "UPDATE %1$s.dyn_backfill_job"
			  " SET calls = calls OPERATOR(pg_catalog.+) 1, items = $2"
			  " WHERE id OPERATOR(pg_catalog.=) $1", &parameters);
}

static void
set_lock_tag(LOCKTAG *tag, const BackfillJob *job, int segment)
{
	SET_LOCKTAG_OBJECT(*tag, MyDatabaseId, job->store->job_table,
					   (Oid) job->id, (uint16) (segment + 1));
}

void
backfill_job_forget(const BackfillJob *job)
{
	Parameters	parameters = {0};

	for (int segment = 0; segment < job->segments; segment++)
	{
		LOCKTAG		tag;

		set_lock_tag(&tag, job, segment);
		if (LockAcquire(&tag, ExclusiveLock, false, true) ==
			LOCKACQUIRE_NOT_AVAIL)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_IN_USE),
					 errmsg("backfill \"%s\" is running", job->name)));
	}
	add_integer(&parameters, job->id);
	run_alone(job->store,
			  "DELETE FROM %1$s.dyn_backfill_job"
			  " WHERE id OPERATOR(pg_catalog.=) $1", &parameters);
}

char *
backfill_job_progress(const BackfillJob *job)
{
	Parameters	parameters = {0};
	char	   *progress;

	add_integer(&parameters, job->id);
	PushActiveSnapshot(GetTransactionSnapshot());
	run_sql(job->store,
			"SELECT pg_catalog.format('%%s items looked at, %%s rows changed,"
			" %%s of %%s segments done, %%s read units and %%s write units"
			" used', v.items_scanned, v.rows_changed, v.segments_done,"
			" v.segments, v.read_units, v.write_units)"
			" OPERATOR(pg_catalog.||) CASE WHEN v.rate IS NULL THEN '' ELSE"
			" pg_catalog.format(', %%s items a second',"
			" pg_catalog.round(v.rate::pg_catalog.numeric)) END"
			" OPERATOR(pg_catalog.||) CASE WHEN v.time_left IS NULL THEN ''"
			" ELSE pg_catalog.format(', about %%s left',"
			" pg_catalog.date_trunc('second', v.time_left)) END"
			" FROM %1$s.dyn_backfill_jobs v JOIN %1$s.dyn_backfill_job j"
			" ON v.job OPERATOR(pg_catalog.=) j.job"
			" WHERE j.id OPERATOR(pg_catalog.=) $1", &parameters);
	progress = SPI_processed == 0 ? pstrdup("")
		: SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	end_reading();
	return progress;
}

/* ---- places ---- */

static void
release_lock(void *argument)
{
	BackfillPlace *place = (BackfillPlace *) argument;

	/* a COMMIT that has failed has released it (ProcReleaseLocks()) */
	if (place->is_locked && lock_is_held(&place->lock, ExclusiveLock))
		(void) LockRelease(&place->lock, ExclusiveLock, true);
	place->is_locked = false;
}

void
backfill_place_register(BackfillPlace *place)
{
	place->callback.func = release_lock;
	place->callback.arg = place;
	MemoryContextRegisterResetCallback(CurrentMemoryContext,
									   &place->callback);
}

void
backfill_place_release(BackfillPlace *place)
{
	release_lock(place);
}

/* The numbers of the segments that are not done. */
static int *
open_segments(const BackfillJob *job, int *count)
{
	Parameters	parameters = {0};
	int		   *segments;

	add_integer(&parameters, job->id);
	PushActiveSnapshot(GetTransactionSnapshot());
	run_sql(job->store,
			"SELECT segment FROM %1$s.dyn_backfill_place"
			" WHERE id OPERATOR(pg_catalog.=) $1 AND NOT is_done"
			" ORDER BY segment", &parameters);
	*count = (int) SPI_processed;
	segments = palloc(sizeof(int) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
		segments[i] = result_integer(i, 1);
	end_reading();
	return segments;
}

/* What the last session to have it has left. */
static void
load_place(BackfillPlace *place)
{
	Parameters	parameters = {0};
	bool		is_null;
	Datum		key;

	add_integer(&parameters, place->job->id);
	add_integer(&parameters, place->segment);
	PushActiveSnapshot(GetTransactionSnapshot());
	run_sql(place->job->store,
			"SELECT is_done, start_key FROM %1$s.dyn_backfill_place"
			" WHERE id OPERATOR(pg_catalog.=) $1"
			" AND segment OPERATOR(pg_catalog.=) $2", &parameters);
	place->start_key = NULL;
	/* forgotten, the job has nothing left to do */
	place->is_done = SPI_processed == 0 ||
		DatumGetBool(result_value(0, 1, &is_null));
	if (!place->is_done)
	{
		key = result_value(0, 2, &is_null);
		if (!is_null)
			place->start_key = text_to_cstring(DatumGetTextPP(key));
	}
	end_reading();
}

bool
backfill_place_take(const BackfillJob *job, BackfillPlace *place, bool *left)
{
	int			count;
	int		   *segments = open_segments(job, &count);

	*left = false;
	place->job = job;
	for (int i = 0; i < count; i++)
	{
		place->segment = segments[i];
		set_lock_tag(&place->lock, job, place->segment);
		if (LockAcquire(&place->lock, ExclusiveLock, true, true) ==
			LOCKACQUIRE_NOT_AVAIL)
		{
			*left = true;
			continue;
		}
		place->is_locked = true;
		SPI_commit();
		load_place(place);
		if (!place->is_done)
			return true;
		backfill_place_release(place);
	}
	return false;
}

void
backfill_place_save(BackfillPlace *place, const ReadPiece *piece,
					const BackfillCounts *counts, double seconds)
{
	Parameters	parameters = {0};

	place->is_done = piece->next_key == NULL;
	add_integer(&parameters, place->job->id);
	add_integer(&parameters, place->segment);
	add_parameter(&parameters, BYTEAOID,
				  place->is_done ? (Datum) 0
				  : CStringGetTextDatum(piece->next_key), place->is_done);
	add_parameter(&parameters, INT8OID, Int64GetDatum(piece->scanned), false);
	add_parameter(&parameters, INT8OID, Int64GetDatum((int64) counts->changed),
				  false);
	add_float(&parameters, counts->read_units);
	add_float(&parameters, counts->write_units);
	add_float(&parameters, seconds);
	run_alone(place->job->store,
			  "UPDATE %1$s.dyn_backfill_place SET"
			  " start_key = $3, is_done = $3 IS NULL,"
			  " items_scanned = items_scanned OPERATOR(pg_catalog.+) $4,"
			  " rows_changed = rows_changed OPERATOR(pg_catalog.+) $5,"
			  " read_units = read_units OPERATOR(pg_catalog.+) $6,"
			  " write_units = write_units OPERATOR(pg_catalog.+) $7,"
			  " seconds = seconds OPERATOR(pg_catalog.+) $8,"
			  " saved = pg_catalog.clock_timestamp()"
			  " WHERE id OPERATOR(pg_catalog.=) $1"
			  " AND segment OPERATOR(pg_catalog.=) $2", &parameters);
}
