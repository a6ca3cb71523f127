/*
 * image.c
 *		Images of an item: as it was read, and as the transaction leaves it.
 */
#include "postgres.h"

#include "compat.h"

#include "fdw/column_set.h"
#include "fdw/session/image.h"
#include "translate/key/item_key.h"
#include "translate/table/table_template.h"

/*
 * As many names are kept: a condition can hold no more, which is then found
 * when it is made (expression_limit.c).
 */
#define MOST_SEEN		400

Size
image_size(const DynamoItem *image)
{
	Size		size = 0;

	for (int i = 0; i < image->count; i++)
		size += image->attributes[i].name_length +
			attribute_size(&image->attributes[i].value);
	return size;
}

static bool
values_equal(const AttributeValue *a, const AttributeValue *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return attribute_equal(a, b);
}

static bool
has_name(const List *names, const char *name)
{
	ListCell   *cell;

	foreach(cell, names)
		if (strcmp((const char *) lfirst(cell), name) == 0)
			return true;
	return false;
}

List *
image_difference(const DynamoItem *before, const DynamoItem *after,
				 const List *assigned)
{
	List	   *actions = NIL;
	ListCell   *cell;

	for (int i = 0; i < after->count; i++)
	{
		Attribute  *attribute = &after->attributes[i];

		if (has_name(assigned, attribute->name) ||
			!values_equal(item_find(before, attribute->name),
						  &attribute->value))
			actions = lappend(actions,
							  update_action(UPDATE_SET,
											path_make(attribute->name),
											operand_value(&attribute->value)));
	}
	for (int i = 0; i < before->count; i++)
	{
		const char *name = before->attributes[i].name;

		if (item_find(after, name) == NULL)
			actions = lappend(actions,
							  update_action(UPDATE_REMOVE, path_make(name),
											NULL));
	}
	foreach(cell, assigned)
	{
		const char *name = (const char *) lfirst(cell);

		if (item_find(after, name) == NULL && item_find(before, name) == NULL)
			actions = lappend(actions,
							  update_action(UPDATE_REMOVE, path_make(name),
											NULL));
	}
	return actions;
}

Condition *
image_unchanged(const Table *table, const DynamoItem *image, const List *seen)
{
	List	   *conditions = list_make1(condition_item_of_kind(table));
	ListCell   *cell;

	foreach(cell, seen)
	{
		const char *name = (const char *) lfirst(cell);

		conditions = lappend(conditions,
							 condition_attribute_is(name,
													item_find(image, name)));
	}
	return condition_and(conditions);
}

static List *
add_seen_name(List *seen, const Table *table, const char *name)
{
	if (list_length(seen) >= MOST_SEEN || key_has_attribute(table, name) ||
		has_name(seen, name))
		return seen;
	return lappend(seen, pstrdup(name));
}

/* Attributes that no column maps. */
static List *
add_unmapped(List *seen, const Table *table, const DynamoItem *base,
			 const DynamoItem *shown)
{
	for (int i = 0; i < base->count; i++)
	{
		const Attribute *attribute = &base->attributes[i];

		if (!table_maps_attribute(table, attribute->name) &&
			values_equal(&attribute->value,
						 item_find(shown, attribute->name)))
			seen = add_seen_name(seen, table, attribute->name);
	}
	return seen;
}

List *
image_add_seen(List *seen, const Table *table, const DynamoItem *base,
			   const DynamoItem *shown, const Bitmapset *columns)
{
	bool	   *flags;

	if (base == NULL || shown == NULL)
		return seen;
	flags = column_set_to_flags(table, columns);
	for (int i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];
		const char *name = column->attribute_name;

		if (!flags[i])
			continue;
		if (column->is_document)
			seen = add_unmapped(seen, table, base, shown);
		else if (values_equal(item_find(base, name), item_find(shown, name)))
			seen = add_seen_name(seen, table, name);
	}

	/* by which it is a row */
	if (table->hides_expired &&
		values_equal(item_find(base, table->expiry->attribute_name),
					 item_find(shown, table->expiry->attribute_name)))
		seen = add_seen_name(seen, table, table->expiry->attribute_name);
	return seen;
}

List *
image_add_assigned(List *names, const List *actions)
{
	ListCell   *cell;

	foreach(cell, actions)
	{
		const UpdateAction *action = (const UpdateAction *) lfirst(cell);
		const char *name = action->path->steps[0].name;

		if (!has_name(names, name))
			names = lappend(names, pstrdup(name));
	}
	return names;
}

List *
image_add_all(List *seen, const Table *table, const DynamoItem *base)
{
	for (int i = 0; i < base->count; i++)
		seen = add_seen_name(seen, table, base->attributes[i].name);
	for (int i = 0; i < table->column_count; i++)
	{
		const Column *column = &table->columns[i];

		if (column->name != NULL && !column->is_document)
			seen = add_seen_name(seen, table, column->attribute_name);
	}
	return seen;
}

const char *
image_find_change(const DynamoItem *base, const DynamoItem *now,
				  const List *seen)
{
	ListCell   *cell;

	foreach(cell, seen)
	{
		const char *name = (const char *) lfirst(cell);

		if (!values_equal(item_find(base, name), item_find(now, name)))
			return name;
	}
	return NULL;
}
