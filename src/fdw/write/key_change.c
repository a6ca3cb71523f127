/*
 * key_change.c
 *		An UPDATE that gives an item another key.
 *
 * Source: DynamoDB API Reference, "TransactWriteItems".
 */
#include "postgres.h"

#include "compat.h"

#include "client/request/operation.h"
#include "fdw/write/key_change.h"
#include "translate/key/item_key.h"
#include "translate/key/key_schema.h"

/* The attribute that an action on a whole attribute is about. */
static const char *
attribute_of(const UpdateAction *action)
{
	Assert(action->path->step_count == 1);
	return action->path->steps[0].name;
}

bool
key_change_wanted(const Table *table, const DynamoItem *item, List **actions)
{
	List	   *others = NIL;
	ListCell   *cell;

	foreach(cell, *actions)
	{
		UpdateAction *action = (UpdateAction *) lfirst(cell);
		const char *name = attribute_of(action);

		if (!key_has_attribute(table, name))
			others = lappend(others, action);
		else if (!attribute_equal(action->operand->value,
								  item_find(item, name)))
			return true;
	}
	*actions = others;
	return false;
}

static const UpdateAction *
find_action(List *actions, const char *name)
{
	ListCell   *cell;

	foreach(cell, actions)
		if (strcmp(attribute_of(lfirst(cell)), name) == 0)
			return lfirst(cell);
	return NULL;
}

DynamoItem *
key_change_new_item(const DynamoItem *item, List *actions)
{
	DynamoItem *new_item = palloc(sizeof(DynamoItem));
	ListCell   *cell;
	int			i;

	new_item->count = 0;
	new_item->attributes = palloc(sizeof(Attribute) *
								  (item->count + list_length(actions)));
	for (i = 0; i < item->count; i++)
	{
		const Attribute *attribute = &item->attributes[i];

		if (find_action(actions, attribute->name) == NULL)
			item_add(new_item, attribute->name, &attribute->value);
	}
	foreach(cell, actions)
	{
		const UpdateAction *action = (const UpdateAction *) lfirst(cell);

		if (action->kind == UPDATE_SET)
			item_add(new_item, attribute_of(action),
						  action->operand->value);
	}
	return new_item;
}

/*
 * Condition: the item is what it was.  Of attributes that no column maps, and
 * that somebody has added since, no condition can speak.
 */
static Condition *
item_unchanged(const Table *table, const DynamoItem *item)
{
	List	   *conditions;
	int			i;

	conditions = list_make1(condition_item_exists(table));
	for (i = 0; i < item->count; i++)
	{
		Attribute  *attribute = &item->attributes[i];

		if (!key_has_attribute(table, attribute->name))
			conditions = lappend(conditions,
								 condition_compare(operand_path(path_make(attribute->name)),
												   COMPARISON_EQ,
												   operand_value(&attribute->value)));
	}
	for (i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];

		if (column->name != NULL && !column->is_document &&
			item_find(item, column->attribute_name) == NULL)
			conditions = lappend(conditions,
								 condition_not_exists(path_make(column->attribute_name)));
	}
	return condition_and(conditions);
}

char *
key_change_expressions(const Table *table, const DynamoItem *item)
{
	char	   *expressions =
		operation_expressions(NIL, item_unchanged(table, item), true);

	if (expressions == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("item of foreign table \"%s\" has too many attributes for a change of its key",
						table->relation_name),
				 errdetail("The condition that it is unchanged holds at most 4 KB and 300 operators.")));
	return expressions;
}
