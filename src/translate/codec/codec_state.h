/*
 * codec_state.h
 *		The inside of a codec, and what is known while a value is read; for the
 *		files of the codec alone.
 */
#ifndef DYNAMORM_TRANSLATE_CODEC_STATE_H
#define DYNAMORM_TRANSLATE_CODEC_STATE_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "fmgr.h"

#include "translate/codec/codec_types.h"

/* Units of numbers that are timestamps or dates. */
typedef enum EpochUnit
{
	UNIT_SECOND,
	UNIT_MILLISECOND,
	UNIT_MICROSECOND,
	UNIT_NANOSECOND,
	UNIT_DAY					/* dates only */
} EpochUnit;

/* How timestamps are spelled. */
typedef enum TimeFormat
{
	TIME_OF_TYPE,				/* as many digits of a second as the type has,
								 * and Z */
	TIME_ISO6,					/* six digits, whatever the type has */
	TIME_RFC3339NANO,			/* Go: none of the zeros at the end; up to nine
								 * digits are read */
	TIME_ISOFORMAT,				/* Python: six digits or none, and +00:00 */
	TIME_PYNAMODB				/* six digits, and +0000 */
} TimeFormat;

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
	bool		has_fraction;	/* CODEC_EPOCH: parts of the unit are written
								 * after the point */
	TimeFormat	time_format;	/* CODEC_CANONICAL_TEXT: of timestamps */
	bool		without_hyphens;	/* CODEC_CANONICAL_TEXT: of uuid */
	bool		in_capitals;
	AttributeValue words[2];	/* CODEC_WORDS: of false and true */
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

/* Makes *out an S, N or B of the text. */
static inline void
codec_set_text(AttributeValue *out, AttributeType type, char *text,
			   int length)
{
	out->type = type;
	out->length = length;
	out->u.text = text;
}

#endif							/* DYNAMORM_TRANSLATE_CODEC_STATE_H */
