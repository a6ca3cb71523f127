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
	CODEC_INTEGER,				/* N: smallint, integer, bigint */
	CODEC_NUMERIC,				/* N */
	CODEC_FLOAT,				/* N: real, double precision */
	CODEC_EPOCH,				/* N: timestamp, timestamptz, date in units
								 * since 1970 */
	CODEC_BYTEA,				/* B */
	CODEC_BOOL,					/* BOOL */
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
	Codec	   *element;		/* CODEC_SET, CODEC_LIST: of one element */
	int			field_count;	/* CODEC_COMPOSITE: attributes of the type,
								 * dropped ones included */
	Codec	  **fields;			/* CODEC_COMPOSITE: NULL for dropped ones */
	char	  **field_names;	/* CODEC_COMPOSITE: UTF-8 */
	int			depth;			/* containers around its values: 1, the item;
								 * 0 for the column whose members are the
								 * item's attributes */
	struct CodecState *state;	/* codec.c's own: functions, unit, caches */
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
	ENCODE_NULL_ELEMENT,		/* NULL in a set (22004) */
	ENCODE_LOWER_BOUND,			/* array that does not start at 1 (2202E) */
	ENCODE_DIMENSIONS,			/* array of several dimensions as a set, or of
								 * elements that are lists (2202E) */
	ENCODE_EMPTY_NAME,			/* "" as a name in a document (22023) */
	ENCODE_LONG_NAME,			/* one of more than 65,535 bytes (54000) */
	ENCODE_NESTING				/* deeper than 32 levels (54000) */
} EncodeProblem;

/* Where a value stands; for messages. */
typedef struct CodecPlace
{
	const char *table;			/* foreign table */
	const char *column;
	const char *attribute;		/* UTF-8 */
	const char *key;			/* readable key of the item; NULL if unknown */
} CodecPlace;

/*
 * Makes a codec in the current memory context.  type_option and unit_option
 * are the column's options (NULL: not given).  Returns NULL if the type cannot
 * be stored that way; *problem is then a sentence for errdetail and *hint one
 * for errhint, which names the values allowed.
 */
extern Codec *codec_create(Oid type_id, int32 typmod, Oid collation,
						   const char *type_option, const char *unit_option,
						   const char **problem, const char **hint);

/*
 * Encodes a value (never NULL) in the current memory context.  On anything but
 * ENCODE_OK *result is NULL.  Raises only what the output function of the type
 * or a conversion to UTF-8 raises.
 */
extern EncodeProblem codec_try_encode(Codec *codec, Datum value,
									  AttributeValue **result);

/*
 * The same, raising any problem but ENCODE_ABSENT, for which it returns NULL.
 */
extern AttributeValue *codec_encode(Codec *codec, Datum value,
									const CodecPlace *place);

/*
 * Raises the error of a problem; place as above.
 */
extern void codec_raise(EncodeProblem problem, const Codec *codec,
						const CodecPlace *place) pg_attribute_noreturn();

/*
 * Decodes a stored value in the current memory context.  value NULL (absent)
 * or of type NULL gives SQL NULL.  Raises 42804 if the stored type is not the
 * column's, 22003 if a number does not fit (never rounded), 22001 or 22008 if a
 * string or time does not (never cut or rounded), 2202E for a list that no
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

/*
 * CODEC_EPOCH: the unit as date_trunc() names it ("second", "milliseconds");
 * NULL where the unit holds every microsecond.
 */
extern const char *codec_unit_name(const Codec *codec);

/* May the stored value be decoded at all: is its type one that codec reads? */
extern bool codec_reads_type(const Codec *codec, AttributeType type);

#endif							/* DYNAMORM_TRANSLATE_CODEC_H */
