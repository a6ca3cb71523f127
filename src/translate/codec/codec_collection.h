/*
 * codec_collection.h
 *		Sets, lists and composite types, whose elements have codecs too.
 */
#ifndef DYNAMORM_TRANSLATE_CODEC_COLLECTION_H
#define DYNAMORM_TRANSLATE_CODEC_COLLECTION_H

#include "postgres.h"

#include "translate/codec/codec_state.h"

/* Describes the elements or fields; false if one of them has no codec. */
extern bool collection_prepare(Codec *codec, const CodecOptions *options,
							   const char **problem, const char **hint);

extern EncodeProblem set_encode(Codec *codec, Datum value,
								AttributeValue *out);
extern Datum set_decode(Codec *codec, const AttributeValue *value,
						const Decoding *decoding);
extern EncodeProblem list_encode(Codec *codec, Datum value, int depth,
								 AttributeValue *out);
extern Datum list_decode(Codec *codec, const AttributeValue *value,
						 const Decoding *decoding);
extern EncodeProblem composite_encode(Codec *codec, Datum value, int depth,
									  AttributeValue *out);
extern Datum composite_decode(Codec *codec, const AttributeValue *value,
							  const Decoding *decoding);

#endif							/* DYNAMORM_TRANSLATE_CODEC_COLLECTION_H */
