/*
 * server.h
 *		What the server would bring to a fuzz target: memory, and errors.
 */
#ifndef DYNAMORM_FUZZ_SERVER_H
#define DYNAMORM_FUZZ_SERVER_H

#include "postgres.h"

#include <setjmp.h>

/* Frees all that was allocated, as a context that is reset. */
extern void server_reset_memory(void);

/*
 * Where an ereport(ERROR) goes, as one more value of setjmp(); one that is not
 * expected aborts.
 */
extern jmp_buf server_catch;
extern bool server_catches;

/* A copy of what is read in place, with a NUL behind it. */
extern char *server_copy(const void *data, size_t length);

/* Aborts, and shows the text, unless the property holds. */
extern void server_demand(bool holds, const char *property, const char *text);

#endif							/* DYNAMORM_FUZZ_SERVER_H */
