/*
 * codec_types.h
 *		What a codec says of itself, why a value cannot be stored, and where a
 *		value stands.
 */
#ifndef DYNAMORM_TRANSLATE_CODEC_TYPES_H
#define DYNAMORM_TRANSLATE_CODEC_TYPES_H

#include "postgres.h"

#include "compat.h"

#include "client/wire/attribute.h"

typedef enum CodecKind
{
	CODEC_TEXT,					/* text, varchar, name: S as it is */
	CODEC_ENUM,					/* S: the label */
	CODEC_CANONICAL_TEXT,		/* S: other types in the one spelling that we
								 * write (uuid, char(n), timestamps, date,
								 * time, interval, inet, ...); other spellings
								 * may be stored by others and mean the same */
	CODEC_DIGITS,				/* S: smallint, integer, bigint, numeric in
								 * plain digits */
	CODEC_INTEGER,				/* N: smallint, integer, bigint */
	CODEC_NUMERIC,				/* N */
	CODEC_FLOAT,				/* N: real, double precision */
	CODEC_EPOCH,				/* N: timestamp, timestamptz, date in units
								 * since 1970 */
	CODEC_BYTEA,				/* B */
	CODEC_BOOL,					/* BOOL */
	CODEC_WORDS,				/* S, N: boolean as one of two words */
	CODEC_SET,					/* SS, NS, BS: array */
	CODEC_LIST,					/* L: array */
	CODEC_COMPOSITE,			/* M: composite type; fields that are NULL are
								 * not stored, entries that are no field are
								 * not read */
	CODEC_JSON					/* any: json, jsonb */
} CodecKind;

typedef struct Codec Codec;

struct Codec
{
	CodecKind	kind;
	AttributeType attribute_type;	/* what is written; of CODEC_JSON: M, but
									 * any type is read and written */
	Oid			type_id;		/* the declared type, maybe a domain */
	int32		typmod;
	Oid			base_type_id;	/* of a domain its base type, else type_id */
	int32		base_typmod;
	Oid			collation;		/* of the column; InvalidOid if none */
	bool		is_key;			/* of a part of the table's key: values that
								 * are equal get one spelling, where there is
								 * one */
	bool		is_declared;	/* option "format": how others spell the values
								 * is known */
	Codec	   *element;		/* CODEC_SET, CODEC_LIST: of one element */
	int			field_count;	/* CODEC_COMPOSITE: attributes of the type,
								 * dropped ones included */
	Codec	  **fields;			/* CODEC_COMPOSITE: NULL for dropped ones */
	char	  **field_names;	/* CODEC_COMPOSITE: UTF-8 */
	int			depth;			/* containers around its values: 1, the item;
								 * 0 for the column whose members are the
								 * item's attributes */
	struct CodecState *state;	/* codec_state.h */
};

/* Why a value cannot be stored as the attribute type. */
typedef enum EncodeProblem
{
	ENCODE_OK,
	ENCODE_ABSENT,				/* the value is stored as no attribute at all:
								 * an empty set, a top-level JSON null */
	ENCODE_NOT_FINITE,			/* NaN or infinity as N (22003) */
	ENCODE_TOO_PRECISE,			/* more than 38 significant digits (22003) */
	ENCODE_OUT_OF_MAGNITUDE,	/* beyond 9.99E+125 or below 1E-130 (22003) */
	ENCODE_UNIT,				/* does not fit the column's unit (22008) */
	ENCODE_PRECISION,			/* finer than the type, by more digits of a
								 * second (22008) */
	ENCODE_NULL_ELEMENT,		/* NULL in a set (22004) */
	ENCODE_LOWER_BOUND,			/* array that does not start at 1 (2202E) */
	ENCODE_DIMENSIONS,			/* array of several dimensions as a set, or of
								 * elements that are lists (2202E) */
	ENCODE_EMPTY_NAME,			/* "" as a name in a document (22023) */
	ENCODE_LONG_NAME,			/* one of more than 65,535 bytes (54000) */
	ENCODE_NESTING				/* deeper than 32 levels (54000) */
} EncodeProblem;

/* What the options of a column say of its codec; NULL: not given. */
typedef struct CodecOptions
{
	const char *type;
	const char *unit;
	const char *format;
} CodecOptions;

/* Where a value stands; for messages. */
typedef struct CodecPlace
{
	const char *table;			/* foreign table */
	const char *column;
	const char *attribute;		/* UTF-8 */
	const char *key;			/* readable key of the item; NULL if unknown */
} CodecPlace;

#endif							/* DYNAMORM_TRANSLATE_CODEC_TYPES_H */
