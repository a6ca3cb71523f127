/*
 * table.c
 *		What a foreign table says about its DynamoDB table: names, keys and the
 *		codec of each column.
 *
 * Descriptions are kept for the session, because every planning and every
 * execution asks for one.  A change of the catalogs makes them invalid, but
 * running statements may still hold them, so an invalid description goes away
 * only when its transaction ends.
 */
#include "postgres.h"

#include "compat.h"

#include "access/relation.h"
#include "access/xact.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "translate/codec/codec.h"
#include "translate/codec/codec_time.h"
#include "translate/table/table.h"
#include "translate/table/table_expiry.h"
#include "translate/table/table_template.h"

/* A table with what only this file uses. */
typedef struct TableEntry
{
	Table		table;
	Table		showing;		/* the same where expired items are shown */
	MemoryContext context;		/* holds everything of the description */
	bool		has_composite;	/* some column depends on another relation's
								 * row type */
} TableEntry;

/* The session's descriptions by relation. */
typedef struct CacheEntry
{
	Oid			relation_id;	/* key */
	TableEntry *entry;			/* NULL: none, or no longer valid */
} CacheEntry;

static TableOptionsReader read_options = NULL;

static HTAB *cache = NULL;

/* Was there ever a description that holds composite types? */
static bool some_composite = false;

/* Contexts of descriptions that are no longer valid but may be in use. */
static List *retired_contexts = NIL;

/*
 * Counts invalidations, to notice one that comes while a table is described.
 */
static uint64 invalidation_count = 0;

/* ---- the cache ---- */

static void
retire_context(MemoryContext context)
{
	MemoryContext old_context = MemoryContextSwitchTo(CacheMemoryContext);

	retired_contexts = lappend(retired_contexts, context);
	MemoryContextSwitchTo(old_context);
}

static void
invalidate_cached(CacheEntry *cached)
{
	if (cached->entry == NULL)
		return;
	retire_context(cached->entry->context);
	cached->entry = NULL;
}

/* Every description, or only those that hold composite types. */
static void
invalidate_all(bool only_composite)
{
	HASH_SEQ_STATUS status;
	CacheEntry *cached;

	hash_seq_init(&status, cache);
	while ((cached = hash_seq_search(&status)) != NULL)
	{
		if (!only_composite ||
			(cached->entry != NULL && cached->entry->has_composite))
			invalidate_cached(cached);
	}
}

/*
 * Options of a table and its columns, and row types, change with a relation.
 */
static void
invalidate_relation(Datum argument, Oid relation_id)
{
	invalidation_count++;
	if (OidIsValid(relation_id))
	{
		CacheEntry *cached = hash_search(cache, &relation_id, HASH_FIND, NULL);

		if (cached != NULL)
			invalidate_cached(cached);
	}
	if (!OidIsValid(relation_id) || some_composite)
		invalidate_all(OidIsValid(relation_id));
}

/* Servers have options that their tables inherit; types have definitions. */
static void
invalidate_descriptions(Datum argument, int cache_id, uint32 hash_value)
{
	invalidation_count++;
	invalidate_all(false);
}

static void
free_retired_contexts(XactEvent event, void *argument)
{
	ListCell   *cell;

	if (retired_contexts == NIL ||
		(event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT &&
		 event != XACT_EVENT_PREPARE))
		return;
	foreach(cell, retired_contexts)
		MemoryContextDelete((MemoryContext) lfirst(cell));
	list_free(retired_contexts);
	retired_contexts = NIL;
}

static void
create_table_cache(void)
{
	HASHCTL		control = {
		.keysize = sizeof(Oid),
		.entrysize = sizeof(CacheEntry),
		.hcxt = CacheMemoryContext
	};

	cache = hash_create("dynamorm_fdw tables", 64, &control,
						HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterRelcacheCallback(invalidate_relation, (Datum) 0);
	CacheRegisterSyscacheCallback(FOREIGNSERVEROID, invalidate_descriptions,
								  (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, invalidate_descriptions, (Datum) 0);
	RegisterXactCallback(free_retired_contexts, NULL);
}

/* ---- checks ---- */

/* Raises the error for an option that does not fit the column's type. */
static void
refuse_role(const Table *table, const Column *column, const char *option,
			const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("option \"%s\" does not fit column \"%s\" of foreign table \"%s\"",
					option, column->name, table->relation_name),
			 errdetail("%s", detail),
			 errhint("Change the column or drop its option \"%s\".", option)));
}

static bool
is_integer_type(Oid type_id)
{
	return type_id == INT2OID || type_id == INT4OID || type_id == INT8OID;
}

static void
check_key_type(const Table *table, const Column *column)
{
	AttributeType type = column->codec->attribute_type;

	if (column->codec->base_type_id == JSONOID ||
		column->codec->base_type_id == JSONBOID ||
		(type != ATTRIBUTE_S && type != ATTRIBUTE_N && type != ATTRIBUTE_B))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
				 errmsg("column \"%s\" of foreign table \"%s\" cannot be a key",
						column->name, table->relation_name),
				 errdetail("A key is a string, a number or binary data (type S, N or B)."),
				 errhint("Change the type of the column.")));
}

static void
check_column(const Table *table, const Column *column,
			 const ColumnOptions *options)
{
	Oid			type_id = column->codec->base_type_id;

	if (column->is_version && !is_integer_type(type_id))
		refuse_role(table, column, "version",
					"A version column is a smallint, an integer or a bigint.");
	if (column->is_created_at && !time_is_timestamp(type_id))
		refuse_role(table, column, "created_at",
					"The column must be a timestamp, with or without time zone.");
	if (column->is_updated_at && !time_is_timestamp(type_id))
		refuse_role(table, column, "updated_at",
					"The column must be a timestamp, with or without time zone.");
	if (column->is_ttl &&
		(column->codec->attribute_type != ATTRIBUTE_N ||
		 options->template != NULL ||
		 (options->unit != NULL && strcmp(options->unit, "s") != 0)))
		refuse_role(table, column, "ttl",
					"DynamoDB reads the time to live as a number of seconds (type N, unit s).");
	if (options->hide_expired && !column->is_ttl)
		refuse_role(table, column, "hide_expired",
					"Items expire by the column with the option \"ttl\".");
	if (column->is_document &&
		(type_id != JSONBOID || column->codec->kind != CODEC_JSON))
		refuse_role(table, column, "document",
					"The document column must be of type jsonb, and not be stored as a string.");
}

/* Raises the error for a second column with an option that one may have. */
static void
refuse_second(const Table *table, const Column *first, const Column *second,
			  const char *option)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("two columns of foreign table \"%s\" have the option %s",
					table->relation_name, option),
			 errdetail("They are \"%s\" and \"%s\".", first->name,
					   second->name),
			 errhint("Drop the option of one of them.")));
}

/* What may stand at only one column of a table. */
static void
check_unique_roles(const Table *table)
{
	const Column *version = NULL;
	const Column *ttl = NULL;

	for (int i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];

		if (column->codec == NULL)
			continue;
		if (column->is_document && column != table->document)
			refuse_second(table, table->document, column, "document");
		if (column->is_version)
		{
			if (version != NULL)
				refuse_second(table, version, column, "version");
			version = column;
		}
		if (column->is_ttl)
		{
			if (ttl != NULL)
				refuse_second(table, ttl, column, "ttl");
			ttl = column;
		}
	}
	if (table->sort_key != NULL && table->partition_key == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("foreign table \"%s\" has a sort key but no partition key",
						table->relation_name),
				 errhint("Set option \"key\" of another column to 'partition'.")));
}

/* ---- describing ---- */

static bool
holds_composite(const Codec *codec)
{
	return codec->kind == CODEC_COMPOSITE ||
		(codec->element != NULL && holds_composite(codec->element));
}

/* A name of the catalogs in UTF-8, in the current memory context. */
static char *
copy_as_utf8(const char *text)
{
	int			length = strlen(text);
	char	   *converted = pg_server_to_any(text, length, PG_UTF8);

	return converted == text ? pstrdup(text) : converted;
}

static Codec *
create_codec(const Table *table, const char *column_name,
			 Form_pg_attribute attribute, const ColumnOptions *options)
{
	CodecOptions codec_options = {
		.type = options->type,
		.unit = options->unit,
		.format = options->format
	};
	const char *problem = NULL;
	const char *hint = NULL;
	Codec	   *codec = codec_create(attribute->atttypid, attribute->atttypmod,
									 attribute->attcollation, &codec_options,
									 &problem, &hint);

	if (codec == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
				 errmsg("column \"%s\" of foreign table \"%s\" has type %s, which cannot be stored as declared",
						column_name, table->relation_name,
						format_type_with_typemod(attribute->atttypid,
												 attribute->atttypmod)),
				 problem ? errdetail("%s", problem) : 0,
				 hint ? errhint("%s", hint) : 0));
	return codec;
}

static void
set_key_part(const Table *table, Column **part, Column *column,
			 const char *option)
{
	if (*part != NULL)
		refuse_second(table, *part, column, option);
	*part = column;
}

/* No item has it, and core computes it. */
static void
check_virtual_column(const Table *table, Form_pg_attribute attribute,
					 const ColumnOptions *options)
{
	if (options->is_given)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
				 errmsg("virtual generated column \"%s\" of foreign table \"%s\" cannot have options",
						NameStr(attribute->attname), table->relation_name),
				 errdetail("It is computed when it is read, and no attribute of an item."),
				 errhint("Drop its options, or let it be STORED.")));
}

static void
describe_column(TableEntry *entry, Column *column, TupleDesc descriptor,
				const ColumnOptions *options)
{
	Table	   *table = &entry->table;
	Form_pg_attribute attribute = TupleDescAttr(descriptor,
												column->attnum - 1);
	Column	   *owner;

	if (attribute->attisdropped)
		return;
	if (is_virtual_column(attribute))
	{
		check_virtual_column(table, attribute, options);
		return;
	}

	column->name = pstrdup(NameStr(attribute->attname));
	column->attribute_name = copy_as_utf8(options->attribute_name != NULL ?
										  options->attribute_name :
										  column->name);
	column->attribute_name_length = strlen(column->attribute_name);
	column->not_null = attribute->attnotnull;
	column->never_null = not_null_is_valid(descriptor, column->attnum - 1);
	column->is_version = options->version;
	column->is_created_at = options->created_at;
	column->is_updated_at = options->updated_at;
	column->is_ttl = options->ttl;
	column->is_document = options->document;
	column->codec = create_codec(table, column->name, attribute, options);
	if (column->is_document)
		column->codec->depth = 0;
	if (holds_composite(column->codec))
		entry->has_composite = some_composite = true;
	owner = options->template == NULL ? column
		: table_add_template(table, column, options->template);
	owner->key = options->key;
	if (owner->key != KEY_NONE)
		check_key_type(table, owner);
	check_column(table, column, options);

	if (owner->key == KEY_PARTITION)
		set_key_part(table, &table->partition_key, owner, "key 'partition'");
	if (owner->key == KEY_SORT)
		set_key_part(table, &table->sort_key, owner, "key 'sort'");
	if (column->is_document && table->document == NULL)
		table->document = column;
	if (options->hide_expired)
		table->expiry = column;
}

/* Reads the catalogs, into the current memory context. */
static TableEntry *
describe_relation(Relation relation)
{
	TableEntry *entry = palloc0(sizeof(TableEntry));
	Table	   *table = &entry->table;
	TupleDesc	descriptor = RelationGetDescr(relation);
	const TableOptions *options = read_options(relation);

	table->relation_id = RelationGetRelid(relation);
	table->relation_name = pstrdup(RelationGetRelationName(relation));
	table->server_id = options->server_id;
	table->table_name = copy_as_utf8(options->table_name);
	table->consistent_read = options->read_mode != READ_EVENTUAL;
	table->reads_at_once = options->read_mode == READ_AT_ONCE;
	table->updatable = options->updatable;
	table->is_atomic = options->transaction_mode == TRANSACTION_ATOMIC;
	table->read_rate = options->read_units_per_second;
	table->write_rate = options->write_units_per_second;

	table->column_count = descriptor->natts;
	table->columns = palloc0(Max(descriptor->natts, 1) * sizeof(Column));
	for (int i = 0; i < descriptor->natts; i++)
	{
		table->columns[i].attnum = i + 1;
		describe_column(entry, &table->columns[i], descriptor,
						&options->columns[i]);
	}
	check_unique_roles(table);
	table_resolve_templates(table);
	table_build_names(table);
	table_mark_key(table);
	entry->showing = *table;
	table->hides_expired = table->expiry != NULL;
	return entry;
}

void
table_set_options_reader(TableOptionsReader reader)
{
	read_options = reader;
}

static Table *
table_by_setting(TableEntry *entry)
{
	return show_expired ? &entry->showing : &entry->table;
}

Table *
table_describe(Oid relation_id)
{
	CacheEntry *cached;
	TableEntry *entry;
	Relation	relation;
	MemoryContext context;
	MemoryContext old_context;
	uint64		count_before;
	bool		found;

	if (cache == NULL)
		create_table_cache();
	cached = hash_search(cache, &relation_id, HASH_FIND, NULL);
	if (cached != NULL && cached->entry != NULL)
		return table_by_setting(cached->entry);

	/* a child of the caller's context, so that an error frees it */
	context = AllocSetContextCreate(CurrentMemoryContext,
									"dynamorm_fdw table",
									ALLOCSET_SMALL_SIZES);
	old_context = MemoryContextSwitchTo(context);
	count_before = invalidation_count;
	relation = relation_open(relation_id, NoLock);
	entry = describe_relation(relation);
	entry->context = context;
	relation_close(relation, NoLock);
	MemoryContextSwitchTo(old_context);

	cached = hash_search(cache, &relation_id, HASH_ENTER, &found);
	if (found)
		invalidate_cached(cached);
	cached->entry = NULL;
	MemoryContextSetParent(context, CacheMemoryContext);

	/* if something changed meanwhile, it serves only this time */
	if (count_before == invalidation_count)
		cached->entry = entry;
	else
		retire_context(context);
	return table_by_setting(entry);
}

/* ---- keys ---- */

/* Gives a column its part in the key. */
static Column *
take_key_column(Table *table, const char *attribute_name, KeyRole role)
{
	Column	   *column = table_find_attribute(table, attribute_name,
											  strlen(attribute_name));

	if (column == NULL)
	{
		const char *name = pg_any_to_server(attribute_name,
											strlen(attribute_name), PG_UTF8);

		ereport(ERROR,
				(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
				 errmsg("no column of foreign table \"%s\" maps the key attribute \"%s\"",
						table->relation_name, name),
				 errhint("Add a column for it, or set option \"attribute_name\" of a column to '%s'.",
						 name)));
	}
	check_key_type(table, column);
	column->key = role;
	return column;
}

void
table_set_key(Table *table, const char *partition_key, const char *sort_key)
{
	Column	   *partition = take_key_column(table, partition_key,
											KEY_PARTITION);

	table->sort_key = sort_key == NULL ? NULL :
		take_key_column(table, sort_key, KEY_SORT);
	table->partition_key = partition;
	table_mark_key(table);
}

char *
table_key_constraint(const Table *table)
{
	return makeObjectName(table->relation_name, NULL, "pkey");
}
