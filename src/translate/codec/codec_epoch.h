/*
 * codec_epoch.h
 *		Timestamps and dates as numbers since 1970.
 */
#ifndef DYNAMORM_TRANSLATE_CODEC_EPOCH_H
#define DYNAMORM_TRANSLATE_CODEC_EPOCH_H

#include "postgres.h"

#include "translate/codec/codec_state.h"

/* A timestamp or date as N, in the codec's unit. */
extern EncodeProblem epoch_encode(Codec *codec, Datum value,
								  AttributeValue *out);

/*
 * Raises 22P02 for what is no number, 22008 for one that is finer than the
 * type or out of its range.
 */
extern Datum epoch_decode(Codec *codec, const AttributeValue *value,
						  const Decoding *decoding);

#endif							/* DYNAMORM_TRANSLATE_CODEC_EPOCH_H */
