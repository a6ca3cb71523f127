/*
 * codec_spelling.h
 *		How a stored value is spelled that others have written: the type and
 *		option that a column would have to have.
 */
#ifndef DYNAMORM_TRANSLATE_CODEC_SPELLING_H
#define DYNAMORM_TRANSLATE_CODEC_SPELLING_H

#include "postgres.h"

#include "translate/codec/codec_types.h"

/*
 * Have values of the codec's type several spellings that a column can declare,
 * and has the column declared none?  A precision alone does not count, as
 * version 1.0 wrote six digits whatever it was.
 */
extern bool spelling_is_open(const Codec *codec);

/*
 * What declares the spelling of a stored value for a column of the codec's
 * type, as the end of ALTER FOREIGN TABLE ... ALTER COLUMN ...: "TYPE
 * timestamp(3) with time zone", "OPTIONS (ADD format 'hex')"; in the current
 * memory context.  NULL: nothing does.
 */
extern char *spelling_declaration(const Codec *codec,
								  const AttributeValue *value);

/*
 * The bytes of the text of each value, where all that libraries write have as
 * many; 0: they differ.
 */
extern int	codec_text_width(const Codec *codec);

#endif							/* DYNAMORM_TRANSLATE_CODEC_SPELLING_H */
