/*
 * reader.c
 *		Reads items: one GetItem, a list of keys, or the pages of a Query or
 *		Scan.
 */
#include "postgres.h"

#include "compat.h"

#include "fdw/batch_reader.h"
#include "fdw/reader.h"
#include "fdw/settings.h"

struct Reader
{
	ReaderSpec	spec;
	KeyAccess	access;
	StringInfoData body;		/* the request, without its start key and
								 * closing brace */
	StringInfoData page_body;	/* the request of the current page */
	char	   *readable_key;	/* GetItem: for messages */
	BatchReader *batches;		/* of a list of keys; NULL: it is none */
	Request    *request;		/* of the current page; NULL: before the first */
	int			next_item;		/* of the current page */
	bool		last_page;		/* the current page is the last one */
	MemoryContext context;		/* of the reader */
};

static void
append_table(StringInfo body, const Table *table, bool consistent)
{
	appendStringInfoString(body, "{\"TableName\":");
	json_append_string(body, table->table_name, strlen(table->table_name));
	if (consistent)
		appendStringInfoString(body, ",\"ConsistentRead\":true");
	appendStringInfoString(body, ",\"ReturnConsumedCapacity\":\"TOTAL\"");
}

/*
 * Appends the filter, unless it is beyond DynamoDB's limits: then its
 * placeholders are taken back, and rows are filtered locally only.
 */
static void
append_filter(StringInfo body, const Condition *filter,
			  Placeholders *placeholders)
{
	int			names = list_length(placeholders->names);
	int			values = list_length(placeholders->values);
	StringInfoData text;

	if (filter->kind == CONDITION_TRUE)
		return;
	initStringInfo(&text);
	write_condition(&text, filter, placeholders);
	if (expression_within_limits(&text, placeholders))
		json_append_text_member(body, "FilterExpression", text.data);
	else
	{
		placeholders->names = list_truncate(placeholders->names, names);
		placeholders->values = list_truncate(placeholders->values, values);
	}
}

static void
build_body(Reader *reader, const Access *access)
{
	const KeyLookup *lookup = access->lookup;
	Placeholders *placeholders = placeholders_make(false);
	StringInfo	body = &reader->body;
	StringInfoData text;

	initStringInfo(body);
	initStringInfo(&text);
	append_table(body, reader->spec.table, reader->spec.table->consistent_read);

	if (lookup->access == KEY_ACCESS_ITEM)
	{
		appendStringInfoString(body, ",\"Key\":");
		json_append_item(body, lookup->key);
		reader->readable_key = table_readable_key(reader->spec.table,
												  lookup->key);
	}
	else
	{
		if (lookup->access == KEY_ACCESS_QUERY)
		{
			write_condition(&text, lookup->condition, placeholders);
			json_append_text_member(body, "KeyConditionExpression", text.data);
		}
		append_filter(body, access->filter, placeholders);
	}

	if (reader->spec.projection != NIL)
	{
		resetStringInfo(&text);
		write_projection(&text, reader->spec.projection, placeholders);
		json_append_text_member(body, "ProjectionExpression", text.data);
	}
	write_placeholders(body, placeholders);
}

Reader *
reader_open(const ReaderSpec *spec)
{
	Reader	   *reader = palloc0(sizeof(Reader));
	Access	   *access = access_choose(spec->scope, spec->clauses);

	reader->spec = *spec;
	reader->access = access->lookup->access;
	reader->context = CurrentMemoryContext;
	if (reader->access == KEY_ACCESS_ITEMS)
		reader->batches = batch_reader_open(spec->connection, spec->table,
											spec->projection,
											access->lookup->keys,
											spec->counters);
	else if (reader->access != KEY_ACCESS_NOTHING)
		build_body(reader, access);
	initStringInfo(&reader->page_body);
	return reader;
}

/*
 * The setting is there to keep a mistaken Scan from becoming a bill, so it
 * names the column that would have made it a Query.
 */
void
reader_check_units(const Table *table, const RequestCounters *counters,
				   bool scans)
{
	if (max_read_units == 0 || counters->capacity_units <= max_read_units)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
			 errmsg("statement has used more than %d read units of DynamoDB",
					max_read_units),
			 errdetail("Reading table \"%s\" has used %.1f units so far.",
					   table->table_name, counters->capacity_units),
			 scans
			 ? errhint("Fix column \"%s\", the partition key, by an equality in WHERE, or raise dynamorm_fdw.max_read_units.",
					   table->partition_key->name)
			 : errhint("Raise dynamorm_fdw.max_read_units, or set it to 0 for no limit.")));
}

/* Sends the request for the first or the next page, and waits for it. */
static const Response *
fetch_page(Reader *reader)
{
	static const char *const operations[] = {
		[KEY_ACCESS_ITEM] = "GetItem",
		[KEY_ACCESS_QUERY] = "Query",
		[KEY_ACCESS_SCAN] = "Scan"
	};
	MemoryContext old = MemoryContextSwitchTo(reader->context);
	Request    *previous = reader->request;
	StringInfo	body = &reader->page_body;
	RequestSpec spec = {
		.operation = operations[reader->access],
		.kind = REQUEST_READ,
		.table = reader->spec.table->table_name,
		.key = reader->readable_key,
		.counters = reader->spec.counters
	};

	resetStringInfo(body);
	appendBinaryStringInfo(body, reader->body.data, reader->body.len);
	if (previous != NULL)
	{
		appendStringInfoString(body, ",\"ExclusiveStartKey\":");
		json_append_item(body, request_response(previous)->last_key);
	}
	appendStringInfoChar(body, '}');
	spec.body = body->data;
	spec.body_length = body->len;

	reader->request = request_run(reader->spec.connection, &spec);
	if (previous != NULL)
		request_free(previous);
	if (request_outcome(reader->request) != OUTCOME_SUCCESS)
		request_raise(reader->request, NULL);

	reader->next_item = 0;
	reader->last_page =
		request_response(reader->request)->last_key == NULL;
	MemoryContextSwitchTo(old);
	reader_check_units(reader->spec.table, reader->spec.counters,
					   reader->access == KEY_ACCESS_SCAN);
	return request_response(reader->request);
}

const DynamoItem *
reader_next(Reader *reader)
{
	const Response *page;

	if (reader->access == KEY_ACCESS_NOTHING)
		return NULL;
	if (reader->batches != NULL)
		return batch_reader_next(reader->batches);

	if (reader->access == KEY_ACCESS_ITEM)
	{
		if (reader->request != NULL)
			return NULL;
		return fetch_page(reader)->item;
	}

	page = reader->request == NULL ? fetch_page(reader)
		: request_response(reader->request);

	/* a page may be empty and not the last: only last_key tells */
	while (reader->next_item >= page->item_count)
	{
		if (reader->last_page)
			return NULL;
		page = fetch_page(reader);
	}
	return &page->items[reader->next_item++];
}

void
reader_close(Reader *reader)
{
	if (reader->request != NULL)
		request_free(reader->request);
	reader->request = NULL;
	if (reader->batches != NULL)
		batch_reader_close(reader->batches);
	reader->access = KEY_ACCESS_NOTHING;
}

Request *
reader_start_get(Connection *connection, const Table *table,
				 const DynamoItem *key, const char *readable_key,
				 RequestCounters *counters)
{
	StringInfoData body;
	RequestSpec spec = {
		.operation = "GetItem",
		.kind = REQUEST_READ,
		.table = table->table_name,
		.key = readable_key,
		.counters = counters
	};

	initStringInfo(&body);
	append_table(&body, table, true);
	appendStringInfoString(&body, ",\"Key\":");
	json_append_item(&body, key);
	appendStringInfoChar(&body, '}');
	spec.body = body.data;
	spec.body_length = body.len;
	return request_start(connection, &spec);
}
