/*
 * import.h
 *		A table of DynamoDB as the command that makes its foreign table.
 */
#ifndef DYNAMORM_FDW_IMPORT_H
#define DYNAMORM_FDW_IMPORT_H

#include "postgres.h"

#include "client/wire/table_details.h"
#include "translate/table/identifier.h"
#include "translate/table/infer.h"
#include "translate/table/infer_kind.h"

typedef struct ImportOptions
{
	const char *server_name;
	IdentifierStyle column_style;
	bool		whole_numbers;	/* bigint where all numbers seen allow it */
	bool		document;		/* with a column for all other attributes */
} ImportOptions;

/* What is known of a table. */
typedef struct ImportedTable
{
	const char *remote_name;
	const char *local_name;
	const TableDescription *description;
	const char *time_to_live;	/* UTF-8; NULL: none */
	const TableDetails *storage;	/* how it is made; NULL: is not written */
	const Survey *survey;		/* of some of its items */
	const ItemKind *kind;		/* whose items are its rows; NULL: all are */
	const char *kind_attribute; /* that tells the kind; NULL: the key does */
} ImportedTable;

/*
 * CREATE FOREIGN TABLE ..., in the current memory context.  A NOTICE tells of
 * each attribute that has more than one type, of those that get no column, and
 * of each template.
 */
extern char *import_command(const ImportedTable *table,
							const ImportOptions *options);

#endif							/* DYNAMORM_FDW_IMPORT_H */
