/*
 * option_internal.h
 *		What the validation of options and their use share.
 */
#ifndef DYNAMORM_FDW_OPTION_INTERNAL_H
#define DYNAMORM_FDW_OPTION_INTERNAL_H

#include "postgres.h"

#include "catalog/pg_namespace.h"
#include "nodes/pg_list.h"

#include "fdw/option.h"

/* Stands for a catalog: options of the command IMPORT FOREIGN SCHEMA. */
#define OPTION_OF_IMPORT	NamespaceRelationId

/*
 * Raises HV00D for an option that objects of the catalog do not have, HV024
 * for one with a value that it does not take, and what else the validator
 * refuses.
 */
extern void option_check(List *options, Oid catalog);

/* The parts of an endpoint that matter here; not NUL-terminated. */
typedef struct Endpoint
{
	bool		is_plain;		/* http, not https */
	const char *host;			/* IPv6 addresses without brackets */
	int			host_length;
} Endpoint;

/* The value of an option in a list of DefElem; NULL: not there. */
extern const char *option_find(List *options, const char *name);

/* The same for a whole number. */
extern int	option_integer(List *options, const char *name, int otherwise);

/*
 * Takes an endpoint apart: http:// or https://, a host, maybe a port, and
 * nothing else.  False if it is not of that form.
 */
extern bool option_parse_endpoint(const char *text, Endpoint *endpoint);

/* Is it written as the name of a region is: one label of a host's name? */
extern bool option_is_region(const char *text);

#endif							/* DYNAMORM_FDW_OPTION_INTERNAL_H */
