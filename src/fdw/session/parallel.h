/*
 * parallel.h
 *		Keeps parallel workers away from what the transaction has buffered.
 */
#ifndef DYNAMORM_FDW_PARALLEL_H
#define DYNAMORM_FDW_PARALLEL_H

/* For _PG_init(). */
extern void parallel_register(void);

#endif							/* DYNAMORM_FDW_PARALLEL_H */
