/*
 * codec_format.h
 *		The spellings that a column's option "format" names, as other programs
 *		write them.
 */
#ifndef DYNAMORM_TRANSLATE_CODEC_FORMAT_H
#define DYNAMORM_TRANSLATE_CODEC_FORMAT_H

#include "postgres.h"

#include "translate/codec/codec_state.h"

/*
 * Takes the option (NULL: not given) into the codec, of which the type, the
 * kind and the unit are known.  False if its values have no such format:
 * *problem and *hint are then as of codec_create().
 */
extern bool format_choose(Codec *codec, const char *format_option,
						  const char **problem, const char **hint);

/*
 * The names of the formats that values of a type have which are stored as S,
 * from 0 on; NULL: there are no more.
 */
extern const char *format_name(Oid type_id, int number);

/* CODEC_WORDS: which word it is; raises 22P02 for any other. */
extern bool format_read_word(const Codec *codec, const AttributeValue *value,
							 const Decoding *decoding);

#endif							/* DYNAMORM_TRANSLATE_CODEC_FORMAT_H */
