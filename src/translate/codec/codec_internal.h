/*
 * codec_internal.h
 *		What the files of the codec share.
 *
 * codec.c makes codecs and leads each value to the functions of its kind;
 * these stand in the other files, by the family of types.
 */
#ifndef DYNAMORM_TRANSLATE_CODEC_INTERNAL_H
#define DYNAMORM_TRANSLATE_CODEC_INTERNAL_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "fmgr.h"

#include "translate/codec/codec.h"

/* Units of numbers that are timestamps. */
typedef enum EpochUnit
{
	UNIT_SECOND,
	UNIT_MILLISECOND,
	UNIT_MICROSECOND,
	UNIT_NANOSECOND
} EpochUnit;

/* Session settings that the texts of a type depend on. */
#define PIN_FORMATS		0x01	/* DateStyle, IntervalStyle, TimeZone,
								 * extra_float_digits */
#define PIN_NAMES		0x02	/* search_path */
#define PIN_MONEY		0x04	/* lc_monetary */

typedef struct CodecState
{
	MemoryContext context;		/* where the codec lives */
	bool		is_utf8;		/* is the server's encoding UTF-8? */
	bool		is_domain;		/* must domain_check() follow a decode? */
	bool		is_varchar;		/* CODEC_TEXT: limited to max_length */
	int			max_length;		/* CODEC_TEXT: characters (varchar) or bytes
								 * (name); -1: no limit */
	void	   *domain_cache;	/* domain_check()'s own */
	int			pins;			/* settings to pin around input and output */
	EpochUnit	unit;			/* CODEC_EPOCH */
	FmgrInfo	input;			/* text I/O of the base type, for the kinds
								 * that need it */
	FmgrInfo	output;
	Oid			input_parameter;	/* of the input function */
	FmgrInfo   *comparison;		/* CODEC_SET: order of the elements; NULL: by
								 * the bytes of their texts */
	int16		element_length; /* CODEC_SET, CODEC_LIST: how elements are
								 * stored in the array */
	bool		element_by_value;
	char		element_align;
	TupleDesc	tuple_desc;		/* CODEC_COMPOSITE */
} CodecState;

/* Where errors are raised: the argument of codec_add_context(). */
typedef struct PlaceContext
{
	const CodecPlace *place;
	bool		is_named;		/* the error being raised names it by itself */
} PlaceContext;

/* What is decoded, for messages. */
typedef struct Decoding
{
	PlaceContext *context;		/* NULL: unknown */
	bool		nested;			/* an element of a list or set, or an entry of
								 * a map, of the attribute at place */
} Decoding;

/* What a number's text says, without its sign. */
typedef struct NumberShape
{
	bool		is_zero;
	int			highest;		/* power of ten of the first digit that is not
								 * zero; 0 for zero */
	int			lowest;			/* that of the last one; 0 for zero */
} NumberShape;

/* ---- codec.c ---- */

/*
 * Encodes into *out, which it fills completely on ENCODE_OK.  depth is the
 * level of the value: 1 for an attribute of an item.
 */
extern EncodeProblem codec_encode_value(Codec *codec, Datum value, int depth,
										AttributeValue *out);

/* Decodes a value that may be NULL or of type NULL, and checks its domain. */
extern Datum codec_decode_value(Codec *codec, const AttributeValue *value,
								bool *isnull, const Decoding *decoding);

/* Makes *out an S, N or B of the text. */
extern void codec_set_text(AttributeValue *out, AttributeType type, char *text,
						   int length);

/* ---- codec_error.c ---- */

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

/* ---- codec_number.c ---- */

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
extern Datum number_decode(Codec *codec, const AttributeValue *value,
						   const Decoding *decoding);

/* Are two spellings one number? */
extern bool number_texts_equal(const AttributeValue *a,
							   const AttributeValue *b);

/* ---- codec_time.c ---- */

/* Is it timestamp, timestamptz, date, time, timetz or interval? */
extern bool time_is_own_type(Oid type_id);

/* The one spelling that is written, in ASCII. */
extern char *time_write_text(Codec *codec, Datum value);
extern Datum time_read_text(Codec *codec, const AttributeValue *value,
							const Decoding *decoding);

extern EncodeProblem epoch_encode(Codec *codec, Datum value,
								  AttributeValue *out);
extern Datum epoch_decode(Codec *codec, const AttributeValue *value,
						  const Decoding *decoding);

/* ---- codec_text.c ---- */

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

/* The input function of the base type, with the settings pinned. */
extern Datum text_call_input(Codec *codec, char *text, int32 typmod);

extern void bytea_encode(Datum value, AttributeValue *out);
extern Datum bytea_decode(const AttributeValue *value,
						  const Decoding *decoding);

/* ---- codec_collection.c ---- */

/* Describes the elements or fields; false if one of them has no codec. */
extern bool collection_prepare(Codec *codec, const char *unit_option,
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

/* ---- codec_json.c ---- */

extern EncodeProblem json_encode(Codec *codec, Datum value, int depth,
								 AttributeValue *out);
extern Datum json_decode(Codec *codec, const AttributeValue *value,
						 const Decoding *decoding);

#endif							/* DYNAMORM_TRANSLATE_CODEC_INTERNAL_H */
