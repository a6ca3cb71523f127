/*
 * write_behind.h
 *		"Concurrent Writes": several rows of an UPDATE or DELETE that the
 *		executor hands over one by one are written at once.
 *
 * Core takes the number of rows and ends the statement when the plan below
 * ModifyTable has no more of them, before EndForeignModify().  So what is
 * under way is settled by a node above those rows, when they end.
 */
#ifndef DYNAMORM_FDW_WRITE_BEHIND_H
#define DYNAMORM_FDW_WRITE_BEHIND_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "nodes/plannodes.h"
#include "utils/rel.h"

#include "fdw/write/writer.h"

/*
 * May rows of the relation be written while the next one is computed?  Not if
 * triggers look at them, nor where core itself computes or checks them, whose
 * errors would find writes under way.
 */
extern bool write_behind_may(Relation relation);

/* Puts the node above the rows of a modification; once. */
extern void write_behind_plan(ModifyTable *plan);

/*
 * The plan of the rows of a modification, below the node if there is one: a
 * partition that is planned later may yet be modified by its scan.
 */
extern Plan *write_behind_rows(const ModifyTable *plan);

typedef struct WriteBehind WriteBehind;

/* The node above the rows; NULL: there is none. */
extern WriteBehind *write_behind_of(const ModifyTableState *mtstate);

/*
 * Has settle() called with source when the rows end.  The writer tells of the
 * writes of all others of the statement too when one fails.
 */
extern void write_behind_add(WriteBehind *behind, Writer *writer,
							 void (*settle) (void *source), void *source);

/* Called once, when the library is loaded. */
extern void write_behind_register(void);

#endif							/* DYNAMORM_FDW_WRITE_BEHIND_H */
