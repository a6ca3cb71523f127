/*
 * item_spool.c
 *		Items set aside until all have been read; on disk beyond work_mem.
 *
 * They are kept as the JSON text of an answer that holds one item, so that the
 * decoder of answers reads them back.
 */
#include "postgres.h"

#include "compat.h"

#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "client/wire/response.h"
#include "fdw/read/item_spool.h"

struct ItemSpool
{
	Tuplestorestate *store;		/* of one column of type bytea */
	TupleDesc	descriptor;
	TupleTableSlot *slot;
};

ItemSpool *
item_spool_make(void)
{
	ItemSpool  *spool = palloc0(sizeof(ItemSpool));

	spool->descriptor = CreateTemplateTupleDesc(1);
	TupleDescInitEntry(spool->descriptor, 1, "item", BYTEAOID, -1, 0);
	complete_tuple_descriptor(spool->descriptor);
	spool->store = tuplestore_begin_heap(false, false, work_mem);
	spool->slot = MakeSingleTupleTableSlot(spool->descriptor,
										   &TTSOpsMinimalTuple);
	return spool;
}

void
item_spool_add(ItemSpool *spool, const DynamoItem *item)
{
	StringInfoData text;
	Datum		value;
	bool		isnull = false;

	initStringInfo(&text);
	appendStringInfoString(&text, "{\"Item\":");
	json_append_item(&text, item);
	appendStringInfoChar(&text, '}');
	value = PointerGetDatum(cstring_to_text_with_len(text.data, text.len));
	tuplestore_putvalues(spool->store, spool->descriptor, &value, &isnull);
	pfree(DatumGetPointer(value));
	pfree(text.data);
}

DynamoItem *
item_spool_next(ItemSpool *spool)
{
	text	   *value;
	char	   *body;
	Response   *response;
	const char *problem;
	bool		isnull;

	if (!tuplestore_gettupleslot(spool->store, true, false, spool->slot))
		return NULL;
	value = DatumGetTextPP(slot_getattr(spool->slot, 1, &isnull));
	body = pnstrdup(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	response = response_decode(body, VARSIZE_ANY_EXHDR(value), &problem);
	Assert(response != NULL && response->item != NULL);
	return response->item;
}

void
item_spool_end(ItemSpool *spool)
{
	ExecDropSingleTupleTableSlot(spool->slot);
	tuplestore_end(spool->store);
}
