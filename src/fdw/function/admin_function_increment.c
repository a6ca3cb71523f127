/*
 * admin_function_increment.c
 *		dyn_increment() and dyn_decrement() on a table: one call instead of an
 *		UPDATE, for psql and one-liners.
 *
 * They run the UPDATE that the user could write:
 *
 *		UPDATE t SET c = dyn_increment(c, by)
 *		WHERE key = ... AND dyn_upsert() RETURNING c
 *
 * so that privileges, options and all else are those of the UPDATE.
 */
#include "postgres.h"

#include "compat.h"

#include "access/htup_details.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "fdw/function/admin_function.h"
#include "translate/key/item_key.h"
#include "translate/table/table.h"

#define LARGEST_KEY				KEY_FIELD_LIMIT	/* columns */

/* Arguments, from 0: what is added, and a value of the result's type. */
#define BY_ARGUMENT				3
#define TYPE_ARGUMENT			4

/* The UPDATE as it is put together. */
typedef struct IncrementQuery
{
	const Table *table;
	const char *function_schema;	/* of our functions */
	const char *function;		/* dyn_increment or dyn_decrement */
	Oid			result_type;
	StringInfoData where;		/* the key's equalities */
	int			key_count;		/* of them */
	const Column *key_columns[LARGEST_KEY];
	Datum		values[LARGEST_KEY + 1];	/* of the parameters: what is
											 * added, then the key */
	Oid			types[LARGEST_KEY + 1];
} IncrementQuery;

PG_FUNCTION_INFO_V1(dyn_increment_table);
PG_FUNCTION_INFO_V1(dyn_decrement_table);

/* ---- what is added ---- */

static Column *
column_to_increment(const Table *table, const char *name)
{
	for (int i = 0; i < table->column_count; i++)
	{
		Column	   *column = &table->columns[i];

		if (column->codec != NULL && strcmp(column->name, name) == 0)
			return column;
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of foreign table \"%s\" does not exist",
					name, table->relation_name)));
	return NULL;
}

/* Makes the number the first parameter, in the type the function takes. */
static void
set_addend(IncrementQuery *query, const Column *column, Datum by)
{
	switch (column->codec->base_type_id)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			query->types[0] = INT8OID;
			query->values[0] = DirectFunctionCall1(numeric_int8, by);
			if (!DatumGetBool(DirectFunctionCall2(numeric_eq, by,
												  DirectFunctionCall1(int8_numeric,
																	  query->values[0]))))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("an integer column cannot be changed by a fraction"),
						 errdetail("Column \"%s\" of foreign table \"%s\" has type %s.",
								   column->name, query->table->relation_name,
								   format_type_be(column->codec->type_id))));
			break;
		case NUMERICOID:
			query->types[0] = NUMERICOID;
			query->values[0] = by;
			break;
		case FLOAT4OID:
			query->types[0] = FLOAT4OID;
			query->values[0] = DirectFunctionCall1(numeric_float4, by);
			break;
		case FLOAT8OID:
			query->types[0] = FLOAT8OID;
			query->values[0] = DirectFunctionCall1(numeric_float8, by);
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of foreign table \"%s\" is not a number",
							column->name, query->table->relation_name),
					 errdetail("It has type %s.",
							   format_type_be(column->codec->type_id))));
	}
}

/* ---- what is returned ---- */

static bool
holds_numbers_of(Oid type, Oid column_type)
{
	switch (type)
	{
		case NUMERICOID:
			return true;
		case INT8OID:
			return column_type == INT2OID || column_type == INT4OID ||
				column_type == INT8OID;
		case INT4OID:
			return column_type == INT2OID || column_type == INT4OID;
		case INT2OID:
			return column_type == INT2OID;
		case FLOAT8OID:
			return column_type == FLOAT4OID || column_type == FLOAT8OID;
		case FLOAT4OID:
			return column_type == FLOAT4OID;
		default:
			return false;
	}
}

/* A result that is out of range would be told when the item is written. */
static void
check_result_type(const IncrementQuery *query, const Column *column)
{
	const char *type = format_type_be(column->codec->base_type_id);

	if (!holds_numbers_of(query->result_type, column->codec->base_type_id))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the result of function %s cannot have type %s",
						query->function,
						format_type_be(query->result_type)),
				 errdetail("The numbers of column \"%s\" of foreign table \"%s\" have type %s.",
						   column->name, query->table->relation_name, type),
				 errhint("Give NULL::%s as the last argument.", type)));
}

/* ---- the key ---- */

/* "user_id": ..., "order_id": ... */
static char *
members_of(KeyFields key)
{
	StringInfoData members;

	initStringInfo(&members);
	for (int i = 0; i < key.count; i++)
		appendStringInfo(&members, "%s\"%s\": ...", i > 0 ? ", " : "",
						 key.columns[i]->name);
	return members.data;
}

static bool
is_key_field(const Table *table, const Column *column)
{
	KeyFields	key = key_fields(table);

	for (int i = 0; i < key.count; i++)
		if (key.columns[i] == column)
			return true;
	return false;
}

/* Raises the error for a key object that does not name just the key. */
static void
refuse_key(const Table *table)
{
	KeyFields	key = key_fields(table);

	if (key.count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"key\" must be a JSON object with the key of foreign table \"%s\"",
						table->relation_name),
				 errhint("Name each key column once and give it a value.")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"key\" must be a JSON object with the key of foreign table \"%s\"",
					table->relation_name),
			 errhint("Give {%s}.", members_of(key))));
}

/*
 * The column that a member of the key object names, by its own name or its
 * attribute's; NULL if none.
 */
static const Column *
find_key_column(const Table *table, const char *name)
{
	const char *attribute_name = pg_server_to_any(name, strlen(name), PG_UTF8);
	const Column *by_attribute = NULL;
	bool		is_known = key_columns(table).count > 0;

	for (int i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];

		if (column->codec == NULL ||
			(is_known && !is_key_field(table, column)))
			continue;
		if (strcmp(column->name, name) == 0)
			return column;
		if (strcmp(column->attribute_name, attribute_name) == 0)
			by_attribute = column;
	}
	return by_attribute;
}

/* A value of the key object as text; NULL for null, arrays and objects. */
static char *
key_text(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			return pnstrdup(value->val.string.val, value->val.string.len);
		case jbvNumeric:
			return DatumGetCString(DirectFunctionCall1(numeric_out,
													   NumericGetDatum(value->val.numeric)));
		case jbvBool:
			return pstrdup(value->val.boolean ? "true" : "false");
		default:
			return NULL;
	}
}

/* Appends the equality operator of a type, whatever the search_path is. */
static void
append_equality_operator(StringInfo out, Oid type_id)
{
	TypeCacheEntry *type = lookup_type_cache(type_id, TYPECACHE_EQ_OPR);
	HeapTuple	tuple;
	Form_pg_operator form;

	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(type->eq_opr));
	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("could not identify an equality operator for type %s",
						format_type_be(type_id))));
	form = (Form_pg_operator) GETSTRUCT(tuple);
	appendStringInfo(out, "OPERATOR(%s.%s)",
					 quote_identifier(get_namespace_name(form->oprnamespace)),
					 NameStr(form->oprname));
	ReleaseSysCache(tuple);
}

/* Adds an equality for a key column, with its value as a parameter. */
static void
add_key_column(IncrementQuery *query, const Column *column, char *text)
{
	const Codec *codec = column->codec;
	int			parameter = query->key_count + 1;
	Oid			input;
	Oid			input_parameter;

	getTypeInputInfo(codec->type_id, &input, &input_parameter);
	query->types[parameter] = codec->type_id;
	query->values[parameter] = OidInputFunctionCall(input, text,
													input_parameter,
													codec->typmod);
	appendStringInfo(&query->where, "%s ", quote_identifier(column->name));
	append_equality_operator(&query->where, codec->base_type_id);
	appendStringInfo(&query->where, " $%d AND ", parameter + 1);
	query->key_columns[query->key_count++] = column;
}

static bool
names_column_already(const IncrementQuery *query, const Column *column)
{
	for (int i = 0; i < query->key_count; i++)
	{
		if (query->key_columns[i] == column)
			return true;
	}
	return false;
}

/* Takes the key object apart. */
static void
set_key_of_item(IncrementQuery *query, Jsonb *key)
{
	const Table *table = query->table;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	member;

	if (!JB_ROOT_IS_OBJECT(key))
		refuse_key(table);
	iterator = JsonbIteratorInit(&key->root);
	while ((token = JsonbIteratorNext(&iterator, &member, true)) != WJB_DONE)
	{
		const Column *column;
		char	   *text;

		if (token != WJB_KEY)
			continue;
		column = find_key_column(table, key_text(&member));
		(void) JsonbIteratorNext(&iterator, &member, true);
		text = key_text(&member);
		if (column == NULL || text == NULL ||
			query->key_count == LARGEST_KEY ||
			names_column_already(query, column))
			refuse_key(table);
		add_key_column(query, column, text);
	}
	if (query->key_count == 0 ||
		(key_columns(table).count > 0 &&
		 query->key_count != key_fields(table).count))
		refuse_key(table);
}

/* ---- running ---- */

static char *
write_query(const IncrementQuery *query, const Column *column)
{
	StringInfoData sql;
	Oid			relation_id = query->table->relation_id;
	char	   *schema = get_namespace_name(get_rel_namespace(relation_id));
	const char *name = quote_identifier(column->name);

	initStringInfo(&sql);
	appendStringInfo(&sql, "UPDATE %s SET %s = %s.%s(%s, $1) WHERE %s%s.dyn_upsert() RETURNING %s::%s",
					 quote_qualified_identifier(schema,
												get_rel_name(relation_id)),
					 name, query->function_schema, query->function, name,
					 query->where.data, query->function_schema, name,
					 format_type_be_qualified(query->result_type));
	return sql.data;
}

/* The new value, or NULL if a trigger kept the row from being written. */
static Datum
run_query(IncrementQuery *query, const char *sql, bool *isnull)
{
	Datum		result = (Datum) 0;
	int			code;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	code = SPI_execute_with_args(sql, query->key_count + 1,
								 query->types, query->values, NULL, false, 0);
	if (code != SPI_OK_UPDATE_RETURNING)
		elog(ERROR, "SPI_execute_with_args returned %d", code);

	*isnull = true;
	if (SPI_processed > 0)
	{
		result = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
							   1, isnull);
		if (!*isnull)
		{
			int16		length;
			bool		by_value;

			get_typlenbyval(query->result_type, &length, &by_value);
			result = SPI_datumTransfer(result, by_value, length);
		}
	}
	SPI_finish();
	return result;
}

static Datum
change_number(FunctionCallInfo fcinfo, const char *function)
{
	IncrementQuery query = {.function = function};
	Oid			relation_id;
	Oid			function_id = fcinfo->flinfo->fn_oid;
	const Column *column;
	Datum		result;
	bool		isnull;

	refuse_null_arguments(fcinfo, BY_ARGUMENT + 1);
	query.result_type = PG_NARGS() > TYPE_ARGUMENT
		? get_fn_expr_argtype(fcinfo->flinfo, TYPE_ARGUMENT) : NUMERICOID;
	PreventCommandIfReadOnly(psprintf("%s()", function));
	relation_id = PG_GETARG_OID(0);
	lock_own_table(relation_id, RowExclusiveLock);

	query.table = table_describe(relation_id);
	query.function_schema =
		quote_identifier(get_namespace_name(get_func_namespace(function_id)));
	initStringInfo(&query.where);
	column = column_to_increment(query.table, NameStr(*PG_GETARG_NAME(2)));
	set_addend(&query, column, PG_GETARG_DATUM(BY_ARGUMENT));
	check_result_type(&query, column);
	set_key_of_item(&query, PG_GETARG_JSONB_P(1));

	result = run_query(&query, write_query(&query, column), &isnull);
	if (isnull)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

Datum
dyn_increment_table(PG_FUNCTION_ARGS)
{
	return change_number(fcinfo, "dyn_increment");
}

Datum
dyn_decrement_table(PG_FUNCTION_ARGS)
{
	return change_number(fcinfo, "dyn_decrement");
}
