/*
 * report.h
 *		Why an UPDATE or DELETE of one key changed no row
 *		(dynamorm_fdw.report_conditions).
 */
#ifndef DYNAMORM_FDW_REPORT_H
#define DYNAMORM_FDW_REPORT_H

#include "postgres.h"

#include "fdw/write/write_statement.h"

/*
 * A NOTICE: there is no item with this key (item NULL), or which parts of the
 * WHERE are not true of it, and what their columns hold.  The item must have
 * been loaded by compute_load().
 */
extern void report_unchanged(const WriteStatement *statement,
							 const DynamoItem *item,
							 const char *readable_key);

#endif							/* DYNAMORM_FDW_REPORT_H */
