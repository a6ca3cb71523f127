/*
 * text.h
 *		Texts that may be missing.
 */
#ifndef DYNAMORM_CLIENT_TEXT_H
#define DYNAMORM_CLIENT_TEXT_H

#include "postgres.h"

/* A copy in the current memory context; NULL of NULL. */
static inline char *
text_copy(const char *text)
{
	return text == NULL ? NULL : pstrdup(text);
}

#endif							/* DYNAMORM_CLIENT_TEXT_H */
