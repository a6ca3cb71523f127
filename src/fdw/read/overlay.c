/*
 * overlay.c
 *		What a scan sees of the session's write buffer, laid over what DynamoDB
 *		has.
 */
#include "postgres.h"

#include "compat.h"

#include "access/sysattr.h"

#include "fdw/read/overlay.h"
#include "fdw/session/write_buffer.h"
#include "translate/key/item_key.h"
#include "translate/key/key_value.h"
#include "translate/table/table_template.h"

struct Overlay
{
	const Table *table;
	const KeySchema *schema;	/* by whose sort key items are in order; NULL:
								 * by none */
	bool		backward;
	List	   *hidden;			/* of DynamoItem: the keys that it has */
	List	   *items;			/* of DynamoItem, in order */
	int			next;
	ItemSource	below;
	const DynamoItem *waiting;	/* from below, and after the next item here */
	bool		below_is_done;
};

/* ---- open ---- */

/* May the scan read the item of the key? */
static bool
reads_key(const OverlaySpec *spec, const DynamoItem *key)
{
	const KeyLookup *lookup = spec->access->lookup;
	ListCell   *cell;

	switch (lookup->access)
	{
		case KEY_ACCESS_NOTHING:
			return false;
		case KEY_ACCESS_ITEM:
			return table_key_equal(spec->table, lookup->key, key);
		case KEY_ACCESS_ITEMS:
			foreach(cell, lookup->keys)
				if (table_key_equal(spec->table, lfirst(cell), key))
					return true;
			return false;
		case KEY_ACCESS_QUERY:
			return lookup->partition == NULL ||
				key_in_partition(spec->table, key, lookup->partition);
		case KEY_ACCESS_SCAN:
			break;
	}
	return true;
}

/*
 * The image that is seen of an item, which is looked at if it is a row of the
 * table.
 */
static const DynamoItem *
look_at(BufferedItem *item, const Table *table, CommandId snapshot,
		const Bitmapset *columns)
{
	const DynamoItem *image = buffered_image_before(item, snapshot);

	write_buffer_check_hidden(item, table);
	if (image != NULL && !table_is_row(table, image))
		return NULL;
	write_buffer_look(item, table, image, columns);
	return image;
}

/* Does one item come before another, by the sort key in the scan's order? */
static bool
is_before(const Overlay *overlay, const DynamoItem *item,
		  const DynamoItem *other)
{
	for (int i = 0; overlay->schema != NULL && i < overlay->schema->sort_count;
		 i++)
	{
		const char *name = overlay->schema->sort[i]->attribute_name;
		const AttributeValue *value = item_find(item, name);
		const AttributeValue *other_value = item_find(other, name);

		if (value == NULL || other_value == NULL ||
			value->type != other_value->type)
			return value != NULL && other_value == NULL;
		if (key_value_is_before(value, other_value))
			return !overlay->backward;
		if (key_value_is_before(other_value, value))
			return overlay->backward;
	}
	return false;
}

static void
add_item(Overlay *overlay, const DynamoItem *image)
{
	int			place = 0;

	while (place < list_length(overlay->items) &&
		   !is_before(overlay, image, list_nth(overlay->items, place)))
		place++;
	overlay->items = list_insert_nth(overlay->items, place, item_copy(image));
}

/* The columns that tell whether, and where, an item comes. */
static Bitmapset *
columns_looked_at(const OverlaySpec *spec)
{
	const KeySchema *schema = spec->access->schema;
	Bitmapset  *columns = bms_copy(spec->columns);

	for (int i = 0; i < spec->table->column_count; i++)
		if (spec->table->columns[i].name != NULL &&
			key_schema_has(schema, &spec->table->columns[i]))
			columns = bms_add_member(columns, i + 1 -
									 FirstLowInvalidHeapAttributeNumber);
	return columns;
}

Overlay *
overlay_open(const OverlaySpec *spec)
{
	Overlay    *overlay = NULL;
	BufferedItem *item = NULL;
	Bitmapset  *columns = NULL;

	while ((item = write_buffer_next(item)) != NULL)
	{
		const DynamoItem *image;

		if (!write_buffer_is_of(item, spec->table) ||
			!reads_key(spec, item->key))
			continue;
		if (overlay == NULL)
		{
			columns = columns_looked_at(spec);
			overlay = palloc0(sizeof(Overlay));
			overlay->table = spec->table;
			overlay->schema = spec->ordered ? spec->access->schema : NULL;
			overlay->backward = spec->backward;
		}
		overlay->hidden = lappend(overlay->hidden, item_copy(item->key));
		image = look_at(item, spec->table, spec->snapshot, columns);
		if (image != NULL)
			add_item(overlay, image);
	}
	return overlay;
}

bool
overlay_find(const Table *table, const DynamoItem *key, CommandId snapshot,
			 const Bitmapset *columns, const DynamoItem **image)
{
	BufferedItem *item = write_buffer_find(table, key);

	if (item == NULL)
		return false;
	*image = look_at(item, table, snapshot, columns);
	return true;
}

/* ---- what goes out ---- */

bool
overlay_has(const Overlay *overlay, const DynamoItem *key)
{
	ListCell   *cell;

	foreach(cell, overlay->hidden)
		if (table_key_equal(overlay->table, lfirst(cell), key))
			return true;
	return false;
}

bool
overlay_is_drained(const Overlay *overlay)
{
	return overlay->next == list_length(overlay->items) &&
		overlay->waiting == NULL;
}

/* The next item of those below that the overlay does not have. */
static const DynamoItem *
next_below(Overlay *overlay)
{
	const DynamoItem *item;

	if (overlay->below_is_done)
		return NULL;
	do
		item = overlay->below.fetch(overlay->below.state);
	while (item != NULL && overlay_has(overlay, item));
	overlay->below_is_done = item == NULL;
	return item;
}

static const DynamoItem *
fetch_overlaid(void *state)
{
	Overlay    *overlay = (Overlay *) state;
	const DynamoItem *item = overlay->waiting;

	overlay->waiting = NULL;
	if (item == NULL)
		item = next_below(overlay);
	if (overlay->next < list_length(overlay->items))
	{
		const DynamoItem *own = list_nth(overlay->items, overlay->next);

		if (item == NULL || is_before(overlay, own, item))
		{
			overlay->waiting = item;
			overlay->next++;
			return own;
		}
	}
	return item;
}

ItemSource
overlay_lay(Overlay *overlay, ItemSource below)
{
	overlay->below = below;
	return (ItemSource) {
		.table = overlay->table,
		.fetch = fetch_overlaid,
		.state = overlay
	};
}

List *
overlay_projection(const KeySchema *schema, List *paths)
{
	if (paths == NIL)
		return NIL;
	for (int i = 0; i < schema->sort_count; i++)
	{
		DocumentPath *path = path_make(schema->sort[i]->attribute_name);
		bool		overlaps = false;
		ListCell   *cell;

		foreach(cell, paths)
			overlaps |= path_overlaps(lfirst(cell), path);
		if (!overlaps)
			paths = lappend(paths, path);
	}
	return paths;
}
