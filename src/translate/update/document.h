/*
 * document.h
 *		A document that is written over one that is stored.
 *
 * JSON has neither sets nor binary data: a set is read as an array, bytes as
 * their base64 text.  A document that is read, changed in one place and
 * written must not turn those in other places into lists and strings.
 */
#ifndef DYNAMORM_TRANSLATE_DOCUMENT_H
#define DYNAMORM_TRANSLATE_DOCUMENT_H

#include "postgres.h"

#include "client/wire/attribute.h"

/*
 * Gives the parts of a value (as the codec encodes JSON) that read the same as
 * the parts of the stored one the form that is stored.  Parts are shared, not
 * copied.  False if a set or binary value would become something else; one
 * that is not there any more has been removed, which is the user's right.
 */
extern bool document_keep_stored(const AttributeValue *stored,
								 AttributeValue *value);

/* Is there a set or binary value anywhere in it? */
extern bool document_is_more_than_json(const AttributeValue *stored);

#endif							/* DYNAMORM_TRANSLATE_DOCUMENT_H */
