/*
 * preload.h
 *		Tells whoever creates the extension how to have the library loaded when
 *		a session begins.
 */
#ifndef DYNAMORM_FDW_PRELOAD_H
#define DYNAMORM_FDW_PRELOAD_H

/* For _PG_init(). */
extern void preload_register(void);

#endif							/* DYNAMORM_FDW_PRELOAD_H */
