/*
 * codec_number.h
 *		Numbers: SQL's to and from N, and the spellings of both.
 */
#ifndef DYNAMORM_TRANSLATE_CODEC_NUMBER_H
#define DYNAMORM_TRANSLATE_CODEC_NUMBER_H

#include "postgres.h"

#include "translate/codec/codec_state.h"

/* What a number's text says, without its sign. */
typedef struct NumberShape
{
	bool		is_zero;
	int			highest;		/* power of ten of the first digit that is not
								 * zero; 0 for zero */
	int			lowest;			/* that of the last one; 0 for zero */
} NumberShape;

/*
 * Reads the text of a number: sign, digits, a point among them, an exponent.
 * False if it is none.
 */
extern bool number_read_shape(const char *text, int length,
							  NumberShape *shape);

/*
 * The number times 10^scale, as sign and magnitude; false if that is no
 * integer, or out of range.
 */
extern bool number_read_scaled(const char *text, const NumberShape *shape,
							   int scale, bool *negative, uint64 *magnitude);

/*
 * Makes *out an N of a number's text as PostgreSQL writes it, in plain digits
 * without needless zeros.
 */
extern EncodeProblem number_encode_text(const char *text, AttributeValue *out);

extern EncodeProblem number_encode_numeric(Datum value, AttributeValue *out);
extern EncodeProblem number_encode(Codec *codec, Datum value,
								   AttributeValue *out);

/* The same digits as S. */
extern EncodeProblem digits_encode(Codec *codec, Datum value,
								   AttributeValue *out);

/* Of either. */
extern Datum number_decode(Codec *codec, const AttributeValue *value,
						   const Decoding *decoding);

/* Are two spellings one number? */
extern bool number_texts_equal(const AttributeValue *a,
							   const AttributeValue *b);

/* Are two values equal, numbers in whatever spelling? */
extern bool scalars_equal(const AttributeValue *a, const AttributeValue *b);

#endif							/* DYNAMORM_TRANSLATE_CODEC_NUMBER_H */
