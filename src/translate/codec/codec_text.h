/*
 * codec_text.h
 *		Strings and binary data, and the text I/O of types.
 */
#ifndef DYNAMORM_TRANSLATE_CODEC_TEXT_H
#define DYNAMORM_TRANSLATE_CODEC_TEXT_H

#include "postgres.h"

#include "translate/codec/codec_state.h"

/* Fills in what the text I/O of the codec's base type needs. */
extern void text_prepare(Codec *codec);

/* UTF-8 to the server's encoding; refuses NULs.  Maybe value's own text. */
extern char *text_to_server(const AttributeValue *value,
							const Decoding *decoding);

/* A string in the server's encoding as UTF-8 into *out; maybe text itself. */
extern void text_to_attribute(char *text, int length, AttributeValue *out);

extern void text_encode(Codec *codec, Datum value, AttributeValue *out);
extern Datum text_decode(Codec *codec, const AttributeValue *value,
						 const Decoding *decoding);

/* Is it the one spelling of a uuid that the codec writes? */
extern bool text_is_uuid_spelling(const Codec *codec,
								  const AttributeValue *value);

/* The length of such a spelling. */
extern int	text_uuid_width(const Codec *codec);

/* The input function of the base type, with the settings pinned. */
extern Datum text_call_input(Codec *codec, char *text, int32 typmod);

extern void bytea_encode(Datum value, AttributeValue *out);
extern Datum bytea_decode(const AttributeValue *value,
						  const Decoding *decoding);

#endif							/* DYNAMORM_TRANSLATE_CODEC_TEXT_H */
