/*
 * settings.h
 *		The settings (GUCs) dynamorm_fdw.*.
 */
#ifndef DYNAMORM_FDW_SETTINGS_H
#define DYNAMORM_FDW_SETTINGS_H

#include "postgres.h"

extern int	transaction_mode_setting;	/* TransactionMode; -1: the option's */
extern int	commit_timeout;	/* milliseconds */
extern char *idempotency_key;	/* of the transaction; NULL or "": none */
extern char *session_tags;		/* as session_tag.h writes them; "": none;
								 * SESSION_TAG_REFUSED: nobody knows */
extern int	max_read_units; /* per statement; 0: no limit */
extern bool report_conditions;
extern bool enable_batch_insert;	/* see insert_batch.h */
extern bool enable_batch_join;	/* see batch_join.h */
extern bool enable_concurrent_writes;	/* see write_behind.h */

/* Defines them; called once, when the library is loaded. */
extern void settings_define(void);

#endif							/* DYNAMORM_FDW_SETTINGS_H */
