/*
 * credential_process.h
 *		Credentials printed by a program that a profile names.
 */
#ifndef DYNAMORM_CLIENT_CREDENTIAL_PROCESS_H
#define DYNAMORM_CLIENT_CREDENTIAL_PROCESS_H

#include "postgres.h"

#include "client/credential/credential_source.h"

/* Runs a command that prints credentials. */
extern SourceOutcome source_process(SourceRequest *request,
									const char *command);

#endif							/* DYNAMORM_CLIENT_CREDENTIAL_PROCESS_H */
