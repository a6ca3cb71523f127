/*
 * option_internal.h
 *		What the validation of options and their use share.
 */
#ifndef DYNAMORM_FDW_OPTION_INTERNAL_H
#define DYNAMORM_FDW_OPTION_INTERNAL_H

#include "postgres.h"

#include "catalog/pg_namespace.h"
#include "nodes/pg_list.h"

#include "client/credential/endpoint.h"
#include "fdw/catalog/option.h"

/* Stands for a catalog: options of the command IMPORT FOREIGN SCHEMA. */
#define OPTION_OF_IMPORT	NamespaceRelationId

/*
 * Raises HV00D for an option that objects of the catalog do not have, HV024
 * for one with a value that it does not take, and what else the validator
 * refuses.
 */
extern void option_check(List *options, Oid catalog);

/* The value of an option in a list of DefElem; NULL: not there. */
extern const char *option_find(List *options, const char *name);

/* The same for a whole number. */
extern int	option_integer(List *options, const char *name, int otherwise);

/* Is it written as the name of a region is: one label of a host's name? */
extern bool option_is_region(const char *text);

#endif							/* DYNAMORM_FDW_OPTION_INTERNAL_H */
