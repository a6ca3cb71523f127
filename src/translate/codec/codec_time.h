/*
 * codec_time.h
 *		Times: as strings in one spelling, and as numbers of a unit.
 */
#ifndef DYNAMORM_TRANSLATE_CODEC_TIME_H
#define DYNAMORM_TRANSLATE_CODEC_TIME_H

#include "postgres.h"

#include "translate/codec/codec_state.h"

/* Is it timestamp, timestamptz, date, time, timetz or interval? */
extern bool time_is_own_type(Oid type_id);

/* Such a value as S, in the one spelling that is written, in ASCII. */
extern void time_encode(Codec *codec, Datum value, AttributeValue *out);
extern Datum time_decode(Codec *codec, const AttributeValue *value,
						 const Decoding *decoding);

/* A timestamp or date as N, in the codec's unit. */
extern EncodeProblem epoch_encode(Codec *codec, Datum value,
								  AttributeValue *out);
extern Datum epoch_decode(Codec *codec, const AttributeValue *value,
						  const Decoding *decoding);

#endif							/* DYNAMORM_TRANSLATE_CODEC_TIME_H */
