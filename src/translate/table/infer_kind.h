/*
 * infer_kind.h
 *		Kinds of items in a table, told from the items of a sample.
 */
#ifndef DYNAMORM_TRANSLATE_INFER_KIND_H
#define DYNAMORM_TRANSLATE_INFER_KIND_H

#include "postgres.h"

#include "client/wire/table_description.h"
#include "translate/table/item_sample.h"

/* What the text of a part of the key begins with, for each item of a kind. */
typedef struct KeyStart
{
	const char *text;			/* UTF-8; NULL: nothing in particular */
	bool		is_whole;		/* it is the whole text */
} KeyStart;

typedef struct ItemKind
{
	const char *name;			/* UTF-8 */
	KeyStart	partition;		/* where the key tells the kind */
	KeyStart	sort;
	int			count;
	int			capacity;
	const DynamoItem **items;	/* array of count */
} ItemKind;

typedef struct ItemKinds
{
	const char *attribute;		/* that tells them, UTF-8; NULL: the key */
	List	   *kinds;			/* of ItemKind, in the order of their names */
	int			others;			/* items of the sample that are of none */
} ItemKinds;

/*
 * The kinds that an attribute tells, in the current memory context; NULL: no
 * item has it, or it has so many values that it tells no kinds.
 */
extern ItemKinds *infer_kinds_of_attribute(const ItemSample *sample,
										   const char *attribute);

/*
 * The kinds that some attribute tells, or else the key; NULL: none is seen to.
 */
extern ItemKinds *infer_kinds(const ItemSample *sample,
							  const TableDescription *description);

#endif							/* DYNAMORM_TRANSLATE_INFER_KIND_H */
