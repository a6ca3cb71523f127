/*
 * import_storage.h
 *		How a table is made, as options of its foreign table.
 */
#ifndef DYNAMORM_FDW_IMPORT_STORAGE_H
#define DYNAMORM_FDW_IMPORT_STORAGE_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "client/wire/table_details.h"

/*
 * Appends ", NAME 'VALUE'" for each that is not as usual, so that
 * dyn_create_table() makes an equal table.
 */
extern void import_append_storage(StringInfo out, const TableDetails *details);

#endif							/* DYNAMORM_FDW_IMPORT_STORAGE_H */
