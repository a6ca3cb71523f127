/*
 * storage_json.h
 *		The options of a foreign table that are JSON: "indexes" and "tags".
 *
 * They name attributes, not columns: PostgreSQL does not follow the renaming
 * of a column into an option's text, and an attribute's name does not change.
 */
#ifndef DYNAMORM_TRANSLATE_STORAGE_JSON_H
#define DYNAMORM_TRANSLATE_STORAGE_JSON_H

#include "postgres.h"

#include "client/wire/table_details.h"

/* Most that DynamoDB allows, by default, of a table. */
#define MOST_LOCAL_INDEXES		5
#define MOST_GLOBAL_INDEXES		20
#define MOST_TABLE_TAGS			50

/*
 * Read UTF-8 text into the indexes, or the tags, of details, in the current
 * memory context.  NULL, or what is wrong with it: a constant sentence without
 * its end.  The types of key attributes are not known here, nor the partition
 * key of a local index.
 */
extern const char *storage_json_read_indexes(const char *text,
											 TableDetails *details);
extern const char *storage_json_read_tags(const char *text,
										  TableDetails *details);

#endif							/* DYNAMORM_TRANSLATE_STORAGE_JSON_H */
