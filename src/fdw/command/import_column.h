/*
 * import_column.h
 *		The columns of a foreign table that is being imported.
 */
#ifndef DYNAMORM_FDW_IMPORT_COLUMN_H
#define DYNAMORM_FDW_IMPORT_COLUMN_H

#include "postgres.h"

#include "fdw/command/import.h"
#include "translate/table/infer_template.h"

typedef struct ImportedColumn
{
	const char *attribute;		/* UTF-8 */
	const char *attribute_name; /* the same in the server's encoding */
	const char *wanted_name;	/* NULL: that of the attribute */
	const char *name;			/* of the column; NULL: not chosen yet */
	const char *sql_type;
	const char *type_option;	/* option "type"; NULL: none */
	const char *key_option;		/* option "key"; NULL: none */
	bool		is_key;			/* of the table, or of an index */
	bool		is_time_to_live;
	bool		is_field;		/* of a template of a key */
	bool		is_never_null;
	InferredTemplate *template; /* NULL: the attribute is the value */
	struct ImportedColumn **fields; /* of each of its parts; NULL: a literal */
	const char *default_text;	/* in the server's encoding; NULL: none */
} ImportedColumn;

typedef struct ImportState
{
	const ImportedTable *table;
	const ImportOptions *options;
	List	   *columns;		/* of ImportedColumn */
	int			left_out;		/* attributes without a column */
} ImportState;

#endif							/* DYNAMORM_FDW_IMPORT_COLUMN_H */
