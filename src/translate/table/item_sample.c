/*
 * item_sample.c
 *		Items of a sample, kept as far as columns are told from them.
 */
#include "postgres.h"

#include "compat.h"

#include "utils/memutils.h"

#include "translate/table/item_sample.h"

/* No key is longer.  Source: Developer Guide, "Quotas". */
#define LONGEST_KEY		2048

ItemSample *
item_sample_make(void)
{
	ItemSample *sample = palloc0(sizeof(ItemSample));

	sample->context = CurrentMemoryContext;
	sample->capacity = 64;
	sample->items = palloc(sample->capacity * sizeof(DynamoItem *));
	return sample;
}

/*
 * Of a list the types of its elements tell its own, and of those only numbers
 * have a shape that matters.  A text that no key can hold is kept as an empty
 * one.
 */
static AttributeValue
keep_value(const AttributeValue *value, bool in_collection)
{
	AttributeValue kept = {.type = value->type};

	switch (value->type)
	{
		case ATTRIBUTE_S:
			kept.u.text = "";
			if (in_collection || value->length > LONGEST_KEY)
				break;
			kept.length = value->length;
			kept.u.text = palloc(value->length + 1);
			memcpy(kept.u.text, value->u.text, value->length + 1);
			break;
		case ATTRIBUTE_N:
			kept.length = value->length;
			kept.u.text = pnstrdup(value->u.text, value->length);
			break;
		case ATTRIBUTE_BOOL:
			kept.u.boolean = value->u.boolean;
			break;
		case ATTRIBUTE_NS:
		case ATTRIBUTE_L:
			if (in_collection)
				break;
			kept.length = value->length;
			kept.u.elements = palloc(Max(value->length, 1) *
									 sizeof(AttributeValue));
			for (int i = 0; i < value->length; i++)
				kept.u.elements[i] = keep_value(&value->u.elements[i], true);
			break;
		default:
			break;
	}
	return kept;
}

void
item_sample_add(ItemSample *sample, const DynamoItem *item)
{
	MemoryContext old = MemoryContextSwitchTo(sample->context);
	DynamoItem *kept = palloc(sizeof(DynamoItem));

	kept->count = item->count;
	kept->attributes = palloc(Max(item->count, 1) * sizeof(Attribute));
	for (int i = 0; i < item->count; i++)
	{
		const Attribute *attribute = &item->attributes[i];
		Attribute  *copy = &kept->attributes[i];

		copy->name_length = attribute->name_length;
		copy->name = palloc(attribute->name_length + 1);
		memcpy(copy->name, attribute->name, attribute->name_length + 1);
		copy->value = keep_value(&attribute->value, false);
	}
	if (sample->count == sample->capacity)
	{
		sample->capacity *= 2;
		sample->items = repalloc_huge(sample->items,
									  sample->capacity * sizeof(DynamoItem *));
	}
	sample->items[sample->count++] = kept;
	MemoryContextSwitchTo(old);
}

Survey *
item_sample_survey(const DynamoItem *const *items, int count)
{
	Survey	   *survey = survey_make();

	for (int i = 0; i < count; i++)
		survey_look(survey, items[i]);
	return survey;
}

const char *
item_sample_text(const AttributeValue *value)
{
	if (value == NULL ||
		(value->type != ATTRIBUTE_S && value->type != ATTRIBUTE_N) ||
		value->length == 0 || value->length > LONGEST_KEY ||
		strlen(value->u.text) != (size_t) value->length)
		return NULL;
	return value->u.text;
}
