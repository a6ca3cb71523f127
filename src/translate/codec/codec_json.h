/*
 * codec_json.h
 *		Documents: json and jsonb.
 */
#ifndef DYNAMORM_TRANSLATE_CODEC_JSON_H
#define DYNAMORM_TRANSLATE_CODEC_JSON_H

#include "postgres.h"

#include "translate/codec/codec_state.h"

extern EncodeProblem json_encode(Codec *codec, Datum value, int depth,
								 AttributeValue *out);
extern Datum json_decode(Codec *codec, const AttributeValue *value,
						 const Decoding *decoding);

#endif							/* DYNAMORM_TRANSLATE_CODEC_JSON_H */
