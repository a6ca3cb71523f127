/*
 * server.h
 *		What the server would bring to a unit test: memory, lists, encodings
 *		and errors; and what the tests report by, in TAP.
 *
 * A test links only what it reaches, so that of a source some functions can be
 * tested whose neighbours need a server.
 */
#ifndef DYNAMORM_UNIT_SERVER_H
#define DYNAMORM_UNIT_SERVER_H

#include "postgres.h"

#include <setjmp.h>

#include "lib/stringinfo.h"

/* ---- errors ---- */

/*
 * What the last ereport(ERROR) has said.  Outside of server_fails() it ends
 * the test.
 */
extern int	server_sqlstate;
extern char server_message[1024];

/* For server_fails() alone. */
extern jmp_buf server_catch;
extern bool server_catches;

/* Does the statement raise an error? */
#define server_fails(statement) \
	(server_catches = true, setjmp(server_catch) != 0 ? \
	 (server_catches = false, true) : \
	 ((statement), server_catches = false, false))

/* ---- reports ---- */

/* One line of TAP; the name may hold anything. */
extern void report(bool passed, const char *name);

/* Text that must be as expected; the name is the expected one if NULL. */
extern void report_text(const char *actual, const char *expected,
						const char *name);

/* The plan; returns the exit status. */
extern int	report_end(void);

#endif							/* DYNAMORM_UNIT_SERVER_H */
