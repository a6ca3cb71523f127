/*
 * check_function.c
 *		dyn_check_table(): what of a table's items is not as the foreign table
 *		says.
 *
 * It reads the whole table.  Each item is decoded in a subtransaction, whose
 * error is what is told.
 */
#include "postgres.h"

#include "compat.h"

#include "access/xact.h"
#include "catalog/objectaddress.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/tuplestore.h"

#include "client/http/interrupt.h"
#include "fdw/catalog/description.h"
#include "fdw/catalog/option.h"
#include "fdw/function/admin_function.h"
#include "fdw/read/reader.h"
#include "translate/key/key.h"
#include "translate/table/table_template.h"

#define RESULT_COLUMNS	4

PG_FUNCTION_INFO_V1(dyn_check_table);

/* One check of a table. */
typedef struct TableCheck
{
	const Table *table;
	ReturnSetInfo *result;
	MemoryContext item_context; /* of one item */
	Datum	   *values;			/* of the item */
	bool	   *nulls;
	bool	   *columns;		/* that are decoded */
} TableCheck;

/* ---- what is told ---- */

static void
add_problem(TableCheck *check, const DynamoItem *item, const char *column,
			const char *problem, const char *hint)
{
	Datum		values[RESULT_COLUMNS] = {0};
	bool		nulls[RESULT_COLUMNS] = {false};
	NameData	name;

	values[0] = CStringGetTextDatum(table_readable_key(check->table, item));
	nulls[1] = column == NULL;
	if (column != NULL)
		namestrcpy(&name, column);
	values[1] = NameGetDatum(&name);
	values[2] = CStringGetTextDatum(problem);
	nulls[3] = hint == NULL;
	if (hint != NULL)
		values[3] = CStringGetTextDatum(hint);
	tuplestore_putvalues(check->result->setResult, check->result->setDesc,
						 values, nulls);
}

/* ---- trying ---- */

/* Decodes the columns, and makes the attributes that are made of others. */
static void
read_row(TableCheck *check, const DynamoItem *item)
{
	table_decode_item(check->table, item, check->columns, check->values,
					  check->nulls);
}

/* The error that it raises; NULL: none.  Interrupts are passed on. */
static ErrorData *
error_of_reading(TableCheck *check, const DynamoItem *item)
{
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(check->item_context);
	PG_TRY();
	{
		read_row(check, item);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(check->item_context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(check->item_context);
	CurrentResourceOwner = owner;
	if (error != NULL && interrupt_is_reason(error))
		ReThrowError(error);
	return error;
}

static void
choose_columns(TableCheck *check, int only)
{
	for (int i = 0; i < check->table->column_count; i++)
		check->columns[i] = only < 0 || i == only;
}

/* Attributes that others have left as they were: the fields say another. */
static void
check_made_attributes(TableCheck *check, const DynamoItem *item)
{
	const Table *table = check->table;

	for (int i = table->constant_count; i < table->made_count; i++)
	{
		const Column *made = table->made[i];
		const AttributeValue *stored = item_find(item, made->attribute_name);
		const AttributeValue *due;

		if (made->key != KEY_NONE || made->attnum == 0)
			continue;
		due = table_make_attribute(table, made, check->values, check->nulls);
		if (due == NULL ? stored == NULL
			: stored != NULL && attribute_equal(due, stored))
			continue;
		add_problem(check, item, made->name,
					"the attribute is not what its template makes",
					"Set one of the columns that it is made of, to the value that it has or to another.");
	}
}

/* The item is not as it should be: which of its columns are not? */
static void
check_columns(TableCheck *check, const DynamoItem *item)
{
	const Table *table = check->table;
	ErrorData  *error;

	/* the key is looked at whatever is wanted */
	memset(check->columns, false, table->column_count * sizeof(bool));
	error = error_of_reading(check, item);
	if (error != NULL)
	{
		add_problem(check, item, NULL, error->message, error->hint);
		return;
	}
	for (int i = 0; i < table->column_count; i++)
	{
		if (table->columns[i].codec == NULL)
			continue;
		choose_columns(check, i);
		error = error_of_reading(check, item);
		if (error != NULL)
			add_problem(check, item, table->columns[i].name, error->message,
						error->hint);
	}
}

static void
check_row(TableCheck *check, const DynamoItem *item)
{
	MemoryContext old = MemoryContextSwitchTo(check->item_context);

	CHECK_FOR_INTERRUPTS();
	choose_columns(check, -1);
	if (error_of_reading(check, item) == NULL)
		check_made_attributes(check, item);
	else
		check_columns(check, item);
	MemoryContextSwitchTo(old);
	MemoryContextReset(check->item_context);
}

/* ---- the table ---- */

static void
check_rows(TableCheck *check)
{
	const Table *table = check->table;
	Scope		scope = {.table = table, .varno = 1};
	RequestCounters counters = {0};
	ReaderSpec	spec = {
		.connection = option_connection(table->server_id, GetUserId()),
		.table = table,
		.scope = &scope,
		.schema = key_schema_of_table(table),
		.counters = &counters
	};
	Reader	   *reader = reader_open(&spec);
	const DynamoItem *item;

	while ((item = reader_next(reader)) != NULL)
		check_row(check, item);
	reader_close(reader);
}

/*
 * Lists the attributes of a table's rows that are not as the foreign table
 * says.
 */
Datum
dyn_check_table(PG_FUNCTION_ARGS)
{
	TableCheck	check = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	Oid			relation_id;
	int			count;

	refuse_null_arguments(fcinfo, PG_NARGS());
	relation_id = PG_GETARG_OID(0);
	lock_own_table(relation_id, AccessShareLock);
	if (!owns_relation(relation_id, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_FOREIGN_TABLE,
					   get_rel_name(relation_id));
	InitMaterializedSRF(fcinfo, 0);
	check.table = description_of_table(relation_id, GetUserId());
	count = Max(check.table->column_count, 1);
	check.values = palloc(count * sizeof(Datum));
	check.nulls = palloc(count * sizeof(bool));
	check.columns = palloc(count * sizeof(bool));
	check.item_context = AllocSetContextCreate(CurrentMemoryContext,
											   "dynamorm_fdw item",
											   ALLOCSET_DEFAULT_SIZES);
	check_rows(&check);
	return (Datum) 0;
}
