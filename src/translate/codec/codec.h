/*
 * codec.h
 *		One PostgreSQL type on one DynamoDB type: Datum to AttributeValue and
 *		back.
 *
 * A codec is made once for each column (and, inside it, for each element and
 * field), and says for a value of the column's type how it is stored.  The
 * table of types is in the README.
 */
#ifndef DYNAMORM_TRANSLATE_CODEC_H
#define DYNAMORM_TRANSLATE_CODEC_H

#include "postgres.h"

#include "translate/codec/codec_types.h"

/*
 * Makes a codec in the current memory context.  Returns NULL if the type
 * cannot be stored as the options say; *problem is then a sentence for
 * errdetail and *hint one for errhint, which names the values allowed.
 */
extern Codec *codec_create(Oid type_id, int32 typmod, Oid collation,
						   const CodecOptions *options,
						   const char **problem, const char **hint);

/*
 * Encodes a value (never NULL) in the current memory context.  On anything but
 * ENCODE_OK *result is NULL.  Raises only what the output function of the type
 * or a conversion to UTF-8 raises.
 */
extern EncodeProblem codec_try_encode(Codec *codec, Datum value,
									  AttributeValue **result);

/*
 * Encodes a value as codec_try_encode() does, but raises any problem with the
 * place; NULL if the value is stored as no attribute at all (ENCODE_ABSENT).
 */
extern AttributeValue *codec_encode(Codec *codec, Datum value,
									const CodecPlace *place);

/*
 * Decodes a stored value in the current memory context.  value NULL (absent)
 * or of type NULL gives SQL NULL.  Raises 42804 if the stored type is not the
 * column's, 22003 if a number does not fit (never rounded), 22001 or 22008 if
 * a string or time does not (never cut or rounded), 2202E for a list that no
 * array can hold, 22P05 for a NUL in a string, 22P02 and others for spellings
 * that the type refuses, each naming the place.
 */
extern Datum codec_decode(Codec *codec, const AttributeValue *value,
						  bool *isnull, const CodecPlace *place);

/*
 * Is the stored text the one spelling that we would write for it?  (Keys must
 * be: else the row could be read but never found.)
 */
extern bool codec_is_canonical(Codec *codec, const AttributeValue *value);

/* May the stored value be decoded at all: is its type one that codec reads? */
extern bool codec_reads_type(const Codec *codec, AttributeType type);

/* ---- for codec_collection.c, whose elements have codecs too ---- */

struct Decoding;

/*
 * Encodes into *out, which it fills completely on ENCODE_OK.  depth is the
 * level of the value: 1 for an attribute of an item.
 */
extern EncodeProblem codec_encode_value(Codec *codec, Datum value, int depth,
										AttributeValue *out);

/* Decodes a value that may be NULL or of type NULL, and checks its domain. */
extern Datum codec_decode_value(Codec *codec, const AttributeValue *value,
								bool *isnull, const struct Decoding *decoding);

#endif							/* DYNAMORM_TRANSLATE_CODEC_H */
