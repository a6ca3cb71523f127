/*
 * document.c
 *		A document that is written over one that is stored.
 */
#include "postgres.h"

#include "compat.h"

#include "miscadmin.h"

#include "translate/codec/codec_number.h"
#include "translate/update/document.h"

static bool
is_set(AttributeType type)
{
	return type == ATTRIBUTE_SS || type == ATTRIBUTE_NS ||
		type == ATTRIBUTE_BS;
}

static bool reads_same(const AttributeValue *stored,
					   const AttributeValue *value);

static bool
same_text(const AttributeValue *a, const AttributeValue *b)
{
	return a->length == b->length && memcmp(a->u.text, b->u.text,
											a->length) == 0;
}

/* A set's elements are all different, and in no order. */
static bool
set_reads_same(const AttributeValue *set, const AttributeValue *list)
{
	int			i;
	int			j;

	if (list->length != set->length)
		return false;
	for (i = 0; i < set->length; i++)
	{
		for (j = 0; j < list->length; j++)
			if (reads_same(&set->u.elements[i], &list->u.elements[j]))
				break;
		if (j == list->length)
			return false;
	}
	return true;
}

static const Attribute *
find_entry(const AttributeValue *map, const Attribute *like)
{
	int			i;

	for (i = 0; i < map->length; i++)
	{
		const Attribute *entry = &map->u.entries[i];

		if (entry->name_length == like->name_length &&
			memcmp(entry->name, like->name, like->name_length) == 0)
			return entry;
	}
	return NULL;
}

static bool
map_reads_same(const AttributeValue *stored, const AttributeValue *value)
{
	int			i;

	if (stored->length != value->length)
		return false;
	for (i = 0; i < value->length; i++)
	{
		const Attribute *entry = find_entry(stored, &value->u.entries[i]);

		if (entry == NULL ||
			!reads_same(&entry->value, &value->u.entries[i].value))
			return false;
	}
	return true;
}

static bool
list_reads_same(const AttributeValue *stored, const AttributeValue *value)
{
	int			i;

	if (stored->length != value->length)
		return false;
	for (i = 0; i < value->length; i++)
		if (!reads_same(&stored->u.elements[i], &value->u.elements[i]))
			return false;
	return true;
}

/* Would the stored value be read as this JSON? */
static bool
reads_same(const AttributeValue *stored, const AttributeValue *value)
{
	check_stack_depth();
	if (is_set(stored->type))
		return value->type == ATTRIBUTE_L && set_reads_same(stored, value);
	if (stored->type == ATTRIBUTE_B)
		return value->type == ATTRIBUTE_S && same_text(stored, value);
	if (stored->type != value->type)
		return false;
	switch (stored->type)
	{
		case ATTRIBUTE_S:
			return same_text(stored, value);
		case ATTRIBUTE_N:
			return number_texts_equal(stored, value);
		case ATTRIBUTE_BOOL:
			return stored->u.boolean == value->u.boolean;
		case ATTRIBUTE_L:
			return list_reads_same(stored, value);
		case ATTRIBUTE_M:
			return map_reads_same(stored, value);
		default:
			return true;
	}
}

/* The stored element that reads as the value; -1: none does. */
static int
find_list_element(const AttributeValue *list, int index,
				  const AttributeValue *value)
{
	int			i;

	for (i = 0; i < list->length; i++)
	{
		int			place = (index + i) % list->length;

		if (reads_same(&list->u.elements[place], value))
			return place;
	}
	return -1;
}

/*
 * Elements may have moved.  One that is nowhere to be found any more may have
 * become what stands in its place.
 */
static bool
keep_elements(const AttributeValue *stored, AttributeValue *value)
{
	int		   *places = palloc(sizeof(int) * value->length);
	bool	   *found = palloc0(sizeof(bool) * stored->length);
	int			i;

	for (i = 0; i < value->length; i++)
	{
		places[i] = find_list_element(stored, i, &value->u.elements[i]);
		if (places[i] >= 0)
			found[places[i]] = true;
	}
	for (i = 0; i < value->length; i++)
	{
		if (places[i] >= 0)
			value->u.elements[i] = stored->u.elements[places[i]];
		else if (i < stored->length && !found[i] &&
				 !document_keep_stored(&stored->u.elements[i],
									   &value->u.elements[i]))
			return false;
	}
	return true;
}

bool
document_is_more_than_json(const AttributeValue *stored)
{
	int			i;

	check_stack_depth();
	if (is_set(stored->type) || stored->type == ATTRIBUTE_B)
		return true;
	for (i = 0; stored->type == ATTRIBUTE_L && i < stored->length; i++)
		if (document_is_more_than_json(&stored->u.elements[i]))
			return true;
	for (i = 0; stored->type == ATTRIBUTE_M && i < stored->length; i++)
		if (document_is_more_than_json(&stored->u.entries[i].value))
			return true;
	return false;
}

bool
document_keep_stored(const AttributeValue *stored, AttributeValue *value)
{
	int			i;

	check_stack_depth();
	if (reads_same(stored, value))
	{
		*value = *stored;
		return true;
	}
	if (is_set(stored->type) || stored->type == ATTRIBUTE_B)
		return false;
	if (stored->type != value->type)
		return true;
	if (stored->type == ATTRIBUTE_M)
	{
		for (i = 0; i < value->length; i++)
		{
			const Attribute *entry = find_entry(stored, &value->u.entries[i]);

			if (entry != NULL &&
				!document_keep_stored(&entry->value,
									  &value->u.entries[i].value))
				return false;
		}
	}
	else if (stored->type == ATTRIBUTE_L)
		return keep_elements(stored, value);
	return true;
}
