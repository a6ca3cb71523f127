/*
 * import_template.h
 *		The templates of a foreign table for one kind of items.
 */
#ifndef DYNAMORM_FDW_IMPORT_TEMPLATE_H
#define DYNAMORM_FDW_IMPORT_TEMPLATE_H

#include "postgres.h"

#include "fdw/command/import_column.h"

/*
 * Gives the columns of a kind of items the templates that its items tell, and
 * adds columns for what only keys hold.
 */
extern void import_add_templates(ImportState *state);

/*
 * The option "template" of a column, once all have their names; NULL: it has
 * none.
 */
extern char *import_template_text(const ImportedColumn *column);

/* Tells of each template by a NOTICE. */
extern void import_tell_templates(const ImportState *state);

#endif							/* DYNAMORM_FDW_IMPORT_TEMPLATE_H */
