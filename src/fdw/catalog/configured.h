/*
 * configured.h
 *		What the options of a server leave to the machine's configuration: the
 *		environment of the PostgreSQL server, and the shared files.
 */
#ifndef DYNAMORM_FDW_CONFIGURED_H
#define DYNAMORM_FDW_CONFIGURED_H

#include "postgres.h"

#include "fdw/catalog/option_definition.h"

/*
 * Sets how often and how fast requests are sent, how they name the
 * application, and whether they go to the endpoint of an account.  The
 * settings must have their credential settings, region and endpoint.
 *
 * Raises HV024 for what is configured and cannot be.
 */
extern void configured_read(const ServerOptions *options,
							ConnectionSettings *settings);

#endif							/* DYNAMORM_FDW_CONFIGURED_H */
