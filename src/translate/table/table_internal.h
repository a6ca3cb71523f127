/*
 * table_internal.h
 *		What table.c and table_item.c share.
 */
#ifndef DYNAMORM_TRANSLATE_TABLE_INTERNAL_H
#define DYNAMORM_TRANSLATE_TABLE_INTERNAL_H

#include "postgres.h"

#include "translate/table/table.h"

/*
 * A table with what only these files use.  Callers see the first member.
 */
typedef struct TableEntry
{
	Table		table;
	MemoryContext context;		/* holds everything of the description */
	bool		has_composite;	/* some column depends on another relation's
								 * row type */
	uint32		name_mask;		/* size of names, a power of 2, less 1 */
	int16	   *names;			/* open hash of attribute names: index of the
								 * column plus 1; 0: free */
} TableEntry;

/* The column that maps an attribute; NULL if none does. */
extern Column *table_find_attribute(const Table *table, const char *name,
									int length);

#endif							/* DYNAMORM_TRANSLATE_TABLE_INTERNAL_H */
