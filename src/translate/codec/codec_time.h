/*
 * codec_time.h
 *		Dates and times as ISO 8601 text.
 */
#ifndef DYNAMORM_TRANSLATE_CODEC_TIME_H
#define DYNAMORM_TRANSLATE_CODEC_TIME_H

#include "postgres.h"

#include "translate/codec/codec_state.h"

/* Is it timestamp or timestamptz? */
extern bool time_is_timestamp(Oid type_id);

/* Is it timestamp, timestamptz, date, time, timetz or interval? */
extern bool time_is_own_type(Oid type_id);

/* Such a value as S, in the one spelling that is written, in ASCII. */
extern EncodeProblem time_encode(Codec *codec, Datum value,
								 AttributeValue *out);
extern Datum time_decode(Codec *codec, const AttributeValue *value,
						 const Decoding *decoding);

/* Is it the one spelling of a timestamp that the codec writes? */
extern bool time_is_spelling(const Codec *codec, const AttributeValue *value);

/*
 * The bytes of a text of the years 1 to 9999; 0: they differ.
 */
extern int	time_text_width(const Codec *codec);

/* Are the spellings of timestamps in the order of the values? */
extern bool time_order_is_plain(const Codec *codec);

/*
 * The spelling at or below (is_lower), or at or above, which the spellings of
 * all timestamps are that are at or above, or at or below, the value, of which
 * the codec may have no spelling.  NULL: there is none.  Whatever lies between
 * two bounds has to be looked at more closely.
 */
extern char *time_bound(const Codec *codec, Datum value, bool is_lower);

/* ---- for codec_epoch.c ---- */

/* Finer than the type, or out of its range (22008). */
extern void time_raise_misfit(const Decoding *decoding, const Codec *codec,
							  const AttributeValue *value)
			pg_attribute_noreturn();

/* The type's precision, as in timestamp(3), must hold the microseconds. */
extern void time_check_precision(const Codec *codec, int64 microseconds,
								 const AttributeValue *value,
								 const Decoding *decoding);

#endif							/* DYNAMORM_TRANSLATE_CODEC_TIME_H */
