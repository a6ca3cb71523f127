/*
 * codec_error.h
 *		What is said when a value cannot be stored, or a stored one not read.
 */
#ifndef DYNAMORM_TRANSLATE_CODEC_ERROR_H
#define DYNAMORM_TRANSLATE_CODEC_ERROR_H

#include "postgres.h"

#include "translate/codec/codec_state.h"

extern void codec_raise_type(const Decoding *decoding, const Codec *codec,
							 AttributeType found) pg_attribute_noreturn();

/* The value does not fit the column's type: 22003 and others. */
extern void codec_raise_misfit(const Decoding *decoding, const Codec *codec,
							   int sqlstate, const AttributeValue *value)
			pg_attribute_noreturn();

/* The value is no spelling of what the attribute type is (22P02). */
extern void codec_raise_spelling(const Decoding *decoding,
								 const AttributeValue *value)
			pg_attribute_noreturn();

/* The text is another time each time it is read (22P02). */
extern void codec_raise_moving_time(const Decoding *decoding,
									const AttributeValue *value)
			pg_attribute_noreturn();

/* The value is neither of the two words of a boolean (22P02). */
extern void codec_raise_word(const Decoding *decoding, const Codec *codec,
							 const AttributeValue *value)
			pg_attribute_noreturn();

/* A NUL in a string (22P05). */
extern void codec_raise_nul(const Decoding *decoding) pg_attribute_noreturn();

/* A list that no array can hold (2202E); detail is a sentence. */
extern void codec_raise_shape(const Decoding *decoding, const char *detail)
			pg_attribute_noreturn();

/*
 * For the error context stack: adds the place to errors that PostgreSQL's own
 * functions raise.
 */
extern void codec_add_context(void *argument);

/*
 * Raises why a value cannot be stored, with its place: 22003, 22008, 22004,
 * 2202E, 22023 or 54000, as EncodeProblem says.
 */
extern void codec_raise(EncodeProblem problem, const Codec *codec,
						const CodecPlace *place) pg_attribute_noreturn();

#endif							/* DYNAMORM_TRANSLATE_CODEC_ERROR_H */
