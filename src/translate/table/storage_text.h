/*
 * storage_text.h
 *		How a table of DynamoDB is made, in the words of a foreign table's
 *		options.
 */
#ifndef DYNAMORM_TRANSLATE_STORAGE_TEXT_H
#define DYNAMORM_TRANSLATE_STORAGE_TEXT_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "client/wire/table_details.h"

/* One option; texts are in the server's encoding. */
typedef struct StorageText
{
	const char *name;
	const char *value;			/* NULL: it is not told, or has no text */
	bool		is_usual;		/* the same as without the option */
} StorageText;

/*
 * All of the options but "indexes", as a list of StorageText in the current
 * memory context.
 */
extern List *storage_text_options(const TableDetails *details);

/*
 * The option "indexes": "[]" without any; NULL if the server's encoding lacks
 * a character of it.
 */
extern const char *storage_text_indexes(const TableDetails *details);

/* One index, as it is in that option. */
extern const char *storage_text_index(const TableDetails *details,
									  const IndexDetails *index);

#endif							/* DYNAMORM_TRANSLATE_STORAGE_TEXT_H */
