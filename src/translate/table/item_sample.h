/*
 * item_sample.h
 *		Items of a sample, kept as far as columns are told from them.
 */
#ifndef DYNAMORM_TRANSLATE_ITEM_SAMPLE_H
#define DYNAMORM_TRANSLATE_ITEM_SAMPLE_H

#include "postgres.h"

#include "client/wire/attribute.h"
#include "translate/table/infer.h"

typedef struct ItemSample
{
	MemoryContext context;
	int			count;
	int			capacity;
	const DynamoItem **items;	/* array of count */
} ItemSample;

/* An empty sample in the current memory context, where it keeps its items. */
extern ItemSample *item_sample_make(void);

/*
 * Keeps what tells the types of an item's attributes, and the strings, numbers
 * and booleans that a key may be made of.
 */
extern void item_sample_add(ItemSample *sample, const DynamoItem *item);

/* A survey of items, in the current memory context. */
extern Survey *item_sample_survey(const DynamoItem *const *items, int count);

/* The value as text, as far as it is one: S or N, without NULs; else NULL. */
extern const char *item_sample_text(const AttributeValue *value);

#endif							/* DYNAMORM_TRANSLATE_ITEM_SAMPLE_H */
