/*
 * explain_option.h
 *		The option DYNAMODB of EXPLAIN, which PostgreSQL 18 and later have.
 */
#ifndef DYNAMORM_FDW_EXPLAIN_OPTION_H
#define DYNAMORM_FDW_EXPLAIN_OPTION_H

/* For _PG_init(). */
extern void explain_option_register(void);

#endif							/* DYNAMORM_FDW_EXPLAIN_OPTION_H */
