/*
 * buffered_action.c
 *		What COMMIT sends for a buffered item.
 *
 *		base	newest				action
 *		absent	absent				none
 *		absent	an image			Put, if there is none (or, where one had
 *									expired, that still has)
 *		image	only updated		Update of what differs, or was assigned, if
 *									unchanged
 *		image	the same			ConditionCheck, if unchanged
 *		image	deleted and put		Put, if unchanged
 *		image	absent				Delete, if unchanged
 *
 * A blind write is sent as it is.
 */
#include "postgres.h"

#include "compat.h"

#include "fdw/session/buffered_action.h"
#include "fdw/session/image.h"
#include "translate/key/item_key.h"

static void
raise_too_much_seen(const BufferedItem *item)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("transaction depends on more of an item of table \"%s\" than DynamoDB can check",
					item->table->table_name),
			 errdetail("Item %s.  A condition holds at most 300 operators, which is 149 attributes, and 4 KB.",
					   item->readable_key),
			 errhint("Read fewer columns of what the transaction writes or locks.")));
}

static void
check_item_size(const BufferedItem *item, const DynamoItem *image)
{
	if (image_size(image) <= ITEM_SIZE_LIMIT)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("item is too large for DynamoDB"),
			 errdetail("Item %s of table \"%s\".", item->readable_key,
					   item->table->table_name),
			 errhint("An item holds at most 400 KB, the names of its attributes included.")));
}

/* Bytes of the attributes that the condition names. */
static Size
seen_size(const BufferedItem *item)
{
	Size		size = 0;
	ListCell   *cell;

	foreach(cell, item->seen)
	{
		const AttributeValue *value = item_find(item->base, lfirst(cell));

		size += strlen(lfirst(cell)) +
			(value == NULL ? 0 : attribute_size(value));
	}
	return size;
}

static Size
actions_size(List *actions)
{
	Size		size = 0;
	ListCell   *cell;

	foreach(cell, actions)
	{
		const UpdateAction *action = (const UpdateAction *) lfirst(cell);

		size += strlen(action->path->steps[0].name) +
			(action->operand == NULL ? 0
			 : attribute_size(action->operand->value));
	}
	return size;
}

static Size
make_blind(const BufferedItem *item, WriteOperation *operation)
{
	operation->kind = item->blind_kind;
	operation->expressions = item->blind;
	return image_size(item->key) + strlen(item->blind);
}

static Condition *
condition_of(const BufferedItem *item)
{
	if (item->base == NULL)
		return item->expired != NULL ? condition_absent_or_expired(item->table)
			: condition_item_absent(item->table);
	return image_unchanged(item->table, item->base, item->seen);
}

/* Says what is done, and returns the bytes of it, but for the condition's. */
static Size
choose_action(const BufferedItem *item, WriteOperation *operation,
			  List **actions)
{
	const DynamoItem *image = buffered_image(item);
	const List *assigned = NIL;

	if (image == NULL)
	{
		operation->kind = WRITE_DELETE;
		return 0;
	}
	if (item->base == NULL || (item->newest != NULL && item->newest->is_put))
	{
		operation->kind = WRITE_PUT;
		operation->item = image;
		return image_size(image);
	}
	if (item->newest != NULL)
		assigned = item->newest->assigned;
	*actions = image_difference(item->base, image, assigned);
	operation->kind = *actions == NIL ? WRITE_CONDITION_CHECK : WRITE_UPDATE;
	return actions_size(*actions);
}

Size
buffered_action_make(const BufferedItem *item, bool wants_old_item,
					 WriteOperation *operation)
{
	const DynamoItem *image = buffered_image(item);
	List	   *actions = NIL;
	Size		size;

	memset(operation, 0, sizeof(WriteOperation));
	operation->table_name = item->table->table_name;
	operation->item = item->key;
	if (item->base == NULL && image == NULL)
		return 0;
	if (image != NULL)
		check_item_size(item, image);
	if (item->blind != NULL)
		return make_blind(item, operation);

	size = image_size(item->key) + choose_action(item, operation, &actions);
	if (item->base != NULL)
		size += seen_size(item);
	operation->expressions = operation_expressions(actions, condition_of(item),
												   wants_old_item);
	if (operation->expressions == NULL)
		raise_too_much_seen(item);
	return size;
}
