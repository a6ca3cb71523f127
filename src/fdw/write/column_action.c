/*
 * column_action.c
 *		A column's new value as what is to be written: of an UPDATE that was
 *		computed, or of an INSERT.
 */
#include "postgres.h"

#include "compat.h"

#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "fdw/write/column_action.h"
#include "translate/key/key.h"
#include "translate/update/document.h"

void
column_raise_null(const Table *table, const Column *column,
				  const char *readable_key)
{
	ereport(ERROR,
			(errcode(ERRCODE_NOT_NULL_VIOLATION),
			 errmsg("null value in column \"%s\" of relation \"%s\" violates not-null constraint",
					column->name, table->relation_name),
			 readable_key != NULL
			 ? errdetail("Failing item has the key %s.", readable_key) : 0,
			 column->in_key
			 ? errhint("Column \"%s\" is part of the DynamoDB key, which every item must have.",
					   column->name) : 0,
			 errtablecol(RelationIdGetRelation(table->relation_id),
						 column->attnum)));
}

bool
column_datum_unchanged(const Column *column,
					   bool old_isnull, Datum old_value,
					   bool new_isnull, Datum new_value)
{
	int16		length;
	bool		by_value;

	if (old_isnull || new_isnull)
		return old_isnull && new_isnull;
	get_typlenbyval(column->codec->type_id, &length, &by_value);
	return datum_image_eq(old_value, new_value, by_value, length);
}

void
column_check_key(const Table *table, const Column *column,
				 const AttributeValue *value, const char *readable_key)
{
	if (value == NULL)
		column_raise_null(table, column, readable_key);
	key_check_value(table, column, value);
}

void
column_check_document(const Table *table, const AttributeValue *document)
{
	int			i;

	if (document->type != ATTRIBUTE_M)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("document column \"%s\" must hold a JSON object",
						table->document->name)));
	for (i = 0; i < document->length; i++)
		if (table_maps_attribute(table, document->u.entries[i].name))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("document column \"%s\" must not hold attribute \"%s\", which has a column of its own",
							table->document->name,
							document->u.entries[i].name)));
}

bool
column_keeps_stored(const Column *column, const DynamoItem *item)
{
	const AttributeValue *stored;

	if (column->codec->kind != CODEC_JSON || column->is_document ||
		item == NULL)
		return false;
	stored = item_find(item, column->attribute_name);
	return stored != NULL && document_is_more_than_json(stored);
}

/*
 * What the value becomes over the one that is stored.
 */
static void
keep_stored(const Table *table, const Column *column,
			const AttributeValue *stored, AttributeValue *value,
			const char *name, const char *readable_key)
{
	if (stored == NULL || document_keep_stored(stored, value))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot change a set or binary value inside attribute \"%s\" of foreign table \"%s\" as JSON",
					name, table->relation_name),
			 errdetail("Item %s, column \"%s\".  JSON has no sets and no binary data: it would become a list or a string.",
					   readable_key, column->name),
			 errhint("Give it a column with the option \"type\", or remove it in a statement of its own first.")));
}

/* The members of the document are attributes of the item. */
static List *
document_actions(const Table *table, const DynamoItem *item,
				 AttributeValue *document, const char *readable_key)
{
	DynamoItem	members = {0};
	List	   *actions = NIL;
	int			i;

	if (document != NULL)
	{
		column_check_document(table, document);
		members.count = document->length;
		members.attributes = document->u.entries;
	}
	for (i = 0; i < members.count; i++)
	{
		Attribute  *member = &members.attributes[i];
		AttributeValue *stored = item == NULL ? NULL
			: item_find(item, member->name);

		keep_stored(table, table->document, stored, &member->value,
					member->name, readable_key);
		if (stored == NULL || !attribute_equal(stored, &member->value))
			actions = lappend(actions,
							  update_action(UPDATE_SET, path_make(member->name),
											operand_value(&member->value)));
	}
	for (i = 0; item != NULL && i < item->count; i++)
	{
		const char *name = item->attributes[i].name;

		if (!table_maps_attribute(table, name) &&
			item_find(&members, name) == NULL)
			actions = lappend(actions,
							  update_action(UPDATE_REMOVE, path_make(name),
											NULL));
	}
	return actions;
}

List *
column_actions(const Table *table, const Column *column,
			   const DynamoItem *item, bool isnull, Datum value,
			   const char *readable_key)
{
	DocumentPath *path = path_make(column->attribute_name);
	CodecPlace	place = table_place(table, column, readable_key);
	AttributeValue *attribute = NULL;

	if (!isnull)
		attribute = codec_encode(column->codec, value, &place);
	if (column->is_document)
		return document_actions(table, item, attribute, readable_key);
	if (column->key != KEY_NONE)
		column_check_key(table, column, attribute, readable_key);
	if (attribute == NULL && column->not_null)
		column_raise_null(table, column, readable_key);
	if (attribute == NULL)
		return list_make1(update_action(UPDATE_REMOVE, path, NULL));
	if (column->codec->kind == CODEC_JSON && item != NULL)
		keep_stored(table, column, item_find(item, column->attribute_name),
					attribute, column->attribute_name, readable_key);
	return list_make1(update_action(UPDATE_SET, path,
									operand_value(attribute)));
}
